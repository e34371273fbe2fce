package gui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

func one(d *desk) { d.account("demobank", "Operating account") }

func TestAccountsAsDrawn(t *testing.T) {
	d := newDesk(t, demo)
	for _, text := range []string{
		"Operating account", "12 new", "Code", "Blocked", "Now", "Setup", "Retry", "Mi Dinero · stopped: wrong password",
		"The bank refused the password", "Show 1 archived", "Schedule running", "2 browsers", "Mode: pass through · v0.1.0",
	} {
		d.sees(text)
	}
	d.pick("Operating account")
	d.sees("Demo Bank · one-shot · every 20 min · last scrape 09:40 (4.1 s, 12 new)")
	d.pick("Payroll")
	d.sees("This account is not ready yet.")
	d.sees("Still missing: webhook address")
	d.pick("Client X – Itaú")
	d.sees("4 of 5")
	d.press("Show 1 archived")
	d.pick("Old till")
	d.sees("This account is archived.")
}

func TestNoAccounts(t *testing.T) {
	d := newDesk(t, nil)
	d.sees("No accounts yet")
	d.press("Add an account")
	d.sees("Choose a bank")
}

func TestSearch(t *testing.T) {
	d := newDesk(t, demo)
	s := d.app.shell.accounts
	test.Type(s.search, "itau sup")
	if len(s.rows) != 1 || s.rows[0].Name != "Suppliers" {
		t.Errorf("found %d accounts", len(s.rows))
	}
	test.Type(s.search, "zzz")
	d.sees("No account matches")
	s.search.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if len(s.rows) != 6 {
		t.Errorf("after Escape %d accounts", len(s.rows))
	}
}

func TestAddAccount(t *testing.T) {
	d := newDesk(t, one)
	d.app.addAccount()
	d.press("Add account")
	d.sees("Give the account a name.")
	d.sees("Choose the bank of this account.")
	d.choose("Itaú")
	d.typeInto("Collections")
	d.press("Add account")
	d.sees("“Collections” was added.")
	d.until("the new account's settings", func() bool {
		s := d.app.shell.accounts
		return s.detail != nil && s.detail.account.Name == "Collections" && s.detail.tabs.at == tabSettings
	})
	if len(d.app.modals) != 0 {
		t.Error("the dialog stays")
	}
	if a := d.find("Collections"); a.Bank != "itau" || a.State != model.Unfinished {
		t.Errorf("made %+v", a.Account)
	}
}

func TestRenameAndDelete(t *testing.T) {
	d := newDesk(t, one)
	d.app.renameAccount(d.find("Operating account"))
	d.typeInto("")
	d.press("Rename")
	d.sees("Give the account a name.")
	d.typeInto("Till")
	d.key(fyne.KeyReturn)
	d.sees("The account was renamed.")
	d.until("the new name", func() bool { return len(d.app.shell.accounts.rows) == 1 && d.app.shell.accounts.rows[0].Name == "Till" })

	d.app.deleteAccount(d.find("Till"))
	if !d.button("Delete account").Disabled() {
		t.Error("it can be deleted without its name")
	}
	d.typeInto("till")
	if !d.button("Delete account").Disabled() {
		t.Error("another name will do")
	}
	d.typeInto(" Till ")
	d.press("Delete account")
	d.sees("“Till” was deleted.")
	d.sees("No accounts yet")
}

func TestPauseAndArchive(t *testing.T) {
	d := newDesk(t, one)
	d.detail().setStatus(core.Paused)
	d.until("the pause", func() bool { return d.find("Operating account").State == model.Paused })
	d.sees("The account is paused")
	d.detail().setStatus(core.Active)
	d.until("the end of the pause", func() bool { return d.find("Operating account").State == model.Waiting })
	d.detail().archive()
	d.press("Archive")
	d.until("the archive", func() bool { return d.find("Operating account").State == model.Archived })
	d.sees("Show 1 archived")
	d.press("Bring back")
	d.until("its return", func() bool { return d.find("Operating account").State == model.Waiting })
}

func TestScrapeProgressAndCancel(t *testing.T) {
	d := newDesk(t, one)
	d.press("Scrape now")
	d.sees("Waiting for its turn")
	if !d.button("Scrape now").Disabled() {
		t.Error("it can be scraped twice at once")
	}
	run := d.find("Operating account").Live
	if run == nil {
		t.Fatal("no run was queued")
	}
	d.press("Cancel")
	d.until("the end of the run", func() bool { return d.find("Operating account").Live == nil })
	d.detail().tabs.open(tabRuns)
	d.sees("Cancelled")
}

func TestScrapeFails(t *testing.T) {
	d := newDesk(t, one)
	id := d.find("Operating account").ID
	if err := d.core.DeleteAccount(t.Context(), id, "Operating account", "somebody else"); err != nil {
		t.Fatal(err)
	}
	d.detail().scrapeNow()
	d.sees("The reading did not start")
	d.sees("It is no longer there.")
}

func TestRestartOfABlockedAccountAsksFirst(t *testing.T) {
	d := newDesk(t, func(d *desk) {
		a := d.account("midinero", "ACME")
		d.change(a.ID, func(a *core.Account) { a.Block = &core.Block{At: now, Kind: scrapers.InvalidCredentials} })
	})
	d.press("Restart scraping")
	d.sees("Restart scraping?")
	d.key(fyne.KeyEscape)
	if len(d.app.modals) != 0 || d.find("ACME").Live != nil {
		t.Error("Escape restarted it")
	}
	d.press("Restart scraping")
	d.press("Restart scraping")
	d.sees("Restarted: a login is on its way.")
	d.until("the end of the block", func() bool { return d.find("ACME").Block == nil && d.find("ACME").Live != nil })
}

// TestHintsAreSeen: what happens elsewhere is shown without being asked for.
func TestHintsAreSeen(t *testing.T) {
	d := newDesk(t, one)
	done := make(chan error, 1)
	go func() {
		_, err := d.core.CreateAccount(context.Background(), "itau", "From the command line", "cli")
		done <- err
	}()
	d.sees("From the command line")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestRunsOpenToTheirStages(t *testing.T) {
	d := newDesk(t, demo)
	d.pick("ACME marketplace USD")
	d.press("What happened")
	d.sees("Signing in")
	d.sees("Le quedan 2 intentos")
	runs := d.detail().runs
	runs.toggle(runs.page.Rows[0].ID)
	d.until("the closed run", func() bool { return !strings.Contains(strings.Join(d.texts(), "\n"), "Signing in") })
}

func TestManyRuns(t *testing.T) {
	d := newDesk(t, func(d *desk) {
		a := d.account("demobank", "Busy")
		for i := range runsAtOnce + 3 {
			d.finish(d.begin(a.ID, now.Add(time.Duration(i-100)*time.Minute), core.StageRead), time.Second, 0, "", "")
		}
	})
	d.detail().tabs.open(tabRuns)
	d.sees("Show 3 more")
	d.press("Show 3 more")
	d.until("all runs", func() bool { return len(d.detail().runs.page.Rows) == runsAtOnce+3 })
}

// draft is a tab that holds something not saved.
type draft struct{ still }

func (draft) Unsaved() bool { return true }

func TestUnsavedIsGuarded(t *testing.T) {
	d := newDesk(t, demo)
	d.app.views.settings = func(string) View { return draft{still{container.NewStack()}} }
	d.pick("Payroll")
	d.detail().tabs.open(tabSettings)
	for name, leave := range map[string]func(){
		"another tab":     func() { d.detail().tabs.open(tabRuns) },
		"another account": func() { d.app.shell.accounts.list.Select(0) },
		"another screen":  func() { d.app.goTo(atMovements) },
		"quit":            func() { d.app.askQuit() },
	} {
		leave()
		d.queue.drain()
		d.sees("Discard your changes?")
		d.key(fyne.KeyEscape)
		if d.detail().account.Name != "Payroll" || d.detail().tabs.at != tabSettings || d.app.shell.at != atAccounts || d.app.ended {
			t.Fatalf("%s left without an answer", name)
		}
	}
	d.app.shell.accounts.list.Select(0)
	d.press("Discard")
	if d.detail().account.Name == "Payroll" {
		t.Error("discarding does not go on")
	}
}

func TestLongNamesAndManyAccounts(t *testing.T) {
	d := newDesk(t, func(d *desk) {
		for range 200 {
			d.account("pichincha", strings.Repeat("Importadora y Exportadora del Sur ", 2)[:60])
		}
	})
	d.until("all accounts", func() bool { return len(d.app.shell.accounts.rows) == 200 })
	d.fits("200 accounts")
	d.picture("accounts-200-long.png")
}

// TestPassingOverTheList: neither the mouse on its way nor the focus opens another
// account; the arrows do, from the one that is open.
func TestPassingOverTheList(t *testing.T) {
	d := newDesk(t, demo)
	d.pick("Suppliers")
	screen := d.app.shell.accounts
	open := screen.chosen
	for _, o := range d.objects() {
		if row, ok := o.(desktop.Hoverable); ok && strings.HasSuffix(fmt.Sprintf("%T", o), "listItem") {
			row.MouseIn(&desktop.MouseEvent{})
		}
	}
	d.app.window.Canvas().Focus(screen.list)
	if screen.chosen != open {
		t.Fatalf("the mouse or the focus opened %q", screen.detail.account.Name)
	}
	at := screen.index()
	d.key(fyne.KeyUp)
	if screen.index() != at-1 {
		t.Errorf("Up went from row %d to row %d", at, screen.index())
	}
}
