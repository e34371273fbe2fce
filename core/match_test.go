package core

import (
	"testing"
	"time"

	"reconbanker/scrapers"
)

// matchDay is when everything in these tests happens.
var matchDay = time.Date(2026, 5, 13, 12, 0, 0, 0, time.UTC)

// matchOrder is an open order of 100.00 registered some days after matchDay.
func matchOrder(id, name string, days int) Order {
	at := matchDay.AddDate(0, 0, days)
	return Order{
		ID: id, AccountID: "a", Name: name, Amount: scrapers.Money{Minor: 10000, Currency: "USD"},
		Status: OrderPending, CreatedAt: at, ExpiresAt: at.AddDate(0, 0, 5),
	}
}

// matchMovement is a credit of 100.00 booked some days after matchDay.
func matchMovement(id, sender string, days int) Movement {
	return Movement{
		ID: id, AccountID: "a", Sender: sender, Amount: scrapers.Money{Minor: 10000, Currency: "USD"},
		Direction: scrapers.Credit, BookedAt: matchDay.AddDate(0, 0, days), Precision: scrapers.Second,
	}
}

func TestMatchDecides(t *testing.T) {
	orders := func(o ...Order) []Order { return o }
	movements := func(m ...Movement) []Movement { return m }
	for _, tt := range []struct {
		name string
		in   MatchInput
		want map[string]string // order → movement, or status and reason
	}{
		{"a pair", MatchInput{Orders: orders(matchOrder("o1", "José Pérez", 0)), Movements: movements(matchMovement("m1", "PEREZ JOSE", 0))}, map[string]string{"o1": "m1 strong"}},
		{"nothing", MatchInput{Orders: orders(matchOrder("o1", "José Pérez", 0))}, map[string]string{"o1": "not_found no_amount"}},
		{"two payments", MatchInput{Orders: orders(matchOrder("o1", "José Pérez", 0)), Movements: movements(matchMovement("m1", "PEREZ JOSE", 0), matchMovement("m2", "PEREZ JOSE", 1))}, map[string]string{"o1": "ambiguous several_movements"}},
		{"two of each", MatchInput{Orders: orders(matchOrder("o1", "José Pérez", 0), matchOrder("o2", "Jose Perez", 1)), Movements: movements(matchMovement("m2", "PEREZ JOSE", 1), matchMovement("m1", "PEREZ JOSE", 0))}, map[string]string{"o1": "m1 interchangeable", "o2": "m2 interchangeable"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Zone = time.UTC
			checkVerdicts(t, Match(tt.in), tt.want)
		})
	}
}

func checkVerdicts(t *testing.T, verdicts []Verdict, want map[string]string) {
	t.Helper()
	for _, v := range verdicts {
		got := string(v.Status) + " " + string(v.Reason)
		if v.Status == OrderMatched {
			got = v.MovementID + " " + string(v.Reason)
		}
		if got != want[v.OrderID] {
			t.Errorf("%s: got %q, want %q (%+v)", v.OrderID, got, want[v.OrderID], v)
		}
	}
	if len(verdicts) != len(want) {
		t.Errorf("got %d verdicts, want %d", len(verdicts), len(want))
	}
}
