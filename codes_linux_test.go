package main

import (
	"context"
	"encoding/json"
	"errors"
	"image"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"reconbanker/core/outbound/receiver"
	"reconbanker/gui/desktest"
	"reconbanker/scrapers/demobank/site"
)

// seat is a desktop with the program hidden in its tray, a notification server,
// and a bank that asks for a code with every login.
type seat struct {
	*desktop
	child
	notes *desktest.Notifications
	bank  *site.Server
	hooks *receiver.Receiver
	user  site.Login
	ended chan error
}

func takeSeat(t *testing.T) *seat { return takeSeatOf(t, "") }

// takeSeatOf is takeSeat of one of the bank's users, who need not have to give a
// code; "" is the first, who must.
func takeSeatOf(t *testing.T, user string) *seat {
	t.Helper()
	s := &seat{
		desktop: newDesktop(t), child: child{t: t, dir: t.TempDir(), pass: passphraseFile(t)},
		ended: make(chan error, 1),
	}
	s.notes = desktest.StartNotifications(t, os.Getenv("DBUS_SESSION_BUS_ADDRESS"), "body", "body-markup", "actions")
	var err error
	s.bank, err = site.Start("", site.Config{Seed: 7, Quiet: true})
	must(t, err)
	t.Cleanup(func() { _ = s.bank.Close() })
	must(t, s.bank.Set(site.CodeAlways, user == ""))
	for _, l := range s.bank.Logins() {
		if s.user.User == "" || l.User == user {
			s.user = l
		}
	}
	s.hooks, err = receiver.Start("")
	must(t, err)
	t.Cleanup(func() { _ = s.hooks.Close() })
	s.begin()
	s.enrol()
	return s
}

// begin starts the program and waits until it answers.
func (s *seat) begin() {
	t := s.desktop.t
	t.Helper()
	s.cmd = s.command(context.Background(), "window", "--hidden")
	s.cmd.Env = append(s.env, childEnv+"=0")
	s.cmd.Stderr = &s.errs
	must(s.child.t, s.cmd.Start())
	gone := make(chan struct{})
	go func() {
		s.ended <- s.cmd.Wait()
		close(gone)
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		<-gone
		if t.Failed() {
			t.Logf("the program said:\n%s", &s.errs)
		}
	})
	s.answers()
}

func (s *seat) enrol() {
	t := s.child.t
	t.Helper()
	must(t, s.ask(nil, "", "mode", "passthrough"))
	must(t, s.ask(nil, "", "accounts", "add", "demobank", "Operating account"))
	doc, err := json.Marshal(map[string]any{
		"webhook_url": s.hooks.URL, "bank_username": s.user.User, "bank_password": s.user.Password, "login_mode": "assisted",
		"own": map[string]any{"bank_fields": map[string]string{"address": s.bank.URL()}},
	})
	must(t, err)
	must(t, s.ask(nil, string(doc), "settings", "set", "Operating account"))
}

// scrape asks for a run; what it came to arrives on the channel.
func (s *seat) scrape() <-chan error {
	done := make(chan error, 1)
	go func() { done <- s.ask(nil, "", "scrape", "Operating account") }()
	return done
}

// The window of the codes, by its title, and its entry in the tray.
const (
	asking   = "Code for Operating account"
	second   = "Code for Operating account .2/3."
	accepted = "Accepted · Operating account"
	entry    = "Enter code for Operating account"
)

// TestCodeAtTheDesk is a login with a code as a person lives it: the program is
// hidden in the tray; a notification and a window ask for the code; put off, it is
// found again through the notification and through the tray; a wrong one is asked
// for again; the right one reaches the bank, and the account is read.
func TestCodeAtTheDesk(t *testing.T) {
	s := takeSeat(t)
	s.tray.Until("the entry of the window", in("Open Reconbanker"))
	calm := s.tray.Icon()
	run := s.scrape()
	note := s.notes.Next()
	if note.Title != "Code needed: Operating account" || !strings.HasPrefix(note.Body, "Demo Bank waits for a code until ") ||
		len(note.Actions) != 4 || note.Actions[3] != "Enter code" || note.Hints["urgency"].Value() != byte(2) {
		t.Errorf("the notification is %+v", note)
	}
	window := s.window(asking)
	s.tray.Until("the code in the tray", in(entry))
	if same(calm, s.tray.Icon()) {
		t.Error("the tray's icon asks for no attention")
	}
	s.picture("by-itself")
	s.putOff(window)

	s.notes.Press(note.ID, note.Actions[2])
	window = s.window(asking)
	s.picture("from-the-notification")
	s.putOff(window)

	s.tray.Click(entry)
	window = s.window(asking)
	s.front(window)
	right := s.bank.CurrentCode(s.user.User)
	s.xdotool("type", "--delay", "40", otherThan(right))
	window = s.window(second)
	s.front(window)
	s.picture("refused")
	s.xdotool("type", "--delay", "40", right)
	must(t, within(2*time.Minute, run))
	s.tray.Until("a tray that asks for nothing", func(menu map[string]int32) bool { return !in(entry)(menu) })
	window = s.window(accepted)
	s.picture("accepted")
	s.putOff(window)
	if n := s.bank.Submits(s.user.User); n != 1 {
		t.Errorf("%d passwords were sent", n)
	}
	if len(s.hooks.Received()) == 0 {
		t.Error("nothing was read")
	}
	must(t, s.cmd.Process.Signal(syscall.SIGTERM))
	must(t, within(time.Minute, s.ended))
}

// front gives a window the keyboard.
func (s *seat) front(window string) {
	s.desktop.t.Helper()
	s.until("the focus", func() bool {
		if s.active(window) {
			return true
		}
		_, _ = s.run("xdotool", "windowactivate", window) // a window that has just come may not take it yet
		return false
	})
}

// putOff closes the window of the codes with the keyboard.
func (s *seat) putOff(window string) {
	s.desktop.t.Helper()
	s.front(window)
	s.xdotool("key", "Escape")
	s.until("the window to go", func() bool { return !s.shown(window) })
}

func in(entry string) func(map[string]int32) bool {
	return func(menu map[string]int32) bool {
		_, ok := menu[entry]
		return ok
	}
}

// otherThan is a code that is not the right one.
func otherThan(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

// within waits for what a goroutine has to say.
func within(limit time.Duration, said <-chan error) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-said:
		return err
	case <-timer.C:
		return errors.New("waited in vain for an end")
	}
}

func same(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}
