package gui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

// attendedHours asks when somebody is there to give codes: of an assisted account
// only.
func (v *form) attendedHours() fyne.CanvasObject {
	entry := widgets.NewFormEntry(core.DefaultAttended)
	entry.TextStyle.Monospace = true
	written := v.entryFor(model.FieldAttended, lang.T("edit.attended_text"), entry, v.bound(func(f *model.Form) *string { return &f.Attended }))
	named := v.choice("", lang.T("edit.attended"), attendedChoices(), binding{get: func() string { return attendedID(v.ed.Form) }, set: func(id string) {
		if id == custom {
			v.goTo(model.FieldAttended) // where it is written
			return
		}
		entry.SetText(id)
	}})
	preview := look.NewLines("", theme.ColorNameForeground, look.SmallText)
	said := container.NewStack(look.NewCard(look.Code, "", 6), look.Inset(preview, 8, 8, 10, 10))
	all := look.Column(10, newPairs(named.object, written.object), said)
	v.also = append(v.also, func() {
		setHidden(all, v.ed.Form.Login != core.Assisted)
		named.load()
		preview.Set(attendedPreview(v.ed.Form.Attended))
	})
	return all
}

func attendedChoices() []widgets.Option {
	var out []widgets.Option
	for _, text := range model.AttendedChoices {
		words, _ := attendedWords(text)
		out = append(out, widgets.Option{ID: text, Text: words})
	}
	return append(out, widgets.Option{ID: custom, Text: lang.T("edit.attended_custom")})
}

// attendedID is the named choice the hours are, or that they are of their own.
func attendedID(f model.Form) string {
	hours, err := core.ParseAttended(f.Attended)
	if err != nil {
		return custom
	}
	i := slices.IndexFunc(model.AttendedChoices, func(text string) bool {
		other, err := core.ParseAttended(text)
		return err == nil && other == hours
	})
	if i < 0 {
		return custom
	}
	return model.AttendedChoices[i]
}

// attendedPreview says what attended hours mean.
func attendedPreview(text string) string {
	words, ok := attendedWords(text)
	switch {
	case !ok:
		return lang.T("edit.attended_none")
	case words == lang.T("edit.attended_always"):
		return lang.T("edit.attended_always_means")
	}
	return lang.T("edit.attended_means", "hours", words)
}

// attendedWords puts attended hours into words: "Monday to Friday, 08:00 to 19:00".
func attendedWords(text string) (string, bool) {
	hours, err := core.ParseAttended(text)
	if err != nil {
		return "", false
	}
	days := hours.Days()
	from, to := hours.Hours()
	if len(days) == 7 && from == 0 && to == 24*60 {
		return lang.T("edit.attended_always"), true
	}
	return lang.T("edit.attended_hours", "days", daysWords(days), "from", clock(from), "to", clock(to)), true
}

// uniqueAmount asks whether an amount that nothing else has settles a pair of
// which a name is missing.
func (v *form) uniqueAmount() fyne.CanvasObject {
	_, c := v.check(lang.T("edit.unique_amount"), func(f *model.Form) bool { return f.UniqueAmount }, func(f *model.Form, on bool) { f.UniqueAmount = on })
	return look.Column(0, c.object, look.Inset(caption("edit.unique_amount_help"), 0, 0, 28, 0))
}
