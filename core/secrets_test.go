package core_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

func TestDriverSeesHandlesOnly(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		var seen string
		w.Bank.OnLogin(func(ctx context.Context, p scrapers.Page, creds scrapers.Credentials, ask scrapers.Ask) error {
			seen = fmt.Sprintf("%+v %v %s", creds, creds.Secrets, creds.Password())
			return coretest.SignIn(ctx, p, creds, ask)
		})
		mustEnd(t, w.Scrape(t, w.Account(t).ID), core.Succeeded, "")
		if strings.Contains(seen, coretest.Password) {
			t.Errorf("the driver saw the password: %s", seen)
		}
		if typed := w.Browser.Typed(); !slices.Equal(typed, []string{coretest.Password}) {
			t.Errorf("typed %q", typed)
		}
		synctest.Wait()
		hidden, now := w.Hidden.Seen()
		if !slices.Contains(hidden, coretest.Password) || now != 0 {
			t.Errorf("hidden from the log: %d secrets, %d of them still; want the password among them, and none", len(hidden), now)
		}
	})
}

// A password that is saved while a login is under way belongs to the next one:
// the ledger must know what was typed.
func TestPasswordSavedDuringALogin(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a, begun, saved := w.Account(t), make(chan struct{}, 1), make(chan struct{})
		w.Bank.OnLogin(func(ctx context.Context, p scrapers.Page, creds scrapers.Credentials, ask scrapers.Ask) error {
			begun <- struct{}{}
			<-saved
			if err := coretest.SignIn(ctx, p, creds, ask); err != nil {
				return err
			}
			return refusal
		})
		run, err := w.Core.Scrape(t.Context(), a.ID, "test")
		if err != nil {
			t.Fatal(err)
		}
		<-begun
		savePassword(t, w, a.ID, "ana", "clave-nueva")
		close(saved)
		mustEnd(t, w.Wait(t, run.ID), core.Failed, scrapers.InvalidCredentials)
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.InvalidCredentials)
		mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.Blocked)
		if typed := w.Browser.Typed(); !slices.Equal(typed, []string{coretest.Password, "clave-nueva"}) {
			t.Errorf("typed %q: want each password once, the old one first", typed)
		}
	})
}

func TestVaultThatDoesNotOpen(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		w.Vault.Lock(true)
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, core.SecretsLocked)
		got := mustAccount(t, w, a.ID)
		if n, _, _ := w.Browser.Opened(); n != 0 || got.Block != nil || !got.NextRunAt.Equal(got.Health.NotBefore) {
			t.Errorf("%d tabs, account %+v: want none, no block and a try soon", n, got)
		}
		w.Vault.Lock(false)
		mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")

		s, err := w.Store.Settings(t.Context(), a.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Store.SaveSettings(t.Context(), s, map[string][]byte{core.SecretPassword: []byte("rubbish")}, nil, core.Audit{}); err != nil {
			t.Fatal(err)
		}
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, core.ConfigIncomplete)
		savePassword(t, w, a.ID, "ana", coretest.Password) // replaces the damaged one
		mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")
	})
}

func TestIncompleteSettingsNeverBlock(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a, err := w.Core.CreateAccount(t.Context(), coretest.BankCode, "Nueva", "test")
		if err != nil {
			t.Fatal(err)
		}
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, core.ConfigIncomplete)
		if _, err := w.Core.SaveSettings(t.Context(), a.ID, core.SettingsInput{}, true, "test"); err != nil {
			t.Fatal(err)
		}
		run := w.Scrape(t, a.ID)
		mustEnd(t, run, core.Failed, core.ConfigIncomplete)
		for _, want := range []string{"webhook_url is required", "bank_username is missing", "bank_password is missing"} {
			if !strings.Contains(run.Message, want) {
				t.Errorf("%q does not say %q", run.Message, want)
			}
		}
		if got := mustAccount(t, w, a.ID); got.Block != nil || !got.NextRunAt.IsZero() {
			t.Errorf("account %+v: want neither a block nor a slot", got)
		}
	})
}

func TestStorageProblems(t *testing.T) {
	full := errors.New("the disk is full")
	for method, c := range map[string]struct {
		submits int
		ledger  core.AttemptOutcome
	}{
		"Settings":       {0, ""},
		"Secret":         {0, ""},
		"Attempts":       {0, ""},
		"BeginAttempt":   {0, ""},
		"ResolveAttempt": {1, core.AttemptOpen},
		"Newest":         {1, core.AttemptSucceeded},
		"Keep":           {1, core.AttemptSucceeded},
	} {
		t.Run(method, func(t *testing.T) {
			world(t, func(t *testing.T, w *coretest.World) {
				a := w.Account(t)
				w.Store.OnCall(func(m string) error {
					if m == method {
						return full
					}
					return nil
				})
				run := w.Scrape(t, a.ID)
				w.Store.OnCall(nil)
				mustEnd(t, run, core.Failed, core.StorageProblem)
				mustLedger(t, w, c.ledger)
				if n := w.Browser.Submits(); n != c.submits {
					t.Errorf("%d passwords were sent, want %d", n, c.submits)
				}
				if got := mustAccount(t, w, a.ID); got.Block != nil {
					t.Errorf("it blocked the account: %+v", got.Block)
				}
			})
		})
	}
}

func TestADriverSendsThePasswordOncePerLogin(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		w.Bank.OnLogin(func(ctx context.Context, p scrapers.Page, creds scrapers.Credentials, ask scrapers.Ask) error {
			return errors.Join(coretest.SignIn(ctx, p, creds, ask), coretest.SignIn(ctx, p, creds, ask))
		})
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.Unexplained)
		if n := w.Browser.Submits(); n != 1 {
			t.Errorf("%d passwords were sent", n)
		}
	})
}

func TestCodesNeedAPerson(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		w.Bank.OnLogin(func(ctx context.Context, p scrapers.Page, creds scrapers.Credentials, ask scrapers.Ask) error {
			if err := coretest.SignIn(ctx, p, creds, ask); err != nil {
				return err
			}
			_, err := ask(ctx, scrapers.Question{Kind: scrapers.Numeric, Length: 6})
			return err
		})
		run := w.Scrape(t, a.ID)
		mustEnd(t, run, core.Failed, scrapers.NeedsPresence)
		mustLedger(t, w, core.AttemptNoCode)
		if run.Stage != core.StageCode || mustAccount(t, w, a.ID).Block != nil {
			t.Errorf("stage %s, block %+v", run.Stage, mustAccount(t, w, a.ID).Block)
		}
	})
}

// Whatever goes wrong, nothing that is stored or logged holds the password.
func TestNothingTellsThePassword(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, func(in *core.SettingsInput) {
			in.AuthToken, in.WebhookAuthToken = new("Canario-ficha-1"), new("Canario-ficha-2")
			in.Own.SigningSecret = new("whsec_" + base64.StdEncoding.EncodeToString([]byte("Canario-firma-3-larga")))
		})
		w.Sender.Answers(func(context.Context, core.Outgoing) (core.Answer, error) { return core.Answer{Status: 500}, nil })
		w.Bank.OnRead(coretest.Shows(coretest.Credit(0, time.Now())))
		mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")
		for _, kind := range []scrapers.Kind{scrapers.Network, scrapers.LayoutChanged, scrapers.Unexplained} {
			w.Bank.OnLogin(coretest.FailAfterSubmit(scrapers.Said(kind, "sign in", "no")))
			w.Scrape(t, a.ID)
			w.Vault.Lock(kind == scrapers.Network)
			w.Scrape(t, a.ID)
			w.Vault.Lock(false)
		}
		if _, err := w.Core.SaveSettings(t.Context(), a.ID, core.SettingsInput{BankPassword: new(coretest.Password)}, false, "test"); err == nil {
			t.Fatal("settings without a user were saved")
		} else if strings.Contains(err.Error(), "Canario") {
			t.Errorf("the refusal tells a secret: %v", err)
		}
		stored := strings.ReplaceAll(w.Store.Dump(), "webhook_auth_token", "")
		if strings.Contains(stored, "Canario") || strings.Contains(stored, "Q2FuYXJpb") || w.Log.Count("Canario") > 0 {
			t.Error("a secret is stored in the clear or logged")
		}
	})
}
