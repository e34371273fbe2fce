package core

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// rowsAtOnce is how many rows of a list one transaction takes, so that a long
// list does not keep others from writing. Rows of one amount stay together.
const rowsAtOnce = 2000

// errSuperseded means that the list is not wanted any more.
var errSuperseded = errors.New("the settings or the operation mode changed during the poll: the answer was not used")

// applyList makes a list true: what is new is registered and matched, what was
// changed is matched again, what is missing is cancelled, with care. list is nil
// when it has not changed.
func (c *Core) applyList(ctx context.Context, a Account, feed Feed, list *orderList, got Fetched) (Feed, error) {
	_, zone, err := c.driverOf(a.Bank)
	if err != nil {
		zone = time.UTC
	}
	now := c.now()
	feed.GoodAt, feed.Failures, feed.Error, feed.Unchanged = now, 0, "", list == nil
	feed.NextAt = now.Add(pollEvery)
	if list == nil {
		list = &orderList{}
	} else {
		feed.Accepted, feed.Rejected, feed.RejectedTop = len(list.Rows), list.Rejected, list.Top
	}
	chunks := chunksOf(list.Rows)
	for i, rows := range chunks {
		err := c.store.ChangeOrders(ctx, func(tx OrderTx) error {
			e, err := c.evaluation(tx, a.ID, zone)
			if err != nil {
				return err
			}
			if mode, err := tx.Mode(); err != nil {
				return err
			} else if mode != Reconcile || sourceOf(e.settings) != feed.Source {
				return errSuperseded
			}
			if i == 0 && !feed.Unchanged {
				if feed.Held, err = e.cancelMissing(list); err != nil {
					return err
				}
			}
			if err := e.register(rows); err != nil {
				return err
			}
			if i < len(chunks)-1 {
				return nil
			}
			if !feed.Unchanged {
				feed.ETag = got.ETag
				if list.Nameless || feed.Held > 0 {
					feed.ETag = "" // the same list once more means something then
				}
			}
			return tx.PutFeed(feed)
		})
		if err != nil {
			return feed, fmt.Errorf("apply the list of orders: %w", err)
		}
	}
	return feed, nil
}

// chunksOf splits rows by amount; there is always one chunk.
func chunksOf(rows []listed) [][]listed {
	if len(rows) <= rowsAtOnce {
		return [][]listed{rows}
	}
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(x, y listed) int {
		return cmp.Or(cmp.Compare(x.Amount.Currency, y.Amount.Currency), cmp.Compare(x.Amount.Minor, y.Amount.Minor))
	})
	var out [][]listed
	for len(rows) > 0 {
		n := min(rowsAtOnce, len(rows))
		for n < len(rows) && rows[n].Amount == rows[n-1].Amount {
			n++
		}
		out = append(out, rows[:n])
		rows = rows[n:]
	}
	return out
}

// register writes the orders of some rows and evaluates their amounts.
func (e *evaluation) register(rows []listed) error {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ExternalID
	}
	known, err := e.byExternalID([]string{e.account}, ids)
	if err != nil {
		return err
	}
	if e.siblings, err = e.tx.Siblings(e.account); err != nil {
		return fmt.Errorf("find the accounts that poll the same list: %w", err)
	}
	e.asked = true
	taken := map[string]bool{} // settled, or left to people, in another account
	if len(e.siblings) > 0 {
		copies, err := e.tx.OrdersByExternalID(e.siblings, ids)
		if err != nil {
			return fmt.Errorf("find the orders of other accounts: %w", err)
		}
		for _, o := range copies {
			taken[o.ExternalID] = taken[o.ExternalID] || o.Status == OrderMatched || o.Status.Open() && o.ByHand
		}
	}
	var amounts []Money
	seen := map[Money]bool{}
	for _, r := range rows {
		o, there := known[r.ExternalID]
		work, err := e.row(r, o, there, taken[r.ExternalID])
		if err != nil {
			return err
		}
		if work && !seen[r.Amount] {
			seen[r.Amount] = true
			amounts = append(amounts, r.Amount)
		}
	}
	for _, amount := range amounts {
		if err := e.amount(amount); err != nil {
			return err
		}
	}
	return nil
}

func (e *evaluation) byExternalID(accounts, ids []string) (map[string]Order, error) {
	rows, err := e.tx.OrdersByExternalID(accounts, ids)
	if err != nil {
		return nil, fmt.Errorf("find the orders of a list: %w", err)
	}
	out := make(map[string]Order, len(rows))
	for _, o := range rows {
		out[o.ExternalID] = o
	}
	return out, nil
}

// row registers what a row says and tells whether that asks for an evaluation.
func (e *evaluation) row(r listed, o Order, known, taken bool) (bool, error) {
	changed := known && (o.Amount != r.Amount || o.Name != r.Name)
	switch {
	case !known:
		if taken {
			return false, nil
		}
		o = Order{ID: newID(), AccountID: e.account, ExternalID: r.ExternalID}
		e.renew(&o, r)
		return true, e.tx.AddOrder(o)
	case o.Status.Open():
		return e.rowOfOpen(r, o, changed)
	case o.Status == OrderMatched:
		if o.Amount == r.Amount {
			return false, nil
		}
		m, err := e.tx.MatchOf(o.ID, "")
		if err != nil {
			return false, err
		}
		return false, e.alert(AlertOrderChanged, o.ID, m.MovementID, r.Amount.String())
	case taken:
		return false, nil
	case o.Status == OrderCancelled && o.Reason != ReasonElsewhere, !o.MissingAt.IsZero(), changed && o.Status == OrderExpired:
		e.renew(&o, r)
		if err := e.note(&o, OrderAttempt{Reason: ReasonRegistered}); err != nil {
			return false, err
		}
		return true, e.tx.PutOrder(o)
	}
	return false, nil // an expired one that merely stays listed
}

// renew begins a life of an order.
func (e *evaluation) renew(o *Order, r listed) {
	o.Amount, o.Name = r.Amount, r.Name
	o.Status, o.Reason, o.Retries, o.ByHand, o.Announced, o.Explained = OrderPending, "", 0, false, "", ""
	o.CreatedAt, o.ExpiresAt = e.now, e.now.Add(orderLife)
	o.CheckedAt, o.RetryAt, o.DoubtAt, o.MissingAt, o.EndedAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	e.fresh[o.ID], e.touched = true, true
}

func (e *evaluation) rowOfOpen(r listed, o Order, changed bool) (bool, error) {
	if !changed && o.MissingAt.IsZero() {
		return false, nil
	}
	o.MissingAt = time.Time{}
	if changed {
		o.Amount, o.Name = r.Amount, r.Name
		o.Status, o.Reason, o.Retries, o.Explained = OrderPending, ReasonChanged, 0, ""
		o.RetryAt, o.DoubtAt, o.CheckedAt = time.Time{}, time.Time{}, time.Time{}
		e.fresh[o.ID], e.touched = true, true
		if err := e.note(&o, OrderAttempt{}); err != nil {
			return false, err
		}
	}
	return changed, e.tx.PutOrder(o)
}

// cancelMissing cancels the open orders that a list lacks. A list that would end
// more than half of at least four, or all, may be a slip of the customer's system:
// then they are held until the next one confirms it. A list with a row whose id
// cannot be read says nothing about what is missing.
func (e *evaluation) cancelMissing(l *orderList) (held int, err error) {
	if l.Nameless {
		return 0, nil
	}
	listed := make([]string, 0, len(l.Present))
	for id := range l.Present {
		listed = append(listed, id)
	}
	if err := e.tx.AbsentOrders(e.account, listed, e.now); err != nil {
		return 0, fmt.Errorf("mark ended orders that are not listed: %w", err)
	}
	open, err := e.tx.OpenOrders(e.account, nil)
	if err != nil {
		return 0, fmt.Errorf("read the open orders: %w", err)
	}
	// Undone matches are left to people: their orders left the list because they
	// were announced as paid.
	open = slices.DeleteFunc(open, func(o Order) bool { return o.ByHand })
	missing := slices.DeleteFunc(slices.Clone(open), func(o Order) bool { return l.Present[o.ExternalID] })
	guarded := len(missing) == len(open) || len(open) >= 4 && 2*len(missing) > len(open)
	for _, o := range missing {
		if guarded && o.MissingAt.IsZero() {
			held++
			o.MissingAt = e.now
			if err := e.tx.PutOrder(o); err != nil {
				return held, err
			}
			continue
		}
		if err := e.cancel(o, ReasonMissing); err != nil {
			return held, err
		}
	}
	return held, nil
}
