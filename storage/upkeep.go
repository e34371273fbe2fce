package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"reconbanker/core"
)

// Preferences implements core.Store.
func (s *Store) Preferences(ctx context.Context) (core.Preferences, error) {
	var p core.Preferences
	err := s.readers.QueryRowContext(ctx, "SELECT keep_evidence, stale_hours, language FROM installation").
		Scan(&p.KeepEvidence, &p.StaleHours, &p.Language)
	return p, s.wrap(err)
}

// SetPreferences implements core.Store.
func (s *Store) SetPreferences(ctx context.Context, p core.Preferences, by core.Audit) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec("UPDATE installation SET keep_evidence = ?, stale_hours = ?, language = ?", p.KeepEvidence, p.StaleHours, p.Language)
		if err != nil {
			return err
		}
		if !p.KeepEvidence {
			if _, err := t.exec("DELETE FROM evidence"); err != nil {
				return err
			}
		}
		return s.audit(t, by, "")
	})
}

// SaveEvidence implements core.Store.
func (s *Store) SaveEvidence(ctx context.Context, e core.SealedEvidence) error {
	return s.write(ctx, func(t *tx) error {
		if e.Page == nil {
			e.Page = []byte{}
		}
		_, err := t.exec(`INSERT INTO evidence (run_id, at, page, picture) VALUES (?, ?, ?, ?)
			ON CONFLICT (run_id) DO UPDATE SET at = excluded.at, page = excluded.page, picture = excluded.picture`,
			e.RunID, stamp(e.At), e.Page, e.Picture)
		if orphanRow(err) {
			return notFound("run", e.RunID)
		}
		return err
	})
}

// LoadEvidence implements core.Store.
func (s *Store) LoadEvidence(ctx context.Context, runID string) (core.SealedEvidence, error) {
	e := core.SealedEvidence{RunID: runID}
	err := s.readers.QueryRowContext(ctx, "SELECT at, page, picture FROM evidence WHERE run_id = ?", runID).
		Scan(moment{&e.At}, &e.Page, &e.Picture)
	if errors.Is(err, sql.ErrNoRows) {
		return e, notFound("evidence of run", runID)
	}
	return e, s.wrap(err)
}

// PruneEvidence implements core.Store.
func (s *Store) PruneEvidence(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.clear(ctx, "DELETE FROM evidence WHERE run_id IN (SELECT run_id FROM evidence WHERE at < ? ORDER BY at LIMIT ?)", before, limit)
}

// PruneRuns implements core.Store.
func (s *Store) PruneRuns(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.clear(ctx, `DELETE FROM run WHERE seq IN (
		SELECT seq FROM run WHERE finished_at < ? AND status NOT IN ('queued', 'running') ORDER BY finished_at LIMIT ?)`, before, limit)
}

// PruneAudit implements core.Store.
func (s *Store) PruneAudit(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.clear(ctx, "DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE at < ? ORDER BY seq LIMIT ?)", before, limit)
}

func (s *Store) clear(ctx context.Context, query string, before time.Time, limit int) (int, error) {
	var n int64
	err := s.write(ctx, func(t *tx) (err error) {
		n, err = t.exec(query, stamp(before), limit)
		return err
	})
	return int(n), err
}
