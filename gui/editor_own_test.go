package gui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

func withCodes(d *desk) core.Account {
	return filled(d, "itau", "Operating account", func(in *core.SettingsInput) { in.LoginMode = new("assisted") })
}

// logIn chooses the login mode, as a click on its box does.
func (e *editing) logIn(m core.LoginMode) {
	e.t.Helper()
	box, _ := e.control("login_mode").focus.(*optionBox)
	box.of.choose(string(m))
	e.queue.drain()
}

// onScreen tells whether a field is there to be seen.
func (e *editing) onScreen(field string) bool {
	e.t.Helper()
	return slices.Contains(e.objects(), fyne.CanvasObject(e.control(field).box))
}

// dropDown finds the drop-down that shows a text.
func (e *editing) dropDown(shows string) *widgets.Choice {
	e.t.Helper()
	for _, o := range e.objects() {
		if c, ok := o.(*widgets.Choice); ok && c.Text == shows {
			return c
		}
	}
	e.t.Fatalf("no drop-down shows %q", shows)
	return nil
}

func TestAttendedHoursOnlyWhereCodesAreTyped(t *testing.T) {
	e := newEditing(t, core.Passthrough, ready)
	shown := func() bool { return e.onScreen(model.FieldAttended) }
	if shown() {
		t.Error("a login without codes has attended hours")
	}
	e.logIn(core.Assisted)
	if !shown() {
		t.Error("a login with codes has no attended hours")
	}
	e.sees("Monday to Friday, 08:00 to 19:00, by this computer's clock.")
	e.typeIn(model.FieldAttended, "mon-fri 19:00-08:00")
	e.sees("These are no hours yet.")
	if got := e.control(model.FieldAttended).box.Error(); !strings.Contains(got, "mon-fri 08:00-19:00") {
		t.Errorf("beside the hours: %q", got)
	}
	e.press("Save")
	if s := e.stored(); s.LoginMode != core.Simple {
		t.Error("hours that are none were saved")
	}
	if got := e.app.window.Canvas().Focused(); got != e.control(model.FieldAttended).focus {
		t.Errorf("the focus is on %T", got)
	}
	e.logIn(core.Simple) // what nobody sees is in nobody's way
	if shown() || len(e.form().ed.Blocking()) > 0 {
		t.Errorf("shown %t, blocking %q", shown(), e.form().ed.Blocking())
	}
}

func TestAttendedHoursAreSaved(t *testing.T) {
	e := newEditing(t, core.Passthrough, withCodes)
	e.typeIn(model.FieldAttended, "sat,sun 10:00-24:00")
	e.sees("Saturday, Sunday, 10:00 to 24:00, by this computer's clock.")
	e.press("Save")
	e.sees("The settings were saved.")
	if s := e.stored(); s.Attended != "sat,sun 10:00-24:00" || s.Schedule != core.DefaultSchedule {
		t.Errorf("stored %q, %q", s.Attended, s.Schedule)
	}
	e.typeIn(model.FieldAttended, "always")
	e.sees("The bank may ask for a code at any hour")
	e.press("Save")
	e.until("the hours", func() bool { return e.stored().Attended == "always" })
}

func TestAttendedHoursAreChosenByName(t *testing.T) {
	e := newEditing(t, core.Passthrough, withCodes)
	for _, code := range lang.Codes {
		e.app.setLanguage(code)
		e.open()
		e.settled()
		for _, text := range model.AttendedChoices {
			e.form().ed.Form.Attended = text
			e.form().load()
			if got := attendedID(e.form().ed.Form); got != text {
				t.Errorf("%s: %q is shown as %q", code, text, got)
			}
			if words, ok := attendedWords(text); !ok || strings.Contains(words, "edit.") {
				t.Errorf("%s: %q in words: %q", code, text, words)
			}
		}
		e.form().ed.Form.Attended = core.DefaultAttended // which takes the most words
		e.form().load()
		e.form().bring(e.control(model.FieldStartDate).object)
		e.settled()
		e.fits("attended " + code)
		e.picture("settings-attended-" + code + ".png")
	}
	e.app.setLanguage("en")
	e.open()
	e.dropDown("Monday to Friday, 08:00 to 19:00").OnChosen("mon-sat 08:00-19:00")
	e.dropDown("Monday to Saturday, 08:00 to 19:00").OnChosen(custom)
	if got := e.app.window.Canvas().Focused(); got != e.control(model.FieldAttended).focus {
		t.Errorf("other hours are written in %T", got)
	}
	e.dropDown("Monday to Saturday, 08:00 to 19:00") // until something is written
	if got := attendedID(model.Form{Attended: "tue 08:00-09:00"}); got != custom {
		t.Errorf("hours of their own are shown as %q", got)
	}
}

func TestUniqueAmountIsChosen(t *testing.T) {
	e := newEditing(t, core.Reconcile, func(d *desk) core.Account {
		return filled(d, "itau", "Operating account", func(in *core.SettingsInput) {
			in.PendingOrdersEndpoint = new("https://erp.acme.example/pending")
		})
	})
	e.sees("Only if no other order or payment has this amount.")
	e.tap(lang.T("edit.unique_amount"))
	e.sees("Not saved yet.")
	e.press("Save")
	e.until("the wish", func() bool { return e.stored().UniqueAmount })
	e.tap(lang.T("edit.unique_amount"))
	e.press("Save")
	e.until("no wish", func() bool { return !e.stored().UniqueAmount })
}

// tap ticks a box by its words.
func (e *editing) tap(words string) {
	e.t.Helper()
	for _, o := range e.objects() {
		if box, ok := o.(*tick); ok && box.Text == words {
			test.Tap(box)
			e.queue.drain()
			return
		}
	}
	e.t.Fatalf("no box says %q", words)
}
