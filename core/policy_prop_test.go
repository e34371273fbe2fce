package core

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"reconbanker/scrapers"
)

// bankModel is one bank user with up to three accounts behind it: the real rules
// over a ledger in memory, with a clock and a count of what happened when.
type bankModel struct {
	now      time.Time
	seq      int
	ledger   []Attempt
	when     []int // sequence number of each attempt
	accounts []modelAccount
	budget   int
}

type modelAccount struct {
	Account
	version   int64
	password  int
	restarted int  // sequence number of the last restart
	queued    bool // a restart's run waits
}

var loginKinds = []scrapers.Kind{
	"", "", scrapers.InvalidCredentials, scrapers.AccountLocked, scrapers.PasswordChange, scrapers.UserAction, scrapers.ExtraCredential, scrapers.Unexplained,
	scrapers.Unexplained, scrapers.NeedsPresence, scrapers.OTPRejected, scrapers.OTPTimeout, scrapers.BotChallenge, scrapers.BankUnavailable,
	scrapers.Network, scrapers.LayoutChanged, scrapers.StepTimeout, scrapers.RateLimited, scrapers.Cancelled, Internal, Interrupted,
}

// run is what a session does, with the same functions in the same order.
func (b *bankModel) run(i int, trigger Trigger, kind scrapers.Kind, sends, crashes bool) error {
	a := &b.accounts[i]
	slot := b.now.Add(20 * time.Minute)
	if err := skipReason(a.Account, trigger, a.version); err != nil {
		afterSkip(&a.Account, Blocked, "blocked", a.version, b.now, slot, slot)
		return nil
	}
	next := Attempt{ID: fmt.Sprint(b.seq), AccountID: a.ID, Print: fmt.Sprint(a.password), At: b.now, Outcome: AttemptOpen}
	if err := mayAttempt(a.Account, next, b.earlier(), trigger, b.budget, dayStart(b.now, time.UTC)); err != nil {
		tomorrow := dayStart(b.now.Add(24*time.Hour), time.UTC)
		afterSkip(&a.Account, scrapers.KindOf(err), err.Error(), a.version, b.now, slot, tomorrow)
		return nil
	}
	if a.Block != nil && trigger != ByRestart {
		a.Block.Credentials = a.version
	}
	if !sends {
		if kind != "" {
			afterFailure(&a.Account, kind, "failed", a.version, b.now, slot)
		}
		return nil
	}
	if err := b.check(i, trigger, next); err != nil {
		return err
	}
	b.ledger, b.when = append(b.ledger, next), append(b.when, b.seq)
	last := &b.ledger[len(b.ledger)-1]
	if crashes {
		last.Outcome = AttemptUnresolved
		afterFailure(&a.Account, scrapers.Unexplained, "crash", a.version, b.now, slot)
		return nil
	}
	if kind == "" {
		last.Outcome = AttemptSucceeded
		healed(&a.Account, b.now, slot)
		return nil
	}
	kind = scrapers.KindOf(explain(scrapers.Fail(kind, "sign in", nil), true))
	last.Outcome = outcomeOf(kind)
	afterFailure(&a.Account, kind, "failed", a.version, b.now, slot)
	if fatal(kind) && a.Block == nil {
		return fmt.Errorf("%s did not block the account", kind)
	}
	return nil
}

// earlier are the attempts not known to have succeeded, newest first.
func (b *bankModel) earlier() (out []Attempt) {
	for i := len(b.ledger) - 1; i >= 0; i-- {
		if b.ledger[i].Outcome != AttemptSucceeded {
			out = append(out, b.ledger[i])
		}
	}
	return out
}

// check says what is wrong with sending a password now, by the words of the
// rules rather than by their functions.
func (b *bankModel) check(i int, trigger Trigger, next Attempt) error {
	a, today := b.accounts[i], 0
	if a.Block != nil && (trigger == BySchedule || trigger == ByCatchUp) {
		return fmt.Errorf("a blocked account was entered by %s", trigger)
	}
	if a.Status != Active && (trigger == BySchedule || trigger == ByCatchUp) {
		return fmt.Errorf("a paused account was entered by %s", trigger)
	}
	for j, e := range b.ledger {
		looked := a.restarted > b.when[j]
		switch {
		case e.Outcome == AttemptSucceeded:
			continue
		case e.Outcome == AttemptRefused && e.Print == next.Print && !looked:
			return fmt.Errorf("the password refused at %s is sent again at %s by %s", e.At, next.At, trigger)
		case e.Outcome == AttemptLocked && !looked:
			return fmt.Errorf("a password goes to a locked user")
		case e.Outcome == AttemptUnresolved && next.At.Sub(e.At) < 20*time.Minute && !looked:
			return fmt.Errorf("%s after an unexplained login comes the next, by %s", next.At.Sub(e.At), trigger)
		}
		if e.At.Format(time.DateOnly) == next.At.Format(time.DateOnly) {
			today++
		}
	}
	if today >= b.budget {
		return fmt.Errorf("attempt %d of a day with a budget of %d", today+1, b.budget)
	}
	return nil
}

func (b *bankModel) step(t *rapid.T) error {
	b.seq++
	i := rapid.IntRange(0, len(b.accounts)-1).Draw(t, "account")
	a := &b.accounts[i]
	switch rapid.SampledFrom([]string{"run", "run", "run", "run", "clock", "clock", "restart", "password", "pause"}).Draw(t, "do") {
	case "clock":
		b.now = b.now.Add(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 19 * time.Minute, 21 * time.Minute, 3 * time.Hour, 25 * time.Hour}).Draw(t, "forward"))
	case "restart":
		a.Block, a.Health, a.RestartedAt, a.restarted, a.queued = nil, Health{}, b.now, b.seq, true
		b.now = b.now.Add(time.Millisecond)
	case "password":
		if to := rapid.IntRange(1, 2).Draw(t, "password"); to != a.password {
			a.password = to
			a.version++
		}
	case "pause":
		a.Status = rapid.SampledFrom([]AccountStatus{Active, Active, Paused}).Draw(t, "status")
	case "run":
		trigger := rapid.SampledFrom([]Trigger{BySchedule, ByCatchUp, ByPerson, ByTest}).Draw(t, "trigger")
		if a.queued {
			trigger, a.queued = ByRestart, false
		}
		kind := rapid.SampledFrom(loginKinds).Draw(t, "kind")
		sends, crashes := rapid.IntRange(0, 3).Draw(t, "sends") > 0, rapid.IntRange(0, 5).Draw(t, "crashes") == 0
		b.now = b.now.Add(time.Millisecond)
		return b.run(i, trigger, kind, sends, crashes)
	}
	return nil
}

// Whatever happens to up to three accounts behind one bank user, no password is
// sent that the rules forbid.
func TestBankLoginIsNeverPutAtRisk(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := &bankModel{now: time.Date(2026, 5, 13, 9, 0, 0, 0, time.UTC), budget: rapid.IntRange(1, 6).Draw(rt, "budget")}
		for i := range rapid.IntRange(1, 3).Draw(rt, "accounts") {
			b.accounts = append(b.accounts, modelAccount{Account: Account{ID: fmt.Sprint(i), Status: Active}, version: 1, password: 1})
		}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			if err := b.step(rt); err != nil {
				rt.Fatal(err)
			}
		}
	})
}
