package gui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"reconbanker/gui/lang"
)

// A literal is a text in the source of the window.
type literal struct {
	at   string
	text string
	in   string // the function it is handed to, "" for none
}

// literals reads every text of every room of the window, tests left out.
func literals(t *testing.T) []literal {
	t.Helper()
	var out []literal
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		var calls []*ast.CallExpr
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.Field:
				n.Tag = nil
			case *ast.CallExpr:
				calls = append(calls, n)
			case *ast.BasicLit:
				if n.Kind == token.STRING {
					text, _ := strconv.Unquote(n.Value)
					out = append(out, literal{fset.Position(n.Pos()).String(), text, handedTo(calls, n)})
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// handedTo names the innermost call that a literal is an argument of.
func handedTo(calls []*ast.CallExpr, n ast.Node) string {
	for _, c := range slices.Backward(calls) {
		if n.Pos() < c.Lparen || n.End() > c.Rparen {
			continue
		}
		switch f := c.Fun.(type) {
		case *ast.Ident:
			return f.Name
		case *ast.SelectorExpr:
			if x, ok := f.X.(*ast.Ident); ok {
				return x.Name + "." + f.Sel.Name
			}
			return f.Sel.Name
		}
		return ""
	}
	return ""
}

var (
	keyForm   = regexp.MustCompile(`^[a-z][a-z_]*(\.[a-z0-9_]+)+$`)
	hole      = regexp.MustCompile(`\{\w+\}`)
	looksRead = regexp.MustCompile(`\pL{2,}\W* \W*\pL|^\p{Lu}\pL*\p{Ll}\pL*[.…:!?]?$`)
)

// TestTextsAreKeys finds texts that a person would read in one language only.
func TestTextsAreKeys(t *testing.T) {
	// What is handed to these is read by programmers, or is no text at all.
	hidden := regexp.MustCompile(`^(fmt\.Errorf|errors\.New|panic|scrapers\.(Fail|Said)|log\.|.*\.(Msg|Msgf|Str)|url\.|regexp\.|os\.|` +
		`filepath\.|.*\.Format|.*\.Header\.|strings\.|dbus\.|.*\.CallWithContext|.*\.Object|godbus\.|exec\.|time\.Parse|http\.)`)
	for _, l := range literals(t) {
		if strings.HasPrefix(l.at, filepath.FromSlash("model/activity_diagnostic.go")) {
			continue // written for those who mend the program, in their language
		}
		if strings.HasPrefix(l.at, filepath.FromSlash("export/")) {
			continue // a file format's own words; its headings are handed in
		}
		if room, _, _ := strings.Cut(filepath.ToSlash(l.at), "/"); slices.Contains([]string{"notify", "autostart", "desktest"}, room) {
			continue // the desktop's own words; what a person reads is handed in
		}
		if looksRead.MatchString(l.text) && !hidden.MatchString(l.in) && !allowed[l.text] {
			t.Errorf("%s: %q is a text in the code: give it a key in gui/lang", l.at, l.text)
		}
	}
}

// allowed are texts that are the same in every language.
var allowed = map[string]bool{
	"English": true, "Español": true, "Português": true, // a language names itself
	"IsStatusNotifierHostRegistered": true, "curl -X POST ": true, // spoken by machines
	"Áy": true, // measured, never shown
}

// TestKeysExist finds keys without a text and texts without a use.
func TestKeysExist(t *testing.T) {
	used, areas := map[string]bool{}, map[string]bool{}
	keys := lang.Keys("en")
	for _, k := range keys {
		area, _, _ := strings.Cut(k, ".")
		areas[area] = true
	}
	var begins []string
	for _, l := range literals(t) {
		area, _, _ := strings.Cut(l.text, ".")
		handed := l.in == "lang.T" || l.in == "lang.N"
		switch {
		case !areas[area] && !(handed && keyForm.MatchString(l.text)):
		case strings.HasSuffix(l.text, ".") && len(l.text) > len(area):
			begins = append(begins, l.text)
		case keyForm.MatchString(l.text):
			found := false
			for _, form := range []string{"", ".one", ".other"} {
				if lang.Has(l.text + form) {
					used[l.text+form], found = true, true
				}
			}
			if !found && handed {
				t.Errorf("%s: there is no text for %q", l.at, l.text)
			}
		}
	}
	for _, k := range keys {
		if !used[k] && !slices.ContainsFunc(begins, func(b string) bool { return strings.HasPrefix(k, b) }) {
			t.Errorf("the text %q is not used", k)
		}
	}
}

// TestLanguagesAgree finds keys that a language lacks, and values it leaves out.
func TestLanguagesAgree(t *testing.T) {
	english := lang.Keys("en")
	for _, code := range lang.Codes {
		have := lang.Keys(code)
		for _, k := range english {
			if !slices.Contains(have, k) {
				t.Errorf("%s has no text for %q", code, k)
				continue
			}
			want, got := hole.FindAllString(lang.Raw("en", k), -1), hole.FindAllString(lang.Raw(code, k), -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(slices.Compact(want), slices.Compact(got)) {
				t.Errorf("%s: %q takes %v and in English %v", code, k, got, want)
			}
			if strings.TrimSpace(lang.Raw(code, k)) == "" {
				t.Errorf("%s: %q is empty", code, k)
			}
		}
		for _, k := range have {
			if !slices.Contains(english, k) {
				t.Errorf("%s has a text for %q, which is no key", code, k)
			}
		}
	}
}

// TestEveryFailureHasWords finds kinds of failure that nobody has put into words.
func TestEveryFailureHasWords(t *testing.T) {
	kind := regexp.MustCompile(`^[A-Z]+(_[A-Z]+)*$`)
	n := 0
	for _, path := range []string{"../scrapers/errors.go", "../core/errors.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			lit, ok := node.(*ast.BasicLit)
			if !ok {
				return true
			}
			if text, _ := strconv.Unquote(lit.Value); kind.MatchString(text) {
				n++
				for _, part := range []string{".short", ".title", ".means", ".do"} {
					if !lang.Has("failure." + strings.ToLower(text) + part) {
						t.Errorf("there is no text for failure.%s%s", strings.ToLower(text), part)
					}
				}
			}
			return true
		})
	}
	if n < 30 {
		t.Errorf("found %d kinds of failure only", n)
	}
	if got, want := lang.Failure("NEVER_HEARD_OF"), lang.Failure("INTERNAL"); got != want {
		t.Errorf("an unknown kind reads %+v", got)
	}
}
