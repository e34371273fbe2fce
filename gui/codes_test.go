package gui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/model"
	"reconbanker/gui/notify"
	"reconbanker/icons"
	"reconbanker/scrapers"
)

// TestCodeFromPopUpToAcceptance is the whole way of one code, with a refused one
// before it.
func TestCodeFromPopUpToAcceptance(t *testing.T) {
	d := newAskDesk(t)
	id := d.ask("Collections Ecuador", func(a *core.Assistance) { a.Target = "*** 123" })
	d.reads("Code for Collections Ecuador")
	d.reads("Banco Pichincha Empresas sent a 6-digit code to *** 123, to log in.")
	d.reads("Attempt 1 of 3.")
	d.reads("Expires in 05:00")
	d.time.advance(108 * time.Second)
	d.app.codes.count()
	d.reads("Expires in 03:12")
	d.types("48a1 73")
	if got := d.boxes().Code(); got != "48173" || len(d.given()) != 0 {
		t.Fatalf("%q is typed, given %v", got, d.given())
	}
	d.types("9") // the last box: it goes off by itself
	d.gives("481739 " + id)
	d.reads("The bank is checking the code…")

	d.turn("Collections Ecuador", func(a *core.Assistance) {
		a.Attempts, a.Submitted, a.AskedAt = 1, false, a.AskedAt.Add(time.Minute)
	})
	d.reads("Attempt 2 of 3 — the last code was not accepted.")
	if got := d.boxes().Code(); got != "" {
		t.Errorf("the refused code %q is still there", got)
	}
	d.boxes().Paste(" 220 011 ")
	d.queue.drain()
	d.gives("220011 " + id)
	d.end("Collections Ecuador", core.AssistanceFulfilled, "")
	d.reads("Accepted The bank accepted it, and Collections Ecuador is being read.")
	d.does("Close")
	if d.app.codes.on {
		t.Error("the window stays")
	}
}

func TestCodeOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		state  core.AssistanceState
		reason scrapers.Kind
		want   string
	}{
		"last code refused": {core.AssistanceCancelled, scrapers.OTPRejected, "Not accepted The bank refused the last code"},
		"too late":          {core.AssistanceExpired, scrapers.OTPTimeout, "Too late Nobody gave the code in time"},
		"crashed":           {core.AssistanceCancelled, scrapers.BrowserCrashed, "The login ended"},
		"another desk":      {core.AssistanceFulfilled, "", "Somebody at another desk was faster."},
	} {
		t.Run(name, func(t *testing.T) {
			d := newAskDesk(t)
			d.ask("Operating account")
			d.reads("Code for Operating account")
			d.end("Operating account", c.state, c.reason)
			d.reads(c.want)
			if c.state == core.AssistanceFulfilled {
				return
			}
			d.does("Log in again")
			d.until("another login", func() bool { return d.find("Operating account").Live != nil })
			d.until("an end of the window", func() bool { return !d.app.codes.on })
		})
	}
}

// TestAnotherDeskWasFirst: the code of this desk comes too late, and the person is
// told what became of the login.
func TestAnotherDeskWasFirst(t *testing.T) {
	d := newAskDesk(t)
	d.ask("Operating account")
	d.reads("Code for")
	d.turn("Operating account", func(a *core.Assistance) { a.Submitted = true })
	d.reads("A code was given at another desk.")
	d.turn("Operating account", func(a *core.Assistance) { a.Submitted = false; a.Attempts++ })
	d.reads("Attempt 2 of 3")
	d.asks.refuse = core.ErrNoPending
	d.types("123456")
	d.reads("This login no longer waits for a code.")
	d.end("Operating account", core.AssistanceFulfilled, "")
	d.reads("Somebody at another desk was faster.")
}

func TestCodeProblems(t *testing.T) {
	d := newAskDesk(t)
	id := d.ask("Operating account")
	d.reads("Code for")
	for want, err := range map[string]error{
		"Too many codes in a short time. Try again in 03:20.": &core.TooManyError{RetryAfter: 200 * time.Second},
		"The code was not sent. code is too odd":              core.Invalid("code", "code is too odd"),
	} {
		d.asks.mu.Lock()
		d.asks.refuse = err
		d.asks.mu.Unlock()
		d.boxes().Clear()
		d.types("123456")
		d.reads(want)
		if d.boxes().Disabled() {
			t.Error("the code cannot be typed again")
		}
	}
	d.boxes().Clear()
	if strings.Contains(d.says(), "odd") {
		t.Error("the problem stays while another code is typed")
	}
	d.types("654321")
	d.gives("654321 " + id)
}

func TestNewCodeFromTheBank(t *testing.T) {
	d := newAskDesk(t)
	d.ask("Operating account")
	d.reads("Ask the bank for a new code")
	d.asks.refuse = core.ErrConflict
	d.does("Ask the bank for a new code")
	d.reads("No new code was asked for.")
	d.does("Ask the bank for a new code")
	d.reads("The bank was asked for a new code.")
	if d.asks.resends != 1 {
		t.Errorf("asked %d times", d.asks.resends)
	}
	d.turn("Operating account", func(a *core.Assistance) { a.CanResend = false; a.AskedAt = a.AskedAt.Add(time.Second) })
	d.until("the end of what the bank gives", func() bool { return !strings.Contains(d.says(), "Ask the bank") })
}

func TestCancelLogin(t *testing.T) {
	d := newAskDesk(t)
	id := d.ask("Operating account")
	d.reads("Code for")
	d.does("Cancel login")
	d.gives("cancel " + id)
	d.end("Operating account", core.AssistanceCancelled, scrapers.Cancelled)
	d.reads("The login ended")
}

// TestKindsOfCodes: what is asked decides what is typed, and whether anything is.
func TestKindsOfCodes(t *testing.T) {
	d := newAskDesk(t)
	id := d.ask("Operating account", func(a *core.Assistance) { a.Kind, a.Length = scrapers.Alphanumeric, 0 })
	d.reads("sent a code to log in.")
	d.types("ab-12X")
	d.does("Submit code")
	d.gives("ab12X " + id)
	kind := func(kind scrapers.QuestionKind, length int) {
		d.turn("Operating account", func(a *core.Assistance) {
			a.Kind, a.Length, a.Submitted, a.CanResend = kind, length, false, false
			a.AskedAt = a.AskedAt.Add(time.Second)
		})
	}
	kind(scrapers.Alphanumeric, 8)
	d.reads("a code of 8 characters")
	kind(scrapers.TOTP, 6)
	d.reads("Type the code that your authenticator shows for Demo Bank.")
	d.types("000000")
	d.gives("000000 " + id)
	kind(scrapers.Approve, 0)
	d.reads("Approve the login of Operating account")
	d.reads("Open the app of Demo Bank on your phone")
	if d.app.codes.window.Canvas().Focused() != nil {
		t.Error("a key meant for another window would approve a login")
	}
	d.does("I have approved it")
	d.gives("done " + id)
	d.reads("Waiting for the bank…")
	kind(scrapers.Finish, 0)
	d.reads("Finish the login of Operating account")
	d.does("I have finished")
}

// TestSeveralAsk: each account has its own request, none is lost, and typing for
// one is not disturbed by another.
func TestSeveralAsk(t *testing.T) {
	d := newAskDesk(t)
	d.ask("Collections Ecuador")
	d.reads("Code for Collections Ecuador")
	d.types("12")
	d.time.advance(time.Minute)
	second := d.ask("Operating account")
	d.reads("2 logins wait for you")
	d.reads("Operating account · Demo Bank")
	if got := d.boxes().Code(); got != "12" {
		t.Errorf("another request made %q of what was typed", got)
	}
	d.types("3456")
	d.reads("The bank is checking the code…")
	d.end("Collections Ecuador", core.AssistanceFulfilled, "")
	d.reads("Accepted")
	d.does("Next: Operating account")
	d.reads("Code for Operating account")
	d.types("777777")
	d.gives("777777 " + second)
	d.ask("Suppliers")
	d.reads("2 logins wait for you")
	for _, o := range d.inside() {
		if row, ok := o.(*rowButton); ok {
			row.tapped()
		}
	}
	d.reads("Code for Suppliers") // the last row was pressed
	d.app.codes.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if d.app.codes.on {
		t.Error("Escape does not put it off")
	}
}

// TestLaterLosesNothing: what was put off is found in the tray, in the list, in the
// banner and in its notification.
func TestLaterLosesNothing(t *testing.T) {
	d := newAskDesk(t, hosted)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	tray := &trayApp{App: d.fyne, d: d.desk}
	d.app.fyne = tray
	d.app.tray = newTray(d.app)
	d.app.vanish()
	d.ask("Collections Ecuador")
	d.reads("Code for Collections Ecuador") // though the main window is hidden
	if tray.icon != icons.TrayAttention || !tray.has("Enter code for Collections Ecuador") {
		t.Errorf("the tray shows %v with %v", tray.icon, tray.menu.Items)
	}
	d.does("Later")
	if d.app.codes.on || !d.app.hidden {
		t.Error("the window of the codes stays, or the main one came")
	}
	tray.tap("Enter code for Collections Ecuador")
	d.reads("Code for Collections Ecuador")
	d.does("Later")
	d.app.raise()
	d.pick("Collections Ecuador")
	d.sees("Banco Pichincha Empresas waits for a code")
	d.sees("Without it the login ends in 05:00.")
	d.sees("a code 05:00")
	d.time.advance(30 * time.Second)
	d.app.codes.count()
	d.sees("Without it the login ends in 04:30.")
	d.sees("a code 04:30")
	d.press("Enter code")
	d.reads("Expires in 04:30")
	d.does("Later")
	d.end("Collections Ecuador", core.AssistanceFulfilled, "")
	d.until("a tray without it", func() bool { return !tray.has("Enter code for Collections Ecuador") })
	if d.app.codes.on || len(d.notes.up) != 0 || tray.icon == icons.TrayAttention {
		t.Error("an answered request is still shown")
	}
	d.app.codes.openAccount(d.ids["Collections Ecuador"]) // an old entry of a slow tray
	if d.app.codes.on {
		t.Error("a window without a question")
	}
}

// TestKeysForAnotherWindow: a window that comes up by itself takes nothing that
// was being typed, until the person has paused or turned to it.
func TestKeysForAnotherWindow(t *testing.T) {
	d := newAskDesk(t)
	d.ask("Operating account")
	d.until("the window", func() bool { return d.app.codes.on })
	for _, r := range "1234567" {
		d.time.advance(200 * time.Millisecond)
		d.keys(string(r))
	}
	if got := d.boxes().Code(); got != "" || len(d.given()) != 0 {
		t.Fatalf("%q was taken, %v given", got, d.given())
	}
	d.time.advance(2 * time.Second)
	d.keys("1")
	if d.boxes().Code() != "1" {
		t.Error("after a pause nothing is taken")
	}
	d.does("Later")
	d.ask("Suppliers")
	d.until("the window", func() bool { return d.app.codes.on })
	test.Tap(d.boxes())
	d.keys("5")
	if d.boxes().Code() != "5" {
		t.Error("the person turned to the boxes, and nothing is taken")
	}
}

func TestCodesInEveryLanguage(t *testing.T) {
	t.Cleanup(func() { lang.Use("") })
	d := newAskDesk(t)
	d.ask("Operating account")
	d.reads("Expires in 05:00")
	for code, words := range map[string]string{"es": "Vence en 05:00", "pt": "Expira em 05:00"} {
		d.app.setLanguage(code)
		d.reads(words)
	}
}

// TestNotices: every request and every block is told once, in our words, and taken
// back when it is over.
func TestNotices(t *testing.T) {
	d := newAskDesk(t)
	last := func() string {
		d.notes.mu.Lock()
		defer d.notes.mu.Unlock()
		n := d.notes.shown[len(d.notes.shown)-1]
		return n.Title + " | " + n.Body
	}
	d.ask("Operating account")
	d.until("a notification", func() bool { return len(d.notes.up) == 1 })
	if got := last(); got != "Code needed: Operating account | Demo Bank waits for a code until 09:55." {
		t.Errorf("it says %s", got)
	}
	note := d.notes.shown[0]
	if !note.Urgent || len(note.Actions) != 2 || note.Actions[1].Words != "Enter code" {
		t.Errorf("its buttons are %+v", note.Actions)
	}
	d.reads("Code for")
	d.does("Later")
	d.notes.pressed(note.Key, note.Actions[1].ID)
	d.reads("Code for Operating account")
	d.types("111111")
	d.until("nothing to do", func() bool { return len(d.notes.up) == 0 })
	d.does("Later")
	d.turn("Operating account", func(a *core.Assistance) { a.Submitted = false; a.Attempts++ })
	d.until("another notification", func() bool { return len(d.notes.up) == 1 })
	if got := last(); !strings.Contains(got, "did not accept the last code") {
		t.Errorf("it says %s", got)
	}
	d.end("Operating account", core.AssistanceCancelled, scrapers.OTPRejected)
	d.until("no notification", func() bool { return len(d.notes.up) == 0 })

	id := d.ids["Suppliers"]
	stop := func(block *core.Block) {
		d.change(id, func(a *core.Account) { a.Block = block })
		d.app.touch(model.Everything())
	}
	stop(&core.Block{At: now, Kind: scrapers.InvalidCredentials, Reason: "words of the bank"})
	d.until("the block", func() bool { return len(d.notes.up) == 1 })
	if got := last(); got != "Stopped: Suppliers | Itaú: wrong password. It is not entered again until you restart it." {
		t.Errorf("it says %s", got)
	}
	shown := len(d.notes.shown)
	d.app.vanish()
	d.notes.pressed("stopped/"+id, "show")
	d.until("the account", func() bool { return !d.app.hidden && d.app.shell.accounts.chosen == id })
	stop(nil)
	d.until("no notification", func() bool { return len(d.notes.up) == 0 })
	if len(d.notes.shown) != shown {
		t.Error("it was told again")
	}
}

func TestOldBlocksAreNotNews(t *testing.T) {
	d := newDesk(t, demo)
	d.app.touch(model.Everything())
	d.until("the reading", func() bool { return len(d.app.over.Accounts) > 0 && d.app.notices.begun })
	if slices.ContainsFunc(d.notes.shown, func(n notify.Note) bool { return strings.HasPrefix(n.Key, noteStopped) }) {
		t.Errorf("told of %v", d.notes.shown)
	}
	d.app.notices.close()
	if !d.notes.closed {
		t.Error("the desktop is still held")
	}
}
