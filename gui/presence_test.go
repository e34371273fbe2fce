package gui

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2/test"

	"reconbanker/core"
)

// TestPresence: somebody is there while one of our windows is on screen and was
// used a short while ago.
func TestPresence(t *testing.T) {
	d := newAskDesk(t)
	d.time.advance(time.Hour)
	if d.app.Present() {
		t.Error("present, and nobody did anything")
	}
	for name, act := range map[string]func(){
		"a key":    func() { d.app.typed("F5", false) },
		"a screen": func() { d.app.goTo(atMovements); d.app.goTo(atAccounts) },
		"an order": func() { d.app.scrapeAll(); d.app.pauseSchedule() },
		"a window": d.app.acted,
		"a mouse": func() {
			w, ok := d.app.shell.main.(*watcher)
			if !ok {
				t.Fatal("nobody watches the mouse")
			}
			w.MouseMoved(nil)
		},
	} {
		act()
		if !d.app.Present() {
			t.Errorf("after %s nobody is present", name)
		}
		d.time.advance(presentFor + time.Second)
		if d.app.Present() {
			t.Errorf("after %s somebody is present for ever", name)
		}
	}
	d.app.acted()
	d.app.vanish()
	if d.app.Present() {
		t.Error("present at a hidden window")
	}
	d.ask("Operating account")
	d.until("the window of the codes", func() bool { return d.app.codes.on })
	if !d.app.Present() {
		t.Error("not present at the window of the codes")
	}
	d.does("Later")
	if d.app.Present() {
		t.Error("present, and every window is hidden")
	}
	if New(d.app.cfg).Present() {
		t.Error("present before there is a window")
	}
}

// TestHiddenStart: hidden where a tray comes, even a while later; shown where none
// does, so that there is a way in.
func TestHiddenStart(t *testing.T) {
	for name, c := range map[string]struct {
		after  time.Duration // until the tray is there
		hidden bool
	}{"a tray": {0, true}, "a late tray": {20 * time.Second, true}, "no tray": {time.Hour, false}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				var asked atomic.Int32
				a := New(Config{Dir: t.TempDir(), Hidden: true, Dispatch: func(f func()) { f() }, TrayHost: func(context.Context) bool {
					asked.Add(1)
					return time.Since(begun) >= c.after
				}})
				a.fyne = test.NewTempApp(t)
				a.window = a.fyne.NewWindow("")
				a.watchPerson()
				a.beginHidden()
				a.working.Wait()
				if a.hidden != c.hidden || asked.Load() == 0 {
					t.Errorf("hidden %v after asking %d times", a.hidden, asked.Load())
				}
				a.end()
			})
		})
	}
}

// starts is whether the program starts with the computer.
type starts struct {
	on     bool
	broken error
}

func (s *starts) Enabled() (bool, error) { return s.on, s.broken }

func (s *starts) Set(on bool) error {
	if s.broken == nil {
		s.on = on
	}
	return s.broken
}

func TestStartWithTheComputer(t *testing.T) {
	s := &starts{}
	d := newDesk(t, one, func(c *Config) { c.AtLogin = s })
	d.openSettings()
	d.press("Turn on")
	d.sees("Reconbanker starts when you log in")
	d.until("on", func() bool { return strings.Contains(strings.Join(d.texts(), "|"), "Turn off") })
	if !s.on {
		t.Error("it is off")
	}
	s.broken = errors.New("read-only")
	d.press("Turn off")
	d.sees("This was not changed")
	s.broken = nil
	d.press("Turn off")
	d.sees("Reconbanker no longer starts")
	if s.on {
		t.Error("it is on")
	}
	s.broken = core.ErrLocked
	d.app.goTo(atAccounts)
	d.app.shell.screens[atSettings] = nil
	d.openSettings()
	d.sees("It is not known whether this is on.")
}
