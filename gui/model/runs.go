package model

import (
	"context"
	"fmt"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// RunPage is a part of the list of runs.
type RunPage struct {
	Rows   []core.Run
	Total  int
	Stages map[string][]Stage // of the runs that are opened
	Ledger Ledger             // of the bank user behind the account, today
}

// Stage is one stage of a run.
type Stage struct {
	Name  string
	Took  time.Duration
	Ended bool
	Kind  scrapers.Kind // what it failed with
}

// ReadRuns reads the newest runs of an account ("" reads all) and the stages of
// those that are opened.
func ReadRuns(ctx context.Context, src Source, accountID string, limit int, opened map[string]bool, now time.Time) (RunPage, error) {
	rows, total, err := src.Runs(ctx, core.RunFilter{AccountID: accountID, Limit: limit})
	if err != nil {
		return RunPage{}, fmt.Errorf("read the runs: %w", err)
	}
	p := RunPage{Rows: rows, Total: total, Stages: map[string][]Stage{}}
	for _, r := range rows {
		if !opened[r.ID] {
			continue
		}
		if p.Stages[r.ID], err = ReadStages(ctx, src, r, now); err != nil {
			return RunPage{}, err
		}
	}
	return p, nil
}

// ReadStages reads the stages of a run. The stage a run failed in carries the
// run's kind, whatever the stage's own row says.
func ReadStages(ctx context.Context, src Source, r core.Run, now time.Time) ([]Stage, error) {
	rows, err := src.Stages(ctx, r.ID)
	if err != nil {
		return nil, fmt.Errorf("read the stages of a run: %w", err)
	}
	out := make([]Stage, 0, len(rows))
	for i, row := range rows {
		end := row.EndedAt
		if end.IsZero() {
			if end = r.FinishedAt; end.IsZero() {
				end = now
			}
		}
		s := Stage{Name: row.Name, Took: max(end.Sub(row.StartedAt), 0), Ended: !row.EndedAt.IsZero() || !r.Status.Live(), Kind: row.Kind}
		if i == len(rows)-1 && s.Kind == "" && r.Status != core.Succeeded && !r.Status.Live() {
			s.Kind = r.Kind
		}
		out = append(out, s)
	}
	return out, nil
}
