package main_test

import (
	"strings"
	"testing"
	"testing/fstest"
)

// sound is a tree without a fault; each case below spoils one thing in it.
var sound = map[string]string{
	"go.mod":   "module reconbanker\n\ngo 1.26.0\n\ntool example.org/tool/cmd/lint\n\nrequire (\n\texample.org/lib v1.2.3\n\texample.org/tool v0.1.0 // indirect\n\texample.org/deep v9.0.0 // indirect\n)\n",
	"Makefile": "build: ## build\n\tgo build .\n",
	"README.md": "See [how](docs/architecture.md#walls), `core/core.go`, `core/`, `/accounts/:id` and `make build`.\n\n" +
		"```sh\nmake build\n```\nmake sure it is right.\n",
	"docs/architecture.md":         "# Architecture\n",
	"docs/dependencies.md":         "| `example.org/lib` | v1.2.3 | MIT | it |\n| `example.org/tool` | v0.1.0 | MIT | it |\n",
	"main.go":                      "// Reconbanker.\npackage main\n\nimport (\n\t_ \"database/sql\"\n\t_ \"net/http\"\n\n\t_ \"reconbanker/scrapers/demobank/site\"\n\t_ \"reconbanker/storage\"\n)\n",
	"core/core.go":                 "// Package core is core.\npackage core\n\nimport _ \"reconbanker/scrapers\"\n",
	"core/outbound/send.go":        "// Package outbound sends.\npackage outbound\n\nimport (\n\t_ \"net/http\"\n\n\t_ \"reconbanker/core\"\n)\n",
	"core/core_test.go":            "package core_test\n\nimport (\n\t_ \"net/http/httptest\"\n\n\t_ \"reconbanker/core/coretest\"\n\t_ \"reconbanker/scrapers/demobank/site\"\n\t_ \"reconbanker/storage\"\n)\n",
	"core/coretest/fakes.go":       "// Package coretest fakes.\npackage coretest\n\nimport _ \"reconbanker/core\"\n",
	"storage/storage.go":           "// Package storage keeps.\npackage storage\n\nimport (\n\t_ \"database/sql\"\n\n\t_ \"reconbanker/core\"\n)\n",
	"scrapers/driver.go":           "// Package scrapers is the contract.\npackage scrapers\n",
	"scrapers/demobank/d.go":       "// Package demobank drives.\npackage demobank\n\nimport _ \"reconbanker/scrapers\"\n",
	"scrapers/demobank/site/s.go":  "// Package site is a bank.\npackage site\n\nimport _ \"net/http\"\n",
	"gui/model/m.go":               "// Package model decides.\npackage model\n\nimport _ \"reconbanker/core\"\n",
	"scrapers/demobank/testdata/x": "binary\x00 /wo" + "rk/\n",
}

func TestHouseRulesCanFail(t *testing.T) {
	const sleeper = "package core\n\nimport (\n\t\"testing\"\n\t\"testing/synctest\"\n\t\"time\"\n)\n\n"
	cases := []struct {
		name string
		put  map[string]string // files added or replaced; "" removes
		want string            // the one complaint's text; "" means none
	}{
		{"sound", nil, ""},

		// Walls.
		{"core speaks HTTP", map[string]string{"core/core.go": "// Package core.\npackage core\n\nimport _ \"net/http\"\n"}, "core/core.go:4:8: core may not import net/http: HTTP lives in core/outbound"},
		{"core speaks HTTP below net/http", map[string]string{"core/core.go": "// Package core.\npackage core\n\nimport _ \"net/http/httptrace\"\n"}, "may not import net/http/httptrace"},
		{"core speaks SQL", map[string]string{"core/core.go": "// Package core.\npackage core\n\nimport _ \"database/sql\"\n"}, "SQL lives in storage"},
		{"core drives a browser", map[string]string{"core/core.go": "// Package core.\npackage core\n\nimport _ \"github.com/chromedp/cdproto/page\"\n"}, "the browser lives in scrapers/browser"},
		{"core shows a window", map[string]string{"core/core.go": "// Package core.\npackage core\n\nimport _ \"fyne.io/fyne/v2\"\n"}, "Fyne lives in gui"},
		{"core knows storage", map[string]string{"core/core.go": "// Package core.\npackage core\n\nimport _ \"reconbanker/storage\"\n"}, "core may not import reconbanker/storage: core is nouns and rules"},
		{"core knows its sender", map[string]string{"core/core.go": "// Package core.\npackage core\n\nimport _ \"reconbanker/core/outbound\"\n"}, "core may not import reconbanker/core/outbound"},
		{"core knows a bank", map[string]string{"core/core.go": "// Package core.\npackage core\n\nimport _ \"reconbanker/scrapers/demobank\"\n"}, "core may not import reconbanker/scrapers/demobank"},
		{"the program knows a fake", map[string]string{"core/outbound/send.go": "// Package outbound.\npackage outbound\n\nimport _ \"reconbanker/core/coretest\"\n"}, "core/coretest is for tests"},
		{"a driver starts its site", map[string]string{"scrapers/demobank/d.go": "// Package demobank.\npackage demobank\n\nimport _ \"reconbanker/scrapers/demobank/site\"\n"}, "scrapers/demobank/site is for tests and main"},
		{"a bank knows core", map[string]string{"scrapers/demobank/d.go": "// Package demobank.\npackage demobank\n\nimport _ \"reconbanker/core\"\n"}, "a bank knows the contract"},
		{"a bank knows a bank", map[string]string{"scrapers/itau/d.go": "// Package itau.\npackage itau\n\nimport _ \"reconbanker/scrapers/demobank\"\n"}, "scrapers/itau may not import reconbanker/scrapers/demobank"},
		{"the contract knows core", map[string]string{"scrapers/driver.go": "// Package scrapers.\npackage scrapers\n\nimport _ \"reconbanker/core\"\n"}, "stands on nothing of ours"},
		{"storage knows a bank", map[string]string{"storage/storage.go": "// Package storage.\npackage storage\n\nimport _ \"reconbanker/scrapers/demobank\"\n"}, "storage may not import"},
		{"a screen's model knows Fyne", map[string]string{"gui/model/m.go": "// Package model.\npackage model\n\nimport _ \"fyne.io/fyne/v2/widget\"\n"}, "gui/model may not import fyne.io/fyne/v2/widget"},
		{"a wall holds on every system", map[string]string{"core/core_windows.go": "//go:build windows\n\npackage core\n\nimport _ \"net/http\"\n"}, "core/core_windows.go:5:8"},
		{"a new room", map[string]string{"ledger/l.go": "// Package ledger.\npackage ledger\n"}, "ledger is a room that house_test.go does not list: add it"},
		{"a name that only begins alike", map[string]string{"core/core.go": "// Package core.\npackage core\n\nimport _ \"net/httpx.org\"\n"}, ""},

		// The other rules.
		{"a model starts a goroutine", map[string]string{"gui/model/m.go": "// Package model.\npackage model\n\nfunc f() { go f() }\n"}, "gui/model may not start a goroutine"},
		{"no package comment", map[string]string{"core/core.go": "package core\n"}, `package core in "core" has no package comment`},
		{"a long file", map[string]string{"core/long.go": "package core\n" + strings.Repeat("// line\n", maxLines)}, "core/long.go has"},
		{"a long file, generated", map[string]string{"core/long.go": "// Code generated by x. DO NOT EDIT.\n\npackage core\n" + strings.Repeat("// line\n", maxLines)}, ""},
		{"a test sleeps", map[string]string{"core/a_test.go": sleeper + "func TestA(t *testing.T) { synctest.Wait(); time.Sleep(1) }\n"}, "a test does not sleep"},
		{"a test sleeps in a bubble", map[string]string{"core/a_test.go": sleeper + "func TestA(t *testing.T) { synctest.Test(t, func(t *testing.T) { time.Sleep(1) }) }\n\n// later is for synctest bubbles.\nfunc later() { time.Sleep(1) }\n"}, ""},
		{"a test sleeps in a helper's bubble", map[string]string{"core/a_test.go": sleeper + "func TestA(t *testing.T) { bubble(t, func() { time.Sleep(1) }) }\n\nfunc bubble(t *testing.T, f func()) { synctest.Test(t, func(*testing.T) { f() }) }\n"}, ""},
		{"a test sleeps beside a bubble", map[string]string{"core/a_test.go": sleeper + "func TestA(t *testing.T) { bubble(t, nil); time.Sleep(1) }\n\nfunc bubble(t *testing.T, f func()) { synctest.Test(t, func(*testing.T) { f() }) }\n"}, "a test does not sleep"},
		{"a helper sleeps", map[string]string{"core/coretest/fakes.go": "// Package coretest.\npackage coretest\n\nimport \"time\"\n\nfunc f() { time.Sleep(1) }\n"}, "a test does not sleep"},
		{"a test skips", map[string]string{"core/a_test.go": sleeper + "func TestA(t *testing.T) { t.Skipf(\"not today\") }\n"}, "a test does not skip"},
		{"a note in Go", map[string]string{"core/core.go": "// Package core.\npackage core\n\n// TO" + "DO: finish\n"}, "core/core.go:4:1: a comment says"},
		{"a note in SQL", map[string]string{"storage/migrations/1.sql": "SELECT 1; -- FIX" + "ME\n"}, "storage/migrations/1.sql:1: a comment says"},
		{"a note in the Makefile", map[string]string{"Makefile": "build:\n\ttrue # TO" + "DO\n"}, "Makefile:2: a comment says"},
		{"a Spanish word", map[string]string{"core/core.go": "// Package core.\npackage core\n\nvar all = \"TO" + "DO\"\n"}, ""},
		{"a machine's path", map[string]string{"docs/architecture.md": "see /wo" + "rk/main\n"}, "docs/architecture.md:1: "},
		{"no README", map[string]string{"README.md": ""}, "README.md is missing"},
		{"a dead link", map[string]string{"README.md": "[how](docs/nowhere.md)\n"}, "README.md names the link docs/nowhere.md"},
		{"a link from below", map[string]string{"docs/architecture.md": "[top](../README.md) [out](https://example.org/x) [here](#walls)\n"}, ""},
		{"a path that is gone", map[string]string{"README.md": "`core/gone.go`\n"}, "README.md names core/gone.go"},
		{"a goal that is gone", map[string]string{"README.md": "```\n$ make tea\n```\n"}, "README.md names make tea"},
		{"a goal that is gone, in a span", map[string]string{"README.md": "`make tea`\n"}, "README.md names make tea"},
		{"a dependency not listed", map[string]string{"docs/dependencies.md": "| `example.org/tool` | v0.1.0 | MIT | it |\n"}, "does not list example.org/lib v1.2.3"},
		{"a tool not listed", map[string]string{"docs/dependencies.md": "| `example.org/lib` | v1.2.3 | MIT | it |\n"}, "does not list example.org/tool v0.1.0"},
		{"a version that moved", map[string]string{"docs/dependencies.md": "| `example.org/lib` | v1.2.2 | MIT | it |\n| `example.org/tool` | v0.1.0 | MIT | it |\n"}, `lists example.org/lib v1.2.2, but go.mod has "v1.2.3"`},
		{"a dependency we left", map[string]string{"docs/dependencies.md": sound["docs/dependencies.md"] + "| `example.org/old` | v1.0.0 | MIT | it |\n"}, `lists example.org/old v1.0.0, but go.mod has ""`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var complaints []string
			h, err := openHouse(fakeTree(c.put))
			if err != nil {
				t.Fatal(err)
			}
			for _, rule := range houseRules {
				complaints = append(complaints, rule.check(h)...)
			}
			switch {
			case c.want == "" && len(complaints) > 0:
				t.Errorf("complained about a sound tree: %q", complaints)
			case c.want != "" && (len(complaints) != 1 || !strings.Contains(complaints[0], c.want)):
				t.Errorf("got %q, want one complaint with %q", complaints, c.want)
			}
		})
	}
}

func fakeTree(put map[string]string) fstest.MapFS {
	tree := fstest.MapFS{}
	for _, files := range []map[string]string{sound, put} {
		for name, text := range files {
			if text == "" {
				delete(tree, name)
				continue
			}
			tree[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return tree
}
