package logging

import (
	"regexp"
	"strings"
)

// shapes are texts that are secret wherever they stand. Each keeps what names the
// secret and loses the secret.
var shapes = []struct {
	find *regexp.Regexp
	put  string
}{
	{regexp.MustCompile(`(?i)\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|api-key|digest)\s+)?)[^\s"',;]+`), "${1}" + Mark},
	{regexp.MustCompile(`(?i)\b(bearer|basic|api-key)\s+[A-Za-z0-9._~+/=-]{8,}`), "${1} " + Mark},
	{regexp.MustCompile(`(?i)\b((?:set-)?cookie["']?\s*[:=]\s*["']?)[^\r\n"']+`), "${1}" + Mark},
	{regexp.MustCompile(`whsec_[A-Za-z0-9+/=_-]+`), "whsec_" + Mark},
	{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?`), Mark},
	{regexp.MustCompile(`\b(rbk?)_[A-Za-z0-9]{6,}[A-Za-z0-9_]*`), "${1}_" + Mark},
	{regexp.MustCompile(`(://)[^\s/?#@"']+@`), "${1}" + Mark + "@"},
}

// hints are the texts without which no shape can match: most lines hold none.
var hints = []string{"uthorization", "AUTHORIZATION", "earer", "BEARER", "asic", "BASIC", "pi-", "PI-", "PI-KEY", "ookie", "OOKIE", "whsec_", "eyJ", "rb_", "rbk_", "@"}

func patterns(s string) string {
	for _, h := range hints {
		if strings.Contains(s, h) {
			for _, p := range shapes {
				s = p.find.ReplaceAllString(s, p.put)
			}
			break
		}
	}
	return cards(s)
}

// cards takes out runs of 13 to 19 digits, in groups or not, that are card numbers
// by their first digit (2 to 6, ISO/IEC 7812) and their check digit.
func cards(s string) string {
	var b strings.Builder
	kept := 0
	for i := 0; i < len(s); {
		if !digit(s[i]) || i > 0 && joined(s[i-1]) {
			i++
			continue
		}
		end, digits := run(s, i)
		if len(digits) >= 13 && len(digits) <= 19 && digits[0] >= '2' && digits[0] <= '6' &&
			!goesOn(s[end:]) && luhn(digits) {
			b.WriteString(s[kept:i])
			b.WriteString(Mark)
			kept = end
		}
		i = end
	}
	if kept == 0 {
		return s
	}
	b.WriteString(s[kept:])
	return b.String()
}

// run reads digits that single blanks or hyphens may part, from i on.
func run(s string, i int) (end int, digits []byte) {
	for end = i; end < len(s); end++ {
		switch c := s[end]; {
		case digit(c):
			digits = append(digits, c)
		case (c == ' ' || c == '-') && end+1 < len(s) && digit(s[end+1]):
		default:
			return end, digits
		}
	}
	return end, digits
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// joined tells whether a character makes the digits next to it part of a longer
// word, such as an id.
func joined(c byte) bool {
	return digit(c) || c == '-' || c == '_' || c == '.' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// goesOn tells whether the text after digits belongs to them; the point that ends a
// sentence does not.
func goesOn(rest string) bool {
	if len(rest) > 1 && rest[0] == '.' {
		return digit(rest[1])
	}
	return rest != "" && rest != "." && joined(rest[0])
}

// luhn checks the last digit (ISO/IEC 7812-1 annex B).
func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
