package core_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

func every(schedule string) func(*core.SettingsInput) {
	return func(in *core.SettingsInput) { in.Own.Schedule = &schedule }
}

func runsOf(t *testing.T, w *coretest.World, accountID string) []core.Run {
	t.Helper()
	rows, _, err := w.Core.Runs(t.Context(), core.RunFilter{AccountID: accountID, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestScheduleRuns(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, every("@every 20m"))
		daily := w.Account(t, as("bea"), every("0 9 * * *"))
		blocked := w.Account(t, as("eva"), every("@every 5m"))
		paused := w.Account(t, as("mia"), every("@every 5m"))
		if _, err := w.Core.SetAccountStatus(t.Context(), paused.ID, core.Paused, "ana"); err != nil {
			t.Fatal(err)
		}
		w.Bank.OnLogin(coretest.FailAfterSubmit(refusal))
		mustEnd(t, w.Scrape(t, blocked.ID), core.Failed, scrapers.InvalidCredentials)
		w.Bank.OnLogin(nil)
		time.Sleep(24*time.Hour + 7*time.Second) // not at a beat
		if n := len(runsOf(t, w, a.ID)); n < 69 || n > 72 {
			t.Errorf("every 20 minutes came %d times in a day", n)
		}
		if n := len(runsOf(t, w, daily.ID)); n != 1 {
			t.Errorf("daily came %d times in a day", n)
		}
		if n := len(runsOf(t, w, blocked.ID)); n != 1 {
			t.Errorf("a blocked account was entered %d times by the schedule", n-1)
		}
		if n := len(runsOf(t, w, paused.ID)); n != 0 {
			t.Errorf("a paused account was entered %d times", n)
		}

		if err := w.Core.SetSchedulePaused(t.Context(), true, "ana"); err != nil {
			t.Fatal(err)
		}
		before := len(runsOf(t, w, a.ID))
		time.Sleep(24 * time.Hour)
		mustEnd(t, w.Scrape(t, daily.ID), core.Succeeded, "") // by hand
		if n := len(runsOf(t, w, a.ID)); n != before {
			t.Errorf("a paused schedule came %d times", n-before)
		}
		if err := w.Core.SetSchedulePaused(t.Context(), false, "ana"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if n := len(runsOf(t, w, a.ID)); n != before+1 {
			t.Errorf("a resumed schedule came %d times, want once for all it missed", n-before)
		}
	})
}

func TestMissedSlotsAreCaughtUpOnce(t *testing.T) {
	for name, c := range map[string]struct {
		schedule string
		off      time.Duration
		want     int
	}{
		"an interval": {"@every 20m", 50 * time.Hour, 1},
		"of today":    {"0 9 * * *", 3*24*time.Hour + 14*time.Hour, 1}, // 11:00 at the bank
		"of long ago": {"0 9 * * *", 3*24*time.Hour + 2*time.Hour, 0},  // 23:00 at the bank
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := coretest.NewWorld(t)
				a := w.Account(t, every(c.schedule))
				time.Sleep(c.off)
				w.Reboot()
				w.Start(t)
				time.Sleep(5 * time.Minute)
				rows := runsOf(t, w, a.ID)
				if len(rows) != c.want || c.want > 0 && rows[0].Trigger != core.ByCatchUp {
					t.Errorf("%d runs: %+v", len(rows), rows)
				}
				if next := mustAccount(t, w, a.ID).NextRunAt; !next.After(time.Now()) {
					t.Errorf("the next run is %s", next)
				}
			})
		})
	}
}

// A run killed half-way is followed by exactly one more, at its slot.
func TestKilledRunIsTriedOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a := w.Account(t, every("@every 20m"))
		time.Sleep(21 * time.Minute)
		if err := w.Core.Beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Store.ClaimRun(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		w.Reboot()
		w.Start(t)
		time.Sleep(22 * time.Minute)
		rows := runsOf(t, w, a.ID)
		if len(rows) != 2 || rows[0].Status != core.Succeeded || rows[1].Status != core.Orphaned {
			t.Errorf("runs %+v", rows)
		}
	})
}

func TestTransientFailureIsTriedAgainSoon(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, every("0 9 * * *"))
		w.Browser.Refuses(scrapers.Fail(scrapers.Network, "open the bank", nil))
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.Network)
		time.Sleep(2 * time.Hour)
		rows := runsOf(t, w, a.ID)
		if len(rows) != 3 || rows[0].QueuedAt.Sub(rows[1].QueuedAt) < time.Hour || rows[1].QueuedAt.Sub(rows[2].QueuedAt) < 15*time.Minute {
			t.Errorf("%d runs %+v: want one after 15 minutes and one after an hour", len(rows), rows)
		}
	})
}

func TestClockSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var back time.Duration
		w := coretest.NewWorld(t, func(c *core.Config) { c.Now = func() time.Time { return time.Now().Add(-back) } })
		time.Sleep(365 * 24 * time.Hour)
		a := w.Account(t, every("@every 20m"))
		back = 300 * 24 * time.Hour
		if err := w.Core.Beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		if next := mustAccount(t, w, a.ID).NextRunAt; next.Sub(time.Now().Add(-back)) > 20*time.Minute {
			t.Errorf("the next run is %s, far from now", next)
		}
	})
}

func TestManyAccountsDueAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		for i := range 60 {
			w.Account(t, as(fmt.Sprint("user", i)), every("0 9 * * *"))
		}
		time.Sleep(11*time.Hour + 58*time.Minute) // nearly 9 at the bank
		w.Start(t)
		time.Sleep(10 * time.Minute)
		_, ok, err := w.Core.Runs(t.Context(), core.RunFilter{Status: core.Succeeded})
		if _, open, most := w.Browser.Opened(); err != nil || ok != 60 || open != 0 || most > 2 {
			t.Errorf("%d runs, %d tabs open and %d at once, %v", ok, open, most, err)
		}
	})
}

func TestLoginThatOnlyTests(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		w.Bank.OnRead(coretest.Shows(coretest.Credit(0, time.Now())))
		test := func() core.Run {
			run, err := w.Core.TestLogin(t.Context(), a.ID, "ana")
			if err != nil {
				t.Fatal(err)
			}
			return w.Wait(t, run.ID)
		}
		run := test()
		mustEnd(t, run, core.Succeeded, "")
		_, total, err := w.Core.Movements(t.Context(), core.MovementFilter{})
		if err != nil || total != 0 || run.Trigger != core.ByTest || !mustAccount(t, w, a.ID).LastReadAt.IsZero() {
			t.Errorf("a test of the login read %d movements, %v", total, err)
		}
		w.Bank.OnLogin(coretest.FailAfterSubmit(refusal))
		mustEnd(t, test(), core.Failed, scrapers.InvalidCredentials)
		mustEnd(t, test(), core.Skipped, core.Blocked)
		if n := w.Browser.Submits(); n != 2 {
			t.Errorf("%d passwords were sent, want 2", n)
		}
	})
}

func TestLoginBeforeThereIsAWebhook(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a, err := w.Core.CreateAccount(t.Context(), w.Bank.Info().Code, "Half", "ana")
		if err != nil {
			t.Fatal(err)
		}
		test := func() core.Run {
			run, err := w.Core.TestLogin(t.Context(), a.ID, "ana")
			if err != nil {
				t.Fatal(err)
			}
			return w.Wait(t, run.ID)
		}
		mustEnd(t, test(), core.Failed, core.ConfigIncomplete)
		draft := core.SettingsInput{BankUsername: new("ana"), BankPassword: new(coretest.Password)}
		if _, err := w.Core.SaveSettings(t.Context(), a.ID, draft, true, "ana"); err != nil {
			t.Fatal(err)
		}
		mustEnd(t, test(), core.Succeeded, "")
		if got := mustAccount(t, w, a.ID); !got.NextRunAt.IsZero() {
			t.Errorf("an unfinished account is read at %v", got.NextRunAt)
		}
		run, err := w.Core.Scrape(t.Context(), a.ID, "ana")
		if err != nil {
			t.Fatal(err)
		}
		mustEnd(t, w.Wait(t, run.ID), core.Failed, core.ConfigIncomplete)
		if n := w.Browser.Submits(); n != 1 {
			t.Errorf("%d passwords were sent, want 1", n)
		}
	})
}

func TestWebhookToTry(t *testing.T) {
	w := coretest.NewWorld(t)
	a := w.Account(t, everything)
	before := w.Store.Dump()
	in := shown(t, w, a.ID, true)
	in.WebhookURL, in.WebhookExtraFields = new("https://new.example/hook"), []byte(`{"tenant":"x"}`)
	w.Sender.Answers(always(418))
	answer, err := w.Core.SendTest(t.Context(), a.ID, in)
	if err != nil || answer.Status != 418 {
		t.Fatal(answer, err)
	}
	out := w.Sender.Sent()[0].Out
	if out.URL != "https://new.example/hook" || out.Token != "dos" || out.Auth != core.APIKey || len(out.Signing) != 1 {
		t.Errorf("sent %+v", out)
	}
	in.WebhookURL = nil
	var invalid *core.InvalidError
	if _, err := w.Core.SendTest(t.Context(), a.ID, in); !errors.As(err, &invalid) {
		t.Errorf("without an address: %v", err)
	}
	if w.Store.Dump() != before || len(w.Sender.Sent()) != 1 {
		t.Error("a test of the webhook stored something")
	}
}

func TestDeletingCancelsTheRun(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a, g := w.Account(t), newGate()
		w.Bank.OnLogin(g.login)
		if _, err := w.Core.Scrape(t.Context(), a.ID, "test"); err != nil {
			t.Fatal(err)
		}
		<-g.begun
		for confirmation, want := range map[string]string{" ": "confirmation_name is required", "caja": "Confirmation name does not match"} {
			if err := w.Core.DeleteAccount(t.Context(), a.ID, confirmation, "ana"); err == nil || err.Error() != want {
				t.Errorf("confirmed with %q: %v", confirmation, err)
			}
		}
		if err := w.Core.DeleteAccount(t.Context(), a.ID, "Caja", "ana"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, open, _ := w.Browser.Opened(); open != 0 || w.Browser.Submits() != 0 {
			t.Error("the run went on")
		}
		if _, err := w.Core.Account(t.Context(), a.ID); !core.IsMissing(err) {
			t.Errorf("the account: %v", err)
		}
	})
}
