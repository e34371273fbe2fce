package core_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

func persistent(in *core.SettingsInput) { in.SessionType = new(string(core.Persistent)) }

func mustSession(t *testing.T, w *coretest.World, accountID string, want core.SessionState) core.Session {
	t.Helper()
	s, err := w.Core.Session(t.Context(), accountID)
	if err != nil || s.State != want {
		t.Fatalf("the session is %+v, %v; want %s", s, err, want)
	}
	return s
}

// begun waits until the schedule has begun the account's session, in a synctest
// bubble.
func begun(t *testing.T, w *coretest.World, accountID string) core.Session {
	t.Helper()
	for range 10 {
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if s, err := w.Core.Session(t.Context(), accountID); err == nil && s.State == core.SessionRunning {
			return s
		}
	}
	return mustSession(t, w, accountID, core.SessionRunning)
}

func mustSubmits(t *testing.T, w *coretest.World, want int) {
	t.Helper()
	if n := w.Browser.Submits(); n != want {
		t.Errorf("%d passwords were sent, want %d", n, want)
	}
}

func TestADayOfASession(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, persistent)
		mustSession(t, w, a.ID, core.SessionRelaunching)
		begun(t, w, a.ID)
		reads := 0
		w.Bank.OnRead(func(_ context.Context, _ scrapers.Page, req scrapers.Request) (scrapers.Statement, error) {
			reads++
			lines := []scrapers.Line{coretest.Credit(0, time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC))}
			return scrapers.Statement{Lines: lines, Accounts: []scrapers.BankAccount{{Number: "001", Currency: "UYU"}}}, nil
		})
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		s := mustSession(t, w, a.ID, core.SessionRunning)
		if reads < 1400 || s.Polls < reads || time.Since(s.LastPollAt) > 2*time.Minute {
			t.Errorf("%d readings in a day, session %+v", reads, s)
		}
		mustSubmits(t, w, 1)
		// The login, the news, and the beginning of a bank day: not 1,440 rows.
		if runs := runsOf(t, w, a.ID); len(runs) > 4 || runs[0].Trigger != core.BySession || runs[0].Status != core.Succeeded {
			t.Errorf("%d runs, the newest %+v", len(runs), runs[0])
		}
		if got := mustAccount(t, w, a.ID); time.Since(got.LastReadAt) > 10*time.Minute {
			t.Errorf("the account was last read %s ago", time.Since(got.LastReadAt))
		}
		if rows, _, err := w.Core.Movements(t.Context(), core.MovementFilter{AccountID: a.ID}); err != nil || len(rows) != 1 {
			t.Errorf("movements %+v, %v", rows, err)
		}
	})
}

func TestScrapeNowInALiveSession(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, persistent)
		begun(t, w, a.ID)
		for range 3 {
			mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")
		}
		mustSubmits(t, w, 1)
		run, err := w.Core.TestLogin(t.Context(), a.ID, "ana")
		if err != nil {
			t.Fatal(err)
		}
		mustEnd(t, w.Wait(t, run.ID), core.Succeeded, "")
		mustSubmits(t, w, 1)
		if ever, now, _ := w.Browser.Opened(); ever != 1 || now != 1 {
			t.Errorf("%d tabs were opened, %d are open", ever, now)
		}
		if w.Browser.Restored() != "" {
			t.Error("the first tab was opened with a state")
		}
	})
}

func TestTheBankEndsASession(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, persistent)
		begun(t, w, a.ID)
		time.Sleep(time.Hour)
		before := len(runsOf(t, w, a.ID))
		w.Bank.SignOut()
		time.Sleep(2 * time.Minute)
		begun(t, w, a.ID)
		mustSubmits(t, w, 2)
		if w.Browser.Restored() != coretest.TabState {
			t.Error("what the browser knew was not put back")
		}
		runs := runsOf(t, w, a.ID)
		if len(runs) != before+1 || runs[0].Status != core.Succeeded || mustAccount(t, w, a.ID).Health != (core.Health{}) {
			t.Errorf("a session that ended after an hour is no failure: %+v", runs[0])
		}
		// One that never lasts is begun ever more rarely.
		for range 24 * 60 {
			time.Sleep(time.Minute)
			w.Bank.SignOut()
		}
		if n := w.Browser.Submits(); n > 35 {
			t.Errorf("%d passwords were sent in a day at a bank that ends every session", n)
		}
	})
}

func TestWhatEndsASession(t *testing.T) {
	for name, c := range map[string]struct {
		do     func(t *testing.T, w *coretest.World, a core.Account) error
		state  core.SessionState
		logout bool
	}{
		"paused": {func(t *testing.T, w *coretest.World, a core.Account) error {
			_, err := w.Core.SetAccountStatus(t.Context(), a.ID, core.Paused, "ana")
			return err
		}, core.SessionStopped, true},
		"archived": {func(t *testing.T, w *coretest.World, a core.Account) error {
			_, err := w.Core.SetAccountStatus(t.Context(), a.ID, core.Archived, "ana")
			return err
		}, core.SessionStopped, true},
		"deleted": {func(t *testing.T, w *coretest.World, a core.Account) error {
			return w.Core.DeleteAccount(t.Context(), a.ID, a.Name, "ana")
		}, "", true},
		"other credentials": {func(t *testing.T, w *coretest.World, a core.Account) error {
			in := core.SettingsInput{WebhookURL: new(coretest.Hook), BankUsername: new("ana"), BankPassword: new("otra"), SessionType: new("persistent")}
			_, err := w.Core.SaveSettings(t.Context(), a.ID, in, false, "ana")
			return err
		}, core.SessionRelaunching, true},
		"one-shot from now on": {func(t *testing.T, w *coretest.World, a core.Account) error {
			_, err := w.Core.SaveSettings(t.Context(), a.ID, core.SettingsInput{WebhookURL: new(coretest.Hook)}, false, "ana")
			return err
		}, "", true},
		"the browser dies": {func(_ *testing.T, w *coretest.World, _ core.Account) error {
			w.Browser.Crash()
			return nil
		}, core.SessionRelaunching, false},
		"the program ends": {func(t *testing.T, w *coretest.World, _ core.Account) error {
			w.Stop(t)
			return nil
		}, core.SessionRelaunching, true},
	} {
		t.Run(name, func(t *testing.T) {
			world(t, func(t *testing.T, w *coretest.World) {
				a := w.Account(t, persistent)
				begun(t, w, a.ID)
				if err := c.do(t, w, a); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if c.state != "" {
					mustSession(t, w, a.ID, c.state)
				} else if s, err := w.Core.Session(t.Context(), a.ID); !errors.Is(err, core.ErrNotFound) {
					t.Errorf("session %+v, %v", s, err)
				}
				if _, open, _ := w.Browser.Opened(); open != 0 {
					t.Errorf("%d tabs are still open", open)
				}
				if n := w.Bank.SignedOut(); c.logout != (n == 1) {
					t.Errorf("it signed out %d times", n)
				}
				mustSubmits(t, w, 1)
			})
		})
	}
}

func TestSettingsThatLeaveASessionAlone(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, persistent)
		begun(t, w, a.ID)
		in := core.SettingsInput{WebhookURL: new("https://another.example/hook"), SessionType: new("persistent")}
		if _, err := w.Core.SaveSettings(t.Context(), a.ID, in, false, "ana"); err != nil {
			t.Fatal(err)
		}
		w.Bank.OnRead(coretest.Shows(coretest.Credit(0, time.Now())))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		mustSession(t, w, a.ID, core.SessionRunning)
		mustSubmits(t, w, 1)
		if sent := w.Sender.Sent(); len(sent) != 1 || sent[0].Out.URL != "https://another.example/hook" {
			t.Errorf("sent %d", len(sent))
		}
	})
}

func TestAReadingThatFailsInASession(t *testing.T) {
	for kind, c := range map[scrapers.Kind]struct{ submits, opened int }{
		scrapers.LayoutChanged:    {1, 1}, // the session lives on; the third failure in a row ends it
		scrapers.Network:          {1, 1},
		scrapers.BotChallenge:     {1, 1}, // ends at once, and rests for six hours
		scrapers.PasswordChange:   {1, 1},
		scrapers.BrowserCrashed:   {3, 3}, // begun again after one minute, then five
		scrapers.OriginNotAllowed: {1, 1},
	} {
		t.Run(string(kind), func(t *testing.T) {
			world(t, func(t *testing.T, w *coretest.World) {
				a := w.Account(t, persistent)
				begun(t, w, a.ID)
				w.Bank.OnRead(func(context.Context, scrapers.Page, scrapers.Request) (scrapers.Statement, error) {
					return scrapers.Statement{}, scrapers.Fail(kind, "read the list", nil)
				})
				time.Sleep(9 * time.Minute)
				synctest.Wait()
				mustSubmits(t, w, c.submits)
				if ever, _, _ := w.Browser.Opened(); ever != c.opened {
					t.Errorf("%d tabs were opened, want %d", ever, c.opened)
				}
				runs := runsOf(t, w, a.ID)
				mustEnd(t, runs[0], core.Failed, kind)
				if got := mustAccount(t, w, a.ID); got.Health.Kind != kind {
					t.Errorf("health %+v", got.Health)
				}
				blocked := kind == scrapers.PasswordChange || kind == scrapers.OriginNotAllowed
				if blocked != (mustAccount(t, w, a.ID).Block != nil) {
					t.Errorf("block %+v", mustAccount(t, w, a.ID).Block)
				}
				if blocked {
					mustSession(t, w, a.ID, core.SessionStopped)
					time.Sleep(48 * time.Hour)
					mustSubmits(t, w, c.submits)
					return
				}
				w.Bank.OnRead(nil)
				time.Sleep(7 * time.Hour)
				begun(t, w, a.ID)
				if got := mustAccount(t, w, a.ID); got.Health != (core.Health{}) {
					t.Errorf("after it healed: %+v", got.Health)
				}
			})
		})
	}
}

func TestAHangInASession(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, persistent)
		begun(t, w, a.ID)
		// Long work that steps on is left alone.
		w.Bank.OnRead(func(ctx context.Context, p scrapers.Page, _ scrapers.Request) (scrapers.Statement, error) {
			for range 20 {
				time.Sleep(30 * time.Second)
				if _, err := p.Seen(ctx, "tr"); err != nil || ctx.Err() != nil {
					return scrapers.Statement{}, scrapers.Fail(scrapers.StepTimeout, "read", ctx.Err())
				}
			}
			return scrapers.Statement{}, nil
		})
		time.Sleep(12 * time.Minute)
		if got := mustAccount(t, w, a.ID); got.Health.Kind != "" {
			t.Fatalf("ten minutes of honest work: %+v", got.Health)
		}
		w.Bank.OnRead(func(ctx context.Context, _ scrapers.Page, _ scrapers.Request) (scrapers.Statement, error) {
			<-ctx.Done()
			return scrapers.Statement{}, scrapers.Fail(scrapers.Cancelled, "read", ctx.Err())
		})
		time.Sleep(15 * time.Minute)
		runs := runsOf(t, w, a.ID)
		mustEnd(t, runs[0], core.Failed, scrapers.StepTimeout)
		if !strings.Contains(runs[0].Message, "no step") {
			t.Errorf("message %q", runs[0].Message)
		}
	})
}

func TestTwoAccountsOfOneBankUser(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, persistent)
		begun(t, w, a.ID)
		b := w.Account(t)
		mustEnd(t, w.Scrape(t, b.ID), core.Failed, scrapers.SessionConflict)
		mustSubmits(t, w, 1)
		if _, err := w.Core.SetAccountStatus(t.Context(), a.ID, core.Paused, "ana"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		mustEnd(t, w.Scrape(t, b.ID), core.Succeeded, "")
	})
}

// A refused password blocks a session as it does a run, also while it starts.
func TestARefusedSessionStaysStopped(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, persistent)
		w.Bank.OnLogin(coretest.FailAfterSubmit(refusal))
		time.Sleep(72 * time.Hour)
		mustSubmits(t, w, 1)
		if s := mustSession(t, w, a.ID, core.SessionStopped); s.Reason != core.Blocked {
			t.Errorf("session %+v", s)
		}
		w.Stop(t)
		w.Reboot()
		w.Start(t)
		time.Sleep(24 * time.Hour)
		mustSubmits(t, w, 1)
		w.Bank.OnLogin(nil)
		run, err := w.Core.Restart(t.Context(), a.ID, "ana")
		if err != nil {
			t.Fatal(err)
		}
		mustEnd(t, w.Wait(t, run.ID), core.Succeeded, "")
		mustSession(t, w, a.ID, core.SessionRunning)
	})
}
