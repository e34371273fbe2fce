package storage_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
	"reconbanker/storage/storagetest"
)

func TestRunFromQueueToEnd(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	at := func(n int) time.Time { return day.Add(time.Duration(n) * time.Second) }
	r, created, err := s.EnqueueRun(ctx, core.Run{ID: storagetest.ID(), AccountID: a.ID, Trigger: core.ByPerson, QueuedAt: at(0)})
	must(t, err)
	same(t, true, created)
	again, created, err := s.EnqueueRun(ctx, core.Run{ID: storagetest.ID(), AccountID: a.ID, Trigger: core.BySchedule, QueuedAt: at(1)})
	must(t, err)
	same(t, false, created)
	same(t, r, again)

	got, err := s.ClaimRun(ctx, at(2))
	must(t, err)
	r.Status, r.StartedAt = core.Running, at(2)
	same(t, r, got)
	_, err = s.ClaimRun(ctx, at(2))
	isErr(t, err, core.ErrNotFound)

	must(t, s.StageRun(ctx, r.ID, core.StageLaunch, at(3), ""))
	must(t, s.StageRun(ctx, r.ID, core.StageLogin, at(4), ""))
	got, err = s.Run(ctx, r.ID)
	must(t, err)
	same(t, core.StageLogin, got.Stage)

	_, err = s.EndRun(ctx, core.Run{ID: r.ID, Status: core.Running}, nil)
	isErr(t, err, core.ErrConflict)
	end := r
	end.Status, end.FinishedAt, end.Kind, end.Message, end.Said, end.URL = core.Failed, at(5), scrapers.Network, "m", "s", "u"
	changed, err := s.EndRun(ctx, end, func(a *core.Account) { a.Health.Failures = 7 })
	must(t, err)
	same(t, 7, changed.Health.Failures)
	got, err = s.Run(ctx, r.ID)
	must(t, err)
	end.Stage = core.StageLogin
	same(t, end, got)
	_, err = s.EndRun(ctx, end, nil)
	isErr(t, err, core.ErrConflict)
	_, err = s.Keep(ctx, core.Keep{Run: end})
	isErr(t, err, core.ErrConflict)

	stages, err := s.Stages(ctx, r.ID)
	must(t, err)
	same(t, []core.RunStage{
		{RunID: r.ID, Name: core.StageLaunch, StartedAt: at(3), EndedAt: at(4)},
		{RunID: r.ID, Name: core.StageLogin, StartedAt: at(4), EndedAt: at(5), Kind: scrapers.Network},
	}, stages)
	_, created, err = s.EnqueueRun(ctx, core.Run{AccountID: a.ID, QueuedAt: at(9)})
	must(t, err)
	same(t, true, created)
}

func TestRunsAreListedNewestFirst(t *testing.T) {
	s := storagetest.Open(t)
	a, b := storagetest.MustCreateAccount(t, s), storagetest.MustCreateAccount(t, s)
	for range 3 {
		for _, id := range []string{a.ID, b.ID} {
			r := storagetest.MustStartRun(t, s, id)
			_, err := s.EndRun(ctx, core.Run{ID: r.ID, Status: core.Failed, FinishedAt: day}, nil)
			must(t, err)
		}
	}
	storagetest.MustStartRun(t, s, a.ID)
	for _, c := range []struct {
		f           core.RunFilter
		rows, total int
	}{
		{core.RunFilter{Limit: 500}, 7, 7},
		{core.RunFilter{AccountID: a.ID, Limit: 2}, 2, 4},
		{core.RunFilter{AccountID: b.ID, Limit: 2, Offset: 2}, 1, 3},
		{core.RunFilter{Status: core.Running, Limit: 5}, 1, 1},
		{core.RunFilter{AccountID: b.ID, Status: core.Failed, Limit: 5}, 3, 3},
	} {
		rows, total, err := s.Runs(ctx, c.f)
		must(t, err)
		same(t, []int{c.rows, c.total}, []int{len(rows), total})
		for i := 1; i < len(rows); i++ {
			if rows[i-1].ID < rows[i].ID {
				t.Errorf("%+v: not newest first", c.f)
			}
		}
	}
}

func TestDueAccounts(t *testing.T) {
	s := storagetest.Open(t)
	due := func() []string {
		t.Helper()
		rows, err := s.Due(ctx, day)
		must(t, err)
		var names []string
		for _, a := range rows {
			names = append(names, a.Name)
		}
		return names
	}
	add := func(name string, change func(*core.Account)) core.Account {
		a := storagetest.MustCreateAccount(t, s, func(a *core.Account) { a.Name, a.NextRunAt = name, day }, change)
		storagetest.MustSaveSettings(t, s, a.ID)
		return a
	}
	a := add("due", func(*core.Account) {})
	add("earlier", func(a *core.Account) { a.NextRunAt = day.Add(-time.Hour) })
	add("later", func(a *core.Account) { a.NextRunAt = day.Add(time.Millisecond) })
	add("never", func(a *core.Account) { a.NextRunAt = time.Time{} })
	add("paused", func(a *core.Account) { a.Status = core.Paused })
	add("archived", func(a *core.Account) { a.Status = core.Archived })
	add("blocked", func(a *core.Account) { a.Block = &core.Block{At: day} })
	storagetest.MustCreateAccount(t, s, func(a *core.Account) { a.Name, a.NextRunAt = "no settings", day })
	same(t, []string{"earlier", "due"}, due())

	must(t, s.EnqueueDue(ctx, a.ID, day.Add(time.Hour), core.Run{Trigger: core.BySchedule, QueuedAt: day}))
	same(t, []string{"earlier"}, due())
	got, err := s.Account(ctx, a.ID)
	must(t, err)
	same(t, day.Add(time.Hour), got.NextRunAt)
	must(t, s.EnqueueDue(ctx, a.ID, time.Time{}, core.Run{Trigger: core.BySchedule, QueuedAt: day}))
	_, n, err := s.Runs(ctx, core.RunFilter{AccountID: a.ID, Limit: 5})
	must(t, err)
	same(t, 1, n)
}

func TestRestart(t *testing.T) {
	s := storagetest.Open(t)
	a := fullAccount()
	must(t, s.CreateAccount(ctx, a, core.Audit{}))
	at := day.Add(48 * time.Hour)
	r, err := s.Restart(ctx, a.ID, at, core.Run{Trigger: core.ByRestart, QueuedAt: at}, by)
	must(t, err)
	same(t, []any{core.Queued, core.ByRestart, a.ID}, []any{r.Status, r.Trigger, r.AccountID})
	got, err := s.Account(ctx, a.ID)
	must(t, err)
	a.Block, a.Health, a.RestartedAt = nil, core.Health{}, at
	same(t, a, got)
	again, err := s.Restart(ctx, a.ID, at, core.Run{Trigger: core.ByRestart, QueuedAt: at}, by)
	must(t, err)
	same(t, r, again)
}

func TestOneLiveRunHoweverManyAsk(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids, made := map[string]bool{}, 0
	for range 8 {
		wg.Go(func() {
			for range 20 {
				r, created, err := s.EnqueueRun(ctx, core.Run{AccountID: a.ID, QueuedAt: day})
				mu.Lock()
				ids[r.ID] = true
				if created {
					made++
				}
				if err != nil {
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	same(t, []int{1, 1}, []int{len(ids), made})
}

func TestEachRunIsClaimedOnce(t *testing.T) {
	s := storagetest.Open(t)
	const n = 40
	for range n {
		a := storagetest.MustCreateAccount(t, s)
		_, _, err := s.EnqueueRun(ctx, core.Run{AccountID: a.ID, QueuedAt: day})
		must(t, err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	claimed := map[string]int{}
	for range 8 {
		wg.Go(func() {
			for {
				r, err := s.ClaimRun(ctx, day)
				if errors.Is(err, core.ErrNotFound) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				claimed[r.ID]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	same(t, n, len(claimed))
	for id, times := range claimed {
		if times != 1 {
			t.Errorf("%s was claimed %d times", id, times)
		}
	}
}

func TestBudgetIsDecidedOneByOne(t *testing.T) {
	s := storagetest.Open(t)
	const budget = 3
	spent := errors.New("spent")
	var wg sync.WaitGroup
	var mu sync.Mutex
	ok, refused := 0, 0
	for range 8 {
		wg.Go(func() {
			for range 5 {
				err := s.BeginAttempt(ctx, core.Attempt{Bank: "b", BankUser: "u", At: day}, func(earlier []core.Attempt) error {
					if len(earlier) >= budget {
						return spent
					}
					return nil
				})
				mu.Lock()
				switch {
				case err == nil:
					ok++
				case errors.Is(err, spent):
					refused++
				default:
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	same(t, []int{budget, 40 - budget}, []int{ok, refused})
}

func TestLedger(t *testing.T) {
	s := storagetest.Open(t)
	const d = 24 * time.Hour
	begin := func(id, bank, user string, at time.Time) {
		t.Helper()
		must(t, s.BeginAttempt(ctx, core.Attempt{ID: id, Bank: bank, BankUser: user, AccountID: "a", RunID: "r", Print: "p", At: at}, func([]core.Attempt) error { return nil }))
	}
	begin("old", "b", "u", day.Add(-31*d))
	begin("good", "b", "u", day.Add(-3*d))
	begin("bad", "b", "u", day.Add(-2*d))
	begin("open", "b", "u", day.Add(-d))
	begin("other user", "b", "v", day)
	begin("other bank", "c", "u", day)
	must(t, s.ResolveAttempt(ctx, "good", core.AttemptSucceeded, day))
	must(t, s.ResolveAttempt(ctx, "bad", core.AttemptRefused, day))
	isErr(t, s.ResolveAttempt(ctx, "bad", core.AttemptOpen, day), core.ErrConflict)
	var seen []core.Attempt
	next := core.Attempt{ID: "next", Bank: "b", BankUser: "u", At: day}
	must(t, s.BeginAttempt(ctx, next, func(earlier []core.Attempt) error { seen = earlier; return nil }))
	same(t, []core.Attempt{
		{ID: "open", Bank: "b", BankUser: "u", AccountID: "a", RunID: "r", Print: "p", At: day.Add(-d), Outcome: core.AttemptOpen},
		{ID: "bad", Bank: "b", BankUser: "u", AccountID: "a", RunID: "r", Print: "p", At: day.Add(-2 * d), Outcome: core.AttemptRefused, ResolvedAt: day},
	}, seen)
	isErr(t, s.BeginAttempt(ctx, next, func([]core.Attempt) error { return nil }), core.ErrConflict)
	all, err := s.Attempts(ctx, "b", "u", time.Time{})
	must(t, err)
	var ids []string
	for _, a := range all {
		ids = append(ids, a.ID)
	}
	same(t, []string{"next", "open", "bad", "good", "old"}, ids)
}

func TestOrphans(t *testing.T) {
	s := storagetest.Open(t)
	running, queued, ledgerOnly := storagetest.MustCreateAccount(t, s), storagetest.MustCreateAccount(t, s), storagetest.MustCreateAccount(t, s)
	r := storagetest.MustStartRun(t, s, running.ID)
	must(t, s.StageRun(ctx, r.ID, core.StageLogin, day, ""))
	waiting, _, err := s.EnqueueRun(ctx, core.Run{AccountID: queued.ID, QueuedAt: day})
	must(t, err)
	for _, id := range []string{running.ID, ledgerOnly.ID, "deleted"} {
		must(t, s.BeginAttempt(ctx, core.Attempt{ID: "of " + id, Bank: "b", BankUser: "u", AccountID: id, At: day}, func([]core.Attempt) error { return nil }))
	}
	later := day.Add(time.Hour)
	seen := map[string]int{}
	mark := func(a *core.Account, open []core.Attempt) {
		seen[a.ID] = len(open)
		a.Health.Unexplained += len(open)
	}
	n, err := s.Orphans(ctx, later, mark)
	must(t, err)
	same(t, 1, n)
	same(t, map[string]int{running.ID: 1, ledgerOnly.ID: 1}, seen)
	got, err := s.Run(ctx, r.ID)
	must(t, err)
	same(t, []any{core.Orphaned, later, core.Interrupted, core.StageLogin}, []any{got.Status, got.FinishedAt, got.Kind, got.Stage})
	stages, err := s.Stages(ctx, r.ID)
	must(t, err)
	same(t, []any{later, core.Interrupted}, []any{stages[0].EndedAt, stages[0].Kind})
	got, err = s.Run(ctx, waiting.ID)
	must(t, err)
	same(t, core.Queued, got.Status)
	a, err := s.Account(ctx, ledgerOnly.ID)
	must(t, err)
	same(t, 1, a.Health.Unexplained)
	ledger, err := s.Attempts(ctx, "b", "u", day)
	must(t, err)
	for _, at := range ledger {
		same(t, []any{core.AttemptUnresolved, later}, []any{at.Outcome, at.ResolvedAt})
	}
	n, err = s.Orphans(ctx, later, mark)
	must(t, err)
	same(t, 0, n)
}
