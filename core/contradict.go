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
	for _, o := range in.Orders {
		in.Fresh[o.ID] = true // as if all of it had been there from the start
	}
	verdicts, err := e.match(in)
	if err != nil {
		return nil // the same defect fails the orders themselves, and says so there
	}
	for _, p := range pairs {
		i := slices.IndexFunc(verdicts, func(v Verdict) bool { return v.OrderID == p.Order.ID })
		if i < 0 || verdicts[i].Status == OrderMatched && verdicts[i].MovementID == p.Movement.ID {
			continue
		}
		other := e.culprit(p, verdicts, in)
		if other == "" {
			continue
		}
		err := e.alert(AlertContradicted, p.Order.ID, p.Movement.ID, other)
		if err != nil {
			return err
		}
	}
	return nil
}

// culprit finds what is new and speaks against a pair. Another payment of the same
// sender, or another order of the same payer, does not: they are interchangeable.
func (e *evaluation) culprit(p Pair, verdicts []Verdict, in MatchInput) string {
	for _, m := range in.Movements {
		if !e.fresh[m.ID] || NameKey(m.Sender) == NameKey(p.Movement.Sender) {
			continue
		}
		if strongly(verdicts, p.Order.ID, m.ID) {
			return m.ID
		}
	}
	for _, o := range in.Orders {
		if !e.fresh[o.ID] || o.ID == p.Order.ID || NameKey(o.Name) == NameKey(p.Order.Name) {
			continue
		}
		if strongly(verdicts, o.ID, p.Movement.ID) {
			return o.ID
		}
	}
	return ""
}

func strongly(verdicts []Verdict, orderID, movementID string) bool {
	return slices.ContainsFunc(verdicts, func(v Verdict) bool {
		return v.OrderID == orderID && slices.ContainsFunc(v.Candidates, func(c Candidate) bool {
			return c.MovementID == movementID && c.Band == Strong
		})
	})
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
