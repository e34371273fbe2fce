package coretest

import (
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

func keeping(c *contract) {
	a := c.account("Caja")
	c.must(c.SetOperationMode(c.ctx, core.Passthrough, core.Audit{}))
	debit := c.line(2)
	debit.Direction, debit.Balance, debit.Raw = scrapers.Debit, nil, nil
	lines := []core.Movement{c.line(1), debit, c.line(3)}
	k := c.reading(a, lines...)
	k.Change = func(a *core.Account) { a.LastReadAt = c.at(4) }
	var owed core.Delivery
	calls := 0
	k.Decide = func(fresh []core.Movement, mode core.OperationMode) []core.Decision {
		calls++
		c.same(mode, core.Passthrough)
		c.same(moveIDs(fresh), []string{"1", "2", "3"}) // in the order of Lines
		out := decideNothing(fresh, mode)
		out[0].Movement.BeforeStart, out[0].Movement.NotifiedAt = true, c.at(4)
		owed = c.owe(fresh[2], Hook, c.at(7))
		out[2].Deliveries = []core.Delivery{owed}
		return out
	}
	kept, err := c.Keep(c.ctx, k)
	c.must(err)
	c.same(calls, 1)
	c.same([]int{kept.Run.Lines, kept.Run.New, kept.Run.Owed}, []int{3, 2, 1})
	c.same(moveIDs(kept.Fresh), []string{"1", "2", "3"})
	c.same([]int{len(kept.Changed), len(kept.Vanished)}, []int{0, 0})

	run, err := c.Run(c.ctx, k.Run.ID)
	c.must(err)
	c.same([]any{run.Status, run.FinishedAt, run.Lines, run.New, run.Owed}, []any{core.Succeeded, c.at(5), 3, 2, 1})
	now, err := c.Account(c.ctx, a.ID)
	c.must(err)
	c.same(now.LastReadAt, c.at(4))
	for i, l := range lines {
		got, err := c.Movement(c.ctx, a.ID, kept.Fresh[i].ID)
		c.must(err)
		l.AccountID, l.RunID, l.IngestedAt = a.ID, k.Run.ID, c.at(4)
		if i == 0 {
			l.BeforeStart, l.NotifiedAt = true, c.at(4)
		}
		c.same(got, l)
	}
	d, err := c.Delivery(c.ctx, owed.ID)
	c.must(err)
	c.same(d, owed)
}

func keepingAgain(c *contract) {
	a, other := c.account("Caja"), c.account("Otra")
	first := c.keep(a, true, c.line(1), c.line(2))
	c.same(len(c.keep(other, true, c.line(1)).Fresh), 1) // keys belong to an account

	changed := c.line(2)
	changed.Amount.Minor = 999
	k := c.reading(a, c.line(1), changed, c.line(3), c.line(3))
	k.Decide = func(fresh []core.Movement, mode core.OperationMode) []core.Decision {
		c.same(moveIDs(fresh), []string{"3"})
		return decideNothing(fresh, mode)
	}
	kept, err := c.Keep(c.ctx, k)
	c.must(err)
	c.same(moveIDs(kept.Fresh), []string{"3"})
	c.same(moveIDs(kept.Changed), []string{"2"})
	c.same([]int{kept.Run.Lines, kept.Run.New, kept.Run.Owed}, []int{4, 1, 0})
	got, err := c.Movement(c.ctx, a.ID, first.Fresh[1].ID)
	c.must(err)
	c.same([]any{got.Amount.Minor, got.RunID}, []any{int64(102), first.Run.ID}) // left as it was
	_, total, err := c.Deliveries(c.ctx, core.DeliveryFilter{AccountID: a.ID, Limit: 10})
	c.must(err)
	c.same(total, 2)
}

func vanishing(c *contract) {
	a := c.account("Caja")
	day := func(n int, number, day string) core.Movement {
		m := c.line(n)
		m.BankAccount, m.BankDay = number, day
		return m
	}
	old, gone, stays := day(1, "001", "2026-05-10"), day(2, "001", "2026-05-12"), day(3, "001", "2026-05-13")
	elsewhere := day(4, "002", "2026-05-13")
	c.keep(a, false, old, gone, stays, elsewhere)
	newest, err := c.Newest(c.ctx, a.ID)
	c.must(err)
	c.same(newest, map[string]string{"001": "2026-05-13", "002": "2026-05-13"})

	read := func(want []string, lines ...core.Movement) {
		c.Helper()
		k := c.reading(a, lines...)
		k.Covered = []core.Coverage{{BankAccount: "001", FromDay: "2026-05-12"}}
		kept, err := c.Keep(c.ctx, k)
		c.must(err)
		c.same(moveIDs(kept.Vanished), want)
	}
	read([]string{"2"}, stays)
	read(nil, stays) // told once
	got, err := c.Movement(c.ctx, a.ID, gone.ID)
	c.must(err)
	c.same(got.VanishedAt, c.at(4))
	read(nil, stays, gone)
	got, err = c.Movement(c.ctx, a.ID, gone.ID)
	c.must(err)
	c.same(got.VanishedAt, time.Time{})
	newest, err = c.Newest(c.ctx, c.account("Otra").ID)
	c.must(err)
	c.same(len(newest), 0)
}

func lateSenders(c *contract) {
	a := c.account("Caja")
	var first []core.Movement
	for n := range 4 {
		m := c.line(n)
		m.Sender = ""
		first = append(first, m)
	}
	k := c.reading(a, first...)
	k.Decide = func(fresh []core.Movement, mode core.OperationMode) []core.Decision {
		out := decideNothing(fresh, mode)
		out[1].Movement.NotifiedAt = c.at(4)
		out[2].Deliveries = []core.Delivery{c.owe(fresh[2], Hook, c.day)}
		return out
	}
	_, err := c.Keep(c.ctx, k)
	c.must(err)

	again := []core.Movement{c.line(9), c.line(0), c.line(1), c.line(2), first[3]}
	k = c.reading(a, again...)
	k.Decide = func(fresh []core.Movement, mode core.OperationMode) []core.Decision {
		c.same(moveIDs(fresh), []string{"9", "0"}) // new ones, then those named late of which nothing was sent
		c.same(fresh[1].Sender, "María Pérez")
		return c.oweAll(fresh, mode)
	}
	kept, err := c.Keep(c.ctx, k)
	c.must(err)
	c.same(moveIDs(kept.Fresh), []string{"9"})
	c.same(kept.Run.Owed, 2)
	for i, want := range []string{"María Pérez", "María Pérez", "María Pérez", ""} {
		got, err := c.Movement(c.ctx, a.ID, first[i].ID)
		c.must(err)
		c.same(got.Sender, want)
	}
}

func keepingIsWhole(c *contract) {
	a := c.account("Caja")
	k := c.reading(a, c.line(1))
	k.Decide = func([]core.Movement, core.OperationMode) []core.Decision { return nil } // loses a line
	_, err := c.Keep(c.ctx, k)
	if err == nil {
		c.Error("a decision that leaves a line out was accepted")
	}
	run, err := c.Run(c.ctx, k.Run.ID)
	c.must(err)
	c.same(run.Status, core.Running)
	k.Decide = c.oweAll
	_, err = c.EndRun(c.ctx, k.Run, func(*core.Account) {})
	c.must(err)
	k.Change = func(a *core.Account) { a.LastReadAt = c.at(4) }
	_, err = c.Keep(c.ctx, k)
	c.is(err, core.ErrConflict) // the run has ended
	k.Run.ID = newID()
	_, err = c.Keep(c.ctx, k)
	c.is(err, core.ErrNotFound)
	_, total, err := c.Movements(c.ctx, core.MovementFilter{Limit: 10})
	c.must(err)
	next, err := c.NextDelivery(c.ctx)
	c.must(err)
	now, err := c.Account(c.ctx, a.ID)
	c.must(err)
	c.same([]any{total, next, now.LastReadAt}, []any{0, time.Time{}, time.Time{}})
}

func findingMovements(c *contract) {
	a, b := c.account("Caja"), c.account("Otra")
	usd, debit, nobody, silent, before := c.line(2), c.line(3), c.line(4), c.line(5), c.line(6)
	usd.Amount.Currency, usd.Description = "USD", "Cobro factura"
	debit.Direction = scrapers.Debit
	nobody.Sender = ""
	k := c.reading(a, c.line(1), usd, debit, nobody, silent, before)
	k.Decide = func(fresh []core.Movement, mode core.OperationMode) []core.Decision {
		out := decideNothing(fresh, mode)
		out[0].Deliveries = []core.Delivery{c.owe(fresh[0], Hook, c.day)}
		out[4].Movement.NotifiedAt = c.at(4)
		out[5].Movement.BeforeStart = true
		return out
	}
	_, err := c.Keep(c.ctx, k)
	c.must(err)
	c.keep(b, false, c.line(7))
	for name, q := range map[string]struct {
		filter core.MovementFilter
		want   []string
	}{
		"every credit, newest first": {core.MovementFilter{}, []string{"7", "6", "5", "4", "2", "1"}},
		"of an account":              {core.MovementFilter{AccountID: a.ID}, []string{"6", "5", "4", "2", "1"}},
		"oldest first":               {core.MovementFilter{AccountID: a.ID, Ascending: true}, []string{"1", "2", "4", "5", "6"}},
		"with debits":                {core.MovementFilter{AccountID: a.ID, Debits: true}, []string{"6", "5", "4", "3", "2", "1"}},
		"of a currency":              {core.MovementFilter{Currency: "USD"}, []string{"2"}},
		"of some time":               {core.MovementFilter{From: c.at(4), To: c.at(10)}, []string{"4", "2"}},
		"by words":                   {core.MovementFilter{Search: " FACTURA cobro "}, []string{"2"}},
		"by reference":               {core.MovementFilter{Search: "ref5"}, []string{"5"}},
		"among the newest":           {core.MovementFilter{Newest: 3}, []string{"7", "6", "5"}},
		"among an account's newest":  {core.MovementFilter{AccountID: a.ID, Newest: 4}, []string{"6", "5", "4"}},
		"words among the newest":     {core.MovementFilter{Search: "ref5", Newest: 2}, nil},
		"among more than there are":  {core.MovementFilter{Search: "ref5", Newest: 200}, []string{"5"}},
		"by nothing there is":        {core.MovementFilter{Search: "factura pérez%"}, nil},
		"pending":                    {core.MovementFilter{AccountID: a.ID, Delivery: "pending"}, []string{"2", "1"}},
		"without a sender":           {core.MovementFilter{Delivery: "no_sender"}, []string{"4"}},
		"silent":                     {core.MovementFilter{Delivery: "silent"}, []string{"5"}},
		"before the start":           {core.MovementFilter{Delivery: "before_start"}, []string{"6"}},
	} {
		q.filter.Limit = 100
		rows, total, err := c.Movements(c.ctx, q.filter)
		c.must(err)
		if got := moveIDs(rows); len(got) != len(q.want) || total != len(q.want) {
			c.Errorf("%s: %v of %d, want %v", name, got, total, q.want)
			continue
		}
		c.same(moveIDs(rows), q.want)
	}
	rows, total, err := c.Movements(c.ctx, core.MovementFilter{Limit: 2, Offset: 3})
	c.must(err)
	c.same(moveIDs(rows), []string{"4", "2"})
	c.same(total, 6)
	totals, err := c.Totals(c.ctx, core.MovementFilter{Debits: true})
	c.must(err)
	c.same(totals, []core.Total{
		{Currency: "USD", Count: 1, Sum: core.Money{Minor: 102, Currency: "USD"}},
		{Currency: "UYU", Count: 5, Sum: core.Money{Minor: 101 + 104 + 105 + 106 + 107, Currency: "UYU"}},
	})
	_, err = c.Movement(c.ctx, b.ID, silent.ID) // of another account
	c.is(err, core.ErrNotFound)
}

func movementChanges(c *contract) {
	a := c.account("Caja")
	m := c.keep(a, false, c.line(1)).Fresh[0]
	owed := c.owe(m, Hook, c.at(3))
	got, err := c.ChangeMovement(c.ctx, a.ID, m.ID, func(m *core.Movement) ([]core.Delivery, error) {
		m.ExcludedAt = c.at(2)
		return []core.Delivery{owed}, nil
	}, by("movement.exclude"))
	c.must(err)
	m.ExcludedAt = c.at(2)
	c.same(got, m)
	d, err := c.Delivery(c.ctx, owed.ID)
	c.must(err)
	c.same(d, owed)
	_, err = c.ChangeMovement(c.ctx, a.ID, m.ID, func(m *core.Movement) ([]core.Delivery, error) {
		m.ExcludedAt = time.Time{}
		return []core.Delivery{c.owe(*m, Hook, c.day)}, errNo
	}, by("movement.restore"))
	c.is(err, errNo)
	got, err = c.Movement(c.ctx, a.ID, m.ID)
	c.must(err)
	c.same(got, m)
	_, total, err := c.Deliveries(c.ctx, core.DeliveryFilter{Limit: 10})
	c.must(err)
	c.same(total, 1)
	_, err = c.ChangeMovement(c.ctx, newID(), m.ID, func(*core.Movement) ([]core.Delivery, error) { return nil, nil }, by("x"))
	c.is(err, core.ErrNotFound)
	c.same(c.audits()[0], "movement.exclude")
}
