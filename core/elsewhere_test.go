package core_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

// finishedAt is a Login that is finished elsewhere, when done says so.
func finishedAt(kind scrapers.QuestionKind, done *atomic.Bool) coretest.Login {
	return func(ctx context.Context, p scrapers.Page, cr scrapers.Credentials, ask scrapers.Ask) error {
		if err := coretest.SignIn(ctx, p, cr, ask); err != nil {
			return err
		}
		_, err := ask(ctx, scrapers.Question{Kind: kind, Purpose: "login", Over: func(context.Context) (bool, error) { return done.Load(), nil }})
		return err
	}
}

func TestLoginsFinishedElsewhere(t *testing.T) {
	for _, kind := range []scrapers.QuestionKind{scrapers.Approve, scrapers.Finish} {
		for name, c := range map[string]struct {
			do     func(t *testing.T, w *coretest.World, a core.Account, done *atomic.Bool)
			status core.RunStatus
			kind   map[scrapers.QuestionKind]scrapers.Kind
		}{
			"the page moves on": {func(_ *testing.T, _ *coretest.World, _ core.Account, done *atomic.Bool) { done.Store(true) }, core.Succeeded, nil},
			"a person says so": {func(t *testing.T, w *coretest.World, a core.Account, _ *atomic.Bool) {
				if err := w.Core.SubmitCode(t.Context(), a.ID, "", []byte("1"), "ana"); !errors.Is(err, core.ErrConflict) {
					t.Errorf("a code for it: %v", err)
				}
				if err := w.Core.ConfirmFinished(t.Context(), a.ID, "", "ana"); err != nil {
					t.Error(err)
				}
			}, core.Succeeded, nil},
			"nobody does": {
				func(t *testing.T, w *coretest.World, a core.Account, _ *atomic.Bool) { nobody(t, w, a, core.Run{}) }, core.Failed,
				map[scrapers.QuestionKind]scrapers.Kind{scrapers.Approve: scrapers.ApprovalExpired, scrapers.Finish: scrapers.OTPTimeout},
			},
			"the window is closed": {
				func(_ *testing.T, w *coretest.World, _ core.Account, _ *atomic.Bool) { w.Browser.Crash() }, "",
				map[scrapers.QuestionKind]scrapers.Kind{scrapers.Approve: scrapers.BrowserCrashed, scrapers.Finish: scrapers.Cancelled},
			},
		} {
			t.Run(string(kind)+", "+name, func(t *testing.T) {
				world(t, func(t *testing.T, w *coretest.World) {
					var done atomic.Bool
					w.Bank.OnLogin(finishedAt(kind, &done))
					a := w.Account(t, assisted)
					run, r := waiting(t, w, a.ID)
					if n := w.Browser.Seen(); r.Kind != kind || (n == 1) != (kind == scrapers.Finish) {
						t.Errorf("request %+v, %d windows", r, n)
					}
					c.do(t, w, a, &done)
					ended := w.Wait(t, run.ID)
					if ended.Kind != c.kind[kind] || c.status != "" && ended.Status != c.status {
						t.Errorf("it ended %s %s", ended.Status, ended.Kind)
					}
					synctest.Wait()
					if _, open, _ := w.Browser.Opened(); open != 0 || w.Browser.Submits() != 1 {
						t.Errorf("%d tabs are open, %d passwords were sent", open, w.Browser.Submits())
					}
				})
			})
		}
	}
}

func TestNoScreenForTheWindow(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		var done atomic.Bool
		w.Bank.OnLogin(finishedAt(scrapers.Finish, &done))
		w.Browser.Blind()
		mustEnd(t, w.Scrape(t, w.Account(t, assisted).ID), core.Failed, scrapers.NeedsPresence)
	})
}

func TestACodeIsAskedForAgain(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, assisted)
		w.Bank.OnLogin(asksFor("123456", sixDigits))
		run, r := waiting(t, w, a.ID)
		for i := range 3 {
			time.Sleep(4 * time.Minute)
			if !mustPending(t, w, a.ID).CanResend {
				t.Fatalf("after %d codes it cannot be asked for another", i)
			}
			if err := w.Core.ResendCode(t.Context(), a.ID, "ana"); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Core.ResendCode(t.Context(), a.ID, "ana"); !errors.Is(err, core.ErrConflict) {
			t.Errorf("a fourth: %v", err)
		}
		if got := mustPending(t, w, a.ID); got.CanResend || got.ID != r.ID || w.Bank.Resent() != 3 || !got.ExpiresAt.Equal(got.AskedAt.Add(5*time.Minute)) {
			t.Errorf("request %+v, sent again %d times", got, w.Bank.Resent())
		}
		time.Sleep(4 * time.Minute) // sixteen minutes in all: waiting is not counted against the run
		submit(t, w, a.ID, "123456")
		mustEnd(t, w.Wait(t, run.ID), core.Succeeded, "")
		if err := w.Core.ResendCode(t.Context(), a.ID, "ana"); !errors.Is(err, core.ErrNoPending) {
			t.Errorf("after the end: %v", err)
		}
	})
}

// Logins that wait for people do not keep others from working.
func TestWaitingLoginsGiveTheirSlotUp(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		w.Bank.OnLogin(func(ctx context.Context, p scrapers.Page, cr scrapers.Credentials, ask scrapers.Ask) error {
			if cr.Username() == "free" {
				return coretest.SignIn(ctx, p, cr, ask)
			}
			return asksFor("1", sixDigits)(ctx, p, cr, ask)
		})
		for _, user := range []string{"a", "b", "c"} {
			waiting(t, w, w.Account(t, assisted, as(user)).ID)
		}
		mustEnd(t, w.Scrape(t, w.Account(t, as("free")).ID), core.Succeeded, "")
	})
}

// The code of an authenticator whose seed is stored is made without a person.
func TestAStoredSeedAnswers(t *testing.T) {
	for refused, want := range map[bool]core.RunStatus{false: core.Succeeded, true: core.Failed} {
		world(t, func(t *testing.T, w *coretest.World) {
			w.Bank.About.Fields = append(w.Bank.About.Fields, scrapers.Field{Key: scrapers.FieldTOTPSeed, Label: "Seed", Secret: true, Optional: true})
			a := w.Account(t, func(in *core.SettingsInput) {
				in.Own.BankSecrets = map[string]string{scrapers.FieldTOTPSeed: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"}
			})
			time.Sleep(59 * time.Second) // one second before its end a code is not used
			q := scrapers.Question{Kind: scrapers.TOTP, Length: 6, Purpose: "login"}
			right := "382890" // of 2000-01-01 00:01:00
			if refused {
				right = "none"
			}
			var given string
			w.Bank.OnLogin(func(ctx context.Context, p scrapers.Page, cr scrapers.Credentials, ask scrapers.Ask) error {
				err := asksFor(right, q)(ctx, p, cr, ask)
				given, _ = p.Text(ctx, "#code")
				return err
			})
			run := w.Scrape(t, a.ID)
			if run.Status != want || refused && run.Kind != scrapers.NeedsPresence {
				t.Errorf("refused %v: it ended %s %s after the code %q", refused, run.Status, run.Kind, given)
			}
		})
	}
}
