package core_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

// event is one thing that happens to logins, people and sessions.
type event struct {
	Do   string
	Whom int
	Wait time.Duration
}

var events = rapid.Custom(func(t *rapid.T) event {
	return event{
		Do: rapid.SampledFrom([]string{
			"scrape", "scrape", "right", "right", "wrong", "cancel", "resend", "confirm", "wait", "wait", "signed out", "crash",
			"pause", "resume", "restart", "credentials", "test", "fail", "mend", "reboot", "kill run",
		}).Draw(t, "do"),
		Whom: rapid.IntRange(0, 3).Draw(t, "whom"),
		Wait: rapid.SampledFrom([]time.Duration{0, time.Second, 30 * time.Second, 2 * time.Minute, 6 * time.Minute, time.Hour}).Draw(t, "wait"),
	}
})

// machine is a World whose events are checked one by one, in a synctest bubble.
type machine struct {
	t        *testing.T
	w        *coretest.World
	accounts []core.Account
	passes   int
	seen     map[string]core.Assistance // requests as they were last
}

func newMachine(t *testing.T) *machine {
	m := &machine{t: t, w: coretest.NewWorld(t, func(cfg *core.Config) { cfg.Present = func() bool { return true } }), seen: map[string]core.Assistance{}}
	m.w.Bank.OnLogin(func(ctx context.Context, p scrapers.Page, cr scrapers.Credentials, ask scrapers.Ask) error {
		if cr.Username() == "u0" {
			return coretest.SignIn(ctx, p, cr, ask)
		}
		return asksFor("123456", sixDigits)(ctx, p, cr, ask)
	})
	for i := range 4 {
		m.accounts = append(m.accounts, m.w.Account(t, as(fmt.Sprint("u", i)), func(in *core.SettingsInput) {
			in.Own.Attended = new("always")
			if i != 0 {
				assisted(in)
			}
			if i%2 == 0 {
				persistent(in)
			}
		}))
	}
	m.w.Start(t)
	return m
}

// do makes an event happen; what it answers is not the matter here. It works in a
// synctest bubble.
func (m *machine) do(e event) {
	c, a, ctx := m.w.Core, m.accounts[e.Whom], m.t.Context()
	switch e.Do {
	case "scrape":
		_, _ = c.Scrape(ctx, a.ID, "ana")
	case "test":
		_, _ = c.TestLogin(ctx, a.ID, "ana")
	case "right":
		_ = c.SubmitCode(ctx, a.ID, "", []byte("123456"), "ana")
	case "wrong":
		_ = c.SubmitCode(ctx, a.ID, "", []byte("000000"), "ana")
	case "cancel":
		_ = c.CancelAssistance(ctx, a.ID, "", "ana")
	case "resend":
		_ = c.ResendCode(ctx, a.ID, "ana")
	case "confirm":
		_ = c.ConfirmFinished(ctx, a.ID, "", "ana")
	case "signed out":
		m.w.Bank.SignOut()
	case "crash":
		m.w.Browser.Crash()
	case "pause":
		_, _ = c.SetAccountStatus(ctx, a.ID, core.Paused, "ana")
	case "resume":
		_, _ = c.SetAccountStatus(ctx, a.ID, core.Active, "ana")
	case "restart":
		_, _ = c.Restart(ctx, a.ID, "ana")
	case "credentials":
		m.passes++
		s, err := c.Settings(ctx, a.ID)
		if err != nil {
			m.t.Fatal(err)
		}
		in := core.SettingsInput{
			WebhookURL: new(coretest.Hook), BankUsername: new(s.BankUsername), BankPassword: new(fmt.Sprint("clave ", m.passes)),
			SessionType: new(string(s.SessionType)), LoginMode: new(string(s.LoginMode)),
		}
		if _, err := c.SaveSettings(ctx, a.ID, in, false, "ana"); err != nil {
			m.t.Fatal(err)
		}
	case "fail":
		m.w.Bank.OnRead(func(context.Context, scrapers.Page, scrapers.Request) (scrapers.Statement, error) {
			return scrapers.Statement{}, scrapers.Fail(scrapers.LayoutChanged, "read", nil)
		})
	case "mend":
		m.w.Bank.OnRead(nil)
	case "kill run":
		for _, r := range runsOf(m.t, m.w, a.ID) {
			if r.Status.Live() {
				_ = c.CancelRun(ctx, r.ID, "ana")
			}
		}
	case "reboot":
		m.w.Stop(m.t)
		m.w.Reboot()
		m.w.Start(m.t)
	}
	time.Sleep(e.Wait)
	synctest.Wait()
}

// legal tells what is wrong now, if anything.
func (m *machine) legal() {
	settled(m.t, m.w, m.accounts)
	pending, err := m.w.Core.PendingAssistances(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	for _, r := range pending {
		m.seen[r.ID] = r
	}
	for id, was := range m.seen {
		now, err := m.w.Core.Assistance(m.t.Context(), id)
		switch {
		case err != nil:
			m.t.Errorf("request %s: %v", id, err)
		case was.State != core.AssistancePending && !reflect.DeepEqual(now, was):
			m.t.Errorf("an ended request changed: %+v, then %+v", was, now)
		case now.Attempts < was.Attempts || now.Attempts > now.Limit:
			m.t.Errorf("attempts went from %d to %d of %d", was.Attempts, now.Attempts, now.Limit)
		case (now.State == core.AssistancePending) != now.EndedAt.IsZero():
			m.t.Errorf("request %+v", now)
		}
		m.seen[id] = now
	}
	sessions, err := m.w.Core.Sessions(m.t.Context())
	if err != nil || len(sessions) != 2 {
		m.t.Fatalf("sessions %+v, %v", sessions, err)
	}
	for _, s := range sessions {
		a := mustAccount(m.t, m.w, s.AccountID)
		if s.State == core.SessionRunning && (a.Status != core.Active || a.Block != nil) && s.NextAt.Before(time.Now()) {
			m.t.Errorf("account %s %+v runs a session: %+v", a.Status, a.Block, s)
		}
	}
}

func TestAnyOrderOfEventsIsLegal(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		script := rapid.SliceOfN(events, 1, 25).Draw(rt, "events")
		failed := !t.Run("events", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMachine(t)
				for _, e := range script {
					m.do(e)
					m.legal()
				}
				m.w.Stop(t)
				m.legal()
				if pending, err := m.w.Core.PendingAssistances(t.Context()); err != nil || len(pending) > 0 {
					t.Errorf("ghosts: %+v, %v", pending, err)
				}
				if _, open, _ := m.w.Browser.Opened(); open != 0 {
					t.Errorf("%d tabs were left open", open)
				}
				for _, a := range m.w.Store.AllAttempts() {
					if a.Outcome == core.AttemptOpen {
						t.Errorf("an attempt was left open: %+v", a)
					}
				}
			})
		})
		if failed {
			rt.Fatalf("after %+v", script)
		}
	})
}
