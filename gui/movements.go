package gui

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

// movementCore is what the movements screen asks of core.
type movementCore interface {
	model.MovementSource
	model.MovementDetailSource
	Resend(ctx context.Context, accountID, movementID string, anyway bool, actor string) (core.Delivery, error)
	ExcludeMovement(ctx context.Context, accountID, id string, exclude bool, actor string) (core.Movement, error)
}

// movements is the table of an account's movements, or of all accounts'.
//
// Its rows are read page by page as they come into view, apart from the window's
// loop, which only says when to read them again: a table may stand anywhere in a
// million rows. Totals are read beside, for they take longer than the first rows.
type movements struct {
	a     *App
	src   movementCore
	query model.MovementQuery
	after func(d time.Duration, f func()) (stop func()) // a timer whose f runs on Fyne's goroutine

	pages  *widgets.Pages[model.MovementRow]
	table  *widgets.DataTable[model.MovementRow]
	totals []core.Total
	round  int // which reading of totals is the newest
	stop   context.CancelFunc
	typed  func() // stops the timer of what is being typed
	read   bool   // it has been asked to read once

	search   *entry
	period   *periodChoice
	currency *widgets.Choice
	delivery *widgets.Choice
	export   *look.Button
	trouble  *widgets.Banner
	none     fyne.CanvasObject // nothing there
	missed   fyne.CanvasObject // nothing found
	sum      *look.Text
	resend   *look.Button
	anyway   *look.Button
	exclude  *look.Button
	copy     *look.Button
	details  *look.Button
	filters  *fyne.Container
	buttons  *fyne.Container
	body     *fyne.Container
	root     fyne.CanvasObject
}

// newMovements lists the movements of an account, "" for all.
func newMovements(a *App, src movementCore, accountID string) *movements {
	v := &movements{a: a, src: src, query: model.MovementQuery{AccountID: accountID, Period: model.LastDays}, typed: func() {}}
	ui := a.ui
	v.after = a.after
	v.pages = widgets.NewPages[model.MovementRow](a.ctx, nil, func(work func()) { a.working.Go(work) }, ui)
	v.pages.OnChange, v.pages.OnError = v.arrived, v.failed
	v.table = widgets.NewDataTable(v.columns())
	v.table.Multi, v.table.Key = true, func(r model.MovementRow) string { return r.ID }
	v.table.OnOpen, v.table.OnSelect, v.table.OnSort = v.open, v.arm, v.sort
	v.table.OnMenu, v.table.OnCopy = v.menu, v.copyRows
	v.table.OnResize = func() { a.keepColumns(v.name(), v.table.Widths()) }
	v.table.SetWidths(a.columns(v.name()))
	v.table.SetSort("received", false)
	v.table.SetSource(v.pages)
	v.build()
	v.arm()
	return v
}

// newMovementsView is the screen of all accounts' movements or an account's tab.
func (a *App) newMovementsView(accountID string) View {
	return newMovements(a, a.core, accountID)
}

func (v *movements) name() string {
	if v.query.AccountID == "" {
		return "movements"
	}
	return "account.movements"
}

func (v *movements) build() {
	v.none = emptyState(lang.T("movements.none"), lang.T("movements.none_do"), nil)
	v.missed = emptyState(lang.T("movements.missed"), lang.T("movements.missed_do"), look.NewButton(lang.T("movements.show_all"), v.showAll))
	v.table.SetEmpty(container.NewStack(v.none, v.missed))
	v.trouble = widgets.NewBanner(look.Bad, lang.T("movements.trouble"), "", look.NewButton(lang.T("movements.again"), v.reload))
	v.trouble.Hide()
	v.sum = look.NewCut("", look.Muted, theme.SizeNameText)
	v.resend = look.NewButton(lang.T("movements.resend"), func() { v.send(false) })
	v.anyway = look.NewButton(lang.T("movements.anyway"), func() { v.send(true) })
	v.exclude = look.NewButton(lang.T("movements.exclude"), v.setAside)
	v.copy = look.NewButton(lang.T("movements.copy"), v.copyRows)
	v.details = look.NewButton(lang.T("movements.details"), v.openCurrent)
	v.buttons = look.Row(6, v.resend, v.anyway, v.exclude, v.copy, v.details)
	v.buildFilters()
	v.body = container.New(movementsLayout{v}, v.search, v.filters, v.trouble, v.table, v.sum, v.buttons)
	v.root = v.body
	if v.query.AccountID == "" {
		head := look.Column(0, look.NewCut(lang.T("rail.movements"), theme.ColorNameForeground, look.TitleText).Bold(),
			look.NewCut(lang.T("movements.means"), look.Muted, theme.SizeNameText))
		v.root = look.Inset(look.Edges(look.Inset(head, 0, 12, 0, 0), nil, nil, nil, v.root), 16, 16, 20, 20)
	}
}

// Object implements View.
func (v *movements) Object() fyne.CanvasObject { return v.root }

// FocusSearch puts the caret into the search field.
func (v *movements) FocusSearch() { v.a.window.Canvas().Focus(v.search) }

// Ask implements View: the rows in view are read again when they may have changed.
func (v *movements) Ask(c model.Changes) Read {
	if !v.read || c.Has(core.MovementsChanged, core.DeliveriesChanged, core.ModeChanged) && c.Of(v.query.AccountID) {
		v.reload()
	}
	return nil
}

// filter is what is asked for, in core's terms.
func (v *movements) filter() core.MovementFilter { return v.query.Filter(v.a.now()) }

// reload reads again what is in view.
func (v *movements) reload() {
	v.prepare()
	v.pages.Reload()
}

// restart reads from the top, after something else was asked for.
func (v *movements) restart() {
	v.table.ClearSelection()
	v.table.ScrollToTop()
	v.totals = nil // those of what was asked for before
	v.prepare()
	f, src := v.filter(), v.src
	if (f.Search != "" || f.Delivery != "") && !f.Ascending { // where every movement must be looked at
		f.Newest = newestFirst
		v.pages.Glance(func(ctx context.Context, limit int) ([]model.MovementRow, error) {
			f.Limit = limit
			rows, _, err := model.ReadMovements(ctx, src, f)
			return rows, err
		})
	}
	v.pages.Restart()
	v.say()
}

// newestFirst is how many of the newest movements are searched before all are: what
// people look for is mostly among them.
const newestFirst = 20_000

func (v *movements) prepare() {
	v.read = true
	f := v.filter()
	src := v.src
	v.pages.SetLoad(func(ctx context.Context, offset, limit int) ([]model.MovementRow, int, error) {
		g := f
		g.Offset, g.Limit = offset, limit
		return model.ReadMovements(ctx, src, g)
	})
	v.readTotals(f)
}

// readTotals counts and sums what the filter selects, in place of an earlier
// reading that nobody waits for any more.
func (v *movements) readTotals(f core.MovementFilter) {
	if v.stop != nil {
		v.stop()
	}
	v.round++
	round, src, ui := v.round, v.src, v.a.ui
	ctx, stop := context.WithCancel(v.a.ctx)
	v.stop = stop
	v.a.working.Go(func() {
		totals, err := src.Totals(ctx, f)
		stop()
		ui(func() {
			if err == nil && round == v.round {
				v.totals = totals
				v.offerCurrencies()
				v.say()
			}
		})
	})
}

// arrived shows rows that were read.
func (v *movements) arrived() {
	v.trouble.Hide()
	if v.query.Narrowed() && v.everRead() {
		v.none.Hide()
		v.missed.Show()
	} else {
		v.missed.Hide()
		v.none.Show()
	}
	v.table.Refresh()
	v.arm()
	v.say()
}

// everRead tells whether there can be a movement that the filters leave out.
func (v *movements) everRead() bool {
	return slices.ContainsFunc(v.a.over.Accounts, func(account model.Account) bool {
		return (v.query.AccountID == "" || v.query.AccountID == account.ID) && !account.LastReadAt.IsZero()
	})
}

func (v *movements) failed(err error) {
	v.trouble.Set(look.Bad, lang.T("movements.trouble"), explain(err))
	v.trouble.Show()
	v.sum.Set("") // what is at hand may not be all
	v.arrange()
}

// say writes how many movements there are and what they come to.
func (v *movements) say() {
	if !v.pages.Known() {
		return
	}
	v.export.SetEnabled(!v.pages.Loading())
	parts := []string{lang.N("movements.count", v.pages.Len())}
	if v.pages.Loading() {
		parts = []string{lang.T("movements.looking")}
	}
	for _, t := range v.totals {
		parts = append(parts, amountWords(t.Sum))
	}
	if n := v.table.Count(); n > 1 {
		parts = append(parts, lang.N("movements.selected", n))
	}
	v.sum.Set(strings.Join(parts, " · "))
	v.arrange() // another length may want another place
}

func (v *movements) sort(_ string, ascending bool) {
	v.query.Ascending = ascending
	v.restart()
}

// amountWords writes an amount with its currency.
func amountWords(m core.Money) string { return lang.Decimal(m.Decimal()) + "\u00a0" + m.Currency }
