package gui

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
)

// apiSwitch is an API that listens where it is told, unless the port is taken.
type apiSwitch struct {
	core  Core
	taken string

	mu sync.Mutex // the page is read while a switch is thrown
	at string
}

func (s *apiSwitch) Set(_ context.Context, to core.APISettings, _ string) error {
	if err := to.Check(); err != nil {
		return err
	}
	if to.Enabled && to.Listen == s.taken {
		return errors.New("the port is taken")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = ""
	if to.Enabled {
		s.at = "http://" + to.Listen
	}
	return nil
}

func (s *apiSwitch) Address() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at, nil
}

func withAPI(d *apiSwitch) func(*Config) {
	return func(c *Config) { c.API, d.core = d, c.Core }
}

func TestAPIIsSwitched(t *testing.T) {
	api := &apiSwitch{taken: "127.0.0.1:1"}
	d := newScreens(t, demo, withAPI(api))
	v := d.openSettings()
	v.api.listen.SetText("127.0.0.1:1")
	v.api.turn.Tapped(nil)
	d.sees("the port is taken")
	v.api.listen.SetText("0.0.0.0:8080")
	v.api.turn.Tapped(nil)
	d.sees("beyond this machine tokens and codes need TLS")
	v.api.listen.SetText("127.0.0.1:8080")
	v.api.turn.Tapped(nil)
	d.sees("The API listens.")
	d.sees("http://127.0.0.1:8080")
	v.api.turn.Tapped(nil)
	d.sees("The API listens no more.")
}

func TestOwnerAndKeysInTheWindow(t *testing.T) {
	d := newScreens(t, demo, withAPI(&apiSwitch{}))
	v := d.openSettings()
	d.sees("There is no owner yet")
	v.askOwnerIn(d, "ana", "short")
	d.sees("email is invalid")
	d.press("Cancel")
	v.askOwnerIn(d, "ana@acme.example", "Correcta-Caballo-7")
	d.sees("The owner is ana@acme.example.")

	d.press("New key")
	test.Type(d.app.window.Canvas().Focused(), "SMS relay")
	d.press("Make the key")
	d.sees("Copy it now")
	d.press("Copy key")
	if key := d.fyne.Clipboard().Content(); !strings.HasPrefix(key, "rbk_") || len(key) != 77 {
		t.Errorf("copied %d characters", len(key))
	}
	d.press("Close")
	d.sees("never used")
	d.press("Revoke")
	d.sees("Revoke SMS relay?")
	d.press("Revoke")
	d.sees("The key works no more.")
	keys, err := d.core.AccessKeys(t.Context())
	if err != nil || len(keys) != 1 || keys[0].RevokedAt.IsZero() {
		t.Errorf("keys %+v, %v", keys, err)
	}
}

// askOwnerIn types an owner into the dialog.
func (s *appSettings) askOwnerIn(d *desk, email, password string) {
	d.t.Helper()
	d.press("Set owner")
	canvas := d.app.window.Canvas()
	test.Type(canvas.Focused(), email)
	canvas.FocusNext()
	test.Type(canvas.Focused(), password)
	d.press("Save owner")
}

func TestDrawAPISettings(t *testing.T) {
	owned := func(d *desk) {
		demo(d)
		if _, err := d.core.SetOwner(d.t.Context(), core.OwnerInput{Email: "ana@acme.example", Password: "Correcta-Caballo-7"}, "ana"); err != nil {
			d.t.Fatal(err)
		}
		if _, _, err := d.core.CreateAccessKey(d.t.Context(), core.AccessKeyInput{Name: "SMS relay", Scopes: core.KeyScopes()}, "ana"); err != nil {
			d.t.Fatal(err)
		}
	}
	drawn(t, "preferences-api", owned, func(d *desk) {
		v := d.openSettings()
		d.until("the keys", func() bool { return len(v.api.keys.Objects) == 1 })
		v.scroll.ScrollToOffset(fyne.NewPos(0, 700))
	}, withAPI(&apiSwitch{at: "http://127.0.0.1:8080"}))
}
