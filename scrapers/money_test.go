package scrapers

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestParseMoney(t *testing.T) {
	tests := []struct {
		text, code string
		minor      int64
		ok         bool
	}{
		{"1500.00", "UYU", 150000, true},
		{"-3.5", "usd", -350, true},
		{"0", "UYU", 0, true},
		{"-0.00", "UYU", 0, true},
		{"1500", "CLP", 1500, true},
		{"1500.000", "CLP", 1500, true},
		{"1.2345", "UYW", 12345, true},
		{"1.230", "UYU", 123, true},
		{"007.10", "UYU", 710, true},
		{"92233720368547758.06", "UYU", math.MaxInt64 - 1, true},
		{"-92233720368547758.06", "UYU", -(math.MaxInt64 - 1), true},
		{"92233720368547758.07", "UYU", 0, false},
		{"1.005", "UYU", 0, false},
		{"1.5", "CLP", 0, false},
		{"+1", "UYU", 0, false},
		{"--1", "UYU", 0, false},
		{"1,000", "UYU", 0, false},
		{"1e3", "UYU", 0, false},
		{" 1", "UYU", 0, false},
		{".5", "UYU", 0, false},
		{"5.", "UYU", 0, false},
		{"1.2.3", "UYU", 0, false},
		{"", "UYU", 0, false},
		{"-", "UYU", 0, false},
		{"NaN", "UYU", 0, false},
		{"١", "UYU", 0, false},
		{"1", "XXX", 0, false},
		{"1", "UY", 0, false},
		{"1", "ZZZ", 0, false},
	}
	for _, tt := range tests {
		got, err := ParseMoney(tt.text, tt.code)
		if (err == nil) != tt.ok || got.Minor != tt.minor {
			t.Errorf("%q %s: got %d, %v", tt.text, tt.code, got.Minor, err)
		}
	}
}

func TestMoneyPrintsWithItsDecimals(t *testing.T) {
	for want, m := range map[string]Money{
		"1500.00 UYU": {150000, "UYU"}, "-3.50 USD": {-350, "USD"}, "0.05 USD": {5, "USD"}, "-0.05 USD": {-5, "USD"},
		"1500 CLP": {1500, "CLP"}, "0.001 KWD": {1, "KWD"}, "-92233720368547758.08 USD": {math.MinInt64, "USD"},
	} {
		if got := m.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestMoneyReadsBack(t *testing.T) {
	codes := []string{"UYU", "USD", "CLP", "KWD", "UYW", "EUR", "BRL"}
	rapid.Check(t, func(t *rapid.T) {
		m := Money{
			Minor:    rapid.Int64Range(-math.MaxInt64+1, math.MaxInt64-1).Draw(t, "minor"),
			Currency: rapid.SampledFrom(codes).Draw(t, "currency"),
		}
		got, err := ParseMoney(m.Decimal(), m.Currency)
		if err != nil || got != m {
			t.Fatalf("%v read back as %v, %v", m, got, err)
		}
	})
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"1500.00", "-3.5", "0", "92233720368547758.07", "1.", "1e9", "-", "00.00"} {
		f.Add(s, "UYU")
		f.Add(s, "clp")
	}
	f.Fuzz(func(t *testing.T, text, code string) {
		m, err := ParseMoney(text, code)
		if err != nil {
			if m != (Money{}) {
				t.Fatalf("%q %q is refused and still gives %v", text, code, m)
			}
			return
		}
		again, err := ParseMoney(m.Decimal(), m.Currency)
		if err != nil || again != m {
			t.Fatalf("%q %q gives %v, which reads back as %v, %v", text, code, m, again, err)
		}
	})
}
