package coretest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// Days implements core.Store.
func (s *Store) Days(_ context.Context, accountID string, since time.Time) (out []core.DayCount, err error) {
	err = s.read("Days", func(st *state) error {
		counts := map[string]core.DayCount{}
		for _, m := range st.movements {
			if accountID != "" && m.AccountID != accountID || m.Direction != scrapers.Credit || m.BookedAt.Before(ms(since)) {
				continue
			}
			d := counts[m.BankDay]
			d.Day = m.BankDay
			d.Movements++
			if st.matchOf("", m.ID) >= 0 {
				d.Matched++
			}
			counts[d.Day] = d
		}
		for _, day := range slices.Sorted(maps.Keys(counts)) {
			out = append(out, counts[day])
		}
		return nil
	})
	return out, err
}

func countsByDay(c *contract) {
	a, b := c.account("Caja"), c.account("Ventas")
	debit, next := c.line(2), c.line(3)
	debit.Direction = scrapers.Debit
	next.BookedAt = next.BookedAt.Add(24 * time.Hour)
	next.BankDay = next.BookedAt.Format(time.DateOnly)
	kept := c.keep(a, false, c.line(1), debit, next)
	c.keep(b, false, c.line(4))
	o, other := c.newOrder(a, "A", 1), c.newOrder(a, "B", 3)
	o.Status, other.Status = core.OrderMatched, core.OrderMatched
	c.addOrders(o, other)
	stands := core.OrderMatch{ID: newID(), AccountID: a.ID, OrderID: o.ID, MovementID: kept.Fresh[0].ID, MatchedAt: c.at(3)}
	undone := core.OrderMatch{ID: newID(), AccountID: a.ID, OrderID: other.ID, MovementID: kept.Fresh[2].ID, MatchedAt: c.at(3)}
	c.tx(func(tx core.OrderTx) error {
		return errors.Join(tx.AddMatch(stands), tx.AddMatch(undone), tx.EndMatch(undone.ID, c.at(4), "eva"))
	})
	first, second := c.line(1).BankDay, next.BankDay
	rows, err := c.Days(c.ctx, "", c.at(0))
	c.must(err)
	c.same(rows, []core.DayCount{{Day: first, Movements: 2, Matched: 1}, {Day: second, Movements: 1}})
	rows, err = c.Days(c.ctx, b.ID, c.at(0))
	c.must(err)
	c.same(rows, []core.DayCount{{Day: first, Movements: 1}})
	rows, err = c.Days(c.ctx, "", next.BookedAt)
	c.must(err)
	c.same(rows, []core.DayCount{{Day: second, Movements: 1}})
}
