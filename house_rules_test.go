package main_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

const (
	module   = "reconbanker"
	maxLines = 450
	// A reader of a text bigger than this is a program, not a person.
	maxText = 1 << 20
)

// A house is a source tree, read once.
type house struct {
	fset     *token.FileSet
	packages map[string][]source // by directory below the module; "" is the root
	texts    map[string]string   // every text file by its path
	all      map[string]bool     // every file and directory
}

type source struct {
	name string // path of the file
	ast  *ast.File
	test bool
}

var houseRules = []struct {
	name  string
	check func(*house) []string
}{
	{"walls", checkWalls},
	{"goroutines", checkCalm},
	{"package comments", checkPackageComments},
	{"file lengths", checkLengths},
	{"tests neither sleep nor skip", checkTests},
	{"nothing left over", checkLeftovers},
	{"no machine's paths", checkPaths},
	{"documents name what exists", checkDocuments},
	{"dependencies are listed", checkDependencies},
}

func openHouse(tree fs.FS) (*house, error) {
	h := &house{fset: token.NewFileSet(), packages: map[string][]source{}, texts: map[string]string{}, all: map[string]bool{}}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == ".git" || name == "dist" || name == "bin" {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil // a second work tree has a file of that name
		}
		if d.IsDir() {
			h.all[name] = true
			return nil
		}
		if !d.Type().IsRegular() || name == module || name == module+".exe" || strings.HasSuffix(name, ".test") {
			return nil
		}
		h.all[name] = true
		info, err := d.Info()
		if err != nil || info.Size() > maxText {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		if err != nil || bytes.IndexByte(data, 0) >= 0 {
			return err
		}
		h.texts[name] = string(data)
		if !strings.HasSuffix(name, ".go") || slices.Contains(strings.Split(name, "/"), "testdata") {
			return nil
		}
		f, err := parser.ParseFile(h.fset, name, data, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := strings.TrimPrefix(path.Dir(name), ".")
		h.packages[dir] = append(h.packages[dir], source{name, f, strings.HasSuffix(name, "_test.go")})
		return nil
	})
	return h, err
}

func (h *house) at(pos token.Pos) string { return h.fset.Position(pos).String() }

// sources calls do for every Go file, in order.
func (h *house) sources(do func(dir string, s source)) {
	for _, dir := range slices.Sorted(maps.Keys(h.packages)) {
		for _, s := range h.packages[dir] {
			do(dir, s)
		}
	}
}

func checkWalls(h *house) (complaints []string) {
	unknown := map[string]bool{}
	h.sources(func(dir string, s source) {
		if s.test {
			return
		}
		r, ok := findRoom(dir)
		if !ok {
			if !unknown[dir] {
				complaints = append(complaints, fmt.Sprintf("%s is a room that house_test.go does not list: add it to rooms there, with what it may import and why", dir))
			}
			unknown[dir] = true
			return
		}
		for _, spec := range s.ast.Imports {
			imported := strings.Trim(spec.Path.Value, "`\"")
			if why := r.refuses(imported); why != "" {
				complaints = append(complaints, fmt.Sprintf("%s: %s may not import %s: %s", h.at(spec.Pos()), r.title(), imported, why))
			}
		}
	})
	return complaints
}

func findRoom(dir string) (room, bool) {
	i := slices.IndexFunc(rooms, func(r room) bool { return r.path == dir })
	if i < 0 {
		return room{}, false
	}
	return rooms[i], true
}

func (r room) title() string {
	if r.path == "" {
		return "main"
	}
	return r.path
}

// refuses says why the room may not import a package, or "" when it may.
func (r room) refuses(imported string) string {
	if rest, ours := strings.CutPrefix(imported, module+"/"); ours {
		if target, ok := findRoom(rest); ok && target.help && !r.help && r.path != "" {
			return rest + " is for tests and main"
		}
		if !slices.ContainsFunc(r.may, func(pattern string) bool { return matches(pattern, rest) }) {
			return r.why
		}
		return ""
	}
	for _, s := range skills {
		within := func(p string) bool { return imported == p || strings.HasPrefix(imported, p+"/") }
		if slices.ContainsFunc(s.imports, within) && !slices.ContainsFunc(r.uses, func(u skill) bool { return u.name == s.name }) {
			return s.home
		}
	}
	return ""
}

func matches(pattern, pkg string) bool {
	if below, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(pkg, below)
	}
	return pattern == pkg
}

func checkCalm(h *house) (complaints []string) {
	h.sources(func(dir string, s source) {
		if r, _ := findRoom(dir); !r.calm || s.test {
			return
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok {
				complaints = append(complaints, fmt.Sprintf("%s: %s may not start a goroutine: whoever calls it decides that", h.at(g.Pos()), dir))
			}
			return true
		})
	})
	return complaints
}

func checkPackageComments(h *house) (complaints []string) {
	for _, dir := range slices.Sorted(maps.Keys(h.packages)) {
		files := slices.DeleteFunc(slices.Clone(h.packages[dir]), func(s source) bool { return s.test })
		described := func(s source) bool { return s.ast.Doc != nil && strings.TrimSpace(s.ast.Doc.Text()) != "" }
		if len(files) > 0 && !slices.ContainsFunc(files, described) {
			complaints = append(complaints, fmt.Sprintf("package %s in %q has no package comment: say in a sentence what it is for", files[0].ast.Name.Name, dir))
		}
	}
	return complaints
}

func checkLengths(h *house) (complaints []string) {
	h.sources(func(_ string, s source) {
		if n := h.fset.File(s.ast.FileStart).LineCount(); n > maxLines && !ast.IsGenerated(s.ast) {
			complaints = append(complaints, fmt.Sprintf("%s has %d lines, more than %d: is it two files?", s.name, n, maxLines))
		}
	})
	return complaints
}

// checkTests finds tests that wait by the clock or can leave themselves out.
// Inside a synctest bubble sleeping takes no time: it is allowed in what is given
// to synctest.Test, directly or through a helper of the package, and in a
// function whose comment says synctest.
func checkTests(h *house) (complaints []string) {
	bubblers := map[string]bool{} // dir and name of the functions that make a bubble
	h.sources(func(dir string, s source) {
		ast.Inspect(s.ast, func(n ast.Node) bool {
			f, ok := n.(*ast.FuncDecl)
			if ok && f.Body != nil && f.Recv == nil && makesBubble(f.Body) {
				bubblers[dir+"."+f.Name.Name] = true
			}
			return !ok
		})
	})
	h.sources(func(dir string, s source) {
		if r, _ := findRoom(dir); !s.test && !r.help {
			return
		}
		var bubbles []ast.Node
		inBubble := func(n ast.Node) bool {
			return slices.ContainsFunc(bubbles, func(b ast.Node) bool { return b.Pos() <= n.Pos() && n.End() <= b.End() })
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && strings.Contains(f.Doc.Text(), "synctest") {
				bubbles = append(bubbles, f)
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if name, ok := call.Fun.(*ast.Ident); ok && bubblers[dir+"."+name.Name] {
				bubbles = append(bubbles, call)
			}
			switch on, method := selector(call.Fun); {
			case on == "synctest":
				bubbles = append(bubbles, call)
			case on == "time" && method == "Sleep" && !inBubble(call):
				complaints = append(complaints, h.at(call.Pos())+": a test does not sleep: wait for what it is waiting for, or use testing/synctest")
			case slices.Contains([]string{"t", "b", "f", "tb"}, on) && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, method):
				complaints = append(complaints, h.at(call.Pos())+": a test does not skip itself: one that cannot run proves nothing")
			}
			return true
		})
	})
	return complaints
}

func makesBubble(body *ast.BlockStmt) (found bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			on, method := selector(call.Fun)
			found = found || on == "synctest" && method == "Test"
		}
		return !found
	})
	return found
}

func selector(e ast.Expr) (on, method string) {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	x, ok := s.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return x.Name, s.Sel.Name
}

var leftover = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)

// checkLeftovers looks at comments only: in Spanish the word is an ordinary one.
func checkLeftovers(h *house) (complaints []string) {
	complain := func(where, text string) {
		if word := leftover.FindString(text); word != "" {
			complaints = append(complaints, fmt.Sprintf("%s: a comment says %s: do it, or file it where work is planned", where, word))
		}
	}
	h.sources(func(_ string, s source) {
		for _, group := range s.ast.Comments {
			for _, c := range group.List {
				complain(h.at(c.Pos()), c.Text)
			}
		}
	})
	h.lines(func(name string, n int, line string) {
		mark, ok := commentMarks[path.Ext(name)]
		if name == "Makefile" || path.Dir(name) == ".ci" {
			mark, ok = "#", true
		}
		if i := strings.Index(line, mark); ok && i >= 0 {
			complain(fmt.Sprintf("%s:%d", name, n), line[i:])
		}
	})
	return complaints
}

var commentMarks = map[string]string{".sql": "--", ".md": "", ".sh": "#", ".toml": "#", ".yaml": "#", ".yml": "#"}

// Written in pieces, so that this file does not hold them.
var machinePaths = []string{"/wo" + "rk/", "bash_" + "jobs", "proxy.go" + "lang", "deb.deb" + "ian"}

func checkPaths(h *house) (complaints []string) {
	h.lines(func(name string, n int, line string) {
		for _, p := range machinePaths {
			if strings.Contains(line, p) {
				complaints = append(complaints, fmt.Sprintf("%s:%d: %q belongs to one machine, not to the project", name, n, p))
			}
		}
	})
	return complaints
}

// lines calls do for every line of every text, in order.
func (h *house) lines(do func(name string, n int, line string)) {
	for _, name := range slices.Sorted(maps.Keys(h.texts)) {
		n := 0
		for line := range strings.Lines(h.texts[name]) {
			n++
			do(name, n, line)
		}
	}
}

var (
	mdLink   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	mdCode   = regexp.MustCompile("`([^`\n]+)`")
	makeGoal = regexp.MustCompile(`(?m)(?:^|[` + "`" + ` $])make ([a-z][a-z-]*)`)
	goalRule = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	treeTops = []string{"core", "storage", "scrapers", "gui", "icons", "api", "docs", ".ci"}
)

// checkDocuments holds README and the other pages to what is there: links, paths
// of the tree in code spans, and the Makefile's goals.
func checkDocuments(h *house) (complaints []string) {
	if _, ok := h.texts["README.md"]; !ok {
		complaints = append(complaints, "README.md is missing")
	}
	goals := map[string]bool{}
	for _, m := range goalRule.FindAllStringSubmatch(h.texts["Makefile"], -1) {
		goals[m[1]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(h.texts)) {
		if path.Ext(name) != ".md" || strings.Contains(name, "testdata/") {
			continue
		}
		text := h.texts[name]
		missing := func(what string) {
			complaints = append(complaints, fmt.Sprintf("%s names %s, which does not exist", name, what))
		}
		for _, m := range mdLink.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target != "" && !strings.Contains(target, ":") && !h.all[path.Join(path.Dir(name), target)] {
				missing("the link " + m[1])
			}
		}
		for _, m := range mdCode.FindAllStringSubmatch(text, -1) {
			p := strings.TrimSuffix(strings.TrimPrefix(m[1], "./"), "/")
			top, _, below := strings.Cut(p, "/")
			if below && slices.Contains(treeTops, top) && !strings.ContainsAny(p, " *<>{}…") && !h.all[p] {
				missing(p)
			}
		}
		for _, code := range codeOf(text) {
			for _, m := range makeGoal.FindAllStringSubmatch(code, -1) {
				if !goals[m[1]] {
					missing("make " + m[1])
				}
			}
		}
	}
	return complaints
}

// codeOf returns the fenced blocks and the code spans of a Markdown text.
func codeOf(text string) (code []string) {
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			code = append(code, part)
			continue
		}
		for _, m := range mdCode.FindAllStringSubmatch(part, -1) {
			code = append(code, m[1])
		}
	}
	return code
}

var (
	modRequire = regexp.MustCompile(`(?m)^(?:require )?\t?([a-z0-9.-]+\.[a-z]+/\S+|[a-z0-9.-]+\.[a-z]+) (v\S+)( // indirect)?$`)
	modTool    = regexp.MustCompile(`(?m)^(?:tool |\t)(\S+/\S+)$`)
	listedDep  = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^ |]+) \\|")
)

// checkDependencies holds docs/dependencies.md to go.mod: every module that is
// imported directly or gives a tool is listed, and nothing else, at its version.
func checkDependencies(h *house) (complaints []string) {
	const page = "docs/dependencies.md"
	listed := map[string]string{}
	for _, m := range listedDep.FindAllStringSubmatch(h.texts[page], -1) {
		listed[m[1]] = m[2]
	}
	var tools []string
	for _, m := range modTool.FindAllStringSubmatch(h.texts["go.mod"], -1) {
		tools = append(tools, m[1])
	}
	versions := map[string]string{}
	for _, m := range modRequire.FindAllStringSubmatch(h.texts["go.mod"], -1) {
		mod, version, indirect := m[1], m[2], m[3] != ""
		versions[mod] = version
		isTool := slices.ContainsFunc(tools, func(tool string) bool { return tool == mod || strings.HasPrefix(tool, mod+"/") })
		if listed[mod] == "" && (!indirect || isTool) {
			complaints = append(complaints, fmt.Sprintf("%s does not list %s %s: add what it is, its licence and why we need it", page, mod, version))
		}
	}
	for _, mod := range slices.Sorted(maps.Keys(listed)) {
		if listed[mod] != versions[mod] {
			complaints = append(complaints, fmt.Sprintf("%s lists %s %s, but go.mod has %q", page, mod, listed[mod], versions[mod]))
		}
	}
	return complaints
}
