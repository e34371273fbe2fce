package storage

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"reconbanker/core"

	"golang.org/x/text/unicode/norm"
)

// letters that Unicode does not take apart into a base and an accent.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "ł", "l", "ı", "i")

// fold writes text so that texts which a person takes for the same are equal:
// lower case, without accents.
func fold(s string) string {
	lower := strings.ToLower(s)
	if ascii(lower) {
		return lower
	}
	var b strings.Builder
	b.Grow(len(lower))
	for _, r := range norm.NFKD.String(lower) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return letters.Replace(b.String())
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// searchText is what a movement is found by. A line break keeps words of two
// fields from reading as one.
func searchText(m core.Movement) string {
	return fold(m.Sender + "\n" + m.Description + "\n" + m.Reference + "\n" + m.ExternalID() + "\n" + m.SenderDocument)
}
