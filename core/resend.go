package core

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// How long what was sent and what came back is kept: the row of a delivery stays,
// its body and its attempts go.
const (
	deliveredLife = 30 * 24 * time.Hour
	deadLife      = 90 * 24 * time.Hour
)

// superseded begins the last error of a delivery that does not hold any more.
const superseded = "superseded: "

// mostResent bounds one resending by filter.
const mostResent = 10_000

// Resent tells what a resending by filter did.
type Resent struct {
	Sent    int
	Skipped int // superseded, overtaken by a newer one about the same, or past their time
}

// ResendDeliveries sends everything again that a filter selects, as ResendDelivery
// does one. Delivered ones are sent again as new deliveries, which is for a
// receiver that has lost a period. Limit and Offset do not matter.
func (c *Core) ResendDeliveries(ctx context.Context, f DeliveryFilter, actor string) (Resent, error) {
	var done Resent
	if f.Status == "" && f.From.IsZero() && f.To.IsZero() && f.SubjectID == "" {
		return done, Invalid("status", "choose what to send again: a status, a period or both")
	}
	var picked []Delivery
	for f.Limit, f.Offset = 500, 0; ; f.Offset += f.Limit {
		rows, total, err := c.store.Deliveries(ctx, f)
		if err != nil {
			return done, err
		}
		if total > mostResent {
			return done, Invalid("from", "the filter selects %d webhooks, more than %d at once: choose a shorter period", total, mostResent)
		}
		picked = append(picked, rows...)
		if len(rows) < f.Limit {
			break
		}
	}
	for i := len(picked) - 1; i >= 0; i-- { // oldest first
		err := c.sendOnceMore(ctx, picked[i], actor)
		switch {
		case errors.Is(err, ErrConflict), errors.Is(err, ErrNotFound):
			done.Skipped++
		case err != nil:
			return done, err
		default:
			done.Sent++
		}
	}
	return done, nil
}

func (c *Core) sendOnceMore(ctx context.Context, d Delivery, actor string) error {
	if d.Status != DeliveryDelivered {
		_, err := c.ResendDelivery(ctx, d.ID, actor)
		return err
	}
	if d.Kind != MovementDelivery && d.Kind != OrderDelivery {
		return fmt.Errorf("a notification is not sent again: %w", ErrConflict)
	}
	err := c.store.ChangeOrders(ctx, func(tx OrderTx) error {
		last, err := tx.LastDelivery(d.SubjectID)
		if err != nil {
			return err
		}
		if last.ID != d.ID {
			return fmt.Errorf("a newer webhook about the same follows it: %w", ErrConflict)
		}
		if len(d.Payload) == 0 {
			return errTooOld
		}
		s, err := tx.Settings(d.AccountID)
		if err != nil {
			return err
		}
		now := c.now()
		id := newID()
		again := Delivery{
			ID: id, WebhookID: "msg_" + id, AccountID: d.AccountID, Kind: d.Kind, SubjectID: d.SubjectID,
			URL: s.WebhookURL, Receiver: ReceiverOf(s.WebhookURL), Payload: d.Payload, Status: DeliveryPending,
			NextAt: now, CreatedAt: now, QueuedAt: now,
		}
		if err := tx.Owe(again); err != nil {
			return err
		}
		return tx.Audit(c.audit(actor, ActResendDelivery, d.AccountID, d.ID))
	})
	if err != nil {
		return err
	}
	c.deliverer.nudge()
	c.hint(DeliveriesChanged, d.AccountID)
	return nil
}

var errTooOld = fmt.Errorf("its body is not kept any more: %w", ErrConflict)

// mayRevive refuses to send a dead delivery again that would say something untrue.
func (c *Core) mayRevive(ctx context.Context, d Delivery) error {
	switch {
	case d.Status != DeliveryDead:
		return nil
	case strings.HasPrefix(d.LastError, superseded):
		return fmt.Errorf("what it says does not hold any more: %w", ErrConflict)
	case len(d.Payload) == 0:
		return errTooOld
	case d.Kind != OrderDelivery:
		return nil
	}
	last, err := c.store.LatestDeliveries(ctx, []string{d.SubjectID})
	if err != nil {
		return err
	}
	if last[d.SubjectID].ID != d.ID {
		return fmt.Errorf("a newer result of the order follows it: %w", ErrConflict)
	}
	return nil
}
