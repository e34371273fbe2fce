package site

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const checking = "001-204417-1"

func at(c *clock, seed int64) *Bank { return New(Config{Seed: seed, Now: c.now}) }

func TestBalancesFollow(t *testing.T) {
	b := at(newClock(), 1)
	for _, l := range b.Logins() {
		for _, number := range b.Accounts(l.User) {
			lines := b.Movements(number)
			seen := map[string]bool{}
			for i, m := range lines {
				if seen[m.ID] || m.ID == "" || m.Cents == 0 || m.Concept == "" {
					t.Fatalf("account %s: a bad line %+v", number, m)
				}
				seen[m.ID] = true
				if i+1 < len(lines) && (lines[i+1].Balance+m.Cents != m.Balance || m.At.Before(lines[i+1].At)) {
					t.Fatalf("account %s: %+v does not follow %+v", number, m, lines[i+1])
				}
			}
			if l.User != "vacia" && (len(lines) < 10 || len(b.Credits(number)) == 0 || len(b.Credits(number)) == len(lines)) {
				t.Errorf("account %s has %d lines, %d of them credits", number, len(lines), len(b.Credits(number)))
			}
			if l.User == "vacia" && len(lines) > 0 {
				t.Errorf("account %s has %d lines", number, len(lines))
			}
		}
	}
}

// A bank started again later shows what it showed before, and more.
func TestHistoryIsTheSameWhenTheBankIsStartedAgain(t *testing.T) {
	c := newClock()
	first := at(c, 1).Movements(checking)
	for _, later := range []time.Duration{0, 26 * time.Hour, 20 * 24 * time.Hour, 45 * 24 * time.Hour} {
		c := newClock()
		c.pass(later)
		again := at(c, 1).Movements(checking)
		oldest := again[len(again)-1].At
		var want, got []Movement
		for _, m := range first {
			if !m.At.Before(oldest) {
				want = append(want, m)
			}
		}
		for _, m := range again {
			if !m.At.After(newClock().at) {
				got = append(got, m)
			}
		}
		if d := cmp.Diff(want, got); d != "" || len(want) == 0 {
			t.Errorf("started again %s later (%d lines):\n%.2000s", later, len(want), d)
		}
	}
	if other := at(c, 2).Movements(checking); cmp.Equal(first, other) {
		t.Error("the seed makes no difference")
	}
}

func TestMovementsArriveAsTimePasses(t *testing.T) {
	c := newClock()
	b := at(c, 1)
	quiet := New(Config{Seed: 1, Now: c.now, Quiet: true})
	before := len(b.Movements(checking))
	c.pass(14 * 24 * time.Hour) // into the next month
	after := b.Movements(checking)
	if len(after) < before+20 || after[0].At.Month() != time.December {
		t.Errorf("%d lines, then %d, the newest of %s", before, len(after), after[0].At)
	}
	if n := len(quiet.Movements(checking)); n != before {
		t.Errorf("a quiet bank went from %d to %d lines", before, n)
	}
}

func TestPost(t *testing.T) {
	c := newClock()
	b := at(c, 1)
	before := b.Movements(checking)
	m, err := b.Post(checking, Movement{Cents: 1_500_00, Sender: "ACME SA", SenderDocument: "210000000017"})
	if err != nil {
		t.Fatal(err)
	}
	after := b.Movements(checking)
	if len(after) != len(before)+1 || after[0].ID != m.ID || after[0].Balance != before[0].Balance+1_500_00 {
		t.Errorf("the newest line is %+v", after[0])
	}
	if d := cmp.Diff(m, after[0], cmpopts.IgnoreFields(Movement{}, "Balance")); d != "" {
		t.Error(d)
	}
	if m.Concept != "TRF. RECIBIDA ACME SA" || m.Currency != "UYU" || m.At.Second() != 0 {
		t.Errorf("posted %+v", m)
	}
	late, err := b.Post(checking, Movement{Cents: -1, At: c.now().AddDate(0, 0, -2)})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Movements(checking)[0]; got.ID != m.ID || got.Balance != after[0].Balance-1 || late.Concept != "TRF. ENVIADA" {
		t.Errorf("a late booking: newest line %+v", got)
	}
	for _, bad := range []Movement{{}, {Cents: 1, At: c.now().Add(time.Hour)}} {
		if _, err := b.Post(checking, bad); err == nil {
			t.Errorf("%+v was booked", bad)
		}
	}
	if _, err := b.Post("nowhere", Movement{Cents: 1}); err == nil {
		t.Error("booked into an account that is none")
	}
}

func TestSwitchesOfTheList(t *testing.T) {
	lines := func(s Switch) []Movement {
		b := at(newClock(), 1)
		if err := b.Set(s, true); err != nil {
			t.Fatal(err)
		}
		return b.Movements(checking)
	}
	usual := len(at(newClock(), 1).Movements(checking))
	for s, want := range map[Switch]int{
		EmptyAccount: 0, ManyMovements: 5000, TwoIdentical: usual + 2, VanishingLine: usual - 1, Reversal: usual + 1,
	} {
		if got := len(lines(s)); got != want {
			t.Errorf("%s: %d lines, want %d", s, got, want)
		}
	}
	a, b := lines(TwoIdentical)[0], lines(TwoIdentical)[1]
	if d := cmp.Diff(a, b, cmpopts.IgnoreFields(Movement{}, "ID", "Balance")); d != "" || a.ID == b.ID {
		t.Errorf("the two are not alike:\n%s", d)
	}
	if err := New(Config{}).Set("nonsense", true); err == nil {
		t.Error("there is a switch called nonsense")
	}
}

func TestAmountsArePrintedInSpanish(t *testing.T) {
	for cents, want := range map[int64]string{
		0: "0,00", 5: "0,05", 100_000: "1.000,00", 123_456_789: "1.234.567,89", -99_999: "-999,99",
	} {
		if got := amount(cents); got != want {
			t.Errorf("%d: got %s, want %s", cents, got, want)
		}
	}
}
