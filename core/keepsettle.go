package core

import (
	"time"

	"reconbanker/scrapers"
)

// settler returns what a run does about orders once its lines are written: new
// payments are matched, and orders past their time end. started is when the run
// began: a payment booked before it has been read.
func (c *Core) settler(accountID string, zone *time.Location, started time.Time) func(OrderTx, Kept) error {
	return func(tx OrderTx, kept Kept) error {
		mode, err := tx.Mode()
		if err != nil {
			return err
		}
		e, err := c.evaluation(tx, accountID, zone)
		if err != nil {
			return err
		}
		if err := e.takenBack(kept); err != nil {
			return err
		}
		if mode != Reconcile {
			return nil
		}
		for _, amount := range e.amounts(kept) {
			if err := e.amount(amount); err != nil {
				return err
			}
		}
		return e.expire(started)
	}
}

// amounts lists the amounts that a reading concerns, and notes what is new.
func (e *evaluation) amounts(kept Kept) (out []Money) {
	seen := map[Money]bool{}
	add := func(rows []Movement, fresh bool) {
		for _, m := range rows {
			if m.Direction != scrapers.Credit {
				continue
			}
			if fresh {
				e.fresh[m.ID] = true
			}
			if !seen[m.Amount] {
				seen[m.Amount] = true
				out = append(out, m.Amount)
			}
		}
	}
	add(kept.Fresh, true)
	add(kept.Named, true)
	add(kept.Returned, false)
	add(kept.Vanished, false)
	return out
}
