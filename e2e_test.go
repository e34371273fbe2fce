package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/outbound/receiver"
	"reconbanker/scrapers"
	"reconbanker/scrapers/demobank/site"
)

// TestMainJob is the product in one test: a bank login in a real browser becomes
// durable rows and delivered webhooks, once each, and a refused password is sent
// exactly once.
func TestMainJob(t *testing.T) {
	d := openDesk(t)
	d.firstReading()
	d.nothingTwice()
	d.newPayment()
	d.wrongPassword()
	d.passwordChanged()
}

func (d *desk) firstReading() {
	t := d.t
	run := d.scrape()
	if run.Status != core.Succeeded {
		t.Fatalf("the first run: %+v", run)
	}
	credits := d.credits()
	stored := d.movements()
	if len(stored) != len(credits) || len(stored) == 0 {
		t.Fatalf("%d movements stored, the bank booked %d", len(stored), len(credits))
	}
	bodies := byMovement(t, d.hooks.Received())
	withSender := 0
	for _, m := range stored {
		truth, ok := credits[m.BankAccount+"/"+m.BankID]
		if !ok {
			t.Fatalf("the bank knows no %s/%s", m.BankAccount, m.BankID)
		}
		if m.Amount != (core.Money{Minor: truth.Cents, Currency: truth.Currency}) || m.Sender != truth.Sender || !m.BookedAt.Equal(truth.At) {
			t.Fatalf("stored %+v, the bank booked %+v", m, truth)
		}
		if m.Sender == "" {
			if len(bodies[m.ID]) > 0 || !m.NotifiedAt.IsZero() {
				t.Fatalf("a movement without a sender was sent: %+v", m)
			}
			continue
		}
		withSender++
		want := fmt.Sprintf(`{"id":%q,"amount":%s,"currency":%q,"name":%q,"received_at":%q,"tenant":"acme"}`,
			m.ID, decimal(truth.Cents), truth.Currency, truth.Sender, truth.At.UTC().Format("2006-01-02T15:04:05.000Z"))
		if got := bodies[m.ID]; len(got) != 1 || got[0] != want {
			t.Fatalf("webhook of %s:\n got %q\nwant %s", m.ID, got, want)
		}
		if m.NotifiedAt.IsZero() {
			t.Fatalf("a delivered movement is not marked: %+v", m)
		}
	}
	for _, w := range d.hooks.Received() {
		h := w.Header
		if h.Get("Content-Type") != "application/json" || h.Get("Authorization") != "Bearer hook-token-1" ||
			!strings.HasPrefix(h.Get("Webhook-Id"), "msg_") || h.Get("Webhook-Timestamp") == "" {
			t.Fatalf("headers %v", h)
		}
	}
	if run.New != len(stored) || run.Owed != withSender || len(d.hooks.Received()) != withSender {
		t.Fatalf("run %+v, %d stored, %d with a sender, %d received", run, len(stored), withSender, len(d.hooks.Received()))
	}
	if n := d.bank.Submits(d.user.User); n != 1 {
		t.Fatalf("the bank counted %d passwords", n)
	}
}

func byMovement(t *testing.T, hooks []receiver.Webhook) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, w := range hooks {
		var body struct{ ID string }
		must(t, json.Unmarshal(w.Body, &body))
		out[body.ID] = append(out[body.ID], string(w.Body))
	}
	return out
}

func (d *desk) nothingTwice() {
	before := len(d.hooks.Received())
	d.clock.advance(20 * time.Minute)
	must(d.t, d.Beat(d.t.Context()))
	runs, _, err := d.Runs(d.t.Context(), core.RunFilter{AccountID: d.account.ID, Limit: 1})
	must(d.t, err)
	run := d.wait(runs[0])
	if run.Trigger != core.BySchedule || run.Status != core.Succeeded || run.New != 0 || run.Owed != 0 || len(d.hooks.Received()) != before {
		d.t.Fatalf("the second run: %+v", run)
	}
}

func (d *desk) newPayment() {
	before := len(d.hooks.Received())
	_, err := d.bank.Post(d.bank.Accounts(d.user.User)[0], site.Movement{Cents: 245050, Sender: "ACME SA"})
	must(d.t, err)
	for range 2 {
		d.clock.advance(20 * time.Minute)
		if run := d.scrape(); run.Status != core.Succeeded {
			d.t.Fatalf("run %+v", run)
		}
	}
	got := d.hooks.Received()[before:]
	if len(got) != 1 || !strings.Contains(string(got[0].Body), `"amount":2450.50,"currency":"UYU","name":"ACME SA"`) {
		d.t.Fatalf("a new payment gave %d webhooks: %v", len(got), got)
	}
}

func (d *desk) wrongPassword() {
	t, ctx := d.t, d.t.Context()
	must(t, d.bank.SetPassword(d.user.User, "changed-at-the-bank"))
	sent := d.bank.Submits(d.user.User)
	if run := d.scrape(); run.Status != core.Failed || run.Kind != scrapers.InvalidCredentials || run.Said == "" {
		t.Fatalf("the run with a wrong password: %+v", run)
	}
	a, err := d.Account(ctx, d.account.ID)
	must(t, err)
	if a.Block == nil || a.Block.Reason == "" || strings.Contains(a.Block.Reason, d.user.Password) {
		t.Fatalf("block %+v", a.Block)
	}
	for range 20 {
		d.clock.advance(20 * time.Minute)
		must(t, d.Beat(ctx))
	}
	if live, _, err := d.Runs(ctx, core.RunFilter{AccountID: a.ID, Status: core.Queued, Limit: 1}); err != nil || len(live) > 0 {
		t.Fatalf("a blocked account was scheduled: %v %v", live, err)
	}
	if run := d.scrape(); run.Status != core.Skipped || run.Kind != core.Blocked {
		t.Fatalf("a manual scrape of a blocked account: %+v", run)
	}
	if got := d.bank.Submits(d.user.User) - sent; got != 1 {
		t.Fatalf("the refused password was sent %d times", got)
	}
}

func (d *desk) passwordChanged() {
	t := d.t
	_, err := d.SaveSettings(t.Context(), d.account.ID, d.input("changed-at-the-bank"), false, "test")
	must(t, err)
	if run := d.restart(); run.Status != core.Succeeded {
		t.Fatalf("after the restart: %+v", run)
	}
	a, err := d.Account(t.Context(), d.account.ID)
	must(t, err)
	if a.Block != nil || a.Health != (core.Health{}) || a.NextRunAt.IsZero() {
		t.Fatalf("a healed account %+v", a)
	}
}
