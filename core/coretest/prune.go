package coretest

import (
	"context"
	"slices"
	"time"

	"reconbanker/core"
)

// PruneDelivered implements core.Store.
func (s *Store) PruneDelivered(_ context.Context, before time.Time, limit int) (int, error) {
	return s.pruneDeliveries("PruneDelivered", core.DeliveryDelivered, before, limit)
}

// PruneDead implements core.Store.
func (s *Store) PruneDead(_ context.Context, before time.Time, limit int) (int, error) {
	return s.pruneDeliveries("PruneDead", core.DeliveryDead, before, limit)
}

func (s *Store) pruneDeliveries(method string, status core.DeliveryStatus, before time.Time, limit int) (n int, err error) {
	err = s.write(method, func(st *state) error {
		for i, d := range st.deliveries {
			if d.Status == status && d.DoneAt.Before(before) && len(d.Payload) > 0 && n < limit {
				n++
				st.deliveries[i].Payload = nil
				st.tries = slices.DeleteFunc(st.tries, func(a core.DeliveryAttempt) bool { return a.DeliveryID == d.ID })
			}
		}
		return nil
	})
	return n, err
}

// deliveryPruning holds a store to what it keeps of deliveries past their time.
func deliveryPruning(c *contract) {
	a := c.account("Caja")
	c.keep(a, true, c.line(1), c.line(2), c.line(3))
	due, err := c.DueDeliveries(c.ctx, c.day, 10, 10, core.DeliverySkip{})
	c.must(err)
	results := make([]core.DeliveryResult, len(due))
	for i, d := range due {
		d.Status, d.Attempts, d.DoneAt = core.DeliveryDelivered, 1, c.at(i)
		if i == 2 {
			d.Status, d.DoneAt = core.DeliveryDead, c.at(0)
		}
		results[i] = core.DeliveryResult{Delivery: d, Attempt: &core.DeliveryAttempt{DeliveryID: d.ID, N: 1, At: c.at(0), Response: "ok"}}
	}
	c.must(c.FinishDeliveries(c.ctx, results))
	n, err := c.PruneDelivered(c.ctx, c.at(1), 10)
	c.must(err)
	c.same(n, 1)
	n, err = c.PruneDelivered(c.ctx, c.at(1), 10)
	c.must(err)
	c.same(n, 0)
	for i, d := range due {
		got, err := c.Delivery(c.ctx, d.ID)
		c.must(err)
		attempts, err := c.DeliveryAttempts(c.ctx, d.ID)
		c.must(err)
		if pruned := i == 0; pruned != (len(got.Payload) == 0) || pruned != (len(attempts) == 0) {
			c.Errorf("delivery %d: %+v with %d attempts", i, got, len(attempts))
		}
	}
	n, err = c.PruneDead(c.ctx, c.at(1), 1)
	c.must(err)
	c.same(n, 1)
	if rows, _, err := c.Movements(c.ctx, core.MovementFilter{AccountID: a.ID, Delivery: "delivered", Limit: 10}); err != nil || len(rows) != 2 {
		c.Errorf("%d movements are delivered, %v", len(rows), err)
	}
}
