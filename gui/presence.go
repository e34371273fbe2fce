package gui

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// presentFor is how long a person counts as present after they last did something
// in one of our windows.
const presentFor = 10 * time.Minute

// presence is when the person was last seen. It is asked from any goroutine.
type presence struct {
	mu      sync.Mutex
	seen    time.Time
	visible bool // one of our windows is
}

// Present tells whether somebody is at the window who could be asked for a code:
// it is on screen, and was used a short while ago. It may be called from any
// goroutine, and before Run.
func (a *App) Present() bool {
	a.presence.mu.Lock()
	defer a.presence.mu.Unlock()
	return a.presence.visible && !a.presence.seen.IsZero() && a.now().Sub(a.presence.seen) <= presentFor
}

// acted notes that the person has just done something here.
func (a *App) acted() {
	a.presence.mu.Lock()
	defer a.presence.mu.Unlock()
	a.presence.seen = a.now()
}

// onScreen notes whether one of the windows can be seen.
func (a *App) onScreen() {
	a.presence.mu.Lock()
	defer a.presence.mu.Unlock()
	a.presence.visible = !a.hidden || a.codes.on
}

// watchPerson notes when the person turns to one of our windows.
func (a *App) watchPerson() {
	a.hidden = a.cfg.Hidden
	a.onScreen()
	a.fyne.Lifecycle().SetOnEnteredForeground(a.acted)
}

// watcher is a layer behind everything that notices the mouse move.
type watcher struct {
	widget.BaseWidget
	inside fyne.CanvasObject
	moved  func()
}

func newWatcher(inside fyne.CanvasObject, moved func()) *watcher {
	w := &watcher{inside: inside, moved: moved}
	w.ExtendBaseWidget(w)
	return w
}

// CreateRenderer implements fyne.Widget.
func (w *watcher) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(w.inside) }

// MouseIn implements desktop.Hoverable.
func (w *watcher) MouseIn(*desktop.MouseEvent) { w.moved() }

// MouseMoved implements desktop.Hoverable.
func (w *watcher) MouseMoved(*desktop.MouseEvent) { w.moved() }

// MouseOut implements desktop.Hoverable.
func (w *watcher) MouseOut() {}

// beginHidden leaves the window to the tray from the start. At a login the tray
// may come later than we do; where none comes the window is shown, so that there
// is a way in.
func (a *App) beginHidden() {
	a.working.Go(func() {
		if !a.trayComes(a.ctx) && a.ctx.Err() == nil {
			a.ui(a.appear)
		}
	})
}

// trayComes waits for the desktop to show tray icons.
func (a *App) trayComes(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Patience)
	defer cancel()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		if a.cfg.TrayHost(ctx) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-again.C:
		}
	}
}

// showAccount brings an account to the front, wherever the person is.
func (a *App) showAccount(id string) {
	a.shell.open(atAccounts)
	if a.shell.at != atAccounts {
		return // something there is not saved: the person is being asked
	}
	a.leave(a.shell.accounts, func() { a.openAccount(id, tabMovements) })
}
