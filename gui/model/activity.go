package model

import (
	"context"
	"errors"
	"fmt"
	"time"

	"reconbanker/core"
)

// ActivitySource is what the activity screen reads.
type ActivitySource interface {
	Source
	RunByID(ctx context.Context, id string) (core.Run, error)
	Attempts(ctx context.Context, accountID string, since time.Time) ([]core.Attempt, error)
}

// Outcome is a choice of how runs ended; "" is all of them.
type Outcome string

// The outcomes a person can ask for.
const (
	AnyOutcome   Outcome = ""
	WentWell     Outcome = Outcome(core.Succeeded)
	WentWrong    Outcome = Outcome(core.Failed)
	LeftOut      Outcome = Outcome(core.Skipped)
	GivenUp      Outcome = Outcome(core.Canceled)
	BrokenOff    Outcome = Outcome(core.Orphaned)
	StillRunning Outcome = Outcome(core.Running)
)

// Outcomes lists them in the order they are offered.
var Outcomes = []Outcome{AnyOutcome, WentWell, WentWrong, LeftOut, GivenUp, BrokenOff, StillRunning}

// Rare tells whether an outcome is offered only when there is such a run.
func (o Outcome) Rare() bool { return o != AnyOutcome && o != WentWell && o != WentWrong }

// ActivityQuery selects runs.
type ActivityQuery struct {
	AccountID string
	Outcome   Outcome
}

func (q ActivityQuery) filter() core.RunFilter {
	return core.RunFilter{AccountID: q.AccountID, Status: core.RunStatus(q.Outcome)}
}

// ReadActivity reads a page of runs, newest first.
func ReadActivity(ctx context.Context, src ActivitySource, q ActivityQuery, offset, limit int) ([]core.Run, int, error) {
	f := q.filter()
	f.Limit, f.Offset = limit, offset
	rows, total, err := src.Runs(ctx, f)
	if err != nil {
		return nil, 0, fmt.Errorf("read the runs: %w", err)
	}
	return rows, total, nil
}

// CountOutcomes counts the runs of an account, or of all, by how they ended.
func CountOutcomes(ctx context.Context, src ActivitySource, accountID string) (map[Outcome]int, error) {
	out := map[Outcome]int{}
	for _, o := range Outcomes {
		_, n, err := ReadActivity(ctx, src, ActivityQuery{AccountID: accountID, Outcome: o}, 0, 1)
		if err != nil {
			return nil, err
		}
		out[o] = n
	}
	return out, nil
}

// RunDetail is one run with all there is to see of it.
type RunDetail struct {
	Run    core.Run
	Stages []Stage
	Ledger Ledger
}

// ReadRun reads one run.
func ReadRun(ctx context.Context, src ActivitySource, id, bank string, now time.Time) (RunDetail, error) {
	run, err := src.RunByID(ctx, id)
	if err != nil {
		return RunDetail{}, fmt.Errorf("read a run: %w", err)
	}
	d := RunDetail{Run: run}
	if d.Stages, err = ReadStages(ctx, src, run, now); err != nil {
		return RunDetail{}, err
	}
	s, err := src.Settings(ctx, run.AccountID)
	if errors.Is(err, core.ErrNotFound) {
		return d, nil // no settings, so no bank user and no ledger
	}
	if err != nil {
		return RunDetail{}, fmt.Errorf("read the budget of logins: %w", err)
	}
	d.Ledger, err = readLedger(ctx, src, run.AccountID, s.DailyLogins, midnight(src, bank, now))
	return d, err
}

// Ledger is what the bank's user has spent today of the logins that may fail.
// Accounts behind the same login share it.
type Ledger struct {
	Known    bool
	Budget   int
	Spent    int
	Attempts []core.Attempt // newest first
}

// Left is how many logins may still fail today.
func (l Ledger) Left() int { return max(l.Budget-l.Spent, 0) }

// ReadLedger reads what the bank user behind an account has spent today.
func ReadLedger(ctx context.Context, src ActivitySource, a Account, now time.Time) (Ledger, error) {
	s, err := src.Settings(ctx, a.ID)
	if errors.Is(err, core.ErrNotFound) {
		return Ledger{}, nil // no settings, so no bank user
	}
	if err != nil {
		return Ledger{}, fmt.Errorf("read the budget of logins: %w", err)
	}
	return readLedger(ctx, src, a.ID, s.DailyLogins, midnight(src, a.Bank, now))
}

// readLedger reads the ledger of the bank user behind an account since a moment.
func readLedger(ctx context.Context, src ActivitySource, accountID string, budget int, since time.Time) (Ledger, error) {
	rows, err := src.Attempts(ctx, accountID, since)
	if errors.Is(err, core.ErrNotFound) {
		return Ledger{}, nil
	}
	if err != nil {
		return Ledger{}, fmt.Errorf("read the ledger of logins: %w", err)
	}
	l := Ledger{Known: true, Budget: budget, Attempts: rows}
	for _, a := range rows {
		if a.Outcome != core.AttemptSucceeded {
			l.Spent++
		}
	}
	return l, nil
}

// midnight is when the bank's day began; the person's, for a bank nobody knows.
func midnight(src Source, bank string, now time.Time) time.Time {
	zone := time.Local
	for _, b := range src.Banks() {
		if b.Code != bank {
			continue
		}
		if z, err := time.LoadLocation(b.TimeZone); err == nil {
			zone = z
		}
	}
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// NextTry is when the account is entered next, if r is what it last did and the
// schedule enters it; zero otherwise.
func NextTry(a Account, r core.Run) time.Time {
	if a.Last == nil || a.Last.ID != r.ID || a.Live != nil || a.Status != core.Active || a.Block != nil {
		return time.Time{}
	}
	return a.NextRunAt
}
