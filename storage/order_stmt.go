package storage

import (
	"context"
	"database/sql"

	"reconbanker/core"
)

// statement prepares a query once per transaction: a poll of thousands of orders
// runs the same few over and over. The end of the transaction closes them.
func (o *orderTx) statement(query string) (*sql.Stmt, error) {
	if st, ok := o.prepared[query]; ok {
		return st, nil
	}
	st, err := o.t.PrepareContext(o.t.ctx, query)
	if err != nil {
		return nil, err
	}
	if o.prepared == nil {
		o.prepared = map[string]*sql.Stmt{}
	}
	o.prepared[query] = st
	return st, nil
}

// QueryContext makes an orderTx a querier whose queries are prepared.
func (o *orderTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := o.statement(query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// QueryRowContext makes an orderTx a querier whose queries are prepared.
func (o *orderTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	st, err := o.statement(query)
	if err != nil {
		return o.t.QueryRowContext(ctx, query, args...) // says what is wrong with it
	}
	return st.QueryRowContext(ctx, args...)
}

func (o *orderTx) exec(query string, args ...any) (int64, error) {
	st, err := o.statement(query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(o.t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// run is exec for statements whose number of rows nobody asks for.
func (o *orderTx) run(query string, args ...any) error {
	_, err := o.exec(query, args...)
	return err
}

// orders reads orders and remembers how they are stored.
func (o *orderTx) orders(query string, args ...any) ([]core.Order, error) {
	rows, err := all(o.t.ctx, o, scanOrder, query, args...)
	if o.stored == nil {
		o.stored = map[string]core.Order{}
	}
	for _, r := range rows {
		o.stored[r.ID] = r
	}
	return rows, err
}

const (
	putChecked = "UPDATE orders SET checked_at = ? WHERE id = ?"
	putState   = `UPDATE orders SET (status, reason, retries, attempts, by_hand, announced, explained,
			checked_at, retry_at, doubt_at, missing_at, ended_at) = (?,?,?,?,?,?,?,?,?,?,?,?) WHERE id = ?`
	putAll = `UPDATE orders SET (amount, currency, name, status, reason, retries, attempts, by_hand,
			announced, explained, created_at, expires_at, checked_at, retry_at, doubt_at, missing_at, ended_at, search)
		= (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) WHERE id = ?`
)

// PutOrder implements core.OrderTx. Whose it is and what the customer calls it
// never change. An update pays for every index over a column that it names, so it
// names no more than has changed.
func (o *orderTx) PutOrder(r core.Order) error {
	was, known := o.stored[r.ID]
	query, args := putAll, append(orderValues(r)[3:], r.ID)
	if known {
		same := was
		same.CheckedAt = r.CheckedAt
		if same == r {
			query, args = putChecked, []any{stamp(r.CheckedAt), r.ID}
		} else if was.Amount == r.Amount && was.Name == r.Name && was.CreatedAt.Equal(r.CreatedAt) && was.ExpiresAt.Equal(r.ExpiresAt) {
			query = putState
			args = []any{
				string(r.Status), r.Reason, r.Retries, r.Attempts, r.ByHand, string(r.Announced), r.Explained,
				stamp(r.CheckedAt), stamp(r.RetryAt), stamp(r.DoubtAt), stamp(r.MissingAt), stamp(r.EndedAt), r.ID,
			}
		}
	}
	delete(o.stored, r.ID)
	n, err := o.exec(query, args...)
	if err == nil && n == 0 {
		return notFound("order", r.ID)
	}
	return err
}
