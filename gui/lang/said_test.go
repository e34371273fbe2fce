package lang

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sentencesOf lists what core and the drivers' contract say to a person in English:
// what is refused in a form, in a list of orders, or because of the state of things.
func sentencesOf(t *testing.T) (out []string) {
	t.Helper()
	files, err := filepath.Glob("../../core/*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(path string) bool { return strings.HasSuffix(path, "_test.go") })
	for _, path := range append(files, "../../scrapers/money.go") {
		rows := slices.Contains([]string{"orderrows.go", "money.go", "schedule.go", "attended.go"}, filepath.Base(path))
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				out = append(out, saidBy(n, rows)...)
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Message" {
					out = append(out, words(n.Value)...)
				}
			}
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// saidBy is the sentence a call makes.
func saidBy(call *ast.CallExpr, rows bool) []string {
	name, last := "", len(call.Args)-1
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	switch {
	case last < 0:
		return nil
	case slices.Contains([]string{"Invalid", "refuse", "need"}, name) && last > 0:
		return words(call.Args[1])
	case name == "conflict":
		return words(call.Args[0])
	case name == "Errorf":
		refers, ok := call.Args[last].(*ast.Ident)
		if w := words(call.Args[0]); ok && refers.Name == "ErrConflict" && len(w) > 0 && w[0] != beforeColon {
			return []string{strings.TrimSuffix(w[0], ": %w")}
		}
		fallthrough
	case name == "New":
		if rows {
			return words(call.Args[0])
		}
	}
	return nil
}

// beforeColon is the form in which the sentence is a value.
const beforeColon = "%s: %w"

func words(e ast.Expr) []string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return nil
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil || !strings.Contains(text, " ") || text == "%s: %s" {
		return nil
	}
	return []string{text}
}

// TestSaidKnowsEverySentence finds sentences that would be read in English by a
// person who reads another language, and those nobody says any more.
func TestSaidKnowsEverySentence(t *testing.T) {
	spoken := sentencesOf(t)
	if len(spoken) < 80 {
		t.Fatalf("only %d sentences are found", len(spoken))
	}
	for _, code := range Codes[1:] {
		raw, err := files.ReadFile("said/" + code + ".json")
		known := map[string]string{}
		if err == nil {
			err = json.Unmarshal(raw, &known)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range spoken {
			if known[s] == "" {
				t.Errorf("%s has no words for %q", code, s)
			}
		}
		for s, words := range known {
			if !slices.Contains(spoken, s) {
				t.Errorf("%s: nobody says %q", code, s)
			}
			for i := range hole.FindAllString(s, -1) {
				if !strings.Contains(words, "{"+strconv.Itoa(i+1)+"}") {
					t.Errorf("%s: value %d of %q is missing", code, i+1, s)
				}
			}
		}
	}
}

func TestSaid(t *testing.T) {
	t.Cleanup(func() { Use("") })
	Use("es")
	for text, want := range map[string]string{
		"email is invalid": "El correo no es válido",
		`amount: "1.500,00" is not a plain decimal amount`:   `amount: "1.500,00" no es un importe decimal simple, como 1500.00`,
		`"1.005" has more decimals than UYU, which has 2`:    `"1.005" tiene más decimales que UYU, que lleva 2`,
		"currency is missing or not a text":                  "currency falta o no es un texto",
		"external_id is longer than 200 bytes":               "external_id ocupa más de 200 bytes",
		`there is no bank "a \"b\"": choose one of the list`: `no existe el banco "a \"b\"": elija uno de la lista`,
		"dial tcp: connection refused":                       "dial tcp: connection refused",
		"":                                                   "",
	} {
		if got, _ := Said(text); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
	if got, ok := Said("permission denied"); ok || got != "permission denied" {
		t.Errorf("an unknown sentence gives %q, %v", got, ok)
	}
	if got := SaidError(errors.New("email is invalid; Password must contain a number")); got != "El correo no es válido; La contraseña debe contener un número" {
		t.Errorf("two sentences give %q", got)
	}
	Use("en")
	if got, ok := Said("email is invalid"); !ok || got != "email is invalid" {
		t.Errorf("English gives %q, %v", got, ok)
	}
	if _, ok := Said("permission denied"); ok {
		t.Error("English knows what core never says")
	}
}

// FuzzSaid looks for a text that takes for ever or loses what it says.
func FuzzSaid(f *testing.F) {
	for _, s := range []string{`amount: "1" is empty`, "a: b: c: d", "%s must be %s", "x must be one line", `"\`} {
		f.Add(s)
	}
	f.Cleanup(func() { Use("") })
	f.Fuzz(func(t *testing.T, text string) {
		Use("pt")
		got, _ := Said(text)
		if text != "" && got == "" {
			t.Errorf("nothing is left of %q", text)
		}
	})
}
