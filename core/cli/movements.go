package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"reconbanker/core"
	"reconbanker/core/wire"
	"reconbanker/scrapers"
)

// MovementsCmd is the movements verb with its own verbs.
type MovementsCmd struct {
	List    MovementsList    `cmd:"" default:"withargs" help:"List an account's movements, newest first."`
	Resend  MovementsResend  `cmd:"" help:"Send a movement's webhook again."`
	Exclude MovementsExclude `cmd:"" help:"Set a movement aside."`
	Restore MovementsRestore `cmd:"" help:"Bring back a movement that was set aside."`
}

// MovementsList lists movements.
type MovementsList struct {
	accountArg `embed:""`
	Limit      int    `help:"At most so many, up to 500." default:"100"`
	Offset     int    `help:"Skip so many." default:"0"`
	Search     string `help:"Only those with this text." placeholder:"TEXT"`
	Debits     bool   `help:"Money out as well."`
}

// Run implements the command.
func (c *MovementsList) Run(ctx context.Context, h *Host) error {
	a, err := h.account(ctx, c.Account)
	if err != nil {
		return err
	}
	rows, total, err := h.Core.Movements(ctx, core.MovementFilter{
		AccountID: a.ID, Limit: c.Limit, Offset: c.Offset, Search: c.Search, Debits: c.Debits,
	})
	if err != nil {
		return err
	}
	out := make([]wire.Movement, len(rows))
	for i, m := range rows {
		out[i] = wire.FromMovement(m)
	}
	return h.print(out, func(w io.Writer) {
		t := table(w, "ID", "RECEIVED", "AMOUNT", "", "SENDER", "NOTIFIED")
		for _, m := range rows {
			amount := m.Amount.Decimal()
			if m.Direction == scrapers.Debit {
				amount = "-" + amount
			}
			row(t, m.ID, when(m.BookedAt), amount, m.Amount.Currency, or(m.Sender, "-"), when(m.NotifiedAt))
		}
		t.Flush()
		fmt.Fprintf(w, "%d of %d\n", len(rows), total)
	})
}

type movementArg struct {
	accountArg `embed:""`
	Movement   string `arg:"" help:"Id of the movement."`
}

// MovementsResend resends a movement.
type MovementsResend struct {
	movementArg `embed:""`
	Anyway      bool `help:"Send it although the bank names no sender."`
}

// Run implements the command.
func (c *MovementsResend) Run(ctx context.Context, h *Host) error {
	a, err := h.account(ctx, c.Account)
	if err != nil {
		return err
	}
	d, err := h.Core.Resend(ctx, a.ID, c.Movement, c.Anyway, h.Actor)
	if err != nil {
		return err
	}
	return h.followDelivery(ctx, d)
}

// followDelivery waits for the next try of a delivery and prints what came of it.
func (h *Host) followDelivery(ctx context.Context, d core.Delivery) error {
	h.Work()
	limited, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	d, attempts, err := h.Core.WaitAttempt(limited, d.ID, d.Attempts)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if err := h.print(wire.FromDelivery(d, attempts), func(w io.Writer) { fmt.Fprintln(w, deliveryLine(d)) }); err != nil {
		return err
	}
	if d.Status != core.DeliveryDelivered {
		return &quietError{}
	}
	return nil
}

func deliveryLine(d core.Delivery) string {
	s := fmt.Sprintf("webhook %s is %s after %d attempts", d.WebhookID, d.Status, d.Attempts)
	if d.LastError != "" {
		s += ": " + d.LastError
	}
	return s
}

// MovementsExclude sets a movement aside.
type MovementsExclude struct {
	movementArg `embed:""`
}

// Run implements the command.
func (c *MovementsExclude) Run(ctx context.Context, h *Host) error {
	return h.exclude(ctx, c.movementArg, true)
}

// MovementsRestore brings a movement back.
type MovementsRestore struct {
	movementArg `embed:""`
}

// Run implements the command.
func (c *MovementsRestore) Run(ctx context.Context, h *Host) error {
	return h.exclude(ctx, c.movementArg, false)
}

func (h *Host) exclude(ctx context.Context, arg movementArg, aside bool) error {
	a, err := h.account(ctx, arg.Account)
	if err != nil {
		return err
	}
	m, err := h.Core.ExcludeMovement(ctx, a.ID, arg.Movement, aside, h.Actor)
	if err != nil {
		return err
	}
	return h.print(wire.FromMovement(m), func(w io.Writer) {
		if aside {
			fmt.Fprintln(w, "Set aside", m.ID)
		} else {
			fmt.Fprintln(w, "Brought back", m.ID)
		}
	})
}
