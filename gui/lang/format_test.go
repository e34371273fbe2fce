package lang

import (
	"testing"
	"time"
)

func TestDecimal(t *testing.T) {
	t.Cleanup(func() { Use("") })
	for _, c := range []struct{ locale, exact, want string }{
		{"en_US", "1500.00", "1,500.00"},
		{"es_UY", "1500.00", "1.500,00"},
		{"pt_BR", "1500.00", "1.500,00"},
		{"es_MX", "1500.00", "1,500.00"},
		{"es_ES", "1500.00", "1\u00a0500,00"},
		{"es_UY", "0.05", "0,05"},
		{"es_UY", "999", "999"},
		{"es_UY", "1000", "1.000"},
		{"es_UY", "-1234567.8", "\u22121.234.567,8"},
		{"en_US", "123456789012345678901234567890.12", "123,456,789,012,345,678,901,234,567,890.12"},
		{"en_US", "", ""},
		{"en_US", "abc", "abc"},
		{"en_US", "1.2.3", "1.2.3"},
		{"en_US", "--1", "--1"},
		{"en_US", "1e5", "1e5"},
		{"en_US", ".5", ".5"},
	} {
		t.Setenv("LC_ALL", c.locale)
		Use("")
		if got := Decimal(c.exact); got != c.want {
			t.Errorf("%s: %q is written %q, want %q", c.locale, c.exact, got, c.want)
		}
	}
	t.Setenv("LC_ALL", "es_MX")
	if Use("pt"); Decimal("1500.00") != "1.500,00" {
		t.Error("another language than the system's keeps the system's numbers")
	}
}

func TestTimes(t *testing.T) {
	t.Cleanup(func() { Use("") })
	now := time.Date(2026, 5, 13, 9, 50, 30, 0, time.Local)
	Use("en")
	for got, want := range map[string]string{
		Date(now):                          "2026-05-13",
		DateTime(now):                      "2026-05-13 09:50",
		When(now.Add(-time.Hour), now):     "08:50",
		When(now.AddDate(0, 0, -1), now):   "05-12 09:50",
		When(now.AddDate(-1, 0, 0), now):   "2025-05-13 09:50",
		In(now.Add(2*time.Minute), now):    "in 2 min",
		In(now.Add(-90*time.Minute), now):  "2 h ago",
		In(now.Add(-72*time.Hour), now):    "3 days ago",
		In(now.Add(20*time.Second), now):   "in a moment",
		In(now.Add(-20*time.Second), now):  "just now",
		Every(20 * time.Minute):            "20 min",
		Every(90 * time.Minute):            "1 h 30 min",
		Every(24 * time.Hour):              "24 h",
		Every(72 * time.Hour):              "3 days",
		Duration(84 * time.Millisecond):    "84\u00a0ms",
		Duration(4120 * time.Millisecond):  "4.1\u00a0s",
		Duration(59960 * time.Millisecond): "60.0\u00a0s",
		Duration(302 * time.Second):        "5\u00a0m\u00a002\u00a0s",
		Countdown(192 * time.Second):       "03:12",
		Countdown(-time.Second):            "00:00",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	Use("es")
	for got, want := range map[string]string{
		DateTime(now):                     "13/05/2026 09:50",
		When(now.AddDate(0, 0, -1), now):  "12/05 09:50",
		In(now.Add(2*time.Minute), now):   "en 2 min",
		In(now.Add(-24*time.Hour), now):   "hace 24 h",
		Duration(4120 * time.Millisecond): "4,1\u00a0s",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzDecimal(f *testing.F) {
	f.Add("1500.00")
	f.Add("-0.1")
	f.Fuzz(func(t *testing.T, s string) {
		digits := func(s string) (out string) {
			for _, r := range s {
				if r >= '0' && r <= '9' {
					out += string(r)
				}
			}
			return out
		}
		if digits(Decimal(s)) != digits(s) {
			t.Errorf("%q lost digits: %q", s, Decimal(s))
		}
	})
}
