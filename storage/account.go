package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"reconbanker/core"
)

const accountColumns = `id, bank, name, status, created_at,
	block_at, block_kind, block_reason, block_credentials,
	health_kind, health_since, health_failures, health_unexplained, health_code_failed, health_not_before, health_absent,
	restarted_at, next_run_at, last_read_at, alerts`

func scanAccount(r scanner) (core.Account, error) {
	var a core.Account
	var b core.Block
	h := &a.Health
	err := r.Scan(&a.ID, &a.Bank, &a.Name, &a.Status, moment{&a.CreatedAt},
		moment{&b.At}, &b.Kind, &b.Reason, &b.Credentials,
		&h.Kind, moment{&h.Since}, &h.Failures, &h.Unexplained, &h.CodeFailed, moment{&h.NotBefore}, &h.Absent,
		moment{&a.RestartedAt}, moment{&a.NextRunAt}, moment{&a.LastReadAt}, asJSON{&a.Alerts})
	if !b.At.IsZero() {
		a.Block = &b
	}
	return a, err
}

func accountValues(a core.Account) []any {
	var b core.Block
	if a.Block != nil {
		b = *a.Block
		if b.At.IsZero() {
			b.At = time.UnixMilli(0) // its time tells that there is a block
		}
	}
	h := a.Health
	return []any{
		a.ID, a.Bank, a.Name, a.Status, stamp(a.CreatedAt),
		stamp(b.At), b.Kind, b.Reason, b.Credentials,
		h.Kind, stamp(h.Since), h.Failures, h.Unexplained, h.CodeFailed, stamp(h.NotBefore), h.Absent,
		stamp(a.RestartedAt), stamp(a.NextRunAt), stamp(a.LastReadAt),
		asJSON{&a.Alerts},
	}
}

func loadAccount(ctx context.Context, q querier, id string) (core.Account, error) {
	a, err := scanAccount(q.QueryRowContext(ctx, "SELECT "+accountColumns+" FROM account WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, notFound("account", id)
	}
	return a, err
}

func notFound(what, id string) error { return fmt.Errorf("%s %q: %w", what, id, core.ErrNotFound) }

// storeAccount writes back an account that is there; its id never changes.
func storeAccount(t *tx, id string, a core.Account) error {
	_, err := t.exec(`UPDATE account SET (bank, name, status, created_at,
		block_at, block_kind, block_reason, block_credentials,
		health_kind, health_since, health_failures, health_unexplained, health_code_failed, health_not_before, health_absent,
		restarted_at, next_run_at, last_read_at, alerts) = (?,?,?,?, ?,?,?,?, ?,?,?,?,?,?,?, ?,?,?,?) WHERE id = ?`,
		append(accountValues(a)[1:], id)...)
	return err
}

// changeAccount applies change to the stored account and writes it back, with the
// notices that change left owed.
func changeAccount(t *tx, id string, change func(*core.Account) error) (core.Account, error) {
	a, err := loadAccount(t.ctx, t, id)
	if err != nil {
		return a, err
	}
	if err := change(&a); err != nil {
		return core.Account{}, err
	}
	a.ID = id
	if err := storeAccount(t, id, a); err != nil {
		return core.Account{}, err
	}
	owed := a.Notices
	a.Notices = nil
	return a, t.s.insertDeliveries(t, owed)
}

// Accounts implements core.Store.
func (s *Store) Accounts(ctx context.Context) ([]core.Account, error) {
	rows, err := all(ctx, s.readers, scanAccount, "SELECT "+accountColumns+" FROM account")
	if err != nil {
		return nil, s.wrap(err)
	}
	// SQLite knows neither accents nor case beyond ASCII.
	slices.SortFunc(rows, func(a, b core.Account) int {
		return cmp.Or(cmp.Compare(fold(a.Name), fold(b.Name)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return rows, nil
}

// Account implements core.Store.
func (s *Store) Account(ctx context.Context, id string) (core.Account, error) {
	a, err := loadAccount(ctx, s.readers, id)
	return a, s.wrap(err)
}

// CreateAccount implements core.Store.
func (s *Store) CreateAccount(ctx context.Context, a core.Account, by core.Audit) error {
	return s.write(ctx, func(t *tx) error {
		if a.CreatedAt.IsZero() {
			a.CreatedAt = s.opts.Now()
		}
		_, err := t.exec("INSERT INTO account ("+accountColumns+") VALUES (?,?,?,?,?, ?,?,?,?, ?,?,?,?,?,?,?, ?,?,?,?)", accountValues(a)...)
		if taken(err) {
			return fmt.Errorf("account %q is there already: %w", a.ID, core.ErrConflict)
		}
		if err != nil {
			return err
		}
		return s.audit(t, by, a.ID)
	})
}

// ChangeAccount implements core.Store.
func (s *Store) ChangeAccount(ctx context.Context, id string, change func(*core.Account) error, by core.Audit) (core.Account, error) {
	var a core.Account
	err := s.write(ctx, func(t *tx) (err error) {
		if a, err = changeAccount(t, id, change); err != nil {
			return err
		}
		return s.audit(t, by, id)
	})
	return a, err
}

// DeleteAccount implements core.Store. The attempt ledger stays: it is the
// memory of the bank's user, and a new account for the same user must not begin
// with a fresh budget.
func (s *Store) DeleteAccount(ctx context.Context, id string, by core.Audit) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.exec("DELETE FROM account WHERE id = ?", id)
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("account", id)
		}
		now := s.opts.Now()
		if err := unresolve(t, id, now); err != nil {
			return err
		}
		_, err = t.exec("DELETE FROM attempt WHERE account_id = ? AND at < ?", id, stamp(now.Add(-ledgerMemory)))
		if err != nil {
			return err
		}
		return s.audit(t, by, id)
	})
}

// Due implements core.Store.
func (s *Store) Due(ctx context.Context, now time.Time) ([]core.Account, error) {
	rows, err := all(ctx, s.readers, scanAccount, `SELECT `+accountColumns+` FROM account
		WHERE next_run_at IS NOT NULL AND status = 'active' AND block_at IS NULL AND next_run_at <= ?
			AND EXISTS (SELECT 1 FROM settings WHERE account_id = account.id)
		ORDER BY next_run_at, id`, stamp(now))
	return rows, s.wrap(err)
}
