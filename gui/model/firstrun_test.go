package model_test

import (
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/gui/model"
)

func TestFirstRunGoesOnWhereItStopped(t *testing.T) {
	missing := func(fields ...string) model.Account {
		a := model.Account{Session: core.OneShot}
		for _, f := range fields {
			a.Missing = append(a.Missing, core.FieldError{Field: f})
		}
		return a
	}
	entered := missing()
	entered.Last = &core.Run{}
	signedIn, refused, read := missing("webhook_url"), missing("webhook_url"), missing("webhook_url")
	signedIn.Last = &core.Run{Status: core.Succeeded}
	refused.Last = &core.Run{Status: core.Failed}
	read.LastReadAt = time.Unix(1, 0)
	archived := missing("webhook_url")
	archived.Status = core.Archived
	tests := []struct {
		name     string
		language bool
		mode     core.OperationMode
		accounts []model.Account
		at       model.FirstStep
		wanted   bool
	}{
		{"nothing", false, "", nil, model.AskLanguage, true},
		{"a language", true, "", nil, model.AskMode, true},
		{"a mode", false, core.Reconcile, nil, model.AskAccount, true},
		{"an account without settings", true, core.Reconcile, []model.Account{{Missing: missing("webhook_url").Missing}}, model.AskAccount, true},
		{"no password", true, core.Reconcile, []model.Account{missing("bank_password", "webhook_url")}, model.AskAccount, true},
		{"no field of the bank", true, core.Reconcile, []model.Account{missing("company")}, model.AskAccount, true},
		{"no webhook", true, core.Reconcile, []model.Account{missing("webhook_url")}, model.AskLogin, true},
		{"a login that works", true, core.Reconcile, []model.Account{signedIn}, model.AskSystem, true},
		{"a login that was refused", true, core.Reconcile, []model.Account{refused}, model.AskLogin, true},
		{"in use, and unfinished since", true, core.Reconcile, []model.Account{read}, model.AskAccount, false},
		{"never entered", true, core.Reconcile, []model.Account{missing()}, model.AskLogin, false},
		{"entered", true, core.Reconcile, []model.Account{entered}, model.AskAccount, false},
		{"archived", true, core.Reconcile, []model.Account{archived}, model.AskAccount, true},
		{"accounts and no mode", true, "", []model.Account{entered}, model.AskMode, true},
	}
	for _, tt := range tests {
		over := model.Overview{Mode: tt.mode, Accounts: tt.accounts}
		if got := model.FirstRunOf(over, tt.language).At(); got != tt.at {
			t.Errorf("%s: goes on at %d, not %d", tt.name, got, tt.at)
		}
		if got := model.FirstRunWanted(over); got != tt.wanted {
			t.Errorf("%s: wanted %t", tt.name, got)
		}
	}
}
