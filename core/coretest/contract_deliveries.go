package coretest

import (
	"fmt"
	"time"

	"reconbanker/core"
)

// owing stores one movement per delivery address and what is owed about it.
func (c *contract) owing(a core.Account, next time.Time, addresses ...string) []core.Delivery {
	c.Helper()
	out := make([]core.Delivery, len(addresses))
	for i, address := range addresses {
		m := c.line(i)
		m.Key, m.BankID = "k:"+m.ID, m.ID
		m = c.keep(a, false, m).Fresh[0]
		out[i] = c.oweAbout(m, address, next)
	}
	return out
}

func (c *contract) oweAbout(m core.Movement, address string, next time.Time) core.Delivery {
	c.Helper()
	d := c.owe(m, address, next)
	_, err := c.ChangeMovement(c.ctx, m.AccountID, m.ID, func(*core.Movement) ([]core.Delivery, error) {
		return []core.Delivery{d}, nil
	}, core.Audit{})
	c.must(err)
	return d
}

func (c *contract) isDue(now time.Time, limit, each int, skip core.DeliverySkip, want ...core.Delivery) {
	c.Helper()
	rows, err := c.DueDeliveries(c.ctx, now, limit, each, skip)
	c.must(err)
	c.same(dueIDs(rows), dueIDs(want))
}

func dueDeliveries(c *contract) {
	a := c.account("Caja")
	late := c.owing(a, c.at(5), Hook)[0]
	soon := c.owing(a, c.at(2), Hook)[0]
	never := c.owing(a, c.at(60), Hook)[0]
	m, err := c.Movement(c.ctx, a.ID, soon.SubjectID)
	c.must(err)
	second := c.oweAbout(m, Hook, c.at(1)) // of the same subject: it waits
	next, err := c.NextDelivery(c.ctx)
	c.must(err)
	if next.After(c.at(2)) || next.IsZero() {
		c.Errorf("the next delivery is due at %s", next)
	}
	c.isDue(c.at(1), 10, 4, core.DeliverySkip{})
	c.isDue(c.at(2), 10, 4, core.DeliverySkip{}, soon)
	c.isDue(c.at(9), 10, 4, core.DeliverySkip{}, soon, late)
	c.isDue(c.at(90), 10, 4, core.DeliverySkip{}, soon, late, never)
	rows, err := c.DueDeliveries(c.ctx, c.at(2), 10, 4, core.DeliverySkip{})
	c.must(err)
	c.same(rows, []core.Delivery{soon})
	for _, d := range []core.Delivery{soon, late, never} { // settled ones are owed no more
		_, err := c.ChangeDelivery(c.ctx, d.ID, func(d *core.Delivery) error {
			d.Status, d.DoneAt = core.DeliveryDead, c.at(9)
			return nil
		}, core.Audit{})
		c.must(err)
	}
	c.isDue(c.at(90), 10, 4, core.DeliverySkip{}, second)
	next, err = c.NextDelivery(c.ctx)
	c.must(err)
	c.same(next, c.at(1))
}

func dueLimits(c *contract) {
	a := c.account("Caja")
	next, err := c.NextDelivery(c.ctx)
	c.must(err)
	c.same(next, time.Time{})
	one := c.owing(a, c.at(1), Hook, Hook, Hook)
	two := c.owing(a, c.at(2), "https://two.example/", "https://two.example/")
	r1, r2 := core.ReceiverOf(Hook), core.ReceiverOf("https://two.example/")
	at := c.at(9)
	c.isDue(at, 10, 2, core.DeliverySkip{}, one[0], one[1], two[0], two[1])
	c.isDue(at, 3, 2, core.DeliverySkip{}, one[0], one[1], two[0])
	c.isDue(at, 10, 4, core.DeliverySkip{Receivers: []string{r1}}, two...)
	c.isDue(at, 10, 4, core.DeliverySkip{Receivers: []string{r1, r2}})
	c.isDue(at, 10, 4, core.DeliverySkip{IDs: []string{one[0].ID, two[1].ID}}, one[1], one[2], two[0])
	c.isDue(at, 10, 4, core.DeliverySkip{Busy: map[string]int{r1: 3}}, one[0], two[0], two[1])
	c.isDue(at, 10, 4, core.DeliverySkip{IDs: []string{one[0].ID}, Busy: map[string]int{r1: 3, r2: 4}}, one[1])
}

// tried is d after one attempt.
func (c *contract) tried(d core.Delivery, status core.DeliveryStatus) core.DeliveryResult {
	d.Attempts++
	d.Tries++
	d.Status, d.NextAt, d.LastStatus, d.LastError = status, c.at(30), 500, "the receiver answered 500"
	if status == core.DeliveryDelivered {
		d.LastStatus, d.LastError, d.DoneAt = 200, "", c.at(8)
	}
	return core.DeliveryResult{
		Delivery: d,
		Attempt: &core.DeliveryAttempt{
			DeliveryID: d.ID, N: d.Attempts, At: c.at(7), Took: 1500 * time.Millisecond, Status: d.LastStatus, Error: d.LastError, Response: "body", ResponseOf: 4,
		},
		Receiver: core.Receiver{Origin: d.Receiver, Failures: 6, OpenUntil: c.at(9), OpenFor: 2 * time.Minute},
	}
}

func finishing(c *contract) {
	a := c.account("Caja")
	owed := c.owing(a, c.at(1), Hook, Hook, "https://two.example/")
	failed, good := c.tried(owed[0], core.DeliveryRetrying), c.tried(owed[1], core.DeliveryDelivered)
	unspent := core.DeliveryResult{Delivery: owed[2]}
	unspent.Delivery.NextAt, unspent.Delivery.LastError = c.at(6), "the keychain is locked"
	unspent.Receiver = core.Receiver{Origin: owed[2].Receiver}
	good.Receiver = core.Receiver{Origin: owed[1].Receiver, Failures: 7, OpenUntil: c.at(10), OpenFor: 4 * time.Minute}
	c.must(c.FinishDeliveries(c.ctx, []core.DeliveryResult{failed, good, unspent}))
	for _, want := range []core.DeliveryResult{failed, good, unspent} {
		got, err := c.Delivery(c.ctx, want.Delivery.ID)
		c.must(err)
		c.same(got, want.Delivery)
		rows, err := c.DeliveryAttempts(c.ctx, want.Delivery.ID)
		c.must(err)
		if want.Attempt == nil {
			c.same(len(rows), 0)
			continue
		}
		c.same(rows, []core.DeliveryAttempt{*want.Attempt})
	}
	for i, want := range []time.Time{{}, c.at(8), {}} {
		m, err := c.Movement(c.ctx, a.ID, owed[i].SubjectID)
		c.must(err)
		c.same(m.NotifiedAt, want)
	}
	known, err := c.Receivers(c.ctx)
	c.must(err)
	byOrigin := map[string]core.Receiver{}
	for _, r := range known {
		byOrigin[r.Origin] = r
	}
	c.same(byOrigin[owed[0].Receiver], good.Receiver) // the last one stands

	again := c.tried(failed.Delivery, core.DeliveryRetrying)
	c.must(c.FinishDeliveries(c.ctx, []core.DeliveryResult{again}))
	rows, err := c.DeliveryAttempts(c.ctx, owed[0].ID)
	c.must(err)
	c.same(ids(rows, func(a core.DeliveryAttempt) string { return fmt.Sprint(a.N) }), []string{"1", "2"})
}

func finishingTooLate(c *contract) {
	a := c.account("Caja")
	owed := c.owing(a, c.at(1), Hook, Hook)
	gone := owed[1]
	gone.ID = newID()
	c.must(c.FinishDeliveries(c.ctx, nil))
	good := c.tried(owed[0], core.DeliveryDelivered)
	c.must(c.FinishDeliveries(c.ctx, []core.DeliveryResult{good, c.tried(gone, core.DeliveryDelivered)}))
	c.must(c.FinishDeliveries(c.ctx, []core.DeliveryResult{c.tried(good.Delivery, core.DeliveryRetrying)})) // it is settled
	got, err := c.Delivery(c.ctx, owed[0].ID)
	c.must(err)
	c.same(got, good.Delivery)

	// The address may have followed the settings while an attempt was under way.
	moved, err := c.ChangeDelivery(c.ctx, owed[1].ID, func(d *core.Delivery) error {
		d.URL, d.Receiver = "https://new.example/", core.ReceiverOf("https://new.example/")
		return nil
	}, core.Audit{})
	c.must(err)
	c.must(c.FinishDeliveries(c.ctx, []core.DeliveryResult{c.tried(owed[1], core.DeliveryRetrying)}))
	got, err = c.Delivery(c.ctx, owed[1].ID)
	c.must(err)
	c.same([]any{got.URL, got.Receiver, got.Attempts}, []any{moved.URL, moved.Receiver, 1})
	_, err = c.Delivery(c.ctx, gone.ID)
	c.is(err, core.ErrNotFound)
	_, err = c.DeliveryAttempts(c.ctx, gone.ID)
	c.is(err, core.ErrNotFound)
}

func listsOfDeliveries(c *contract) {
	a, b := c.account("Caja"), c.account("Otra")
	owed := c.owing(a, c.at(1), Hook, Hook, Hook)
	other := c.owing(b, c.at(1), Hook)[0]
	c.must(c.FinishDeliveries(c.ctx, []core.DeliveryResult{c.tried(owed[0], core.DeliveryDelivered), c.tried(owed[1], core.DeliveryRetrying)}))
	m, err := c.Movement(c.ctx, a.ID, owed[0].SubjectID)
	c.must(err)
	again := c.oweAbout(m, Hook, c.at(2))
	list := func(f core.DeliveryFilter, total int, want ...core.Delivery) {
		c.Helper()
		rows, n, err := c.Deliveries(c.ctx, f)
		c.must(err)
		c.same(dueIDs(rows), dueIDs(want))
		c.same(n, total)
	}
	list(core.DeliveryFilter{Limit: 10}, 5, again, other, owed[2], owed[1], owed[0])
	list(core.DeliveryFilter{AccountID: a.ID, Limit: 2, Offset: 1}, 4, owed[2], owed[1])
	list(core.DeliveryFilter{SubjectID: m.ID, Limit: 10}, 2, again, owed[0])
	list(core.DeliveryFilter{Status: core.DeliveryDelivered, Limit: 10}, 1, owed[0])
	list(core.DeliveryFilter{AccountID: a.ID, Status: core.DeliveryPending, Limit: 10}, 2, again, owed[2])
	for id, want := range map[string]map[core.DeliveryStatus]int{
		a.ID: {core.DeliveryDelivered: 1, core.DeliveryRetrying: 1, core.DeliveryPending: 2},
		"":   {core.DeliveryDelivered: 1, core.DeliveryRetrying: 1, core.DeliveryPending: 3},
	} {
		counts, err := c.DeliveryCounts(c.ctx, id)
		c.must(err)
		c.same(counts, want)
	}
	latest, err := c.LatestDeliveries(c.ctx, []string{m.ID, owed[2].SubjectID, newID()})
	c.must(err)
	c.same(len(latest), 2)
	c.same([]string{latest[m.ID].ID, latest[owed[2].SubjectID].ID}, []string{again.ID, owed[2].ID})
}

func deliveryChanges(c *contract) {
	a := c.account("Caja")
	d := c.owing(a, c.at(1), Hook)[0]
	got, err := c.ChangeDelivery(c.ctx, d.ID, func(d *core.Delivery) error {
		d.Status, d.Tries, d.QueuedAt, d.NextAt = core.DeliveryRetrying, 3, c.at(2), c.at(3)
		return nil
	}, by("delivery.resend"))
	c.must(err)
	d.Status, d.Tries, d.QueuedAt, d.NextAt = core.DeliveryRetrying, 3, c.at(2), c.at(3)
	c.same(got, d)
	_, err = c.ChangeDelivery(c.ctx, d.ID, func(d *core.Delivery) error {
		d.Tries = 9
		return errNo
	}, by("delivery.resend"))
	c.is(err, errNo)
	got, err = c.Delivery(c.ctx, d.ID)
	c.must(err)
	c.same(got, d)
	_, err = c.ChangeDelivery(c.ctx, newID(), func(*core.Delivery) error { return nil }, by("delivery.resend"))
	c.is(err, core.ErrNotFound)
	rows, err := c.AuditLog(c.ctx, 1, 0)
	c.must(err)
	c.same([]string{string(rows[0].Action), rows[0].AccountID}, []string{"delivery.resend", a.ID})
}
