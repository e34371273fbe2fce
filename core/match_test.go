package core

import (
	"slices"
	"strings"
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

func ambiguousOrder(id, name string, days int) Order {
	o := matchOrder(id, name, days)
	o.Status = OrderAmbiguous
	return o
}

// matchMovement is a credit of 100.00 booked some days after matchDay.
func matchMovement(id, sender string, days int) Movement {
	return Movement{
		ID: id, AccountID: "a", Sender: sender, Amount: scrapers.Money{Minor: 10000, Currency: "USD"},
		Direction: scrapers.Credit, BookedAt: matchDay.AddDate(0, 0, days), Precision: scrapers.Second,
	}
}

func ordersOf(o ...Order) []Order          { return o }
func movementsOf(m ...Movement) []Movement { return m }
func idsOf(ids ...string) map[string]bool {
	m := map[string]bool{}
	for _, id := range ids {
		m[id] = true
	}
	return m
}

func TestMatchDecides(t *testing.T) {
	juan, pair := matchOrder("o1", "Juan Pérez", 0), MatchInput{Orders: ordersOf(matchOrder("o1", "Juan Pérez", 0)), Movements: movementsOf(matchMovement("m1", "PEREZ JUAN", 0))}
	with := func(change func(*MatchInput)) MatchInput { in := pair; change(&in); return in }
	documented := func(id, document string, days int) Movement {
		m := matchMovement(id, "JUAN PEREZ", days)
		m.SenderDocument = document
		return m
	}
	for _, tt := range []struct {
		name string
		in   MatchInput
		want map[string]string // order → movement, or status, and reason
	}{
		{"a pair", pair, map[string]string{"o1": "m1 strong"}},
		{"nothing", MatchInput{Orders: ordersOf(juan)}, map[string]string{"o1": "not_found no_amount"}},
		{"somebody else", MatchInput{Orders: ordersOf(juan), Movements: movementsOf(matchMovement("m1", "ANA GOMEZ", 0))}, map[string]string{"o1": "not_found no_name"}},
		{"the best of two", MatchInput{Orders: ordersOf(juan), Movements: movementsOf(matchMovement("m1", "JUAN PEREZ", 0), matchMovement("m2", "J PEREZ", 0), matchMovement("m3", "", 0))}, map[string]string{"o1": "m1 strong"}},
		{"a weak one too close", MatchInput{Orders: ordersOf(matchOrder("o1", "Juan Carlos Rodríguez Fernández", 0)), Movements: movementsOf(matchMovement("m1", "RODRIGUES JUAN FERNADEZ", 0), matchMovement("m2", "J C RODRIGUEZ FERNANDEZ", 0))}, map[string]string{"o1": "ambiguous weak"}},
		{"a typo close to an initial", MatchInput{Orders: ordersOf(matchOrder("o1", "Juan Carlos Rodrigal Fernandal", 0)), Movements: movementsOf(matchMovement("m1", "JUAN RODRIGALL FERNNDAL", 0), matchMovement("m2", "J C RODRIGAL FERNANDAL", 0))}, map[string]string{"o1": "ambiguous too_close"}},
		{"two payments", MatchInput{Orders: ordersOf(juan), Movements: movementsOf(matchMovement("m1", "PEREZ JUAN", 0), matchMovement("m2", "PEREZ JUAN", 1))}, map[string]string{"o1": "ambiguous several_movements"}},
		{"two orders", MatchInput{Orders: ordersOf(juan, matchOrder("o2", "Juan Carlos Pérez", 0)), Movements: movementsOf(matchMovement("m1", "JUAN PEREZ", 0))}, map[string]string{"o1": "ambiguous several_orders", "o2": "ambiguous several_orders"}},
		{"nothing settles by elimination within a batch", MatchInput{
			Orders:    ordersOf(matchOrder("o1", "Juan Pérez", 0), matchOrder("o2", "Juan Carlos Pérez Gómez", 0)),
			Movements: movementsOf(matchMovement("m1", "JUAN PEREZ", 0), matchMovement("m2", "JUAN CARLOS PEREZ GOMEZ", 0)),
		}, map[string]string{"o1": "ambiguous several_movements", "o2": "ambiguous several_movements"}},

		{"two of each", MatchInput{Orders: ordersOf(juan, matchOrder("o2", "JUAN PEREZ", 1)), Movements: movementsOf(matchMovement("m2", "PEREZ JUAN", 1), matchMovement("m1", "JUAN PÉREZ", 0))}, map[string]string{"o1": "m1 interchangeable", "o2": "m2 interchangeable"}},
		{"two orders of one name, one payment", MatchInput{Orders: ordersOf(juan, matchOrder("o2", "Juan Pérez", 1)), Movements: movementsOf(matchMovement("m1", "JUAN PEREZ", 0))}, map[string]string{"o1": "ambiguous several_orders", "o2": "ambiguous several_orders"}},
		{"two orders of one name, three payments", MatchInput{Orders: ordersOf(juan, matchOrder("o2", "Juan Pérez", 1)), Movements: movementsOf(matchMovement("m1", "JUAN PEREZ", 0), matchMovement("m2", "JUAN PEREZ", 0), matchMovement("m3", "JUAN PEREZ", 0))}, map[string]string{"o1": "ambiguous several_movements", "o2": "ambiguous several_movements"}},
		{"equal payments of two documents", MatchInput{Orders: ordersOf(juan, matchOrder("o2", "Juan Pérez", 1)), Movements: movementsOf(documented("m1", "1234567", 0), documented("m2", "7654321", 1))}, map[string]string{"o1": "ambiguous several_movements", "o2": "ambiguous several_movements"}},
		{"equal payments, one pair refused", MatchInput{Orders: ordersOf(juan, matchOrder("o2", "Juan Pérez", 1)), Movements: movementsOf(matchMovement("m1", "JUAN PEREZ", 0), matchMovement("m2", "JUAN PEREZ", 1)), Refusals: []Refusal{{OrderID: "o1", MovementID: "m1"}}}, map[string]string{"o1": "ambiguous several_orders", "o2": "ambiguous several_movements"}},

		{"documents contradict", MatchInput{Orders: ordersOf(matchOrder("o1", "Juan Pérez CI 1.234.567-8", 0)), Movements: movementsOf(documented("m1", "87654321", 0))}, map[string]string{"o1": "not_found no_name"}},
		{"no sender", MatchInput{Orders: ordersOf(juan), Movements: movementsOf(matchMovement("m1", "", 0))}, map[string]string{"o1": "ambiguous unique_amount"}},
		{"no sender, wanted", MatchInput{UniqueAmount: true, Orders: ordersOf(juan), Movements: movementsOf(matchMovement("m1", "", 0))}, map[string]string{"o1": "m1 unique_amount"}},
		{"no sender, not the only order", MatchInput{UniqueAmount: true, Orders: ordersOf(juan, matchOrder("o2", "Ana Gómez", 0)), Movements: movementsOf(matchMovement("m1", "", 0))}, map[string]string{"o1": "ambiguous name_missing", "o2": "ambiguous name_missing"}},
		{"no sender, not the only payment", MatchInput{UniqueAmount: true, Orders: ordersOf(juan), Movements: movementsOf(matchMovement("m1", "", 0), matchMovement("m2", "ANA GOMEZ", 0))}, map[string]string{"o1": "ambiguous name_missing"}},

		{"ambiguous, nothing new", with(func(in *MatchInput) { in.Orders = ordersOf(ambiguousOrder("o1", "Juan Pérez", 0)) }), map[string]string{"o1": "ambiguous old_evidence"}},
		{"ambiguous, a new payment", with(func(in *MatchInput) {
			in.Orders, in.Fresh = ordersOf(ambiguousOrder("o1", "Juan Pérez", 0)), idsOf("m1")
		}), map[string]string{"o1": "m1 strong"}},
		{"ambiguous, the order changed", with(func(in *MatchInput) {
			in.Orders, in.Fresh = ordersOf(ambiguousOrder("o1", "Juan Pérez", 0)), idsOf("o1")
		}), map[string]string{"o1": "m1 strong"}},
		{"ambiguous, another payment is new", with(func(in *MatchInput) {
			in.Orders, in.Fresh = ordersOf(ambiguousOrder("o1", "Juan Pérez", 0)), idsOf("m2")
			in.Movements = movementsOf(in.Movements[0], matchMovement("m2", "ANA GOMEZ", 0))
		}), map[string]string{"o1": "ambiguous old_evidence"}},
		{"ambiguous, and now as many payments as orders", MatchInput{
			Orders:    ordersOf(ambiguousOrder("o1", "Juan Pérez", 0), ambiguousOrder("o2", "Juan Pérez", 1)),
			Movements: movementsOf(matchMovement("m1", "JUAN PEREZ", 0), matchMovement("m2", "JUAN PEREZ", 1)), Fresh: idsOf("m2"),
		}, map[string]string{"o1": "m1 interchangeable", "o2": "m2 interchangeable"}},

		{"refused", with(func(in *MatchInput) { in.Refusals = []Refusal{{OrderID: "o1", MovementID: "m1"}} }), map[string]string{"o1": "not_found no_name"}},
		{"an undone order", with(func(in *MatchInput) { in.ForPeople = idsOf("o1") }), map[string]string{"o1": "ambiguous left_to_people"}},
		{"an undone payment", with(func(in *MatchInput) { in.ForPeople = idsOf("m1") }), map[string]string{"o1": "ambiguous left_to_people"}},

		{"an alias", MatchInput{Orders: ordersOf(juan), Movements: movementsOf(matchMovement("m1", "Nortel SA", 0)), Aliases: []Alias{{OrderName: "JUAN PEREZ", BankName: "NORTEL S.A."}}}, map[string]string{"o1": "m1 alias"}},
		{"an alias of an intermediary", MatchInput{Orders: ordersOf(juan), Movements: movementsOf(matchMovement("m1", "Nortel SA", 0)), Aliases: []Alias{{OrderName: "JUAN PEREZ", BankName: "NORTEL S.A."}, {OrderName: "Ana Gómez", BankName: "NORTEL S.A."}}}, map[string]string{"o1": "not_found no_name"}},
		{"an alias against documents", MatchInput{Orders: ordersOf(matchOrder("o1", "Juan Pérez 1234567", 0)), Movements: movementsOf(documented("m1", "7654321", 0)), Aliases: []Alias{{OrderName: "Juan Pérez", BankName: "JUAN PEREZ"}}}, map[string]string{"o1": "not_found no_name"}},
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

func TestMayPay(t *testing.T) {
	zone := time.FixedZone("bank", -3*3600)
	order := matchOrder("o1", "Juan Pérez", 0) // registered at 12:00 UTC, 9:00 at the bank
	at := func(days int, d time.Duration) func(*Movement) {
		return func(m *Movement) { m.BookedAt = matchDay.AddDate(0, 0, days).Add(d) }
	}
	day := func(d string) func(*Movement) {
		return func(m *Movement) {
			m.Precision, m.BankDay = scrapers.Day, d
			m.BookedAt, _ = time.ParseInLocation(time.DateOnly, d, zone)
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*Movement)
		want   bool
	}{
		{"at once", func(*Movement) {}, true},
		{"five days before", at(-5, 0), true},
		{"a second more", at(-5, -time.Second), false},
		{"when it expires", at(5, 0), true},
		{"a second later", at(5, time.Second), false},
		{"on the bank day five days before", day("2026-05-08"), true},
		{"on the bank day before that", day("2026-05-07"), false},
		{"on the bank day when it expires", day("2026-05-18"), true},
		{"on the bank day after that", day("2026-05-19"), false},
		{"in the minute five days before", func(m *Movement) {
			at(-5, -30*time.Second)(m)
			m.Precision = scrapers.Minute
		}, true},
		{"another amount", func(m *Movement) { m.Amount.Minor++ }, false},
		{"another currency", func(m *Movement) { m.Amount.Currency = "UYU" }, false},
		{"a debit", func(m *Movement) { m.Direction = scrapers.Debit }, false},
		{"another account", func(m *Movement) { m.AccountID = "b" }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := matchMovement("m1", "JUAN PEREZ", 0)
			tt.change(&m)
			if got := mayPay(order, m, zone); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			from, to := PaymentWindow(order, zone)
			if tt.want && (m.BookedAt.Before(from) || m.BookedAt.After(to)) {
				t.Errorf("%s is a candidate outside of the window %s to %s", m.BookedAt, from, to)
			}
		})
	}
}

func TestContradictions(t *testing.T) {
	pairs := []Pair{{Order: matchOrder("o1", "Juan Pérez", 0), Movement: matchMovement("m1", "JUAN PEREZ", 0)}}
	for _, tt := range []struct {
		name string
		in   MatchInput
		want string
	}{
		{"nothing new", MatchInput{}, ""},
		{"a payment of somebody else", MatchInput{Movements: movementsOf(matchMovement("m2", "ANA GOMEZ", 1)), Fresh: idsOf("m2")}, ""},
		{"a second payment of the same sender", MatchInput{Movements: movementsOf(matchMovement("m2", "PEREZ JUAN", 1)), Fresh: idsOf("m2")}, ""},
		{"a payment of a fuller name", MatchInput{Movements: movementsOf(matchMovement("m2", "JUAN CARLOS PEREZ", 1)), Fresh: idsOf("m2")}, "several_movements m2"},
		{"that payment and its order", MatchInput{
			Orders: ordersOf(matchOrder("o2", "Ana Gómez", 1)), Movements: movementsOf(matchMovement("m2", "ANA GOMEZ", 1)), Fresh: idsOf("o2", "m2"),
		}, ""},
		{"an order of a fuller name", MatchInput{Orders: ordersOf(matchOrder("o2", "Juan C. Pérez", -1)), Fresh: idsOf("o2")}, "several_orders o2"},
		{"a second payment that was there before", MatchInput{Movements: movementsOf(matchMovement("m2", "JUAN CARLOS PEREZ", 1), matchMovement("m3", "JUAN MARIO PEREZ", 1)), Fresh: idsOf("m3")}, ""},
		{"weak ones that change nothing", MatchInput{Movements: movementsOf(matchMovement("m2", "", 1), matchMovement("m3", "J PEREZ", 1)), Fresh: idsOf("m2", "m3")}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Zone = time.UTC
			for _, p := range pairs {
				tt.in.Orders, tt.in.Movements = append(tt.in.Orders, p.Order), append(tt.in.Movements, p.Movement)
			}
			against, err := contradictions(tt.in, pairs, func(in MatchInput) ([]Verdict, error) { return Match(in), nil })
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, c := range against {
				got += string(c.reason) + " " + strings.Join(c.evidence, " ")
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A pair that settled because no other had its amount is in doubt once one has.
func TestContradictedAmount(t *testing.T) {
	p := Pair{Order: matchOrder("o1", "Juan Pérez", 0), Movement: matchMovement("m1", "", 0)}
	in := MatchInput{
		Zone: time.UTC, UniqueAmount: true, Fresh: idsOf("m2"),
		Orders: ordersOf(p.Order), Movements: movementsOf(p.Movement, matchMovement("m2", "", 1)),
	}
	against, err := contradictions(in, []Pair{p}, func(in MatchInput) ([]Verdict, error) { return Match(in), nil })
	if err != nil || len(against) != 1 || against[0].reason != ReasonNameMissing || !slices.Equal(against[0].evidence, []string{"m2"}) {
		t.Errorf("got %+v, %v", against, err)
	}
}
