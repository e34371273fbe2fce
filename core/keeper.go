package core

import (
	"context"
	"errors"
	"sync"
	"time"

	"reconbanker/scrapers"
)

// The numbers of persistent sessions.
const (
	lookEvery    = time.Minute
	stateEvery   = 10 * time.Minute // between copies of cookies and storage
	restEvery    = 5 * time.Minute  // between notes that nothing is new
	livedLong    = 10 * time.Minute // a session that ends sooner is relaunched later
	failuresLast = 3                // looks that failed in a row, then the session ends
	goodbye      = 30 * time.Second // for the run at work, when a session is ended
)

// relaunchDelays follow the first, second … failure in a row.
var relaunchDelays = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// relaunchDelay is how long after its n-th failure in a row a session is begun again.
func relaunchDelay(n int) time.Duration {
	if n <= 0 {
		return 0
	}
	return relaunchDelays[min(n, len(relaunchDelays))-1]
}

// Why a session is ended from outside.
var (
	errClean    = errors.New("the session is not wanted any more")
	errRecorded = errors.New("the session failed in a run that is recorded")
	errQuit     = errors.New("the program is closing")
)

// live is a persistent session: a signed-in tab with the login it holds. Whoever
// has the turn may use the tab.
type live struct {
	accountID string
	tab       *watched
	driver    scrapers.Driver
	creds     scrapers.Credentials
	settings  Settings // as they were when it signed in
	unlock    func()

	turn chan struct{} // full while nobody uses the tab
	ctx  context.Context
	end  context.CancelCauseFunc
	done chan struct{} // closed when nothing of it is left

	mu       sync.Mutex
	since    time.Time
	lastPoll time.Time
	polls    int
	failures int       // looks that failed in a row
	digest   [32]byte  // of the last reading that is stored
	noted    time.Time // when the account was last told that it was read
	copied   time.Time // when cookies and storage were last kept
}

// keeper owns the persistent sessions, at most one for an account.
type keeper struct {
	c   *Core
	ctx context.Context
	end context.CancelCauseFunc

	mu      sync.Mutex
	live    map[string]*live
	short   map[string]int // sessions in a row that did not live long
	closing bool
	wg      sync.WaitGroup
}

func newKeeper(c *Core) *keeper {
	k := &keeper{c: c, live: map[string]*live{}, short: map[string]int{}}
	k.ctx, k.end = context.WithCancelCause(context.Background())
	return k
}

// run waits for the end of the program and then for the end of every session.
func (k *keeper) run(ctx context.Context) {
	<-ctx.Done()
	k.mu.Lock()
	k.closing = true
	k.mu.Unlock()
	k.end(errQuit)
	k.wg.Wait()
}

// find returns an account's session, or nil.
func (k *keeper) find(accountID string) *live {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.live[accountID]
}

// stop ends an account's session; it returns when nothing of it is left, or with ctx.
func (k *keeper) stop(ctx context.Context, accountID string) {
	l := k.find(accountID)
	if l == nil {
		return
	}
	l.end(errClean)
	select {
	case <-l.done:
	case <-ctx.Done():
	}
}

// dismiss begins to end an account's session and does not wait.
func (k *keeper) dismiss(accountID string) {
	if l := k.find(accountID); l != nil {
		l.end(errClean)
	}
}

// adopt takes over the tab and the login of a session that has signed in. The
// turn stays with the session until it gives it back. false when the program is
// closing.
func (k *keeper) adopt(s *session) (*live, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closing {
		return nil, false
	}
	now := k.c.now()
	l := &live{
		accountID: s.account.ID, tab: s.tab, driver: s.driver, creds: s.creds, settings: s.settings, unlock: s.unlock,
		turn: make(chan struct{}, 1), done: make(chan struct{}), since: now, copied: now,
	}
	l.ctx, l.end = context.WithCancelCause(k.ctx)
	k.live[l.accountID] = l
	s.kept = true
	k.c.runner.keep(s.login)
	k.wg.Go(func() { k.supervise(l) })
	k.c.hint(SessionsChanged, l.accountID)
	return l, true
}

// take waits for the turn at the tab; false when the session ends first.
func (l *live) take(ctx context.Context) bool {
	select {
	case <-l.turn:
	case <-l.ctx.Done():
		return false
	case <-ctx.Done():
		return false
	}
	if l.ctx.Err() != nil { // it ended while others had the turn
		l.turn <- struct{}{}
		return false
	}
	return true
}

func (l *live) give() { l.turn <- struct{}{} }

// supervise looks after a session until it ends, and clears it away.
func (k *keeper) supervise(l *live) {
	cause := k.attend(l)
	l.end(cause)
	k.retire(l, cause)
}

// attend looks at the bank once a minute; it returns why the session must end.
func (k *keeper) attend(l *live) error {
	next := time.NewTimer(lookEvery)
	defer next.Stop()
	for {
		select {
		case <-l.ctx.Done():
			return context.Cause(l.ctx)
		case <-l.tab.Done():
			return scrapers.Fail(scrapers.BrowserCrashed, "keep the session: the browser ended", nil)
		case <-next.C:
		}
		if err := k.look(l); err != nil {
			return err
		}
		next.Reset(l.pause())
	}
}

// pause is how long to wait for the next look.
func (l *live) pause() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failures > 0 {
		return relaunchDelay(l.failures)
	}
	return lookEvery
}

// retire signs out when there is a page to do it in, and gives everything back.
func (k *keeper) retire(l *live, cause error) {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	select { // the run at work comes to its end first
	case <-l.turn:
	case <-ctx.Done():
	}
	clean := errors.Is(cause, errClean) || errors.Is(cause, errQuit)
	if clean {
		s := k.c.visitor(l, Run{})
		s.logout(ctx)
		s.saveState(ctx)
	}
	if err := l.tab.Close(); err != nil {
		k.c.log.Debug().Str("account", l.accountID).Msg("close the bank's page")
	}
	l.unlock()
	k.forget(l, clean)
	if !clean && !errors.Is(cause, errRecorded) {
		k.record(l, cause)
	}
	close(l.done)
	k.c.log.Info().Str("account", l.accountID).Str("kind", string(scrapers.KindOf(cause))).Bool("clean", clean).Msg("session ended")
	k.c.hint(SessionsChanged, l.accountID)
	k.c.hint(AccountsChanged, l.accountID)
}

// forget takes a session out and counts those that did not live long.
func (k *keeper) forget(l *live, clean bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.live, l.accountID)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case clean || k.c.now().Sub(l.since) >= livedLong:
		delete(k.short, l.accountID)
	default:
		k.short[l.accountID]++
	}
}

// record writes down a session that ended by itself. One that the bank ended
// after a while is no failure: it is begun again.
func (k *keeper) record(l *live, cause error) {
	ctx := context.Background()
	if scrapers.KindOf(cause) == scrapers.SessionExpired && k.lost(l.accountID) == 0 {
		now := k.c.now()
		if _, err := k.c.store.ChangeAccount(ctx, l.accountID, func(a *Account) error {
			a.NextRunAt = later(now, a.Health.NotBefore)
			return nil
		}, Audit{}); err != nil && !errors.Is(err, ErrNotFound) {
			k.c.log.Error().Err(err).Str("account", l.accountID).Msg("plan the next session")
		}
		return
	}
	s := k.c.visitor(l, k.c.newRun(l.accountID, BySession))
	s.quiet = true
	var err error
	if s.account, err = k.c.store.Account(ctx, l.accountID); err == nil {
		s.settings, err = k.c.store.Settings(ctx, l.accountID)
	}
	if err != nil {
		return // it has been deleted
	}
	s.fail(ctx, cause)
}

// lost is how many sessions of an account in a row did not live long.
func (k *keeper) lost(accountID string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.short[accountID]
}
