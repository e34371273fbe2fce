package gui

import (
	"context"
	"time"

	"fyne.io/fyne/v2/theme"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
)

// closing is called when a person closes the window: with a tray it goes on
// working there, without one the program ends.
func (a *App) closing() {
	if len(a.modals) > 0 {
		a.escape()
		return
	}
	known := false
	a.do(action{then: func() {
		if !known || !a.tray.on {
			a.askQuit()
			return
		}
		a.hide()
	}}, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		known = a.cfg.TrayHost(ctx)
		return nil
	})
}

// hide leaves the window to the tray, and says so the first time.
func (a *App) hide() {
	a.rememberSize()
	if a.prefs.TrayTold {
		a.vanish()
		return
	}
	var m *modal
	quit := look.NewButton(lang.T("tray.quit"), func() {
		m.close()
		a.askQuit()
	})
	stay := look.NewButton(lang.T("dialog.cancel"), func() { m.close() })
	ok := look.NewPrimary(lang.T("close.yes"), func() {
		m.close()
		a.prefs.TrayTold = true
		a.savePrefs()
		a.vanish()
	})
	m = a.newModal(440, lang.T("close.title"), look.NewLines(lang.T("close.means"), look.Muted, theme.SizeNameText), stay, quit, ok)
	m.show()
	a.window.Canvas().Focus(ok)
}

// vanish takes the window off the screen; the tray brings it back.
func (a *App) vanish() {
	a.hidden = true
	a.onScreen()
	a.window.Hide()
	a.codes.tick()
}

// askQuit ends the program, after asking when that would cost something.
func (a *App) askQuit() {
	a.leave(a.shell.screens[a.shell.at], func() {
		if n := a.over.AtWork; n > 0 {
			a.raise()
			a.confirm(lang.T("quit.title"), lang.N("quit.means", n), lang.T("tray.quit"), true, a.quit)
			return
		}
		a.quit()
	})
}
