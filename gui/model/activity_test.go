package model_test

import (
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

func TestActivityCountsAndFilters(t *testing.T) {
	w := coretest.NewWorld(t)
	w.Start(t)
	good, bad := w.Account(t), w.Account(t)
	w.Scrape(t, good.ID)
	w.Bank.OnLogin(coretest.FailAfterSubmit(scrapers.Said(scrapers.InvalidCredentials, "sign in", "Usuario incorrecto")))
	w.Scrape(t, bad.ID)
	ctx := t.Context()
	n, err := model.CountOutcomes(ctx, w.Core, "")
	if err != nil || n[model.AnyOutcome] != 2 || n[model.WentWell] != 1 || n[model.WentWrong] != 1 || n[model.LeftOut] != 0 {
		t.Errorf("outcomes are %v, error %v", n, err)
	}
	rows, total, err := model.ReadActivity(ctx, w.Core, model.ActivityQuery{Outcome: model.WentWrong}, 0, 10)
	if err != nil || total != 1 || rows[0].AccountID != bad.ID || rows[0].Kind != scrapers.InvalidCredentials {
		t.Errorf("what went wrong is %+v of %d, error %v", rows, total, err)
	}
	d, err := model.ReadRun(ctx, w.Core, rows[0].ID, bad.Bank, time.Now())
	if err != nil || len(d.Stages) == 0 || !d.Ledger.Known || d.Ledger.Spent != 1 || d.Ledger.Left() != d.Ledger.Budget-1 {
		t.Errorf("the run is %+v, error %v", d, err)
	}
}

func TestLedgerCountsWhatMayHaveFailedSinceMidnight(t *testing.T) {
	w := coretest.NewWorld(t)
	a := w.Account(t)
	zone, err := time.LoadLocation(w.Bank.Info().TimeZone)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 13, 9, 0, 0, 0, zone)
	at := func(hours int, outcome core.AttemptOutcome) core.Attempt {
		return core.Attempt{
			ID: "a" + string(outcome), Bank: a.Bank, BankUser: "ana", AccountID: a.ID, At: now.Add(time.Duration(hours) * time.Hour), Outcome: outcome,
		}
	}
	w.Store.AddAttempts(at(-10, core.AttemptRefused), at(-3, core.AttemptSucceeded), at(-2, core.AttemptUnresolved), at(-1, core.AttemptOpen))
	run, _, err := w.Store.EnqueueRun(t.Context(), core.Run{ID: "0197a1b2-0000-7000-8000-000000000001", AccountID: a.ID, QueuedAt: now})
	if err != nil {
		t.Fatal(err)
	}
	src := banksOf{w.Core, w.Bank.Info()}
	d, err := model.ReadRun(t.Context(), src, run.ID, a.Bank, now)
	if err != nil || d.Ledger.Spent != 2 || len(d.Ledger.Attempts) != 3 || d.Ledger.Left() != 1 {
		t.Errorf("the ledger is %+v, error %v; want 2 spent of the 3 since midnight", d.Ledger, err)
	}
	if l := (model.Ledger{Budget: 2, Spent: 3}); l.Left() != 0 {
		t.Errorf("%d logins are left of an overdrawn budget", l.Left())
	}
}

// banksOf knows a bank that is not registered.
type banksOf struct {
	*core.Core
	bank scrapers.Info
}

func (b banksOf) Banks() []scrapers.Info { return []scrapers.Info{b.bank} }

func TestNextTry(t *testing.T) {
	next := time.Date(2026, 5, 13, 7, 55, 0, 0, time.UTC)
	run := core.Run{ID: "1"}
	a := model.Account{Account: core.Account{Status: core.Active, NextRunAt: next}, Last: &run}
	if got := model.NextTry(a, run); !got.Equal(next) {
		t.Errorf("the next try is %v", got)
	}
	for name, change := range map[string]func(*model.Account){
		"an older run":      func(a *model.Account) { a.Last = &core.Run{ID: "2"} },
		"never ran":         func(a *model.Account) { a.Last = nil },
		"at work":           func(a *model.Account) { a.Live = &core.Run{ID: "3"} },
		"paused":            func(a *model.Account) { a.Status = core.Paused },
		"blocked":           func(a *model.Account) { a.Block = &core.Block{} },
		"not on a schedule": func(a *model.Account) { a.NextRunAt = time.Time{} },
	} {
		b := a
		change(&b)
		if got := model.NextTry(b, run); !got.IsZero() {
			t.Errorf("%s: the next try is %v, want none", name, got)
		}
	}
}
