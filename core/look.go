package core

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"reconbanker/scrapers"
)

// visitor is a session that uses the tab of a live one for a while.
func (c *Core) visitor(l *live, run Run) *session {
	s := &session{
		c: c, run: run, account: Account{ID: l.accountID}, settings: l.settings, driver: l.driver, creds: l.creds,
		tab: l.tab, kept: true,
	}
	if zone, err := time.LoadLocation(l.driver.Info().TimeZone); err == nil {
		s.zone = zone
	}
	return s
}

// revisit lets a run use the session the account has. done is false when there
// is none, or when the bank has ended it: then a fresh login follows.
func (s *session) revisit(ctx context.Context) (done bool, err error) {
	for {
		l := s.c.keeper.find(s.account.ID)
		if l == nil {
			return false, nil
		}
		if s.settings.SessionType != Persistent || s.settings.CredentialsVersion != l.settings.CredentialsVersion {
			l.end(errClean)
		}
		if l.take(ctx) {
			return s.use(ctx, l)
		}
		select { // it is ending: what comes after it must not meet it
		case <-l.done:
		case <-ctx.Done():
			return true, scrapers.Fail(scrapers.Cancelled, "wait for the end of the account's session", ctx.Err())
		}
	}
}

func (s *session) use(ctx context.Context, l *live) (done bool, err error) {
	defer l.give()
	s.tab, s.creds, s.kept = l.tab, l.creds, true
	defer s.watch()()
	s.stage(ctx, StageLogin)
	in, err := l.driver.Authenticated(ctx, l.tab)
	if err != nil || !in {
		l.end(errRecorded)
		s.tab, s.kept = nil, false
		return err != nil, err
	}
	if s.run.Trigger == ByTest {
		run := s.run
		run.Status, run.FinishedAt, run.Stage = Succeeded, s.c.now(), ""
		_, err := s.c.store.EndRun(ctx, run, s.c.tellingRecovery(ctx, run.AccountID, false, func(*Account) {}))
		return true, storageFailure("record the end of the test", err)
	}
	return true, s.readIn(ctx, l)
}

// readIn reads in a live session and tells it how that went.
func (s *session) readIn(ctx context.Context, l *live) error {
	r, err := s.fetch(ctx)
	if err == nil {
		err = s.take(ctx, r)
	}
	if err != nil {
		if l.failed(err) {
			l.end(errRecorded)
		}
		return err
	}
	l.read(s.c.now(), digestOf(r))
	s.c.hint(SessionsChanged, l.accountID)
	return nil
}

// stay hands a session that has just signed in to the keeper, and reads in it.
func (s *session) stay(ctx context.Context) error {
	l, ok := s.c.keeper.adopt(s)
	if !ok {
		s.logout(ctx)
		return scrapers.Fail(Interrupted, "the program was closed during the run", nil)
	}
	defer l.give()
	err := s.readIn(ctx, l)
	if err != nil {
		l.end(errRecorded) // it has never been read: begin again
	}
	return err
}

// digestOf tells a reading again. The day it begins with is part of it: each bank
// day begins with a reading that is stored.
func digestOf(r reading) [32]byte {
	short := ""
	if r.short != nil {
		short = r.short.Error()
	}
	text, err := json.Marshal(struct {
		Since     time.Time
		Statement scrapers.Statement
		Short     string
	}{r.since, r.statement, short})
	if err != nil {
		return [32]byte{}
	}
	return sha256.Sum256(text)
}

// read notes a good look.
func (l *live) read(now time.Time, digest [32]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lastPoll, l.noted, l.digest, l.failures = now, now, digest, 0
	l.polls++
}

// failed notes a look that failed; true when the session must end.
func (l *live) failed(err error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures++
	switch kind := scrapers.KindOf(err); kind {
	case scrapers.Network, scrapers.BankUnavailable, scrapers.RateLimited, scrapers.LayoutChanged, scrapers.UnparsableRow,
		scrapers.DataInconsistent, scrapers.AccountNotFound, scrapers.NoAccounts, scrapers.StepTimeout, StorageProblem, SecretsLocked:
		return l.failures >= failuresLast
	}
	return true
}

// look polls the bank once. Nothing new writes nothing: a run is begun only when
// there is something to keep or to tell. An error ends the session.
func (k *keeper) look(l *live) error {
	if err := k.c.runner.slots.take(l.ctx); err != nil {
		return context.Cause(l.ctx)
	}
	defer k.c.runner.slots.give()
	if !l.take(l.ctx) {
		return context.Cause(l.ctx)
	}
	defer l.give()
	if err := k.wanted(l); err != nil {
		return err
	}
	if k.c.roomToRead() != nil {
		return nil // the session is worth keeping: it looks again when there is room
	}
	s := k.c.visitor(l, k.c.newRun(l.accountID, BySession))
	s.quiet = true
	err := k.c.runner.bounded(l.ctx, s, func(ctx context.Context) error {
		defer s.watch()()
		return k.poll(ctx, s, l)
	})
	switch {
	case err == nil:
		return nil
	case l.ctx.Err() != nil:
		return context.Cause(l.ctx)
	case scrapers.KindOf(err) == scrapers.SessionExpired:
		return err
	}
	last := l.failed(err)
	s.fail(context.WithoutCancel(l.ctx), err)
	k.c.hint(SessionsChanged, l.accountID)
	if last {
		return errRecorded
	}
	return nil
}

// wanted tells whether the session may go on: a person may have paused, blocked
// or changed its account since.
func (k *keeper) wanted(l *live) error {
	a, err := k.c.store.Account(l.ctx, l.accountID)
	if err != nil {
		return k.unknown(err)
	}
	settings, err := k.c.store.Settings(l.ctx, l.accountID)
	if err != nil {
		return k.unknown(err)
	}
	paused, err := k.c.store.SchedulePaused(l.ctx)
	if err != nil {
		return k.unknown(err)
	}
	if paused || a.Status != Active || a.Block != nil || sessionDiffers(settings, l.settings) {
		return errClean
	}
	return nil
}

// unknown ends a session whose account is gone; a store that does not answer now
// may answer at the next look.
func (k *keeper) unknown(err error) error {
	if errors.Is(err, ErrNotFound) {
		return errClean
	}
	k.c.log.Error().Err(err).Msg("look after a session")
	return nil
}

func (k *keeper) poll(ctx context.Context, s *session, l *live) (err error) {
	if s.account, err = k.c.store.Account(ctx, l.accountID); err != nil {
		return storageFailure("read the account", err)
	}
	if s.settings, err = k.c.store.Settings(ctx, l.accountID); err != nil {
		return storageFailure("read the settings", err)
	}
	in, err := l.driver.Authenticated(ctx, l.tab)
	if err != nil {
		return err
	}
	if !in {
		return scrapers.Fail(scrapers.SessionExpired, "look for new movements: the bank has ended the session", nil)
	}
	r, err := s.fetch(ctx)
	if err != nil {
		return err
	}
	now, digest := k.c.now(), digestOf(r)
	if l.same(digest) {
		s.keepAlive(ctx)
		k.note(ctx, s, l, now, r.short == nil)
		return nil
	}
	if !s.begin(ctx) {
		return nil // a run was asked for: it reads all of this in a moment
	}
	s.stage(ctx, StageRead)
	if err := s.take(ctx, r); err != nil {
		return err
	}
	l.read(now, digest)
	k.c.hint(SessionsChanged, l.accountID)
	return nil
}

func (l *live) same(digest [32]byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return digest == l.digest
}

// note remembers a look that found nothing new; now and then the account learns
// of it, when everything was read, and cookies and storage are kept.
func (k *keeper) note(ctx context.Context, s *session, l *live, now time.Time, whole bool) {
	l.mu.Lock()
	tell := whole && (now.Sub(l.noted) >= restEvery || now.Before(l.noted) || l.failures > 0)
	save := now.Sub(l.copied) >= stateEvery || now.Before(l.copied)
	l.lastPoll, l.failures = now, 0
	l.polls++
	if tell {
		l.noted = now
	}
	if save {
		l.copied = now
	}
	l.mu.Unlock()
	if tell {
		change := k.c.tellingRecovery(ctx, l.accountID, true, func(a *Account) { healed(a, now, now.Add(lookEvery)) })
		if _, err := k.c.store.ChangeAccount(ctx, l.accountID, func(a *Account) error {
			change(a)
			return nil
		}, Audit{}); err != nil {
			k.c.log.Error().Err(err).Str("account", l.accountID).Msg("note that the bank shows nothing new")
		}
		k.c.hint(AccountsChanged, l.accountID)
	}
	if save {
		s.saveState(ctx)
	}
	k.c.hint(SessionsChanged, l.accountID)
}

// keepAlive makes the harmless click of banks that end an idle session. That it
// failed shows at the next look.
func (s *session) keepAlive(ctx context.Context) {
	alive, ok := s.driver.(scrapers.KeepAliver)
	if !ok {
		return
	}
	if err := alive.KeepAlive(ctx, s.tab); err != nil {
		s.c.log.Debug().Str("account", s.account.ID).Str("kind", string(scrapers.KindOf(err))).Msg("keep the session alive")
	}
}

// begin writes the run of a quiet session, at work already; false when the
// account has another one.
func (s *session) begin(ctx context.Context) bool {
	s.run.StartedAt = s.c.now()
	if err := s.c.store.StartRun(ctx, s.run); err != nil {
		if !errors.Is(err, ErrConflict) && !errors.Is(err, ErrNotFound) {
			s.c.log.Error().Err(err).Str("account", s.account.ID).Msg("begin the run of a session")
		}
		return false
	}
	s.begun = true
	return true
}
