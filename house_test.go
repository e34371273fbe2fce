package main_test

import (
	"os"
	"strings"
	"testing"
)

// The walls: who may import whom. A wall is about one exact package: core may
// not import what core/outbound may. Tests are freer: they may import anything
// of ours. house_rules_test.go holds the rules, house_fake_test.go proves that
// each of them can fail.

// A room is one package and what it may know.
type room struct {
	path string   // below the module; "" is main
	may  []string // packages of ours it may import; "gui/*" means those below gui
	uses []skill  // what it may do that most rooms may not
	why  string   // said when the wall is touched
	help bool     // only tests and main may import it
	calm bool     // starts no goroutines
}

// A skill is something only a few rooms may do, known by what it imports.
type skill struct {
	name    string
	imports []string // these packages, and those below them
	home    string   // where it is done instead
}

var (
	sqlSkill = skill{
		"SQL",
		[]string{"database/sql", "github.com/mattn/go-sqlite3", "modernc.org/sqlite", "github.com/pressly/goose"},
		"SQL lives in storage, behind the interfaces of core/store.go",
	}
	httpSkill = skill{
		"HTTP",
		[]string{"net/http"},
		"HTTP lives in core/outbound, which sends it, and in api, which serves it",
	}
	windowSkill = skill{
		"Fyne",
		[]string{"fyne.io"},
		"Fyne lives in gui, which is a client of core",
	}
	browserSkill = skill{
		"the browser",
		[]string{"github.com/chromedp"},
		"the browser lives in scrapers/browser, behind scrapers.Page",
	}
	skills = []skill{sqlSkill, httpSkill, windowSkill, browserSkill}
)

const (
	whyCore    = "core is nouns and rules; what they need stands behind the interfaces of core/store.go, and a bank is known by the contract in scrapers alone"
	whyClient  = "a helper of core may know core and the contract in scrapers, and none of the rooms that are built on it"
	whyStorage = "storage keeps core's nouns, which are made of the contract's, and knows no rule, no bank and no front end"
	whyDriver  = "a bank knows the contract in scrapers and nothing else, so that one bank can never break another or reach what it has no business with"
	whyWindow  = "a window calls core's verbs; what is behind them is not its business"
	whyHelp    = "a test helper builds on the rooms it helps to test"
	whySite    = "a replica of a bank's website is a server of its own and knows nothing of the program"
)

var rooms = []room{
	{path: "", may: []string{"*"}, uses: skills, why: "main wires everything"},

	{path: "core", may: []string{"scrapers"}, why: whyCore},
	{path: "core/outbound", may: []string{"core", "scrapers"}, uses: []skill{httpSkill}, why: whyClient},
	{path: "core/vault", may: []string{"core", "scrapers"}, why: whyClient},
	{path: "core/ipc", may: []string{"core", "scrapers"}, why: whyClient},
	{path: "core/logging", may: []string{"core", "scrapers"}, why: whyClient},
	{path: "core/wire", may: []string{"core", "scrapers"}, why: whyClient},
	{path: "core/cli", may: []string{"core", "core/ipc", "core/wire", "core/outbound/receiver", "scrapers"}, why: "the command line calls core's verbs, here or over core/ipc, and speaks core/wire"},
	{path: "core/outbound/receiver", uses: []skill{httpSkill}, why: "it stands for somebody else's system, so it knows nothing of ours"},
	{path: "core/coretest", may: []string{"core", "core/*", "scrapers"}, uses: skills, why: whyHelp, help: true},

	{path: "storage", may: []string{"core", "scrapers", "storage/migrations"}, uses: []skill{sqlSkill}, why: whyStorage},
	{path: "storage/migrations", why: "the schema is files, and knows nothing"},
	{path: "storage/storagetest", may: []string{"core", "core/*", "storage", "storage/*", "scrapers"}, uses: skills, why: whyHelp, help: true},

	{path: "scrapers", why: "the contract must stay easy to know: it stands on nothing of ours"},
	{path: "scrapers/browser", may: []string{"scrapers"}, uses: []skill{browserSkill, httpSkill}, why: "the browser serves the contract and knows nothing above it"},
	{path: "scrapers/recipe", may: []string{"scrapers"}, why: whyDriver},
	{path: "scrapers/demobank", may: []string{"scrapers"}, why: whyDriver},
	{path: "scrapers/itau", may: []string{"scrapers"}, why: whyDriver},
	{path: "scrapers/midinero", may: []string{"scrapers"}, why: whyDriver},
	{path: "scrapers/pichincha", may: []string{"scrapers"}, why: whyDriver},
	{path: "scrapers/all", may: []string{"scrapers", "scrapers/*"}, why: "it only gathers the banks"},
	{path: "scrapers/scrapertest", may: []string{"scrapers", "scrapers/browser"}, uses: skills, why: whyHelp, help: true},
	// A bank's website to try or to test against. Only main and tests start one.
	{path: "scrapers/demobank/site", uses: []skill{httpSkill}, why: whySite, help: true},

	{path: "gui", may: []string{"core", "scrapers", "gui/*", "icons"}, uses: []skill{windowSkill}, why: whyWindow},
	{path: "gui/model", may: []string{"core", "scrapers"}, why: "what the screens show and decide is plain Go, so that it can be tested without a screen", calm: true},
	{path: "gui/widgets", may: []string{"core", "scrapers", "gui/*", "icons"}, uses: []skill{windowSkill}, why: whyWindow},
	{path: "gui/look", may: []string{"icons"}, uses: []skill{windowSkill}, why: "colours and sizes know nothing of the program"},
	{path: "gui/export", may: []string{"core", "scrapers"}, why: "it writes files of what core lists", calm: true},
	{path: "gui/notify", why: "notifications know nothing of the program: what they say is handed in"},
	{path: "gui/autostart", why: "what starts at login is handed in"},
	{path: "gui/desktest", why: "a desktop for tests stands for somebody else's, so it knows nothing of ours", help: true},
	{path: "gui/lang", uses: []skill{windowSkill}, why: "texts know nothing of the program"},
	{path: "icons", uses: []skill{windowSkill}, why: "pictures know nothing of the program"},

	{path: "api", may: []string{"core", "core/wire"}, uses: []skill{httpSkill}, why: "the API is a thin translation of core's verbs"},
}

// TestHouse holds this tree to the walls and the other house rules.
func TestHouse(t *testing.T) {
	h, err := openHouse(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(h.packages) == 0 || len(h.texts) == 0 {
		t.Fatalf("nothing to check: %d packages, %d texts", len(h.packages), len(h.texts))
	}
	for _, rule := range houseRules {
		t.Run(strings.ReplaceAll(rule.name, " ", "-"), func(t *testing.T) {
			for _, complaint := range rule.check(h) {
				t.Error(complaint)
			}
		})
	}
}
