package lang

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A sentence is one that core says, and what it is called in a language.
type sentence struct {
	form  *regexp.Regexp
	words string // {1} is the first value of the form, and so on
	exact int    // letters that stand fast: the more, the better it fits
}

var said = sync.OnceValue(loadSaid)

// loadSaid reads said/es.json and so on. A key is core's own sentence, with %s, %q
// and %d where a value stands.
func loadSaid() map[string][]sentence {
	out := map[string][]sentence{}
	for _, code := range Codes[1:] {
		raw, err := files.ReadFile("said/" + code + ".json")
		forms := map[string]string{}
		if err == nil {
			err = json.Unmarshal(raw, &forms)
		}
		if err != nil {
			panic(err) // they are embedded, and the tests read them
		}
		for form, words := range forms {
			out[code] = append(out[code], sentence{formOf(form), words, len(hole.ReplaceAllString(form, ""))})
		}
		slices.SortFunc(out[code], func(a, b sentence) int { return b.exact - a.exact })
	}
	out["en"] = out[Codes[1]] // the forms are English
	return out
}

var hole = regexp.MustCompile(`%[sqdw]`)

func formOf(form string) *regexp.Regexp {
	holes := map[string]string{"%s": `(.+?)`, "%w": `(.+)`, "%q": `("(?:[^"\\]|\\.)*")`, "%d": `(-?\d+)`}
	fixed := hole.Split(form, -1)
	pattern := regexp.QuoteMeta(fixed[0])
	for i, h := range hole.FindAllString(form, -1) {
		pattern += holes[h] + regexp.QuoteMeta(fixed[i+1])
	}
	return regexp.MustCompile(`(?s)^` + pattern + `$`)
}

// longestSaid bounds what is looked at: no sentence of core's is longer, in bytes.
const longestSaid = 1000

// Said puts a sentence of core's into the language in use, and what stands after a
// colon in it. One that is not known, such as what an operating system says, comes
// back as it is, and false with it.
func Said(text string) (string, bool) {
	code := Current()
	if len(text) > longestSaid {
		return text, false
	}
	for _, s := range said()[code] {
		found := s.form.FindStringSubmatch(text)
		switch {
		case found == nil:
			continue
		case code == "en":
			return text, true
		}
		var pairs []string
		for i, v := range found[1:] {
			v, _ = Said(v)
			pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", v)
		}
		return strings.NewReplacer(pairs...).Replace(s.words), true
	}
	field, rest, more := strings.Cut(text, ": ")
	if !more {
		return text, false
	}
	rest, ok := Said(rest)
	return field + ": " + rest, ok
}

// SaidError is Said of an error's sentence, and of what has more than one, each.
func SaidError(err error) string {
	parts := strings.Split(fmt.Sprint(err), "; ")
	for i := range parts {
		parts[i], _ = Said(parts[i])
	}
	return strings.Join(parts, "; ")
}
