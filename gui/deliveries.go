package gui

import (
	"context"
	"reflect"
	"strings"

	"fyne.io/fyne/v2"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// deliveries is the screen of the webhooks.
type deliveries struct {
	*listing[model.DeliveryRow]
	query  model.DeliveryQuery
	search *entry
	all    *look.Button // sends every dead letter again
	send   *look.Button

	counts map[core.DeliveryStatus]int
	detail model.DeliveryDetail // of the row in question
}

// deliveriesView is the screen of the webhooks.
func (a *App) deliveriesView() View {
	v := &deliveries{}
	v.listing = newListing(a, listed[model.DeliveryRow]{
		columns: v.columns(), hint: lang.T("deliveries.choose"),
		id: func(r model.DeliveryRow) string { return r.ID }, account: func(r model.DeliveryRow) string { return r.AccountID },
		load: v.load, whyNone: v.whyNone,
		empty:  func() { v.detail = model.DeliveryDetail{} },
		status: func(id string) { v.query.Status = core.DeliveryStatus(id) },
		from:   func(id string) { v.query.AccountID = id },
	})
	v.table.OnMenu = v.menu
	v.chips.Set(v.chipList())
	v.search = newEntry(lang.T("deliveries.search"))
	v.search.OnChanged = v.find
	v.search.onEscape = func() { v.search.SetText("") }
	v.all = look.NewButton("", v.askResendAll)
	v.all.Hide()
	v.send = look.NewPrimary("", v.sendChosen).WithIcon(icons.Refresh)
	v.lay(screenHead(lang.T("rail.deliveries"), lang.T("deliveries.means"), v.all),
		look.Edges(nil, nil, v.chips, look.Inset(v.who, 0, 0, 8, 0), look.Inset(v.search, 0, 0, 14, 0)))
	return v
}

func (v *deliveries) load() loader[model.DeliveryRow] {
	src, query := v.a.core, v.query
	return func(ctx context.Context, offset, limit int) ([]model.DeliveryRow, int, error) {
		return model.ReadDeliveries(ctx, src, query, offset, limit)
	}
}

// FocusSearch implements searcher.
func (v *deliveries) FocusSearch() { v.a.window.Canvas().Focus(v.search) }

// Ask implements View. The table reads its own pages; counts and the row in
// question are read here.
func (v *deliveries) Ask(c model.Changes) Read {
	stale := v.freshen(c.Has(core.DeliveriesChanged, core.MovementsChanged, core.AccountsChanged) && c.Of(v.query.AccountID))
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

// find looks for an id: while it is being typed nothing is found, and nothing is
// read either until it is whole or gone.
func (v *deliveries) find(text string) {
	before := v.query.Find
	v.query.Find = strings.TrimSpace(text)
	if v.query.Find != before {
		v.restart()
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
	v.search.SetText("")
	v.unfilter()
}

// show shows a delivery in full; one that is gone is shown no longer.
func (v *deliveries) show(d model.DeliveryDetail) {
	if reflect.DeepEqual(d, v.detail) {
		return // what is on screen keeps its focus and its place
	}
	another := d.Row.ID != v.detail.Row.ID
	v.detail = d
	if d.Row.ID == "" {
		v.gone()
		return
	}
	v.send.SetText(sendWords(d.Row.Status))
	v.send.Hidden = !d.Row.Again()
	v.panel.show(another, v.parts(d), v.send, look.NewButton(lang.T("deliveries.curl"), func() { v.a.copyText(d.Curl()) }))
}

func (v *deliveries) menu() *fyne.Menu {
	row, ok := v.table.Current()
	if !ok {
		return nil
	}
	again := fyne.NewMenuItem(sendWords(row.Status), func() { v.resend(row) })
	again.Disabled = !row.Again()
	return fyne.NewMenu("", again,
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
