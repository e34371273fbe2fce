package core_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

var refusal = scrapers.Said(scrapers.InvalidCredentials, "sign in", "Usuario o clave incorrectos")

func savePassword(t *testing.T, w *coretest.World, accountID, user, password string) {
	t.Helper()
	in := core.SettingsInput{WebhookURL: new(coretest.Hook), BankUsername: &user, BankPassword: &password}
	if _, err := w.Core.SaveSettings(t.Context(), accountID, in, false, "test"); err != nil {
		t.Fatal(err)
	}
}

func TestRefusedPasswordIsSentOnce(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		w.Bank.OnLogin(coretest.FailAfterSubmit(refusal))
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.InvalidCredentials)
		mustLedger(t, w, core.AttemptRefused)
		blocked := mustAccount(t, w, a.ID)
		if blocked.Block == nil || blocked.Block.Kind != scrapers.InvalidCredentials || !blocked.NextRunAt.IsZero() ||
			!strings.Contains(blocked.Block.Reason, "Usuario o clave incorrectos") {
			t.Fatalf("block %+v, next run %s", blocked.Block, blocked.NextRunAt)
		}
		for range 3 {
			time.Sleep(25 * time.Hour) // neither schedule nor health check enters it
			mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.Blocked)
		}
		if ever, _, _ := w.Browser.Opened(); ever != 1 {
			t.Fatalf("the browser was opened %d times for a blocked account", ever)
		}

		savePassword(t, w, a.ID, "ana", "otra-clave")
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.InvalidCredentials)
		mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.Blocked)
		savePassword(t, w, a.ID, "ana", coretest.Password) // back to the one refused first
		mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.RefusedBefore)
		if n := w.Browser.Submits(); n != 2 {
			t.Fatalf("%d passwords were sent, want one of each", n)
		}
		if got := mustAccount(t, w, a.ID); !got.Block.At.Equal(blocked.Block.At) {
			t.Error("the first cause of the block was not kept")
		}
	})
}

func TestNewCredentialsGiveABlockedAccountOneTry(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		w.Bank.OnLogin(coretest.FailAfterSubmit(refusal))
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.InvalidCredentials)
		savePassword(t, w, a.ID, "ana", "otra-clave")
		w.Browser.Refuses(scrapers.Fail(scrapers.BrowserMissing, "find a browser", nil))
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.BrowserMissing)
		w.Browser.Refuses(nil)
		w.Bank.OnLogin(nil)
		mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.Blocked) // the try is used up
		if got := mustAccount(t, w, a.ID); got.Block == nil {
			t.Fatal("the block went without a person")
		}

		run, err := w.Core.Restart(t.Context(), a.ID, "ana")
		if err != nil {
			t.Fatal(err)
		}
		mustEnd(t, w.Wait(t, run.ID), core.Succeeded, "")
		got := mustAccount(t, w, a.ID)
		if got.Block != nil || got.Health != (core.Health{}) || got.RestartedAt.IsZero() || got.NextRunAt.IsZero() || got.LastReadAt.IsZero() {
			t.Errorf("after a restart that went well: %+v", got)
		}
	})
}

func TestRestartMaySendARefusedPasswordOnceMore(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		w.Bank.OnLogin(coretest.FailAfterSubmit(refusal))
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.InvalidCredentials)
		time.Sleep(time.Minute)
		run, err := w.Core.Restart(t.Context(), a.ID, "ana")
		if err != nil {
			t.Fatal(err)
		}
		mustEnd(t, w.Wait(t, run.ID), core.Failed, scrapers.InvalidCredentials)
		mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.Blocked)
		if n := w.Browser.Submits(); n != 2 {
			t.Errorf("%d passwords were sent, want 2", n)
		}
	})
}

func TestTwoAccountsShareTheLedgerOfTheirBankUser(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a, b := w.Account(t), w.Account(t, as(" ANA "))
		w.Bank.OnLogin(coretest.FailAfterSubmit(refusal))
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.InvalidCredentials)
		mustEnd(t, w.Scrape(t, b.ID), core.Skipped, core.RefusedBefore)
		if n := w.Browser.Submits(); n != 1 {
			t.Fatalf("%d passwords were sent, want 1", n)
		}
		if got := mustAccount(t, w, b.ID); got.Block == nil || got.Block.Kind != scrapers.InvalidCredentials {
			t.Errorf("the other account's block is %+v", got.Block)
		}
		mustEnd(t, w.Scrape(t, w.Account(t, as("bea")).ID), core.Failed, scrapers.InvalidCredentials)
	})
}

func TestUnexplainedLoginsBlockAtTheSecond(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		w.Bank.OnLogin(coretest.FailAfterSubmit(errors.New("the page is empty")))
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.Unexplained)
		mustLedger(t, w, core.AttemptUnresolved)
		mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.TooSoon)
		time.Sleep(19 * time.Minute)
		mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.TooSoon)
		time.Sleep(2 * time.Minute)
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.Unexplained)
		if got := mustAccount(t, w, a.ID); got.Block == nil || got.Block.Kind != scrapers.Unexplained {
			t.Fatalf("block %+v", got.Block)
		}
		time.Sleep(48 * time.Hour)
		mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.Blocked)
	})
}

func TestBudgetOfTheDay(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		time.Sleep(10 * time.Hour) // morning at the bank
		a := w.Account(t)
		w.Bank.OnLogin(coretest.FailAfterSubmit(scrapers.Fail(scrapers.BankUnavailable, "sign in", nil)))
		for range 3 {
			mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.BankUnavailable)
		}
		mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.BudgetSpent)
		got := mustAccount(t, w, a.ID)
		zone, err := time.LoadLocation("America/Montevideo")
		if err != nil {
			t.Fatal(err)
		}
		if y, m, d := time.Now().In(zone).Date(); !got.Health.NotBefore.Equal(time.Date(y, m, d+1, 0, 0, 0, 0, zone)) {
			t.Errorf("not before %s, want midnight at the bank", got.Health.NotBefore)
		}
		time.Sleep(24 * time.Hour)
		w.Bank.OnLogin(nil)
		for range 5 { // logins that went well are not counted
			mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")
		}
	})
}

func TestProgramEndsDuringALogin(t *testing.T) {
	for name, c := range map[string]struct {
		sent    bool
		status  core.RunStatus
		kind    scrapers.Kind
		outcome core.AttemptOutcome
	}{
		"before the password": {false, core.Canceled, core.Interrupted, ""},
		"after the password":  {true, core.Failed, scrapers.Unexplained, core.AttemptUnresolved},
	} {
		t.Run(name, func(t *testing.T) {
			world(t, func(t *testing.T, w *coretest.World) {
				a, begun := w.Account(t), make(chan struct{})
				w.Bank.OnLogin(func(ctx context.Context, p scrapers.Page, cr scrapers.Credentials, ask scrapers.Ask) error {
					if c.sent {
						if err := coretest.SignIn(ctx, p, cr, ask); err != nil {
							return err
						}
					}
					close(begun)
					<-ctx.Done()
					return scrapers.Fail(scrapers.StepTimeout, "wait for the first page", ctx.Err())
				})
				run, err := w.Core.Scrape(t.Context(), a.ID, "test")
				if err != nil {
					t.Fatal(err)
				}
				<-begun
				w.Stop(t)
				ended, err := w.Core.RunByID(t.Context(), run.ID)
				if err != nil {
					t.Fatal(err)
				}
				mustEnd(t, ended, c.status, c.kind)
				mustLedger(t, w, c.outcome)
				if _, open, _ := w.Browser.Opened(); open != 0 {
					t.Error("the bank's page is still open")
				}
			})
		})
	}
}

// crash leaves the store as a process that was killed after the click does.
func crash(t *testing.T, w *coretest.World, a core.Account) core.Run {
	t.Helper()
	ctx := t.Context()
	run, _, err := w.Store.EnqueueRun(ctx, core.Run{ID: fmt.Sprint("run ", time.Now()), AccountID: a.ID, Trigger: core.BySchedule, QueuedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if run, err = w.Store.ClaimRun(ctx, time.Now()); err != nil {
		t.Fatal(err)
	}
	attempt := core.Attempt{ID: "attempt of " + run.ID, Bank: a.Bank, BankUser: "ana", AccountID: a.ID, RunID: run.ID, Print: "p", At: time.Now()}
	if err := w.Store.BeginAttempt(ctx, attempt, func([]core.Attempt) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return run
}

func TestCrashAfterThePasswordCountsAsUnexplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a := w.Account(t)
		for i := range 2 {
			left := crash(t, w, a)
			w.Reboot()
			w.Start(t)
			mustEnd(t, w.Wait(t, left.ID), core.Orphaned, core.Interrupted)
			if rows := w.Store.AllAttempts(); rows[i].Outcome != core.AttemptUnresolved {
				t.Fatalf("attempt %+v", rows[i])
			}
			mustEnd(t, w.Scrape(t, a.ID), core.Skipped, []scrapers.Kind{core.TooSoon, core.Blocked}[i])
			w.Stop(t)
			time.Sleep(time.Hour)
		}
		w.Reboot()
		w.Start(t)
		// The credentials are the same: a person's scrape must not enter either.
		mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.Blocked)
		if n, _, _ := w.Browser.Opened(); n != 0 {
			t.Errorf("the browser was opened %d times", n)
		}
	})
}

func TestCrashBeforeThePasswordCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a := w.Account(t)
		if _, err := w.Core.Scrape(t.Context(), a.ID, "test"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Store.ClaimRun(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		w.Reboot()
		w.Start(t)
		synctest.Wait()
		if got := mustAccount(t, w, a.ID); got.Health != (core.Health{}) || got.Block != nil || !got.NextRunAt.Equal(a.NextRunAt) {
			t.Errorf("account %+v", got)
		}
		mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")
	})
}

// What a bank has said is not unsaid by a person who cancels in the same moment.
func TestEvidenceOutlivesACancel(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a, begun := w.Account(t), make(chan struct{})
		w.Bank.OnLogin(func(ctx context.Context, p scrapers.Page, cr scrapers.Credentials, ask scrapers.Ask) error {
			if err := coretest.SignIn(ctx, p, cr, ask); err != nil {
				return err
			}
			close(begun)
			<-ctx.Done()
			return scrapers.Fail(scrapers.PasswordChange, "sign in", nil)
		})
		run, err := w.Core.Scrape(t.Context(), a.ID, "test")
		if err != nil {
			t.Fatal(err)
		}
		<-begun
		if err := w.Core.CancelRun(t.Context(), run.ID, "ana"); err != nil {
			t.Fatal(err)
		}
		mustEnd(t, w.Wait(t, run.ID), core.Failed, scrapers.PasswordChange)
		if mustAccount(t, w, a.ID).Block == nil {
			t.Error("the account is not blocked")
		}
	})
}
