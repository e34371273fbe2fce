package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"reconbanker/core"
)

const orderColumns = `id, account_id, external_id, amount, currency, name, status, reason, retries, attempts, by_hand,
	announced, explained, created_at, expires_at, checked_at, retry_at, doubt_at, missing_at, ended_at`

// orderIsOpen says it as the partial indexes do, so that the planner takes them.
const orderIsOpen = "status IN ('pending', 'processing', 'ambiguous', 'not_found', 'failed')"

func scanOrder(r scanner) (core.Order, error) {
	var o core.Order
	err := r.Scan(&o.ID, &o.AccountID, &o.ExternalID, &o.Amount.Minor, &o.Amount.Currency, &o.Name, &o.Status, &o.Reason,
		&o.Retries, &o.Attempts, &o.ByHand, &o.Announced, &o.Explained, moment{&o.CreatedAt}, moment{&o.ExpiresAt},
		moment{&o.CheckedAt}, moment{&o.RetryAt}, moment{&o.DoubtAt}, moment{&o.MissingAt}, moment{&o.EndedAt})
	return o, err
}

// orderValues are the values of orderColumns and of search.
func orderValues(o core.Order) []any {
	return []any{
		o.ID, o.AccountID, o.ExternalID, o.Amount.Minor, o.Amount.Currency, o.Name, string(o.Status), string(o.Reason),
		o.Retries, o.Attempts, o.ByHand, string(o.Announced), o.Explained, stamp(o.CreatedAt), stamp(o.ExpiresAt),
		stamp(o.CheckedAt), stamp(o.RetryAt), stamp(o.DoubtAt), stamp(o.MissingAt), stamp(o.EndedAt),
		fold(o.ExternalID + "\n" + o.Name + "\n" + o.Amount.Decimal()),
	}
}

func loadOrder(ctx context.Context, q querier, id string) (core.Order, error) {
	o, err := scanOrder(q.QueryRowContext(ctx, "SELECT "+orderColumns+" FROM orders WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return o, notFound("order", id)
	}
	return o, err
}

// ChangeOrders implements core.Store.
func (s *Store) ChangeOrders(ctx context.Context, fn func(tx core.OrderTx) error) error {
	return s.write(ctx, func(t *tx) error { return fn(&orderTx{s: s, t: t}) })
}

// orderTx is the transaction as core's rules see it.
type orderTx struct {
	s    *Store
	t    *tx
	owed int // deliveries written

	prepared map[string]*sql.Stmt
	stored   map[string]core.Order // as read here
}

var _ core.OrderTx = (*orderTx)(nil)

// Mode implements core.OrderTx.
func (o *orderTx) Mode() (core.OperationMode, error) { return operationMode(o.t.ctx, o.t) }

// Settings implements core.OrderTx.
func (o *orderTx) Settings(accountID string) (core.Settings, error) {
	return loadSettings(o.t.ctx, o.t, accountID)
}

// Siblings implements core.OrderTx.
func (o *orderTx) Siblings(accountID string) ([]string, error) {
	return all(o.t.ctx, o.t, scanOne[string], `SELECT b.account_id FROM settings AS a JOIN settings AS b ON b.account_id <> a.account_id
			AND b.doc ->> '$.PendingOrdersEndpoint' = a.doc ->> '$.PendingOrdersEndpoint'
			AND b.doc ->> '$.PollingMethod' = a.doc ->> '$.PollingMethod'
			AND b.doc ->> '$.PollingBody' IS a.doc ->> '$.PollingBody'
		WHERE a.account_id = ? AND a.doc ->> '$.PendingOrdersEndpoint' <> '' ORDER BY b.account_id`, accountID)
}

// Order implements core.OrderTx.
func (o *orderTx) Order(id string) (core.Order, error) { return loadOrder(o.t.ctx, o, id) }

// OrdersByExternalID implements core.OrderTx.
func (o *orderTx) OrdersByExternalID(accountIDs, externalIDs []string) ([]core.Order, error) {
	return o.orders("SELECT "+orderColumns+` FROM orders INDEXED BY orders_external
		WHERE account_id IN (SELECT value FROM json_each(?)) AND external_id IN (SELECT value FROM json_each(?))`, set(accountIDs), set(externalIDs))
}

// OpenOrders implements core.OrderTx.
func (o *orderTx) OpenOrders(accountID string, amount *core.Money) ([]core.Order, error) {
	var w where
	w.add(true, "account_id = ?", accountID)
	if amount != nil {
		w.add(true, "currency = ? AND amount = ?", amount.Currency, amount.Minor)
	}
	w.add(true, orderIsOpen)
	// SQLite's sorter costs more than such a lookup: the few rows are sorted here.
	rows, err := o.orders("SELECT "+orderColumns+" FROM orders INDEXED BY orders_open"+w.sql(), w.args...)
	slices.SortStableFunc(rows, func(a, b core.Order) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return rows, err
}

// LateOrders implements core.OrderTx.
func (o *orderTx) LateOrders(accountID string, t time.Time) ([]core.Order, error) {
	return o.orders("SELECT "+orderColumns+` FROM orders INDEXED BY orders_late
		WHERE account_id = ? AND expires_at <= ? AND `+orderIsOpen+" ORDER BY expires_at, seq", accountID, stamp(t))
}

// AbsentOrders implements core.OrderTx.
func (o *orderTx) AbsentOrders(accountID string, listed []string, at time.Time) error {
	_, err := o.exec(`UPDATE orders SET missing_at = ? WHERE account_id = ? AND missing_at IS NULL
		AND status IN ('expired', 'cancelled') AND external_id NOT IN (SELECT value FROM json_each(?))`, stamp(at), accountID, set(listed))
	return err
}

const addOrder = "INSERT INTO orders (" + orderColumns + ", search) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"

// AddOrder implements core.OrderTx.
func (o *orderTx) AddOrder(r core.Order) error {
	_, err := o.exec(addOrder, orderValues(r)...)
	switch {
	case taken(err):
		return fmt.Errorf("order %q is there already: %w", r.ExternalID, core.ErrConflict)
	case orphanRow(err):
		return notFound("account", r.AccountID)
	}
	return err
}
