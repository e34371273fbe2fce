package core

import (
	"context"
	"errors"
	"sync"
	"time"

	"reconbanker/scrapers"
)

// session is one login at work: it holds what a run needs from the first stage
// to the last and gives all of it back at the end.
type session struct {
	c   *Core
	run Run

	account  Account
	settings Settings
	driver   scrapers.Driver
	zone     *time.Location
	creds    scrapers.Credentials
	print    string
	password []byte // sealed, as it was when print was taken
	tab      *watched
	evidence *scrapers.Evidence // of a failure, from before the page was closed

	stop   func(cause error) // ends the run from outside
	time   *allowance        // of the run
	login  *holder           // of the bank user
	unlock func()            // gives the login up
	kept   bool              // tab and login belong to the keeper now
	quiet  bool              // a look of a persistent session: no run until there is something to tell
	begun  bool              // of a quiet one: its run is written

	mu      sync.Mutex
	options scrapers.TabOptions
	attempt *Attempt // the password that was sent, if any
	settled bool     // its outcome is recorded
	forget  []func() // what to undo at the end, last first

	request *Assistance // the pending one of this login
	asked   int         // codes the bank has asked for
	resent  int         // codes it was asked to send again
	atCode  bool        // the bank shows a page that asks for one, so the password was taken
	code    []byte      // given, and not typed yet
	handle  scrapers.Secret
}

// perform takes the run through its stages. nil means everything was kept and
// the run has ended.
func (s *session) perform(ctx context.Context) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if done, err := s.revisit(ctx); done {
		return err
	}
	if err := s.enter(ctx); err != nil {
		return err
	}
	if err := s.launch(ctx); err != nil {
		return err
	}
	if err := s.signIn(ctx); err != nil {
		return err
	}
	s.saveState(ctx)
	if s.run.Trigger == ByTest {
		return s.tested(ctx)
	}
	if s.settings.SessionType == Persistent {
		return s.stay(ctx)
	}
	if err := s.read(ctx); err != nil {
		return err
	}
	s.logout(ctx)
	return nil
}

// tested ends a run that was to sign in only.
func (s *session) tested(ctx context.Context) error {
	s.logout(ctx)
	run := s.run
	run.Status, run.FinishedAt, run.Stage = Succeeded, s.c.now(), ""
	_, err := s.c.store.EndRun(ctx, run, s.c.tellingRecovery(ctx, run.AccountID, false, func(a *Account) { a.Health = Health{} }))
	return storageFailure("record the end of the test", err)
}

func (s *session) launch(ctx context.Context) (err error) {
	s.stage(ctx, StageLaunch)
	info := s.driver.Info()
	hosts := info.Hosts
	if h, ok := s.driver.(scrapers.HostsFromFields); ok {
		if hosts, err = h.Hosts(s.creds.Fields); err != nil {
			return scrapers.Fail(ConfigIncomplete, err.Error(), nil)
		}
	}
	limited, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s.options = scrapers.TabOptions{
		Hosts: hosts, Locale: info.Locale, TimeZone: info.TimeZone, State: s.state(ctx),
		Reveal: func(h scrapers.Secret) ([]byte, error) {
			if code, ok := s.revealCode(h); ok {
				return code, nil
			}
			for _, given := range s.creds.Secrets {
				if h == given {
					return s.secret(ctx, h.Name())
				}
			}
			return nil, scrapers.Fail(Internal, "type "+h.Name()+", which is not the bank's", nil)
		},
		BeforeSubmit: s.beforeSubmit,
	}
	tab, err := s.c.browser.Open(limited, s.options)
	if err != nil {
		return err
	}
	s.tab = &watched{tab: tab}
	s.onEnd(s.watch())
	return nil
}

// watch lets the watchdog follow the steps of the tab until the end.
func (s *session) watch() (end func()) {
	return s.tab.watch(newAllowance(stallLimit, func() { s.stop(errStalled) }))
}

// beforeSubmit commits the ledger row before the click that sends the password.
func (s *session) beforeSubmit(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.attempt != nil {
		return scrapers.Fail(Internal, "send a password a second time in one login", nil)
	}
	a := s.newAttempt(s.c.now())
	if err := s.c.store.BeginAttempt(ctx, a, s.decideAttempt(a)); err != nil {
		if scrapers.KindOf(err) != "" {
			return err
		}
		return storageFailure("write the attempt ledger", err)
	}
	s.attempt = &a
	return nil
}

// open tells whether a password was sent whose outcome is not recorded.
func (s *session) open() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attempt != nil && !s.settled
}

func (s *session) signIn(ctx context.Context) error {
	s.stage(ctx, StageLogin)
	err := s.driver.Login(ctx, s.tab, s.creds, s.ask)
	if err != nil && scrapers.KindOf(err) == "" {
		err = scrapers.Fail(Internal, "sign in", err)
	}
	err = explain(err, s.open() && !s.atCode)
	s.endRequest(ctx, err)
	if settle := s.settle(context.WithoutCancel(ctx), s.outcome(err)); settle != nil && err == nil {
		return storageFailure("record the login", settle)
	}
	return err
}

// settle records what became of the password that was sent, if one was.
func (s *session) settle(ctx context.Context, outcome AttemptOutcome) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.attempt == nil || s.settled {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err := s.c.store.ResolveAttempt(ctx, s.attempt.ID, outcome, s.c.now())
	s.settled = err == nil
	return err
}

func (s *session) read(ctx context.Context) error {
	r, err := s.fetch(ctx)
	if err != nil {
		return err
	}
	return s.take(ctx, r)
}

// logout signs out of the bank as a courtesy; its failure is nobody's business.
func (s *session) logout(ctx context.Context) {
	out, ok := s.driver.(scrapers.LoggerOut)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := out.Logout(ctx, s.tab); err != nil {
		s.c.log.Debug().Str("run", s.run.ID).Str("kind", string(scrapers.KindOf(err))).Msg("sign out")
	}
}

// fail ends the run in the store with everything it taught.
func (s *session) fail(ctx context.Context, cause error) {
	kind := scrapers.KindOf(cause)
	if kind == "" {
		kind = Internal
	}
	s.endRequest(ctx, cause)
	if err := s.settle(ctx, s.outcome(cause)); err != nil {
		s.c.log.Error().Err(err).Str("run", s.run.ID).Msg("record the outcome of a login")
	}
	now := s.c.now()
	run := s.run
	run.Status, run.FinishedAt, run.Kind = Failed, now, kind
	run.Message, run.Said, run.URL = sentences(cause)
	slot := s.slot(now)
	version := s.settings.CredentialsVersion
	change := func(a *Account) {
		afterFailure(a, kind, blockReason(kind, run.Said, run.Message), version, now, slot)
		if s.settings.SessionType == Persistent && transient(kind) && a.Block == nil && !slot.IsZero() {
			a.Health.NotBefore = now.Add(relaunchDelay(max(a.Health.Failures, s.c.keeper.lost(a.ID))))
			a.NextRunAt = a.Health.NotBefore
		}
	}
	switch kind {
	case scrapers.Cancelled, Interrupted:
		run.Status = Canceled
	case Blocked, BudgetSpent, TooSoon, RefusedBefore:
		run.Status = Skipped
	}
	if run.Status == Skipped || kind == scrapers.AccountLocked && !s.opened() {
		run.Status = Skipped
		tomorrow := slot
		if s.zone != nil {
			tomorrow = dayStart(dayStart(now, s.zone).Add(30*time.Hour), s.zone)
		}
		change = func(a *Account) { afterSkip(a, kind, run.Message, version, now, slot, tomorrow) }
	}
	if s.quiet && !s.begun && !s.begin(ctx) {
		return
	}
	s.keepEvidence(ctx)
	if _, err := s.c.store.EndRun(ctx, run, s.c.telling(ctx, run, change)); err != nil {
		s.c.log.Error().Err(err).Str("run", run.ID).Msg("record the end of a run")
	}
	s.c.deliverer.nudge()
	s.c.log.Warn().Str("account", run.AccountID).Str("run", run.ID).Str("kind", string(kind)).
		Str("stage", s.run.Stage).Msg("run " + string(run.Status))
}

func (s *session) opened() bool { return s.tab != nil }

// slot is the schedule's next one after t; zero for an account that has none.
func (s *session) slot(t time.Time) time.Time {
	if s.zone == nil || s.account.Status != Active || len(s.c.missing(s.account, s.settings)) > 0 {
		return time.Time{}
	}
	schedule, err := scheduleIn(s.settings, s.zone)
	if err != nil {
		return time.Time{}
	}
	return schedule.Next(t)
}

// stage notes where the run is. A failure to note it is logged, not fatal.
func (s *session) stage(ctx context.Context, name string) {
	s.run.Stage = name
	if s.quiet && !s.begun {
		return
	}
	if err := s.c.store.StageRun(ctx, s.run.ID, name, s.c.now(), ""); err != nil && ctx.Err() == nil {
		s.c.log.Error().Err(err).Str("run", s.run.ID).Msg("note the stage of a run")
	}
	s.c.hint(RunsChanged, s.run.AccountID)
}

func (s *session) onEnd(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget = append(s.forget, f)
}

// release closes the tab and undoes everything, in reverse order.
func (s *session) release() {
	if s.tab != nil && !s.kept {
		if err := s.tab.Close(); err != nil {
			s.c.log.Debug().Str("run", s.run.ID).Msg("close the bank's page")
		}
	}
	if s.unlock != nil && !s.kept {
		defer s.unlock()
	}
	s.mu.Lock()
	undo := s.forget
	s.forget = nil
	s.mu.Unlock()
	for i := len(undo) - 1; i >= 0; i-- {
		undo[i]()
	}
}

func vaultFailure(err error) error {
	if errors.Is(err, ErrSecretDamaged) {
		return scrapers.Fail(ConfigIncomplete, "the stored password cannot be opened: enter it again in the settings", err)
	}
	return scrapers.Fail(SecretsLocked, "open the stored secrets", err)
}

func storageFailure(doing string, err error) error {
	if err == nil {
		return nil
	}
	return scrapers.Fail(StorageProblem, doing, err)
}
