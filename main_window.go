package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"reconbanker/core"
	"reconbanker/core/cli"
	"reconbanker/core/vault"
	"reconbanker/gui"
	"reconbanker/gui/autostart"
	"reconbanker/icons"
)

const appID = "com.reconbanker.desktop"

// display tells whether there is a screen for a window.
func display() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// window returns what shows the window until it has gone for good. That runs on
// the main goroutine.
func (p *program) window(command string, g *cli.Grammar) func(context.Context) error {
	return func(ctx context.Context) error { return p.showWindow(ctx, command, g) }
}

// migrations tell Fyne that only its own goroutine touches what is on screen. Without
// them every widget call would be checked, at ten times the cost: a test does that.
var migrations = map[string]bool{"fyneDo": true}

// metadata is what Fyne is told of the program.
func metadata() fyne.AppMetadata {
	return fyne.AppMetadata{ID: appID, Name: "Reconbanker", Version: version, Icon: icons.App, Migrations: migrations}
}

func (p *program) showWindow(ctx context.Context, command string, g *cli.Grammar) error {
	app.SetMetadata(metadata())
	cfg := gui.Config{
		Core: p.core, Version: version, Dir: p.dir, Actor: cli.Actor(), Backup: p.store.Backup,
		Hidden: g.Window.Hidden, BrowserPath: p.browser, CheckBrowser: p.checkBrowser, Demo: p.demo, Quit: p.end, Abandon: p.abandon, API: p.api, Secrets: secrets{p.vault},
	}
	if !p.chosen {
		cfg.SaveBrowser = p.saveBrowser
	}
	if entry, err := atLogin(os.Executable, g); err == nil && command == "window" {
		cfg.AtLogin = entry
	}
	w := gui.New(cfg)
	p.onClose(p.endTrial)
	p.resumeTrial()
	p.gui.Store(w)
	w.Run(ctx, app.NewWithID(appID))
	return nil
}

// abandon ends the program where Fyne keeps the main goroutine for itself.
func (p *program) abandon() {
	p.log.Warn().Msg("the window's loop did not end: the program ends without it")
	p.close()
	os.Exit(cli.ExitOK) // the lock goes with the process
}

// secrets is the vault as a person opens it.
type secrets struct{ vault *vault.Vault }

// Why implements gui.Secrets.
func (s secrets) Why() string {
	var l *vault.LockedError
	if errors.As(s.vault.Locked(), &l) {
		return string(l.Why)
	}
	return ""
}

// Opener implements gui.Secrets.
func (s secrets) Opener(ctx context.Context) (string, error) {
	o, err := s.vault.Opener(ctx)
	return string(o), err
}

var errOneTry = errors.New("one passphrase was given")

// Unlock implements gui.Secrets. A keychain that answers meanwhile comes first.
func (s secrets) Unlock(ctx context.Context, passphrase []byte) error {
	if passphrase == nil {
		return s.vault.UnlockWith(ctx, nil)
	}
	defer clear(passphrase)
	err := s.vault.UnlockWith(ctx, func(_ context.Context, r vault.Reason) ([]byte, error) {
		if r.Attempt > 1 {
			return nil, errOneTry // wrong or weak
		}
		return bytes.Clone(passphrase), nil
	})
	debug.FreeOSMemory() // deriving a key from a passphrase takes 64 MiB
	if errors.Is(err, vault.ErrWrongPassphrase) || errors.Is(err, vault.ErrWeakPassphrase) {
		return core.Invalid("passphrase", "%s", err)
	}
	return err
}

// atLogin is the program as it is started when the person logs in: hidden, and
// with the same data.
func atLogin(executable func() (string, error), g *cli.Grammar) (autostart.Entry, error) {
	path, err := executable()
	if image := os.Getenv("APPIMAGE"); image != "" {
		path, err = image, nil // what is mounted now is elsewhere the next time
	}
	if err != nil {
		return autostart.Entry{}, fmt.Errorf("find this program: %w", err)
	}
	command := []string{path, "window", "--hidden"}
	for _, flag := range []struct{ name, value string }{
		{"--data", g.Data},
		{"--passphrase-file", g.PassphraseFile},
		{"--browser", g.Globals.Browser},
		{"--browser-url", g.BrowserURL},
	} {
		if flag.value != "" {
			command = append(command, flag.name+"="+flag.value)
		}
	}
	if g.AllowRoot {
		command = append(command, "--allow-root")
	}
	return autostart.Entry{ID: appID, Name: "Reconbanker", Command: command}, nil
}

// present tells whether a person is at the window.
func (p *program) present() bool {
	w := p.gui.Load()
	return w != nil && w.Present()
}
