package coretest

import (
	"errors"
	"time"

	"reconbanker/core"
)

// orderRules are the rules about orders.
var orderRules = map[string]func(*contract){
	"orders":               orders,
	"orders by their kind": ordersByKind,
	"lists of orders":      listsOfOrders,
	"one match":            oneMatch,
	"free movements":       freeMovements,
	"what people settled":  whatPeopleSettled,
	"alerts and feeds":     alertsAndFeeds,
	"stale orders":         staleOrders,
	"settling with a run":  settlingWithRun,
	"one subject in turn":  oneSubjectInTurn,
	"old deliveries":       deliveryPruning,
	"counts by day":        countsByDay,
}

func (c *contract) tx(fn func(tx core.OrderTx) error) {
	c.Helper()
	c.must(c.ChangeOrders(c.ctx, fn))
}

// newOrder is the n-th order of an account, not stored yet.
func (c *contract) newOrder(a core.Account, external string, n int) core.Order {
	return core.Order{
		ID: newID(), AccountID: a.ID, ExternalID: external, Amount: core.Money{Minor: int64(100 + n), Currency: "UYU"}, Name: "María Pérez",
		Status: core.OrderPending, CreatedAt: c.at(n), ExpiresAt: c.at(n).Add(120 * time.Hour),
	}
}

func (c *contract) addOrders(os ...core.Order) {
	c.Helper()
	c.tx(func(tx core.OrderTx) error {
		for _, o := range os {
			if err := tx.AddOrder(o); err != nil {
				return err
			}
		}
		return nil
	})
}

func orders(c *contract) {
	a := c.account("Caja")
	o := c.newOrder(a, "A-1", 1)
	c.addOrders(o)
	got, err := c.Order(c.ctx, o.ID)
	c.must(err)
	c.same(got, o)
	_, err = c.Order(c.ctx, newID())
	c.is(err, core.ErrNotFound)
	twin := c.newOrder(a, "A-1", 2)
	c.is(c.ChangeOrders(c.ctx, func(tx core.OrderTx) error { return tx.AddOrder(twin) }), core.ErrConflict)
	c.is(c.ChangeOrders(c.ctx, func(tx core.OrderTx) error { return tx.PutOrder(twin) }), core.ErrNotFound)

	o.Status, o.Reason, o.Retries, o.Attempts, o.ByHand = core.OrderAmbiguous, core.ReasonWeak, 2, 3, true
	o.Announced, o.Explained, o.Amount, o.Name = core.OrderAmbiguous, "x", core.Money{Minor: 7, Currency: "USD"}, "Otro"
	o.CheckedAt, o.RetryAt, o.DoubtAt, o.MissingAt, o.EndedAt = c.at(5), c.at(6), c.at(7), c.at(8), c.at(9)
	failure := errors.New("no")
	c.is(c.ChangeOrders(c.ctx, func(tx core.OrderTx) error {
		if err := tx.PutOrder(o); err != nil {
			return err
		}
		if now, err := tx.Order(o.ID); err != nil || now.Name != "Otro" {
			c.Errorf("a transaction does not see its own change: %+v, %v", now, err)
		}
		return failure
	}), failure)
	if got, _ = c.Order(c.ctx, o.ID); got.Name == "Otro" {
		c.Error("a failed transaction left a change")
	}
	attempt := core.OrderAttempt{
		OrderID: o.ID, N: 1, At: c.at(5), Result: core.OrderAmbiguous, Reason: core.ReasonWeak, Actor: "ana", MovementID: "m",
		Candidates: []core.Candidate{{MovementID: "m", Similarity: core.Similarity{Score: 0.5, Band: core.Weak}}},
		Others:     []core.Candidate{{MovementID: "n", Similarity: core.Similarity{Band: core.None}}},
	}
	c.tx(func(tx core.OrderTx) error {
		return errors.Join(tx.PutOrder(o), tx.AddAttempt(attempt), tx.Audit(by("order.run")))
	})
	got, err = c.Order(c.ctx, o.ID)
	c.must(err)
	c.same(got, o)
	history, err := c.OrderAttempts(c.ctx, o.ID)
	c.must(err)
	c.same(history, []core.OrderAttempt{attempt})
	if log := c.audits(); log[0] != "order.run" {
		c.Errorf("audit log %v", log)
	}
	c.must(c.DeleteAccount(c.ctx, a.ID, core.Audit{}))
	_, err = c.Order(c.ctx, o.ID)
	c.is(err, core.ErrNotFound)
}

func externalIDs(rows []core.Order) []string {
	return ids(rows, func(o core.Order) string { return o.ExternalID })
}

func ordersByKind(c *contract) {
	a, b := c.configured("Caja"), c.configured("Otra")
	plain := c.account("Sin lista")
	open, ended, twin, alone := c.newOrder(a, "open", 1), c.newOrder(a, "ended", 2), c.newOrder(b, "open", 1), c.newOrder(plain, "x", 1)
	ended.Status = core.OrderExpired
	dear := c.newOrder(a, "dear", 3)
	c.addOrders(dear, open, ended, twin, alone)
	c.tx(func(tx core.OrderTx) error {
		s, err := tx.Siblings(a.ID)
		c.same(s, []string{b.ID})
		none, _ := tx.Siblings(plain.ID)
		c.same(none, []string{})
		all, err2 := tx.OpenOrders(a.ID, nil)
		c.same(externalIDs(all), []string{"open", "dear"})
		of, err3 := tx.OpenOrders(a.ID, &open.Amount)
		c.same(externalIDs(of), []string{"open"})
		known, err4 := tx.OrdersByExternalID([]string{a.ID}, []string{"ended", "x", "dear"})
		if len(known) != 2 {
			c.Errorf("found %v", externalIDs(known))
		}
		late, err5 := tx.LateOrders(a.ID, open.ExpiresAt)
		c.same(externalIDs(late), []string{"open"})
		return errors.Join(err, err2, err3, err4, err5, tx.AbsentOrders(a.ID, []string{"open", "dear"}, c.at(9)))
	})
	if o, _ := c.Order(c.ctx, ended.ID); !o.MissingAt.Equal(c.at(9)) {
		c.Errorf("an ended order that is not listed: %+v", o)
	}
	if o, _ := c.Order(c.ctx, open.ID); !o.MissingAt.IsZero() {
		c.Errorf("an open order was marked: %+v", o)
	}
	c.tx(func(tx core.OrderTx) error { return tx.AbsentOrders(a.ID, nil, c.at(10)) })
	if o, _ := c.Order(c.ctx, ended.ID); !o.MissingAt.Equal(c.at(9)) {
		c.Errorf("since when it is absent changed: %+v", o)
	}
}

func listsOfOrders(c *contract) {
	a, b := c.account("Caja"), c.account("Otra")
	one, two, three := c.newOrder(a, "PED-1", 1), c.newOrder(a, "PED-2", 2), c.newOrder(b, "XYZ", 3)
	two.Status, two.Name, three.Amount.Currency = core.OrderMatched, "Ñandú SRL", "USD"
	c.addOrders(one, two, three)
	for want, f := range map[string]core.OrderFilter{
		"XYZ PED-2 PED-1": {},
		"PED-2 PED-1":     {AccountID: a.ID},
		"PED-2":           {Statuses: []core.OrderStatus{core.OrderMatched, core.OrderFailed}},
		"XYZ":             {Currency: "usd"},
		"XYZ PED-2":       {From: c.at(2)},
		"PED-1":           {To: c.at(2)},
	} {
		f.Limit = 10
		rows, total, err := c.Orders(c.ctx, f)
		c.must(err)
		if got := join(externalIDs(rows)); got != want || total != len(rows) {
			c.Errorf("%+v selects %q of %d, want %q", f, got, total, want)
		}
	}
	for search, want := range map[string]string{"ped": "PED-2 PED-1", "1.02": "PED-2", "pérez 1.01": "PED-1", "nada": ""} {
		rows, _, err := c.Orders(c.ctx, core.OrderFilter{Search: search, Limit: 10})
		c.must(err)
		if got := join(externalIDs(rows)); got != want {
			c.Errorf("search %q finds %q, want %q", search, got, want)
		}
	}
	rows, total, err := c.Orders(c.ctx, core.OrderFilter{Limit: 1, Offset: 1})
	c.must(err)
	if total != 3 || join(externalIDs(rows)) != "PED-2" {
		c.Errorf("the second page: %v of %d", externalIDs(rows), total)
	}
	counts, err := c.OrderCounts(c.ctx, "")
	c.must(err)
	c.same(counts, map[core.OrderStatus]int{core.OrderPending: 2, core.OrderMatched: 1})
	counts, err = c.OrderCounts(c.ctx, b.ID)
	c.must(err)
	c.same(counts, map[core.OrderStatus]int{core.OrderPending: 1})
}

func join(s []string) (out string) {
	for i, v := range s {
		if i > 0 {
			out += " "
		}
		out += v
	}
	return out
}

func oneMatch(c *contract) {
	a := c.account("Caja")
	kept := c.keep(a, false, c.line(1), c.line(2))
	m1, m2 := kept.Fresh[0].ID, kept.Fresh[1].ID
	o1, o2 := c.newOrder(a, "A", 1), c.newOrder(a, "B", 1)
	o1.Status = core.OrderMatched
	c.addOrders(o1, o2)
	match := func(o core.Order, m string) core.OrderMatch {
		return core.OrderMatch{ID: newID(), AccountID: a.ID, OrderID: o.ID, MovementID: m, Person: true, Actor: "ana", Reason: core.ReasonSettled, Score: 0.5, MatchedAt: c.at(3)}
	}
	first := match(o1, m1)
	c.tx(func(tx core.OrderTx) error { return tx.AddMatch(first) })
	c.is(c.ChangeOrders(c.ctx, func(tx core.OrderTx) error { return tx.AddMatch(match(o2, m1)) }), core.ErrConflict)
	c.is(c.ChangeOrders(c.ctx, func(tx core.OrderTx) error { return tx.AddMatch(match(o1, m2)) }), core.ErrConflict)
	c.tx(func(tx core.OrderTx) error {
		m, err := tx.MatchOf(o1.ID, "")
		c.same(m, first)
		same, err2 := tx.MatchOf("", m1)
		c.same(same, first)
		pairs, err3 := tx.Matched(a.ID, o1.Amount, o1.ExpiresAt.Add(-time.Second))
		if len(pairs) != 1 || pairs[0].Match != first || pairs[0].Order.ID != o1.ID || pairs[0].Movement.ID != m1 {
			c.Errorf("pairs %+v", pairs)
		}
		late, err4 := tx.Matched(a.ID, o1.Amount, o1.ExpiresAt)
		c.same(len(late), 0)
		return errors.Join(err, err2, err3, err4, tx.EndMatch(first.ID, c.at(9), "eva"))
	})
	c.is(c.ChangeOrders(c.ctx, func(tx core.OrderTx) error { return tx.EndMatch(first.ID, c.at(9), "eva") }), core.ErrNotFound)
	c.tx(func(tx core.OrderTx) error {
		if _, err := tx.MatchOf(o1.ID, ""); !errors.Is(err, core.ErrNotFound) {
			c.Errorf("an undone match stands: %v", err)
		}
		return errors.Join(tx.AddMatch(match(o2, m1)), tx.AddMatch(match(o1, m2)))
	})
	all, err := c.Matches(c.ctx, o1.ID, "")
	c.must(err)
	if len(all) != 2 || all[1].UndoneBy != "eva" || !all[1].UndoneAt.Equal(c.at(9)) {
		c.Errorf("matches %+v", all)
	}
	all, err = c.Matches(c.ctx, "", m1)
	c.must(err)
	c.same(len(all), 2)
	rows, err := c.MovementsByID(c.ctx, []string{m2, newID(), m1})
	c.must(err)
	c.same(moveIDs(rows), []string{"1", "2"})
}
