package storage_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"
)

// mixed fills two accounts with lines of every kind and returns them newest first.
func mixed(t *testing.T, s *storage.Store) (a, b core.Account, all []core.Movement) {
	t.Helper()
	a, b = storagetest.MustCreateAccount(t, s), storagetest.MustCreateAccount(t, s)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i, id := range []string{a.ID, b.ID, a.ID} {
		lines := storagetest.Lines(100*i, 97)
		for j := range lines {
			lines[j].BookedAt = day.Add(time.Duration(rnd.IntN(40)) * time.Hour) // many at the same time
			if rnd.IntN(3) == 0 {
				lines[j].Direction = scrapers.Debit
			}
			if rnd.IntN(4) == 0 {
				lines[j].Amount.Currency = "USD"
			}
			if rnd.IntN(5) == 0 {
				lines[j].Sender = "Ñandú 100%_\\ S.A."
			}
		}
		all = append(all, storagetest.MustKeep(t, s, id, "", lines).Fresh...)
	}
	slices.Reverse(all) // newest arrival first within a time
	slices.SortStableFunc(all, func(x, y core.Movement) int { return y.BookedAt.Compare(x.BookedAt) })
	return a, b, all
}

func TestPagesOfMovements(t *testing.T) {
	s := storagetest.Open(t)
	a, _, all := mixed(t, s)
	for name, c := range map[string]struct {
		f    core.MovementFilter
		keep func(core.Movement) bool
	}{
		"credits":    {core.MovementFilter{}, func(core.Movement) bool { return true }},
		"with debit": {core.MovementFilter{Debits: true}, func(core.Movement) bool { return true }},
		"account":    {core.MovementFilter{AccountID: a.ID}, func(m core.Movement) bool { return m.AccountID == a.ID }},
		"both":       {core.MovementFilter{AccountID: a.ID, Debits: true}, func(m core.Movement) bool { return m.AccountID == a.ID }},
		"nobody's":   {core.MovementFilter{AccountID: storagetest.ID()}, func(core.Movement) bool { return false }},
		"currency":   {core.MovementFilter{Currency: "usd"}, func(m core.Movement) bool { return m.Amount.Currency == "USD" }},
		"times": {core.MovementFilter{From: day.Add(5 * time.Hour), To: day.Add(9 * time.Hour)}, func(m core.Movement) bool {
			return !m.BookedAt.Before(day.Add(5*time.Hour)) && m.BookedAt.Before(day.Add(9*time.Hour))
		}},
		"search":    {core.MovementFilter{Search: " NANDU  s.a. "}, func(m core.Movement) bool { return strings.HasPrefix(m.Sender, "Ñ") }},
		"wildcards": {core.MovementFilter{Search: `100%_\`}, func(m core.Movement) bool { return strings.HasPrefix(m.Sender, "Ñ") }},
		"no LIKE":   {core.MovementFilter{Search: `1%0`}, func(core.Movement) bool { return false }},
		"bank id":   {core.MovementFilter{Search: "ref000042"}, func(m core.Movement) bool { return m.Reference == "REF000042" }},
	} {
		t.Run(name, func(t *testing.T) {
			var want []core.Movement
			for _, m := range all {
				if c.keep(m) && (c.f.Debits || m.Direction == scrapers.Credit) {
					want = append(want, m)
				}
			}
			for _, c.f.Ascending = range []bool{false, true} {
				if c.f.Ascending {
					slices.Reverse(want)
				}
				for _, c.f.Limit = range []int{7, 500} {
					for c.f.Offset = 0; c.f.Offset < len(want)+8; c.f.Offset += 7 {
						rows, total, err := s.Movements(ctx, c.f)
						must(t, err)
						from, to := min(c.f.Offset, len(want)), min(c.f.Offset+c.f.Limit, len(want))
						checkTotals(t, s, c.f, want)
						if total != len(want) || !slices.EqualFunc(rows, want[from:to], func(x, y core.Movement) bool { return x.ID == y.ID }) {
							t.Fatalf("%+v: %d rows of %d, want %d of %d", c.f, len(rows), total, to-from, len(want))
						}
					}
				}
			}
		})
	}
}

// checkTotals compares the sums with those of the credits among want.
func checkTotals(t *testing.T, s *storage.Store, f core.MovementFilter, want []core.Movement) {
	t.Helper()
	count, sums := map[string]int{}, map[string]int64{}
	for _, m := range want {
		if m.Direction == scrapers.Credit {
			count[m.Amount.Currency]++
			sums[m.Amount.Currency] += m.Amount.Minor
		}
	}
	totals, err := s.Totals(ctx, f)
	must(t, err)
	if len(totals) != len(count) {
		t.Fatalf("%+v: totals %+v, want %v", f, totals, sums)
	}
	for _, c := range totals {
		if c.Count != count[c.Currency] || c.Sum != (core.Money{Minor: sums[c.Currency], Currency: c.Currency}) {
			t.Fatalf("%+v: totals %+v, want %v of %v", f, totals, sums, count)
		}
	}
}

func TestMovementsByDelivery(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	lines := storagetest.Lines(0, 9)
	lines[8].Direction = scrapers.Debit
	lines[3].Sender = ""
	decide := func(fresh []core.Movement, _ core.OperationMode) []core.Decision {
		out := storagetest.Owe(hook)(fresh, "")
		for i := range out[:4] {
			out[i].Deliveries = nil // 0 pending without a delivery, 1 silent, 2 before start, 3 no sender
		}
		out[1].Movement.NotifiedAt = day
		out[2].Movement.BeforeStart = true
		return out
	}
	kept, err := s.Keep(ctx, core.Keep{Run: storagetest.MustStartRun(t, s, a.ID), At: day, Lines: lines, Decide: decide})
	must(t, err)
	due, err := s.DueDeliveries(ctx, day, 10, 10, core.DeliverySkip{})
	must(t, err)
	same(t, 4, len(due))
	slices.SortFunc(due, func(x, y core.Delivery) int { return cmp.Compare(x.ID, y.ID) })
	results := delivered(due[:3])
	results[1].Delivery.Status, results[1].Delivery.DoneAt = core.DeliveryRetrying, time.Time{}
	results[2].Delivery.Status = core.DeliveryDead
	must(t, s.FinishDeliveries(ctx, results))
	want := map[string][]int{
		"pending": {7, 0}, "silent": {1}, "before_start": {2}, "no_sender": {3},
		"delivered": {4}, "retrying": {5}, "dead": {6}, "": {7, 6, 5, 4, 3, 2, 1, 0}, "unknown": nil,
	}
	for state, lines := range want {
		rows, total, err := s.Movements(ctx, core.MovementFilter{Delivery: state, Limit: 50})
		must(t, err)
		var got []string
		for _, m := range rows {
			got = append(got, m.Key)
		}
		var keys []string
		for _, n := range lines {
			keys = append(keys, kept.Fresh[n].Key)
		}
		same(t, fmt.Sprint(state, keys, len(keys)), fmt.Sprint(state, got, total))
	}
	// A delivered one that is owed again shows what is under way.
	_, err = s.ChangeMovement(ctx, a.ID, kept.Fresh[4].ID, func(m *core.Movement) ([]core.Delivery, error) {
		m.NotifiedAt = time.Time{}
		return storagetest.Owe(hook)([]core.Movement{*m}, "")[0].Deliveries, nil
	}, by)
	must(t, err)
	rows := movements(t, s, core.MovementFilter{Delivery: "pending"})
	same(t, 3, len(rows))
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "ABC 1": "abc 1", "MARÍA José Ñandú": "maria jose nandu", "São João Ç": "sao joao c", "Straße Ærø Łódź": "strasse aero lodz",
		"é́": "e", "İstanbul ı": "istanbul i", "ﬁn": "fin", "Ελλάς": "ελλας", "日本": "日本", "a\xffb": "a\ufffdb",
	} {
		if got := storage.Fold(in); got != want {
			t.Errorf("fold(%q) = %q, want %q", in, got, want)
		}
	}
}

// The lists must find their pages in an index: at a million rows anything else shows.
func TestPlansUseTheIndexes(t *testing.T) {
	s := storagetest.Open(t)
	const page = "SELECT seq FROM movement INDEXED BY movement_by_"
	for query, want := range map[string]string{
		page + "time WHERE direction = 'credit' ORDER BY booked_at DESC, seq DESC LIMIT 100 OFFSET 5":                                         "COVERING INDEX movement_by_time",
		page + "account WHERE account_id = 'a' AND direction = 'credit' ORDER BY booked_at DESC, seq DESC LIMIT 100 OFFSET 5":                 "COVERING INDEX movement_by_account",
		page + "account WHERE account_id = 'a' AND currency = 'USD' AND booked_at >= 5 ORDER BY booked_at, seq LIMIT 1":                       "COVERING INDEX movement_by_account",
		"SELECT currency, count(*), sum(amount) FROM movement INDEXED BY movement_by_account WHERE account_id = 'a' AND direction = 'credit'": "COVERING INDEX movement_by_account",
		"SELECT count(*) FROM movement INDEXED BY movement_by_time WHERE direction = 'credit' AND currency = 'UYU'":                           "COVERING INDEX movement_by_time",
		"SELECT seq FROM delivery WHERE account_id = 'a' AND status = 'dead' AND status <> 'delivered' ORDER BY seq DESC LIMIT 1":             "COVERING INDEX delivery_of_account",
		"SELECT seq FROM delivery WHERE status = 'dead' AND status <> 'delivered' ORDER BY seq DESC LIMIT 1":                                  "COVERING INDEX delivery_undelivered",
		"SELECT seq FROM run WHERE account_id = 'a' ORDER BY seq DESC LIMIT 1":                                                                "COVERING INDEX run_of_account",
		storage.DueOf:         "INDEX delivery_owed (receiver=? AND next_at<?)",
		storage.OwedReceivers: "INDEX delivery_owed (receiver>?)",
		"SELECT id FROM account WHERE next_run_at IS NOT NULL AND status = 'active' AND block_at IS NULL AND next_run_at <= 5":          "INDEX account_due (next_run_at>? AND next_run_at<?)",
		"SELECT id FROM attempt WHERE bank = 'b' AND bank_user = 'u' AND at >= 5 AND outcome <> 'succeeded' ORDER BY at DESC, seq DESC": "INDEX attempt_of_user (bank=? AND bank_user=? AND at>?)",
	} {
		plan, err := storage.PlanOf(s, query, make([]any, strings.Count(query, "?"))...)
		must(t, err)
		text := strings.Join(plan, "\n")
		if !strings.Contains(text, want) || strings.Contains(text, "TEMP B-TREE") && query != storage.DueOf {
			t.Errorf("%s\nis found by\n%s\nwant %s", query, text, want)
		}
	}
}
