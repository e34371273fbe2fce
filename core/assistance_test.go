package core_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

// asksFor is a Login that, after the password, asks for codes until the right one
// is typed, as a bank with three tries does.
func asksFor(right string, q scrapers.Question) coretest.Login {
	return func(ctx context.Context, p scrapers.Page, cr scrapers.Credentials, ask scrapers.Ask) error {
		if err := coretest.SignIn(ctx, p, cr, ask); err != nil {
			return err
		}
		for try := 0; ; try++ {
			q.Refused = try > 0
			code, err := ask(ctx, q)
			if err != nil {
				return err
			}
			if err := p.FillSecret(ctx, "#code", code); err != nil {
				return err
			}
			if text, err := p.Text(ctx, "#code"); err != nil || text == right {
				return err
			}
		}
	}
}

var sixDigits = scrapers.Question{Kind: scrapers.Numeric, Length: 6, Target: "09• ••• 417", Purpose: "login"}

func assisted(in *core.SettingsInput) { in.LoginMode = new(string(core.Assisted)) }

// waiting starts a run and returns the request it comes to wait with.
func waiting(t *testing.T, w *coretest.World, accountID string) (core.Run, core.Assistance) {
	t.Helper()
	run, err := w.Core.Scrape(t.Context(), accountID, "test")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return run, mustPending(t, w, accountID)
}

func mustPending(t *testing.T, w *coretest.World, accountID string) core.Assistance {
	t.Helper()
	r, err := w.Core.PendingAssistance(t.Context(), accountID)
	if err != nil || r == nil {
		t.Fatalf("nothing is pending: %v", err)
	}
	return *r
}

func mustRequest(t *testing.T, w *coretest.World, id string, state core.AssistanceState, reason scrapers.Kind) core.Assistance {
	t.Helper()
	r, err := w.Core.Assistance(t.Context(), id)
	if err != nil || r.State != state || r.Reason != reason {
		t.Fatalf("the request is %+v, %v; want %s %q", r, err, state, reason)
	}
	if all, err := w.Core.PendingAssistances(t.Context()); err != nil || len(all) != 0 && state != core.AssistancePending {
		t.Fatalf("pending %+v, %v; want none", all, err)
	}
	return r
}

func submit(t *testing.T, w *coretest.World, accountID, code string) {
	t.Helper()
	if err := w.Core.SubmitCode(t.Context(), accountID, "", []byte(code), "ana"); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func TestACodeFinishesALogin(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, assisted)
		w.Bank.OnLogin(asksFor("123456", sixDigits))
		run, r := waiting(t, w, a.ID)
		if r.Kind != scrapers.Numeric || r.Length != 6 || r.Target != sixDigits.Target || r.Attempts != 0 || r.Limit != 3 ||
			r.RunID != run.ID || !r.ExpiresAt.Equal(r.AskedAt.Add(5*time.Minute)) {
			t.Errorf("request %+v", r)
		}
		submit(t, w, a.ID, " 999999 ")
		if r := mustPending(t, w, a.ID); r.Attempts != 1 || r.Submitted || r.ID == "" {
			t.Errorf("after a refused code: %+v", r)
		}
		submit(t, w, a.ID, "123456")
		mustEnd(t, w.Wait(t, run.ID), core.Succeeded, "")
		if got := mustRequest(t, w, r.ID, core.AssistanceFulfilled, ""); got.Attempts != 1 || got.EndedAt.IsZero() {
			t.Errorf("request %+v", got)
		}
		mustLedger(t, w, core.AttemptSucceeded)

		if dump := w.Store.Dump(); strings.Contains(dump, "123456") || strings.Contains(dump, "999999") {
			t.Error("a code is stored")
		}
		if n := w.Log.Count("123456") + w.Log.Count("999999"); n > 0 {
			t.Error("a code is in the log")
		}
		hidden, still := w.Hidden.Seen()
		if !slices.Contains(hidden, "123456") || still != 0 {
			t.Errorf("hidden %d, still %d", len(hidden), still)
		}
		log, err := w.Core.AuditLog(t.Context(), 2, 0)
		if err != nil || log[0].Action != "assistance.submit" || log[0].Actor != "ana" || log[0].AccountID != a.ID || log[0].Detail != r.ID {
			t.Errorf("audit %+v, %v", log, err)
		}
	})
}

func TestTheFirstCodeWins(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, assisted)
		w.Bank.OnLogin(asksFor("123456", sixDigits))
		run, r := waiting(t, w, a.ID)
		results := make(chan error, 2)
		for _, id := range []string{"", r.ID} {
			go func() { results <- w.Core.SubmitCode(t.Context(), a.ID, id, []byte("123456"), "ana") }()
		}
		first, second := <-results, <-results
		if !errors.Is(errors.Join(first, second), core.ErrNoPending) || first != nil && second != nil {
			t.Errorf("two codes at once: %v and %v", first, second)
		}
		mustEnd(t, w.Wait(t, run.ID), core.Succeeded, "")
		for name, c := range map[string]struct {
			account, request, code string
			want                   error
		}{
			"nothing waits":     {a.ID, "", "123456", core.ErrNoPending},
			"an ended request":  {a.ID, r.ID, "123456", core.ErrNoPending},
			"no such account":   {"nobody", "", "123456", core.ErrNotFound},
			"no code":           {a.ID, "", " ", nil},
			"a code too long":   {a.ID, "", strings.Repeat("1", 33), nil},
			"a control in it":   {a.ID, "", "12\x0056", nil},
			"not text":          {a.ID, "", "\xff\xfe", nil},
			"too many by now":   {a.ID, "", "123456", core.ErrNoPending},
			"longest of a code": {a.ID, "", strings.Repeat("é", 32), core.ErrNoPending},
		} {
			err := w.Core.SubmitCode(t.Context(), c.account, c.request, []byte(c.code), "ana")
			var bad *core.InvalidError
			var many *core.TooManyError
			if c.want != nil && !errors.Is(err, c.want) && !errors.As(err, &many) || c.want == nil && !errors.As(err, &bad) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestFiveCodesInTenMinutes(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a, b := w.Account(t, assisted), w.Account(t, as("bea"))
		give := func(id string) error { return w.Core.SubmitCode(t.Context(), id, "", []byte("1"), "ana") }
		for range 5 {
			if err := give(a.ID); !errors.Is(err, core.ErrNoPending) {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		var many *core.TooManyError
		if err := give(a.ID); !errors.As(err, &many) || many.RetryAfter != 5*time.Minute {
			t.Fatalf("the sixth: %v", err)
		}
		if err := give("nobody"); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("an unknown account: %v", err)
		}
		if err := give(b.ID); !errors.Is(err, core.ErrNoPending) {
			t.Errorf("another account: %v", err)
		}
		time.Sleep(many.RetryAfter)
		if err := give(a.ID); !errors.Is(err, core.ErrNoPending) {
			t.Errorf("after the time it said: %v", err)
		}
	})
}

// nobody lets the time for an answer pass, inside a synctest bubble.
func nobody(*testing.T, *coretest.World, core.Account, core.Run) {
	time.Sleep(5*time.Minute + 3*time.Second)
}

func TestEveryEndOfALoginEndsItsRequest(t *testing.T) {
	for name, c := range map[string]struct {
		do      func(t *testing.T, w *coretest.World, a core.Account, run core.Run)
		status  core.RunStatus
		kind    scrapers.Kind
		state   core.AssistanceState
		reason  scrapers.Kind
		outcome core.AttemptOutcome
	}{
		"nobody answers": {
			nobody,
			core.Failed, scrapers.OTPTimeout, core.AssistanceExpired, scrapers.OTPTimeout, core.AttemptNoCode,
		},
		"all codes are refused": {func(t *testing.T, w *coretest.World, a core.Account, _ core.Run) {
			for range 3 {
				submit(t, w, a.ID, "000000")
			}
		}, core.Failed, scrapers.OTPRejected, core.AssistanceCancelled, scrapers.OTPRejected, core.AttemptNoCode},
		"a person ends it": {func(t *testing.T, w *coretest.World, a core.Account, _ core.Run) {
			if err := w.Core.CancelAssistance(t.Context(), a.ID, "", "ana"); err != nil {
				t.Error(err)
			}
		}, core.Canceled, scrapers.Cancelled, core.AssistanceCancelled, scrapers.Cancelled, core.AttemptNoCode},
		"the run is cancelled": {func(t *testing.T, w *coretest.World, _ core.Account, run core.Run) {
			if err := w.Core.CancelRun(t.Context(), run.ID, "ana"); err != nil {
				t.Error(err)
			}
		}, core.Canceled, scrapers.Cancelled, core.AssistanceCancelled, scrapers.Cancelled, core.AttemptNoCode},
		"the program ends": {
			func(t *testing.T, w *coretest.World, _ core.Account, _ core.Run) { w.Stop(t) },
			core.Canceled, core.Interrupted, core.AssistanceCancelled, scrapers.Cancelled, core.AttemptNoCode,
		},
		"the browser dies": {
			func(_ *testing.T, w *coretest.World, _ core.Account, _ core.Run) { w.Browser.Crash() },
			core.Failed, scrapers.BrowserCrashed, core.AssistanceCancelled, scrapers.BrowserCrashed, core.AttemptNoCode,
		},
	} {
		t.Run(name, func(t *testing.T) {
			world(t, func(t *testing.T, w *coretest.World) {
				a := w.Account(t, assisted)
				w.Bank.OnLogin(asksFor("123456", sixDigits))
				run, r := waiting(t, w, a.ID)
				c.do(t, w, a, run)
				mustEnd(t, w.Wait(t, run.ID), c.status, c.kind)
				mustRequest(t, w, r.ID, c.state, c.reason)
				mustLedger(t, w, c.outcome)
				if err := w.Core.SubmitCode(t.Context(), a.ID, r.ID, []byte("123456"), "ana"); !errors.Is(err, core.ErrNoPending) {
					t.Errorf("a code that comes too late: %v", err)
				}
			})
		})
	}
}

func TestACrashLeavesNoRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a := w.Account(t, assisted)
		left := crash(t, w, a)
		r := core.Assistance{ID: "r", AccountID: a.ID, RunID: left.ID, CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)}
		if err := w.Store.OpenAssistance(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		w.Reboot()
		w.Start(t)
		synctest.Wait()
		mustRequest(t, w, r.ID, core.AssistanceCancelled, core.Interrupted)
	})
}

func TestWhoIsAsked(t *testing.T) {
	for name, c := range map[string]struct {
		mode           core.LoginMode
		present, relay bool
		asks           bool
	}{
		"assisted":                {core.Assisted, false, false, true},
		"simple, nobody there":    {core.Simple, false, false, false},
		"simple, somebody there":  {core.Simple, true, false, true},
		"simple, a machine gives": {core.Simple, false, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			world(t, func(t *testing.T, w *coretest.World) {
				a := w.Account(t, func(in *core.SettingsInput) { in.LoginMode = new(string(c.mode)) })
				w.Bank.OnLogin(asksFor("123456", sixDigits))
				run, err := w.Core.Scrape(t.Context(), a.ID, "test")
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if c.asks {
					submit(t, w, a.ID, "123456")
					mustEnd(t, w.Wait(t, run.ID), core.Succeeded, "")
					return
				}
				mustEnd(t, w.Wait(t, run.ID), core.Failed, scrapers.NeedsPresence)
				if got := mustAccount(t, w, a.ID); got.Block != nil {
					t.Errorf("the account was hurt: %+v", got.Block)
				}
			}, func(cfg *core.Config) {
				cfg.Present = func() bool { return c.present }
				cfg.Relay = func(context.Context, string) bool { return c.relay }
			})
		})
	}
}

// A relay may answer the moment it can read that a login waits.
func TestAnAnswerMayComeWithTheQuestion(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, assisted)
		w.Bank.OnLogin(asksFor("123456", sixDigits))
		given := make(chan error, 1)
		var once sync.Once
		w.Store.OnCall(func(method string) error {
			if method == "OpenAssistance" {
				once.Do(func() {
					go func() { given <- w.Core.SubmitCode(t.Context(), a.ID, "", []byte("123456"), "relay") }()
				})
			}
			return nil
		})
		run, err := w.Core.Scrape(t.Context(), a.ID, "ana")
		if err != nil {
			t.Fatal(err)
		}
		mustEnd(t, w.Wait(t, run.ID), core.Succeeded, "")
		if err := <-given; err != nil {
			t.Errorf("a code that came with the question: %v", err)
		}
	})
}

func TestASleepingComputerLetsARequestExpire(t *testing.T) {
	var shift atomic.Int64
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, assisted)
		w.Bank.OnLogin(asksFor("123456", sixDigits))
		run, r := waiting(t, w, a.ID)
		shift.Store(int64(time.Hour)) // the clock on the wall went on, timers did not
		if err := w.Core.SubmitCode(t.Context(), a.ID, "", []byte("123456"), "ana"); !errors.Is(err, core.ErrNoPending) {
			t.Errorf("a code after the night: %v", err)
		}
		time.Sleep(3 * time.Second)
		mustEnd(t, w.Wait(t, run.ID), core.Failed, scrapers.OTPTimeout)
		mustRequest(t, w, r.ID, core.AssistanceExpired, scrapers.OTPTimeout)
	}, func(cfg *core.Config) {
		cfg.Now = func() time.Time { return time.Now().Round(0).Add(time.Duration(shift.Load())) }
	})
}
