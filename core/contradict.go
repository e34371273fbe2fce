package core

import (
	"errors"
	"fmt"
	"slices"
)

// contradict raises an alert where what this transaction brought would have
// changed a match that stands. The match is left as it is: goods may be on their
// way. What people settled is not questioned.
func (e *evaluation) contradict(amount Money) error {
	if len(e.fresh) == 0 {
		return nil
	}
	pairs, err := e.tx.Matched(e.account, amount, e.now)
	if err != nil {
		return fmt.Errorf("find the matches of an amount: %w", err)
	}
	pairs = slices.DeleteFunc(pairs, func(p Pair) bool { return p.Match.Person })
	if len(pairs) == 0 {
		return nil
	}
	orders, err := e.tx.OpenOrders(e.account, &amount)
	if err != nil {
		return err
	}
	in, err := e.input(orders, pairs, amount)
	if err != nil {
		return err
	}
	against, err := contradictions(in, pairs, e.match)
	if err != nil {
		return nil // the same defect fails the orders themselves, and says so there
	}
	for _, c := range against {
		if err := e.alert(AlertContradicted, c.pair.Order.ID, c.pair.Movement.ID, c.evidence[0]); err != nil {
			return err
		}
	}
	return nil
}

func (e *evaluation) alert(kind OrderAlertKind, orderID, movementID, otherID string) error {
	err := e.tx.AddAlert(OrderAlert{
		ID: newID(), AccountID: e.account, Kind: kind, OrderID: orderID, MovementID: movementID, OtherID: otherID, At: e.now,
	})
	if err != nil {
		return fmt.Errorf("raise an alert: %w", err)
	}
	e.touched = true
	return nil
}

// takenBack deals with what a reading showed of movements that are stored: a
// reversed one pays nothing any more, and whoever relied on it is alerted.
func (e *evaluation) takenBack(kept Kept) error {
	for _, m := range kept.Fresh {
		if m.Reverses == "" {
			continue
		}
		gone, err := e.tx.MovementByBankID(e.account, m.BankAccount, m.Reverses)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := e.reliedOn(AlertReversed, gone, m.ID); err != nil {
			return err
		}
		if gone.ExcludedAt.IsZero() {
			if err := e.tx.Exclude(gone.ID, e.now); err != nil {
				return err
			}
		}
	}
	for _, m := range kept.Vanished {
		if err := e.reliedOn(AlertVanished, m, ""); err != nil {
			return err
		}
	}
	for _, m := range kept.Changed {
		if err := e.reliedOn(AlertChanged, m, ""); err != nil {
			return err
		}
	}
	return nil
}

// reliedOn raises an alert about a movement that was matched or sent.
func (e *evaluation) reliedOn(kind OrderAlertKind, m Movement, otherID string) error {
	match, err := e.tx.MatchOf("", m.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	sent := !m.NotifiedAt.IsZero()
	if match.ID == "" && !sent {
		_, err := e.tx.LastDelivery(m.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		sent = err == nil
	}
	if match.ID == "" && !sent {
		return nil
	}
	return e.alert(kind, match.OrderID, m.ID, otherID)
}
