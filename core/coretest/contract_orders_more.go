package coretest

import (
	"errors"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

func freeMovements(c *contract) {
	a := c.account("Caja")
	lines := make([]core.Movement, 7)
	for i := range lines {
		lines[i] = c.line(i)
		lines[i].Amount.Minor = 500
	}
	lines[1].Direction = scrapers.Debit
	lines[2].Amount.Currency = "USD"
	lines[3].Amount.Minor = 501
	kept := c.keep(a, false, lines...)
	o := c.newOrder(a, "A", 1)
	o.Amount.Minor = 500
	c.addOrders(o)
	free := func() (out []string, byHand []bool) {
		c.tx(func(tx core.OrderTx) error {
			rows, err := tx.Free(a.ID, o.Amount, c.at(0), c.at(12))
			for _, f := range rows {
				m := f.Movement
				if m.AccountID != a.ID || m.Sender == "" || m.BookedAt.IsZero() || m.IngestedAt.IsZero() || m.Direction != scrapers.Credit || m.Amount != o.Amount {
					c.Errorf("a free movement lacks something: %+v", m)
				}
				out, byHand = append(out, m.BankID), append(byHand, f.ByHand)
			}
			return err
		})
		return out, byHand
	}
	if got, _ := free(); join(got) != "0 4 5 6" {
		c.Errorf("free are %v", got)
	}
	id := func(i int) string { return kept.Fresh[i].ID }
	match := core.OrderMatch{ID: newID(), AccountID: a.ID, OrderID: o.ID, MovementID: id(0), MatchedAt: c.at(3)}
	c.tx(func(tx core.OrderTx) error {
		if m, err := tx.MovementByBankID(a.ID, "001", "4"); err != nil || m.ID != id(4) {
			c.Errorf("movement 4 is %+v, %v", m, err)
		}
		if _, err := tx.MovementByBankID(a.ID, "002", "4"); !errors.Is(err, core.ErrNotFound) {
			c.Errorf("found in another bank account: %v", err)
		}
		return errors.Join(tx.AddMatch(match), tx.Exclude(id(4), c.at(4)))
	})
	if got, _ := free(); join(got) != "5 6" {
		c.Errorf("free are %v", got)
	}
	if m, err := c.Movement(c.ctx, a.ID, id(4)); err != nil || !m.ExcludedAt.Equal(c.at(4)) {
		c.Errorf("movement %+v, %v", m, err)
	}
	c.tx(func(tx core.OrderTx) error {
		return errors.Join(tx.EndMatch(match.ID, c.at(5), "ana"), tx.Exclude(id(4), time.Time{}))
	})
	if got, hand := free(); join(got) != "0 4 5 6" || !hand[0] || hand[1] {
		c.Errorf("free are %v, left to people %v", got, hand)
	}
}

func whatPeopleSettled(c *contract) {
	a := c.account("Caja")
	kept := c.keep(a, false, c.line(1))
	m := kept.Fresh[0].ID
	o := c.newOrder(a, "A", 1)
	c.addOrders(o)
	r := core.Refusal{OrderID: o.ID, MovementID: m, CreatedAt: c.at(1), By: "ana"}
	c.tx(func(tx core.OrderTx) error { return errors.Join(tx.AddRefusal(r), tx.AddRefusal(r)) })
	rows, n, err := c.Refusals(c.ctx, a.ID, 10, 0)
	c.must(err)
	c.same(rows, []core.Refusal{r})
	c.same(n, 1)
	c.tx(func(tx core.OrderTx) error {
		of, err := tx.RefusalsOf([]string{o.ID})
		c.same(of, []core.Refusal{r})
		return errors.Join(err, tx.DropRefusal(o.ID, m))
	})
	c.is(c.ChangeOrders(c.ctx, func(tx core.OrderTx) error { return tx.DropRefusal(o.ID, m) }), core.ErrNotFound)

	alias := func(order, bank, match string, minute int) core.Alias {
		return core.Alias{ID: newID(), AccountID: a.ID, OrderName: order, BankName: bank, MatchID: match, CreatedAt: c.at(minute), By: "ana"}
	}
	one, again, two := alias("Uno", "BANCO", "m1", 1), alias("Uno", "BANCO", "m2", 2), alias("Dos", "BANCO", "m3", 3)
	c.tx(func(tx core.OrderTx) error {
		return errors.Join(tx.AddAlias(one, "uno", "banco"), tx.AddAlias(again, "uno", "banco"))
	})
	known, _, err := c.Aliases(c.ctx, a.ID, 10, 0)
	c.must(err)
	c.same(known, []core.KnownAlias{{Alias: again, Counts: true}, {Alias: one, Counts: true}})
	c.tx(func(tx core.OrderTx) error { return tx.AddAlias(two, "dos", "banco") })
	known, n, err = c.Aliases(c.ctx, "", 1, 1)
	c.must(err)
	if n != 3 || len(known) != 1 || known[0].Counts {
		c.Errorf("%d aliases, the second %+v", n, known)
	}
	c.tx(func(tx core.OrderTx) error {
		of, err := tx.AliasesOf(a.ID, []string{"banco", "nadie"})
		c.same(len(of), 3)
		return errors.Join(err, tx.DropTaught("m3"), tx.DropAlias(one.ID)) // with its equal
	})
	known, _, err = c.Aliases(c.ctx, a.ID, 10, 0)
	c.must(err)
	c.same(known, []core.KnownAlias{})
}

func alertsAndFeeds(c *contract) {
	a := c.account("Caja")
	alert := core.OrderAlert{ID: newID(), AccountID: a.ID, Kind: core.AlertReversed, OrderID: "o", MovementID: "m", OtherID: "n", At: c.at(1)}
	same, other := alert, alert
	same.ID, other.ID, other.MovementID = newID(), newID(), "m2"
	c.tx(func(tx core.OrderTx) error {
		return errors.Join(tx.AddAlert(alert), tx.AddAlert(same), tx.AddAlert(other), tx.CloseAlert(other.ID, c.at(2), "ana"))
	})
	c.is(c.ChangeOrders(c.ctx, func(tx core.OrderTx) error { return tx.CloseAlert(other.ID, c.at(3), "eva") }), core.ErrNotFound)
	rows, n, err := c.OrderAlerts(c.ctx, a.ID, false, 10, 0)
	c.must(err)
	c.same(rows, []core.OrderAlert{alert})
	c.same(n, 1)
	rows, _, err = c.OrderAlerts(c.ctx, "", true, 10, 0)
	c.must(err)
	other.ClosedAt, other.ClosedBy = c.at(2), "ana"
	c.same(rows, []core.OrderAlert{other, alert})

	f := core.Feed{
		AccountID: a.ID, Source: "s", PolledAt: c.at(1), GoodAt: c.at(2), NextAt: c.at(3), Failures: 4, Error: "no", Unchanged: true,
		Accepted: 5, Rejected: 6, Held: 7, ETag: "e", RejectedTop: []core.RejectedRow{{Position: 1, ExternalID: "x", Reason: "r"}},
	}
	c.tx(func(tx core.OrderTx) error {
		if _, err := tx.Feed(a.ID); !errors.Is(err, core.ErrNotFound) {
			c.Errorf("a list that was never polled: %v", err)
		}
		return errors.Join(tx.PutFeed(core.Feed{AccountID: a.ID}), tx.PutFeed(f))
	})
	c.is(c.ChangeOrders(c.ctx, func(tx core.OrderTx) error { return tx.PutFeed(core.Feed{AccountID: newID()}) }), core.ErrNotFound)
	feeds, err := c.Feeds(c.ctx)
	c.must(err)
	c.same(feeds, []core.Feed{f})
}

func staleOrders(c *contract) {
	a := c.account("Caja")
	c.keep(a, false, c.line(1), c.line(2)) // ingested at minute 4
	stale := func(now time.Time) string {
		rows, err := c.StaleOrders(c.ctx, now, 10)
		c.must(err)
		return join(externalIDs(rows))
	}
	never, seen, missed, failed, later := c.newOrder(a, "never", 9), c.newOrder(a, "seen", 1), c.newOrder(a, "missed", 2), c.newOrder(a, "failed", 9), c.newOrder(a, "later", 9)
	seen.Status, seen.CheckedAt = core.OrderNotFound, c.at(5)
	missed.Status, missed.CheckedAt = core.OrderNotFound, c.at(3)
	failed.Status = core.OrderFailed
	later.Status, later.CheckedAt, later.RetryAt = core.OrderProcessing, c.at(5), c.at(30)
	c.addOrders(never, seen, missed, failed, later)
	c.same(stale(c.at(10)), "missed never")
	c.same(stale(c.at(31)), "missed never later")
}

func settlingWithRun(c *contract) {
	a := c.account("Caja")
	failure := errors.New("no")
	k := c.reading(a, c.line(1))
	k.Settle = func(core.OrderTx, core.Kept) error { return failure }
	_, err := c.Keep(c.ctx, k)
	c.is(err, failure)
	if _, total, _ := c.Movements(c.ctx, core.MovementFilter{AccountID: a.ID, Limit: 10}); total != 0 {
		c.Error("a reading that could not be settled left movements")
	}
	k.Settle = func(tx core.OrderTx, kept core.Kept) error {
		m, err := tx.Movement(a.ID, kept.Fresh[0].ID)
		if err != nil {
			return err
		}
		d := c.owe(m, Hook, c.day)
		d.Kind, d.SubjectID = core.OrderDelivery, "order"
		return tx.Owe(d)
	}
	kept, err := c.Keep(c.ctx, k)
	c.must(err)
	if kept.Run.Owed != 1 || kept.Run.New != 1 {
		c.Errorf("run %+v", kept.Run)
	}
	c.tx(func(tx core.OrderTx) error {
		d, err := tx.LastDelivery("order")
		if d.Kind != core.OrderDelivery {
			c.Errorf("delivery %+v", d)
		}
		return errors.Join(err, tx.Supersede("order", "it does not hold", c.at(9)))
	})
	rows, _, err := c.Deliveries(c.ctx, core.DeliveryFilter{SubjectID: "order", Limit: 1})
	c.must(err)
	if d := rows[0]; d.Status != core.DeliveryDead || d.LastError != "it does not hold" || !d.DoneAt.Equal(c.at(9)) {
		c.Errorf("delivery %+v", d)
	}
}

// While one delivery of a subject is in flight none of its others goes, even if
// that one was settled meanwhile.
func oneSubjectInTurn(c *contract) {
	a := c.account("Caja")
	kept := c.keep(a, true, c.line(1))
	due, err := c.DueDeliveries(c.ctx, c.day, 10, 10, core.DeliverySkip{})
	c.must(err)
	next := c.owe(kept.Fresh[0], Hook, c.day)
	c.tx(func(tx core.OrderTx) error {
		return errors.Join(tx.Supersede(kept.Fresh[0].ID, "old", c.day), tx.Owe(next))
	})
	rows, err := c.DueDeliveries(c.ctx, c.day, 10, 10, core.DeliverySkip{IDs: []string{due[0].ID}})
	c.must(err)
	c.same(dueIDs(rows), []string{})
	rows, err = c.DueDeliveries(c.ctx, c.day, 10, 10, core.DeliverySkip{})
	c.must(err)
	c.same(dueIDs(rows), []string{next.ID})
}
