package core_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

// counters are the bank accounts of a login, each with its lines and what is the
// matter with it.
type counters struct {
	mu    sync.Mutex
	lines map[string][]scrapers.Line
	fails map[string]error
	reads int
	since time.Time // what the last reading went back to
}

func newCounters(w *coretest.World) *counters {
	c := &counters{lines: map[string][]scrapers.Line{}, fails: map[string]error{}}
	w.Bank.OnRead(c.read)
	return c
}

func (c *counters) books(number, id string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := coretest.Credit(0, at)
	l.BankAccount, l.BankID = number, id
	c.lines[number] = append(c.lines[number], l)
}

func (c *counters) fail(number string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fails[number] = err
}

func (c *counters) read(_ context.Context, _ scrapers.Page, req scrapers.Request) (scrapers.Statement, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads++
	c.since = req.Since
	var s scrapers.Statement
	for _, number := range req.Accounts {
		if err := c.fails[number]; err != nil {
			return s, err // with what came before it, as a careless driver does
		}
		for _, l := range c.lines[number] {
			if !l.BookedAt.Before(req.Since) {
				s.Lines = append(s.Lines, l)
			}
		}
		s.Accounts = append(s.Accounts, scrapers.BankAccount{Number: number, Currency: "UYU"})
	}
	return s, nil
}

func choosing(numbers ...string) func(*core.SettingsInput) {
	return func(in *core.SettingsInput) { in.Own.BankAccounts = &numbers }
}

// stored are the ids of the lines that are stored, and of those that vanished.
func stored(t *testing.T, w *coretest.World, accountID string) (ids, vanished []string) {
	t.Helper()
	rows, _, err := w.Core.Movements(t.Context(), core.MovementFilter{AccountID: accountID, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range rows {
		ids = append(ids, m.BankID)
		if !m.VanishedAt.IsZero() {
			vanished = append(vanished, m.BankID)
		}
	}
	slices.Sort(ids)
	return ids, vanished
}

// A bank account that cannot be read keeps back no other, and costs nothing of
// its own: all of the days meanwhile are read once it can be.
func TestOneBankAccountOfTwoCannotBeRead(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, choosing("001", "002"), subscribed)
		c := newCounters(w)
		c.books("001", "a1", time.Now())
		c.books("002", "b1", time.Now())
		mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")
		good := mustAccount(t, w, a.ID).LastReadAt

		broken := scrapers.Said(scrapers.LayoutChanged, "find the table", "Estamos renovando esta página")
		c.fail("002", broken)
		for day := range 5 {
			time.Sleep(24 * time.Hour)
			c.books("001", "a"+string(rune('2'+day)), time.Now())
			c.books("002", "b"+string(rune('2'+day)), time.Now())
			run := w.Scrape(t, a.ID)
			mustEnd(t, run, core.Failed, core.Partial)
			if run.New != 1 || run.Owed != 1 || run.Stage != core.StageRead || !strings.Contains(run.Message, "1 of 2") ||
				!strings.Contains(run.Message, "002: LAYOUT_CHANGED: find the table") || run.Said != broken.Said {
				t.Fatalf("the run says %+v", run)
			}
			if now := mustAccount(t, w, a.ID); !now.LastReadAt.Equal(good) || now.Block != nil || now.Health.Failures <= day {
				t.Fatalf("account %+v", now)
			}
		}
		if ids, vanished := stored(t, w, a.ID); !slices.Equal(ids, []string{"a1", "a2", "a3", "a4", "a5", "a6", "b1"}) || vanished != nil {
			t.Fatalf("stored %v, vanished %v", ids, vanished)
		}

		c.fail("002", nil)
		run := w.Scrape(t, a.ID)
		mustEnd(t, run, core.Succeeded, "")
		if ids, vanished := stored(t, w, a.ID); run.New != 5 || len(ids) != 12 || vanished != nil {
			t.Errorf("at the end %d new, stored %v, vanished %v", run.New, ids, vanished)
		}
		mustNotices(t, w, "scrape_failed scrape.failed", "scrape_failed scrape.recovered")
	})
}

// A second look in the same session is often enough, and spends no login.
func TestASecondLookInTheSameSession(t *testing.T) {
	for _, kind := range []scrapers.Kind{scrapers.StepTimeout, scrapers.DataInconsistent} {
		world(t, func(t *testing.T, w *coretest.World) {
			a := w.Account(t, choosing("001"))
			c := newCounters(w)
			c.books("001", "a1", time.Now())
			first := true
			w.Bank.OnRead(func(ctx context.Context, p scrapers.Page, req scrapers.Request) (scrapers.Statement, error) {
				if first {
					first = false
					return scrapers.Statement{}, scrapers.Fail(kind, "read", nil)
				}
				return c.read(ctx, p, req)
			})
			if run := w.Scrape(t, a.ID); run.Status != core.Succeeded || run.New != 1 {
				t.Errorf("%s: the run ended %s %s with %d new", kind, run.Status, run.Kind, run.New)
			}
			mustSubmits(t, w, 1)
		})
	}
}

// What is wrong with the session, or with every bank account, is told as it is,
// and nothing of half a reading is kept.
func TestAReadingThatIsNotAboutOneAccount(t *testing.T) {
	layout := scrapers.Fail(scrapers.LayoutChanged, "find the table", nil)
	for name, c := range map[string]struct {
		first, second error
		kind          scrapers.Kind
		reads         int
	}{
		"every account": {layout, layout, scrapers.LayoutChanged, 3},
		"the session":   {scrapers.Fail(scrapers.SessionExpired, "read", nil), nil, scrapers.SessionExpired, 1},
		"signed out":    {nil, scrapers.Fail(scrapers.SessionExpired, "read", nil), scrapers.SessionExpired, 1},
		"the network":   {layout, scrapers.Fail(scrapers.Network, "read", nil), scrapers.Network, 3},
	} {
		t.Run(name, func(t *testing.T) {
			world(t, func(t *testing.T, w *coretest.World) {
				a := w.Account(t, choosing("001", "002"))
				bank := newCounters(w)
				bank.books("001", "a1", time.Now())
				bank.fail("001", c.first)
				bank.fail("002", c.second)
				mustEnd(t, w.Scrape(t, a.ID), core.Failed, c.kind)
				if ids, _ := stored(t, w, a.ID); ids != nil || bank.reads != c.reads {
					t.Errorf("stored %v after %d readings, want %d", ids, bank.reads, c.reads)
				}
			})
		})
	}
}

// No order expires while a bank account in which its payment may stand is not read.
func TestNothingExpiresAfterAReadingThatIsShort(t *testing.T) {
	reconcile(t, func(c *till) {
		bank := newCounters(c.w)
		c.lists(row("A", 10_000, "Nadie SA"))
		bank.fail("002", scrapers.Fail(scrapers.BankUnavailable, "read", nil))
		c.off(6 * 24 * time.Hour)
		mustEnd(c.T, c.w.Scrape(c.T, c.a.ID), core.Failed, core.Partial)
		c.is("A", core.OrderNotFound)
		bank.fail("002", nil)
		mustEnd(c.T, c.w.Scrape(c.T, c.a.ID), core.Succeeded, "")
		c.is("A", core.OrderExpired)
	}, choosing("001", "002"))
}

// A persistent session lives on: the same shortfall minute by minute is one run
// and one alert, and new lines of the other accounts are kept as they come.
func TestASessionWithOneBankAccountThatCannotBeRead(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, persistent, choosing("001", "002"), subscribed)
		c := newCounters(w)
		c.books("001", "a1", time.Now())
		begun(t, w, a.ID)
		before := len(runsOf(t, w, a.ID))
		c.fail("002", scrapers.Fail(scrapers.LayoutChanged, "find the table", nil))
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		runs := runsOf(t, w, a.ID)
		if len(runs) != before+1 || runs[0].Kind != core.Partial {
			t.Fatalf("%d runs after ten minutes, before %d, the newest %+v", len(runs), before, runs[0])
		}
		c.books("001", "a2", time.Now())
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if ids, _ := stored(t, w, a.ID); !slices.Equal(ids, []string{"a1", "a2"}) {
			t.Errorf("stored %v", ids)
		}
		c.fail("002", nil)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		mustSession(t, w, a.ID, core.SessionRunning)
		mustSubmits(t, w, 1)
		if now := mustAccount(t, w, a.ID); now.Health != (core.Health{}) || time.Since(now.LastReadAt) > 3*time.Minute {
			t.Errorf("account %+v", now)
		}
		mustNotices(t, w, "scrape_failed scrape.failed", "scrape_failed scrape.recovered")
	})
}
