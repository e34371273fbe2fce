package coretest

import (
	"reconbanker/core"
	"reconbanker/scrapers"
)

func (c *contract) request(r core.Run) core.Assistance {
	return core.Assistance{
		ID: newID(), AccountID: r.AccountID, RunID: r.ID, Kind: scrapers.Numeric, Length: 6, Target: "09• ••• 417", Purpose: "login",
		Attempts: 1, Limit: 3, CanResend: true, State: core.AssistancePending,
		CreatedAt: c.at(1), AskedAt: c.at(2), ExpiresAt: c.at(7),
	}
}

func asking(c *contract) {
	a, b := c.account("Caja"), c.account("Otra")
	first, second := c.request(c.running(a)), c.request(c.running(b))
	c.must(c.OpenAssistance(c.ctx, first))
	c.must(c.OpenAssistance(c.ctx, second))
	again := c.request(core.Run{ID: newID(), AccountID: a.ID})
	c.is(c.OpenAssistance(c.ctx, again), core.ErrConflict)
	c.is(c.OpenAssistance(c.ctx, c.request(core.Run{ID: newID(), AccountID: newID()})), core.ErrNotFound)

	rows, err := c.PendingAssistances(c.ctx, "")
	c.must(err)
	c.same(rows, []core.Assistance{first, second})
	rows, err = c.PendingAssistances(c.ctx, b.ID)
	c.must(err)
	c.same(rows, []core.Assistance{second})

	given, err := c.ChangeAssistance(c.ctx, first.ID, func(a *core.Assistance) error {
		a.Submitted, a.AskedAt, a.ExpiresAt = true, c.at(3), c.at(8)
		return nil
	}, by("assistance.submit"))
	c.must(err)
	first.Submitted, first.AskedAt, first.ExpiresAt = true, c.at(3), c.at(8)
	c.same(given, first)
	c.same(c.audits()[0], "assistance.submit")
	_, err = c.ChangeAssistance(c.ctx, first.ID, func(*core.Assistance) error { return errNo }, by("never"))
	c.is(err, errNo)
	got, err := c.Assistance(c.ctx, first.ID)
	c.must(err)
	c.same(got, first)

	_, err = c.ChangeAssistance(c.ctx, first.ID, func(a *core.Assistance) error {
		a.State, a.Submitted, a.EndedAt = core.AssistanceFulfilled, false, c.at(4)
		return nil
	}, core.Audit{})
	c.must(err)
	_, err = c.ChangeAssistance(c.ctx, first.ID, func(*core.Assistance) error { return nil }, core.Audit{})
	c.is(err, core.ErrConflict)
	_, err = c.ChangeAssistance(c.ctx, newID(), func(*core.Assistance) error { return nil }, core.Audit{})
	c.is(err, core.ErrNotFound)
	_, err = c.Assistance(c.ctx, newID())
	c.is(err, core.ErrNotFound)
	c.must(c.OpenAssistance(c.ctx, again)) // the first has ended
}

// endsOfRequests: nothing stays pending that nobody listens to.
func endsOfRequests(c *contract) {
	a, b, d := c.account("Caja"), c.account("Otra"), c.account("Tercera")
	ended, kept, left := c.running(a), c.running(b), c.running(d)
	requests := []core.Assistance{c.request(ended), c.request(kept), c.request(left)}
	for _, r := range requests {
		c.must(c.OpenAssistance(c.ctx, r))
	}
	is := func(i int, state core.AssistanceState, reason scrapers.Kind, minute int) {
		c.Helper()
		got, err := c.Assistance(c.ctx, requests[i].ID)
		c.must(err)
		c.same([]any{got.State, got.Reason, got.EndedAt}, []any{state, reason, c.at(minute)})
	}
	ended.Status, ended.Kind, ended.FinishedAt = core.Failed, scrapers.BrowserCrashed, c.at(3)
	_, err := c.EndRun(c.ctx, ended, func(*core.Account) {})
	c.must(err)
	is(0, core.AssistanceCancelled, scrapers.BrowserCrashed, 3)

	kept.Status, kept.FinishedAt = core.Succeeded, c.at(4)
	_, err = c.Keep(c.ctx, core.Keep{Run: kept, At: c.at(4), Decide: decideNothing, Change: func(*core.Account) {}})
	c.must(err)
	is(1, core.AssistanceCancelled, "", 4)

	_, err = c.Orphans(c.ctx, c.at(6), func(*core.Account, []core.Attempt) {})
	c.must(err)
	is(2, core.AssistanceCancelled, core.Interrupted, 6)
	c.must(c.DeleteAccount(c.ctx, d.ID, by("account.delete")))
	_, err = c.Assistance(c.ctx, requests[2].ID)
	c.is(err, core.ErrNotFound)
	rows, err := c.PendingAssistances(c.ctx, "")
	c.must(err)
	c.same(len(rows), 0)
}

func sessionStates(c *contract) {
	a := c.account("Caja")
	c.must(c.SaveSessionState(c.ctx, a.ID, 1, []byte("one"), c.at(1)))
	c.must(c.SaveSessionState(c.ctx, a.ID, 2, []byte("two"), c.at(2)))
	_, err := c.SessionState(c.ctx, a.ID, 1)
	c.is(err, core.ErrNotFound)
	got, err := c.SessionState(c.ctx, a.ID, 2)
	c.must(err)
	c.same(string(got), "two")
	c.is(c.SaveSessionState(c.ctx, newID(), 1, []byte("x"), c.at(1)), core.ErrNotFound)
	c.must(c.DropSessionState(c.ctx, a.ID))
	c.must(c.DropSessionState(c.ctx, a.ID))
	_, err = c.SessionState(c.ctx, a.ID, 2)
	c.is(err, core.ErrNotFound)
	c.must(c.SaveSessionState(c.ctx, a.ID, 3, []byte("three"), c.at(3)))
	c.must(c.DeleteAccount(c.ctx, a.ID, by("account.delete")))
	_, err = c.SessionState(c.ctx, a.ID, 3)
	c.is(err, core.ErrNotFound)
}

// startingRuns: a session writes its run when it has news, beside no other.
func startingRuns(c *contract) {
	a := c.account("Caja")
	r := core.Run{ID: newID(), AccountID: a.ID, Trigger: core.BySession, Status: core.Running, QueuedAt: c.at(1), StartedAt: c.at(2), Stage: core.StageRead}
	c.must(c.StartRun(c.ctx, r))
	got, err := c.Run(c.ctx, r.ID)
	c.must(err)
	c.same(got, r)
	again := r
	again.ID = newID()
	c.is(c.StartRun(c.ctx, again), core.ErrConflict)
	r.Status, r.FinishedAt = core.Succeeded, c.at(3)
	_, err = c.EndRun(c.ctx, r, func(*core.Account) {})
	c.must(err)
	c.must(c.StartRun(c.ctx, again))
	_, created, err := c.EnqueueRun(c.ctx, core.Run{ID: newID(), AccountID: a.ID, QueuedAt: c.at(4)})
	c.must(err)
	c.same(created, false)
	_, err = c.ClaimRun(c.ctx, c.at(5))
	c.is(err, core.ErrNotFound)
	again.ID, again.AccountID = newID(), newID()
	c.is(c.StartRun(c.ctx, again), core.ErrNotFound)
}
