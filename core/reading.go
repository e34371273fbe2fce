package core

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"reconbanker/scrapers"
)

// reading is what a run read from the bank.
type reading struct {
	since     time.Time // the first bank day
	statement scrapers.Statement
	short     error // of kind Partial: some bank accounts could not be read; nil when all were
}

// fetch reads from the bank, back to what is stored already.
func (s *session) fetch(ctx context.Context) (reading, error) {
	s.stage(ctx, StageRead)
	now := s.c.now()
	newest, err := s.c.store.Newest(ctx, s.account.ID)
	if err != nil {
		return reading{}, storageFailure("find the newest stored movement", err)
	}
	r := reading{since: readSince(now, s.account.LastReadAt, newest, s.settings.BankAccounts, s.zone)}
	req := scrapers.Request{Since: r.since, Accounts: s.settings.BankAccounts, Fields: s.creds.Fields, Now: now}
	if r.statement, err = s.driver.Movements(ctx, s.tab, req); err != nil {
		return s.readAgain(ctx, r, req, err)
	}
	return r, nil
}

// readAgain reads once more what could not be read, in the same session and one
// bank account at a time, so that one that cannot be read keeps back no other.
// Each is still read whole or not at all.
func (s *session) readAgain(ctx context.Context, r reading, req scrapers.Request, cause error) (reading, error) {
	if !worthReadingAgain(scrapers.KindOf(cause)) {
		return r, cause
	}
	numbers := s.bankAccounts(ctx, req.Accounts)
	if len(numbers) == 0 || len(numbers) == 1 && !mayPass(scrapers.KindOf(cause)) {
		return r, cause
	}
	r.statement = scrapers.Statement{}
	short := scrapers.Error{Kind: Partial}
	var failed []string
	for _, number := range numbers {
		req.Accounts = []string{number}
		one, err := s.driver.Movements(ctx, s.tab, req)
		switch {
		case err == nil:
			r.statement.Lines = append(r.statement.Lines, one.Lines...)
			r.statement.Accounts = append(r.statement.Accounts, one.Accounts...)
		case ctx.Err() != nil || !worthReadingAgain(scrapers.KindOf(err)):
			return r, err // it is not about this bank account
		default:
			what, said, url := sentences(err)
			if failed = append(failed, fmt.Sprintf("%s: %s: %s", number, scrapers.KindOf(err), what)); len(failed) == 1 {
				short.Said, short.URL = said, url
				s.look(ctx)
			}
		}
	}
	switch len(failed) {
	case 0:
		return r, nil
	case len(numbers):
		return r, cause
	}
	short.Doing = fmt.Sprintf("read %d of %d bank accounts", len(numbers)-len(failed), len(numbers))
	short.Err = errors.New(strings.Join(failed, "; "))
	r.short = &short
	return r, nil
}

// bankAccounts are the numbers of those to read: the chosen ones, or what the
// bank lists. None when it cannot be known.
func (s *session) bankAccounts(ctx context.Context, chosen []string) []string {
	if len(chosen) > 0 {
		return chosen
	}
	lister, ok := s.driver.(scrapers.AccountLister)
	if !ok {
		return nil
	}
	listed, err := lister.BankAccounts(ctx, s.tab)
	if err != nil {
		s.c.log.Debug().Str("run", s.run.ID).Str("kind", string(scrapers.KindOf(err))).Msg("list the bank accounts")
		return nil
	}
	numbers := make([]string, len(listed))
	for i, a := range listed {
		numbers[i] = a.Number
	}
	return numbers
}

// worthReadingAgain tells whether a failed reading may be about one bank account
// rather than about the session.
func worthReadingAgain(kind scrapers.Kind) bool {
	switch kind {
	case scrapers.LayoutChanged, scrapers.UnparsableRow, scrapers.AccountNotFound, scrapers.BankUnavailable:
		return true
	}
	return mayPass(kind)
}

// mayPass tells whether a second look at the same page often ends otherwise.
func mayPass(kind scrapers.Kind) bool {
	return kind == scrapers.StepTimeout || kind == scrapers.DataInconsistent
}

// take stores what was read, in one transaction with the end of the run. A
// reading that is short ends it as failed and leaves the time of the last good
// reading where it was, so that the next one goes back over the same days.
func (s *session) take(ctx context.Context, r reading) error {
	lines, err := linesToMovements(s.account.ID, s.run.ID, s.zone, r.statement.Lines)
	if err != nil {
		return err
	}
	now := s.c.now()
	run, slot := s.run, s.slot(now)
	k := Keep{Lines: lines, Covered: coverage(r.statement.Accounts, r.since, s.zone)}
	if r.short == nil {
		run.Status, run.FinishedAt, run.Stage = Succeeded, now, ""
		k.Settle = s.c.settler(s.account.ID, s.zone, run.StartedAt)
		k.Change = s.c.tellingRecovery(ctx, run.AccountID, true, func(a *Account) { healed(a, now, slot) })
	} else {
		run.Status, run.FinishedAt, run.Kind = Failed, now, Partial
		run.Message, run.Said, run.URL = sentences(r.short)
		// A payment may stand in the bank account that was not read: nothing expires.
		k.Settle = s.c.settler(s.account.ID, s.zone, time.Time{})
		version := s.settings.CredentialsVersion
		k.Change = s.c.telling(ctx, run, func(a *Account) { afterFailure(a, Partial, "", version, now, slot) })
	}
	k.Run, k.At = run, now
	return s.keep(ctx, k)
}

// keep stores everything the run read.
func (s *session) keep(ctx context.Context, k Keep) error {
	if k.Run.Status == Succeeded { // else the reading is the stage it failed in
		s.stage(ctx, StageKeep)
	}
	// The settings may have been saved while the browser was reading: what is sent
	// follows the newest.
	settings, err := s.c.store.Settings(ctx, s.account.ID)
	if err != nil {
		return storageFailure("read the settings", err)
	}
	k.Decide = decider(settings, k.At, newID)
	kept, err := s.c.store.Keep(ctx, k)
	if err != nil {
		return storageFailure("store what was read", err)
	}
	if k.Run.Status == Failed {
		s.keepEvidence(ctx)
	}
	s.c.deliverer.nudge()
	s.c.log.Info().Str("account", s.account.ID).Str("run", k.Run.ID).Str("kind", string(k.Run.Kind)).Int("lines", kept.Run.Lines).
		Int("new", kept.Run.New).Int("owed", kept.Run.Owed).Int("vanished", len(kept.Vanished)).
		Int("changed", len(kept.Changed)).Msg("run kept")
	if kept.Run.Owed > 0 {
		s.c.hint(DeliveriesChanged, s.account.ID)
	}
	s.c.hint(MovementsChanged, s.account.ID)
	s.c.hint(OrdersChanged, s.account.ID)
	return nil
}
