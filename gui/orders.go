package gui

import (
	"context"
	"reflect"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/export"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// orderCore is what the orders screen asks of core.
type orderCore interface {
	model.OrderSource
	SettleOrder(ctx context.Context, orderID, movementID, actor string) (core.Order, error)
	RefusePair(ctx context.Context, orderID, movementID, actor string) (core.Order, error)
	UndoMatch(ctx context.Context, orderID, actor string) (core.Order, error)
	RunMatch(ctx context.Context, orderID, actor string) (core.Order, error)
	ResendOrder(ctx context.Context, orderID, actor string) (core.Delivery, error)
	DismissOrderAlert(ctx context.Context, id, actor string) error
	PollNow(ctx context.Context, accountID, actor string) (core.Feed, error)
}

// orders is the screen of the payments that are expected: a table of all of them,
// with the one in question, what may pay it and its history beside it.
type orders struct {
	*listing[core.Order]
	query  model.OrderQuery
	search *entry
	typed  func() // ends the wait for the next letter
	period *periodChoice
	polled *look.Text // when the lists of orders were read
	feeds  *banner    // what is wrong with them
	poll   *look.Button
	export *look.Button

	strip  *strip // the last days
	counts map[core.OrderStatus]int
	health model.FeedHealth
	detail model.OrderDetail
	// picked is the payment a person has chosen to settle the order with.
	payment string
	settle  *look.Button
	refuse  *look.Button
	match   *look.Button
	undo    *look.Button
	resend  *look.Button
}

// ordersView is the screen of the expected payments.
func (a *App) ordersView() View {
	v := &orders{typed: func() {}}
	v.listing = newListing(a, listed[core.Order]{
		columns: v.columns(a),
		id:      func(o core.Order) string { return o.ID },
		account: func(o core.Order) string { return o.AccountID },
		hint:    lang.T("orders.choose"),
		load: func() loader[core.Order] {
			filter := v.query.Filter(a.now().Local())
			return func(ctx context.Context, offset, limit int) ([]core.Order, int, error) {
				return model.ReadOrders(ctx, a.core, filter, offset, limit)
			}
		},
		whyNone: v.whyNone,
		empty:   func() { v.detail, v.payment = model.OrderDetail{}, "" },
		status:  func(id string) { v.query.Group = model.OrderGroup(id) },
		from:    func(id string) { v.query.AccountID = id },
	})
	v.table.OnMenu = v.menu
	v.search = newEntry(lang.T("orders.search"))
	v.search.Icon = icons.In(icons.Search, look.Muted)
	v.search.OnChanged = v.typing
	v.search.onEscape = func() { v.search.SetText("") }
	v.period = newPeriodChoice(a, model.AllTime, func(p model.Period, from, to time.Time) {
		v.query.Period, v.query.From, v.query.To = p, from, to
		v.restart()
	})
	v.buttons()
	v.polled = look.NewCut(lang.T("orders.means"), look.Muted, theme.SizeNameText)
	words := look.Column(0, look.NewCut(lang.T("rail.orders"), theme.ColorNameForeground, look.TitleText).Bold(), v.polled)
	head := look.Edges(nil, nil, nil, look.Inset(container.NewVBox(look.Row(6, v.poll, v.export)), 4, 0, 12, 0), words)
	v.feeds = newBanner()
	v.strip = newStrip()
	choices := look.Edges(nil, nil, nil, look.Inset(look.Row(8, v.who, v.period.Choice), 0, 0, 8, 0), v.search)
	v.chips.Set(v.chipList())
	v.lay(look.Column(10, head, v.strip.root, v.feeds.root), look.Column(10, v.chips, choices))
	return v
}

// buttons makes what a person can do here.
func (v *orders) buttons() {
	v.poll = look.NewButton(lang.T("orders.poll"), v.pollNow).WithIcon(icons.Refresh)
	v.export = look.NewButton(lang.T("movements.export"), nil).WithIcon(icons.Down)
	v.export.Trailing = true
	v.export.OnTapped = func() { v.a.offerExport(v.export, v.exporting) }
	v.settle = look.NewPrimary(lang.T("orders.settle"), v.settleChosen)
	v.refuse = look.NewButton(lang.T("orders.refuse"), v.refuseChosen)
	v.match = look.NewButton(lang.T("orders.match"), v.matchNow)
	v.undo = look.NewDanger(lang.T("orders.undo"), v.askUndo)
	v.resend = look.NewQuiet(lang.T("orders.resend"), v.resendResult).WithIcon(icons.Refresh)
}

// FocusSearch implements searcher.
func (v *orders) FocusSearch() { v.a.window.Canvas().Focus(v.search) }

// Ask implements View. The table reads its own pages; counts, lists and the order
// in question are read here.
func (v *orders) Ask(c model.Changes) Read {
	stale := v.freshen(c.Has(core.OrdersChanged, core.DeliveriesChanged, core.AccountsChanged, core.ModeChanged) && c.Of(v.query.AccountID))
	if !stale && v.chosen == v.detail.Order.ID {
		return nil
	}
	src, account, id := v.a.core, v.query.AccountID, v.chosen
	return func(ctx context.Context) (func(), error) {
		counts, err := src.OrderCounts(ctx, account)
		if err != nil {
			return nil, err
		}
		feeds, err := src.Feeds(ctx)
		if err != nil {
			return nil, err
		}
		days, err := src.Days(ctx, account, stripDays)
		if err != nil {
			return nil, err
		}
		var d model.OrderDetail
		if id != "" {
			if d, err = model.ReadOrder(ctx, src, id); err != nil && !core.IsMissing(err) {
				return nil, err
			}
		}
		return func() {
			if account == v.query.AccountID {
				v.counts, v.health = counts, model.HealthOf(feeds, account)
				v.chips.Set(v.chipList())
				v.strip.show(days, orderTiles(days, counts)...)
				v.showFeeds()
			}
			if id == v.chosen { // else another order was chosen meanwhile
				v.show(d)
			}
		}, nil
	}
}

// typing searches a moment after the last letter.
func (v *orders) typing(text string) {
	v.typed()
	v.typed = v.a.after(typingPause, func() { v.find(text) })
}

func (v *orders) find(text string) {
	if text != v.query.Search {
		v.query.Search = text
		v.restart()
	}
}

func (v *orders) whyNone() fyne.CanvasObject {
	if v.query.Narrowed() {
		return emptyState(lang.T("orders.missed"), lang.T("orders.missed_do"), look.NewButton(lang.T("orders.show_all"), v.showAll))
	}
	if v.health.Lists == 0 {
		return emptyState(lang.T("orders.no_list"), lang.T("orders.no_list_do"), nil)
	}
	return emptyState(lang.T("orders.none"), lang.T("orders.none_do"), nil)
}

// showAll takes every filter away.
func (v *orders) showAll() {
	v.query = model.OrderQuery{}
	v.search.SetText("")
	v.typed()
	v.period.set(model.AllTime, time.Time{}, time.Time{})
	v.unfilter()
}

// show shows an order in full; one that is gone is shown no longer.
func (v *orders) show(d model.OrderDetail) {
	if reflect.DeepEqual(d, v.detail) {
		return // what is on screen keeps its focus and its place
	}
	another := d.Order.ID != v.detail.Order.ID
	v.detail = d
	if d.Order.ID == "" {
		v.gone()
		return
	}
	choices := d.Choices()
	if another || !has(choices, v.payment) {
		v.payment = ""
		if len(choices) > 0 && !choices[0].Refused && choices[0].Band != core.None {
			v.payment = choices[0].Movement.ID
		}
	}
	v.draw(another)
}

func has(choices []model.OrderChoice, id string) bool {
	for _, c := range choices {
		if c.Movement.ID == id {
			return true
		}
	}
	return false
}

// draw puts the order in question on screen.
func (v *orders) draw(another bool) {
	d := v.detail
	var buttons []fyne.CanvasObject
	switch {
	case d.Match() != nil:
		buttons = append(buttons, v.undo)
	case d.CanSettle():
		v.settle.SetEnabled(v.payment != "")
		v.refuse.SetEnabled(v.payment != "" && !v.refused(v.payment))
		buttons = append(buttons, v.settle, v.refuse, v.match)
	}
	v.panel.show(another, v.parts(d), buttons...)
}

func (v *orders) refused(movementID string) bool {
	for _, r := range v.detail.Refused {
		if r.MovementID == movementID {
			return true
		}
	}
	return false
}

func (v *orders) menu() *fyne.Menu {
	o, ok := v.table.Current()
	if !ok {
		return nil
	}
	return fyne.NewMenu("", fyne.NewMenuItem(lang.T("orders.copy_id"), func() { v.a.copyText(o.ExternalID) }))
}

func (v *orders) chipList() []widgets.Chip {
	var out []widgets.Chip
	for _, g := range model.OrderGroups {
		n := g.Count(v.counts)
		if g == model.FailedOrders && n == 0 && v.query.Group != g {
			continue // a rare state that needs no place of its own
		}
		out = append(out, widgets.Chip{ID: string(g), Text: groupWords(g) + " " + lang.Int(n), Tone: groupTone(g)})
	}
	return out
}

// exporting is what the export of orders writes and says.
func (v *orders) exporting() exporting {
	names, filter, src := v.a.accountNames(), v.query.Filter(v.a.now().Local()), v.a.core
	opt := exportStyle(lang.T("rail.orders"))
	for _, c := range []struct {
		title string
		width float64
	}{
		{lang.T("orders.col.order"), 20},
		{lang.T("orders.col.sender"), 32},
		{lang.T("orders.col.amount"), 16},
		{lang.T("export.currency"), 10},
		{lang.T("orders.col.account"), 24},
		{lang.T("orders.col.registered"), 20},
		{lang.T("orders.col.status"), 16},
		{lang.T("orders.why"), 48},
		{lang.T("orders.ended"), 20},
		{lang.T("movement.id"), 38},
	} {
		opt.Columns = append(opt.Columns, export.Column{Title: c.title, Width: c.width})
	}
	return exporting{
		file: lang.T("orders.export.file"), title: lang.T("orders.export.title"), total: v.pages.Len(),
		ask: "orders.export.ask", written: "orders.export.rows", done: "orders.export.done",
		options: opt,
		rows: func(ctx context.Context) export.Rows {
			return func(yield func([][]export.Value, error) bool) {
				for page, err := range model.EachOrder(ctx, src, filter) {
					out := make([][]export.Value, len(page))
					for i, o := range page {
						out[i] = []export.Value{
							export.Text(o.ExternalID), export.Text(o.Name), export.Number(o.Amount.Decimal()), export.Text(o.Amount.Currency),
							export.Text(names[o.AccountID]), exportMoment(o.CreatedAt), export.Text(orderStatusWords(o.Status)),
							export.Text(reasonWords(o)), exportMoment(o.EndedAt), export.Text(o.ID),
						}
					}
					if !yield(out, err) {
						return
					}
				}
			}
		},
	}
}
