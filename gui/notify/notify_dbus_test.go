//go:build unix && !darwin

package notify_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"reconbanker/gui/desktest"
	"reconbanker/gui/notify"
)

type press struct{ key, action string }

// opened is a desk on a bus of the test's own.
func opened(t *testing.T) (*notify.Desk, chan press, chan error) {
	t.Helper()
	pressed, failed := make(chan press, 8), make(chan error, 8)
	d := notify.Open(notify.Config{
		Name: "Reconbanker", ID: "com.reconbanker.desktop",
		Pressed: func(key, action string) { pressed <- press{key, action} },
		Failed:  func(err error) { failed <- err },
	})
	t.Cleanup(d.Close)
	return d, pressed, failed
}

var code = notify.Note{
	Key: "code-1", Title: "Code needed", Body: "A & B <b>SA</b>", Urgent: true,
	Actions: []notify.Action{{ID: notify.Default, Words: "Open"}, {ID: "enter", Words: "Enter code"}},
}

func TestShowPressReplaceWithdraw(t *testing.T) {
	address, _ := desktest.StartBus(t)
	server := desktest.StartNotifications(t, address, "body", "actions", "body-markup")
	d, pressed, _ := opened(t)
	d.Show(code)
	first := server.Next()
	if first.App != "Reconbanker" || first.Title != "Code needed" || first.Replaces != 0 || first.Timeout != -1 ||
		first.Hints["urgency"].Value() != byte(2) || first.Hints["desktop-entry"].Value() != "com.reconbanker.desktop" {
		t.Errorf("shown: %+v", first)
	}
	if first.Body != "A &amp; B &lt;b&gt;SA&lt;/b&gt;" {
		t.Errorf("the body is markup: %s", first.Body)
	}
	if !slices.Equal(first.Actions, []string{"default", "Open", "enter", "Enter code"}) {
		t.Errorf("buttons: %q", first.Actions)
	}
	server.Press(first.ID, "enter")
	if got := <-pressed; got != (press{"code-1", "enter"}) {
		t.Errorf("pressed %+v", got)
	}

	d.Show(code)
	second := server.Next()
	calm := code
	calm.Urgent = false
	d.Show(calm)
	third := server.Next()
	if third.Replaces != second.ID || third.Hints["urgency"].Value() != byte(1) {
		t.Errorf("a newer note does not take the place of %d: %+v", second.ID, third)
	}
	d.Withdraw("code-1")
	if id := server.NextWithdrawn(); id != third.ID {
		t.Errorf("%d was taken back, not %d", id, third.ID)
	}
	d.Withdraw("code-1") // it is gone: nothing is asked
	d.Withdraw("code-2")
	d.Show(code)
	if again := server.Next(); again.Replaces != 0 {
		t.Errorf("it replaces one that is gone: %+v", again)
	}
}

func TestPressBeforeTheAnswer(t *testing.T) {
	address, _ := desktest.StartBus(t)
	server := desktest.StartNotifications(t, address, "actions")
	server.Hurry()
	d, pressed, _ := opened(t)
	d.Show(code)
	if shown := server.Next(); shown.Body != code.Body {
		t.Errorf("a server without markup was sent %q", shown.Body)
	}
	if got := <-pressed; got.key != "code-1" {
		t.Errorf("pressed %+v", got)
	}
}

func TestServerWithoutButtons(t *testing.T) {
	address, _ := desktest.StartBus(t)
	server := desktest.StartNotifications(t, address, "body")
	d, pressed, _ := opened(t)
	d.Show(code)
	shown := server.Next()
	if len(shown.Actions) != 0 {
		t.Errorf("buttons: %q", shown.Actions)
	}
	other := code
	other.Key = "code-2"
	d.Show(other)
	server.Dismiss(shown.ID, 1)
	server.Press(shown.ID+5, "default") // of another program
	server.Press(server.Next().ID, "default")
	if got := <-pressed; got.key != "code-2" { // what came before it was heard, too
		t.Errorf("another program's note was taken for ours: %+v", got)
	}
	d.Show(code)
	if again := server.Next(); again.Replaces != 0 {
		t.Errorf("it replaces one that was dismissed: %+v", again)
	}
}

// TestServerComesAndGoes: no bus, a bus without a server, a bus that died, and
// another in its place.
func TestServerComesAndGoes(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	d, pressed, failed := opened(t)
	d.Show(code)
	if err := <-failed; err == nil {
		t.Error("shown without a bus")
	}
	_, stop := desktest.StartBus(t)
	d.Show(code)
	if err := <-failed; err == nil {
		t.Error("shown without a server")
	}
	stop()
	address, _ := desktest.StartBus(t)
	server := desktest.StartNotifications(t, address, "actions")
	d.Show(code)
	server.Press(server.Next().ID, "enter")
	if got := <-pressed; got != (press{"code-1", "enter"}) {
		t.Errorf("pressed %+v", got)
	}
}

func TestBus(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	for given, want := range map[string]string{"unix:path=/x": "unix:path=/x", "": "", "autolaunch:": ""} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", given)
		if got := notify.Bus(); got != want {
			t.Errorf("%q leads to %q", given, got)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	if got := notify.Bus(); got != "" {
		t.Errorf("a plain file is taken for a bus: %s", got)
	}
}
