package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"reconbanker/core"
	"reconbanker/core/wire"
)

// ServeCmd runs without a window. main runs it: there is nothing to do but wait.
type ServeCmd struct {
	listenFlags `embed:""`
}

// Run implements the command.
func (c *ServeCmd) Run(ctx context.Context, h *Host) error {
	h.Work()
	if err := h.startAPI(ctx, c.listenFlags); err != nil {
		return err
	}
	fmt.Fprintln(h.Err, "reconbanker: serving "+h.Dir+"; interrupt to end")
	<-ctx.Done()
	return nil
}

// WindowCmd opens the window.
type WindowCmd struct {
	Hidden bool `help:"Begin in the tray, without showing the window. Where there is no tray it is shown."`
}

// ErrNoDisplay means that there is no screen for the window.
var ErrNoDisplay = errors.New("there is no display to open a window on: use \"reconbanker serve\", or see \"reconbanker --help\"")

// Run implements the command.
func (*WindowCmd) Run(ctx context.Context, h *Host) error {
	if h.Window == nil {
		return ErrNoDisplay
	}
	h.Work()
	if err := h.startAPI(ctx, listenFlags{}); err != nil {
		return err
	}
	return h.Window(ctx)
}

// ScrapeCmd reads an account now.
type ScrapeCmd struct {
	accountArg `embed:""`
	NoWait     bool `help:"Only queue the run and print its id." name:"no-wait"`
}

// Run implements the command.
func (c *ScrapeCmd) Run(ctx context.Context, h *Host) error {
	a, err := h.account(ctx, c.Account)
	if err != nil {
		return err
	}
	run, err := h.Core.Scrape(ctx, a.ID, h.Actor)
	if err != nil {
		return err
	}
	return h.follow(ctx, run, c.NoWait)
}

// RestartCmd clears a block and reads.
type RestartCmd struct {
	accountArg `embed:""`
	NoWait     bool `help:"Only queue the run and print its id." name:"no-wait"`
}

// Run implements the command.
func (c *RestartCmd) Run(ctx context.Context, h *Host) error {
	a, err := h.account(ctx, c.Account)
	if err != nil {
		return err
	}
	run, err := h.Core.Restart(ctx, a.ID, h.Actor)
	if err != nil {
		return err
	}
	return h.follow(ctx, run, c.NoWait)
}

// follow waits for a run and for the first try of what it owes; a run that did
// not end well fails the command.
func (h *Host) follow(ctx context.Context, run core.Run, noWait bool) error {
	if !noWait {
		h.Work()
		var err error
		if run, err = h.Core.WaitRun(ctx, run.ID); err != nil {
			return err
		}
		if run.Owed > 0 {
			limited, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			err := h.Core.WaitDelivered(limited, run.AccountID)
			switch {
			case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
				fmt.Fprintln(h.Err, "reconbanker: not all webhooks have been tried yet; they are stored, and sent while the program runs: see reconbanker deliveries")
			case err != nil:
				fmt.Fprintln(h.Err, "reconbanker: "+err.Error())
			}
		}
	}
	if err := h.print(wire.FromRun(run), func(w io.Writer) { fmt.Fprintln(w, runLine(run)) }); err != nil {
		return err
	}
	if !noWait && run.Status != core.Succeeded {
		return &quietError{}
	}
	return nil
}

func runLine(r core.Run) string {
	switch {
	case r.Status.Live():
		return fmt.Sprintf("run %s is %s", r.ID, r.Status)
	case r.Status == core.Succeeded:
		return fmt.Sprintf("run %s ended well in %s: %d lines read, %d new movements, %d webhooks owed",
			r.ID, r.FinishedAt.Sub(r.StartedAt).Round(10*time.Millisecond), r.Lines, r.New, r.Owed)
	}
	s := fmt.Sprintf("run %s %s: %s: %s", r.ID, r.Status, r.Kind, r.Message)
	if r.Said != "" {
		s += fmt.Sprintf(" (the bank says: %s)", r.Said)
	}
	if r.Stored() {
		s += fmt.Sprintf("; of the others %d lines read, %d new movements, %d webhooks owed", r.Lines, r.New, r.Owed)
	}
	return s
}
