package core_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

func TestAnAccountThatIsNotReadIsToldOnce(t *testing.T) {
	weekdays := func(in *core.SettingsInput) { in.Own.Schedule = new("0 9 * * 1-5") }
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, subscribed, weekdays)
		mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "") // on a Friday evening, at the bank
		w.Browser.Refuses(scrapers.Fail(scrapers.BrowserMissing, "find a browser", nil))
		time.Sleep(47 * time.Hour)
		mustNotices(t, w) // 47 hours, but no slot was missed
		time.Sleep(16 * time.Hour)
		mustNotices(t, w, "scrape_failed scrape.failed", "scrape_failed scrape.stale")
		w.Browser.Refuses(nil)
		mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")
		mustNotices(t, w, "scrape_failed scrape.failed", "scrape_failed scrape.stale", "scrape_failed scrape.recovered")
	})
}

func TestNobodyIsToldOfWhatAPersonStopped(t *testing.T) {
	for name, stop := range map[string]func(t *testing.T, w *coretest.World, a core.Account) error{
		"the account is paused": func(t *testing.T, w *coretest.World, a core.Account) error {
			_, err := w.Core.SetAccountStatus(t.Context(), a.ID, core.Paused, "test")
			return err
		},
		"the schedule is paused": func(t *testing.T, w *coretest.World, _ core.Account) error {
			return w.Core.SetSchedulePaused(t.Context(), true, "test")
		},
		"the alert is off": func(t *testing.T, w *coretest.World, _ core.Account) error {
			return w.Core.SetPreferences(t.Context(), core.Preferences{KeepEvidence: true}, "test")
		},
	} {
		t.Run(name, func(t *testing.T) {
			world(t, func(t *testing.T, w *coretest.World) {
				a := w.Account(t, subscribed, func(in *core.SettingsInput) { in.Own.Schedule = new("0 9 * * *") })
				w.Browser.Refuses(scrapers.Fail(scrapers.BrowserMissing, "find a browser", nil))
				if err := stop(t, w, a); err != nil {
					t.Fatal(err)
				}
				time.Sleep(30 * time.Hour)
				synctest.Wait()
				for _, n := range notices(w, notify) {
					if n == "scrape_failed scrape.stale" {
						t.Error("people were told all the same")
					}
				}
			})
		})
	}
}

func TestTheSweepKeepsWhatIsYoung(t *testing.T) {
	var later atomic.Int64 // days, what the program's clock is ahead
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		w.Bank.OnLogin(func(context.Context, scrapers.Page, scrapers.Credentials, scrapers.Ask) error {
			return scrapers.Fail(scrapers.UserAction, "sign in", nil)
		})
		old := w.Scrape(t, a.ID)
		if _, err := w.Core.Evidence(t.Context(), old.ID); err != nil {
			t.Fatalf("a failed run keeps no evidence: %v", err)
		}
		later.Add(6)
		young := w.Scrape(t, a.ID)
		later.Add(2)
		time.Sleep(10 * time.Minute) // nobody asks for a sweep
		for run, gone := range map[string]bool{old.ID: true, young.ID: false} {
			if _, err := w.Core.Evidence(t.Context(), run); core.IsMissing(err) != gone {
				t.Errorf("evidence after 8 and 2 days: %v", err)
			}
		}
		later.Add(83)
		time.Sleep(10 * time.Minute)
		if _, err := w.Core.RunByID(t.Context(), old.ID); !core.IsMissing(err) {
			t.Errorf("a run of 91 days: %v", err)
		}
		if _, err := w.Core.RunByID(t.Context(), young.ID); err != nil {
			t.Errorf("a run of 85 days: %v", err)
		}
	}, func(cfg *core.Config) {
		cfg.Now = func() time.Time { return time.Now().AddDate(0, 0, int(later.Load())) }
	})
}

func TestPreferencesAreChecked(t *testing.T) {
	w := coretest.NewWorld(t)
	for _, p := range []core.Preferences{{StaleHours: -1}, {StaleHours: 10_000}, {Language: "xx"}} {
		if err := w.Core.SetPreferences(t.Context(), p, "test"); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
	if p, err := w.Core.Preferences(t.Context()); err != nil || p != core.DefaultPreferences {
		t.Errorf("%+v, %v", p, err)
	}
}
