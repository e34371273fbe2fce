package core

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A weak candidate whose score comes nearer than this to the strong one keeps
// the pair from settling. Fixed on the corpus; docs/matching.md says how.
const matchMargin = 0.10

// How many movements that are no candidates a verdict names, to explain itself.
const othersShown = 5

// edge is an order beside a movement of its amount and time.
type edge struct {
	o, m    int
	sim     Similarity
	refused bool
}

func (e edge) strong() bool    { return !e.refused && e.sim.Band == Strong }
func (e edge) candidate() bool { return !e.refused && e.sim.Band != None }

// board is one decision: the rows, and how their names compare.
type board struct {
	in     MatchInput
	names  *comparer
	orders []*party // of in.Orders
	payers []*party // of in.Movements
	refuse map[[2]string]bool
	pairs  [][]edge // by order
	claims [][]edge // by movement
	groups []*group // by order, where one was needed
}

func newBoard(in MatchInput) *board {
	b := &board{
		in: in, names: newComparer(in.Aliases), refuse: map[[2]string]bool{},
		pairs: make([][]edge, len(in.Orders)), claims: make([][]edge, len(in.Movements)),
		groups: make([]*group, len(in.Orders)),
	}
	for _, o := range in.Orders {
		b.orders = append(b.orders, b.names.party(o.Name, ""))
	}
	for _, m := range in.Movements {
		b.payers = append(b.payers, b.names.party(m.Sender, m.SenderDocument))
	}
	for _, r := range in.Refusals {
		b.refuse[[2]string{r.OrderID, r.MovementID}] = true
	}
	b.compare()
	return b
}

// compare lays out every pair of equal amount and fitting time.
func (b *board) compare() {
	byAmount := map[Money][]int{}
	for j, m := range b.in.Movements {
		byAmount[m.Amount] = append(byAmount[m.Amount], j)
	}
	for i, o := range b.in.Orders {
		for _, j := range byAmount[o.Amount] {
			m := b.in.Movements[j]
			if !mayPay(o, m, b.in.Zone) {
				continue
			}
			e := edge{i, j, b.names.compare(b.orders[i], b.payers[j]), b.refuse[[2]string{o.ID, m.ID}]}
			b.pairs[i] = append(b.pairs[i], e)
			b.claims[j] = append(b.claims[j], e)
		}
	}
}

// decide gives the verdict about one order.
func (b *board) decide(i int) Verdict {
	o := b.in.Orders[i]
	v := Verdict{OrderID: o.ID, Status: OrderAmbiguous}
	v.Candidates, v.Others = b.explain(i)
	strong := keptEdges(b.pairs[i], edge.strong)
	switch {
	case len(v.Candidates) == 0:
		v.Status, v.Reason = OrderNotFound, ReasonNoName
		if len(b.pairs[i]) == 0 {
			v.Reason = ReasonNoAmount
		}
	case len(strong) == 0:
		b.decideWeak(i, &v)
	case len(strong) == 1 && len(keptEdges(b.claims[strong[0].m], edge.strong)) == 1:
		if v.Reason = b.tooClose(strong); v.Reason == "" {
			why := ReasonStrong
			if strong[0].sim.has(NameAlias) {
				why = ReasonAlias
			}
			b.settle(&v, strong[0], why, b.fresh(i, strong[0].m))
		}
	default:
		b.decideEqual(i, &v)
	}
	return v
}

// settle marks a pair as matched, unless something forbids that it settles by
// itself.
func (b *board) settle(v *Verdict, e edge, why MatchReason, fresh bool) {
	o, m := b.in.Orders[e.o], b.in.Movements[e.m]
	switch {
	case b.in.ForPeople[o.ID] || b.in.ForPeople[m.ID]:
		v.Reason = ReasonLeftToPeople
	case o.Status == OrderAmbiguous && !fresh:
		v.Reason = ReasonOldEvidence
	default:
		v.Status, v.MovementID, v.Reason = OrderMatched, m.ID, why
	}
}

// fresh tells whether the pair is new evidence for an order that was ambiguous.
func (b *board) fresh(i, j int) bool {
	return b.in.Fresh[b.in.Orders[i].ID] || b.in.Fresh[b.in.Movements[j].ID]
}

// decideWeak is about an order without a strong candidate.
func (b *board) decideWeak(i int, v *Verdict) {
	v.Reason = ReasonWeak
	candidates := keptEdges(b.pairs[i], edge.candidate)
	if slices.ContainsFunc(candidates, func(e edge) bool { return !e.sim.has(NameMissing) }) {
		return
	}
	v.Reason = ReasonNameMissing
	e := candidates[0]
	// Payments of somebody else count as well: with one of them about, the amount
	// says nothing about who paid.
	if len(b.pairs[i]) > 1 || len(b.claims[e.m]) > 1 {
		return
	}
	v.Reason = ReasonUniqueAmount
	if b.in.UniqueAmount {
		b.settle(v, e, ReasonUniqueAmount, b.fresh(i, e.m))
	}
}

// tooClose tells whether a weak candidate of either side comes within the margin
// of these strong pairs.
func (b *board) tooClose(strong []edge) MatchReason {
	for _, e := range strong {
		near := func(other edge) bool {
			return other.candidate() && !other.strong() && e.sim.Score-other.sim.Score < matchMargin
		}
		if slices.ContainsFunc(b.pairs[e.o], near) {
			return ReasonTooClose
		}
		if slices.ContainsFunc(b.claims[e.m], near) {
			return ReasonSeveralOrders
		}
	}
	return ""
}

// group is orders and movements that strong pairs connect.
type group struct {
	orders, movements []int       // each oldest first
	against           MatchReason // why they may not be paired in any way; "" when they may
	fresh             bool        // something in it is new
}

// decideEqual is about an order that shares strong movements with others. As
// many equal orders as equal payments of one sender may be paired in any way:
// the oldest goes with the oldest.
func (b *board) decideEqual(i int, v *Verdict) {
	g := b.groups[i]
	if g == nil {
		g = b.newGroup(i)
		for _, k := range g.orders {
			b.groups[k] = g
		}
	}
	switch {
	case g.against == ReasonSeveralMovements && len(keptEdges(b.pairs[i], edge.strong)) == 1:
		v.Reason = ReasonSeveralOrders
	case g.against != "":
		v.Reason = g.against
	default:
		b.settle(v, edge{o: i, m: g.movements[slices.Index(g.orders, i)]}, ReasonInterchangeable, g.fresh)
	}
}

func (b *board) newGroup(i int) *group {
	orders, movements, strong := b.reach(i)
	g := &group{orders: orders, movements: movements, against: ReasonSeveralMovements}
	if len(orders) != len(movements) || !b.alike(orders, movements) {
		return g
	}
	if why := b.tooClose(strong); why != "" {
		g.against = why
		return g
	}
	people := false
	for k := range orders {
		o, m := b.in.Orders[orders[k]], b.in.Movements[movements[k]]
		if !slices.ContainsFunc(b.pairs[orders[k]], func(e edge) bool { return e.m == movements[k] && e.strong() }) {
			return g
		}
		g.fresh = g.fresh || b.fresh(orders[k], movements[k]) || o.Status == OrderPending
		people = people || b.in.ForPeople[o.ID] || b.in.ForPeople[m.ID]
	}
	g.against = ""
	if people {
		g.against = ReasonLeftToPeople
	}
	return g
}

// reach finds all orders and movements that strong pairs connect with an order,
// each oldest first.
func (b *board) reach(i int) (orders, movements []int, strong []edge) {
	seenOrders, seenMovements := map[int]bool{i: true}, map[int]bool{}
	for queue := []int{i}; len(queue) > 0; queue = queue[1:] {
		for _, e := range keptEdges(b.pairs[queue[0]], edge.strong) {
			strong = append(strong, e)
			if seenMovements[e.m] {
				continue
			}
			seenMovements[e.m] = true
			for _, back := range keptEdges(b.claims[e.m], edge.strong) {
				if !seenOrders[back.o] {
					seenOrders[back.o] = true
					queue = append(queue, back.o)
				}
			}
		}
	}
	orders = slices.SortedFunc(maps.Keys(seenOrders), func(x, y int) int {
		p, q := b.in.Orders[x], b.in.Orders[y]
		return cmp.Or(p.CreatedAt.Compare(q.CreatedAt), strings.Compare(p.ID, q.ID))
	})
	return orders, slices.SortedFunc(maps.Keys(seenMovements), b.older), strong
}

// older sorts movements by when they were booked.
func (b *board) older(x, y int) int {
	p, q := b.in.Movements[x], b.in.Movements[y]
	return cmp.Or(p.BookedAt.Compare(q.BookedAt), strings.Compare(p.ID, q.ID))
}

// alike tells whether the orders are equal and the movements of one sender, none
// refused and without documents that contradict each other.
func (b *board) alike(orders, movements []int) bool {
	var parties []*party
	for _, i := range orders {
		if b.orders[i].key != b.orders[orders[0]].key || slices.ContainsFunc(b.pairs[i], func(e edge) bool {
			return e.refused && slices.Contains(movements, e.m)
		}) {
			return false
		}
		parties = append(parties, b.orders[i])
	}
	for _, j := range movements {
		if b.payers[j].key != b.payers[movements[0]].key {
			return false
		}
		parties = append(parties, b.payers[j])
	}
	for k, p := range parties {
		if slices.ContainsFunc(parties[k+1:], func(q *party) bool { return p.contradicts(q) }) {
			return false
		}
	}
	return true
}

// explain lists the order's candidates, best first, and the nearest of the rest.
func (b *board) explain(i int) (candidates, others []Candidate) {
	edges := slices.SortedFunc(slices.Values(b.pairs[i]), func(x, y edge) int {
		return cmp.Or(cmp.Compare(y.sim.Score, x.sim.Score), b.older(x.m, y.m))
	})
	for _, e := range edges {
		c := Candidate{b.in.Movements[e.m].ID, e.sim}
		if e.refused {
			c.Reasons = append(slices.Clone(c.Reasons), NameRefused)
		}
		switch {
		case e.candidate():
			candidates = append(candidates, c)
		case len(others) < othersShown:
			others = append(others, c)
		}
	}
	return candidates, others
}

func keptEdges(edges []edge, keep func(edge) bool) []edge {
	var out []edge
	for _, e := range edges {
		if keep(e) {
			out = append(out, e)
		}
	}
	return out
}
