package gui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
)

// deeds is the demo with one line of everything that can be done.
func deeds(d *desk) {
	demo(d)
	accounts, err := d.store.Accounts(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	details := map[core.Action]string{
		core.ActSetMode: string(core.Reconcile), core.ActRestart: "INVALID_CREDENTIALS", core.ActSettle: "ORD-1042",
		core.ActCreateKey: "SMS relay", core.ActAPIOn: "127.0.0.1:8080", core.ActRenameAccount: "Operating account",
	}
	for i, action := range core.Actions() {
		by := core.Audit{At: now.Add(time.Duration(i-100) * time.Minute), Actor: "ana", Action: action, Detail: details[action]}
		if strings.HasPrefix(string(action), "account.") || action == core.ActSettle {
			by.AccountID = accounts[i%len(accounts)].ID
		}
		if action == core.ActDeleteAccount {
			by.AccountID, by.Detail = "01999999-0000-7000-8000-000000000000", "Old account"
		}
		if err := d.store.SetSchedulePaused(context.Background(), i%2 == 0, by); err != nil {
			d.t.Fatal(err)
		}
	}
	if err := d.store.SetSchedulePaused(context.Background(), false, core.Audit{}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) showDid() {
	d.app.showDid(look.NewButton("", nil))
	d.until("the list", func() bool { return len(d.app.modals) > 0 })
}

func TestWhoDidWhat(t *testing.T) {
	d := newDesk(t, func(d *desk) {
		deeds(d)
		for i := range didAtOnce {
			by := core.Audit{At: now, Actor: "SMS relay", Action: core.ActSubmitCode, Detail: fmt.Sprint(i)}
			if err := d.store.SetSchedulePaused(context.Background(), i%2 == 0, by); err != nil {
				t.Fatal(err)
			}
		}
	})
	d.openSettings()
	d.press("Show")
	d.until("the list", func() bool { return len(d.app.modals) > 0 })
	d.sees("Code entered")
	if all := strings.Join(d.texts(), "\n"); strings.Contains(all, "Backup restored") {
		t.Error("more than the newest lines are shown at once")
	}
	d.press("Show older")
	d.sees("Backup restored")
	all := strings.Join(d.texts(), "\n")
	for _, want := range []string{"reconcile", "ORD-1042", "SMS relay", "Old account", "127.0.0.1:8080", lang.Failure("INVALID_CREDENTIALS").Short} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not there", want)
		}
	}
	d.press("Close")
	if len(d.app.modals) != 0 {
		t.Error("it does not close")
	}
}

// Everything that can be done has words in every language.
func TestEveryActionHasWords(t *testing.T) {
	defer lang.Use(lang.Current())
	for _, code := range lang.Codes {
		lang.Use(code)
		for _, action := range core.Actions() {
			if words := didWords(action); words == string(action) {
				t.Errorf("%s has no words for %s", code, action)
			}
		}
	}
}
