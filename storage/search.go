package storage

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"reconbanker/core"

	"golang.org/x/text/unicode/norm"
)

// letters that Unicode does not take apart into a base and an accent.
var letters = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'ı': "i"}

// latin holds the folded form of the letters that nearly all bank texts are made
// of, up to the end of Latin Extended-B.
var latin = func() (table [0x250]string) {
	for r := range rune(len(table)) {
		table[r] = foldRune(r)
	}
	return table
}()

func foldRune(r rune) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(string(unicode.ToLower(r))) {
		switch s, special := letters[unicode.ToLower(r)]; {
		case special:
			b.WriteString(s)
		case !unicode.Is(unicode.Mn, r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// fold writes text so that texts which a person takes for the same are equal:
// lower case, without accents.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	foldInto(&b, s)
	return b.String()
}

func foldInto(b *strings.Builder, s string) {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			b.WriteByte(c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case int(r) < len(latin):
			b.WriteString(latin[r])
		case unicode.Is(unicode.Mn, r): // an accent on its own
		default:
			b.WriteString(foldRune(r))
		}
	}
}

// searchText is what a movement is found by. A line break keeps words of two
// fields from reading as one.
func searchText(m *core.Movement) string {
	var b strings.Builder
	id := m.ExternalID()
	b.Grow(len(m.Sender) + len(m.Description) + len(m.Reference) + len(id) + len(m.SenderDocument) + 4)
	for i, field := range [...]string{m.Sender, m.Description, m.Reference, id, m.SenderDocument} {
		if i > 0 {
			b.WriteByte('\n')
		}
		foldInto(&b, field)
	}
	return b.String()
}
