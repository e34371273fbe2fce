package scrapers

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// NumberFormat says how a bank prints amounts. It is declared, never guessed:
// "1.234" is a thousand and something in Montevideo and one and something in
// New York.
type NumberFormat struct {
	Decimal rune // the decimal mark; 0 when the bank prints whole amounts only
	Group   rune // the mark between groups of three digits; 0 when there is none, ' ' for any kind of space
	// Symbols are the currency signs that may stand beside an amount and the
	// currency each means here: "$" is UYU at one bank and USD at another.
	Symbols map[string]string
}

// Currency returns what a currency sign or code means at this bank.
func (f NumberFormat) Currency(sign string) (string, error) {
	sign = Squeeze(sign)
	if code, ok := f.Symbols[sign]; ok {
		return ParseCurrency(code)
	}
	code, err := ParseCurrency(sign)
	if err != nil {
		return "", fmt.Errorf("%q is not a currency sign this bank is known to use", clip(sign))
	}
	return code, nil
}

// ParseAmount reads an amount as a bank prints it, exactly. A minus may stand
// before, after, or be written as parentheses; spaces of any kind may stand
// around the sign and the currency. What could be read in two ways is refused:
// groups that are not of three digits, more decimals than the currency has, a
// sign of another currency.
func ParseAmount(text string, f NumberFormat, code string) (Money, error) {
	c, err := ParseCurrency(code)
	if err != nil {
		return Money{}, err
	}
	if f.Decimal == f.Group && f.Decimal != 0 {
		return Money{}, fmt.Errorf("one mark, %q, cannot separate both decimals and groups", f.Decimal)
	}
	bad := func(why string) (Money, error) {
		return Money{}, fmt.Errorf("%q is not an amount: %s", clip(text), why)
	}
	rest, negative, err := f.bare(Squeeze(text), c)
	if err != nil {
		return bad(err.Error())
	}
	whole, fraction, pointed := rest, "", false
	if f.Decimal != 0 {
		whole, fraction, pointed = strings.Cut(rest, string(f.Decimal))
	}
	if pointed && fraction == "" {
		return bad("nothing follows the decimal mark")
	}
	if len(fraction) > Digits(c) {
		return bad(fmt.Sprintf("%s has %d decimals", c, Digits(c)))
	}
	if whole, err = f.ungroup(whole); err != nil {
		return bad(err.Error())
	}
	plain := whole
	if pointed {
		plain += "." + fraction
	}
	if negative {
		plain = "-" + plain
	}
	m, err := ParseMoney(plain, c)
	if err != nil {
		return bad("it is no plain number")
	}
	return m, nil
}

// bare takes away sign and currency, in whatever order they stand.
func (f NumberFormat) bare(s, code string) (rest string, negative bool, err error) {
	signed := false
	sign := func(minus bool) error {
		if signed {
			return errors.New("it has two signs")
		}
		signed, negative = true, minus
		return nil
	}
	marked := false
	for {
		before := s
		if inner, ok := strings.CutPrefix(s, "("); ok {
			if inner, ok = strings.CutSuffix(inner, ")"); !ok {
				return "", false, errors.New("a parenthesis is missing")
			}
			if err := sign(true); err != nil {
				return "", false, err
			}
			s = strings.TrimSpace(inner)
		}
		for mark, minus := range map[string]bool{"-": true, "−": true, "+": false} {
			cut, ok := strings.CutPrefix(s, mark)
			if !ok {
				cut, ok = strings.CutSuffix(s, mark)
			}
			if !ok {
				continue
			}
			if err := sign(minus); err != nil {
				return "", false, err
			}
			s = strings.TrimSpace(cut)
		}
		if cut, meaning := f.cutSymbol(s, code); meaning != "" {
			if marked {
				return "", false, errors.New("it has two currency signs")
			}
			if meaning != code {
				return "", false, fmt.Errorf("it is in %s, not in %s", meaning, code)
			}
			marked, s = true, strings.TrimSpace(cut)
		}
		if s == before {
			return s, negative, nil
		}
	}
}

// cutSymbol takes the longest currency sign from either end of s.
func (f NumberFormat) cutSymbol(s, code string) (rest, meaning string) {
	longest := 0
	try := func(symbol, means string) {
		if len(symbol) <= longest {
			return
		}
		cut, ok := strings.CutPrefix(s, symbol)
		if !ok {
			cut, ok = strings.CutSuffix(s, symbol)
		}
		if ok {
			rest, meaning, longest = cut, means, len(symbol)
		}
	}
	for symbol, means := range f.Symbols {
		try(symbol, means)
	}
	try(code, code)
	return rest, meaning
}

// ungroup takes the group marks away when every one stands where it must.
func (f NumberFormat) ungroup(whole string) (string, error) {
	if f.Group == 0 {
		return whole, nil
	}
	mark := string(f.Group)
	if unicode.IsSpace(f.Group) {
		mark = " " // Squeeze has made every space an ordinary one
	}
	groups := strings.Split(whole, mark)
	if len(groups) == 1 {
		return whole, nil
	}
	for i, g := range groups {
		if len(g) > 3 || len(g) < 3 && i > 0 || g == "" {
			return "", errors.New("its groups are not of three digits")
		}
	}
	return strings.Join(groups, ""), nil
}

// ParseDate reads a date or time as a bank prints it, in the bank's zone. The
// layout is Go's: "02/01/2006 15:04". A time the zone's clocks skipped is refused.
func ParseDate(text, layout string, zone *time.Location) (time.Time, error) {
	if zone == nil {
		return time.Time{}, errors.New("a date needs the bank's time zone")
	}
	s := Squeeze(text)
	t, err := time.ParseInLocation(layout, s, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a date like %q", clip(s), layout)
	}
	// time.Date moves a time that does not exist; the bare reading tells.
	bare, err := time.Parse(layout, s)
	if err != nil || t.Location() == zone && t.Format(time.DateTime) != bare.Format(time.DateTime) {
		return time.Time{}, fmt.Errorf("%q is not a time of %s", clip(s), zone)
	}
	if t.Year() < 1900 {
		return time.Time{}, fmt.Errorf("%q has no year a bank could mean", clip(s))
	}
	return t, nil
}

// softHyphen is no mark without width to everybody: some print it for a minus.
const softHyphen = '\u00ad'

// Squeeze trims text and makes every run of white space, of whatever kind, one
// space. Characters that take no room (zero-width spaces, direction marks) go.
func Squeeze(text string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) && r != softHyphen {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(visible), " ")
}
