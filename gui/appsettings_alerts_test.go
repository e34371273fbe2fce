package gui

import (
	"testing"

	"reconbanker/core"
)

func (d *desk) prefersUntil(want core.Preferences) {
	d.t.Helper()
	d.until("the preferences", func() bool {
		p, err := d.store.Preferences(d.t.Context())
		return err == nil && p == want
	})
}

func TestWhatIsKeptOfFailures(t *testing.T) {
	d := newScreens(t, kept)
	s := d.openSettings()
	d.until("the preferences", func() bool { return s.alerts.evidence.Checked })
	evidence := func() (n int) {
		runs, _, err := d.core.Runs(t.Context(), core.RunFilter{Status: core.Failed})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range runs {
			if _, err := d.core.Evidence(t.Context(), r.ID); err == nil {
				n++
			}
		}
		return n
	}
	if evidence() != 1 {
		t.Fatal("there is no evidence to begin with")
	}
	s.alerts.evidence.SetChecked(false)
	d.sees("Keep nothing of failed runs?")
	d.press("Cancel")
	if !s.alerts.evidence.Checked || evidence() != 1 {
		t.Error("it is off although nobody said yes")
	}
	s.alerts.evidence.SetChecked(false)
	d.press("Keep nothing")
	d.prefersUntil(core.Preferences{StaleHours: 24})
	if evidence() != 0 {
		t.Error("evidence is still kept")
	}
	s.alerts.stale.OnChosen("48")
	d.prefersUntil(core.Preferences{StaleHours: 48})
	d.until("the page", func() bool { return s.alerts.prefs.StaleHours == 48 })
	d.sees("After 2 days")
	s.alerts.language.OnChosen("es")
	d.prefersUntil(core.Preferences{StaleHours: 48, Language: "es"})
	d.until("the page", func() bool { return s.alerts.prefs.Language == "es" })
	s.alerts.evidence.SetChecked(true)
	d.prefersUntil(core.Preferences{KeepEvidence: true, StaleHours: 48, Language: "es"})
}
