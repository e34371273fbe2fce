package gui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"reconbanker/core"
	"reconbanker/gui/model"
)

const (
	// gather is how long hints are collected before anything is read again.
	gather = 150 * time.Millisecond
	// lookAgain is when everything is read without a hint: one may have been
	// missed, and "in 2 min" grows old.
	lookAgain = time.Minute
	// hintsHeld is what a subscription holds; with that many, some may be lost.
	hintsHeld = 64
)

// View is a screen or a tab. Both methods are called on Fyne's goroutine.
type View interface {
	// Object is what is shown; always the same.
	Object() fyne.CanvasObject
	// Ask returns how to read what the view shows, or nil when c does not concern
	// it. What the reading needs (filters, ids) is taken as values here, so that
	// it shares nothing with the widgets.
	Ask(c model.Changes) Read
}

// Read reads off Fyne's goroutine and returns what to do with it, on it. A nil
// show shows nothing.
type Read func(ctx context.Context) (show func(), err error)

// touch says that something may have changed through a person's doing, so that
// it is read again at once.
func (a *App) touch(c model.Changes) {
	select {
	case a.kicks <- c:
	default: // enough are waiting, and each re-reads
	}
}

// refresh is the one loop that reads.
func (a *App) refresh(ctx context.Context) {
	hints, stop := a.core.Subscribe()
	defer stop()
	overseer := model.NewOverseer(a.core)
	changes := model.Everything()
	for ctx.Err() == nil {
		a.readAll(ctx, overseer, changes)
		changes = a.collect(ctx, hints)
	}
}

// collect waits for something to change.
func (a *App) collect(ctx context.Context, hints <-chan core.Hint) model.Changes {
	var c model.Changes
	n := 0
	again := time.NewTimer(lookAgain)
	defer again.Stop()
	var full <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return c
		case <-again.C:
			return model.Everything()
		case <-full:
			if n >= hintsHeld {
				return model.Everything()
			}
			return c
		case h := <-hints:
			c.Add(h)
			if n++; full == nil {
				full = time.After(gather)
			}
		case kick := <-a.kicks:
			c.Join(kick)
			return c
		}
	}
}

// readAll reads the overview and what the visible views ask for.
func (a *App) readAll(ctx context.Context, overseer *model.Overseer, c model.Changes) {
	over, err := overseer.Read(ctx, c)
	if ctx.Err() != nil {
		return
	}
	asked := make(chan []Read, 1)
	a.ui(func() {
		if err == nil {
			a.showOverview(over)
		}
		a.shell.status.trouble(err)
		if err != nil {
			a.shell.begin() // where it says so
		}
		a.showLock()
		reads := a.shell.asks(c)
		if r := a.codes.ask(); r != nil {
			reads = append(reads, r)
		}
		asked <- reads
	})
	var reads []Read
	select {
	case reads = <-asked:
	case <-ctx.Done():
		return
	}
	for _, read := range reads {
		show, err := read(ctx)
		if ctx.Err() != nil {
			return
		}
		a.ui(func() {
			if err != nil {
				a.shell.status.trouble(err)
				return
			}
			if show != nil {
				show()
			}
		})
	}
}

func (a *App) showOverview(over model.Overview) {
	if !a.shown {
		a.greet = a.views.welcome != nil && model.FirstRunWanted(over)
	}
	a.over, a.shown = over, true
	a.shell.show(over)
	a.codes.take(over.Asking)
	a.tray.show(over)
	a.notices.show(over)
}
