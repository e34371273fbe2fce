package core

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"reconbanker/scrapers"
)

var propNames = []string{
	"Juan Pérez", "JUAN PEREZ", "Juan Carlos Pérez", "Pedro Pérez", "J PEREZ", "JUANA PEREZ", "Juan Peerez", "Nortel SA", "NORTEL SRL",
	"Nortel", "", "Ana Gómez", "Juan Pérez CI 1.234.567-8", "JUAN PEREZ 7.654.321-0", "Comercial Norte",
}

// drawMatch draws a decision about few names, so that they often meet.
func drawMatch(t *rapid.T) MatchInput {
	in := MatchInput{
		Zone: time.UTC, UniqueAmount: rapid.Bool().Draw(t, "unique"),
		Fresh: map[string]bool{}, ForPeople: map[string]bool{},
	}
	name := rapid.SampledFrom(propNames)
	days := rapid.IntRange(-7, 7)
	amount := rapid.SampledFrom([]int64{100, 100, 100, 200})
	status := rapid.SampledFrom([]OrderStatus{OrderPending, OrderAmbiguous, OrderNotFound})
	for i := range rapid.IntRange(0, 5).Draw(t, "orders") {
		o := matchOrder(fmt.Sprint("o", i), name.Draw(t, "order"), days.Draw(t, "day"))
		o.Status, o.Amount.Minor = status.Draw(t, "status"), amount.Draw(t, "amount")
		in.Orders = append(in.Orders, o)
		in.Fresh[o.ID] = rapid.IntRange(0, 3).Draw(t, "fresh") == 0
		in.ForPeople[o.ID] = rapid.IntRange(0, 9).Draw(t, "people") == 0
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "movements") {
		m := matchMovement(fmt.Sprint("m", i), name.Draw(t, "sender"), days.Draw(t, "day"))
		m.Amount.Minor = amount.Draw(t, "amount")
		in.Movements = append(in.Movements, m)
		in.Fresh[m.ID] = rapid.IntRange(0, 3).Draw(t, "fresh") == 0
		in.ForPeople[m.ID] = rapid.IntRange(0, 9).Draw(t, "people") == 0
	}
	for range rapid.IntRange(0, 2).Draw(t, "refusals") {
		in.Refusals = append(in.Refusals, Refusal{OrderID: fmt.Sprint("o", rapid.IntRange(0, 4).Draw(t, "o")), MovementID: fmt.Sprint("m", rapid.IntRange(0, 4).Draw(t, "m"))})
	}
	for range rapid.IntRange(0, 2).Draw(t, "aliases") {
		in.Aliases = append(in.Aliases, Alias{OrderName: name.Draw(t, "alias"), BankName: name.Draw(t, "as")})
	}
	return in
}

func TestMatchDoesNotDependOnTheOrderOfRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawMatch(t)
		want := Match(in)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		in.Orders, in.Movements, in.Aliases, in.Refusals = slices.Clone(in.Orders), slices.Clone(in.Movements), slices.Clone(in.Aliases), slices.Clone(in.Refusals)
		r.Shuffle(len(in.Orders), reflect.Swapper(in.Orders))
		r.Shuffle(len(in.Movements), reflect.Swapper(in.Movements))
		r.Shuffle(len(in.Aliases), reflect.Swapper(in.Aliases))
		r.Shuffle(len(in.Refusals), reflect.Swapper(in.Refusals))
		if got := Match(in); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order: got %+v, want %+v", got, want)
		}
	})
}

// TestMatchSettlesOnlyWhatIsBeyondDoubt looks at every settled pair anew, with
// nothing but how names compare.
func TestMatchSettlesOnlyWhatIsBeyondDoubt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawMatch(t)
		checkSettled(t, in, Match(in))
	})
}

func checkSettled(t *rapid.T, in MatchInput, verdicts []Verdict) {
	names := newComparer(in.Aliases)
	refused := func(o Order, m Movement) bool {
		return slices.ContainsFunc(in.Refusals, func(r Refusal) bool { return r.OrderID == o.ID && r.MovementID == m.ID })
	}
	band := func(o Order, m Movement) Band {
		if !mayPay(o, m, time.UTC) || refused(o, m) {
			return None
		}
		return names.compare(names.party(o.Name, ""), names.party(m.Sender, m.SenderDocument)).Band
	}
	taken := map[string]string{}
	for _, v := range verdicts {
		if v.Status != OrderMatched {
			continue
		}
		o := in.Orders[slices.IndexFunc(in.Orders, func(o Order) bool { return o.ID == v.OrderID })]
		m := in.Movements[slices.IndexFunc(in.Movements, func(m Movement) bool { return m.ID == v.MovementID })]
		if before, ok := taken[m.ID]; ok {
			t.Fatalf("movement %s settles %s and %s", m.ID, before, o.ID)
		}
		taken[m.ID] = o.ID
		if !mayPay(o, m, time.UTC) || refused(o, m) || in.ForPeople[o.ID] || in.ForPeople[m.ID] {
			t.Fatalf("%s may not settle with %s", o.ID, m.ID)
		}
		if o.Status == OrderAmbiguous && v.Reason != ReasonInterchangeable && !in.Fresh[o.ID] && !in.Fresh[m.ID] {
			t.Fatalf("%s was ambiguous and settles with %s on nothing new", o.ID, m.ID)
		}
		var movements, orders, strongMovements, strongOrders int
		for _, x := range in.Movements {
			movements += count(mayPay(o, x, time.UTC))
			strongMovements += count(band(o, x) == Strong)
		}
		for _, x := range in.Orders {
			orders += count(mayPay(x, m, time.UTC))
			strongOrders += count(band(x, m) == Strong)
		}
		switch {
		case v.Reason == ReasonUniqueAmount && (!in.UniqueAmount || movements != 1 || orders != 1 || band(o, m) != Weak),
			(v.Reason == ReasonStrong || v.Reason == ReasonAlias) && (strongMovements != 1 || strongOrders != 1 || band(o, m) != Strong),
			v.Reason == ReasonInterchangeable && band(o, m) != Strong:
			t.Fatalf("%s settles with %s: %s, %d and %d strong, of %d and %d", o.ID, m.ID, v.Reason, strongMovements, strongOrders, movements, orders)
		}
	}
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// TestMatchNeverSettlesByElimination takes away what was settled, and more, and
// decides again with nothing new: nothing may settle that did not before.
func TestMatchNeverSettlesByElimination(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawMatch(t)
		verdicts := Match(in)
		next := in
		next.Orders, next.Movements, next.Fresh = nil, nil, nil
		gone := map[string]bool{}
		for _, v := range verdicts {
			gone[v.OrderID], gone[v.MovementID] = v.Status == OrderMatched, true
		}
		for _, o := range in.Orders {
			if gone[o.ID] || rapid.IntRange(0, 3).Draw(t, "expires") == 0 {
				continue
			}
			o.Status = byOrder(verdicts)[o.ID].Status
			next.Orders = append(next.Orders, o)
		}
		for _, m := range in.Movements {
			if !gone[m.ID] && rapid.IntRange(0, 3).Draw(t, "a person takes it") > 0 {
				next.Movements = append(next.Movements, m)
			}
		}
		for _, v := range Match(next) {
			if v.Status == OrderMatched {
				t.Fatalf("%s settles with %s after others went away: %+v", v.OrderID, v.MovementID, v)
			}
		}
	})
}

// BenchmarkMatch decides about one order with so many open orders and free
// payments of the same amount around it.
func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := newCorpus(3)
			in := MatchInput{Zone: time.UTC}
			for i := range n {
				s := c.anybody()
				in.Orders = append(in.Orders, matchOrder(fmt.Sprint("o", i), s.String(), 0))
				in.Movements = append(in.Movements, matchMovement(fmt.Sprint("m", i), bankText(s.String()), 0))
			}
			for b.Loop() {
				Match(in)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/order")
		})
	}
	b.Run("different amounts", func(b *testing.B) {
		c := newCorpus(3)
		in := MatchInput{Zone: time.UTC}
		for i := range 10000 {
			s := c.anybody()
			o, m := matchOrder(fmt.Sprint("o", i), s.String(), 0), matchMovement(fmt.Sprint("m", i), bankText(s.String()), 0)
			o.Amount = scrapers.Money{Minor: int64(i), Currency: "USD"}
			m.Amount = o.Amount
			in.Orders, in.Movements = append(in.Orders, o), append(in.Movements, m)
		}
		for b.Loop() {
			Match(in)
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*10000), "µs/order")
	})
}
