package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"reconbanker/core"
)

const deliveryColumns = `id, webhook_id, account_id, kind, subject_id, url, receiver, status,
	attempts, tries, next_at, created_at, queued_at, done_at, last_status, last_error, payload`

const deliveryValueCount = 17

func scanDelivery(r scanner) (core.Delivery, error) {
	var d core.Delivery
	err := r.Scan(&d.ID, &d.WebhookID, &d.AccountID, &d.Kind, &d.SubjectID, &d.URL, &d.Receiver, &d.Status,
		&d.Attempts, &d.Tries, moment{&d.NextAt}, moment{&d.CreatedAt}, moment{&d.QueuedAt}, moment{&d.DoneAt},
		&d.LastStatus, &d.LastError, &d.Payload)
	return d, err
}

func loadDelivery(ctx context.Context, q querier, id string) (core.Delivery, error) {
	d, err := scanDelivery(q.QueryRowContext(ctx, "SELECT "+deliveryColumns+" FROM delivery WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, notFound("delivery", id)
	}
	return d, err
}

// deliveriesAtOnce is how many rows one statement inserts.
const deliveriesAtOnce = 32

var (
	insertDelivery       = insertDeliverySQL(1)
	insertManyDeliveries = insertDeliverySQL(deliveriesAtOnce)
)

func insertDeliverySQL(rows int) string {
	one := "(" + strings.Repeat("?,", deliveryValueCount-1) + "?)"
	return "INSERT INTO delivery (" + deliveryColumns + ") VALUES " + strings.Repeat(one+",", rows-1) + one
}

// insertDeliveries writes what is owed, in order; missing ids and times are filled in.
func (s *Store) insertDeliveries(t *tx, ds []core.Delivery) error {
	args := make([]any, 0, min(len(ds), deliveriesAtOnce)*deliveryValueCount)
	for len(ds) > 0 {
		n, query := 1, insertDelivery
		if len(ds) >= deliveriesAtOnce {
			n, query = deliveriesAtOnce, insertManyDeliveries
		}
		args = args[:0]
		for i := range n {
			args = s.appendDelivery(args, ds[i])
		}
		err := t.put(query, args...)
		switch {
		case taken(err):
			return fmt.Errorf("a delivery with this id is there already: %w", core.ErrConflict)
		case orphanRow(err):
			return notFound("account", ds[0].AccountID)
		case err != nil:
			return err
		}
		ds = ds[n:]
	}
	return nil
}

func (s *Store) appendDelivery(args []any, d core.Delivery) []any {
	d.ID = cmp.Or(d.ID, newID())
	d.Receiver = cmp.Or(d.Receiver, core.ReceiverOf(d.URL))
	d.Status = cmp.Or(d.Status, core.DeliveryPending)
	if d.CreatedAt.IsZero() {
		d.CreatedAt = s.opts.Now()
	}
	for _, t := range []*time.Time{&d.NextAt, &d.QueuedAt} {
		if t.IsZero() {
			*t = d.CreatedAt
		}
	}
	if d.Payload == nil {
		d.Payload = []byte{}
	}
	return append(args, d.ID, d.WebhookID, d.AccountID, string(d.Kind), d.SubjectID, d.URL, d.Receiver, string(d.Status),
		d.Attempts, d.Tries, stamp(d.NextAt), stamp(d.CreatedAt), stamp(d.QueuedAt), stamp(d.DoneAt),
		d.LastStatus, d.LastError, d.Payload)
}

// Delivery implements core.Store.
func (s *Store) Delivery(ctx context.Context, id string) (core.Delivery, error) {
	d, err := loadDelivery(ctx, s.readers, id)
	return d, s.wrap(err)
}

// Deliveries implements core.Store.
func (s *Store) Deliveries(ctx context.Context, f core.DeliveryFilter) (rows []core.Delivery, total int, err error) {
	var w where
	w.add(f.AccountID != "", "account_id = ?", f.AccountID)
	w.add(f.SubjectID != "", "subject_id = ?", f.SubjectID)
	w.add(f.Status != "", "status = ?", f.Status)
	w.add(f.Kind != "", "kind = ?", f.Kind)
	w.add(!f.From.IsZero(), "created_at >= ?", stamp(f.From))
	w.add(!f.To.IsZero(), "created_at < ?", stamp(f.To))
	// Says what the planner cannot guess, that the index of the others will do.
	w.add(f.Status != "" && f.Status != core.DeliveryDelivered, "status <> 'delivered'")
	err = s.read(ctx, func(q querier) (err error) {
		if err := q.QueryRowContext(ctx, "SELECT count(*) FROM delivery"+w.sql(), w.args...).Scan(&total); err != nil {
			return err
		}
		rows, err = all(ctx, q, scanDelivery, `SELECT `+deliveryColumns+` FROM delivery WHERE seq IN (
			SELECT seq FROM delivery`+w.sql()+` ORDER BY seq DESC LIMIT ? OFFSET ?) ORDER BY seq DESC`,
			append(w.args, f.Limit, f.Offset)...)
		return err
	})
	return rows, total, err
}

// DeliveryAttempts implements core.Store.
func (s *Store) DeliveryAttempts(ctx context.Context, deliveryID string) ([]core.DeliveryAttempt, error) {
	var rows []core.DeliveryAttempt
	err := s.read(ctx, func(q querier) (err error) {
		var known bool
		if err := q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM delivery WHERE id = ?)", deliveryID).Scan(&known); err != nil {
			return err
		}
		if !known {
			return notFound("delivery", deliveryID)
		}
		rows, err = all(ctx, q, func(r scanner) (core.DeliveryAttempt, error) {
			var a core.DeliveryAttempt
			err := r.Scan(&a.DeliveryID, &a.N, moment{&a.At}, &a.Took, &a.Status, &a.Error, &a.Response, &a.ResponseOf)
			return a, err
		}, `SELECT delivery_id, n, at, took, status, error, response, response_of
			FROM delivery_attempt WHERE delivery_id = ? ORDER BY n`, deliveryID)
		return err
	})
	return rows, err
}

// ChangeDelivery implements core.Store. Whose it is, what it is about and its
// payload never change.
func (s *Store) ChangeDelivery(ctx context.Context, id string, change func(*core.Delivery) error, by core.Audit) (core.Delivery, error) {
	var d core.Delivery
	err := s.write(ctx, func(t *tx) (err error) {
		if d, err = loadDelivery(t.ctx, t, id); err != nil {
			return err
		}
		if err := change(&d); err != nil {
			return err
		}
		_, err = t.exec(`UPDATE delivery SET webhook_id = ?, url = ?, receiver = ?, status = ?, attempts = ?, tries = ?,
				next_at = ?, queued_at = ?, done_at = ?, last_status = ?, last_error = ? WHERE id = ?`,
			d.WebhookID, d.URL, d.Receiver, d.Status, d.Attempts, d.Tries,
			stamp(d.NextAt), stamp(d.QueuedAt), stamp(d.DoneAt), d.LastStatus, d.LastError, id)
		if err != nil {
			return err
		}
		if d, err = loadDelivery(t.ctx, t, id); err != nil {
			return err
		}
		return s.audit(t, by, d.AccountID)
	})
	return d, err
}

// DeliveryCounts implements core.Store. The delivered ones, nearly all, are
// counted as what the others leave.
func (s *Store) DeliveryCounts(ctx context.Context, accountID string) (map[core.DeliveryStatus]int, error) {
	out := map[core.DeliveryStatus]int{}
	err := s.read(ctx, func(q querier) error {
		var w where
		w.add(accountID != "", "account_id = ?", accountID)
		var total int
		if err := q.QueryRowContext(ctx, "SELECT count(*) FROM delivery"+w.sql(), w.args...).Scan(&total); err != nil {
			return err
		}
		w.add(true, "status <> 'delivered'")
		type count struct {
			status core.DeliveryStatus
			n      int
		}
		counts, err := all(ctx, q, func(r scanner) (count, error) {
			var c count
			err := r.Scan(&c.status, &c.n)
			return c, err
		}, "SELECT status, count(*) FROM delivery"+w.sql()+" GROUP BY status", w.args...)
		if err != nil {
			return err
		}
		for _, c := range counts {
			out[c.status] = c.n
			total -= c.n
		}
		if total > 0 {
			out[core.DeliveryDelivered] = total
		}
		return nil
	})
	return out, err
}
