package coretest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

const ledgerMemory = 30 * 24 * time.Hour

func (s *state) run(id string) (int, error) {
	i := slices.IndexFunc(s.runs, func(r core.Run) bool { return r.ID == id })
	if i < 0 {
		return 0, missing("run", id)
	}
	return i, nil
}

func (s *state) enqueue(r core.Run) (core.Run, bool, error) {
	if _, err := s.account(r.AccountID); err != nil {
		return core.Run{}, false, err
	}
	for _, live := range s.runs {
		if live.AccountID == r.AccountID && live.Status.Live() {
			return live, false, nil
		}
	}
	if _, err := s.run(r.ID); err == nil {
		return core.Run{}, false, fmt.Errorf("run %q is there already: %w", r.ID, core.ErrConflict)
	}
	r = tidyRun(r)
	r.Status = core.Queued
	s.runs = append(s.runs, r)
	return r, true, nil
}

// EnqueueRun implements core.Store.
func (s *Store) EnqueueRun(_ context.Context, r core.Run) (run core.Run, created bool, err error) {
	err = s.write("EnqueueRun", func(st *state) (err error) {
		run, created, err = st.enqueue(r)
		return err
	})
	return run, created, err
}

// StartRun implements core.Store.
func (s *Store) StartRun(_ context.Context, r core.Run) error {
	return s.write("StartRun", func(st *state) error {
		started, created, err := st.enqueue(r)
		if err != nil {
			return err
		}
		if !created {
			return fmt.Errorf("the account has live run %q already: %w", started.ID, core.ErrConflict)
		}
		i, err := st.run(started.ID)
		if err == nil {
			st.runs[i].Status, st.runs[i].StartedAt = core.Running, ms(r.StartedAt)
		}
		return err
	})
}

// Restart implements core.Store.
func (s *Store) Restart(_ context.Context, accountID string, at time.Time, r core.Run, by core.Audit) (run core.Run, err error) {
	err = s.write("Restart", func(st *state) error {
		_, err := st.changeAccount(accountID, func(a *core.Account) error {
			a.Block, a.Health, a.RestartedAt = nil, core.Health{}, at
			return nil
		})
		if err != nil {
			return err
		}
		r.AccountID = accountID
		if run, _, err = st.enqueue(r); err == nil {
			st.note(by)
		}
		return err
	})
	return run, err
}

// EnqueueDue implements core.Store.
func (s *Store) EnqueueDue(_ context.Context, accountID string, next time.Time, r core.Run) error {
	return s.write("EnqueueDue", func(st *state) error {
		_, err := st.changeAccount(accountID, func(a *core.Account) error {
			a.NextRunAt = next
			return nil
		})
		if err != nil {
			return err
		}
		r.AccountID = accountID
		_, _, err = st.enqueue(r)
		return err
	})
}

// ClaimRun implements core.Store.
func (s *Store) ClaimRun(_ context.Context, now time.Time) (run core.Run, err error) {
	s.mu.Lock()
	queued := slices.ContainsFunc(s.now.runs, func(r core.Run) bool { return r.Status == core.Queued })
	s.mu.Unlock()
	if !queued { // the usual case, without a copy of everything
		return core.Run{}, cmp.Or(s.ask("ClaimRun"), missing("queued run", ""))
	}
	err = s.write("ClaimRun", func(st *state) error {
		oldest := -1
		for i, r := range st.runs {
			if r.Status == core.Queued && (oldest < 0 || r.QueuedAt.Before(st.runs[oldest].QueuedAt)) {
				oldest = i
			}
		}
		if oldest < 0 {
			return missing("queued run", "")
		}
		st.runs[oldest].Status, st.runs[oldest].StartedAt = core.Running, ms(now)
		run = st.runs[oldest]
		return nil
	})
	return run, err
}

// Run implements core.Store.
func (s *Store) Run(_ context.Context, id string) (run core.Run, err error) {
	err = s.read("Run", func(st *state) error {
		i, err := st.run(id)
		if err == nil {
			run = st.runs[i]
		}
		return err
	})
	return run, err
}

// Runs implements core.Store.
func (s *Store) Runs(_ context.Context, f core.RunFilter) (rows []core.Run, total int, err error) {
	err = s.read("Runs", func(st *state) error {
		rows, total = page(st.runs, f.Limit, f.Offset, func(r core.Run) bool {
			return (f.AccountID == "" || r.AccountID == f.AccountID) && (f.Status == "" || r.Status == f.Status)
		})
		return nil
	})
	return rows, total, err
}

func (s *state) closeStage(runID string, at time.Time, kind scrapers.Kind) {
	all := slices.Clone(s.stages[runID])
	for i, g := range all {
		if g.EndedAt.IsZero() {
			all[i].EndedAt, all[i].Kind = ms(at), kind
		}
	}
	s.stages[runID] = all
}

// StageRun implements core.Store.
func (s *Store) StageRun(_ context.Context, runID, stage string, at time.Time, kind scrapers.Kind) error {
	return s.write("StageRun", func(st *state) error {
		i, err := st.run(runID)
		if err != nil {
			return err
		}
		st.closeStage(runID, at, kind)
		if stage != "" {
			st.stages[runID] = append(st.stages[runID], core.RunStage{RunID: runID, Name: stage, StartedAt: ms(at)})
			st.runs[i].Stage = stage
		}
		return nil
	})
}

// Stages implements core.Store.
func (s *Store) Stages(_ context.Context, runID string) (out []core.RunStage, err error) {
	err = s.read("Stages", func(st *state) error {
		out = slices.Clone(st.stages[runID])
		_, err := st.run(runID)
		return err
	})
	return out, err
}

// endRun writes the end of a live run; what r leaves empty stays as it was.
func (s *state) endRun(r core.Run) (core.Run, error) {
	i, err := s.run(r.ID)
	if err != nil {
		return core.Run{}, err
	}
	was := s.runs[i]
	if !was.Status.Live() || r.Status.Live() {
		return core.Run{}, fmt.Errorf("run %q cannot end as %q: %w", r.ID, r.Status, core.ErrConflict)
	}
	r.AccountID, r.Trigger, r.QueuedAt = was.AccountID, was.Trigger, was.QueuedAt
	r.Stage = cmp.Or(r.Stage, was.Stage)
	if r.StartedAt.IsZero() {
		r.StartedAt = was.StartedAt
	}
	s.runs[i] = tidyRun(r)
	s.closeStage(r.ID, r.FinishedAt, r.Kind)
	s.endAssistance(r.ID, r.Kind, r.FinishedAt)
	return s.runs[i], nil
}

// EndRun implements core.Store.
func (s *Store) EndRun(_ context.Context, r core.Run, change func(*core.Account)) (a core.Account, err error) {
	err = s.write("EndRun", func(st *state) error {
		ended, err := st.endRun(r)
		if err != nil {
			return err
		}
		a, err = st.changeAccount(ended.AccountID, func(a *core.Account) error {
			change(a)
			return nil
		})
		return err
	})
	return a, err
}

// Orphans implements core.Store.
func (s *Store) Orphans(_ context.Context, at time.Time, change func(a *core.Account, open []core.Attempt)) (n int, err error) {
	err = s.write("Orphans", func(st *state) error {
		touched := map[string][]core.Attempt{}
		for _, r := range slices.Clone(st.runs) {
			if r.Status != core.Running {
				continue
			}
			n++
			touched[r.AccountID] = nil
			r.Status, r.Kind, r.FinishedAt, r.Message = core.Orphaned, core.Interrupted, at, "the program ended while this run was at work"
			if _, err := st.endRun(r); err != nil {
				return err
			}
		}
		st.endAssistance("", core.Interrupted, at)
		for i, a := range st.attempts {
			if a.Outcome == core.AttemptOpen {
				st.attempts[i].Outcome, st.attempts[i].ResolvedAt = core.AttemptUnresolved, ms(at)
				touched[a.AccountID] = append(touched[a.AccountID], st.attempts[i])
			}
		}
		for _, a := range slices.Clone(st.accounts) {
			if open, ok := touched[a.ID]; ok {
				_, err := st.changeAccount(a.ID, func(a *core.Account) error {
					change(a, open)
					return nil
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	return n, err
}

// ledger returns a bank user's attempts since a time, newest first.
func (s *state) ledger(bank, user string, since time.Time) []core.Attempt {
	out := []core.Attempt{}
	for _, a := range slices.Backward(s.attempts) {
		if a.Bank == bank && a.BankUser == user && !a.At.Before(since) {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b core.Attempt) int { return b.At.Compare(a.At) })
	return out
}

// BeginAttempt implements core.Store.
func (s *Store) BeginAttempt(_ context.Context, a core.Attempt, decide func(earlier []core.Attempt) error) error {
	return s.write("BeginAttempt", func(st *state) error {
		a.At, a.ResolvedAt, a.Outcome = ms(a.At), time.Time{}, core.AttemptOpen
		earlier := st.ledger(a.Bank, a.BankUser, a.At.Add(-ledgerMemory))
		earlier = slices.DeleteFunc(earlier, func(e core.Attempt) bool { return e.Outcome == core.AttemptSucceeded })
		if err := decide(earlier); err != nil {
			return err
		}
		st.attempts = append(st.attempts, a)
		return nil
	})
}

// ResolveAttempt implements core.Store.
func (s *Store) ResolveAttempt(_ context.Context, id string, outcome core.AttemptOutcome, at time.Time) error {
	return s.write("ResolveAttempt", func(st *state) error {
		for i, a := range st.attempts {
			if a.ID == id {
				st.attempts[i].Outcome, st.attempts[i].ResolvedAt = outcome, ms(at)
				return nil
			}
		}
		return missing("attempt", id)
	})
}

// Attempts implements core.Store.
func (s *Store) Attempts(_ context.Context, bank, bankUser string, since time.Time) (out []core.Attempt, err error) {
	err = s.read("Attempts", func(st *state) error {
		out = st.ledger(bank, bankUser, since)
		return nil
	})
	return out, err
}
