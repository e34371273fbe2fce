package storage

import (
	"cmp"
	"context"
	"slices"
	"time"

	"reconbanker/core"
)

// owedReceivers jumps from one receiver with owed deliveries to the next, so that
// a backlog of one costs the others nothing.
const owedReceivers = `WITH RECURSIVE each(receiver) AS (
		SELECT min(receiver) FROM delivery WHERE status IN ('pending', 'retrying')
		UNION ALL
		SELECT (SELECT min(d.receiver) FROM delivery d WHERE d.status IN ('pending', 'retrying') AND d.receiver > each.receiver)
		FROM each WHERE each.receiver IS NOT NULL)
	SELECT receiver, (SELECT min(d.next_at) FROM delivery d WHERE d.status IN ('pending', 'retrying') AND d.receiver = each.receiver)
	FROM each WHERE receiver IS NOT NULL`

type owedTo struct {
	receiver string
	next     time.Time
}

func receiversOwed(ctx context.Context, q querier) ([]owedTo, error) {
	return all(ctx, q, func(r scanner) (owedTo, error) {
		var o owedTo
		err := r.Scan(&o.receiver, moment{&o.next})
		return o, err
	}, owedReceivers)
}

// dueOf takes the due deliveries of one receiver that are first of their subject
// and have none of it in flight.
const dueOf = `SELECT ` + deliveryColumns + ` FROM delivery AS d
	WHERE d.status IN ('pending', 'retrying') AND d.receiver = ? AND d.next_at <= ?
		AND d.subject_id NOT IN (SELECT f.subject_id FROM json_each(?) AS k CROSS JOIN delivery AS f ON f.id = k.value)
		AND NOT EXISTS (SELECT 1 FROM delivery AS e
			WHERE e.subject_id = d.subject_id AND e.seq < d.seq AND e.status IN ('pending', 'retrying'))
	ORDER BY d.next_at, d.seq LIMIT ?`

// DueDeliveries implements core.Store.
func (s *Store) DueDeliveries(ctx context.Context, now time.Time, limit, perReceiver int, skip core.DeliverySkip) ([]core.Delivery, error) {
	due := []core.Delivery{}
	err := s.read(ctx, func(q querier) error {
		owed, err := receiversOwed(ctx, q)
		if err != nil {
			return err
		}
		for _, o := range owed {
			free := min(perReceiver-skip.Busy[o.receiver], limit)
			if free <= 0 || o.next.After(now) || slices.Contains(skip.Receivers, o.receiver) {
				continue
			}
			rows, err := all(ctx, q, scanDelivery, dueOf, o.receiver, stamp(now), set(skip.IDs), free)
			if err != nil {
				return err
			}
			due = append(due, rows...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(due, func(a, b core.Delivery) int {
		return cmp.Or(a.NextAt.Compare(b.NextAt), a.CreatedAt.Compare(b.CreatedAt))
	})
	return due[:min(limit, len(due))], nil
}

// NextDelivery implements core.Store.
func (s *Store) NextDelivery(ctx context.Context) (time.Time, error) {
	owed, err := receiversOwed(ctx, s.readers)
	var next time.Time
	for _, o := range owed {
		if next.IsZero() || o.next.Before(next) {
			next = o.next
		}
	}
	return next, s.wrap(err)
}

// FinishDeliveries implements core.Store. Telling it the same results again
// changes nothing, and results of deliveries that have gone or are settled
// meanwhile are left out. The address is not written: settings may have changed
// it while the attempt was under way.
func (s *Store) FinishDeliveries(ctx context.Context, results []core.DeliveryResult) error {
	if len(results) == 0 {
		return nil
	}
	return s.write(ctx, func(t *tx) error {
		receivers := map[string]core.Receiver{}
		for _, r := range results {
			if err := finish(t, r); err != nil {
				return err
			}
			if r.Receiver.Origin != "" {
				receivers[r.Receiver.Origin] = r.Receiver // the last one stands
			}
		}
		for _, r := range receivers {
			if err := storeReceiver(t, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func finish(t *tx, r core.DeliveryResult) error {
	d := r.Delivery
	if a := r.Attempt; a != nil {
		n, err := t.exec(`INSERT INTO delivery_attempt (delivery_id, n, at, took, status, error, response, response_of)
			SELECT id, ?, ?, ?, ?, ?, ?, ? FROM delivery WHERE id = ? AND status IN ('pending', 'retrying')
			ON CONFLICT DO NOTHING`,
			a.N, a.At.UnixMilli(), int64(a.Took), a.Status, a.Error, a.Response, a.ResponseOf, d.ID)
		if err != nil || n == 0 {
			return err // recorded before, settled or gone
		}
	}
	n, err := t.exec(`UPDATE delivery SET status = ?, attempts = ?, tries = ?, next_at = ?, done_at = ?, last_status = ?, last_error = ?
		WHERE id = ? AND status IN ('pending', 'retrying')`,
		string(d.Status), d.Attempts, d.Tries, d.NextAt.UnixMilli(), stamp(d.DoneAt), d.LastStatus, d.LastError, d.ID)
	if err != nil || n == 0 || d.Status != core.DeliveryDelivered || d.Kind != core.MovementDelivery {
		return err
	}
	at := d.DoneAt
	if at.IsZero() && r.Attempt != nil {
		at = r.Attempt.At
	}
	_, err = t.exec("UPDATE movement SET notified_at = ? WHERE id = ? AND notified_at IS NULL", stamp(at), d.SubjectID)
	return err
}

func storeReceiver(t *tx, r core.Receiver) error {
	_, err := t.exec(`INSERT INTO receiver (origin, failures, open_until, open_for) VALUES (?, ?, ?, ?)
		ON CONFLICT (origin) DO UPDATE SET failures = excluded.failures, open_until = excluded.open_until, open_for = excluded.open_for
		WHERE failures <> excluded.failures OR open_until IS NOT excluded.open_until OR open_for <> excluded.open_for`,
		r.Origin, r.Failures, stamp(r.OpenUntil), int64(r.OpenFor))
	return err
}

// Receivers implements core.Store.
func (s *Store) Receivers(ctx context.Context) ([]core.Receiver, error) {
	rows, err := all(ctx, s.readers, func(r scanner) (core.Receiver, error) {
		var v core.Receiver
		err := r.Scan(&v.Origin, &v.Failures, moment{&v.OpenUntil}, &v.OpenFor)
		return v, err
	}, "SELECT origin, failures, open_until, open_for FROM receiver ORDER BY origin")
	return rows, s.wrap(err)
}
