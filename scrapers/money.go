package scrapers

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/currency"
)

// Money is an exact amount: a whole number of the currency's minor units.
// The zero Money has no currency and is not an amount.
type Money struct {
	Minor    int64  // cents, say; may be negative for a balance
	Currency string // upper-case ISO 4217
}

// minorDigits lists the currencies whose minor unit is not 1/100, from the
// ISO 4217 maintenance agency's list one (CLDR differs for several).
var minorDigits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
	"RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "CLF": 4, "UYW": 4,
}

// newer lists the currencies of ISO 4217 that x/text does not know yet.
var newer = []string{"MRU", "SLE", "UYW", "VED", "VES", "XAD", "XCG", "ZWG"}

// ParseCurrency returns the upper-case code of an ISO 4217 currency, or an error
// that names what is wrong.
func ParseCurrency(code string) (string, error) {
	c := strings.ToUpper(strings.TrimSpace(code))
	if len(c) != 3 || c == "XXX" || c == "XTS" {
		return "", fmt.Errorf("%q is not an ISO 4217 currency code", code)
	}
	if _, err := currency.ParseISO(c); err != nil && !slices.Contains(newer, c) {
		return "", fmt.Errorf("%q is not an ISO 4217 currency code", code)
	}
	return c, nil
}

// Digits returns how many decimals amounts of a currency have.
func Digits(code string) int {
	if d, ok := minorDigits[code]; ok {
		return d
	}
	return 2
}

// ParseMoney reads a plain decimal such as "1500.00" or "-3.5" in a currency.
// It refuses exponents, signs other than a leading minus, group separators, more
// decimals than the currency has (unless they are zeros) and amounts beyond
// about 92 thousand million million minor units.
func ParseMoney(text, code string) (Money, error) {
	c, err := ParseCurrency(code)
	if err != nil {
		return Money{}, err
	}
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, dotted := strings.Cut(digits, ".")
	if whole == "" || (dotted && fraction == "") || !allDigits(whole) || !allDigits(fraction) {
		return Money{}, fmt.Errorf("%q is not a plain decimal amount", clip(text))
	}
	d := Digits(c)
	if len(fraction) > d {
		if strings.Trim(fraction[d:], "0") != "" {
			return Money{}, fmt.Errorf("%q has more decimals than %s, which has %d", clip(text), c, d)
		}
		fraction = fraction[:d]
	}
	fraction += strings.Repeat("0", d-len(fraction))
	minor, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil || minor == math.MaxInt64 {
		return Money{}, fmt.Errorf("%q is too large for an amount", clip(text))
	}
	if negative {
		minor = -minor
	}
	return Money{Minor: minor, Currency: c}, nil
}

// Decimal returns the amount as a plain decimal with the currency's decimals:
// "1500.00", "-3.50", "1500" for a currency without decimals.
func (m Money) Decimal() string {
	d := Digits(m.Currency)
	sign, minor := "", uint64(m.Minor) //nolint:gosec // the sign is handled below
	if m.Minor < 0 {
		sign, minor = "-", uint64(-m.Minor) //nolint:gosec // -MinInt64 wraps to the right magnitude
	}
	s := strconv.FormatUint(minor, 10)
	if d == 0 {
		return sign + s
	}
	if len(s) <= d {
		s = strings.Repeat("0", d+1-len(s)) + s
	}
	return sign + s[:len(s)-d] + "." + s[len(s)-d:]
}

// String returns the amount with its currency: "1500.00 UYU".
func (m Money) String() string { return m.Decimal() + " " + m.Currency }

// IsZero reports whether m is no amount at all or an amount of nothing.
func (m Money) IsZero() bool { return m.Minor == 0 }

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func clip(s string) string {
	const most = 40
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
