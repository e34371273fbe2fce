package model

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

var midday = time.Date(2026, 5, 13, 12, 0, 0, 0, time.FixedZone("UYT", -3*3600))

func TestFilterOfPeriods(t *testing.T) {
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, midday.Location()) }
	for _, c := range []struct {
		name     string
		q        MovementQuery
		from, to time.Time
	}{
		{"last 30 days", MovementQuery{Period: LastDays}, day(4, 13), time.Time{}},
		{"this month", MovementQuery{Period: ThisMonth}, day(5, 1), time.Time{}},
		{"all", MovementQuery{}, time.Time{}, time.Time{}},
		{"two days, both whole", MovementQuery{Period: Between, From: day(5, 1).Add(5 * time.Hour), To: day(5, 2)}, day(5, 1), day(5, 3)},
		{"from a day", MovementQuery{Period: Between, From: day(5, 1)}, day(5, 1), time.Time{}},
		{"until a day", MovementQuery{Period: Between, To: day(4, 30)}, time.Time{}, day(5, 1)},
	} {
		f := c.q.Filter(midday)
		if !f.From.Equal(c.from) || !f.To.Equal(c.to) {
			t.Errorf("%s: from %v to %v, want %v to %v", c.name, f.From, f.To, c.from, c.to)
		}
	}
	q := MovementQuery{AccountID: "a", Search: "  x ", Currency: "UYU", Delivery: "dead", Ascending: true}
	want := core.MovementFilter{AccountID: "a", Search: "x", Currency: "UYU", Delivery: "dead", Ascending: true}
	if f := q.Filter(midday); f != want {
		t.Errorf("filter %+v, want %+v", f, want)
	}
	if (MovementQuery{AccountID: "a", Search: " "}).Narrowed() || !q.Narrowed() {
		t.Error("which queries leave movements out is told wrongly")
	}
}

func TestParseDay(t *testing.T) {
	for text, want := range map[string]string{
		"2026-05-13": "2026-05-13", " 13/05/2026 ": "2026-05-13", "13.5.2026": "2026-05-13", "3/5/26": "2026-05-03",
		"13-5-2026": "2026-05-13", "1/2": "2026-02-01", "2026/5/1": "2026-05-01",
	} {
		got, ok := ParseDay(text, midday)
		if !ok || got.Format(time.DateOnly) != want || got.Location() != midday.Location() {
			t.Errorf("%q is read as %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "x", "32/1/2026", "2026-02-30", "1/2/3/4", "29/2"} {
		if got, ok := ParseDay(text, midday); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestHookOf(t *testing.T) {
	with := func(status core.DeliveryStatus) *core.Delivery {
		return &core.Delivery{Status: status, Tries: 2, Attempts: 12, LastStatus: 500, NextAt: midday, DoneAt: midday.Add(time.Hour)}
	}
	m := func(change func(*core.Movement)) core.Movement {
		out := core.Movement{Sender: "ACME SA", Direction: scrapers.Credit}
		if change != nil {
			change(&out)
		}
		return out
	}
	for _, c := range []struct {
		name string
		row  MovementRow
		mode core.OperationMode
		want Hook
	}{
		{"delivered", MovementRow{m(nil), with(core.DeliveryDelivered)}, core.Passthrough, Hook{State: Sent, At: midday.Add(time.Hour)}},
		{"retrying: the next try", MovementRow{m(nil), with(core.DeliveryRetrying)}, core.Passthrough, Hook{State: Retrying, At: midday, N: 3, Status: 500}},
		{"dead", MovementRow{m(nil), with(core.DeliveryDead)}, core.Passthrough, Hook{State: Dead, At: midday.Add(time.Hour), N: 12, Status: 500}},
		{"pending", MovementRow{m(nil), with(core.DeliveryPending)}, core.Passthrough, Hook{State: Pending, At: midday}},
		{"excluded comes first", MovementRow{m(func(m *core.Movement) { m.ExcludedAt = midday }), with(core.DeliveryDead)}, core.Passthrough, Hook{State: Excluded, At: midday}},
		{"silent", MovementRow{m(func(m *core.Movement) { m.NotifiedAt = midday }), nil}, core.Passthrough, Hook{State: Silent, At: midday}},
		{"before start", MovementRow{m(func(m *core.Movement) { m.BeforeStart = true }), nil}, core.Passthrough, Hook{State: BeforeStart}},
		{"no sender", MovementRow{m(func(m *core.Movement) { m.Sender = "" }), nil}, core.Passthrough, Hook{State: NoSender}},
		{"no sender, but sent anyway", MovementRow{m(func(m *core.Movement) { m.Sender = "" }), with(core.DeliveryDelivered)}, core.Passthrough, Hook{State: Sent, At: midday.Add(time.Hour)}},
		{"not yet owed", MovementRow{m(nil), nil}, core.Passthrough, Hook{State: Pending}},
		{"nothing is sent when reconciling", MovementRow{m(nil), nil}, core.Reconcile, Hook{State: NotSent}},
	} {
		if got := HookOf(c.row, c.mode); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestActsOn(t *testing.T) {
	rows := []MovementRow{
		{Movement: core.Movement{ID: "sender", Sender: "x", Direction: scrapers.Credit}},
		{Movement: core.Movement{ID: "none", Direction: scrapers.Credit}},
		{Movement: core.Movement{ID: "none, sent", Direction: scrapers.Credit}, Delivery: &core.Delivery{}},
		{Movement: core.Movement{ID: "aside", Sender: "x", Direction: scrapers.Credit, ExcludedAt: midday}},
		{Movement: core.Movement{ID: "paid out", Sender: "x", Direction: scrapers.Debit}},
	}
	ids := func(rows []MovementRow) (out []string) {
		for _, r := range rows {
			out = append(out, r.ID)
		}
		return out
	}
	acts := ActsOn(rows, core.Passthrough)
	for what, c := range map[string][2][]string{
		"resend":  {ids(acts.Resend), {"sender", "none, sent", "aside"}},
		"anyway":  {ids(acts.Anyway), {"none"}},
		"restore": {ids(acts.Restore), {"aside"}},
	} {
		if !slices.Equal(c[0], c[1]) {
			t.Errorf("%s: %q, want %q", what, c[0], c[1])
		}
	}
	if acts := ActsOn(rows, core.Reconcile); len(acts.Resend)+len(acts.Anyway) != 0 || len(acts.Exclude) != 4 {
		t.Errorf("when reconciling: %+v", acts)
	}
}

// ledger is a store of movements at given moments, newest first.
type ledger struct {
	moments []time.Time // ascending
	calls   int
	counted int // rows that the store had to count
	fail    error
	ask     []string // ids asked for
}

func (l *ledger) Movements(_ context.Context, f core.MovementFilter) ([]core.Movement, int, error) {
	l.calls++
	if l.fail != nil && l.calls > 3 {
		return nil, 0, l.fail
	}
	var found []core.Movement
	for i, at := range l.moments {
		if (f.From.IsZero() || !at.Before(f.From)) && (f.To.IsZero() || at.Before(f.To)) {
			found = append(found, core.Movement{ID: strconv.Itoa(i), BookedAt: at})
		}
	}
	if !f.Ascending {
		slices.Reverse(found)
	}
	total := len(found)
	if f.Limit > 1 {
		l.counted += total
	}
	return found[min(f.Offset, total):min(f.Offset+f.Limit, total)], total, nil
}

func (l *ledger) LatestDeliveries(_ context.Context, ids []string) (map[string]core.Delivery, error) {
	l.ask = append(l.ask, ids...)
	return map[string]core.Delivery{"3": {ID: "d3"}}, nil
}

func (l *ledger) Totals(context.Context, core.MovementFilter) ([]core.Total, error) { return nil, nil }

func TestReadMovementsBringsTheirWebhooks(t *testing.T) {
	l := &ledger{moments: []time.Time{midday, midday, midday, midday, midday}}
	rows, total, err := ReadMovements(t.Context(), l, core.MovementFilter{Limit: 500})
	if err != nil || total != 5 || len(l.ask) != 5 {
		t.Fatalf("%d of %d rows, asked for %q, %v", len(rows), total, l.ask, err)
	}
	for _, r := range rows {
		if got := r.Delivery != nil && r.Delivery.ID == "d3"; got != (r.ID == "3") {
			t.Errorf("movement %s has delivery %+v", r.ID, r.Delivery)
		}
	}
}

func TestEachMovementBringsAllOnceInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, moments := range map[string][]time.Time{
		"none":                       nil,
		"one":                        {midday},
		"many of one moment":         slices.Repeat([]time.Time{midday}, 7300),
		"years with gaps and bursts": scattered(random, 9000),
	} {
		for _, ascending := range []bool{false, true} {
			l := &ledger{moments: moments}
			var got []int
			for page, err := range EachMovement(t.Context(), l, core.MovementFilter{Ascending: ascending}) {
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page {
					n, _ := strconv.Atoi(r.ID)
					got = append(got, n)
				}
			}
			want := make([]int, len(moments))
			for i := range want {
				want[i] = i
			}
			if !ascending {
				slices.Reverse(want)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, ascending %v: %d movements came of %d, or in another order", name, ascending, len(got), len(want))
			}
		}
	}
}

// scattered are moments over some years: long gaps, quiet days and bursts.
func scattered(random *rand.Rand, n int) []time.Time {
	at := midday.AddDate(-4, 0, 0)
	out := make([]time.Time, n)
	for i := range out {
		switch random.IntN(1000) {
		case 0:
			at = at.Add(time.Duration(random.IntN(90*24)) * time.Hour)
		case 1, 2, 3, 4, 5, 6, 7, 8, 9:
			at = at.Add(time.Duration(random.IntN(600)) * time.Minute)
		default:
			at = at.Add(time.Duration(random.IntN(1500)) * time.Millisecond)
		}
		out[i] = at
	}
	return out
}

func TestEachMovementCostsWhatItBrings(t *testing.T) {
	moments := make([]time.Time, 40_000)
	for i := range moments {
		moments[i] = midday.Add(time.Duration(i) * time.Minute)
	}
	l := &ledger{moments: moments}
	for _, err := range EachMovement(t.Context(), l, core.MovementFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	// Page by page over all, the store would count 40,000 rows eighty times.
	if most := 8 * len(moments); l.counted > most {
		t.Errorf("the store counted %d rows to bring %d, more than %d", l.counted, len(moments), most)
	}
}

func TestEachMovementEndsWithAFailureOrWhenNobodyWants(t *testing.T) {
	l := &ledger{moments: slices.Repeat([]time.Time{midday}, 3000), fail: errors.New("disk")}
	var err error
	for _, err = range EachMovement(t.Context(), l, core.MovementFilter{}) {
		if err != nil {
			break
		}
	}
	if err == nil {
		t.Error("a failure of the store was not told")
	}
	l = &ledger{moments: slices.Repeat([]time.Time{midday}, 3000)}
	calls := 0
	for range EachMovement(t.Context(), l, core.MovementFilter{}) {
		calls = l.calls
		break
	}
	if l.calls > calls {
		t.Errorf("the store was asked %d times after nobody wanted more", l.calls-calls)
	}
}

// archive holds one movement with its webhooks.
type archive struct{ noRun bool }

func (archive) Movement(context.Context, string, string) (core.Movement, error) {
	return core.Movement{ID: "m", RunID: "r", Raw: map[string]string{"b": "2", "a": "1"}}, nil
}

func (a archive) RunByID(context.Context, string) (core.Run, error) {
	if a.noRun {
		return core.Run{}, core.ErrNotFound
	}
	return core.Run{ID: "r"}, nil
}

func (archive) Deliveries(context.Context, core.DeliveryFilter) ([]core.Delivery, int, error) {
	return []core.Delivery{{ID: "new"}, {ID: "old"}}, 2, nil
}

func (archive) Delivery(_ context.Context, id string) (core.Delivery, []core.DeliveryAttempt, error) {
	return core.Delivery{ID: id}, []core.DeliveryAttempt{{N: 1}, {N: 2}}, nil
}

func TestReadMovement(t *testing.T) {
	d, err := ReadMovement(t.Context(), archive{}, "a", "m")
	if err != nil {
		t.Fatal(err)
	}
	if d.Run == nil || d.Delivery == nil || d.Delivery.ID != "new" || len(d.Deliveries) != 2 || d.Deliveries[1].Tried[0].N != 2 {
		t.Errorf("details %+v", d)
	}
	if want := [][2]string{{"a", "1"}, {"b", "2"}}; !slices.Equal(d.Raw, want) {
		t.Errorf("the line of the bank is %v, want %v", d.Raw, want)
	}
	if d, err := ReadMovement(t.Context(), archive{noRun: true}, "a", "m"); err != nil || d.Run != nil {
		t.Errorf("without its run: %+v, %v", d.Run, err)
	}
}
