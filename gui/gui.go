// Package gui is the window: a client of core that shows what the store holds and
// calls core's verbs when a person asks.
//
// Everything on screen lives on Fyne's goroutine and is touched through the
// dispatcher only. One loop re-reads what changed, off that goroutine, and hands
// plain values to the views (refresh.go); whatever a person starts runs through
// one helper that says how it went (do.go). What the screens show is decided in
// gui/model, the words are in gui/lang, the colours in gui/look.
package gui

import (
	"context"
	"runtime"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/icons"
)

// Core is what the window asks of core; *core.Core offers it.
type Core interface {
	model.Source
	accessCore
	assistant
	Subscribe() (<-chan core.Hint, func())

	CreateAccount(ctx context.Context, bank, name, actor string) (core.Account, error)
	DuplicateAccount(ctx context.Context, id, name, actor string) (core.Account, error)
	RenameAccount(ctx context.Context, id, name, actor string) (core.Account, error)
	SetAccountStatus(ctx context.Context, id string, status core.AccountStatus, actor string) (core.Account, error)
	DeleteAccount(ctx context.Context, id, confirmation, actor string) error
	SaveSettings(ctx context.Context, accountID string, in core.SettingsInput, draft bool, actor string) (core.Settings, error)
	SetOperationMode(ctx context.Context, mode core.OperationMode, actor string) error
	SetSchedulePaused(ctx context.Context, paused bool, actor string) error
	TestLogin(ctx context.Context, accountID, actor string) (core.Run, error)
	SendTest(ctx context.Context, accountID string, in core.SettingsInput) (core.Answer, error)

	Scrape(ctx context.Context, accountID, actor string) (core.Run, error)
	Restart(ctx context.Context, accountID, actor string) (core.Run, error)
	CancelRun(ctx context.Context, id, actor string) error
	RunByID(ctx context.Context, id string) (core.Run, error)
	Attempts(ctx context.Context, accountID string, since time.Time) ([]core.Attempt, error)

	Movements(ctx context.Context, f core.MovementFilter) ([]core.Movement, int, error)
	Totals(ctx context.Context, f core.MovementFilter) ([]core.Total, error)
	LatestDeliveries(ctx context.Context, movementIDs []string) (map[string]core.Delivery, error)
	Movement(ctx context.Context, accountID, id string) (core.Movement, error)
	ExcludeMovement(ctx context.Context, accountID, id string, exclude bool, actor string) (core.Movement, error)
	Resend(ctx context.Context, accountID, movementID string, anyway bool, actor string) (core.Delivery, error)
	Deliveries(ctx context.Context, f core.DeliveryFilter) ([]core.Delivery, int, error)
	Delivery(ctx context.Context, id string) (core.Delivery, []core.DeliveryAttempt, error)
	ResendDelivery(ctx context.Context, id, actor string) (core.Delivery, error)

	model.EvidenceSource
	AuditLog(ctx context.Context, limit, offset int) ([]core.Audit, error)
	Preferences(ctx context.Context) (core.Preferences, error)
	SetPreferences(ctx context.Context, p core.Preferences, actor string) error
	SendTestNotice(ctx context.Context, accountID string, in core.SettingsInput) (core.Answer, error)
	orderCore
}

// Dispatcher runs a function on Fyne's goroutine, soon: fyne.Do in the program, a
// queue in tests.
type Dispatcher func(func())

// Config is what the window stands on. Core and Dir are required.
type Config struct {
	Core    Core
	Version string
	Dir     string // the data folder; the window's own preferences are kept in it
	Actor   string // who the person is, for the record of who did what
	// Backup writes a copy of the data and returns where; nil hides the command.
	Backup func(ctx context.Context) (string, error)
	// Demo starts a demo bank with a receiver and returns how an account is pointed
	// at them; nil offers none.
	Demo func(ctx context.Context) (bank string, in core.SettingsInput, err error)
	// BrowserPath is the browser in use, "" for the one that is found.
	BrowserPath string
	// CheckBrowser says which browser is at a path; nil offers no check.
	CheckBrowser func(path string) (string, error)
	// SaveBrowser keeps a path for the next start; nil shows it and lets nobody
	// change it, as when the command line says which.
	SaveBrowser func(path string) error
	// Quit is called once when the window has gone for good; nil does nothing.
	Quit func()
	// Abandon ends the program after Quit where Fyne does not let Run return; nil does
	// nothing. It is called on another goroutine than Run.
	Abandon func()
	// LoopPatience is how long Run may take to return; 0 is 5 seconds.
	LoopPatience time.Duration
	// API switches the HTTP API; nil does not offer it.
	API APISwitch
	// Secrets opens the stored passwords where the start could not; nil when nobody
	// need be asked.
	Secrets Secrets
	// AtLogin starts the program with the computer; nil does not offer it.
	AtLogin AtLogin
	// Hidden starts without showing the window, where there is a tray to bring it back.
	Hidden bool
	// Patience is how long a hidden start waits for the tray; 0 is a minute.
	Patience time.Duration
	// Notify opens the desktop's notifications; nil is the desktop's own.
	Notify func(pressed func(key, action string)) Notifier
	// TrayHost tells whether the desktop shows tray icons; nil asks the desktop.
	TrayHost func(ctx context.Context) bool
	// Dispatch is nil for fyne.Do.
	Dispatch Dispatcher
	// Now is nil for time.Now.
	Now func() time.Time
}

// App is the window and all that belongs to it. Its fields belong to Fyne's
// goroutine, except where they say otherwise.
type App struct {
	cfg   Config
	core  Core
	ui    Dispatcher
	now   func() time.Time
	prefs *prefs

	ctx     context.Context //nolint:containedctx // the life of the window; set by start
	end     context.CancelFunc
	working sync.WaitGroup     // every goroutine of the window
	kicks   chan model.Changes // what a person's doing has made stale

	fyne   fyne.App
	window fyne.Window
	shell  *shell
	toasts *toasts
	tray   *tray
	views  views
	modals []*modal // open ones, the last in front
	over   model.Overview
	shown  bool            // the first overview is there
	unlit  look.Appearance // what System means here
	hidden bool            // the main window is; it works on in the tray
	greet  bool            // a new person is being led through the first steps
	first  *firstRun       // how far they have come; nil before
	ended  bool
	// stopped is done once the window's goroutines have ended.
	stopped sync.Once
	// lockSaid is true once the person was asked to open the secrets, lockAsked the
	// dialog that asked last.
	lockSaid  bool
	lockAsked *modal

	codes    *codes
	notices  *notices
	presence presence

	mu     sync.Mutex // guards raise
	raised bool       // Raise was called before there was a window
	ready  bool
}

// New returns the window, not yet shown.
func New(cfg Config) *App {
	a := &App{cfg: cfg, core: cfg.Core, ui: cfg.Dispatch, now: cfg.Now, kicks: make(chan model.Changes, 8)}
	if a.ui == nil {
		a.ui = dispatch
	}
	if a.now == nil {
		a.now = time.Now
	}
	if a.cfg.LoopPatience == 0 {
		a.cfg.LoopPatience = loopPatience
	}
	if a.cfg.Patience == 0 {
		a.cfg.Patience = time.Minute
	}
	if a.cfg.TrayHost == nil {
		a.cfg.TrayHost = trayHost
	}
	a.prefs = loadPrefs(cfg.Dir)
	a.ctx, a.end = context.WithCancel(context.Background())
	a.views = a.builtIn()
	a.codes = newCodes(a)
	return a
}

// dispatch runs f on Fyne's goroutine, which is the main one. Once Fyne's loop has
// ended, as a signal ends it, fyne.Do runs what comes too late on its caller's: f is
// then left out, for there is no window any more that it could touch.
func dispatch(f func()) {
	fyne.Do(func() {
		if onMain() {
			f()
		}
	})
}

// onMain tells whether this is the main goroutine, which has the number 1.
func onMain() bool {
	const first = "goroutine 1 ["
	var stack [len(first)]byte
	return string(stack[:runtime.Stack(stack[:], false)]) == first
}

// Run shows the window and returns when it has gone for good or ctx has ended. It
// is called once, on the main goroutine.
func (a *App) Run(ctx context.Context, fa fyne.App) {
	a.start(ctx, fa)
	a.working.Go(func() {
		select {
		case <-ctx.Done():
			a.ui(a.quit)
		case <-a.ctx.Done():
		}
	})
	if a.cfg.Hidden {
		a.beginHidden()
	} else {
		a.window.Show()
	}
	loop(fa, a.ctx.Done(), a.cfg.LoopPatience, func() {
		a.stop()
		if a.cfg.Abandon != nil {
			a.cfg.Abandon()
		}
	})
	a.stop()
}

// start builds the window and begins reading.
func (a *App) start(ctx context.Context, fa fyne.App) {
	a.ctx, a.end = context.WithCancel(ctx)
	a.fyne = fa
	lang.Use(a.prefs.Language)
	a.unlit = unlitDesktop()
	fa.Settings().SetTheme(look.New(a.appearance()))
	a.window = fa.NewWindow(lang.T("app.name"))
	a.window.SetIcon(icons.App)
	a.window.SetPadded(false)
	a.window.SetMaster()
	a.window.Resize(a.prefs.size())
	a.watchPerson()
	a.build()
	a.tray = newTray(a)
	a.notices = newNotices(a)
	a.window.SetCloseIntercept(a.closing) // after the tray, which sets one of its own
	a.mu.Lock()
	a.ready = true
	raise := a.raised
	a.mu.Unlock()
	if raise {
		a.raise()
	}
	a.working.Go(func() { a.refresh(a.ctx) })
}

// build makes the content anew, in the language and look that are in use.
func (a *App) build() {
	a.toasts = newToasts(a)
	a.shell = newShell(a)
	a.window.SetTitle(lang.T("app.name"))
	a.window.SetContent(a.shell.object())
	a.shortcuts()
	if a.shown {
		a.shell.show(a.over)
		a.codes.rebuild()
	}
	a.touch(model.Everything())
}

// stop ends what the window started, once.
func (a *App) stop() { a.stopped.Do(a.endWork) }

// endWork waits for what the window started, with a limit: a verb that hangs must
// not keep the program from ending.
func (a *App) endWork() {
	a.end()
	a.notices.close()
	done := make(chan struct{})
	go func() {
		a.working.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
	}
	if a.cfg.Quit != nil {
		a.cfg.Quit()
	}
}

// Raise brings the window to the front. It may be called from any goroutine, and
// before Run.
func (a *App) Raise() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ready {
		a.raised = true
		return
	}
	a.ui(a.raise)
}

func (a *App) raise() {
	a.acted()
	a.appear()
	a.window.RequestFocus()
}

// appear puts the window on the screen.
func (a *App) appear() {
	a.hidden = false
	a.onScreen()
	a.window.Show()
	a.codes.tick()
}

// quit ends the program, unless a person still wants to save something.
func (a *App) quit() {
	if a.ended {
		return
	}
	a.ended = true
	a.rememberSize()
	a.end()
	a.fyne.Quit()
}

// rememberSize keeps the window's size for the next start.
func (a *App) rememberSize() {
	size := a.window.Canvas().Size()
	a.prefs.Width, a.prefs.Height = size.Width, size.Height
	a.savePrefs()
}

// welcomed ends the first steps and shows the accounts.
func (a *App) welcomed() {
	a.greet, a.first = false, nil
	a.shell.greeting = nil
	a.shell.front(a.shell.main)
	a.touch(model.Everything())
}

// setLanguage changes the language of everything on screen.
func (a *App) setLanguage(code string) {
	a.prefs.Language = code
	a.savePrefs()
	lang.Use(code)
	a.build()
	a.tray.refresh()
}

// appearance is the look a person chose, or what the desktop's choice comes to.
func (a *App) appearance() look.Appearance {
	if a.prefs.Appearance == look.System {
		return a.unlit
	}
	return a.prefs.Appearance
}

// setAppearance changes between light and dark.
func (a *App) setAppearance(appearance look.Appearance) {
	a.prefs.Appearance = appearance
	a.savePrefs()
	a.fyne.Settings().SetTheme(look.New(a.appearance()))
	a.build()
}
