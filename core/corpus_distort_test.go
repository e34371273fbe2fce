package core

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// A distortion is what a bank does to a name. apply reports false where it
// changes nothing or takes away more than its kind says.
type distortion struct {
	name      string
	sure      bool // the same party beyond doubt; otherwise at most weak
	apply     func(c corpus, s payerName) (string, bool)
	tolerated float64 // of what should be weak, so many in a hundred may be strong
}

var distortions = []distortion{
	{"accents lost", true, func(_ corpus, s payerName) (string, bool) { return plainText(s.String()), true }, 0},
	{"accents as ?", true, func(_ corpus, s payerName) (string, bool) { return strings.ToUpper(questionMarks(s.String())), true }, 0},
	{"mojibake", true, func(c corpus, s payerName) (string, bool) {
		text := s.String()
		if c.IntN(2) == 0 {
			text = strings.ToUpper(text)
		}
		return mojibake(text), true
	}, 0},
	{"word order", true, func(c corpus, s payerName) (string, bool) {
		if s.person() {
			return bankText(strings.Join(append(append([]string{}, s.surnames...), s.given...), " ")), true
		}
		words := strings.Fields(payerName{trade: s.trade, own: s.own, place: s.place}.String())
		c.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		return bankText(strings.Join(words, " ") + " " + s.legal), len(words) > 1
	}, 0},
	{"second given name left out", true, func(_ corpus, s payerName) (string, bool) {
		if len(s.given) < 2 {
			return "", false
		}
		return bankText(payerName{given: s.given[:1], surnames: s.surnames}.String()), true
	}, 0},
	{"second surname left out", true, func(_ corpus, s payerName) (string, bool) {
		if len(s.surnames) < 2 {
			return "", false
		}
		return bankText(payerName{given: s.given, surnames: s.surnames[:1]}.String()), true
	}, 0},
	{"both left out", true, func(_ corpus, s payerName) (string, bool) {
		if len(s.surnames) < 2 || len(s.given) < 2 {
			return "", false
		}
		return bankText(payerName{given: s.given[:1], surnames: s.surnames[:1]}.String()), true
	}, 0},
	{"glued words", true, func(c corpus, s payerName) (string, bool) {
		legal := s.legal
		s.legal = ""
		words := s.words()
		if len(words) < 2 {
			return "", false
		}
		i := c.IntN(len(words) - 1)
		words[i+1] = words[i] + words[i+1]
		return bankText(strings.Join(append(slices.Delete(words, i, i+1), legal), " ")), true
	}, 0},
	{"typo", true, corpus.mistype, 0},
	{"prefix", true, func(c corpus, s payerName) (string, bool) {
		return c.pick([]string{"TRANSF DE ", "RECIBISTE DE ", "TRANSFERENCIA RECIBIDA DE ", "TRF. ", "ABONO POR TRANSFERENCIA DE ", "PIX RECEBIDO DE "}) + bankText(s.String()), true
	}, 0},
	{"document number", true, func(c corpus, s payerName) (string, bool) {
		n := 1000000 + c.IntN(80000000)
		return c.pick([]string{fmt.Sprintf("%s %d", s, n), fmt.Sprintf("CI %d %s", n, s), fmt.Sprintf("%s RUC %d001", s, n), fmt.Sprintf("%d-%d - %s", n, n%10, s)}), true
	}, 0},
	{"legal form missing", true, func(_ corpus, s payerName) (string, bool) {
		legal := s.legal
		s.legal = ""
		return bankText(s.String()), legal != ""
	}, 0},
	{"cut off", true, func(c corpus, s payerName) (string, bool) {
		text, sure := c.cutOff(s)
		return text, text != "" && sure
	}, 0},

	{"cut off, only common words left", false, func(c corpus, s payerName) (string, bool) {
		text, sure := c.cutOff(s)
		return text, text != "" && !sure
		// A second given name that is on no list passes for a surname.
	}, 2},
	{"initials", false, func(_ corpus, s payerName) (string, bool) {
		if !s.person() {
			return "", false
		}
		var words []string
		for _, g := range s.given {
			words = append(words, string([]rune(g)[:1])+".")
		}
		return bankText(strings.Join(append(words, s.surnames...), " ")), true
	}, 0},
	{"given name by a letter", false, func(_ corpus, s payerName) (string, bool) {
		alike := map[string]string{
			"Juan": "Juana", "Luis": "Luisa", "Carlos": "Carla", "María": "Mario", "Jesús": "Jesusa", "Martín": "Martina", "Lucía": "Lucio",
			"Ángela": "Ángel", "Fabián": "Fabiana", "Julián": "Juliana", "Gabriela": "Gabriel", "Fernando": "Fernanda", "Ricardo": "Ricarda",
			"Roberto": "Roberta", "Claudia": "Claudio", "Daniela": "Daniel", "Silvia": "Silvio", "Alejandra": "Alejandro", "Eduardo": "Eduarda",
		}
		if !s.person() || alike[s.given[0]] == "" {
			return "", false
		}
		given := append([]string{alike[s.given[0]]}, s.given[1:]...)
		return bankText(payerName{given: given, surnames: s.surnames}.String()), true
	}, 0},
	{"another legal form", false, func(c corpus, s payerName) (string, bool) {
		form := func(text string) string { return strings.Join(readName("x "+text, "").legal, " ") }
		before := form(s.legal)
		s.legal = c.pick(corpusLegal)
		return bankText(s.String()), !s.person() && form(s.legal) != before
	}, 0},
	{"name missing", false, func(c corpus, _ payerName) (string, bool) {
		return c.pick([]string{"", "  ", "TRANSFERENCIA RECIBIDA", "???", "CI 1.234.567-8"}), true
	}, 0},
}

func plainText(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func bankText(text string) string { return strings.ToUpper(plainText(text)) }

func questionMarks(text string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, text)
}

func mojibake(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.WriteRune(charmap.Windows1252.DecodeByte(c))
	}
	return strings.ReplaceAll(b.String(), "\uFFFD", "") // bytes without a letter get lost
}

// mistype makes one slip in one or more of the long words that are no given name.
func (c corpus) mistype(s payerName) (string, bool) {
	words, from, done := strings.Fields(bankText(s.String())), 0, false
	if s.person() {
		from = len(s.given)
	}
	for i := from; i < len(words); i++ {
		w := []byte(words[i])
		if len(w) < 5 || legalWords[strings.ToLower(words[i])] || s.legal != "" && i >= len(words)-len(strings.Fields(s.legal)) || done && c.IntN(3) > 0 {
			continue
		}
		at, letter := c.IntN(len(w)-1), byte('A'+c.IntN(26))
		switch c.IntN(4) {
		case 0:
			w = slices.Delete(w, at, at+1)
		case 1:
			w = slices.Insert(w, at, letter)
		case 2:
			w[at] = letter
		case 3:
			w[at], w[at+1] = w[at+1], w[at]
		}
		words[i], done = string(w), true
	}
	return strings.Join(words, " "), done
}

// cutOff cuts at a width, and tells whether a word of the party's own is left
// whole: for a person, a surname beside a given name, or much of one.
func (c corpus) cutOff(s payerName) (text string, sure bool) {
	full := bankText(s.String())
	width := []int{20, 25, 30, 35}[c.IntN(4)]
	if len(full) <= width {
		return "", false
	}
	text = strings.TrimSpace(full[:width])
	whole := strings.Fields(full)[:len(strings.Fields(text))]
	left := strings.Fields(text)
	if left[len(left)-1] != whole[len(whole)-1] {
		left = left[:len(left)-1]
	}
	if s.person() {
		part := len(text) - len(strings.Join(left, " ")) - 1
		return text, len(left) > len(s.given) || len(left) == len(s.given) && part >= 4
	}
	if len(text) > len(full)-len(s.legal) {
		return "", false // half a legal form can be another one
	}
	return text, slices.Contains(left, strings.ToUpper(strings.Fields(s.own)[0]))
}
