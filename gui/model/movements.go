package model

import (
	"context"
	"strings"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// MovementSource is what the movements screen reads from core.
type MovementSource interface {
	Movements(ctx context.Context, f core.MovementFilter) ([]core.Movement, int, error)
	LatestDeliveries(ctx context.Context, movementIDs []string) (map[string]core.Delivery, error)
	Totals(ctx context.Context, f core.MovementFilter) ([]core.Total, error)
}

// Period is the span of days that movements are shown of.
type Period string

// Periods.
const (
	LastDays  Period = "30"    // today and the 30 days before it
	ThisMonth Period = "month" // from its first day
	AllTime   Period = ""
	Between   Period = "days" // the days of From to To, both included
)

// MovementQuery is what a person asks the movements screen for.
type MovementQuery struct {
	AccountID string // "" is every account
	Search    string
	Period    Period
	From, To  time.Time // days of Between; a zero one is open
	Currency  string
	Delivery  string // as in core.MovementFilter
	Ascending bool
}

// Narrowed tells whether the query leaves movements out.
func (q MovementQuery) Narrowed() bool {
	return strings.TrimSpace(q.Search) != "" || q.Period != AllTime || q.Currency != "" || q.Delivery != ""
}

// Filter is the query in core's terms. Days begin at midnight where the person is:
// the zone of now.
func (q MovementQuery) Filter(now time.Time) core.MovementFilter {
	f := core.MovementFilter{
		AccountID: q.AccountID, Search: strings.TrimSpace(q.Search), Currency: q.Currency,
		Delivery: q.Delivery, Ascending: q.Ascending,
	}
	f.From, f.To = q.Period.span(now, q.From, q.To)
	return f
}

// span is the time of a period in the zone of now; from and to are the days of
// Between. A zero end is open.
func (p Period) span(now, from, to time.Time) (begin, end time.Time) {
	switch p {
	case LastDays:
		begin = day(now, -30)
	case ThisMonth:
		begin = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	case Between:
		if !from.IsZero() {
			begin = day(from, 0)
		}
		if !to.IsZero() {
			end = day(to, 1)
		}
	}
	return begin, end
}

// day is the midnight that begins a day, so many days on.
func day(t time.Time, on int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+on, 0, 0, 0, 0, t.Location())
}

// ParseDay reads a day as people write it here: 2026-05-13, 13/05/2026, 13.5.26
// or 13/5 of the year of now.
func ParseDay(text string, now time.Time) (time.Time, bool) {
	text = strings.NewReplacer(".", "/", " ", "").Replace(strings.TrimSpace(text))
	for _, layout := range []string{time.DateOnly, "2006/1/2", "2/1/2006", "2/1/06", "2-1-2006"} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, true
		}
	}
	if t, err := time.ParseInLocation("2/1/2006", text+"/"+now.Format("2006"), now.Location()); err == nil {
		return t, true
	}
	return time.Time{}, false
}

// MovementRow is a line of the table: a movement and the newest webhook about it.
type MovementRow struct {
	core.Movement
	Delivery *core.Delivery
}

// ReadMovements reads a page of what a filter selects, and how many that is.
func ReadMovements(ctx context.Context, src MovementSource, f core.MovementFilter) ([]MovementRow, int, error) {
	found, total, err := src.Movements(ctx, f)
	if err != nil || len(found) == 0 {
		return nil, total, err
	}
	ids := make([]string, len(found))
	for i, m := range found {
		ids[i] = m.ID
	}
	latest, err := src.LatestDeliveries(ctx, ids)
	if err != nil {
		return nil, 0, err
	}
	rows := make([]MovementRow, len(found))
	for i, m := range found {
		rows[i].Movement = m
		if d, ok := latest[m.ID]; ok {
			rows[i].Delivery = &d
		}
	}
	return rows, total, nil
}

// Webhook is how far a movement has come on its way to the person's own system.
type Webhook int

// What the webhook column says.
const (
	NotSent     Webhook = iota // nothing is owed: another mode
	Sent                       // at At
	Pending                    // the first try is still to come
	Retrying                   // try N comes at At
	Dead                       // given up; Status was the last answer, 0 none
	Silent                     // stored only, as the settings ask
	NoSender                   // a person must say "send anyway"
	BeforeStart                // booked before the account's start date
	Excluded                   // set aside
)

// Hook is what the webhook column says of a movement.
type Hook struct {
	State  Webhook
	At     time.Time
	N      int
	Status int
}

// HookOf decides it. What was done to the movement comes before what was sent.
func HookOf(r MovementRow, mode core.OperationMode) Hook {
	if !r.ExcludedAt.IsZero() {
		return Hook{State: Excluded, At: r.ExcludedAt}
	}
	if d := r.Delivery; d != nil {
		switch d.Status {
		case core.DeliveryDelivered:
			return Hook{State: Sent, At: d.DoneAt}
		case core.DeliveryDead:
			return Hook{State: Dead, At: d.DoneAt, Status: d.LastStatus, N: d.Attempts}
		case core.DeliveryRetrying:
			return Hook{State: Retrying, At: d.NextAt, N: d.Tries + 1, Status: d.LastStatus}
		}
		return Hook{State: Pending, At: d.NextAt}
	}
	switch {
	case !r.NotifiedAt.IsZero():
		return Hook{State: Silent, At: r.NotifiedAt}
	case r.BeforeStart:
		return Hook{State: BeforeStart}
	case mode == core.Reconcile:
		return Hook{State: NotSent}
	case r.Sender == "":
		return Hook{State: NoSender}
	}
	return Hook{State: Pending}
}

// MovementActs is what can be done with the selected movements.
type MovementActs struct {
	Resend  []MovementRow // with a sender
	Anyway  []MovementRow // without one
	Exclude []MovementRow
	Restore []MovementRow
}

// ActsOn sorts a selection by what can be done with it.
func ActsOn(rows []MovementRow, mode core.OperationMode) (acts MovementActs) {
	for _, r := range rows {
		if mode == core.Passthrough && r.Direction == scrapers.Credit {
			if r.Sender != "" || r.Delivery != nil {
				acts.Resend = append(acts.Resend, r)
			} else {
				acts.Anyway = append(acts.Anyway, r)
			}
		}
		if r.ExcludedAt.IsZero() {
			acts.Exclude = append(acts.Exclude, r)
		} else {
			acts.Restore = append(acts.Restore, r)
		}
	}
	return acts
}
