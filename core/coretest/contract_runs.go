package coretest

import (
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

func (c *contract) attempt(a core.Account, user string, minutes int) core.Attempt {
	return core.Attempt{
		ID: newID(), Bank: a.Bank, BankUser: user, AccountID: a.ID, RunID: newID(), Print: "print",
		At: c.at(minutes), Outcome: core.AttemptOpen,
	}
}

func agree([]core.Attempt) error { return nil }

func (c *contract) change(a core.Account, change func(*core.Account)) {
	c.Helper()
	_, err := c.ChangeAccount(c.ctx, a.ID, func(a *core.Account) error {
		change(a)
		return nil
	}, core.Audit{})
	c.must(err)
}

func due(c *contract) {
	late, soon := c.configured("late"), c.configured("soon")
	c.change(late, func(a *core.Account) { a.NextRunAt = c.at(10) })
	c.change(soon, func(a *core.Account) { a.NextRunAt = c.at(5) })
	for name, spoil := range map[string]func(*core.Account){
		"paused":  func(a *core.Account) { a.Status = core.Paused },
		"blocked": func(a *core.Account) { a.Block = &core.Block{At: c.day, Kind: scrapers.AccountLocked} },
		"never":   func(a *core.Account) { a.NextRunAt = time.Time{} },
		"later":   func(a *core.Account) { a.NextRunAt = c.at(11) },
	} {
		a := c.configured(name)
		c.change(a, func(a *core.Account) { a.NextRunAt = c.at(1) })
		c.change(a, spoil)
	}
	c.change(c.account("without settings"), func(a *core.Account) { a.NextRunAt = c.at(1) })
	rows, err := c.Due(c.ctx, c.at(10))
	c.must(err)
	c.same(accountIDs(rows), []string{soon.ID, late.ID})

	run := core.Run{ID: newID(), AccountID: soon.ID, Trigger: core.BySchedule, Status: core.Queued, QueuedAt: c.at(10)}
	c.must(c.EnqueueDue(c.ctx, soon.ID, c.at(30), run))
	got, err := c.Account(c.ctx, soon.ID)
	c.must(err)
	c.same(got.NextRunAt, c.at(30))
	stored, err := c.Run(c.ctx, run.ID)
	c.must(err)
	c.same(stored, run)
	again := run
	again.ID = newID()
	c.must(c.EnqueueDue(c.ctx, soon.ID, c.at(50), again)) // one is live
	_, err = c.Run(c.ctx, again.ID)
	c.is(err, core.ErrNotFound)
	c.is(c.EnqueueDue(c.ctx, newID(), c.at(1), again), core.ErrNotFound)
}

func oneLiveRun(c *contract) {
	a := c.account("Caja")
	first := c.queued(a)
	for _, step := range []func(){func() {}, func() { _, err := c.ClaimRun(c.ctx, c.at(1)); c.must(err) }} {
		step()
		got, created, err := c.EnqueueRun(c.ctx, core.Run{ID: newID(), AccountID: a.ID, Trigger: core.ByPerson, QueuedAt: c.at(2)})
		c.must(err)
		if created || got.ID != first.ID {
			c.Errorf("run %s was made beside the live %s", got.ID, first.ID)
		}
	}
	first.Status, first.FinishedAt = core.Failed, c.at(3)
	_, err := c.EndRun(c.ctx, first, func(*core.Account) {})
	c.must(err)
	if next := c.queued(a); next.ID == first.ID {
		c.Error("a run that has ended came back")
	}
	_, _, err = c.EnqueueRun(c.ctx, core.Run{ID: newID(), AccountID: newID(), Trigger: core.ByPerson, QueuedAt: c.day})
	c.is(err, core.ErrNotFound)
}

func claiming(c *contract) {
	_, err := c.ClaimRun(c.ctx, c.day)
	c.is(err, core.ErrNotFound)
	var want []string
	for i, name := range []string{"third", "first", "second"} {
		r := core.Run{ID: newID(), AccountID: c.account(name).ID, Trigger: core.BySchedule, QueuedAt: c.at([]int{3, 1, 1}[i])}
		_, _, err := c.EnqueueRun(c.ctx, r)
		c.must(err)
		want = append(want, r.ID)
	}
	want = append(want[1:], want[0])
	for _, id := range want { // oldest first
		r, err := c.ClaimRun(c.ctx, c.at(9))
		c.must(err)
		c.same([]any{r.ID, r.Status, r.StartedAt}, []any{id, core.Running, c.at(9)})
	}
	_, err = c.ClaimRun(c.ctx, c.day)
	c.is(err, core.ErrNotFound)
}

func restarting(c *contract) {
	a := c.configured("Caja")
	c.change(a, func(a *core.Account) {
		a.Block = &core.Block{At: c.day, Kind: scrapers.InvalidCredentials, Reason: "no"}
		a.Health = core.Health{Kind: scrapers.InvalidCredentials, Since: c.day, Failures: 2, Unexplained: 1, CodeFailed: 1, NotBefore: c.at(9)}
		a.LastReadAt = c.at(-9)
	})
	run := core.Run{ID: newID(), AccountID: a.ID, Trigger: core.ByRestart, Status: core.Queued, QueuedAt: c.at(2)}
	got, err := c.Restart(c.ctx, a.ID, c.at(2), run, by("account.restart"))
	c.must(err)
	c.same(got, run)
	now, err := c.Account(c.ctx, a.ID)
	c.must(err)
	if now.Block != nil || now.Health != (core.Health{}) || !now.RestartedAt.Equal(c.at(2)) || !now.LastReadAt.Equal(c.at(-9)) {
		c.Errorf("after a restart: %+v", now)
	}
	again := run
	again.ID = newID()
	got, err = c.Restart(c.ctx, a.ID, c.at(3), again, by("account.restart"))
	c.must(err)
	c.same(got.ID, run.ID) // the live one
	_, err = c.Restart(c.ctx, newID(), c.at(3), again, by("account.restart"))
	c.is(err, core.ErrNotFound)
	c.same(c.audits()[:2], []string{"account.restart", "account.restart"})
}

func stages(c *contract) {
	r := c.running(c.account("Caja"))
	c.must(c.StageRun(c.ctx, r.ID, core.StageLogin, c.at(1), ""))
	c.must(c.StageRun(c.ctx, r.ID, core.StageRead, c.at(2), scrapers.Network))
	got, err := c.Run(c.ctx, r.ID)
	c.must(err)
	c.same(got.Stage, core.StageRead)
	c.must(c.StageRun(c.ctx, r.ID, "", c.at(3), ""))
	rows, err := c.Stages(c.ctx, r.ID)
	c.must(err)
	c.same(rows, []core.RunStage{
		{RunID: r.ID, Name: core.StageLogin, StartedAt: c.at(1), EndedAt: c.at(2), Kind: scrapers.Network},
		{RunID: r.ID, Name: core.StageRead, StartedAt: c.at(2), EndedAt: c.at(3)},
	})
	c.is(c.StageRun(c.ctx, newID(), core.StageLogin, c.day, ""), core.ErrNotFound)
	_, err = c.Stages(c.ctx, newID())
	c.is(err, core.ErrNotFound)
}

func ending(c *contract) {
	a := c.account("Caja")
	r := c.running(a)
	c.must(c.StageRun(c.ctx, r.ID, core.StageLogin, c.at(1), ""))
	r.Status, r.FinishedAt, r.Stage, r.Kind = core.Failed, c.at(3), core.StageLogin, scrapers.Network
	r.Message, r.Said, r.URL = "what happened", "Intente más tarde", "https://bank.example/"
	changed, err := c.EndRun(c.ctx, r, func(a *core.Account) { a.Health.Failures = 1 })
	c.must(err)
	c.same(changed.Health.Failures, 1)
	got, err := c.Run(c.ctx, r.ID)
	c.must(err)
	c.same(got, r)
	rows, err := c.Stages(c.ctx, r.ID)
	c.must(err)
	c.same([]any{rows[0].EndedAt, rows[0].Kind}, []any{c.at(3), scrapers.Network})

	r.Status = core.Succeeded
	_, err = c.EndRun(c.ctx, r, func(a *core.Account) { a.Health.Failures = 9 })
	c.is(err, core.ErrConflict) // it has ended
	r.ID = newID()
	_, err = c.EndRun(c.ctx, r, func(a *core.Account) { a.Health.Failures = 9 })
	c.is(err, core.ErrNotFound)
	now, err := c.Account(c.ctx, a.ID)
	c.must(err)
	c.same(now.Health.Failures, 1)
}

func listsOfRuns(c *contract) {
	a, b := c.account("Caja"), c.account("Otra")
	var want []string
	for range 3 {
		r := c.running(a)
		r.Status, r.FinishedAt = core.Succeeded, c.at(2)
		_, err := c.EndRun(c.ctx, r, func(*core.Account) {})
		c.must(err)
		want = append([]string{r.ID}, want...)
	}
	live := c.queued(b)
	for _, q := range []struct {
		filter core.RunFilter
		want   []string
		total  int
	}{
		{core.RunFilter{Limit: 10}, append([]string{live.ID}, want...), 4},
		{core.RunFilter{AccountID: a.ID, Limit: 2}, want[:2], 3},
		{core.RunFilter{AccountID: a.ID, Limit: 2, Offset: 2}, want[2:], 3},
		{core.RunFilter{Status: core.Queued, Limit: 10}, []string{live.ID}, 1},
		{core.RunFilter{AccountID: a.ID, Status: core.Queued, Limit: 10}, nil, 0},
	} {
		rows, total, err := c.Runs(c.ctx, q.filter)
		c.must(err)
		c.same(runIDs(rows), q.want)
		c.same(total, q.total)
	}
	_, err := c.Run(c.ctx, newID())
	c.is(err, core.ErrNotFound)
}

func orphans(c *contract) {
	a, b, idle := c.account("Caja"), c.account("Otra"), c.account("Quieta")
	r := c.running(a)
	open := c.attempt(a, "ana", 1)
	c.must(c.BeginAttempt(c.ctx, open, agree))
	done := c.attempt(a, "ana", 0)
	c.must(c.BeginAttempt(c.ctx, done, agree))
	c.must(c.ResolveAttempt(c.ctx, done.ID, core.AttemptRefused, c.at(1)))
	c.running(b)
	waits := c.queued(idle)

	seen := map[string]int{}
	n, err := c.Orphans(c.ctx, c.at(8), func(a *core.Account, open []core.Attempt) {
		seen[a.ID] = len(open)
		a.Health.Failures = 1 + len(open)
	})
	c.must(err)
	c.same(n, 2)
	c.same(seen, map[string]int{a.ID: 1, b.ID: 0})
	got, err := c.Run(c.ctx, r.ID)
	c.must(err)
	c.same([]any{got.Status, got.FinishedAt}, []any{core.Orphaned, c.at(8)})
	now, err := c.Account(c.ctx, a.ID)
	c.must(err)
	c.same(now.Health.Failures, 2)
	rows, err := c.Attempts(c.ctx, a.Bank, "ana", c.at(-1))
	c.must(err)
	open.Outcome, open.ResolvedAt = core.AttemptUnresolved, c.at(8)
	c.same(rows[0], open)
	c.same(rows[1].Outcome, core.AttemptRefused)
	got, err = c.Run(c.ctx, waits.ID)
	c.must(err)
	c.same(got.Status, core.Queued)
	n, err = c.Orphans(c.ctx, c.at(9), func(*core.Account, []core.Attempt) { c.Error("an account was changed again") })
	c.must(err)
	c.same(n, 0)
}

func attempts(c *contract) {
	a := c.account("Caja")
	first, second := c.attempt(a, "ana", 1), c.attempt(a, "ana", 2)
	c.must(c.BeginAttempt(c.ctx, first, agree))
	c.must(c.BeginAttempt(c.ctx, second, agree))
	c.must(c.BeginAttempt(c.ctx, c.attempt(a, "bea", 3), agree))
	c.must(c.ResolveAttempt(c.ctx, first.ID, core.AttemptSucceeded, c.at(4)))
	first.Outcome, first.ResolvedAt = core.AttemptSucceeded, c.at(4)
	rows, err := c.Attempts(c.ctx, a.Bank, "ana", c.at(1))
	c.must(err)
	c.same(rows, []core.Attempt{second, first}) // newest first, those that went well too
	rows, err = c.Attempts(c.ctx, a.Bank, "ana", c.at(2))
	c.must(err)
	c.same(rows, []core.Attempt{second})
	rows, err = c.Attempts(c.ctx, "another bank", "ana", c.at(0))
	c.must(err)
	c.same(len(rows), 0)
	c.is(c.ResolveAttempt(c.ctx, newID(), core.AttemptRefused, c.day), core.ErrNotFound)
}

func decidingAttempts(c *contract) {
	a, b := c.account("Caja"), c.account("Otra")
	old, good, mine, other := c.attempt(a, "ana", -31*24*60), c.attempt(a, "ana", -60), c.attempt(b, "ana", -50), c.attempt(a, "bea", -40)
	edge := c.attempt(a, "ana", -30*24*60)
	for _, e := range []core.Attempt{old, edge, good, mine, other} {
		c.must(c.BeginAttempt(c.ctx, e, agree))
	}
	c.must(c.ResolveAttempt(c.ctx, good.ID, core.AttemptSucceeded, c.day))
	next := c.attempt(a, "ana", 0)
	see := func(answer error) func([]core.Attempt) error {
		return func(earlier []core.Attempt) error {
			c.same(ids(earlier, func(a core.Attempt) string { return a.ID }), []string{mine.ID, edge.ID})
			return answer
		}
	}
	c.is(c.BeginAttempt(c.ctx, next, see(errNo)), errNo)
	rows, err := c.Attempts(c.ctx, a.Bank, "ana", c.day)
	c.must(err)
	c.same(len(rows), 0)
	c.must(c.BeginAttempt(c.ctx, next, see(nil)))
}
