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

const runColumns = `id, account_id, cause, status, queued_at, started_at, finished_at,
	stage, kind, message, said, url, lines, fresh, owed`

func scanRun(r scanner) (core.Run, error) {
	var x core.Run
	err := r.Scan(&x.ID, &x.AccountID, &x.Trigger, &x.Status, moment{&x.QueuedAt}, moment{&x.StartedAt}, moment{&x.FinishedAt},
		&x.Stage, &x.Kind, &x.Message, &x.Said, &x.URL, &x.Lines, &x.New, &x.Owed)
	return x, err
}

func loadRun(ctx context.Context, q querier, id string) (core.Run, error) {
	r, err := scanRun(q.QueryRowContext(ctx, "SELECT "+runColumns+" FROM run WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, notFound("run", id)
	}
	return r, err
}

// enqueue writes r as queued, or returns the account's live run.
func (s *Store) enqueue(t *tx, r core.Run) (core.Run, bool, error) {
	live, err := scanRun(t.row("SELECT "+runColumns+" FROM run WHERE account_id = ? AND status IN ('queued', 'running')", r.AccountID))
	if !errors.Is(err, sql.ErrNoRows) {
		return live, false, err
	}
	r.ID = cmp.Or(r.ID, newID())
	r.Status = core.Queued
	if r.QueuedAt.IsZero() {
		r.QueuedAt = s.opts.Now()
	}
	_, err = t.exec(`INSERT INTO run (`+runColumns+`) VALUES (?,?,?,?,?,?,?, ?,?,?,?,?,?,?,?)`,
		r.ID, r.AccountID, r.Trigger, r.Status, stamp(r.QueuedAt), nil, nil,
		r.Stage, r.Kind, r.Message, r.Said, r.URL, r.Lines, r.New, r.Owed)
	switch {
	case orphanRow(err):
		return core.Run{}, false, notFound("account", r.AccountID)
	case taken(err):
		return core.Run{}, false, fmt.Errorf("run %q is there already: %w", r.ID, core.ErrConflict)
	case err != nil:
		return core.Run{}, false, err
	}
	r, err = loadRun(t.ctx, t, r.ID)
	return r, true, err
}

// EnqueueRun implements core.Store.
func (s *Store) EnqueueRun(ctx context.Context, r core.Run) (run core.Run, created bool, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		run, created, err = s.enqueue(t, r)
		return err
	})
	return run, created, err
}

// StartRun implements core.Store.
func (s *Store) StartRun(ctx context.Context, r core.Run) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO run (`+runColumns+`) VALUES (?,?,?,?,?,?,?, ?,?,?,?,?,?,?,?)`,
			cmp.Or(r.ID, newID()), r.AccountID, r.Trigger, core.Running, stamp(r.QueuedAt), stamp(r.StartedAt), nil,
			r.Stage, "", "", "", "", 0, 0, 0)
		switch {
		case orphanRow(err):
			return notFound("account", r.AccountID)
		case taken(err):
			return fmt.Errorf("the account has a live run already: %w", core.ErrConflict)
		}
		return err
	})
}

// Restart implements core.Store.
func (s *Store) Restart(ctx context.Context, accountID string, at time.Time, r core.Run, by core.Audit) (core.Run, error) {
	var run core.Run
	err := s.write(ctx, func(t *tx) error {
		_, err := changeAccount(t, accountID, func(a *core.Account) error {
			a.Block, a.Health, a.RestartedAt = nil, core.Health{}, at
			return nil
		})
		if err != nil {
			return err
		}
		r.AccountID = accountID
		if run, _, err = s.enqueue(t, r); err != nil {
			return err
		}
		return s.audit(t, by, accountID)
	})
	return run, err
}

// EnqueueDue implements core.Store.
func (s *Store) EnqueueDue(ctx context.Context, accountID string, next time.Time, r core.Run) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE account SET next_run_at = ? WHERE id = ?", stamp(next), accountID)
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("account", accountID)
		}
		r.AccountID = accountID
		_, _, err = s.enqueue(t, r)
		return err
	})
}

// ClaimRun implements core.Store.
func (s *Store) ClaimRun(ctx context.Context, now time.Time) (core.Run, error) {
	var r core.Run
	err := s.write(ctx, func(t *tx) (err error) {
		r, err = scanRun(t.row(`UPDATE run SET status = 'running', started_at = ?
			WHERE seq = (SELECT seq FROM run WHERE status = 'queued' ORDER BY queued_at, seq LIMIT 1)
			RETURNING `+runColumns, stamp(now)))
		return err
	})
	return r, err
}

// Run implements core.Store.
func (s *Store) Run(ctx context.Context, id string) (core.Run, error) {
	r, err := loadRun(ctx, s.readers, id)
	return r, s.wrap(err)
}

// Runs implements core.Store.
func (s *Store) Runs(ctx context.Context, f core.RunFilter) (rows []core.Run, total int, err error) {
	var w where
	w.add(f.AccountID != "", "account_id = ?", f.AccountID)
	w.add(f.Status != "", "status = ?", f.Status)
	err = s.read(ctx, func(q querier) (err error) {
		if err := q.QueryRowContext(ctx, "SELECT count(*) FROM run"+w.sql(), w.args...).Scan(&total); err != nil {
			return err
		}
		rows, err = all(ctx, q, scanRun, `SELECT `+runColumns+` FROM run WHERE seq IN (
			SELECT seq FROM run`+w.sql()+` ORDER BY seq DESC LIMIT ? OFFSET ?) ORDER BY seq DESC`,
			append(w.args, f.Limit, f.Offset)...)
		return err
	})
	return rows, total, err
}

// StageRun implements core.Store.
func (s *Store) StageRun(ctx context.Context, runID, stage string, at time.Time, kind scrapers.Kind) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := loadRun(t.ctx, t, runID); err != nil {
			return err
		}
		if err := closeStage(t, runID, at, kind); err != nil || stage == "" {
			return err
		}
		_, err := t.exec(`INSERT INTO run_stage (run_id, n, name, started_at, kind)
			VALUES (?1, (SELECT coalesce(max(n), 0) + 1 FROM run_stage WHERE run_id = ?1), ?2, ?3, '')`,
			runID, stage, stamp(at))
		if err != nil {
			return err
		}
		_, err = t.exec("UPDATE run SET stage = ? WHERE id = ?", stage, runID)
		return err
	})
}

func closeStage(t *tx, runID string, at time.Time, kind scrapers.Kind) error {
	_, err := t.exec("UPDATE run_stage SET ended_at = ?, kind = ? WHERE run_id = ? AND ended_at IS NULL", stamp(at), kind, runID)
	return err
}

// Stages implements core.Store.
func (s *Store) Stages(ctx context.Context, runID string) ([]core.RunStage, error) {
	var rows []core.RunStage
	err := s.read(ctx, func(q querier) (err error) {
		if _, err := loadRun(ctx, q, runID); err != nil {
			return err
		}
		rows, err = all(ctx, q, func(r scanner) (core.RunStage, error) {
			var g core.RunStage
			err := r.Scan(&g.RunID, &g.Name, moment{&g.StartedAt}, moment{&g.EndedAt}, &g.Kind)
			return g, err
		}, "SELECT run_id, name, started_at, ended_at, kind FROM run_stage WHERE run_id = ? ORDER BY n", runID)
		return err
	})
	return rows, err
}

// endRun writes the end of a live run and closes its open stage. Times and the
// stage that r leaves empty stay as they are stored.
func (s *Store) endRun(t *tx, r core.Run) (core.Run, error) {
	if r.Status.Live() {
		return r, fmt.Errorf("run %q cannot end as %q: %w", r.ID, r.Status, core.ErrConflict)
	}
	if r.FinishedAt.IsZero() {
		r.FinishedAt = s.opts.Now()
	}
	ended, err := scanRun(t.row(`UPDATE run SET status = ?, started_at = coalesce(?, started_at), finished_at = ?,
			stage = coalesce(nullif(?, ''), stage), kind = ?, message = ?, said = ?, url = ?, lines = ?, fresh = ?, owed = ?
		WHERE id = ? AND status IN ('queued', 'running') RETURNING `+runColumns,
		r.Status, stamp(r.StartedAt), stamp(r.FinishedAt),
		r.Stage, r.Kind, r.Message, r.Said, r.URL, r.Lines, r.New, r.Owed, r.ID))
	if errors.Is(err, sql.ErrNoRows) {
		if _, err := loadRun(t.ctx, t, r.ID); err != nil {
			return r, err
		}
		return r, fmt.Errorf("run %q has ended already: %w", r.ID, core.ErrConflict)
	}
	if err != nil {
		return r, err
	}
	if err := endAssistance(t, r.ID, r.Kind, r.FinishedAt); err != nil {
		return r, err
	}
	return ended, closeStage(t, r.ID, r.FinishedAt, r.Kind)
}

// EndRun implements core.Store. change may be nil.
func (s *Store) EndRun(ctx context.Context, r core.Run, change func(*core.Account)) (core.Account, error) {
	var a core.Account
	err := s.write(ctx, func(t *tx) error {
		ended, err := s.endRun(t, r)
		if err != nil {
			return err
		}
		a, err = changeAccount(t, ended.AccountID, always(change))
		return err
	})
	return a, err
}

func always(change func(*core.Account)) func(*core.Account) error {
	return func(a *core.Account) error {
		if change != nil {
			change(a)
		}
		return nil
	}
}

// Orphans implements core.Store.
func (s *Store) Orphans(ctx context.Context, at time.Time, change func(a *core.Account, open []core.Attempt)) (int, error) {
	orphans := 0
	err := s.write(ctx, func(t *tx) error {
		runs, err := all(t.ctx, t, scanRun, "SELECT "+runColumns+" FROM run WHERE status = 'running' ORDER BY seq")
		if err != nil {
			return err
		}
		touched := newGroups()
		for _, r := range runs {
			r.Status, r.FinishedAt, r.Kind = core.Orphaned, at, core.Interrupted
			r.Message = cmp.Or(r.Message, "Reconbanker ended while this run was at work.")
			if _, err := s.endRun(t, r); err != nil {
				return err
			}
			touched.touch(r.AccountID)
		}
		open, err := all(t.ctx, t, scanAttempt, "SELECT "+attemptColumns+" FROM attempt WHERE outcome = 'open' ORDER BY at, seq")
		if err != nil {
			return err
		}
		for _, a := range open {
			if err := unresolve(t, a.AccountID, at); err != nil {
				return err
			}
			a.Outcome, a.ResolvedAt = core.AttemptUnresolved, at
			touched.add(a)
		}
		if err := endAssistance(t, "", core.Interrupted, at); err != nil {
			return err
		}
		orphans = len(runs)
		return touched.each(func(accountID string, open []core.Attempt) error {
			_, err := changeAccount(t, accountID, func(a *core.Account) error {
				change(a, open)
				return nil
			})
			if errors.Is(err, core.ErrNotFound) {
				return nil // the account was deleted; the ledger remembers its user
			}
			return err
		})
	})
	return orphans, err
}
