package storage

import (
	"context"
	"time"

	"reconbanker/core"
)

// Days implements core.Store.
func (s *Store) Days(ctx context.Context, accountID string, since time.Time) ([]core.DayCount, error) {
	where, args := "WHERE m.booked_at >= ? AND m.direction = 'credit'", []any{stamp(since)}
	if accountID != "" {
		where, args = "WHERE m.account_id = ? AND m.booked_at >= ? AND m.direction = 'credit'", []any{accountID, stamp(since)}
	}
	rows, err := all(ctx, s.readers, func(r scanner) (core.DayCount, error) {
		var d core.DayCount
		err := r.Scan(&d.Day, &d.Movements, &d.Matched)
		return d, err
	}, `SELECT m.bank_day, count(*), count(x.id) FROM movement AS m
		LEFT JOIN match AS x ON x.movement_id = m.id AND x.undone_at IS NULL `+where+`
		GROUP BY m.bank_day ORDER BY m.bank_day`, args...)
	return rows, s.wrap(err)
}
