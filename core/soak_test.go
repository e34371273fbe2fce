package core_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

// town is a bank on a bad day: it fails at random, and counts what it is sent.
type town struct {
	t  *testing.T
	mu sync.Mutex

	rng     *rand.Rand
	submits map[string]int
	inside  map[string]int // calls at work, by user
	codes   map[string]string
	lines   int
}

func newTown(t *testing.T, seed uint64) *town {
	return &town{t: t, rng: rand.New(rand.NewPCG(seed, 7)), submits: map[string]int{}, inside: map[string]int{}, codes: map[string]string{}} //nolint:gosec // a test's dice
}

func (b *town) roll(n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rng.IntN(n)
}

// enter notes that a user is served; two at once is a double session.
func (b *town) enter(user string) (leave func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.inside[user]++; b.inside[user] > 1 {
		b.t.Errorf("user %s is served twice at once", user)
	}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.inside[user]--
	}
}

// login fails now and then in the ways a bank does. It works in a synctest bubble.
func (b *town) login(ctx context.Context, p scrapers.Page, cr scrapers.Credentials, ask scrapers.Ask) error {
	user := cr.Username()
	defer b.enter(user)()
	time.Sleep(time.Duration(1+b.roll(20)) * time.Second)
	if b.roll(40) == 0 {
		return scrapers.Fail(scrapers.BankUnavailable, "open the login", nil)
	}
	if err := coretest.SignIn(ctx, p, cr, ask); err != nil {
		return err
	}
	b.mu.Lock()
	b.submits[user]++
	b.mu.Unlock()
	switch b.roll(60) {
	case 0:
		return scrapers.Fail(scrapers.StepTimeout, "wait for the first page", nil)
	case 1:
		return scrapers.Fail(scrapers.SessionConflict, "sign in", nil)
	case 2:
		panic("a defect in a driver")
	}
	if user[0] != 'a' && b.roll(50) > 0 { // users a… have no second factor, most of the time
		return nil
	}
	return asksFor("123456", sixDigits)(ctx, passed{p}, cr, ask)
}

// passed is a page on which the password was sent already.
type passed struct{ scrapers.Page }

func (p passed) Submit(context.Context, string) error { return nil }

func (p passed) FillSecret(ctx context.Context, selector string, s scrapers.Secret) error {
	if selector == "#password" {
		return nil
	}
	return p.Page.FillSecret(ctx, selector, s)
}

// read works in a synctest bubble.
func (b *town) read(ctx context.Context, p scrapers.Page, _ scrapers.Request) (scrapers.Statement, error) {
	time.Sleep(time.Duration(b.roll(5)) * time.Second)
	switch b.roll(1500) {
	case 0:
		return scrapers.Statement{}, scrapers.Fail(scrapers.LayoutChanged, "read the list", nil)
	case 1:
		return scrapers.Statement{}, scrapers.Fail(scrapers.SessionExpired, "read the list", nil)
	case 2:
		<-ctx.Done() // hangs
		return scrapers.Statement{}, scrapers.Fail(scrapers.Cancelled, "read the list", ctx.Err())
	}
	n := 0
	if b.roll(300) == 0 {
		n = 1
	}
	var s scrapers.Statement
	for range n {
		b.mu.Lock()
		b.lines++
		line := coretest.Credit(0, time.Now().Add(-time.Minute))
		line.BankID = fmt.Sprint("L", b.lines)
		b.mu.Unlock()
		s.Lines = append(s.Lines, line)
	}
	return s, nil
}

// clerk answers questions in office hours, mostly well. It works in a synctest bubble.
func clerk(ctx context.Context, w *coretest.World, b *town) {
	answered := map[string]bool{}
	for ctx.Err() == nil {
		time.Sleep(20 * time.Second)
		all, err := w.Core.PendingAssistances(ctx)
		if err != nil {
			return
		}
		for _, r := range all {
			key := fmt.Sprint(r.ID, r.Attempts)
			if answered[key] {
				continue
			}
			answered[key] = true
			switch b.roll(10) {
			case 0: // does not see it
			case 1:
				_ = w.Core.SubmitCode(ctx, r.AccountID, r.ID, []byte("000000"), "ana")
			case 2:
				_ = w.Core.CancelAssistance(ctx, r.AccountID, r.ID, "ana")
			case 3:
				answered[key] = w.Core.ResendCode(ctx, r.AccountID, "ana") != nil
			default:
				_ = w.Core.SubmitCode(ctx, r.AccountID, "", []byte("123456"), "ana")
			}
		}
	}
}

// settled checks what must hold at every moment.
func settled(t *testing.T, w *coretest.World, accounts []core.Account) {
	t.Helper()
	pending, err := w.Core.PendingAssistances(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]int{}
	for _, r := range pending {
		if of[r.AccountID]++; of[r.AccountID] > 1 {
			t.Errorf("account %s has %d pending requests", r.AccountID, of[r.AccountID])
		}
		if run, err := w.Core.RunByID(t.Context(), r.RunID); err != nil || run.Status != core.Running {
			t.Errorf("a ghost: %+v waits for run %+v, %v", r, run.Status, err)
		}
	}
	if _, open, _ := w.Browser.Opened(); open > len(accounts) {
		t.Errorf("%d tabs are open for %d accounts", open, len(accounts))
	}
}

func TestThirtyHoursOfTwentyAccounts(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t, func(cfg *core.Config) {
			cfg.Present = func() bool { return time.Now().UTC().Hour()%3 > 0 }
		})
		b := newTown(t, 11)
		w.Bank.OnLogin(b.login)
		w.Bank.OnRead(b.read)
		var accounts []core.Account
		for i := range 20 {
			user := fmt.Sprintf("%c%d", "ap"[i%2], i)
			accounts = append(accounts, w.Account(t, as(user), func(in *core.SettingsInput) {
				in.Own.Schedule = new("@every 20m")
				in.Own.Attended = new("always")
				if i%2 == 0 {
					assisted(in)
				}
				if i%4 < 2 {
					persistent(in)
				}
			}))
		}
		w.Start(t)
		ctx, stop := context.WithCancel(t.Context())
		var desk sync.WaitGroup
		desk.Go(func() { clerk(ctx, w, b) })
		for hour := range 30 {
			time.Sleep(time.Hour)
			synctest.Wait()
			settled(t, w, accounts)
			switch hour % 6 {
			case 2:
				w.Bank.SignOut()
			case 4:
				w.Browser.Crash()
			case 5: // a person looks after what is blocked
				for _, a := range accounts {
					if mustAccount(t, w, a.ID).Block != nil {
						if _, err := w.Core.Restart(t.Context(), a.ID, "ana"); err != nil {
							t.Error(err)
						}
					}
				}
			}
		}
		stop()
		desk.Wait()
		w.Stop(t)
		settled(t, w, accounts)
		endOfSoak(t, w, b, accounts)
	})
}

func endOfSoak(t *testing.T, w *coretest.World, b *town, accounts []core.Account) {
	t.Helper()
	if pending, err := w.Core.PendingAssistances(t.Context()); err != nil || len(pending) > 0 {
		t.Errorf("ghosts: %+v, %v", pending, err)
	}
	ever, open, most := w.Browser.Opened()
	if open != 0 || most > len(accounts) {
		t.Errorf("%d tabs were left open, %d at most", open, most)
	}
	zone, err := time.LoadLocation("America/Montevideo")
	if err != nil {
		t.Fatal(err)
	}
	failed, sent := map[string]int{}, map[string]int{}
	for _, a := range w.Store.AllAttempts() {
		sent[a.BankUser]++
		switch {
		case a.Outcome == core.AttemptOpen:
			t.Errorf("an attempt was left open: %+v", a)
		case a.Outcome != core.AttemptSucceeded:
			failed[a.BankUser+a.At.In(zone).Format(" 2006-01-02")]++
		}
	}
	total := 0
	for user, n := range b.submits {
		total += n
		if sent[user] != n {
			t.Errorf("user %s: the bank counted %d passwords, the ledger %d", user, n, sent[user])
		}
	}
	for day, n := range failed {
		if n > 3 {
			t.Errorf("%s: %d logins that failed, the budget is 3", day, n)
		}
	}
	runs, reads := 0, 0
	for _, a := range accounts {
		for _, r := range runsOf(t, w, a.ID) {
			runs++
			if r.Status == core.Succeeded {
				reads++
			}
		}
	}
	if reads < 300 || total < 100 || b.lines == 0 {
		t.Errorf("%d good runs, %d logins, %d lines: it was no soak", reads, total, b.lines)
	}
	t.Logf("%d tabs, %d logins, %d runs (%d good), %d lines", ever, total, runs, reads, b.lines)
}
