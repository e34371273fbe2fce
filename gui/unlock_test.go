package gui

import (
	"context"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/gui/model"
)

// fakeLock is a lock that a passphrase opens, and a keychain once it answers.
type fakeLock struct {
	mu         sync.Mutex
	why        string
	opener     string
	passphrase string // that opens it
	keychain   bool   // answers
}

func (l *fakeLock) Why() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

func (l *fakeLock) Opener(context.Context) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.opener, nil
}

func (l *fakeLock) Unlock(_ context.Context, passphrase []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.keychain, passphrase != nil && l.opener == "new_passphrase":
		l.passphrase = string(passphrase)
	case passphrase == nil:
		return core.ErrLocked
	case string(passphrase) != l.passphrase:
		return core.Invalid("passphrase", "that is not it")
	}
	l.why = ""
	return nil
}

func withLock(l *fakeLock) func(*Config) { return func(c *Config) { c.Secrets = l } }

func (d *desk) types(text string) {
	d.t.Helper()
	test.Type(d.app.window.Canvas().Focused(), text)
}

func TestLockedSecretsAreOpenedByPassphrase(t *testing.T) {
	lock := &fakeLock{why: "no_passphrase", opener: "passphrase", passphrase: "correct horse battery"}
	d := newDesk(t, demo, withLock(lock))
	d.until("the dialog", func() bool { return len(d.app.modals) == 1 })
	d.sees("This data folder is opened by a passphrase.")
	d.press("Later")
	d.sees("The saved passwords are locked")
	d.app.touch(model.Everything())
	d.queue.drain()
	if len(d.app.modals) != 0 {
		t.Fatal("the person is asked again")
	}
	d.press("Unlock…")
	d.until("the dialog", func() bool { return len(d.app.modals) == 1 })
	d.press("Unlock")
	d.sees("That is not the passphrase")
	d.types("wrong")
	d.press("Unlock")
	d.sees("That is not the passphrase")
	d.key(fyne.KeyEscape)
	d.press("Unlock…")
	d.until("the dialog", func() bool { return len(d.app.modals) == 1 })
	d.types("correct horse battery")
	d.press("Unlock")
	d.sees("The saved passwords are open.")
	d.until("the banner to go", func() bool { return !d.app.shell.lock.root.Visible() && len(d.app.modals) == 0 })
}

func TestNewPassphraseWithoutAKeychain(t *testing.T) {
	lock := &fakeLock{why: "no_keychain", opener: "new_passphrase"}
	d := newDesk(t, demo, withLock(lock))
	d.until("the dialog", func() bool { return len(d.app.modals) == 1 })
	d.types("short")
	d.press("Use this passphrase")
	d.sees("At least 12 characters")
	d.types(" but now long")
	d.press("Use this passphrase")
	d.sees("The two are not the same")
	d.types("short but now long")
	d.press("Use this passphrase")
	d.sees("The saved passwords are open.")
	if lock.passphrase != "short but now long" {
		t.Errorf("the passphrase is %q", lock.passphrase)
	}
}

func TestKeychainThatAnswersLater(t *testing.T) {
	lock := &fakeLock{why: "keychain_silent"}
	d := newDesk(t, demo, withLock(lock))
	d.until("the dialog", func() bool { return len(d.app.modals) == 1 })
	d.press("Ask the keychain again")
	d.until("what went wrong", func() bool { return !d.app.modals[0].out.Busy() })
	lock.mu.Lock()
	lock.keychain = true
	lock.mu.Unlock()
	d.press("Ask the keychain again")
	d.sees("The saved passwords are open.")
}

func TestHiddenStartAsksWhenThePersonLooks(t *testing.T) {
	d := newDesk(t, demo, withLock(&fakeLock{why: "no_keychain"}), func(c *Config) { c.Hidden = true })
	d.app.hidden = true
	d.app.lockSaid = false
	for len(d.app.modals) > 0 {
		d.app.escape()
	}
	d.app.showLock()
	d.queue.drain()
	if len(d.app.modals) != 0 {
		t.Error("a hidden window asks")
	}
	d.app.hidden = false
	d.app.showLock()
	d.until("the dialog", func() bool { return len(d.app.modals) == 1 })
}

func TestDrawUnlock(t *testing.T) {
	for _, s := range []struct{ name, why, opener string }{
		{"passphrase", "no_passphrase", "passphrase"},
		{"new", "no_keychain", "new_passphrase"},
		{"keychain", "keychain_silent", ""},
	} {
		lock := &fakeLock{why: s.why, opener: s.opener}
		drawn(t, "unlock-"+s.name, demo, func(d *desk) {
			if len(d.app.modals) == 0 {
				d.app.askUnlock()
			}
			d.until("the dialog", func() bool { return len(d.app.modals) == 1 })
		}, withLock(lock))
	}
	lock := &fakeLock{why: "no_keychain"}
	drawn(t, "unlock-banner", demo, func(d *desk) { d.pick("Operating account") }, withLock(lock), func(c *Config) { c.Hidden = true })
}
