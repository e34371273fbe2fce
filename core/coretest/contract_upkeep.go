package coretest

import (
	"time"

	"reconbanker/core"
)

func preferences(c *contract) {
	p, err := c.Preferences(c.ctx)
	c.must(err)
	c.same(p, core.DefaultPreferences)
	want := core.Preferences{KeepEvidence: true, StaleHours: 48, Language: "es"}
	c.must(c.SetPreferences(c.ctx, want, by("preferences.set")))
	p, err = c.Preferences(c.ctx)
	c.must(err)
	c.same(p, want)
	c.same(c.audits(), []string{"preferences.set"})
}

// ended is a run that ended at a time, with evidence when it is to have some.
func (c *contract) ended(a core.Account, at time.Time, evidence bool) core.Run {
	c.Helper()
	run, _, err := c.EnqueueRun(c.ctx, core.Run{ID: newID(), AccountID: a.ID, Trigger: core.ByPerson, QueuedAt: at})
	c.must(err)
	c.must(c.StageRun(c.ctx, run.ID, core.StageLogin, at, ""))
	if evidence {
		c.must(c.SaveEvidence(c.ctx, core.SealedEvidence{RunID: run.ID, At: at, Page: []byte("page"), Picture: []byte("picture")}))
	}
	run.Status, run.FinishedAt = core.Failed, at
	_, err = c.EndRun(c.ctx, run, func(*core.Account) {})
	c.must(err)
	return run
}

func evidence(c *contract) {
	a := c.account("Caja")
	c.is(c.SaveEvidence(c.ctx, core.SealedEvidence{RunID: newID(), At: c.day, Page: []byte("p")}), core.ErrNotFound)
	run := c.ended(a, c.at(1), true)
	got, err := c.LoadEvidence(c.ctx, run.ID)
	c.must(err)
	c.same(got, core.SealedEvidence{RunID: run.ID, At: c.at(1), Page: []byte("page"), Picture: []byte("picture")})
	c.must(c.SaveEvidence(c.ctx, core.SealedEvidence{RunID: run.ID, At: c.at(2), Page: []byte("other")}))
	got, err = c.LoadEvidence(c.ctx, run.ID)
	c.must(err)
	c.same(got, core.SealedEvidence{RunID: run.ID, At: c.at(2), Page: []byte("other")})

	c.must(c.SetPreferences(c.ctx, core.Preferences{StaleHours: 24}, core.Audit{}))
	_, err = c.LoadEvidence(c.ctx, run.ID)
	c.is(err, core.ErrNotFound)

	other := c.ended(a, c.at(3), true)
	c.must(c.DeleteAccount(c.ctx, a.ID, core.Audit{}))
	_, err = c.LoadEvidence(c.ctx, other.ID)
	c.is(err, core.ErrNotFound)
}

func pruning(c *contract) {
	a := c.account("Caja")
	var runs []core.Run
	for minute := range 5 {
		runs = append(runs, c.ended(a, c.at(minute), true))
	}
	queued, _, err := c.EnqueueRun(c.ctx, core.Run{ID: newID(), AccountID: a.ID, Trigger: core.ByPerson, QueuedAt: c.at(-60)})
	c.must(err)
	for _, want := range []int{2, 1, 0} { // the oldest first, the third is too young
		n, err := c.PruneEvidence(c.ctx, c.at(3), 2)
		c.must(err)
		c.same(n, want)
	}
	for i, run := range runs {
		_, err := c.LoadEvidence(c.ctx, run.ID)
		c.same(core.IsMissing(err), i < 3)
	}
	n, err := c.PruneRuns(c.ctx, c.at(4), 500)
	c.must(err)
	c.same(n, 4)
	for i, run := range runs {
		_, err := c.Run(c.ctx, run.ID)
		c.same(core.IsMissing(err), i < 4)
		_, err = c.Stages(c.ctx, run.ID)
		c.same(core.IsMissing(err), i < 4)
	}
	_, err = c.LoadEvidence(c.ctx, runs[3].ID)
	c.is(err, core.ErrNotFound)
	_, err = c.Run(c.ctx, queued.ID) // one that waits is never old
	c.must(err)
}

func auditPruning(c *contract) {
	for minute := range 4 {
		line := by(core.ActSetMode)
		line.At = c.at(minute)
		c.must(c.SetOperationMode(c.ctx, []core.OperationMode{core.Reconcile, core.Passthrough}[minute%2], line))
	}
	for _, want := range []int{2, 1, 0} { // the oldest first, the fourth is too young
		n, err := c.PruneAudit(c.ctx, c.at(3), 2)
		c.must(err)
		c.same(n, want)
	}
	rows, err := c.AuditLog(c.ctx, 9, 0)
	c.must(err)
	c.same(len(rows), 1)
	c.same(rows[0].At, c.at(3))
}

// notices holds that what a change leaves owed is written with it, or not at all.
func notices(c *contract) {
	a := c.configured("Caja")
	s := c.settings(a)
	told := core.Alerts{Login: core.Alert{Cause: "password blocked", At: c.at(1)}}
	owe := func(a *core.Account) core.Delivery {
		kind, address := s.NoticeRoute()
		d := core.Delivery{
			ID: newID(), WebhookID: "msg_1", AccountID: a.ID, Kind: kind, SubjectID: a.ID + "/login_failed", URL: address,
			Receiver: core.NoticeReceiver(address), Payload: []byte("{}"), Status: core.DeliveryPending, NextAt: c.at(1), CreatedAt: c.at(1), QueuedAt: c.at(1),
		}
		a.Alerts, a.Notices = told, append(a.Notices, d)
		return d
	}
	_, err := c.ChangeAccount(c.ctx, a.ID, func(a *core.Account) error {
		owe(a)
		return core.ErrConflict
	}, core.Audit{})
	c.is(err, core.ErrConflict)
	rows, _, err := c.Deliveries(c.ctx, core.DeliveryFilter{AccountID: a.ID, Limit: 9})
	c.must(err)
	c.same(len(rows), 0)

	run, _, err := c.EnqueueRun(c.ctx, core.Run{ID: newID(), AccountID: a.ID, Trigger: core.ByPerson})
	c.must(err)
	run.Status, run.FinishedAt = core.Failed, c.at(1)
	var want core.Delivery
	changed, err := c.EndRun(c.ctx, run, func(a *core.Account) { want = owe(a) })
	c.must(err)
	c.same(changed.Notices, []core.Delivery(nil))
	c.same(changed.Alerts, told)
	again, err := c.Account(c.ctx, a.ID)
	c.must(err)
	c.same(again, changed)
	got, err := c.Delivery(c.ctx, want.ID)
	c.must(err)
	c.same(got, want)

	_, _, err = c.EnqueueRun(c.ctx, core.Run{ID: newID(), AccountID: a.ID, Trigger: core.ByPerson})
	c.must(err)
	_, err = c.ClaimRun(c.ctx, c.at(1))
	c.must(err)
	var orphaned core.Delivery
	_, err = c.Orphans(c.ctx, c.at(2), func(a *core.Account, _ []core.Attempt) { orphaned = owe(a) })
	c.must(err)
	got, err = c.Delivery(c.ctx, orphaned.ID)
	c.must(err)
	c.same(got, orphaned)

	c.assistanceNotices(a, owe)

	s.NotificationEndpointURL = "https://other.example/n"
	c.must(c.SaveSettings(c.ctx, s, nil, nil, core.Audit{}))
	got, err = c.Delivery(c.ctx, want.ID)
	c.must(err)
	c.same([]string{got.URL, got.Receiver}, []string{s.NotificationEndpointURL, core.NoticeReceiver(s.NotificationEndpointURL)})
	s.NotificationTransport, s.UpdatedAt = core.TransportChat, c.at(9)
	c.must(c.SaveSettings(c.ctx, s, nil, nil, core.Audit{}))
	got, err = c.Delivery(c.ctx, want.ID)
	c.must(err)
	c.same([]any{got.Status, got.LastError, got.DoneAt}, []any{core.DeliveryDead, core.NoticeMoved, c.at(9)})
}

// assistanceNotices holds the same of a request for a person's help.
func (c *contract) assistanceNotices(a core.Account, owe func(*core.Account) core.Delivery) {
	c.Helper()
	q := c.request(core.Run{ID: newID(), AccountID: a.ID})
	opened, changed, never := owe(&a), owe(&a), owe(&a)
	q.Notices = []core.Delivery{opened}
	c.must(c.OpenAssistance(c.ctx, q))
	q.Notices = []core.Delivery{never}
	c.is(c.OpenAssistance(c.ctx, q), core.ErrConflict)
	again, err := c.ChangeAssistance(c.ctx, q.ID, func(q *core.Assistance) error {
		q.Notices = []core.Delivery{changed}
		return nil
	}, core.Audit{})
	c.must(err)
	c.same(again.Notices, []core.Delivery(nil))
	for _, want := range []core.Delivery{opened, changed} {
		got, err := c.Delivery(c.ctx, want.ID)
		c.must(err)
		c.same(got, want)
	}
	_, err = c.Delivery(c.ctx, never.ID)
	c.is(err, core.ErrNotFound)
}
