package core

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"reconbanker/scrapers"
)

func bankLine(change ...func(*scrapers.Line)) scrapers.Line {
	l := scrapers.Line{
		BankAccount: "001", Direction: scrapers.Credit, Amount: Money{Minor: 150000, Currency: "UYU"},
		BookedAt: time.Date(2026, 5, 13, 3, 0, 0, 0, time.UTC), Precision: scrapers.Day, Description: "TRF. PLAZA", Reference: "R1",
	}
	for _, c := range change {
		c(&l)
	}
	return l
}

func mustKeys(t testing.TB, lines ...scrapers.Line) []string {
	t.Helper()
	out, err := linesToMovements("a", "r", mustZone(t, "America/Montevideo"), lines)
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]string, len(out))
	for i, m := range out {
		keys[i] = m.Key
	}
	return keys
}

func TestTwoIdenticalPaymentsStayTwo(t *testing.T) {
	one, other := bankLine(), bankLine(func(l *scrapers.Line) { l.Description = "OTRA" })
	first := mustKeys(t, one, other, one)
	if len(first) != 3 || first[0] == first[2] || !strings.HasSuffix(first[0], ":1") || !strings.HasSuffix(first[2], ":2") {
		t.Fatalf("keys %v", first)
	}
	for name, again := range map[string][]string{
		"in another order":           mustKeys(t, other, one, one),
		"with a line before them":    mustKeys(t, bankLine(func(l *scrapers.Line) { l.Reference = "R0" }), one, other, one)[1:],
		"with details and a balance": mustKeys(t, detailed(one), other, detailed(one)),
	} {
		slices.Sort(again)
		want := slices.Sorted(slices.Values(first))
		if !slices.Equal(again, want) {
			t.Errorf("%s: keys %v, want %v", name, again, want)
		}
	}
	third := mustKeys(t, one, one, one)
	if !slices.Contains(third, first[0]) || !slices.Contains(third, first[2]) || third[2] == first[2] {
		t.Errorf("a third equal payment: keys %v", third)
	}
}

func detailed(l scrapers.Line) scrapers.Line {
	l.Sender, l.SenderDocument, l.Balance, l.Raw = "ACME SA", "RUT 1", &Money{Minor: 1, Currency: "UYU"}, map[string]string{"a": "b"}
	return l
}

func TestLinesWithAnIDOfTheBanks(t *testing.T) {
	withID := func(account, id string) scrapers.Line {
		return bankLine(func(l *scrapers.Line) { l.BankAccount, l.BankID = account, id })
	}
	twice := withID("001", "A")
	twice.Amount.Minor++ // the bank shows one line in two places
	keys := mustKeys(t, withID("001", "A"), withID("001", "B"), twice, withID("002", "A"), withID("001", ""))
	if want := []string{"id:001:A", "id:001:B", "id:002:A"}; len(keys) != 4 || !slices.Equal(keys[:3], want) || !strings.HasPrefix(keys[3], "c:") {
		t.Errorf("keys %v", keys)
	}
	if keys := mustKeys(t, withID("1:2", "3"), withID("1", "2:3"), withID("1%3A2", "3")); len(keys) != 3 {
		t.Errorf("lines of different bank accounts became one: %v", keys)
	}
}

func TestLinesThatAreNoLines(t *testing.T) {
	zone := mustZone(t, "America/Montevideo")
	for want, spoil := range map[string]func(*scrapers.Line){
		"its amount is 0.00 UYU":                 func(l *scrapers.Line) { l.Amount.Minor = 0 },
		"its amount is -0.01 UYU":                func(l *scrapers.Line) { l.Amount.Minor = -1 },
		`its direction "" is neither`:            func(l *scrapers.Line) { l.Direction = "" },
		"it has no booking date":                 func(l *scrapers.Line) { l.BookedAt = time.Time{} },
		`"U$S" is not an ISO 4217 currency code`: func(l *scrapers.Line) { l.Amount.Currency = "U$S" },
	} {
		out, err := linesToMovements("a", "r", zone, []scrapers.Line{bankLine(), bankLine(spoil)})
		if err == nil || out != nil || scrapers.KindOf(err) != scrapers.UnparsableRow ||
			!strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%v, %v; want %s", out, err, want)
		}
	}
}

func TestMovementOfALine(t *testing.T) {
	zone := mustZone(t, "America/Montevideo")
	l := detailed(bankLine(func(l *scrapers.Line) {
		l.BookedAt, l.Precision = time.Date(2026, 5, 13, 23, 30, 0, 0, zone), scrapers.Minute
		l.Reverses = "X"
	}))
	out, err := linesToMovements("a", "r", zone, []scrapers.Line{l})
	if err != nil {
		t.Fatal(err)
	}
	m := out[0]
	if m.AccountID != "a" || m.RunID != "r" || m.BankDay != "2026-05-13" || m.BookedAt.Format(time.RFC3339) != "2026-05-14T02:30:00Z" ||
		m.Sender != "ACME SA" || m.Reverses != "X" || m.ExternalID() != m.Key {
		t.Errorf("movement %+v", m)
	}
}

// Whatever two lines show, they have one content only when they show the same.
func TestContentProperty(t *testing.T) {
	zone := mustZone(t, "America/Montevideo")
	text := rapid.SampledFrom([]string{"", "1", "2", "12", "1:", ":1", "1:1", "0:", "1500.00", "UYU", "\x00", "ñ"})
	draw := func(rt *rapid.T, name string) scrapers.Line {
		return bankLine(func(l *scrapers.Line) {
			l.BankAccount, l.Description, l.Reference = text.Draw(rt, name), text.Draw(rt, name), text.Draw(rt, name)
			l.Amount = Money{Minor: rapid.Int64Range(1, 3).Draw(rt, name), Currency: rapid.SampledFrom([]string{"UYU", "PYG", "BHD"}).Draw(rt, name)}
			l.Direction = rapid.SampledFrom([]scrapers.Direction{scrapers.Credit, scrapers.Debit}).Draw(rt, name)
			l.Precision = rapid.SampledFrom([]scrapers.Precision{scrapers.Day, scrapers.Minute}).Draw(rt, name)
			l.BookedAt = l.BookedAt.Add(time.Duration(rapid.IntRange(0, 2).Draw(rt, name)) * 12 * time.Hour)
		})
	}
	same := func(l scrapers.Line) string {
		at := l.BookedAt.In(zone).Format(time.DateOnly)
		if l.Precision != scrapers.Day {
			at = l.BookedAt.Format(time.RFC3339)
		}
		return fmt.Sprintf("%q %q %q %q %q %q", l.BankAccount, l.Description, l.Reference, l.Amount, l.Direction, at)
	}
	rapid.Check(t, func(rt *rapid.T) {
		a, b := draw(rt, "a"), draw(rt, "b")
		out, err := linesToMovements("a", "r", zone, []scrapers.Line{a, b})
		if err != nil {
			rt.Fatal(err)
		}
		if (out[0].Content == out[1].Content) != (same(a) == same(b)) {
			rt.Fatalf("contents %s and %s of %s and %s", out[0].Content, out[1].Content, same(a), same(b))
		}
		if out[0].Key == out[1].Key {
			rt.Fatal("two lines have one key")
		}
	})
}

func TestReadSince(t *testing.T) {
	zone := mustZone(t, "America/Montevideo")
	now := time.Date(2026, 5, 13, 1, 0, 0, 0, time.UTC) // the evening of the 12th at the bank
	ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	for name, c := range map[string]struct {
		last   time.Time
		newest map[string]string
		chosen []string
		want   string
	}{
		"first":                        {time.Time{}, nil, nil, "2026-04-12"},
		"first, but lines are stored":  {time.Time{}, map[string]string{"001": "2026-05-01"}, nil, "2026-04-12"},
		"nothing was ever found":       {ago(1), nil, nil, "2026-04-12"},
		"an hour ago":                  {now.Add(-time.Hour), map[string]string{"001": "2026-05-12"}, nil, "2026-05-11"},
		"quiet for a week":             {now.Add(-time.Hour), map[string]string{"001": "2026-05-05"}, nil, "2026-05-04"},
		"the newest of several counts": {now.Add(-time.Hour), map[string]string{"001": "2026-03-01", "002": "2026-05-10"}, nil, "2026-05-09"},
		"off for ten days":             {ago(10), map[string]string{"001": "2026-05-02"}, nil, "2026-05-01"},
		"quiet for months":             {now.Add(-time.Hour), map[string]string{"001": "2026-01-01"}, nil, "2026-04-12"},
		"off for two months":           {ago(60), map[string]string{"001": "2026-03-10"}, nil, "2026-03-09"},
		"off and quiet":                {ago(60), map[string]string{"001": "2025-01-01"}, nil, "2026-02-11"},
		"a bank account is new":        {now.Add(-time.Hour), map[string]string{"001": "2026-05-12"}, []string{"001", "002"}, "2026-04-12"},
		"chosen and known":             {now.Add(-time.Hour), map[string]string{"001": "2026-05-12", "002": "2026-05-12"}, []string{"002"}, "2026-05-11"},
		"the clock was set back":       {now.Add(time.Hour), map[string]string{"001": "2026-05-12"}, nil, "2026-04-12"},
		"a line of tomorrow":           {now.Add(-time.Hour), map[string]string{"001": "2026-05-20"}, nil, "2026-05-11"},
		"a day that cannot be read":    {now.Add(-time.Hour), map[string]string{"001": "yesterday"}, nil, "2026-05-11"},
	} {
		got := readSince(now, c.last, c.newest, c.chosen, zone)
		if got.In(zone).Format(time.DateTime) != c.want+" 00:00:00" {
			t.Errorf("%s: since %s, want midnight of %s", name, got.In(zone), c.want)
		}
	}
	if got := coverage([]scrapers.BankAccount{{Number: "001"}, {Number: "002"}}, now, zone); !slices.Equal(got, []Coverage{{"001", "2026-05-12"}, {"002", "2026-05-12"}}) {
		t.Errorf("coverage %v", got)
	}
}
