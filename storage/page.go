package storage

import (
	"context"
	"slices"
	"strings"

	"reconbanker/core"
)

// latestDelivery is the state of the last webhook about a movement, if any.
const latestDelivery = "(SELECT d.status FROM delivery d WHERE d.subject_id = movement.id ORDER BY d.seq DESC LIMIT 1)"

// deliveryState is what the Delivery filter of movements compares with.
const deliveryState = "coalesce(" + latestDelivery + `, CASE
	WHEN notified_at IS NOT NULL THEN 'silent'
	WHEN before_start THEN 'before_start'
	WHEN sender = '' THEN 'no_sender'
	ELSE 'pending' END)`

// moves is a filter of movements as SQL.
type moves struct {
	where
	from  string // the table, with the index that gives the order
	plain bool   // nothing is asked but the account: the total is known
}

func movesOf(f core.MovementFilter) moves {
	m := moves{from: "movement INDEXED BY movement_by_time"}
	m.plain = f.Currency == "" && f.Search == "" && f.From.IsZero() && f.To.IsZero() && f.Delivery == "" && f.Newest == 0
	if f.AccountID != "" {
		m.from = "movement INDEXED BY movement_by_account"
		m.add(true, "account_id = ?", f.AccountID)
	}
	m.add(!f.Debits || f.Delivery != "", "direction = 'credit'")
	m.add(f.Currency != "", "currency = ?", strings.ToUpper(f.Currency))
	// With fewer movements than that there is no last one, and all are looked at.
	m.add(f.Newest > 0 && f.AccountID == "", newest("movement_by_time", ""), f.Newest-1)
	m.add(f.Newest > 0 && f.AccountID != "", newest("movement_by_account", "WHERE account_id = ?"), f.AccountID, f.Newest-1)
	m.add(!f.From.IsZero(), "booked_at >= ?", stamp(f.From))
	m.add(!f.To.IsZero(), "booked_at < ?", stamp(f.To))
	for _, word := range strings.Fields(fold(f.Search)) {
		m.add(true, "instr(search, ?) > 0", word)
	}
	switch core.DeliveryStatus(f.Delivery) {
	case "":
	case core.DeliveryRetrying, core.DeliveryDead:
		// Few movements are in these states: the deliveries lead to them.
		m.from = "movement"
		m.add(true, "id IN (SELECT subject_id FROM delivery WHERE status = ? AND status <> 'delivered')", f.Delivery)
		m.add(true, latestDelivery+" = ?", f.Delivery)
	case core.DeliveryDelivered:
		m.add(true, "notified_at IS NOT NULL")
		m.add(true, latestDelivery+" = 'delivered'")
	default:
		m.add(true, deliveryState+" = ?", f.Delivery)
	}
	return m
}

func newest(index, which string) string {
	return "booked_at >= coalesce((SELECT booked_at FROM movement INDEXED BY " + index + " " + which + " ORDER BY booked_at DESC, seq DESC LIMIT 1 OFFSET ?), -9223372036854775808)"
}

// total counts what the filter selects.
func (m *moves) total(ctx context.Context, q querier, f core.MovementFilter) (total int, err error) {
	if !m.plain {
		err = q.QueryRowContext(ctx, "SELECT count(*) FROM "+m.from+m.sql(), m.args...).Scan(&total)
		return total, err
	}
	count := "SELECT coalesce(sum(credits), 0) FROM account"
	if f.Debits {
		count = "SELECT coalesce(sum(credits + debits), 0) FROM account"
	}
	var w where
	w.add(f.AccountID != "", "id = ?", f.AccountID)
	err = q.QueryRowContext(ctx, count+w.sql(), w.args...).Scan(&total)
	return total, err
}

// Movements implements core.Store. From is the first moment and To the first
// after the last; words of Search may stand anywhere.
func (s *Store) Movements(ctx context.Context, f core.MovementFilter) (rows []core.Movement, total int, err error) {
	m := movesOf(f)
	err = s.read(ctx, func(q querier) error {
		if total, err = m.total(ctx, q, f); err != nil {
			return err
		}
		rows, err = m.page(ctx, q, f, total)
		return err
	})
	return rows, total, err
}

// page finds the page in the index, then reads only its rows. A page beyond the
// middle is looked for from the other end, so that the last is as near as the first.
func (m *moves) page(ctx context.Context, q querier, f core.MovementFilter, total int) ([]core.Movement, error) {
	limit, offset, ascending := min(f.Limit, total-f.Offset), f.Offset, f.Ascending
	if limit <= 0 {
		return []core.Movement{}, nil
	}
	back := offset > total/2
	if back {
		offset, ascending = total-offset-limit, !ascending
	}
	order := " ORDER BY booked_at DESC, seq DESC"
	if ascending {
		order = " ORDER BY booked_at, seq"
	}
	rows, err := all(ctx, q, scanMovement, "SELECT "+movementColumns+" FROM movement WHERE seq IN (SELECT seq FROM "+
		m.from+m.sql()+order+" LIMIT ? OFFSET ?)"+order, append(m.args, limit, offset)...)
	if back {
		slices.Reverse(rows)
	}
	return rows, err
}
