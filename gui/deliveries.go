package gui

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// deliveries is the screen of the webhooks: a table of all of them, with the one
// in question beside it. Rows are read page by page as they come into view.
type deliveries struct {
	a     *App
	query model.DeliveryQuery
	asked bool // what the table shows was asked for
	top   bool // from its first row on

	pages  *widgets.Pages[model.DeliveryRow]
	table  *widgets.DataTable[model.DeliveryRow]
	chips  *widgets.Chips
	who    *widgets.Choice
	names  []widgets.Option
	search *entry
	all    *look.Button // sends every dead letter again
	none   *fyne.Container
	panel  *sidePanel
	send   *look.Button

	counts map[core.DeliveryStatus]int
	chosen string // id of the row in question
	detail model.DeliveryDetail
	root   fyne.CanvasObject
}

// deliveriesView is the screen of the webhooks.
func (a *App) deliveriesView() View {
	v := &deliveries{a: a, none: container.NewStack(), panel: newSidePanel(lang.T("deliveries.choose"))}
	v.pages = widgets.NewPages[model.DeliveryRow](a.ctx, nil, func(work func()) { a.working.Go(work) }, a.ui)
	v.pages.OnChange, v.pages.OnError = v.arrived, func(err error) { a.shell.status.trouble(err) }
	v.table = widgets.NewDataTable(v.columns())
	v.table.Key = func(r model.DeliveryRow) string { return r.ID }
	v.table.OnSelect, v.table.OnMenu = v.picked, v.menu
	v.table.SetSource(v.pages)
	v.table.SetEmpty(v.none)
	v.chips = widgets.NewChips(v.chipList(), "", func(id string) {
		v.query.Status = core.DeliveryStatus(id)
		v.restart()
	})
	v.names = a.accountOptions()
	v.who = widgets.NewChoice(v.names, "", func(id string) {
		v.query.AccountID = id
		v.restart()
	})
	v.search = newEntry(lang.T("deliveries.search"))
	v.search.OnChanged = v.find
	v.search.onEscape = func() { v.search.SetText("") }
	v.all = look.NewButton("", v.askResendAll)
	v.all.Hide()
	v.send = look.NewPrimary("", v.sendChosen).WithIcon(icons.Refresh)
	filters := look.Edges(nil, nil, v.chips, look.Inset(v.who, 0, 0, 8, 0), look.Inset(v.search, 0, 0, 14, 0))
	top := look.Column(12, screenHead(lang.T("rail.deliveries"), lang.T("deliveries.means"), v.all), filters)
	v.root = look.Inset(look.Edges(look.Inset(top, 0, 12, 0, 0), nil, nil, nil, beside(v.table, v.panel.root)), 16, 16, 20, 20)
	return v
}

// Object implements View.
func (v *deliveries) Object() fyne.CanvasObject { return v.root }

// FocusSearch implements searcher.
func (v *deliveries) FocusSearch() { v.a.window.Canvas().Focus(v.search) }

// Ask implements View. The table reads its own pages; counts and the row in
// question are read here.
func (v *deliveries) Ask(c model.Changes) Read {
	v.offerAccounts()
	stale := !v.asked || c.Has(core.DeliveriesChanged, core.MovementsChanged, core.AccountsChanged) && c.Of(v.query.AccountID)
	if stale {
		v.reload()
	}
	if !stale && v.chosen == v.detail.Row.ID {
		return nil
	}
	src, account, id, version := v.a.core, v.query.AccountID, v.chosen, v.a.cfg.Version
	return func(ctx context.Context) (func(), error) {
		counts, err := src.DeliveryCounts(ctx, account)
		if err != nil {
			return nil, err
		}
		var d model.DeliveryDetail
		if id != "" {
			if d, err = model.ReadDelivery(ctx, src, id, version); err != nil && !core.IsMissing(err) {
				return nil, err
			}
		}
		return func() {
			v.count(counts, account)
			if id == v.chosen { // else another row was chosen meanwhile
				v.show(d)
			}
		}, nil
	}
}

func (v *deliveries) offerAccounts() {
	if names := v.a.accountOptions(); !slices.Equal(names, v.names) {
		v.names = names
		v.who.SetOptions(names)
	}
}

// restart has other rows read, from the first on.
func (v *deliveries) restart() {
	v.pages.Stop() // what comes now is not what is asked for
	v.table.ClearSelection()
	v.table.ScrollToTop()
	v.asked, v.top = false, true
	v.a.touch(model.Everything())
}

// reload reads again what is in view.
func (v *deliveries) reload() {
	src, query := v.a.core, v.query
	v.pages.SetLoad(func(ctx context.Context, offset, limit int) ([]model.DeliveryRow, int, error) {
		return model.ReadDeliveries(ctx, src, query, offset, limit)
	})
	if v.top {
		v.pages.Restart()
	} else {
		v.pages.Reload()
	}
	v.asked, v.top = true, false
}

// find looks for an id: while it is being typed nothing is found, and nothing is
// read either until it is whole or gone.
func (v *deliveries) find(text string) {
	before := v.query.Find
	v.query.Find = strings.TrimSpace(text)
	if v.query.Find != before {
		v.restart()
	}
}

// arrived shows rows that were read, and the first of them in full when there was
// no choice yet.
func (v *deliveries) arrived() {
	v.none.Objects = []fyne.CanvasObject{v.whyNone()}
	v.table.Refresh()
	v.none.Refresh() // lays out what it now holds
	if v.chosen == "" && v.pages.Len() > 0 {
		v.table.Select(0)
	}
}

func (v *deliveries) whyNone() fyne.CanvasObject {
	_, whole := v.query.ID()
	switch {
	case !whole:
		return emptyState(lang.T("deliveries.not_whole"), lang.T("deliveries.not_whole_do"), nil)
	case v.query != model.DeliveryQuery{}:
		return emptyState(lang.T("deliveries.not_found"), lang.T("deliveries.not_found_do"),
			look.NewButton(lang.T("deliveries.show_all"), v.showAll))
	}
	return emptyState(lang.T("deliveries.none"), lang.T("deliveries.none_do"), nil)
}

func (v *deliveries) showAll() {
	v.query = model.DeliveryQuery{}
	v.chips.SetChosen("")
	v.who.SetChosen("")
	v.search.SetText("")
	v.restart()
}

func (v *deliveries) picked() {
	row, ok := v.table.Current()
	if !ok {
		v.chosen, v.detail = "", model.DeliveryDetail{}
		v.panel.empty()
		return
	}
	if row.ID != v.chosen {
		v.chosen = row.ID
		v.a.touch(model.Something("", row.AccountID))
	}
}

// show shows a delivery in full; one that is gone is shown no longer.
func (v *deliveries) show(d model.DeliveryDetail) {
	if reflect.DeepEqual(d, v.detail) {
		return // what is on screen keeps its focus and its place
	}
	another := d.Row.ID != v.detail.Row.ID
	v.detail = d
	if d.Row.ID == "" {
		v.chosen = ""
		v.panel.empty()
		return
	}
	v.send.SetText(sendWords(d.Row.Status))
	v.panel.show(another, v.parts(d), v.send, look.NewButton(lang.T("deliveries.curl"), func() { v.a.copyText(d.Curl()) }))
}

func (v *deliveries) menu() *fyne.Menu {
	row, ok := v.table.Current()
	if !ok {
		return nil
	}
	return fyne.NewMenu("",
		fyne.NewMenuItem(sendWords(row.Status), func() { v.resend(row) }),
		fyne.NewMenuItem(lang.T("deliveries.copy_id"), func() { v.a.copyText(row.WebhookID) }))
}

// count shows how many deliveries there are of each status.
func (v *deliveries) count(counts map[core.DeliveryStatus]int, accountID string) {
	if accountID != v.query.AccountID {
		return
	}
	v.counts = counts
	v.chips.Set(v.chipList())
	dead := counts[core.DeliveryDead]
	v.all.SetText(lang.N("deliveries.resend_all", dead))
	v.all.Hidden = dead == 0
	v.root.Refresh()
}

func (v *deliveries) chipList() []widgets.Chip {
	all := 0
	for _, n := range v.counts {
		all += n
	}
	out := []widgets.Chip{{Text: lang.T("deliveries.all", "n", all)}}
	for _, s := range []core.DeliveryStatus{core.DeliveryPending, core.DeliveryRetrying, core.DeliveryDead, core.DeliveryDelivered} {
		out = append(out, widgets.Chip{ID: string(s), Text: countWords(s, v.counts[s]), Tone: deliveryTone(s)})
	}
	return out
}
