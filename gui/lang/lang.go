// Package lang holds every text a person reads in the window, in English, Spanish
// and Portuguese, and writes numbers and times the way that person writes them.
//
// Texts are looked up by key. A key that is missing in a language is an error of
// the tests, not of the program: the English text stands in.
package lang

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
)

//go:embed *.json said/*.json
var files embed.FS

// Codes lists the languages, in the order they are offered.
var Codes = []string{"en", "es", "pt"}

// Own is a language's name in that language.
var Own = map[string]string{"en": "English", "es": "Español", "pt": "Português"}

// A tongue is one language and the way its speaker writes numbers.
type tongue struct {
	code  string
	texts map[string]string
	style numberStyle
}

var (
	texts   = load()
	current atomic.Pointer[tongue]
)

func init() { Use("") }

// load reads en.json, failure.en.json and so on: the language is the last part of
// the name, what stands before it only keeps the files short.
func load() map[string]map[string]string {
	out := map[string]map[string]string{}
	names, err := fs.Glob(files, "*.json")
	for _, name := range names {
		var raw []byte
		if raw, err = files.ReadFile(name); err != nil {
			break
		}
		m := map[string]string{}
		if err = json.Unmarshal(raw, &m); err != nil {
			break
		}
		parts := strings.Split(name, ".")
		code := parts[len(parts)-2]
		if out[code] == nil {
			out[code] = map[string]string{}
		}
		maps.Copy(out[code], m)
	}
	if err != nil {
		panic(err) // they are embedded, and the tests read them
	}
	return out
}

// Use sets the language from now on; anything but one of Codes is the system's.
// It may be called from any goroutine, and what is on screen already stays.
func Use(code string) {
	system := detect()
	if !slices.Contains(Codes, code) {
		code = system.code
	}
	t := &tongue{code: code, texts: texts[code], style: styleOf(code, "")}
	if code == system.code {
		t.style = styleOf(code, system.region)
	}
	current.Store(t)
}

// Current returns the code of the language in use.
func Current() string { return current.Load().code }

// Keys lists the keys of a language.
func Keys(code string) []string {
	var out []string
	for k := range texts[code] {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Raw returns a text as it is written, without its values.
func Raw(code, key string) string { return texts[code][key] }

// Has tells whether there is a text for a key.
func Has(key string) bool { return texts["en"][key] != "" }

// T returns the text of a key, with every {name} replaced by the value that
// follows the name in args.
func T(key string, args ...any) string {
	if len(args) == 0 {
		return lookup(key)
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, "{"+fmt.Sprint(args[i])+"}", value(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(lookup(key)) // a value is never looked into
}

// N returns the text of a key for n things: "key.one" or "key.other", in which
// {n} is the number.
func N(key string, n int, args ...any) string {
	form := ".other"
	if n == 1 || n == -1 {
		form = ".one"
	}
	return T(key+form, append([]any{"n", n}, args...)...)
}

func lookup(key string) string {
	if s, ok := current.Load().texts[key]; ok {
		return s
	}
	if s, ok := texts["en"][key]; ok {
		return s
	}
	return key
}

func value(v any) string {
	if n, ok := v.(int); ok {
		return Int(n)
	}
	return fmt.Sprint(v)
}

// Words say what a failure is, in two or three words and in a title, what it
// means, and the one thing to do about it.
type Words struct{ Short, Title, Means, Do string }

// Failure returns the words for a kind of failure, as scrapers and core name
// them; kinds it does not know read as a defect.
func Failure(kind string) Words {
	key := "failure." + strings.ToLower(kind)
	if !Has(key + ".title") {
		key = "failure.internal"
	}
	return Words{Short: T(key + ".short"), Title: T(key + ".title"), Means: T(key + ".means"), Do: T(key + ".do")}
}
