package core

import (
	"cmp"
	"slices"
	"strings"
)

// contradiction says that a match would not have been made, had what is known now
// been known then.
type contradiction struct {
	pair     Pair
	reason   MatchReason // what would be said about the order now
	evidence []string    // the fresh movements and orders that speak against it, the strongest first
}

// contradictions finds the matches that fresh evidence speaks against. The input
// is that of a decision in the same transaction, with the pairs laid open in it.
// A match that would not stand without the fresh rows either is none of their
// doing. Another payment of the same sender and another order of the same payer
// say nothing: they are interchangeable.
func contradictions(in MatchInput, pairs []Pair, decide func(MatchInput) ([]Verdict, error)) ([]contradiction, error) {
	before := in
	before.Orders = slices.DeleteFunc(slices.Clone(in.Orders), func(o Order) bool { return in.Fresh[o.ID] })
	before.Movements = slices.DeleteFunc(slices.Clone(in.Movements), func(m Movement) bool { return in.Fresh[m.ID] })
	if len(before.Orders) == len(in.Orders) && len(before.Movements) == len(in.Movements) {
		return nil, nil
	}
	then, err := decide(before)
	if err != nil {
		return nil, err
	}
	now, err := decide(in)
	if err != nil {
		return nil, err
	}
	stood, stands := byOrder(then), byOrder(now)
	var out []contradiction
	for _, p := range pairs {
		if !stood[p.Order.ID].keeps(p) || stands[p.Order.ID].keeps(p) {
			continue
		}
		if against := evidence(in, p, now); len(against) > 0 {
			out = append(out, contradiction{p, stands[p.Order.ID].Reason, against})
		}
	}
	return out, nil
}

func byOrder(verdicts []Verdict) map[string]Verdict {
	m := make(map[string]Verdict, len(verdicts))
	for _, v := range verdicts {
		m[v.OrderID] = v
	}
	return m
}

// keeps tells whether the verdict leaves a match as it is.
func (v Verdict) keeps(p Pair) bool {
	return v.Status == OrderMatched && (v.MovementID == p.Movement.ID || v.Reason == ReasonInterchangeable)
}

// evidence lists the fresh rows that could be taken for one side of a pair.
func evidence(in MatchInput, p Pair, verdicts []Verdict) []string {
	alike := func(a, b string) bool { key := NameKey(a); return key != "" && key == NameKey(b) }
	senders := make(map[string]string, len(in.Movements))
	for _, m := range in.Movements {
		senders[m.ID] = m.Sender
	}
	names := make(map[string]string, len(in.Orders))
	for _, o := range in.Orders {
		names[o.ID] = o.Name
	}
	score := map[string]float64{}
	for _, v := range verdicts {
		for _, c := range v.Candidates {
			switch {
			case v.OrderID == p.Order.ID && in.Fresh[c.MovementID] && !alike(senders[c.MovementID], p.Movement.Sender):
				score[c.MovementID] = c.Score
			case c.MovementID == p.Movement.ID && in.Fresh[v.OrderID] && !alike(names[v.OrderID], p.Order.Name):
				score[v.OrderID] = c.Score
			}
		}
	}
	ids := make([]string, 0, len(score))
	for id := range score {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(x, y string) int { return cmp.Or(cmp.Compare(score[y], score[x]), strings.Compare(x, y)) })
	return ids
}
