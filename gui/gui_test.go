package gui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/icons"
)

func hosted(c *Config) { c.TrayHost = func(context.Context) bool { return true } }

// TestRun goes through the life of a window: raised before it is there, shown,
// and gone with its context.
func TestRun(t *testing.T) {
	d := newDesk(t, one)
	q := newQueue()
	cfg := d.app.cfg
	cfg.Dispatch = q.add
	a := New(cfg)
	a.Raise()
	ctx, cancel := context.WithCancel(context.Background())
	a.Run(ctx, test.NewApp()) // the test's app runs no loop: it returns at once
	cancel()
	if d.quits != 1 {
		t.Errorf("Quit was called %d times", d.quits)
	}
	a.Raise()
	q.drain()
}

func TestContextEndsTheWindow(t *testing.T) {
	d := newDesk(t, one)
	d.app.end()
	d.app.working.Wait()
	d.app.quit()
	d.app.quit() // twice is once
	if !d.app.ended {
		t.Error("the window is still there")
	}
}

func TestCloseWithoutATrayQuits(t *testing.T) {
	d := newDesk(t, one)
	d.app.closing()
	d.until("the end", func() bool { return d.app.ended })
}

func TestCloseAsksWhileARunIsAtWork(t *testing.T) {
	d := newDesk(t, demo)
	d.app.closing()
	d.sees("Quit while an account is being read?")
	d.app.closing() // the close button again is no, not yes
	if d.app.ended || len(d.app.modals) != 0 {
		t.Error("the dialog was closed by quitting")
	}
	d.app.askQuit()
	d.press("Quit")
	if !d.app.ended {
		t.Error("Quit does not quit")
	}
}

func TestCloseHidesToTheTray(t *testing.T) {
	d, tray := newTrayDesk(t, demo)
	d.app.closing()
	d.sees("Reconbanker keeps working")
	d.press("Keep working")
	if !d.app.prefs.TrayTold || d.app.ended {
		t.Error("what was explained is not remembered")
	}
	if again := loadPrefs(d.dir); !again.TrayTold {
		t.Error("it is not remembered over a restart")
	}
	d.app.closing()
	d.until("the second close", func() bool { return len(d.app.modals) == 0 })
	tray.tap("Open Reconbanker")
	tray.tap("Pause the schedule")
	d.sees("The schedule is paused")
	d.until("the pause in the menu", func() bool { return tray.has("Resume the schedule") })
	d.sees("Schedule paused")
}

func TestScrapeAll(t *testing.T) {
	d, tray := newTrayDesk(t, demo)
	tray.tap("Scrape all accounts")
	d.sees("2 accounts are being read.") // the healthy one and the failing one
	d.until("both runs", func() bool { return d.app.over.Queued == 2 })
	tray.tap("Scrape all accounts")
	d.sees("No account can be read now")
}

func TestTray(t *testing.T) {
	d, tray := newTrayDesk(t, one)
	if tray.icon != icons.Tray || !tray.menu.Items[len(tray.menu.Items)-1].IsQuit {
		t.Errorf("at rest: %v", tray.menu)
	}
	menus := tray.menus
	id := d.find("Operating account").ID
	run := d.begin(id, now, core.StageLogin)
	d.app.touch(model.Everything())
	d.until("blue", func() bool { return tray.icon == icons.TrayWorking })
	d.finish(run, time.Second, 0, "INVALID_CREDENTIALS", "")
	d.change(id, func(a *core.Account) { a.Block = &core.Block{At: now, Kind: "INVALID_CREDENTIALS"} })
	d.app.touch(model.Everything())
	d.until("red", func() bool { return tray.icon == icons.TrayAttention })
	if tray.menus != menus {
		t.Error("the menu was made anew without a change")
	}
	d.app.setLanguage("es")
	if !tray.has("Abrir Reconbanker") {
		t.Error("the tray keeps the old language")
	}
	tray.tap("Salir")
	if !d.app.ended {
		t.Error("Quit in the tray does not quit")
	}
}

func TestShortcuts(t *testing.T) {
	d := newDesk(t, demo)
	press := func(key fyne.KeyName) {
		d.app.typed(key, true)
		d.queue.drain()
	}
	press(fyne.KeySlash)
	d.sees("Keyboard shortcuts")
	press(fyne.KeyN) // nothing happens behind a dialog
	if len(d.app.modals) != 1 {
		t.Error("a shortcut opened a dialog over another")
	}
	d.key(fyne.KeyEscape)
	press(fyne.Key2)
	if d.app.shell.at != atMovements {
		t.Error("Ctrl+2 does not open the movements")
	}
	press(fyne.Key3)
	if d.app.shell.at != atMovements {
		t.Error("Ctrl+3 opens the orders, which there are none of in this mode")
	}
	press(fyne.Key1)
	press(fyne.KeyN)
	d.sees("Choose a bank")
	d.key(fyne.KeyEscape)
	d.pick("Operating account")
	press(fyne.KeyR)
	d.until("the run", func() bool { return d.find("Operating account").Live != nil })
	d.key(fyne.KeyF5)
	press(fyne.KeyQ)
	d.sees("Quit while an account is being read?")
}

// TestTabReachesEverything: every button, entry, tab and rail entry on screen is
// reached by Tab.
func TestTabReachesEverything(t *testing.T) {
	d := newDesk(t, demo)
	d.pick("Operating account")
	d.detail().tabs.open(tabRuns)
	d.sees("31.0 s")
	want := map[fyne.Focusable]bool{}
	for _, o := range d.objects() {
		if f, ok := o.(fyne.Focusable); ok {
			if dis, ok := o.(fyne.Disableable); ok && dis.Disabled() {
				continue
			}
			want[f] = true
		}
	}
	if len(want) < 12 {
		t.Fatalf("only %d things take the focus", len(want))
	}
	c := d.app.window.Canvas()
	for range 4 * len(want) {
		c.FocusNext()
		delete(want, c.Focused())
	}
	for f := range want {
		t.Errorf("Tab never reaches %T %+v", f, f)
	}
	for range 40 { // Space and Enter work where Tab leads, and end nothing
		c.FocusNext()
		if e, ok := c.Focused().(*railEntry); ok {
			e.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
		}
	}
}

func TestLanguageAndAppearance(t *testing.T) {
	t.Cleanup(func() { lang.Use("") })
	d := newDesk(t, demo)
	for code, text := range map[string]string{"es": "Cuentas", "pt": "Contas", "en": "Accounts"} {
		d.app.setLanguage(code)
		d.sees(text)
	}
	d.app.setLanguage("pt")
	d.app.setAppearance(look.Dark)
	if p := loadPrefs(d.dir); p.Language != "pt" || p.Appearance != look.Dark {
		t.Errorf("remembered %+v", p)
	}
}

// broken is a core whose store cannot be read.
type broken struct {
	Core
	err error
}

func (b *broken) Accounts(ctx context.Context) ([]core.Account, error) {
	if b.err != nil {
		return nil, b.err
	}
	return b.Core.Accounts(ctx)
}

func TestUnreadableDataIsSaid(t *testing.T) {
	b := &broken{}
	d := newDesk(t, one, func(c *Config) { b.Core, c.Core = c.Core, b })
	d.app.end()
	d.app.working.Wait() // so that err is set while nobody reads it
	b.err = errors.New("disk I/O error")
	d.app.ctx, d.app.end = context.WithCancel(context.Background())
	d.app.working.Go(func() { d.app.refresh(d.app.ctx) })
	d.sees("The data cannot be read now. The program says: read the accounts: disk I/O error")
	if len(d.app.shell.accounts.rows) != 1 {
		t.Error("what was on screen is gone")
	}
}

func TestExplain(t *testing.T) {
	for want, err := range map[string]error{
		"limit must be":                      core.Invalid("limit", "limit must be from 1 to 500"),
		"Unlock the keychain":                errors.Join(core.ErrLocked),
		"no longer there":                    core.ErrNotFound,
		"not possible":                       core.ErrConflict,
		"took too long":                      context.DeadlineExceeded,
		"The program says: no":               errors.New("no"),
		"Not now: the order is not matched.": fmt.Errorf("the order is not matched: %w", core.ErrConflict),
	} {
		if got := explain(err); !strings.Contains(got, want) {
			t.Errorf("%v reads %q", err, got)
		}
	}
	t.Cleanup(func() { lang.Use("") })
	lang.Use("pt")
	for want, err := range map[string]error{
		"limit vai de 1 a 500":                     core.Invalid("limit", "limit must be from 1 to 500"),
		"Agora não: o pedido não está conciliado.": fmt.Errorf("the order is not matched: %w", core.ErrConflict),
	} {
		if got := explain(err); !strings.Contains(got, want) {
			t.Errorf("%v reads %q", err, got)
		}
	}
}

func TestWelcome(t *testing.T) {
	d := newDesk(t, nil)
	if d.app.greet {
		t.Fatal("there is nobody to greet them")
	}
	words := look.NewText("Welcome to the tests", theme.ColorNameForeground, theme.SizeNameText)
	d.app.views.welcome = func() View { return still{words} }
	d.app.shown = false // as after a start
	d.app.touch(model.Everything())
	d.sees("Welcome to the tests")
	if slices.Contains(d.texts(), "Search accounts…") {
		t.Error("the accounts are still there")
	}
	d.app.typed(fyne.KeyN, true)
	if len(d.app.modals) != 0 {
		t.Error("shortcuts reach behind the first steps")
	}
	d.app.typed(fyne.KeySlash, true)
	d.sees("Keyboard shortcuts")
	d.key(fyne.KeyEscape)
	d.app.welcomed()
	d.sees("Search accounts…")
}

func TestPrefs(t *testing.T) {
	dir := t.TempDir()
	p := loadPrefs(dir)
	if p.Appearance != look.System || p.size() != fyne.NewSize(firstWidth, firstHeight) {
		t.Errorf("a new person gets %+v", p)
	}
	for _, broken := range []string{"", "{", `{"appearance":"pink","width":-1}`, `[]`} {
		if err := os.WriteFile(p.path, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := loadPrefs(dir); got.Appearance != look.System || got.size() != fyne.NewSize(firstWidth, firstHeight) {
			t.Errorf("%q gives %+v", broken, got)
		}
	}
	p.Width, p.Height, p.Language = 1000, 700, "es"
	(&App{prefs: p}).savePrefs()
	if got := loadPrefs(dir); got.size() != fyne.NewSize(1000, 700) || got.Language != "es" {
		t.Errorf("kept %+v", got)
	}
	p.path = dir // a folder: it cannot be written, and that is all
	(&App{prefs: p}).savePrefs()
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestToasts(t *testing.T) {
	d := newDesk(t, one)
	for range mostToasts + 2 {
		d.app.toasts.good("Well done")
	}
	if n := len(d.app.toasts.pile.Objects); n != mostToasts {
		t.Errorf("%d toasts at once", n)
	}
	first := d.app.toasts.pile.Objects[0]
	d.app.toasts.remove(first)
	d.app.toasts.remove(first)
	if slices.Contains(d.app.toasts.pile.Objects, first) {
		t.Error("a toast that was removed stays")
	}
}

// trayApp is a desktop with a tray.
type trayApp struct {
	fyne.App
	d     *desk
	menu  *fyne.Menu
	icon  fyne.Resource
	menus int
}

func (a *trayApp) SetSystemTrayMenu(m *fyne.Menu)       { a.menu = m; a.menus++ }
func (a *trayApp) SetSystemTrayIcon(icon fyne.Resource) { a.icon = icon }
func (a *trayApp) SetSystemTrayWindow(fyne.Window)      {}

func (a *trayApp) has(words string) bool {
	return slices.ContainsFunc(a.menu.Items, func(i *fyne.MenuItem) bool { return i.Label == words })
}

func (a *trayApp) tap(words string) {
	a.d.t.Helper()
	for _, item := range a.menu.Items {
		if item.Label == words {
			item.Action()
			a.d.queue.drain()
			return
		}
	}
	a.d.t.Fatalf("the tray does not offer %q", words)
}

func newTrayDesk(t *testing.T, fill func(*desk)) (*desk, *trayApp) {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	t.Cleanup(func() { lang.Use("") })
	d := newDesk(t, fill, hosted)
	a := &trayApp{App: d.fyne, d: d}
	d.app.fyne = a
	d.app.tray = newTray(d.app)
	return d, a
}
