package gui

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

// alertSettings are what a person chose about failures: what is kept of them, and
// how people are told.
type alertSettings struct {
	a        *App
	prefs    core.Preferences
	loading  bool
	evidence *widget.Check
	stale    *widgets.Choice
	language *widgets.Choice
}

// alertSection asks what is kept of a failed run, and when and in which language
// people are told.
func (s *appSettings) alertSection() fyne.CanvasObject {
	v := &alertSettings{a: s.a, prefs: core.DefaultPreferences}
	s.alerts = v
	v.evidence = widget.NewCheck("", func(on bool) {
		if !v.loading {
			v.keepEvidence(on)
		}
	})
	v.stale = widgets.NewChoice(staleOptions(v.prefs.StaleHours), strconv.Itoa(v.prefs.StaleHours), func(id string) {
		p := v.prefs
		p.StaleHours, _ = strconv.Atoi(id) // one of ours
		v.save(p)
	})
	var names []widgets.Option
	for _, code := range core.Languages {
		names = append(names, widgets.Option{ID: code, Text: lang.Own[code]})
	}
	v.language = widgets.NewChoice(names, core.Languages[0], func(id string) {
		p := v.prefs
		p.Language = id
		v.save(p)
	})
	return widgets.NewSection(lang.T("alerts.title"),
		settingRow(lang.T("alerts.evidence"), lang.T("alerts.evidence_means"), v.evidence),
		look.Rule(),
		settingRow(lang.T("alerts.stale"), lang.T("alerts.stale_means"), v.stale),
		look.Rule(),
		settingRow(lang.T("alerts.language"), lang.T("alerts.language_means"), v.language))
}

func staleOptions(chosen int) []widgets.Option {
	var out []widgets.Option
	for _, hours := range model.StaleChoices(chosen) {
		out = append(out, widgets.Option{ID: strconv.Itoa(hours), Text: staleWords(hours)})
	}
	return out
}

func staleWords(hours int) string {
	switch {
	case hours == 0:
		return lang.T("alerts.never")
	case hours%24 == 0:
		return lang.N("alerts.days", hours/24)
	}
	return lang.N("alerts.hours", hours)
}

// keepEvidence turns evidence on, or off after asking: what is kept goes with it.
func (v *alertSettings) keepEvidence(on bool) {
	p := v.prefs
	p.KeepEvidence = on
	if on {
		v.save(p)
		return
	}
	v.show(v.prefs) // as it is, until the person has said yes
	v.a.confirm(lang.T("alerts.off_title"), lang.T("alerts.off_means"), lang.T("alerts.off"), true, func() { v.save(p) })
}

func (v *alertSettings) save(p core.Preferences) {
	if p == v.prefs {
		return
	}
	was := v.prefs
	v.a.do(action{done: lang.T("alerts.saved"), failed: lang.T("alerts.not_saved"), then: func() { v.show(p) }}, func(ctx context.Context) error {
		return v.a.core.SetPreferences(ctx, p, v.a.cfg.Actor)
	})
	v.show(was)
}

// show shows what is stored.
func (v *alertSettings) show(p core.Preferences) {
	v.prefs, v.loading = p, true
	v.stale.SetOptions(staleOptions(p.StaleHours))
	v.evidence.SetChecked(p.KeepEvidence)
	v.stale.SetChosen(strconv.Itoa(p.StaleHours))
	language := p.Language
	if language == "" {
		language = core.Languages[0]
	}
	v.language.SetChosen(language)
	v.loading = false
}
