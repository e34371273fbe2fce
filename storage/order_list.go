package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"reconbanker/core"
)

// Order implements core.Store.
func (s *Store) Order(ctx context.Context, id string) (core.Order, error) {
	o, err := loadOrder(ctx, s.readers, id)
	return o, s.wrap(err)
}

func ordersOf(f core.OrderFilter) (w where) {
	w.add(f.AccountID != "", "account_id = ?", f.AccountID)
	w.add(len(f.Statuses) > 0, "status IN (SELECT value FROM json_each(?))", set(f.Statuses))
	w.add(f.Currency != "", "currency = ?", strings.ToUpper(f.Currency))
	w.add(!f.From.IsZero(), "created_at >= ?", stamp(f.From))
	w.add(!f.To.IsZero(), "created_at < ?", stamp(f.To))
	for _, word := range strings.Fields(fold(f.Search)) {
		w.add(true, "instr(search, ?) > 0", word)
	}
	return w
}

// Orders implements core.Store.
func (s *Store) Orders(ctx context.Context, f core.OrderFilter) (rows []core.Order, total int, err error) {
	w := ordersOf(f)
	err = s.read(ctx, func(q querier) (err error) {
		if err := q.QueryRowContext(ctx, "SELECT count(*) FROM orders"+w.sql(), w.args...).Scan(&total); err != nil {
			return err
		}
		const order = " ORDER BY created_at DESC, seq DESC"
		rows, err = all(ctx, q, scanOrder, "SELECT "+orderColumns+" FROM orders WHERE seq IN (SELECT seq FROM orders"+
			w.sql()+order+" LIMIT ? OFFSET ?)"+order, append(w.args, f.Limit, f.Offset)...)
		return err
	})
	return rows, total, err
}

// OrderCounts implements core.Store.
func (s *Store) OrderCounts(ctx context.Context, accountID string) (map[core.OrderStatus]int, error) {
	var w where
	w.add(accountID != "", "account_id = ?", accountID)
	type count struct {
		status core.OrderStatus
		n      int
	}
	rows, err := all(ctx, s.readers, func(r scanner) (count, error) {
		var c count
		err := r.Scan(&c.status, &c.n)
		return c, err
	}, "SELECT status, count(*) FROM orders"+w.sql()+" GROUP BY status", w.args...)
	if err != nil {
		return nil, s.wrap(err)
	}
	out := make(map[core.OrderStatus]int, len(rows))
	for _, c := range rows {
		out[c.status] = c.n
	}
	return out, nil
}

// OrderAttempts implements core.Store.
func (s *Store) OrderAttempts(ctx context.Context, orderID string) ([]core.OrderAttempt, error) {
	rows, err := all(ctx, s.readers, func(r scanner) (core.OrderAttempt, error) {
		var a core.OrderAttempt
		var weighed []byte
		err := r.Scan(&a.OrderID, &a.N, moment{&a.At}, &a.Result, &a.Reason, &a.Actor, &a.MovementID, &weighed)
		if err == nil && weighed != nil {
			var w weighing
			if err = json.Unmarshal(weighed, &w); err != nil {
				err = fmt.Errorf("read the candidates of order %s: %w", a.OrderID, err)
			}
			a.Candidates, a.Others = w.Candidates, w.Others
		}
		return a, err
	}, "SELECT order_id, n, at, result, reason, actor, movement_id, candidates FROM order_attempt WHERE order_id = ? ORDER BY n", orderID)
	return rows, s.wrap(err)
}

// Matches implements core.Store.
func (s *Store) Matches(ctx context.Context, orderID, movementID string) ([]core.OrderMatch, error) {
	var w where
	w.add(orderID != "", "order_id = ?", orderID)
	w.add(movementID != "", "movement_id = ?", movementID)
	rows, err := all(ctx, s.readers, scanMatch, "SELECT "+matchColumns+" FROM match"+w.sql()+" ORDER BY seq DESC LIMIT 500", w.args...)
	return rows, s.wrap(err)
}

// MovementsByID implements core.Store.
func (s *Store) MovementsByID(ctx context.Context, ids []string) ([]core.Movement, error) {
	rows, err := all(ctx, s.readers, scanMovement, "SELECT "+movementColumns+` FROM movement
		WHERE id IN (SELECT value FROM json_each(?)) ORDER BY seq`, set(ids))
	return rows, s.wrap(err)
}

// pageOf reads one page of a list and counts all of it.
func pageOf[T any](ctx context.Context, s *Store, scan func(scanner) (T, error), columns, from, order string, w where, limit, offset int) (rows []T, total int, err error) {
	err = s.read(ctx, func(q querier) (err error) {
		if err := q.QueryRowContext(ctx, "SELECT count(*) FROM "+from+w.sql(), w.args...).Scan(&total); err != nil {
			return err
		}
		rows, err = all(ctx, q, scan, "SELECT "+columns+" FROM "+from+w.sql()+" ORDER BY "+order+" LIMIT ? OFFSET ?", append(w.args, limit, offset)...)
		return err
	})
	return rows, total, err
}

// Refusals implements core.Store.
func (s *Store) Refusals(ctx context.Context, accountID string, limit, offset int) ([]core.Refusal, int, error) {
	var w where
	w.add(accountID != "", "order_id IN (SELECT id FROM orders WHERE account_id = ?)", accountID)
	return pageOf(ctx, s, scanRefusal, "order_id, movement_id, at, actor", "refusal", "at DESC, order_id, movement_id", w, limit, offset)
}

// Aliases implements core.Store. One does not count when its bank name was settled
// with another name on orders as well.
func (s *Store) Aliases(ctx context.Context, accountID string, limit, offset int) ([]core.KnownAlias, int, error) {
	var w where
	w.add(accountID != "", "account_id = ?", accountID)
	return pageOf(ctx, s, func(r scanner) (core.KnownAlias, error) {
		var a core.KnownAlias
		err := r.Scan(append(aliasDest(&a.Alias), &a.Counts)...)
		return a, err
	}, aliasColumns+`, NOT EXISTS (SELECT 1 FROM alias AS other WHERE other.account_id = alias.account_id
		AND other.bank_key = alias.bank_key AND other.order_key <> alias.order_key)`, "alias", "at DESC, id", w, limit, offset)
}

// OrderAlerts implements core.Store.
func (s *Store) OrderAlerts(ctx context.Context, accountID string, closed bool, limit, offset int) ([]core.OrderAlert, int, error) {
	var w where
	w.add(accountID != "", "account_id = ?", accountID)
	w.add(!closed, "closed_at IS NULL")
	return pageOf(ctx, s, scanAlert, alertColumns, "order_alert", "seq DESC", w, limit, offset)
}

// StaleOrders implements core.Store. A movement booked up to a week before the
// order is looked for: the rules have the exact window.
func (s *Store) StaleOrders(ctx context.Context, now time.Time, limit int) ([]core.Order, error) {
	week := (7 * 24 * time.Hour).Milliseconds()
	rows, err := all(ctx, s.readers, scanOrder, "SELECT "+orderColumns+` FROM orders AS o
		WHERE `+orderIsOpen+` AND status <> 'failed' AND (retry_at IS NULL OR retry_at <= ?) AND (checked_at IS NULL OR retry_at IS NOT NULL
			OR EXISTS (SELECT 1 FROM movement AS m INDEXED BY movement_free
				WHERE m.account_id = o.account_id AND m.currency = o.currency AND m.amount = o.amount
					AND m.booked_at >= o.created_at - ? AND m.booked_at <= o.expires_at
					AND m.direction = 'credit' AND m.excluded_at IS NULL AND m.vanished_at IS NULL AND m.ingested_at > o.checked_at))
		ORDER BY created_at, seq LIMIT ?`, stamp(now), week, limit)
	return rows, s.wrap(err)
}
