package gui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
)

func (d *desk) openSettings() *appSettings {
	d.t.Helper()
	d.app.goTo(atSettings)
	v, ok := d.app.shell.screens[atSettings].(*appSettings)
	if !ok {
		d.t.Fatal("there is no page of settings")
	}
	d.until("the preferences", func() bool { return v.alerts.prefs != core.Preferences{} })
	return v
}

// withBrowser is a settings page that can check and save a browser.
func (d *desk) withBrowser(saved *string) *appSettings {
	d.t.Helper()
	d.app.views.preferences = func() View {
		return newAppSettings(d.app, machine{
			backup: d.app.cfg.Backup, dir: d.app.cfg.Dir, version: "0.1.0",
			checkBrowser: func(path string) (string, error) {
				if path != "/usr/bin/chromium" {
					return "", errors.New(path + " is no browser")
				}
				return "Chromium 156.0.7204.49", nil
			},
			saveBrowser: func(path string) error {
				*saved = path
				return nil
			},
		})
	}
	return d.openSettings()
}

func TestModeIsChangedAfterAsking(t *testing.T) {
	d := newScreens(t, demo)
	d.openSettings()
	d.press("Use this mode")
	d.sees("Change the mode to reconcile?")
	d.sees("deletes nothing")
	d.press("Cancel")
	if mode, _ := d.core.OperationMode(t.Context()); mode != core.Passthrough {
		t.Fatalf("the mode is %q after a cancel", mode)
	}
	d.press("Use this mode")
	d.press("Use this mode") // of the dialog, which is in front
	d.until("the other mode", func() bool { return d.app.over.Mode == core.Reconcile })
	d.sees("The mode was changed.")
	if rows, _, err := d.core.Runs(t.Context(), core.RunFilter{}); err != nil || len(rows) == 0 {
		t.Errorf("%d runs are left, error %v", len(rows), err)
	}
}

func TestSchedulePausesFromTheSettings(t *testing.T) {
	d := newScreens(t, demo)
	d.openSettings()
	d.sees("Accounts are read at their times.")
	d.press("Pause the schedule")
	d.sees("No account is read by itself.")
	d.press("Resume the schedule")
	d.until("the schedule to run", func() bool { return !d.app.over.Paused })
}

func TestBrowserIsCheckedAndSaved(t *testing.T) {
	d := newScreens(t, demo)
	saved := ""
	v := d.withBrowser(&saved)
	d.app.window.Canvas().Focus(v.path)
	test.Type(v.path, "/opt/nothing")
	d.press("Check")
	d.sees("/opt/nothing is no browser")
	if !v.Unsaved() {
		t.Error("what was typed is not known to be unsaved")
	}
	d.app.window.Canvas().Focus(v.path)
	d.key(fyne.KeyEscape)
	if v.path.Text != "" || v.Unsaved() || !v.save.Disabled() {
		t.Error("Escape does not bring back what was saved")
	}
	v.path.SetText(` "/usr/bin/chromium" `)
	d.press("Check")
	d.sees("Works: Chromium 156.0.7204.49")
	d.press("Save")
	d.until("the path to be saved", func() bool { return !v.Unsaved() })
	if saved != "/usr/bin/chromium" {
		t.Errorf("saved %q", saved)
	}
}

func TestBackupSaysWhere(t *testing.T) {
	d := newScreens(t, demo, func(c *Config) {
		c.Backup = func(context.Context) (string, error) { return filepath.Join(c.Dir, "backups", "today.db"), nil }
	})
	d.openSettings()
	d.press("Back up now")
	d.sees("The backup is made.")
	d.sees("Backed up at 09:50:00")
	d.press("Copy path")
	if got := d.fyne.Clipboard().Content(); got == "" {
		t.Error("nothing was copied")
	}
}

func TestBackupThatFailsIsTold(t *testing.T) {
	d := newScreens(t, demo, func(c *Config) {
		c.Backup = func(context.Context) (string, error) { return "", errors.New("the disk is full") }
	})
	v := d.openSettings()
	d.press("Back up now")
	d.sees("The backup was not made")
	if v.copied.Visible() {
		t.Error("a backup is shown that was not made")
	}
}

func TestLanguageAndAppearanceStayOnThePage(t *testing.T) {
	d := newScreens(t, demo)
	t.Cleanup(func() { lang.Use("en") })
	v := d.openSettings()
	v.language.OnChosen("es")
	d.sees("Carpeta de datos")
	if d.app.shell.at != atSettings || d.app.prefs.Language != "es" {
		t.Errorf("the window is at %v in %q", d.app.shell.at, d.app.prefs.Language)
	}
	d.openSettings().appearance.OnChosen(string(look.Dark))
	d.openSettings().language.OnChosen("en")
	if d.app.shell.at != atSettings || d.app.prefs.Appearance != look.Dark {
		t.Errorf("the window is at %v and looks %q", d.app.shell.at, d.app.prefs.Appearance)
	}
	if !strings.Contains(strings.Join(d.texts(), " "), "Accounts") {
		t.Error("the window does not speak English again")
	}
}

func TestDrawSettings(t *testing.T) {
	saved := ""
	bottom := func(d *desk) {
		v := d.withBrowser(&saved)
		v.scroll.ScrollToBottom()
	}
	drawn(t, "preferences", demo, func(d *desk) { d.withBrowser(&saved) })
	drawn(t, "preferences-data", demo, bottom)
	drawn(t, "preferences-mode", demo, func(d *desk) {
		v := d.withBrowser(&saved)
		v.askMode(core.Reconcile, lang.T("app_settings.reconcile"), v.modes[core.Reconcile].use)
	})
}
