package core

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// foldText is a text as names are compared: without case, marks and punctuation.
func foldText(text string) string {
	var words []string
	for _, w := range foldWords(norm.NFKC.String(mendName(text))) {
		words = append(words, w.text)
	}
	return strings.Join(words, " ")
}

func FuzzCompareNames(f *testing.F) {
	for _, pair := range [][2]string{
		{"José Pérez", "JOS? P?REZ"},
		{"ACME S.A. DE C.V.", "acme sa"},
		{"", "SA"},
		{"Ã‰\u00ad├æ", "???"},
		{"TRANSF DE TRF DE", "12.345.678-9"},
		{"王小明", "Иван"},
		{"a\u0301\u0301", "\xff\xfe"},
		{"ｶﾞ", "が"},
		{"JUAN E", "E JUAN"},
		{"MARIA FERNANDA RODRIGUEZ", "MARIA FERNANDA ROD"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		s := CompareNames(a, b)
		if s.Score < 0 || s.Score > 1 {
			t.Errorf("score %v", s.Score)
		}
		if want := bandOf(s.Score); s.Band != want {
			t.Errorf("band %s with a score of %v, want %s", s.Band, s.Score, want)
		}
		if back := CompareNames(b, a); back.Score != s.Score || back.Band != s.Band {
			t.Errorf("%q and %q: %+v, but %+v the other way about", a, b, s, back)
		}
		if once := foldText(a); foldText(once) != once {
			t.Errorf("%q becomes %q and then %q", a, once, foldText(once))
		}
	})
}

func bandOf(score float64) Band {
	switch {
	case score >= strongFrom/100.0:
		return Strong
	case score >= weakFrom/100.0:
		return Weak
	}
	return None
}

// TestLetterDistance holds the distance to its definition.
func TestLetterDistance(t *testing.T) {
	var defined func(x, y string) int
	defined = func(x, y string) int {
		if x == "" || y == "" {
			return len(x) + len(y)
		}
		cost := 1
		if x[0] == y[0] {
			cost = 0
		}
		d := min(defined(x[1:], y)+1, defined(x, y[1:])+1, defined(x[1:], y[1:])+cost)
		if len(x) > 1 && len(y) > 1 && x[0] == y[1] && x[1] == y[0] {
			d = min(d, defined(x[2:], y[2:])+1)
		}
		return d
	}
	words := rapid.StringMatching(`[abc]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		x, y, limit := words.Draw(t, "x"), words.Draw(t, "y"), rapid.IntRange(0, 3).Draw(t, "limit")
		if got, want := letterDistance([]rune(x), []rune(y), limit), min(defined(x, y), limit+1); got != want {
			t.Errorf("%q to %q: got %d, want %d", x, y, got, want)
		}
	})
}
