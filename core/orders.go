package core

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Orders lists orders, newest first, and how many the filter selects in all.
func (c *Core) Orders(ctx context.Context, f OrderFilter) ([]Order, int, error) {
	if err := checkPage(&f.Limit, f.Offset); err != nil {
		return nil, 0, err
	}
	return c.store.Orders(ctx, f)
}

// OrderCounts counts an account's orders, or all, by status.
func (c *Core) OrderCounts(ctx context.Context, accountID string) (map[OrderStatus]int, error) {
	return c.store.OrderCounts(ctx, accountID)
}

// OrderDetail is an order with everything that explains it.
type OrderDetail struct {
	Order    Order
	Attempts []OrderAttempt // oldest first
	Matches  []OrderMatch   // newest first; the first one stands unless it was undone
	Refused  []Refusal
	// Free are the payments that a person may settle it with now, likeliest first.
	Free []FreeCandidate
	// Movements holds every movement that is named above and still there, by id.
	Movements map[string]Movement
}

// Match returns the match that stands, nil when none does.
func (d OrderDetail) Match() *OrderMatch {
	if len(d.Matches) == 0 || !d.Matches[0].UndoneAt.IsZero() {
		return nil
	}
	return &d.Matches[0]
}

// FreeCandidate is a payment of an order's amount that is free.
type FreeCandidate struct {
	MovementID string
	ByHand     bool // a match of it was undone
	Similarity
}

const (
	freeShown = 50
	freeBack  = 90 * 24 * time.Hour // how long before an order's registration a person may look
)

// Order returns one order with its history, or ErrNotFound.
func (c *Core) Order(ctx context.Context, id string) (OrderDetail, error) {
	var d OrderDetail
	var err error
	if d.Order, err = c.store.Order(ctx, id); err != nil {
		return d, err
	}
	if d.Attempts, err = c.store.OrderAttempts(ctx, id); err != nil {
		return d, fmt.Errorf("read the history of the order: %w", err)
	}
	if d.Matches, err = c.store.Matches(ctx, id, ""); err != nil {
		return d, fmt.Errorf("read the matches of the order: %w", err)
	}
	if d.Match() == nil {
		if err := c.freeFor(ctx, &d); err != nil {
			return d, err
		}
	}
	rows, err := c.store.MovementsByID(ctx, d.named())
	if err != nil {
		return d, fmt.Errorf("read the movements of the order: %w", err)
	}
	d.Movements = make(map[string]Movement, len(rows))
	for _, m := range rows {
		d.Movements[m.ID] = m
	}
	return d, nil
}

// named lists the movements that a detail names.
func (d OrderDetail) named() []string {
	seen := map[string]bool{}
	for _, a := range d.Attempts {
		seen[a.MovementID] = true
		for _, m := range append(slices.Clone(a.Candidates), a.Others...) {
			seen[m.MovementID] = true
		}
	}
	for _, m := range d.Matches {
		seen[m.MovementID] = true
	}
	for _, f := range d.Free {
		seen[f.MovementID] = true
	}
	for _, r := range d.Refused {
		seen[r.MovementID] = true
	}
	delete(seen, "")
	out := make([]string, 0, len(seen))
	for id := range seen {
		out = append(out, id)
	}
	return out
}

// freeFor finds the payments that a person may choose from.
func (c *Core) freeFor(ctx context.Context, d *OrderDetail) error {
	o := d.Order
	err := c.store.ChangeOrders(ctx, func(tx OrderTx) error {
		free, err := tx.Free(o.AccountID, o.Amount, o.CreatedAt.Add(-freeBack), c.now().Add(24*time.Hour))
		if err != nil {
			return err
		}
		for _, f := range free {
			d.Free = append(d.Free, FreeCandidate{f.Movement.ID, f.ByHand, CompareNames(o.Name, f.Movement.Sender)})
		}
		d.Refused, err = tx.RefusalsOf([]string{o.ID})
		return err
	})
	if err != nil {
		return fmt.Errorf("find payments of this amount: %w", err)
	}
	slices.SortStableFunc(d.Free, func(x, y FreeCandidate) int { return cmp.Compare(y.Score, x.Score) })
	d.Free = d.Free[:min(freeShown, len(d.Free))]
	return nil
}

// MatchOfMovement returns the match that stands of a movement, or ErrNotFound.
func (c *Core) MatchOfMovement(ctx context.Context, movementID string) (OrderMatch, error) {
	all, err := c.store.Matches(ctx, "", movementID)
	if err != nil {
		return OrderMatch{}, err
	}
	if len(all) == 0 || !all[0].UndoneAt.IsZero() {
		return OrderMatch{}, fmt.Errorf("match of movement %q: %w", movementID, ErrNotFound)
	}
	return all[0], nil
}

// Feed returns what is known of an account's list of orders; the zero Feed when
// it was never polled.
func (c *Core) Feed(ctx context.Context, accountID string) (Feed, error) {
	if _, err := c.store.Account(ctx, accountID); err != nil {
		return Feed{}, err
	}
	rows, err := c.store.Feeds(ctx)
	if err != nil {
		return Feed{}, err
	}
	for _, f := range rows {
		if f.AccountID == accountID {
			return f, nil
		}
	}
	return Feed{AccountID: accountID}, nil
}

// Feeds returns what is known of every list of orders.
func (c *Core) Feeds(ctx context.Context) ([]Feed, error) { return c.store.Feeds(ctx) }

// PollNow polls an account's list of orders and returns what is known of it then.
// A poll that failed is recorded and returned as an error.
func (c *Core) PollNow(ctx context.Context, accountID, actor string) (Feed, error) {
	a, err := c.store.Account(ctx, accountID)
	if err != nil {
		return Feed{}, err
	}
	if mode, err := c.store.OperationMode(ctx); err != nil {
		return Feed{}, err
	} else if mode != Reconcile {
		return Feed{}, fmt.Errorf("orders are polled in reconcile mode only: %w", ErrConflict)
	}
	s, err := c.store.Settings(ctx, accountID)
	if errors.Is(err, ErrNotFound) || err == nil && s.PendingOrdersEndpoint == "" {
		return Feed{}, Invalid("pending_orders_endpoint", "pending_orders_endpoint is required: enter where your pending orders are listed")
	}
	if err != nil {
		return Feed{}, err
	}
	err = c.store.ChangeOrders(ctx, func(tx OrderTx) error { return tx.Audit(c.audit(actor, ActPoll, accountID, "")) })
	if err != nil {
		return Feed{}, err
	}
	return c.poller.poll(ctx, a)
}

// Refusals lists the pairs that people have refused, newest first.
func (c *Core) Refusals(ctx context.Context, accountID string, limit, offset int) ([]Refusal, int, error) {
	if err := checkPage(&limit, offset); err != nil {
		return nil, 0, err
	}
	return c.store.Refusals(ctx, accountID, limit, offset)
}

// Aliases lists what settled pairs have taught, newest first.
func (c *Core) Aliases(ctx context.Context, accountID string, limit, offset int) ([]KnownAlias, int, error) {
	if err := checkPage(&limit, offset); err != nil {
		return nil, 0, err
	}
	return c.store.Aliases(ctx, accountID, limit, offset)
}

// OrderAlerts lists what a person should look at, newest first; with closed, what was
// dismissed as well.
func (c *Core) OrderAlerts(ctx context.Context, accountID string, closed bool, limit, offset int) ([]OrderAlert, int, error) {
	if err := checkPage(&limit, offset); err != nil {
		return nil, 0, err
	}
	return c.store.OrderAlerts(ctx, accountID, closed, limit, offset)
}
