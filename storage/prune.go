package storage

import (
	"context"
	"time"

	"reconbanker/core"
)

// PruneDelivered implements core.Store.
func (s *Store) PruneDelivered(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.pruneDeliveries(ctx, core.DeliveryDelivered, before, limit)
}

// PruneDead implements core.Store.
func (s *Store) PruneDead(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.pruneDeliveries(ctx, core.DeliveryDead, before, limit)
}

func (s *Store) pruneDeliveries(ctx context.Context, status core.DeliveryStatus, before time.Time, limit int) (n int, err error) {
	err = s.write(ctx, func(t *tx) error {
		old, err := all(t.ctx, t, scanOne[string], `SELECT id FROM delivery INDEXED BY delivery_done
			WHERE status = ? AND done_at < ? AND payload <> x'' AND done_at IS NOT NULL LIMIT ?`, string(status), stamp(before), limit)
		if err != nil || len(old) == 0 {
			return err
		}
		n = len(old)
		if _, err := t.exec("DELETE FROM delivery_attempt WHERE delivery_id IN (SELECT value FROM json_each(?))", set(old)); err != nil {
			return err
		}
		_, err = t.exec("UPDATE delivery SET payload = x'' WHERE id IN (SELECT value FROM json_each(?))", set(old))
		return err
	})
	return n, err
}
