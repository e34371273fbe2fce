package gui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

// TestDrawCodes lays out the window of the codes, whatever it shows, in both looks
// and every language.
func TestDrawCodes(t *testing.T) {
	t.Cleanup(func() { lang.Use("") })
	as := func(kind scrapers.QuestionKind, length int) func(*core.Assistance) {
		return func(a *core.Assistance) {
			a.Kind, a.Length, a.Target, a.Attempts = kind, length, "098 *** 123", 1
			a.ExpiresAt = a.AskedAt.Add(3*time.Minute + 12*time.Second)
		}
	}
	ended := func(state core.AssistanceState, reason scrapers.Kind) func(*core.Assistance) {
		return func(a *core.Assistance) { a.State, a.Reason = state, reason }
	}
	for name, s := range map[string]struct {
		change func(*core.Assistance)
		after  func(*core.Assistance) // once it is on screen
		more   bool                   // another account asks, too
	}{
		"asked":    {change: as(scrapers.Numeric, 6)},
		"several":  {change: as(scrapers.Numeric, 6), more: true},
		"unknown":  {change: as(scrapers.Alphanumeric, 0)},
		"letters":  {change: as(scrapers.Alphanumeric, 7)},
		"long":     {change: as(scrapers.Alphanumeric, 16)},
		"totp":     {change: as(scrapers.TOTP, 6)},
		"approve":  {change: as(scrapers.Approve, 0)},
		"finish":   {change: as(scrapers.Finish, 0)},
		"checking": {change: as(scrapers.Numeric, 6), after: func(a *core.Assistance) { a.Submitted = true }},
		"accepted": {change: as(scrapers.Numeric, 6), after: ended(core.AssistanceFulfilled, ""), more: true},
		"refused":  {change: as(scrapers.Numeric, 6), after: ended(core.AssistanceCancelled, scrapers.OTPRejected)},
		"late":     {change: as(scrapers.Numeric, 6), after: ended(core.AssistanceExpired, scrapers.OTPTimeout)},
		"ended":    {change: as(scrapers.Numeric, 6), after: ended(core.AssistanceCancelled, scrapers.BrowserCrashed)},
	} {
		t.Run(name, func(t *testing.T) {
			d := newAskDesk(t)
			id := d.ask("Collections Ecuador", s.change)
			d.until("the window", func() bool { return d.app.codes.on })
			if s.more {
				d.ask("Operating account", func(a *core.Assistance) { a.CreatedAt = a.CreatedAt.Add(time.Second) })
				d.until("the other", func() bool { return len(d.app.codes.turns.All()) == 2 })
			}
			if s.after != nil {
				d.turn("Collections Ecuador", s.after)
				d.until("what follows", func() bool { return d.app.codes.turns.Find(id).Stand() != model.Waits })
			}
			for _, appearance := range []look.Appearance{look.Light, look.Dark} {
				for _, code := range lang.Codes {
					d.app.setAppearance(appearance)
					d.app.setLanguage(code)
					d.queue.drain()
					if name == "asked" || name == "several" {
						d.types("481")
					}
					where := fmt.Sprintf("codes-%s-%s-%s", name, appearance, code)
					d.fit(where, d.app.codes.window, d.inside())
					d.draw(d.app.codes.window, where+".png")
				}
			}
		})
	}
}

// TestRunsShowTheLedger: what the bank user has spent today stands above the runs.
func TestRunsShowTheLedger(t *testing.T) {
	d := newDesk(t, ledger)
	d.pick("ACME marketplace USD")
	d.detail().tabs.open(tabRuns)
	d.sees("Logins of this bank user today")
	d.sees("of 3 logins that may fail")
	d.pick("Suppliers")
	d.detail().tabs.open(tabRuns)
	d.until("another bank user's", func() bool {
		return !strings.Contains(strings.Join(d.texts(), "|"), "ACME marketplace USD · the bank refused it")
	})
}

func TestSessionWords(t *testing.T) {
	at := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
	for want, s := range map[string]core.Session{
		"signing in":                             {State: core.SessionStarting},
		"signed in since 09:20":                  {State: core.SessionRunning, Since: at(-30)},
		"signed in since 09:20, last look 09:49": {State: core.SessionRunning, Since: at(-30), LastPollAt: at(-1)},
		"waits for a person":                     {State: core.SessionWaiting},
		"waits for a person until 10:50":         {State: core.SessionWaiting, NextAt: at(60)},
		"begins again soon":                      {State: core.SessionRelaunching},
		"begins again at 10:00":                  {State: core.SessionRelaunching, NextAt: at(10)},
		"not signed in":                          {State: core.SessionStopped, Reason: core.Blocked},
	} {
		if got := sessionWords(s, now); got != want {
			t.Errorf("%s reads %q, want %q", s.State, got, want)
		}
	}
	keeps := core.Session{State: core.SessionRunning, Since: at(-30)}
	a := model.Account{BankName: "Demo Bank", State: model.Healthy, Session: core.Persistent, Keeps: &keeps, Plan: model.Plan{Every: time.Minute}}
	if got := subtitle(a, now); got != "Demo Bank · persistent · signed in since 09:20" {
		t.Errorf("the account's line is %q", got)
	}
}
