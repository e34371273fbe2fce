package gui

import (
	"context"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
	"reconbanker/storage/storagetest"
)

// ledger fills the store with the runs of the demo and what the ledger has of them.
func ledger(d *desk) {
	demo(d)
	ctx := context.Background()
	all, err := d.store.Accounts(ctx)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, a := range all {
		if a.Name != "ACME marketplace USD" {
			continue
		}
		for i, outcome := range []core.AttemptOutcome{core.AttemptSucceeded, core.AttemptUnresolved, core.AttemptRefused} {
			t := core.Attempt{ID: storagetest.ID(), Bank: a.Bank, BankUser: "acme.ops", AccountID: a.ID, At: at(8, 0).Add(time.Duration(i-2) * time.Hour)}
			if err := d.store.BeginAttempt(ctx, t, func([]core.Attempt) error { return nil }); err != nil {
				d.t.Fatal(err)
			}
			if err := d.store.ResolveAttempt(ctx, t.ID, outcome, t.At.Add(time.Second)); err != nil {
				d.t.Fatal(err)
			}
		}
	}
}

func (d *desk) openActivity() *activity {
	d.t.Helper()
	d.app.goTo(atActivity)
	v, ok := d.app.shell.screens[atActivity].(*activity)
	if !ok {
		d.t.Fatal("there is no screen of runs")
	}
	d.until("the runs", func() bool {
		return v.pages.Known() && v.asked && (v.pages.Len() == 0 || v.detail.Run.ID != "" && v.detail.Run.ID == v.chosen)
	})
	return v
}

func (v *activity) pick(d *desk, kind scrapers.Kind, status core.RunStatus) {
	d.t.Helper()
	for i := range v.pages.Len() {
		if row, ok := v.pages.Peek(i); ok && row.Kind == kind && row.Status == status {
			v.table.Select(i)
			d.until("the run beside the table", func() bool { return v.detail.Run.ID == row.ID })
			return
		}
	}
	d.t.Fatalf("no run is %s %s", status, kind)
}

func TestActivityShowsWhatHappened(t *testing.T) {
	d := newScreens(t, ledger)
	v := d.openActivity()
	for _, text := range []string{"All 6", "OK 2", "Failed 2", "At work 2", "12 new"} {
		d.sees(text)
	}
	v.pick(d, scrapers.InvalidCredentials, core.Failed)
	for _, text := range []string{
		"ACME marketplace USD · 08:02", "Usuario o contraseña incorrectos.", "Signing in", "2 of 3 logins that may fail are spent", "1 left",
		"the bank refused it", "signed in, costs nothing", "no clear answer", "took 6.3\u00a0s",
	} {
		d.sees(text)
	}
	d.press("Copy diagnostic…")
	d.until("the preview", func() bool { return len(d.app.modals) == 1 })
	d.sees("kind: INVALID_CREDENTIALS")
	d.press("Copy")
	text := d.fyne.Clipboard().Content()
	for _, part := range []string{"kind: INVALID_CREDENTIALS", "budget=3", "reconbanker: 0.1.0", "bank: midinero"} {
		if !strings.Contains(text, part) {
			t.Errorf("the diagnostic lacks %q:\n%s", part, text)
		}
	}
	if strings.Contains(text, "ACME") || strings.Contains(text, "acme.ops") || strings.Contains(text, "Usuario") {
		t.Errorf("the diagnostic names somebody:\n%s", text)
	}
	d.press("Update password")
	d.until("the account's settings", func() bool {
		s := d.app.shell
		return s.at == atAccounts && s.accounts.detail != nil && s.accounts.detail.account.Name == "ACME marketplace USD" && s.accounts.detail.tabs.at == tabSettings
	})
}

func TestActivityIsFiltered(t *testing.T) {
	d := newScreens(t, ledger)
	v := d.openActivity()
	shown := func(n int) {
		t.Helper()
		d.until("the rows", func() bool { return v.asked && !v.top && v.pages.Len() == n && !v.pages.Loading() })
	}
	v.chips.OnChosen(string(model.WentWrong))
	shown(2)
	v.who.OnChosen(d.find("Operating account").ID)
	shown(1)
	d.sees("Failed 1")
	v.who.OnChosen(d.find("Payroll").ID)
	shown(0)
	d.sees("No run matches")
	d.press("Show all")
	shown(6)
}

func TestActivityCancelsARun(t *testing.T) {
	d := newScreens(t, func(d *desk) {
		a := d.account("demobank", "Operating account")
		if _, _, err := d.store.EnqueueRun(context.Background(), core.Run{AccountID: a.ID, Trigger: core.ByPerson, QueuedAt: now}); err != nil {
			d.t.Fatal(err)
		}
	})
	v := d.openActivity()
	d.press("Cancel run")
	d.until("the end of the run", func() bool { return v.detail.Run.Status == core.Canceled })
	d.sees("Cancelled 1")
}

func TestNoActivity(t *testing.T) {
	d := newScreens(t, nil)
	v := d.openActivity()
	d.sees("No runs yet")
	if !v.copy.Disabled() {
		t.Error("there is nothing to diagnose")
	}
}

func TestDrawActivity(t *testing.T) {
	drawn(t, "activity", ledger, func(d *desk) { d.openActivity().pick(d, scrapers.InvalidCredentials, core.Failed) })
	drawn(t, "activity-ok", ledger, func(d *desk) { d.openActivity().pick(d, "", core.Succeeded) })
	drawn(t, "activity-working", ledger, func(d *desk) { d.openActivity().pick(d, "", core.Running) })
	drawn(t, "activity-none", nil, func(d *desk) { d.openActivity() })
}
