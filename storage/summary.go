package storage

import (
	"context"

	"reconbanker/core"
)

// Totals implements core.Store.
func (s *Store) Totals(ctx context.Context, f core.MovementFilter) ([]core.Total, error) {
	f.Debits = false
	m := movesOf(f)
	m.add(f.Delivery != "", "direction = 'credit'")
	totals, err := all(ctx, s.readers, func(r scanner) (core.Total, error) {
		var t core.Total
		err := r.Scan(&t.Currency, &t.Count, &t.Sum.Minor)
		t.Sum.Currency = t.Currency
		return t, err
	}, "SELECT currency, count(*), sum(amount) FROM "+m.from+m.sql()+" GROUP BY currency ORDER BY currency", m.args...)
	return totals, s.wrap(err)
}

// LatestDeliveries implements core.Store.
func (s *Store) LatestDeliveries(ctx context.Context, subjects []string) (map[string]core.Delivery, error) {
	rows, err := all(ctx, s.readers, scanDelivery, "SELECT "+deliveryColumns+` FROM delivery AS d
		WHERE d.subject_id IN (SELECT value FROM json_each(?))
			AND NOT EXISTS (SELECT 1 FROM delivery AS e WHERE e.subject_id = d.subject_id AND e.seq > d.seq)`, set(subjects))
	if err != nil {
		return nil, s.wrap(err)
	}
	out := make(map[string]core.Delivery, len(rows))
	for _, d := range rows {
		out[d.SubjectID] = d
	}
	return out, nil
}
