package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"reconbanker/core/outbound/receiver"
	"reconbanker/core/wire"
	"reconbanker/scrapers"
)

// day is a day at the desk: the real window on a screen of its own, a real browser,
// a bank and a customer's system on this machine. What was done is read from the
// program's store, the bank and the customer's system.
type day struct {
	*person
	hooks *receiver.Receiver
	bank  string // address of the demo bank that the program runs
}

const (
	demoAccount = "Demo account"
	demoUser    = "demo"
	// The words on a tab and on the rail are the same; their kinds differ.
	onTab  = "gui.tabTitle"
	onRail = "gui.railEntry"
)

func newDay(t *testing.T, env ...string) *day {
	t.Helper()
	hooks, err := receiver.Start("")
	must(t, err)
	t.Cleanup(func() { _ = hooks.Close() })
	return &day{person: newDesktop(t).sit(t.TempDir(), passphraseFile(t), env...), hooks: hooks}
}

// TestDay is a day with the mouse.
func TestDay(t *testing.T) {
	d := newDay(t)
	d.hands = mouse{d.person}
	d.goesBy()
}

// TestDayByKeyboard is the same day without a mouse. Its program checks, as Fyne can
// when it is not told that the program does, that nothing but Fyne's goroutine
// touches what is on screen.
func TestDayByKeyboard(t *testing.T) {
	d := newDay(t, checkedEnv+"=1")
	d.hands = keyboard{d.person}
	d.goesBy()
	if said := d.errs.String(); strings.Contains(said, "Error in Fyne call thread") {
		t.Fatal(said)
	}
}

func (d *day) goesBy() {
	d.firstRun()
	d.reading()
	d.filterAndExport()
	d.detailsAndResend()
	d.wrongPassword()
	d.mended()
	d.trayAndBack()
	d.quits()
}

func (d *day) firstRun() {
	d.sees("Which language do you read?")
	d.picture("first-run")
	d.choose("Continue")
	d.sees("What should Reconbanker do with each movement?")
	d.picture("mode")
	d.choose("Try with the demo bank")
	d.choose("Test login")
	d.sees("The login works")
	d.picture("login")
	d.choose("Continue")
	d.fill("Webhook address", d.hooks.URL)
	d.choose("Send a test")
	d.sees("200 OK")
	d.picture("system")
	d.choose("Finish")
	d.sees("No movements yet")
	d.knows()
}

// knows finds out where the demo bank is, once the account is ready.
func (d *day) knows() {
	var s wire.Settings
	must(d.desktop.t, d.ask(&s, "", "settings", "show", demoAccount))
	d.bank = s.Own.BankFields["address"]
	if d.bank == "" || s.WebhookURL == nil || *s.WebhookURL != d.hooks.URL {
		d.desktop.t.Fatalf("the first run left %+v", s)
	}
}

// submits is how many passwords the bank has counted.
func (d *day) submits() int {
	d.desktop.t.Helper()
	answer, err := http.Get(d.bank + "/control/state")
	must(d.desktop.t, err)
	defer answer.Body.Close()
	var state struct{ Submits map[string]int }
	must(d.desktop.t, json.NewDecoder(answer.Body).Decode(&state))
	return state.Submits[demoUser]
}

// changePassword changes the password at the bank, as people do on its website.
func (d *day) changePassword(to string) {
	d.desktop.t.Helper()
	body, err := json.Marshal(map[string]string{"user": demoUser, "password": to})
	must(d.desktop.t, err)
	answer, err := http.Post(d.bank+"/control/password", "application/json", bytes.NewReader(body))
	must(d.desktop.t, err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		d.desktop.t.Fatalf("the bank answers %s", answer.Status)
	}
}

// run waits for the account's newest run to be another than before, and to end.
func (d *day) run(before string) wire.Run {
	d.desktop.t.Helper()
	var run wire.Run
	d.until("the end of a run", func() bool {
		run = d.newestRun()
		return run.JobID != before && run.FinishedAt != nil
	})
	return run
}

func (d *day) newestRun() wire.Run {
	d.desktop.t.Helper()
	var runs []wire.Run
	must(d.desktop.t, d.ask(&runs, "", "runs", "--account", demoAccount, "--limit", "1"))
	if len(runs) == 0 {
		return wire.Run{}
	}
	return runs[0]
}

func (d *day) stored(args ...string) []wire.Movement {
	d.desktop.t.Helper()
	var rows []wire.Movement
	must(d.desktop.t, d.ask(&rows, "", append([]string{"movements", demoAccount, "--limit", "500"}, args...)...))
	return rows
}

func (d *day) reading() {
	t := d.desktop.t
	before, tests := d.newestRun().JobID, len(d.hooks.Received())
	d.choose("Scrape now")
	d.sees("Signing in")
	d.picture("working")
	run := d.run(before)
	if run.Status != "ok" || run.New == 0 || run.New != len(d.stored()) {
		t.Fatalf("the first reading: %+v with %d movements stored", run, len(d.stored()))
	}
	d.sees("Healthy", strconv.Itoa(run.New)+" movements", "All delivered")
	d.picture("movements")
	if got, altered := d.hooks.Distinct(); got-tests != run.Owed || altered != 0 {
		t.Fatalf("%d webhooks came, %d altered, of %d owed", got-tests, altered, run.Owed)
	}
}

// sender is one whose movement was sent, and whose name has keys of its own on
// every keyboard.
func (d *day) sender() string {
	foreign := func(r rune) bool { return r > unicode.MaxASCII }
	for _, m := range d.stored() {
		if m.SenderName != nil && m.NotifiedAt != nil && !strings.ContainsFunc(*m.SenderName, foreign) {
			return *m.SenderName
		}
	}
	d.desktop.t.Fatal("no movement was sent")
	return ""
}

func (d *day) filterAndExport() {
	t := d.desktop.t
	sender := d.sender()
	found := d.stored("--search", sender)
	d.fill("Search sender, reference, document…", sender)
	words := strconv.Itoa(len(found)) + " movements"
	if len(found) == 1 {
		words = "1 movement"
	}
	d.sees(words)
	d.picture("filtered")
	d.choose("Export")
	d.pick(1, "CSV, for any spreadsheet")
	d.picture("export")
	d.fill("File name", "march.csv")
	d.choose("Export")
	d.sees(" in march.csv.")
	file, err := os.ReadFile(filepath.Join(d.home, "Downloads", "march.csv"))
	must(t, err)
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff")))).ReadAll()
	must(t, err)
	if len(rows) != len(found)+1 {
		t.Fatalf("%d lines in the file, %d movements were found", len(rows), len(found))
	}
	d.picture("exported")
}

func (d *day) detailsAndResend() {
	sender := d.sender()
	d.row(sender)
	d.choose("Details")
	d.sees("As the bank shows it", "Try 1")
	d.picture("details")
	d.choose("Close")
	before := len(d.hooks.Received())
	d.choose("Resend webhook")
	d.sees("Your system has received this movement already.")
	d.picture("resend")
	d.choose("Resend webhook")
	d.until("one more webhook", func() bool { return len(d.hooks.Received()) > before })
	d.key("ctrl+f")
	d.write("")
}

const changed = "changed-at-the-bank"

func (d *day) wrongPassword() {
	t := d.desktop.t
	d.changePassword(changed)
	sent, before := d.submits(), d.newestRun().JobID
	d.choose("Scrape now")
	if run := d.run(before); run.Kind != string(scrapers.InvalidCredentials) {
		t.Fatalf("the run with a wrong password: %+v", run)
	}
	d.sees("The bank refused the password", "Blocked")
	d.picture("blocked")
	d.choose("What happened")
	d.sees("Wrong password")
	d.picture("what-happened")
	if n := d.submits() - sent; n != 1 {
		t.Fatalf("the wrong password was sent %d times", n)
	}
}

func (d *day) mended() {
	t := d.desktop.t
	sent, before := d.submits(), d.newestRun().JobID
	d.chooseA(onTab, "Settings")
	d.chooseA("gui.sectionEntry", "Bank login")
	d.choose("Replace")
	d.write(changed)
	d.picture("mending")
	d.choose("Save and restart")
	if run := d.run(before); run.Status != "ok" || run.New != 0 {
		t.Fatalf("the run after the restart: %+v", run)
	}
	d.sees("Healthy")
	d.waits("no banner", func(s scene) bool { return !s.has("The bank refused the password") })
	d.picture("mended")
	if n := d.submits() - sent; n != 1 {
		t.Fatalf("%d passwords were sent after the restart", n)
	}
}

func (d *day) trayAndBack() {
	t := d.desktop.t
	d.key("alt+F4")
	d.sees("Reconbanker keeps working")
	d.picture("closing")
	d.choose("Keep working")
	d.until("the window to go", func() bool { return !d.shown(d.win) })
	if len(d.stored()) == 0 {
		t.Fatal("nobody answers behind the tray")
	}
	second := d.start()
	out, err := second.CombinedOutput()
	if err != nil {
		t.Fatalf("a second start: %v: %s", err, out)
	}
	d.until("the window to come back", func() bool { return d.shown(d.win) && d.active(d.win) })
	d.picture("raised")
	d.key("alt+F4") // known by now: it goes without a word
	d.until("the window to go again", func() bool { return !d.shown(d.win) })
	d.tray.Click("Open Reconbanker")
	d.until("the window from the tray", func() bool { return d.shown(d.win) && d.active(d.win) })
}

func (d *day) quits() {
	d.tray.Click("Quit")
	if err := d.cmd.Wait(); err != nil {
		d.desktop.t.Fatalf("the program ended badly: %v", err)
	}
}
