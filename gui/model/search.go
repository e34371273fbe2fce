package model

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Fold makes texts comparable the way people search: without case and accents.
func Fold(text string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), text)
	if err != nil {
		plain = text
	}
	return strings.ToLower(plain)
}

// Search returns the accounts whose name or bank holds every word of text.
// Archived ones are among them only when archived is set, or when they are
// looked for.
func Search(accounts []Account, text string, archived bool) []Account {
	words := strings.Fields(Fold(text))
	var out []Account
	for _, a := range accounts {
		if a.State == Archived && !archived && len(words) == 0 {
			continue
		}
		hay, all := Fold(a.Name+" "+a.BankName), true
		for _, w := range words {
			all = all && strings.Contains(hay, w)
		}
		if all {
			out = append(out, a)
		}
	}
	return out
}
