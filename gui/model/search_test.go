package model

import (
	"testing"

	"reconbanker/core"
)

func TestSearch(t *testing.T) {
	accounts := []Account{
		{Account: core.Account{Name: "Cobros Ñandú"}, BankName: "Itaú", State: Healthy},
		{Account: core.Account{Name: "ACME marketplace"}, BankName: "Mi Dinero", State: Blocked},
		{Account: core.Account{Name: "Old till"}, BankName: "Itaú", State: Archived},
	}
	for _, c := range []struct {
		text     string
		archived bool
		want     int
	}{
		{"", false, 2},
		{"", true, 3},
		{"   ", false, 2},
		{"ITAU", false, 2}, // archived ones are found when looked for
		{"nandu", false, 1},
		{"dinero acme", false, 1},
		{"acme itau", false, 0},
		{"till", false, 1},
	} {
		if got := len(Search(accounts, c.text, c.archived)); got != c.want {
			t.Errorf("%q, archived %v: %d accounts, want %d", c.text, c.archived, got, c.want)
		}
	}
}

func TestChanges(t *testing.T) {
	var c Changes
	if !c.Empty() || c.Has(core.RunsChanged) {
		t.Error("nothing is a change")
	}
	c.Add(core.Hint{Topic: core.RunsChanged, AccountID: "a"})
	if c.Empty() || !c.Has(core.RunsChanged) || c.Has(core.MovementsChanged) || !c.Of("a") || c.Of("b") || !c.Of("") {
		t.Errorf("%+v", c)
	}
	c.Join(Something(core.MovementsChanged, "b"))
	if !c.Has(core.MovementsChanged) || !c.Of("b") || c.All {
		t.Errorf("joined: %+v", c)
	}
	c.Add(core.Hint{Topic: core.ModeChanged})
	if !c.All || !c.Of("z") || !c.Has(core.DeliveriesChanged) {
		t.Error("a hint about all accounts is not one about each")
	}
}
