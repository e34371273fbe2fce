package gui

import (
	"slices"
	"time"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// typingPause is how long after the last letter a search begins.
const typingPause = 200 * time.Millisecond

func (v *movements) buildFilters() {
	v.search = newEntry(lang.T("movements.search"))
	v.search.Icon = icons.In(icons.Search, look.Muted)
	v.search.OnChanged = v.typing
	v.search.OnSubmitted = func(text string) {
		v.typed()
		v.find(text)
		v.a.window.Canvas().Focus(v.table)
	}
	v.search.onEscape = func() {
		if v.search.Text != "" {
			v.search.SetText("")
			return
		}
		v.a.window.Canvas().Focus(v.table)
	}
	v.period = newPeriodChoice(v.a, v.query.Period, func(p model.Period, from, to time.Time) {
		v.query.Period, v.query.From, v.query.To = p, from, to
		v.restart()
	})
	v.currency = widgets.NewChoice(nil, "", func(code string) {
		v.query.Currency = code
		v.restart()
	})
	v.offerCurrencies()
	v.delivery = widgets.NewChoice(deliveryOptions(), "", func(state string) {
		v.query.Delivery = state
		v.restart()
	})
	v.export = look.NewButton(lang.T("movements.export"), nil).WithIcon(icons.Down)
	v.export.Trailing = true
	v.export.OnTapped = func() { v.a.offerExport(v.export, v.exporting) }
	v.filters = look.Row(8, v.period.Choice, v.currency, v.delivery, v.export)
}

// typing searches a moment after the last letter.
func (v *movements) typing(text string) {
	v.typed()
	v.typed = v.after(typingPause, func() { v.find(text) })
}

func (v *movements) find(text string) {
	if text != v.query.Search {
		v.query.Search = text
		v.restart()
	}
}

// offerCurrencies lists the currencies of the accounts and of what was found.
func (v *movements) offerCurrencies() {
	var codes []string
	for _, account := range v.a.over.Accounts {
		if v.query.AccountID == "" || v.query.AccountID == account.ID {
			codes = append(codes, account.Currencies...)
		}
	}
	for _, t := range v.totals {
		codes = append(codes, t.Currency)
	}
	if v.query.Currency != "" {
		codes = append(codes, v.query.Currency)
	}
	slices.Sort(codes)
	options := []widgets.Option{{Text: lang.T("movements.currencies")}}
	for _, code := range slices.Compact(codes) {
		options = append(options, widgets.Option{ID: code, Text: code})
	}
	v.currency.SetOptions(options)
}

func deliveryOptions() []widgets.Option {
	return []widgets.Option{
		{Text: lang.T("movements.any_delivery")},
		{ID: string(core.DeliveryDelivered), Text: lang.T("delivery.delivered")},
		{ID: string(core.DeliveryPending), Text: lang.T("delivery.pending")},
		{ID: string(core.DeliveryRetrying), Text: lang.T("delivery.retrying")},
		{ID: string(core.DeliveryDead), Text: lang.T("delivery.dead")},
		{ID: "silent", Text: lang.T("delivery.silent")},
		{ID: "no_sender", Text: lang.T("delivery.no_sender")},
		{ID: "before_start", Text: lang.T("delivery.before_start")},
	}
}

// showAll takes every filter away.
func (v *movements) showAll() {
	v.typed()
	v.query = model.MovementQuery{AccountID: v.query.AccountID, Ascending: v.query.Ascending}
	v.search.SetText("")
	v.typed()
	v.currency.SetChosen("")
	v.delivery.SetChosen("")
	v.period.set(model.AllTime, time.Time{}, time.Time{})
}
