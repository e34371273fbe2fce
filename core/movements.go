package core

import (
	"context"
	"errors"
	"fmt"
	"time"

	"reconbanker/scrapers"
)

// Movements lists movements, newest first unless asked otherwise, and how many
// the filter selects in all.
func (c *Core) Movements(ctx context.Context, f MovementFilter) ([]Movement, int, error) {
	if err := checkPage(&f.Limit, f.Offset); err != nil {
		return nil, 0, err
	}
	if f.AccountID != "" {
		if _, err := c.store.Account(ctx, f.AccountID); err != nil {
			return nil, 0, err
		}
	}
	return c.store.Movements(ctx, f)
}

// Totals counts and sums the credits that a filter selects, by currency. Limit
// and Offset do not matter.
func (c *Core) Totals(ctx context.Context, f MovementFilter) ([]Total, error) {
	return c.store.Totals(ctx, f)
}

// LatestDeliveries returns the newest delivery of each of the movements that has
// one; at most 500 movements are asked for at once.
func (c *Core) LatestDeliveries(ctx context.Context, movementIDs []string) (map[string]Delivery, error) {
	return c.store.LatestDeliveries(ctx, movementIDs)
}

// Movement returns one movement of an account, or ErrNotFound.
func (c *Core) Movement(ctx context.Context, accountID, id string) (Movement, error) {
	return c.store.Movement(ctx, accountID, id)
}

// Resend sends a movement's webhook again: one that is owed goes now, a dead one
// is owed again under its webhook-id, and a delivered one, or one that never was
// sent, becomes a new delivery with an id of its own. A movement without a sender
// is refused with ErrConflict unless anyway is set.
func (c *Core) Resend(ctx context.Context, accountID, movementID string, anyway bool, actor string) (Delivery, error) {
	m, err := c.store.Movement(ctx, accountID, movementID)
	if err != nil {
		return Delivery{}, err
	}
	if m.Direction != scrapers.Credit {
		return Delivery{}, fmt.Errorf("only money received is sent: %w", ErrConflict)
	}
	if mode, err := c.store.OperationMode(ctx); err != nil {
		return Delivery{}, err
	} else if mode != Passthrough {
		return Delivery{}, fmt.Errorf("movements are sent in passthrough mode only: %w", ErrConflict)
	}
	if m.Sender == "" && !anyway {
		return Delivery{}, fmt.Errorf("the bank names no sender: use \"send anyway\": %w", ErrConflict)
	}
	last, _, err := c.store.Deliveries(ctx, DeliveryFilter{SubjectID: movementID, Limit: 1})
	if err != nil {
		return Delivery{}, err
	}
	if len(last) > 0 && last[0].Status != DeliveryDelivered {
		return c.ResendDelivery(ctx, last[0].ID, actor)
	}
	return c.sendAgain(ctx, m, actor)
}

func (c *Core) sendAgain(ctx context.Context, m Movement, actor string) (Delivery, error) {
	s, err := c.store.Settings(ctx, m.AccountID)
	if err != nil {
		return Delivery{}, err
	}
	if s.WebhookURL == "" {
		return Delivery{}, Invalid("webhook_url", "webhook_url is required")
	}
	var owed Delivery
	_, err = c.store.ChangeMovement(ctx, m.AccountID, m.ID, func(m *Movement) ([]Delivery, error) {
		owed, err = owe(*m, s, c.now(), newID)
		return []Delivery{owed}, err
	}, c.audit(actor, ActResendMovement, m.AccountID, m.ID))
	if err != nil {
		return Delivery{}, fmt.Errorf("write the delivery: %w", err)
	}
	c.deliverer.nudge()
	c.hint(DeliveriesChanged, m.AccountID)
	return owed, nil
}

// ExcludeMovement sets a movement aside, or brings it back: an excluded one is
// not available for matching.
func (c *Core) ExcludeMovement(ctx context.Context, accountID, id string, exclude bool, actor string) (Movement, error) {
	action := ActRestore
	if exclude {
		action = ActExclude
	}
	if matches, err := c.store.Matches(ctx, "", id); err != nil {
		return Movement{}, err
	} else if len(matches) > 0 && matches[0].UndoneAt.IsZero() && !exclude {
		return Movement{}, fmt.Errorf("it is matched with an order: undo the match first: %w", ErrConflict)
	}
	m, err := c.store.ChangeMovement(ctx, accountID, id, func(m *Movement) ([]Delivery, error) {
		switch {
		case !exclude:
			m.ExcludedAt = time.Time{}
		case m.ExcludedAt.IsZero():
			m.ExcludedAt = c.now()
		}
		return nil, nil
	}, c.audit(actor, action, accountID, id))
	if err != nil {
		return m, err
	}
	c.hint(MovementsChanged, accountID)
	return m, c.weigh(ctx, accountID, m.Amount)
}

// Deliveries lists deliveries, newest first, and how many the filter selects.
func (c *Core) Deliveries(ctx context.Context, f DeliveryFilter) ([]Delivery, int, error) {
	if err := checkPage(&f.Limit, f.Offset); err != nil {
		return nil, 0, err
	}
	return c.store.Deliveries(ctx, f)
}

// Delivery returns one delivery with its attempts, oldest first.
func (c *Core) Delivery(ctx context.Context, id string) (Delivery, []DeliveryAttempt, error) {
	d, err := c.store.Delivery(ctx, id)
	if err != nil {
		return Delivery{}, nil, err
	}
	attempts, err := c.store.DeliveryAttempts(ctx, id)
	return d, attempts, err
}

// DeliveryCounts counts an account's deliveries, or all, by status.
func (c *Core) DeliveryCounts(ctx context.Context, accountID string) (map[DeliveryStatus]int, error) {
	return c.store.DeliveryCounts(ctx, accountID)
}

// ResendDelivery makes an owed delivery due now and gives a dead one a new life
// under its old webhook-id. A delivered one is ErrConflict: its subject is resent.
func (c *Core) ResendDelivery(ctx context.Context, id, actor string) (Delivery, error) {
	now := c.now()
	was, err := c.store.Delivery(ctx, id)
	if err == nil {
		err = c.mayRevive(ctx, was)
	}
	if err != nil {
		return Delivery{}, err
	}
	d, err := c.store.ChangeDelivery(ctx, id, func(d *Delivery) error {
		switch d.Status {
		case DeliveryDelivered:
			return fmt.Errorf("it was delivered: %w", ErrConflict)
		case DeliveryDead:
			d.Status, d.Tries, d.QueuedAt, d.DoneAt = DeliveryPending, 0, now, time.Time{}
		}
		d.NextAt = now
		return nil
	}, c.audit(actor, ActResendDelivery, "", id))
	if err != nil {
		return Delivery{}, err
	}
	c.deliverer.nudge()
	c.hint(DeliveriesChanged, d.AccountID)
	return d, nil
}

// WaitDelivered waits until an account owes nothing that is due: every delivery
// is delivered, dead or waits for a later try.
func (c *Core) WaitDelivered(ctx context.Context, accountID string) error {
	hints, stop := c.Subscribe()
	defer stop()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		counts, err := c.store.DeliveryCounts(ctx, accountID)
		if err != nil {
			return err
		}
		if counts[DeliveryPending] == 0 {
			return nil
		}
		select {
		case <-hints:
		case <-look.C: // a hint can be missed
		case <-ctx.Done():
			return errors.New("deliveries are still waiting for their first try")
		}
	}
}

// WaitAttempt waits until a delivery has more attempts than it had, or has been
// delivered or given up, and returns it with its attempts.
func (c *Core) WaitAttempt(ctx context.Context, id string, had int) (Delivery, []DeliveryAttempt, error) {
	hints, stop := c.Subscribe()
	defer stop()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		d, attempts, err := c.Delivery(ctx, id)
		if err != nil || !d.DoneAt.IsZero() || d.Attempts > had {
			return d, attempts, err
		}
		select {
		case <-hints:
		case <-look.C: // a hint can be missed
		case <-ctx.Done():
			return d, attempts, ctx.Err()
		}
	}
}
