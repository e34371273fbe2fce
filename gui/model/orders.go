package model

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"reconbanker/core"
)

// OrderSource is what the orders screen reads.
type OrderSource interface {
	Orders(ctx context.Context, f core.OrderFilter) ([]core.Order, int, error)
	Order(ctx context.Context, id string) (core.OrderDetail, error)
	OrderCounts(ctx context.Context, accountID string) (map[core.OrderStatus]int, error)
	OrderAlerts(ctx context.Context, accountID string, closed bool, limit, offset int) ([]core.OrderAlert, int, error)
	Feeds(ctx context.Context) ([]core.Feed, error)
	Days(ctx context.Context, accountID string, n int) ([]core.DayCount, error)
	Deliveries(ctx context.Context, f core.DeliveryFilter) ([]core.Delivery, int, error)
}

// OrderGroup is what a chip of the orders screen selects: one status, or those
// that a person need not tell apart.
type OrderGroup string

// Groups of orders.
const (
	AllOrders       OrderGroup = ""
	WaitingOrders   OrderGroup = "waiting" // for a payment: pending, processing, not found
	AmbiguousOrders OrderGroup = "ambiguous"
	MatchedOrders   OrderGroup = "matched"
	ExpiredOrders   OrderGroup = "expired"
	CancelledOrders OrderGroup = "cancelled"
	FailedOrders    OrderGroup = "failed"
)

// OrderGroups lists the groups in the order of the screen.
var OrderGroups = []OrderGroup{AllOrders, WaitingOrders, AmbiguousOrders, MatchedOrders, ExpiredOrders, CancelledOrders, FailedOrders}

// Statuses are those of a group; nil means every one.
func (g OrderGroup) Statuses() []core.OrderStatus {
	switch g {
	case AllOrders:
		return nil
	case WaitingOrders:
		return []core.OrderStatus{core.OrderPending, core.OrderProcessing, core.OrderNotFound}
	}
	return []core.OrderStatus{core.OrderStatus(g)}
}

// Count adds up what a group holds.
func (g OrderGroup) Count(counts map[core.OrderStatus]int) (n int) {
	for status, c := range counts {
		if of := g.Statuses(); of == nil || slices.Contains(of, status) {
			n += c
		}
	}
	return n
}

// OrderQuery is what a person asks the orders screen for.
type OrderQuery struct {
	AccountID string // "" is every account
	Group     OrderGroup
	Search    string
	Period    Period
	From, To  time.Time // days of Between; a zero one is open
}

// Narrowed tells whether the query leaves orders out.
func (q OrderQuery) Narrowed() bool {
	return q.AccountID != "" || q.Group != AllOrders || strings.TrimSpace(q.Search) != "" || q.Period != AllTime
}

// Filter is the query in core's terms; days begin at midnight in the zone of now.
func (q OrderQuery) Filter(now time.Time) core.OrderFilter {
	f := core.OrderFilter{AccountID: q.AccountID, Statuses: q.Group.Statuses(), Search: strings.TrimSpace(q.Search)}
	f.From, f.To = q.Period.span(now, q.From, q.To)
	return f
}

// ReadOrders reads a page of the table, newest first.
func ReadOrders(ctx context.Context, src OrderSource, f core.OrderFilter, offset, limit int) ([]core.Order, int, error) {
	f.Offset, f.Limit = offset, limit
	rows, total, err := src.Orders(ctx, f)
	if err != nil {
		return nil, 0, fmt.Errorf("read the orders: %w", err)
	}
	return rows, total, nil
}

// EachOrder yields everything a filter selects, page by page, newest first.
func EachOrder(ctx context.Context, src OrderSource, f core.OrderFilter) func(yield func([]core.Order, error) bool) {
	return func(yield func([]core.Order, error) bool) {
		const page = 500
		for offset := 0; ; offset += page {
			rows, total, err := ReadOrders(ctx, src, f, offset, page)
			if err != nil || len(rows) == 0 {
				if err != nil {
					yield(nil, err)
				}
				return
			}
			if !yield(rows, nil) || offset+len(rows) >= total {
				return
			}
		}
	}
}

// OrderDetail is one order with all there is to see of it.
type OrderDetail struct {
	core.OrderDetail
	Alerts  []core.OrderAlert // open ones, newest first
	Results []core.Delivery   // what the customer's system was told, newest first
}

// OrderChoice is a payment that a person may settle an order with, or that the
// order is matched with.
type OrderChoice struct {
	Movement core.Movement
	Score    float64
	Band     core.Band
	Reasons  []core.NameReason
	ByHand   bool // a match of it was undone
	Refused  bool // a person has said that it does not belong
}

// Choices are the payments to choose from, likeliest first. One that was refused
// comes last.
func (d OrderDetail) Choices() []OrderChoice {
	var out []OrderChoice
	for _, f := range d.Free {
		m, ok := d.Movements[f.MovementID]
		if !ok {
			continue
		}
		c := OrderChoice{Movement: m, Score: f.Score, Band: f.Band, Reasons: f.Reasons, ByHand: f.ByHand}
		c.Refused = slices.ContainsFunc(d.Refused, func(r core.Refusal) bool { return r.MovementID == m.ID })
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(x, y OrderChoice) int {
		switch {
		case x.Refused == y.Refused:
			return 0
		case x.Refused:
			return 1
		}
		return -1
	})
	return out
}

// CanSettle tells whether a person may still choose a payment.
func (d OrderDetail) CanSettle() bool {
	return d.Order.Status != core.OrderMatched && d.Order.Status != core.OrderCancelled
}

// HasResult tells whether there is a result that can be sent again.
func (d OrderDetail) HasResult() bool {
	switch d.Order.Status {
	case core.OrderMatched, core.OrderAmbiguous, core.OrderExpired:
		return true
	}
	return false
}

// ReadOrder reads one order.
func ReadOrder(ctx context.Context, src OrderSource, id string) (OrderDetail, error) {
	var d OrderDetail
	var err error
	if d.OrderDetail, err = src.Order(ctx, id); err != nil {
		return OrderDetail{}, fmt.Errorf("read an order: %w", err)
	}
	alerts, _, err := src.OrderAlerts(ctx, d.Order.AccountID, false, 500, 0)
	if err != nil {
		return OrderDetail{}, fmt.Errorf("read what an order warns of: %w", err)
	}
	for _, a := range alerts {
		if a.OrderID == id {
			d.Alerts = append(d.Alerts, a)
		}
	}
	if d.Results, _, err = src.Deliveries(ctx, core.DeliveryFilter{SubjectID: id, Limit: 20}); err != nil {
		return OrderDetail{}, fmt.Errorf("read the results of an order: %w", err)
	}
	return d, nil
}

// FeedHealth sums up the lists of orders that are polled.
type FeedHealth struct {
	Lists    int       // accounts with a list
	PolledAt time.Time // the newest poll
	NextAt   time.Time // the next one
	Accepted int
	Rejected int
	Held     int
	Failing  []core.Feed // those whose last poll failed
	Poor     []core.Feed // those with rows that were left out
}

// HealthOf sums up feeds: of one account, or of all for "".
func HealthOf(feeds []core.Feed, accountID string) FeedHealth {
	var h FeedHealth
	for _, f := range feeds {
		if accountID != "" && f.AccountID != accountID || f.PolledAt.IsZero() && f.Source == "" {
			continue
		}
		h.Lists++
		h.Accepted += f.Accepted
		h.Rejected += f.Rejected
		h.Held += f.Held
		if f.PolledAt.After(h.PolledAt) {
			h.PolledAt = f.PolledAt
		}
		if !f.NextAt.IsZero() && (h.NextAt.IsZero() || f.NextAt.Before(h.NextAt)) {
			h.NextAt = f.NextAt
		}
		if f.Error != "" {
			h.Failing = append(h.Failing, f)
		}
		if f.Rejected > 0 {
			h.Poor = append(h.Poor, f)
		}
	}
	return h
}
