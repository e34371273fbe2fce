package main

import (
	"context"
	"os"
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"reconbanker/core/cli"
	"reconbanker/gui"
	"reconbanker/icons"
)

const appID = "com.reconbanker.desktop"

// display tells whether there is a screen for a window.
func display() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// window shows the window until it has gone for good. It runs on the main
// goroutine.
func (p *program) window(ctx context.Context) error {
	// Without the migration every widget call would be checked, at ten times the cost.
	app.SetMetadata(fyne.AppMetadata{
		ID: appID, Name: "Reconbanker", Version: version, Icon: icons.App, Migrations: map[string]bool{"fyneDo": true},
	})
	cfg := gui.Config{
		Core: p.core, Version: version, Dir: p.dir, Actor: cli.Actor(), Backup: p.store.Backup,
		BrowserPath: p.browser, CheckBrowser: p.checkBrowser, Demo: p.demo, Quit: p.end,
	}
	if !p.chosen {
		cfg.SaveBrowser = p.saveBrowser
	}
	w := gui.New(cfg)
	p.onClose(p.endTrial)
	p.resumeTrial()
	p.gui.Store(w)
	w.Run(ctx, app.NewWithID(appID))
	return nil
}

// present tells whether a person is at the window.
func (p *program) present() bool {
	w := p.gui.Load()
	return w != nil && w.Present()
}
