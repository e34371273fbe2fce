package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// Overview is what the shell shows at all times.
type Overview struct {
	Accounts []Account // by name, archived ones included
	Mode     core.OperationMode
	Paused   bool // the schedule of all accounts is

	Asking []Asking // what logins wait for, the oldest first

	AtWork int // runs at work: each has a browser
	Queued int // runs waiting for one
	Active int // accounts the schedule enters

	Owed, Retrying, Dead int // deliveries

	Space core.Space // of the disk that holds the data
}

// Find returns an account of the overview.
func (o Overview) Find(id string) (Account, bool) {
	for _, a := range o.Accounts {
		if a.ID == id {
			return a, true
		}
	}
	return Account{}, false
}

// Count returns how many accounts are in one of the states.
func (o Overview) Count(states ...State) int {
	n := 0
	for _, a := range o.Accounts {
		for _, s := range states {
			if a.State == s {
				n++
			}
		}
	}
	return n
}

// Overseer reads overviews. It remembers what it learned about each account and
// asks again only about those that changed, so that one busy account among
// hundreds costs one account's reading. It is used by one goroutine at a time.
type Overseer struct {
	src   Source
	banks map[string]scrapers.Info
	known map[string]Account
}

// NewOverseer returns an overseer that has read nothing yet.
func NewOverseer(src Source) *Overseer {
	o := &Overseer{src: src, banks: map[string]scrapers.Info{}, known: map[string]Account{}}
	for _, b := range src.Banks() {
		o.banks[b.Code] = b
	}
	return o
}

// Read reads what changed and returns the whole.
func (o *Overseer) Read(ctx context.Context, c Changes) (Overview, error) {
	var out Overview
	accounts, err := o.src.Accounts(ctx)
	if err != nil {
		return out, fmt.Errorf("read the accounts: %w", err)
	}
	live, err := o.live(ctx)
	if err != nil {
		return out, err
	}
	pending, err := o.src.PendingAssistances(ctx)
	if err != nil {
		return out, fmt.Errorf("read what logins wait for: %w", err)
	}
	known := make(map[string]Account, len(accounts))
	for _, row := range accounts {
		a, seen := o.known[row.ID]
		if !seen || c.Of(row.ID) {
			if a, err = o.learn(ctx, row); err != nil {
				return out, err
			}
		}
		a.Account, a.Live = row, nil
		if run, ok := live[row.ID]; ok {
			a.Live = &run
		}
		a.Asks = asking(pending, a)
		if a.Asks != nil {
			out.Asking = append(out.Asking, *a.Asks)
		}
		a.decide()
		known[row.ID] = a
		out.Accounts = append(out.Accounts, a)
		if row.Status == core.Active && !row.NextRunAt.IsZero() {
			out.Active++
		}
	}
	o.known = known
	slices.SortFunc(out.Asking, func(a, b Asking) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, run := range live {
		if run.Status == core.Running {
			out.AtWork++
		} else {
			out.Queued++
		}
	}
	return out, o.rest(ctx, &out)
}

// asking is what an account's login waits for, nil for nothing.
func asking(pending []core.Assistance, a Account) *Asking {
	for _, p := range pending {
		if p.AccountID == a.ID {
			return &Asking{Assistance: p, Account: a.Name, Bank: a.BankName}
		}
	}
	return nil
}

func (o *Overseer) rest(ctx context.Context, out *Overview) (err error) {
	if out.Mode, err = o.src.OperationMode(ctx); err != nil {
		return fmt.Errorf("read the mode: %w", err)
	}
	if out.Paused, err = o.src.SchedulePaused(ctx); err != nil {
		return fmt.Errorf("read whether the schedule is paused: %w", err)
	}
	counts, err := o.src.DeliveryCounts(ctx, "")
	if err != nil {
		return fmt.Errorf("count the deliveries: %w", err)
	}
	out.Owed, out.Retrying, out.Dead = counts[core.DeliveryPending], counts[core.DeliveryRetrying], counts[core.DeliveryDead]
	out.Space = o.src.Space()
	return nil
}

// live lists the runs that have not ended, by account.
func (o *Overseer) live(ctx context.Context) (map[string]core.Run, error) {
	out := map[string]core.Run{}
	for _, status := range []core.RunStatus{core.Queued, core.Running} {
		runs, _, err := o.src.Runs(ctx, core.RunFilter{Status: status, Limit: 500})
		if err != nil {
			return nil, fmt.Errorf("read the runs at work: %w", err)
		}
		for _, r := range runs {
			out[r.AccountID] = r
		}
	}
	return out, nil
}

// learn reads what belongs to one account beside its row.
func (o *Overseer) learn(ctx context.Context, row core.Account) (Account, error) {
	bank := o.banks[row.Bank]
	a := Account{BankName: bank.Name, Demo: bank.Demo}
	if a.BankName == "" {
		a.BankName = row.Bank
	}
	if len(bank.Currencies) <= 2 {
		a.Currencies = bank.Currencies
	}
	s, err := o.src.Settings(ctx, row.ID)
	if err != nil && !errors.Is(err, core.ErrNotFound) {
		return a, fmt.Errorf("read the settings of %s: %w", row.Name, err)
	}
	a.Session, a.Login, a.Plan = s.SessionType, s.LoginMode, PlanOf(s.Schedule)
	if a.Missing, err = o.src.Missing(ctx, row.ID); err != nil && !errors.Is(err, core.ErrNotFound) {
		return a, fmt.Errorf("see what is missing of %s: %w", row.Name, err)
	}
	keeps, err := o.src.Session(ctx, row.ID)
	switch {
	case err == nil:
		a.Keeps = &keeps
	case !errors.Is(err, core.ErrNotFound):
		return a, fmt.Errorf("read the session of %s: %w", row.Name, err)
	}
	runs, _, err := o.src.Runs(ctx, core.RunFilter{AccountID: row.ID, Limit: 2})
	if err != nil {
		return a, fmt.Errorf("read the last run of %s: %w", row.Name, err)
	}
	for i := range runs {
		if !runs[i].Status.Live() {
			a.Last = &runs[i]
			break
		}
	}
	return a, nil
}
