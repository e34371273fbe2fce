package gui

import (
	"slices"
	"time"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

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
	v.period = widgets.NewChoice(v.periods(), string(v.query.Period), v.choosePeriod)
	v.currency = widgets.NewChoice(nil, "", func(code string) {
		v.query.Currency = code
		v.restart()
	})
	v.offerCurrencies()
	v.delivery = widgets.NewChoice(deliveryOptions(), "", func(state string) {
		v.query.Delivery = state
		v.restart()
	})
	v.export = look.NewButton(lang.T("movements.export"), v.offerExport).WithIcon(icons.Down)
	v.export.Trailing = true
	v.filters = look.Row(8, v.period, v.currency, v.delivery, v.export)
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

func (v *movements) periods() []widgets.Option {
	options := []widgets.Option{
		{ID: string(model.LastDays), Text: lang.T("movements.last_days")},
		{ID: string(model.ThisMonth), Text: lang.T("movements.this_month")},
		{ID: string(model.AllTime), Text: lang.T("movements.all_time")},
		{ID: string(model.Between), Text: lang.T("movements.between")},
	}
	if v.query.Period == model.Between {
		options[3].Text = spanWords(v.query.From, v.query.To)
	}
	return options
}

// spanWords writes a span of days of which either end may be open.
func spanWords(from, to time.Time) string {
	switch {
	case from.IsZero():
		return lang.T("movements.until", "day", lang.Date(to))
	case to.IsZero():
		return lang.T("movements.since", "day", lang.Date(from))
	}
	return lang.Date(from) + " – " + lang.Date(to)
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

// choosePeriod asks for the days where they are not given by the choice.
func (v *movements) choosePeriod(id string) {
	if model.Period(id) == model.Between {
		v.period.SetChosen(string(v.query.Period)) // until the days are known
		v.askDays()
		return
	}
	v.setPeriod(model.Period(id), time.Time{}, time.Time{})
}

func (v *movements) setPeriod(p model.Period, from, to time.Time) {
	v.query.Period, v.query.From, v.query.To = p, from, to
	v.period.SetOptions(v.periods())
	v.period.SetChosen(string(p))
	v.restart()
}

// showAll takes every filter away.
func (v *movements) showAll() {
	v.typed()
	v.query = model.MovementQuery{AccountID: v.query.AccountID, Ascending: v.query.Ascending}
	v.search.SetText("")
	v.typed()
	v.currency.SetChosen("")
	v.delivery.SetChosen("")
	v.setPeriod(model.AllTime, time.Time{}, time.Time{})
}

// dayField asks for a day, which may be left out.
type dayField struct {
	*widgets.FormField
	entry *entry
}

func newDayField(label, hint string, day time.Time) *dayField {
	e := newEntry(hint)
	if !day.IsZero() {
		e.SetText(lang.Date(day))
	}
	f := &dayField{widgets.NewFormField(label, e), e}
	e.OnChanged = func(string) { f.SetError("") }
	return f
}

// day reads it, zero when it is left out, and says when it is none.
func (f *dayField) day(now time.Time) (time.Time, bool) {
	if f.entry.Text == "" {
		return time.Time{}, true
	}
	t, ok := model.ParseDay(f.entry.Text, now)
	if !ok {
		f.SetError(lang.T("movements.bad_day"))
	}
	return t, ok
}

// askDays asks for the first and the last day, either of which may be left out.
func (v *movements) askDays() {
	a, now := v.a, v.a.now().Local()
	hint := lang.Date(now)
	from := newDayField(lang.T("movements.from"), hint, v.query.From)
	to := newDayField(lang.T("movements.to"), hint, v.query.To)
	var m *modal
	no := look.NewButton(lang.T("dialog.cancel"), func() { m.close() })
	ok := look.NewPrimary(lang.T("movements.show"), nil)
	ok.OnTapped = func() {
		first, fine := from.day(now)
		last, fineToo := to.day(now)
		switch {
		case !fine || !fineToo:
		case first.IsZero() && last.IsZero():
			from.SetError(lang.T("movements.no_day"))
		case !last.IsZero() && last.Before(first):
			to.SetError(lang.T("movements.day_order"))
		default:
			m.close()
			v.setPeriod(model.Between, first, last)
		}
	}
	for _, f := range []*dayField{from, to} {
		f.entry.OnSubmitted = func(string) { ok.Tapped(nil) }
		f.entry.onEscape = func() { m.close() }
	}
	form := look.Column(12, look.NewLines(lang.T("movements.days_mean"), look.Muted, theme.SizeNameText),
		container.NewGridWithColumns(2, look.Inset(from.FormField, 0, 0, 0, 4), look.Inset(to.FormField, 0, 0, 4, 0)))
	m = a.newModal(440, lang.T("movements.days"), form, no, ok)
	m.show()
	a.window.Canvas().Focus(from.entry)
}
