package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// actOn lets act work on one order inside a transaction, with an audit line, and
// returns the order as it then stands.
func (c *Core) actOn(ctx context.Context, orderID, actor string, action Action, act func(e *evaluation, o Order) error) (Order, error) {
	var o Order
	zones, err := c.zones(ctx)
	if err != nil {
		return o, err
	}
	err = c.store.ChangeOrders(ctx, func(tx OrderTx) error {
		was, err := tx.Order(orderID)
		if err != nil {
			return err
		}
		e, err := c.evaluation(tx, was.AccountID, zones[was.AccountID])
		if err != nil {
			return err
		}
		if mode, err := tx.Mode(); err != nil {
			return err
		} else if mode != Reconcile {
			return fmt.Errorf("orders are matched in reconcile mode only: %w", ErrConflict)
		}
		if err := act(e, was); err != nil {
			return err
		}
		if err := tx.Audit(c.audit(actor, action, was.AccountID, was.ExternalID)); err != nil {
			return err
		}
		o, err = tx.Order(orderID)
		return err
	})
	if err != nil {
		return Order{}, err
	}
	c.deliverer.nudge()
	c.hint(OrdersChanged, o.AccountID)
	c.hint(MovementsChanged, o.AccountID)
	c.hint(DeliveriesChanged, o.AccountID)
	return o, nil
}

// zones are the time zones of the accounts' banks.
func (c *Core) zones(ctx context.Context) (map[string]*time.Location, error) {
	all, err := c.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]*time.Location{}
	for _, a := range all {
		if _, zone, err := c.driverOf(a.Bank); err == nil {
			out[a.ID] = zone
		}
	}
	return out, nil
}

// SettleOrder ties an order to a payment that a person chose. Both must be free
// and of the same amount and currency. The pair of names is learnt.
func (c *Core) SettleOrder(ctx context.Context, orderID, movementID, actor string) (Order, error) {
	return c.actOn(ctx, orderID, actor, ActSettle, func(e *evaluation, o Order) error {
		m, err := e.payment(o, movementID)
		if err != nil {
			return err
		}
		err = e.tx.DropRefusal(o.ID, m.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		o.CheckedAt, o.Retries, o.RetryAt = e.now, 0, time.Time{}
		return e.settle(o, OrderMatch{
			MovementID: m.ID, Person: true, Actor: actor, Reason: ReasonSettled,
			Score: CompareNames(o.Name, m.Sender).Score,
		}, OrderAttempt{})
	})
}

// payment returns the movement if a person may settle the order with it.
func (e *evaluation) payment(o Order, movementID string) (Movement, error) {
	m, err := e.tx.Movement(o.AccountID, movementID)
	if err != nil {
		return m, err
	}
	_, matched := e.tx.MatchOf("", m.ID)
	conflict := func(sentence string) (Movement, error) { return m, fmt.Errorf("%s: %w", sentence, ErrConflict) }
	switch {
	case o.Status == OrderMatched:
		return conflict("the order is matched already: undo that match first")
	case o.Status == OrderCancelled:
		return conflict("the order is cancelled: your system does not list it any more")
	case matched == nil:
		return conflict("the movement is matched with another order: undo that match first")
	case !errors.Is(matched, ErrNotFound):
		return m, matched
	case m.Direction == "debit":
		return conflict("the movement is money paid out")
	case m.Amount != o.Amount:
		return conflict(fmt.Sprintf("the amounts differ: the order is about %s, the movement about %s", o.Amount, m.Amount))
	case !m.ExcludedAt.IsZero():
		return conflict("the movement is set aside: bring it back first")
	case !m.VanishedAt.IsZero():
		return conflict("the bank does not show the movement any more")
	}
	return m, nil
}

// RefusePair says that a movement does not pay an order, for good.
func (c *Core) RefusePair(ctx context.Context, orderID, movementID, actor string) (Order, error) {
	return c.actOn(ctx, orderID, actor, ActRefuse, func(e *evaluation, o Order) error {
		m, err := e.tx.Movement(o.AccountID, movementID)
		if err != nil {
			return err
		}
		match, err := e.tx.MatchOf(o.ID, "")
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if match.MovementID == m.ID {
			return fmt.Errorf("they are matched: undo the match, which refuses the pair: %w", ErrConflict)
		}
		if err := e.tx.AddRefusal(Refusal{OrderID: o.ID, MovementID: m.ID, CreatedAt: e.now, By: actor}); err != nil {
			return err
		}
		if err := e.note(&o, OrderAttempt{Reason: ReasonRefused, Actor: actor, MovementID: m.ID}); err != nil {
			return err
		}
		if err := e.tx.PutOrder(o); err != nil || !o.Status.Open() {
			return err
		}
		return e.amount(o.Amount)
	})
}

// UndoMatch frees both sides of an order's match, refuses the pair, forgets the
// alias it taught and leaves both to people. A result that was written is followed
// by a correction; what was still waiting to be sent is not sent any more.
func (c *Core) UndoMatch(ctx context.Context, orderID, actor string) (Order, error) {
	return c.actOn(ctx, orderID, actor, ActUndo, func(e *evaluation, o Order) error {
		m, err := e.tx.MatchOf(o.ID, "")
		if errors.Is(err, ErrNotFound) {
			return fmt.Errorf("the order is not matched: %w", ErrConflict)
		}
		if err != nil {
			return err
		}
		if err := e.part(m, actor); err != nil {
			return err
		}
		o.Status, o.Reason, o.ByHand, o.Explained = OrderAmbiguous, ReasonUndone, true, ""
		o.EndedAt, o.MissingAt, o.DoubtAt = time.Time{}, time.Time{}, e.now
		o.ExpiresAt = later(o.ExpiresAt, e.now.Add(orderLife)) // time for a person to act
		if err := e.note(&o, OrderAttempt{Actor: actor, MovementID: m.MovementID}); err != nil {
			return err
		}
		if err := e.correct(&o); err != nil {
			return err
		}
		e.touched = true
		if err := e.tx.PutOrder(o); err != nil {
			return err
		}
		return e.amount(o.Amount)
	})
}

// part ends a match and what came of it.
func (e *evaluation) part(m OrderMatch, actor string) error {
	if err := e.tx.EndMatch(m.ID, e.now, actor); err != nil {
		return fmt.Errorf("end the match: %w", err)
	}
	if err := e.tx.Exclude(m.MovementID, time.Time{}); err != nil {
		return err
	}
	if err := e.tx.DropTaught(m.ID); err != nil {
		return err
	}
	return e.tx.AddRefusal(Refusal{OrderID: m.OrderID, MovementID: m.MovementID, CreatedAt: e.now, By: actor})
}

// correct owes the customer that the last result does not hold. A result that
// waits is given up; one that may be under way is corrected all the same, since
// nobody can tell whether it arrived.
func (e *evaluation) correct(o *Order) error {
	last, err := e.tx.LastDelivery(o.ID)
	if errors.Is(err, ErrNotFound) {
		o.Announced = ""
		return nil
	}
	if err != nil {
		return err
	}
	if err := e.tx.Supersede(o.ID, superseded+"the match was undone", e.now); err != nil {
		return fmt.Errorf("give up a result that does not hold: %w", err)
	}
	return e.announce(o, last.WebhookID)
}

// RunMatch evaluates an order now. One that failed or expired lives again.
func (c *Core) RunMatch(ctx context.Context, orderID, actor string) (Order, error) {
	return c.actOn(ctx, orderID, actor, ActMatch, func(e *evaluation, o Order) error {
		switch o.Status {
		case OrderMatched:
			return fmt.Errorf("the order is matched: undo the match first: %w", ErrConflict)
		case OrderCancelled:
			return fmt.Errorf("the order is cancelled: your system does not list it any more: %w", ErrConflict)
		case OrderExpired:
			o.ExpiresAt = e.now.Add(orderLife)
		}
		if o.Status == OrderExpired || o.Status == OrderFailed || o.Status == OrderProcessing {
			o.Status, o.Reason, o.Retries, o.EndedAt, o.RetryAt = OrderPending, ReasonRunAgain, 0, time.Time{}, time.Time{}
			if err := e.note(&o, OrderAttempt{Actor: actor}); err != nil {
				return err
			}
		}
		o.Explained = "" // so that the outcome is written, whatever it is
		if err := e.tx.PutOrder(o); err != nil {
			return err
		}
		return e.amount(o.Amount)
	})
}

// ResendOrder sends an order's result again: one that is owed goes now, a dead one
// is owed again under its webhook-id, and otherwise a new delivery is written.
func (c *Core) ResendOrder(ctx context.Context, orderID, actor string) (Delivery, error) {
	o, err := c.store.Order(ctx, orderID)
	if err != nil {
		return Delivery{}, err
	}
	if !slices.Contains([]OrderStatus{OrderMatched, OrderAmbiguous, OrderExpired}, o.Status) {
		return Delivery{}, fmt.Errorf("an order that is %s has no result to send: %w", o.Status, ErrConflict)
	}
	last, _, err := c.store.Deliveries(ctx, DeliveryFilter{SubjectID: orderID, Limit: 1})
	if err != nil {
		return Delivery{}, err
	}
	if len(last) > 0 && last[0].Status != DeliveryDelivered && o.Announced == o.Status {
		return c.ResendDelivery(ctx, last[0].ID, actor)
	}
	var owed Delivery
	_, err = c.actOn(ctx, orderID, actor, ActResendResult, func(e *evaluation, o Order) error {
		var err error
		if owed, err = oweOrder(o, "", e.settings, e.now); err != nil {
			return err
		}
		o.Announced = o.Status
		if err := e.tx.Owe(owed); err != nil {
			return err
		}
		return e.tx.PutOrder(o)
	})
	return owed, err
}
