package gui

import (
	"time"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

// periodChoice is the filter by days of a screen.
type periodChoice struct {
	*widgets.Choice
	a        *App
	period   model.Period
	from, to time.Time // days of model.Between
	changed  func(p model.Period, from, to time.Time)
}

func newPeriodChoice(a *App, p model.Period, changed func(model.Period, time.Time, time.Time)) *periodChoice {
	c := &periodChoice{a: a, period: p, changed: changed}
	c.Choice = widgets.NewChoice(c.options(), string(p), c.choose)
	return c
}

func (c *periodChoice) options() []widgets.Option {
	options := []widgets.Option{
		{ID: string(model.LastDays), Text: lang.T("movements.last_days")},
		{ID: string(model.ThisMonth), Text: lang.T("movements.this_month")},
		{ID: string(model.AllTime), Text: lang.T("movements.all_time")},
		{ID: string(model.Between), Text: lang.T("movements.between")},
	}
	if c.period == model.Between {
		options[3].Text = spanWords(c.from, c.to)
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

// choose asks for the days where they are not given by the choice.
func (c *periodChoice) choose(id string) {
	if model.Period(id) == model.Between {
		c.SetChosen(string(c.period)) // until the days are known
		c.ask()
		return
	}
	c.set(model.Period(id), time.Time{}, time.Time{})
}

func (c *periodChoice) set(p model.Period, from, to time.Time) {
	c.period, c.from, c.to = p, from, to
	c.SetOptions(c.options())
	c.SetChosen(string(p))
	c.changed(p, from, to)
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

// ask asks for the first and the last day, either of which may be left out.
func (c *periodChoice) ask() {
	a, now := c.a, c.a.now().Local()
	hint := lang.Date(now)
	from := newDayField(lang.T("movements.from"), hint, c.from)
	to := newDayField(lang.T("movements.to"), hint, c.to)
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
			c.set(model.Between, first, last)
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
