package core_test

import (
	"errors"
	"testing"

	"reconbanker/core"
	"reconbanker/core/coretest"
)

func TestDuplicateHasEverythingButTheLogin(t *testing.T) {
	w := coretest.NewWorld(t)
	a := w.Account(t, everything)
	made, err := w.Core.DuplicateAccount(t.Context(), a.ID, " Caja 2 ", "ana")
	if err != nil || made.Name != "Caja 2" || made.Bank != a.Bank || made.ID == a.ID || !made.NextRunAt.IsZero() {
		t.Fatal(made, err)
	}
	from, to := shown(t, w, a.ID, true), shown(t, w, made.ID, true)
	stored, err := w.Core.Settings(t.Context(), made.ID)
	if err != nil || stored.BankUsername != "" || stored.Stored[core.SecretPassword] || len(stored.BankAccounts) > 0 {
		t.Errorf("its login is %q, stored %v, numbers %v, %v", stored.BankUsername, stored.Stored, stored.BankAccounts, err)
	}
	if *to.WebhookURL != *from.WebhookURL || *to.Own.Schedule != *from.Own.Schedule || string(to.WebhookExtraFields) != string(from.WebhookExtraFields) {
		t.Errorf("copied %+v", to)
	}
	gaps, err := w.Core.Missing(t.Context(), made.ID)
	if err != nil || len(gaps) != 2 {
		t.Errorf("missing %v, %v", gaps, err)
	}
	w.Sender.Answers(always(200))
	if _, err := w.Core.SendTest(t.Context(), made.ID, to); err != nil {
		t.Fatal(err)
	}
	if out := w.Sender.Sent()[0].Out; out.Token != "dos" || len(out.Signing) != 1 {
		t.Errorf("its webhook is sent with token %q and %d signing secrets", out.Token, len(out.Signing))
	}
}

func TestDuplicateThatCannotBeMade(t *testing.T) {
	w := coretest.NewWorld(t)
	a := w.Account(t, everything)
	var invalid *core.InvalidError
	if _, err := w.Core.DuplicateAccount(t.Context(), a.ID, "", "ana"); !errors.As(err, &invalid) {
		t.Errorf("without a name: %v", err)
	}
	if _, err := w.Core.DuplicateAccount(t.Context(), "none", "Caja 2", "ana"); !errors.Is(err, core.ErrNotFound) {
		t.Errorf("of nothing: %v", err)
	}
	if accounts, err := w.Core.Accounts(t.Context()); err != nil || len(accounts) != 1 {
		t.Errorf("%d accounts, %v", len(accounts), err)
	}
}
