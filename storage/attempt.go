package storage

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"reconbanker/core"
)

const attemptColumns = "id, bank, bank_user, account_id, run_id, print, at, outcome, resolved_at"

// ledgerMemory is how far back a decision about an attempt looks.
const ledgerMemory = 30 * 24 * time.Hour

func scanAttempt(r scanner) (core.Attempt, error) {
	var a core.Attempt
	err := r.Scan(&a.ID, &a.Bank, &a.BankUser, &a.AccountID, &a.RunID, &a.Print, moment{&a.At}, &a.Outcome, moment{&a.ResolvedAt})
	return a, err
}

// BeginAttempt implements core.Store. The write lock is held from the look at
// the ledger to the commit, so that two browsers cannot spend the same budget.
func (s *Store) BeginAttempt(ctx context.Context, a core.Attempt, decide func(earlier []core.Attempt) error) error {
	return s.write(ctx, func(t *tx) error {
		earlier, err := all(t.ctx, t, scanAttempt, `SELECT `+attemptColumns+` FROM attempt
			WHERE bank = ? AND bank_user = ? AND at >= ? AND outcome <> 'succeeded' ORDER BY at DESC, seq DESC`,
			a.Bank, a.BankUser, stamp(a.At.Add(-ledgerMemory)))
		if err != nil {
			return err
		}
		if err := decide(earlier); err != nil {
			return err
		}
		_, err = t.exec(`INSERT INTO attempt (`+attemptColumns+`) VALUES (?,?,?,?,?,?,?,'open',NULL)`,
			cmp.Or(a.ID, newID()), a.Bank, a.BankUser, a.AccountID, a.RunID, a.Print, stamp(a.At))
		if taken(err) {
			return fmt.Errorf("attempt %q is there already: %w", a.ID, core.ErrConflict)
		}
		return err
	})
}

// ResolveAttempt implements core.Store.
func (s *Store) ResolveAttempt(ctx context.Context, id string, outcome core.AttemptOutcome, at time.Time) error {
	if outcome == core.AttemptOpen {
		return fmt.Errorf("attempt %q cannot be opened again: %w", id, core.ErrConflict)
	}
	return s.write(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE attempt SET outcome = ?, resolved_at = ? WHERE id = ?", outcome, stamp(at), id)
		if err == nil && n == 0 {
			return notFound("attempt", id)
		}
		return err
	})
}

// Attempts implements core.Store.
func (s *Store) Attempts(ctx context.Context, bank, bankUser string, since time.Time) ([]core.Attempt, error) {
	rows, err := all(ctx, s.readers, scanAttempt, `SELECT `+attemptColumns+` FROM attempt
		WHERE bank = ? AND bank_user = ? AND at >= ? ORDER BY at DESC, seq DESC`, bank, bankUser, since.UnixMilli())
	return rows, s.wrap(err)
}

// unresolve gives up on the open attempts of an account: whoever made them is gone.
func unresolve(t *tx, accountID string, at time.Time) error {
	_, err := t.exec("UPDATE attempt SET outcome = ?, resolved_at = ? WHERE account_id = ? AND outcome = 'open'",
		core.AttemptUnresolved, stamp(at), accountID)
	return err
}

// groups collects attempts by account, in the order the accounts came.
type groups struct {
	order []string
	open  map[string][]core.Attempt
}

func newGroups() *groups { return &groups{open: map[string][]core.Attempt{}} }

func (g *groups) touch(accountID string) {
	if _, known := g.open[accountID]; !known {
		g.order = append(g.order, accountID)
		g.open[accountID] = nil
	}
}

func (g *groups) add(a core.Attempt) {
	g.touch(a.AccountID)
	g.open[a.AccountID] = append(g.open[a.AccountID], a)
}

func (g *groups) each(fn func(accountID string, open []core.Attempt) error) error {
	for _, id := range g.order {
		if err := fn(id, g.open[id]); err != nil {
			return err
		}
	}
	return nil
}
