package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"reconbanker/core"
)

func scanRefusal(r scanner) (core.Refusal, error) {
	var v core.Refusal
	err := r.Scan(&v.OrderID, &v.MovementID, moment{&v.CreatedAt}, &v.By)
	return v, err
}

// RefusalsOf implements core.OrderTx.
func (o *orderTx) RefusalsOf(orderIDs []string) ([]core.Refusal, error) {
	return all(o.t.ctx, o, scanRefusal, `SELECT order_id, movement_id, at, actor FROM refusal
		WHERE order_id IN (SELECT value FROM json_each(?))`, set(orderIDs))
}

// AddRefusal implements core.OrderTx.
func (o *orderTx) AddRefusal(r core.Refusal) error {
	return o.run("INSERT INTO refusal (order_id, movement_id, at, actor) VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
		r.OrderID, r.MovementID, stamp(r.CreatedAt), r.By)
}

// DropRefusal implements core.OrderTx.
func (o *orderTx) DropRefusal(orderID, movementID string) error {
	n, err := o.exec("DELETE FROM refusal WHERE order_id = ? AND movement_id = ?", orderID, movementID)
	if err == nil && n == 0 {
		return notFound("refusal of order", orderID)
	}
	return err
}

const aliasColumns = "id, account_id, order_name, bank_name, match_id, at, actor"

func aliasDest(a *core.Alias) []any {
	return []any{&a.ID, &a.AccountID, &a.OrderName, &a.BankName, &a.MatchID, moment{&a.CreatedAt}, &a.By}
}

// AliasesOf implements core.OrderTx.
func (o *orderTx) AliasesOf(accountID string, bankKeys []string) ([]core.Alias, error) {
	return all(o.t.ctx, o, func(r scanner) (core.Alias, error) {
		var a core.Alias
		err := r.Scan(aliasDest(&a)...)
		return a, err
	}, "SELECT "+aliasColumns+` FROM alias INDEXED BY alias_of_bank
		WHERE account_id = ? AND bank_key IN (SELECT value FROM json_each(?))`, accountID, set(bankKeys))
}

// AddAlias implements core.OrderTx.
func (o *orderTx) AddAlias(a core.Alias, orderKey, bankKey string) error {
	return o.run("INSERT INTO alias ("+aliasColumns+", order_key, bank_key) VALUES (?,?,?,?,?,?,?,?,?)",
		a.ID, a.AccountID, a.OrderName, a.BankName, a.MatchID, stamp(a.CreatedAt), a.By, orderKey, bankKey)
}

// DropAlias implements core.OrderTx.
func (o *orderTx) DropAlias(id string) error {
	n, err := o.exec(`DELETE FROM alias WHERE (account_id, bank_key, order_key) IN (SELECT account_id, bank_key, order_key FROM alias WHERE id = ?)`, id)
	if err == nil && n == 0 {
		return notFound("alias", id)
	}
	return err
}

// DropTaught implements core.OrderTx.
func (o *orderTx) DropTaught(matchID string) error {
	_, err := o.exec("DELETE FROM alias WHERE match_id = ?", matchID)
	return err
}

const alertColumns = "id, account_id, kind, order_id, movement_id, other_id, at, closed_at, closed_by"

func scanAlert(r scanner) (core.OrderAlert, error) {
	var a core.OrderAlert
	err := r.Scan(&a.ID, &a.AccountID, &a.Kind, &a.OrderID, &a.MovementID, &a.OtherID, moment{&a.At}, moment{&a.ClosedAt}, &a.ClosedBy)
	return a, err
}

// AddAlert implements core.OrderTx.
func (o *orderTx) AddAlert(a core.OrderAlert) error {
	return o.run("INSERT INTO order_alert ("+alertColumns+") VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
		a.ID, a.AccountID, string(a.Kind), a.OrderID, a.MovementID, a.OtherID, stamp(a.At), stamp(a.ClosedAt), a.ClosedBy)
}

// CloseAlert implements core.OrderTx.
func (o *orderTx) CloseAlert(id string, at time.Time, actor string) error {
	n, err := o.exec("UPDATE order_alert SET closed_at = ?, closed_by = ? WHERE id = ? AND closed_at IS NULL", stamp(at), actor, id)
	if err == nil && n == 0 {
		return notFound("alert", id)
	}
	return err
}

const feedColumns = "account_id, source, polled_at, good_at, next_at, failures, error, unchanged, accepted, rejected, held, etag, rows"

func scanFeed(r scanner) (core.Feed, error) {
	var f core.Feed
	var rows []byte
	err := r.Scan(&f.AccountID, &f.Source, moment{&f.PolledAt}, moment{&f.GoodAt}, moment{&f.NextAt}, &f.Failures, &f.Error, &f.Unchanged,
		&f.Accepted, &f.Rejected, &f.Held, &f.ETag, &rows)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(rows, &f.RejectedTop); err != nil {
		return f, fmt.Errorf("read the rejected rows of a list: %w", err)
	}
	return f, nil
}

// Feed implements core.OrderTx.
func (o *orderTx) Feed(accountID string) (core.Feed, error) {
	f, err := scanFeed(o.QueryRowContext(o.t.ctx, "SELECT "+feedColumns+" FROM feed WHERE account_id = ?", accountID))
	if errors.Is(err, sql.ErrNoRows) {
		return f, notFound("list of orders of account", accountID)
	}
	return f, err
}

// PutFeed implements core.OrderTx.
func (o *orderTx) PutFeed(f core.Feed) error {
	rows := f.RejectedTop
	if rows == nil {
		rows = []core.RejectedRow{}
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write the rejected rows of a list: %w", err)
	}
	err = o.run("INSERT OR REPLACE INTO feed ("+feedColumns+") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", f.AccountID, f.Source,
		stamp(f.PolledAt), stamp(f.GoodAt), stamp(f.NextAt), f.Failures, f.Error, f.Unchanged, f.Accepted, f.Rejected, f.Held, f.ETag, string(doc))
	if orphanRow(err) {
		return notFound("account", f.AccountID)
	}
	return err
}

// Feeds implements core.Store.
func (s *Store) Feeds(ctx context.Context) ([]core.Feed, error) {
	rows, err := all(ctx, s.readers, scanFeed, "SELECT "+feedColumns+" FROM feed ORDER BY account_id")
	return rows, s.wrap(err)
}

// Owe implements core.OrderTx.
func (o *orderTx) Owe(ds ...core.Delivery) error {
	o.owed += len(ds)
	return o.s.insertDeliveries(o.t, ds)
}

// LastDelivery implements core.OrderTx.
func (o *orderTx) LastDelivery(subjectID string) (core.Delivery, error) {
	d, err := scanDelivery(o.QueryRowContext(o.t.ctx, "SELECT "+deliveryColumns+" FROM delivery WHERE subject_id = ? ORDER BY seq DESC LIMIT 1", subjectID))
	if errors.Is(err, sql.ErrNoRows) {
		return d, notFound("delivery about", subjectID)
	}
	return d, err
}

// Supersede implements core.OrderTx.
func (o *orderTx) Supersede(subjectID, reason string, at time.Time) error {
	_, err := o.exec(`UPDATE delivery SET status = 'dead', done_at = ?, last_error = ?
		WHERE subject_id = ? AND status IN ('pending', 'retrying')`, stamp(at), reason, subjectID)
	return err
}

// Audit implements core.OrderTx.
func (o *orderTx) Audit(a core.Audit) error { return o.s.audit(o.t, a, a.AccountID) }
