package core

import "slices"

// Settled is a match that was made without a person, and may have been announced.
type Settled struct {
	Order    Order
	Movement Movement
}

// Contradiction says that a match would not have been made, had what is known now
// been known then. The match stays; a person is told.
type Contradiction struct {
	OrderID    string
	MovementID string
	Reason     MatchReason // what Match would say about the order now
	Evidence   []string    // the fresh movements and orders that speak against it
}

// Contradictions finds the settled matches that fresh evidence speaks against.
// The input is what Match gets in the same transaction; settled are the matches
// of the same amounts whose orders or movements the fresh rows could have been
// taken for. A match that would be ambiguous without the fresh rows too is none of
// their doing, and payments that are interchangeable contradict nothing.
func Contradictions(in MatchInput, settled []Settled) []Contradiction {
	fresh := func(id string) bool { return in.Fresh[id] }
	all := in
	all.Orders, all.Movements = slices.Clone(in.Orders), slices.Clone(in.Movements)
	for _, s := range settled {
		s.Order.Status = OrderPending // as it was before it was matched
		all.Orders, all.Movements = append(all.Orders, s.Order), append(all.Movements, s.Movement)
	}
	before := all
	before.Orders = slices.DeleteFunc(slices.Clone(all.Orders), func(o Order) bool { return fresh(o.ID) })
	before.Movements = slices.DeleteFunc(slices.Clone(all.Movements), func(m Movement) bool { return fresh(m.ID) })
	if len(before.Orders) == len(all.Orders) && len(before.Movements) == len(all.Movements) {
		return nil
	}
	then, now := byOrder(Match(before)), byOrder(Match(all))
	b := newBoard(all)
	var out []Contradiction
	for k, s := range settled {
		if !then[s.Order.ID].stands(s) || now[s.Order.ID].stands(s) {
			continue
		}
		c := Contradiction{OrderID: s.Order.ID, MovementID: s.Movement.ID, Reason: now[s.Order.ID].Reason}
		for _, e := range keptEdges(b.pairs[len(in.Orders)+k], edge.candidate) {
			if id := all.Movements[e.m].ID; fresh(id) {
				c.Evidence = append(c.Evidence, id)
			}
		}
		for _, e := range keptEdges(b.claims[len(in.Movements)+k], edge.candidate) {
			if id := all.Orders[e.o].ID; fresh(id) {
				c.Evidence = append(c.Evidence, id)
			}
		}
		slices.Sort(c.Evidence)
		out = append(out, c)
	}
	return out
}

func byOrder(verdicts []Verdict) map[string]Verdict {
	m := make(map[string]Verdict, len(verdicts))
	for _, v := range verdicts {
		m[v.OrderID] = v
	}
	return m
}

// stands tells whether the verdict leaves a settled match as it is.
func (v Verdict) stands(s Settled) bool {
	return v.Status == OrderMatched && (v.MovementID == s.Movement.ID || v.Reason == ReasonInterchangeable)
}
