package export

import (
	"strings"
	"unicode"
)

// Guard makes a text safe to be opened as a cell of a CSV file: one that a
// spreadsheet could take for a formula gets an apostrophe in front, which keeps it
// text. Leading blanks and marks that show as nothing do not hide the beginning.
func Guard(s string) string {
	for _, r := range s {
		switch {
		case dangerous(r):
			return "'" + s
		case r == ' ' || unicode.Is(unicode.Zs, r) || unicode.Is(unicode.Cf, r):
			continue
		}
		return s
	}
	return s
}

// dangerous tells whether a cell that begins so may be run: the signs of formulas,
// their full-width forms, and the characters that end a cell or a line.
func dangerous(r rune) bool {
	switch r {
	case '=', '+', '-', '@', '\t', '\r', '\n', '\v', '\f',
		'＝', '＋', '－', '＠', // full width
		'﹦', '﹢', '﹣', '﹫', // small forms
		'\u2212', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// clean leaves out what no spreadsheet can hold: control characters but tabs and
// line ends, and broken UTF-8.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return r
		}
		if unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
