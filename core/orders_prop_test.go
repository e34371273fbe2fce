package core_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

// move is one thing that happens to orders and payments.
type move struct {
	Do      string
	A, B, C int
}

var moves = rapid.Custom(func(t *rapid.T) move {
	return move{
		Do: rapid.SampledFrom([]string{
			"list", "list", "unlist", "poll", "poll", "pay", "pay", "pay", "read", "read", "settle", "undo", "refuse", "refuse", "crash", "full disk", "wait",
		}).Draw(t, "do"),
		A: rapid.IntRange(0, 5).Draw(t, "a"), B: rapid.IntRange(0, 2).Draw(t, "b"), C: rapid.IntRange(0, 4).Draw(t, "c"),
	}
})

var (
	// Few names and amounts, so that rows get into each other's way.
	payees = []string{"Juan Pérez", "Juan Pérez", "Marta Suárez"}
	payers = []string{"JUAN PEREZ", "PEREZ JUAN", "JUAN PEREZ", "MARTA SUAREZ", ""}
)

// stage is a till whose list and statement the moves write.
type stage struct {
	*till
	list map[int]string
	was  picture
	fail []string
}

// picture is what the store knows at one moment.
type picture struct {
	orders    map[string]core.Order
	movements map[string]bool
}

func (s *stage) complain(format string, args ...any) {
	s.fail = append(s.fail, fmt.Sprintf(format, args...))
}

// do makes one move. An error is fine: a crash or a full disk may cause it.
func (s *stage) do(m move) {
	core1, ctx := s.w.Core, s.Context()
	orders, _, _ := core1.Orders(ctx, core.OrderFilter{Limit: 500})
	pick := func() string {
		if len(orders) == 0 {
			return ""
		}
		return orders[m.A%len(orders)].ID
	}
	free := func(id string) string {
		d, err := core1.Order(ctx, id)
		if err != nil || len(d.Free) == 0 {
			return ""
		}
		return d.Free[m.C%len(d.Free)].MovementID
	}
	switch m.Do {
	case "list":
		s.list[m.A] = row(fmt.Sprint("O", m.A), int64(100+100*(m.C/4)), payees[m.B])
	case "unlist":
		delete(s.list, m.A)
	case "poll":
		var rows []string
		for i := range 6 {
			if r, ok := s.list[i]; ok {
				rows = append(rows, r)
			}
		}
		s.w.Lists.Serve("[" + strings.Join(rows, ",") + "]")
		_, _ = core1.PollNow(ctx, s.a.ID, "test")
	case "pay":
		s.books(int64(100+100*(m.A/5)), payers[m.C], func(l *scrapers.Line) { l.BookedAt = l.BookedAt.Add(-time.Duration(m.B) * 24 * time.Hour) })
	case "read":
		s.w.Bank.OnRead(coretest.Shows(s.lines...))
		run, err := core1.Scrape(ctx, s.a.ID, "test")
		if err == nil {
			_, _ = core1.WaitRun(ctx, run.ID)
		}
	case "settle":
		_, _ = core1.SettleOrder(ctx, pick(), free(pick()), "ana")
	case "refuse":
		_, _ = core1.RefusePair(ctx, pick(), free(pick()), "ana")
	case "undo":
		_, _ = core1.UndoMatch(ctx, pick(), "ana")
	case "crash":
		s.w.Stop(s.T)
		s.w.Reboot()
		s.w.Start(s.T)
	case "full disk":
		var failed atomic.Bool
		s.w.Store.OnCall(func(method string) error {
			if (method == "Keep" || method == "ChangeOrders") && failed.CompareAndSwap(false, true) {
				return errors.New("the disk is full")
			}
			return nil
		})
	case "wait":
		s.pass([]time.Duration{time.Second, time.Minute, 20 * time.Minute, 7 * time.Hour, 50 * time.Hour}[m.C])
	}
	synctest.Wait()
}

// look compares the store with the rules and with how it was before the move.
func (s *stage) look(m move) {
	s.w.Store.OnCall(nil)
	now := picture{orders: map[string]core.Order{}, movements: map[string]bool{}}
	rows, _, err := s.w.Store.Orders(s.Context(), core.OrderFilter{Limit: 500})
	s.must(err)
	paid := map[string]string{}
	joined := map[core.Money]bool{} // amounts that an order or a payment came to, or was changed to
	for _, o := range rows {
		now.orders[o.ID] = o
		if was, known := s.was.orders[o.ID]; !known || !sameOrder(was, o) {
			joined[o.Amount] = true
		}
	}
	all, _, err := s.w.Store.Movements(s.Context(), core.MovementFilter{Limit: 500})
	s.must(err)
	for _, v := range all {
		joined[v.Amount] = joined[v.Amount] || !s.was.movements[v.ID]
	}
	for _, o := range rows {
		s.lookAt(m, o, paid, joined)
	}
	for _, v := range all {
		now.movements[v.ID] = true
		if (paid[v.ID] != "") == v.ExcludedAt.IsZero() {
			s.complain("%s: movement %s is matched with %q and excluded at %s", m.Do, v.BankID, paid[v.ID], v.ExcludedAt)
		}
	}
	s.was = now
}

func sameOrder(a, b core.Order) bool {
	return a.Amount == b.Amount && a.Name == b.Name && a.CreatedAt.Equal(b.CreatedAt)
}

func (s *stage) lookAt(m move, o core.Order, paid map[string]string, joined map[core.Money]bool) {
	matches, err := s.w.Store.Matches(s.Context(), o.ID, "")
	s.must(err)
	standing := slices.DeleteFunc(slices.Clone(matches), func(x core.OrderMatch) bool { return !x.UndoneAt.IsZero() })
	if len(standing) > 1 || (len(standing) == 1) != (o.Status == core.OrderMatched) {
		s.complain("%s: order %s is %s with %d matches", m.Do, o.ExternalID, o.Status, len(standing))
	}
	told := 0
	sent, _, err := s.w.Store.Deliveries(s.Context(), core.DeliveryFilter{SubjectID: o.ID, Limit: 500})
	s.must(err)
	for _, d := range sent {
		if strings.Contains(string(d.Payload), `"status":"matched"`) {
			told++
		}
	}
	if told != len(matches) {
		s.complain("%s: order %s was matched %d times and told %d times", m.Do, o.ExternalID, len(matches), told)
	}
	if len(standing) == 0 {
		return
	}
	x := standing[0]
	if paid[x.MovementID] != "" {
		s.complain("%s: movement %s settles %s and %s", m.Do, x.MovementID, paid[x.MovementID], o.ExternalID)
	}
	paid[x.MovementID] = o.ExternalID
	before := s.was.orders[o.ID]
	old := before.Status == core.OrderAmbiguous && sameOrder(before, o)
	// An equal order or payment that joins makes as many of the one as of the other:
	// all are paid, the oldest by the oldest, and none is left out.
	equals := x.Reason == core.ReasonInterchangeable && joined[o.Amount]
	if !x.Person && old && s.was.movements[x.MovementID] && !equals {
		s.complain("%s: the ambiguous order %s settled by elimination", m.Do, o.ExternalID)
	}
}

// watch is core.Match, complaining when a pair settles that is not the only strong
// one of both sides.
func (s *stage) watch(in core.MatchInput) []core.Verdict {
	out := core.Match(in)
	for _, v := range out {
		if v.Status != core.OrderMatched || v.Reason != core.ReasonStrong {
			continue
		}
		for _, o := range in.Orders {
			for _, p := range in.Movements {
				if (o.ID == v.OrderID) == (p.ID == v.MovementID) || o.Amount != p.Amount || !within(o, p) || refused(in, o, p) {
					continue
				}
				if core.CompareNames(o.Name, p.Sender).Band == core.Strong {
					s.complain("a pair settled beside %s and %s, which are as good", o.ExternalID, p.ID)
				}
			}
		}
	}
	return out
}

func within(o core.Order, p core.Movement) bool {
	return !p.BookedAt.Before(o.CreatedAt.Add(-5*24*time.Hour)) && !p.BookedAt.After(o.ExpiresAt)
}

func refused(in core.MatchInput, o core.Order, p core.Movement) bool {
	return slices.ContainsFunc(in.Refusals, func(r core.Refusal) bool { return r.OrderID == o.ID && r.MovementID == p.ID })
}

// TestOrdersProperty lets orders, payments, polls, people and crashes come in any
// order: no movement settles two orders, no order settles twice, nothing ambiguous
// settles by elimination, and every match is told once.
func TestOrdersProperty(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		script := rapid.SliceOfN(moves, 1, 40).Draw(r, "moves")
		var fail []string
		synctest.Test(t, func(t *testing.T) {
			s := &stage{list: map[int]string{}}
			w := coretest.NewWorld(t, func(cfg *core.Config) { cfg.Match = func(in core.MatchInput) []core.Verdict { return s.watch(in) } })
			s.till = &till{T: t, w: w}
			s.must(w.Core.SetOperationMode(t.Context(), core.Reconcile, "test"))
			s.a = s.account()
			w.Start(t)
			for _, m := range script {
				s.do(m)
				s.look(m)
			}
			fail = s.fail
		})
		if len(fail) > 0 {
			r.Fatalf("%s\nafter %v", strings.Join(fail, "\n"), script)
		}
	})
}
