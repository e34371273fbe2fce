package model_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/gui/model"
)

func assisted(hours string) core.Settings {
	s := complete()
	s.LoginMode, s.Attended = core.Assisted, hours
	return s
}

func TestAttendedHoursAreOfAssistedAccounts(t *testing.T) {
	tests := []struct {
		name    string
		stored  core.Settings
		change  func(f *model.Form)
		trouble model.Trouble
		dirty   bool
		sent    string // "" when nothing is
	}{
		{"none stored", assisted(""), func(*model.Form) {}, 0, false, core.DefaultAttended},
		{"stored", assisted("sat 10:00-12:00"), func(*model.Form) {}, 0, false, "sat 10:00-12:00"},
		{"changed", assisted(""), func(f *model.Form) { f.Attended = "Always " }, 0, true, "always"},
		{"emptied", assisted("always"), func(f *model.Form) { f.Attended = " " }, 0, true, core.DefaultAttended},
		{"written otherwise", assisted("always"), func(f *model.Form) { f.Attended = " ALWAYS" }, 0, false, "always"},
		{"over midnight", assisted(""), func(f *model.Form) { f.Attended = "mon 19:00-08:00" }, model.BadAttended, true, "mon 19:00-08:00"},
		{"no hours", assisted(""), func(f *model.Form) { f.Attended = "mon-fri" }, model.BadAttended, true, "mon-fri"},
		{"wrong, and no codes", complete(), func(f *model.Form) { f.Attended = "mon-fri" }, 0, false, ""},
		{"no more codes", assisted("always"), func(f *model.Form) { f.Login, f.Attended = core.Simple, "never" }, 0, true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := editorOf(core.Passthrough, tt.stored)
			tt.change(&e.Form)
			p := e.Problems()[model.FieldAttended]
			if p.Trouble != tt.trouble || p.Blocks() != (tt.trouble != 0) || e.Dirty() != tt.dirty {
				t.Errorf("problem %+v, dirty %t", p, e.Dirty())
			}
			if wrong := e.Marks()[model.InReading] == model.Wrong; wrong != (tt.trouble != 0) {
				t.Errorf("the schedule is marked wrong: %t", wrong)
			}
			sent := e.Input().Own.Attended
			if tt.sent == "" && sent != nil || tt.sent != "" && (sent == nil || *sent != tt.sent) {
				t.Errorf("sent %v, not %q", sent, tt.sent)
			}
		})
	}
}

// TestTimetableInAttendedHours: what the form promises is what the schedule does.
func TestTimetableInAttendedHours(t *testing.T) {
	here := time.FixedZone("here", -4*3600)
	now := time.Date(2026, 11, 25, 18, 30, 0, 0, here) // a Wednesday
	tests := []struct {
		name, schedule, hours string
		mode                  core.LoginMode
		next                  string
		week                  int
	}{
		{"no codes", "@every 20m", "mon 08:00-09:00", core.Simple, "Wed 18:50 Wed 19:10 Wed 19:30", 504},
		{"always", "@every 20m", "always", core.Assisted, "Wed 18:50 Wed 19:10 Wed 19:30", 504},
		{"every hour", "@every 1h", "mon-fri 08:00-19:00", core.Assisted, "Thu 08:00 Thu 09:00 Thu 10:00", 55},
		{"at night", "0 3 * * *", "mon-fri 08:00-19:00", core.Assisted, "Thu 08:00 Fri 08:00 Mon 08:00", 5},
		{"within", "0 9 * * 1-5", "mon-fri 08:00-19:00", core.Assisted, "Thu 09:00 Fri 09:00 Mon 09:00", 5},
		{"no hours yet", "@every 20m", "mon", core.Assisted, "Wed 18:50 Wed 19:10 Wed 19:30", 504},
	}
	for _, tt := range tests {
		f := model.Form{Schedule: tt.schedule, Attended: tt.hours, Login: tt.mode}
		got, ok := model.ReadAttended(f, here, here, now)
		var next []string
		for _, at := range got.Next {
			next = append(next, at.In(here).Format("Mon 15:04"))
		}
		if !ok || strings.Join(next, " ") != tt.next || got.LoginsAWeek() != tt.week {
			t.Errorf("%s: next %s, %d a week", tt.name, next, got.LoginsAWeek())
		}
	}
	if _, ok := model.ReadAttended(model.Form{Schedule: "soon", Login: core.Assisted}, here, here, now); ok {
		t.Error("no schedule is taken for one")
	}
}

func TestAttendedChoicesAreDifferentHours(t *testing.T) {
	var seen []core.Attended
	for _, text := range model.AttendedChoices {
		hours, err := core.ParseAttended(text)
		if err != nil || slices.Contains(seen, hours) {
			t.Errorf("%q: %v", text, err)
		}
		seen = append(seen, hours)
	}
}

// TestTheFormHasEveryOwnSetting saves a form in which everything is set, through
// core, and opens it again.
func TestTheFormHasEveryOwnSetting(t *testing.T) {
	w := coretest.NewWorld(t)
	a, err := w.Core.CreateAccount(t.Context(), coretest.BankCode, "Caja", "ana")
	if err != nil {
		t.Fatal(err)
	}
	e := model.NewEditor(a, w.Bank.Info(), core.Passthrough, core.Settings{})
	e.Form.Login, e.Form.Attended, e.Form.UniqueAmount = core.Assisted, "sat 10:00-12:00", true
	if !e.Dirty() {
		t.Fatal("nothing is changed")
	}
	in := e.Input()
	own := reflect.ValueOf(*in.Own)
	for i := range own.NumField() {
		if own.Field(i).IsNil() {
			t.Errorf("%s is not in the form", own.Type().Field(i).Name)
		}
	}
	stored, err := w.Core.SaveSettings(t.Context(), a.ID, in, true, "ana")
	if err != nil {
		t.Fatal(err)
	}
	again := model.NewEditor(a, w.Bank.Info(), core.Passthrough, stored)
	if again.Form.Attended != "sat 10:00-12:00" || !again.Form.UniqueAmount {
		t.Errorf("stored %q, %t", again.Form.Attended, again.Form.UniqueAmount)
	}
	again.Form.UniqueAmount = false
	if stored, err = w.Core.SaveSettings(t.Context(), a.ID, again.Input(), true, "ana"); err != nil || stored.UniqueAmount {
		t.Errorf("stored %t, %v", stored.UniqueAmount, err)
	}
}
