package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

const assistanceColumns = `id, account_id, run_id, kind, length, target, purpose, attempts, code_limit, can_resend,
	state, reason, submitted, created_at, asked_at, expires_at, ended_at`

func scanAssistance(r scanner) (core.Assistance, error) {
	var a core.Assistance
	err := r.Scan(&a.ID, &a.AccountID, &a.RunID, &a.Kind, &a.Length, &a.Target, &a.Purpose, &a.Attempts, &a.Limit, &a.CanResend,
		&a.State, &a.Reason, &a.Submitted, moment{&a.CreatedAt}, moment{&a.AskedAt}, moment{&a.ExpiresAt}, moment{&a.EndedAt})
	return a, err
}

func loadAssistance(ctx context.Context, q querier, id string) (core.Assistance, error) {
	a, err := scanAssistance(q.QueryRowContext(ctx, "SELECT "+assistanceColumns+" FROM assistance WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, notFound("assistance request", id)
	}
	return a, err
}

// OpenAssistance implements core.Store.
func (s *Store) OpenAssistance(ctx context.Context, a core.Assistance) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO assistance (`+assistanceColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?, ?,?,?,?,?,?,?)`,
			cmp.Or(a.ID, newID()), a.AccountID, a.RunID, a.Kind, a.Length, a.Target, a.Purpose, a.Attempts, a.Limit, a.CanResend,
			core.AssistancePending, a.Reason, a.Submitted, stamp(a.CreatedAt), stamp(a.AskedAt), stamp(a.ExpiresAt), nil)
		switch {
		case orphanRow(err):
			return notFound("account", a.AccountID)
		case taken(err):
			return fmt.Errorf("the account waits for a person already: %w", core.ErrConflict)
		case err != nil:
			return err
		}
		return s.insertDeliveries(t, a.Notices)
	})
}

// ChangeAssistance implements core.Store.
func (s *Store) ChangeAssistance(ctx context.Context, id string, change func(*core.Assistance) error, by core.Audit) (a core.Assistance, err error) {
	err = s.write(ctx, func(t *tx) error {
		if a, err = loadAssistance(t.ctx, t, id); err != nil {
			return err
		}
		if a.State != core.AssistancePending {
			return fmt.Errorf("assistance request %q has ended already: %w", id, core.ErrConflict)
		}
		accountID := a.AccountID
		if err := change(&a); err != nil {
			return err
		}
		_, err := t.exec(`UPDATE assistance SET (kind, length, target, purpose, attempts, code_limit, can_resend,
			state, reason, submitted, asked_at, expires_at, ended_at) = (?,?,?,?,?,?,?, ?,?,?,?,?,?) WHERE id = ?`,
			a.Kind, a.Length, a.Target, a.Purpose, a.Attempts, a.Limit, a.CanResend,
			a.State, a.Reason, a.Submitted, stamp(a.AskedAt), stamp(a.ExpiresAt), stamp(a.EndedAt), id)
		if err != nil {
			return err
		}
		owed := a.Notices
		a.Notices = nil
		if err := s.insertDeliveries(t, owed); err != nil {
			return err
		}
		return s.audit(t, by, accountID)
	})
	if err != nil {
		return core.Assistance{}, err
	}
	return a, nil
}

// Assistance implements core.Store.
func (s *Store) Assistance(ctx context.Context, id string) (core.Assistance, error) {
	a, err := loadAssistance(ctx, s.readers, id)
	return a, s.wrap(err)
}

// PendingAssistances implements core.Store.
func (s *Store) PendingAssistances(ctx context.Context, accountID string) ([]core.Assistance, error) {
	var w where
	w.add(true, "state = 'pending'")
	w.add(accountID != "", "account_id = ?", accountID)
	rows, err := all(ctx, s.readers, scanAssistance, "SELECT "+assistanceColumns+" FROM assistance"+w.sql()+" ORDER BY seq", w.args...)
	return rows, s.wrap(err)
}

// endAssistance cancels what is still pending of a run, or of every run (""):
// nobody listens to it any more.
func endAssistance(t *tx, runID string, reason scrapers.Kind, at time.Time) error {
	_, err := t.exec(`UPDATE assistance SET state = 'cancelled', reason = ?, submitted = 0, ended_at = ?
		WHERE state = 'pending' AND (?3 = '' OR run_id = ?3)`, reason, stamp(at), runID)
	return err
}

// SaveSessionState implements core.Store.
func (s *Store) SaveSessionState(ctx context.Context, accountID string, credentials int64, sealed []byte, at time.Time) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO session_state (account_id, credentials, sealed, updated_at) VALUES (?,?,?,?)
			ON CONFLICT (account_id) DO UPDATE SET credentials = excluded.credentials, sealed = excluded.sealed, updated_at = excluded.updated_at`,
			accountID, credentials, sealed, stamp(at))
		if orphanRow(err) {
			return notFound("account", accountID)
		}
		return err
	})
}

// SessionState implements core.Store.
func (s *Store) SessionState(ctx context.Context, accountID string, credentials int64) ([]byte, error) {
	var sealed []byte
	err := s.readers.QueryRowContext(ctx, "SELECT sealed FROM session_state WHERE account_id = ? AND credentials = ?", accountID, credentials).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("session of account", accountID)
	}
	return sealed, s.wrap(err)
}

// DropSessionState implements core.Store.
func (s *Store) DropSessionState(ctx context.Context, accountID string) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec("DELETE FROM session_state WHERE account_id = ?", accountID)
		return err
	})
}
