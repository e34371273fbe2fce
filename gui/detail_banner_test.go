package gui

import (
	"testing"

	"reconbanker/core"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

// TestBannerLeadsToTheBankLogin: after a refused password the settings open where
// the new one is entered, wherever they were scrolled to.
func TestBannerLeadsToTheBankLogin(t *testing.T) {
	e := newEditing(t, core.Passthrough, blocked)
	e.settled()
	e.form().open(model.InNotices)
	e.settled()
	if e.form().scroll.Offset.Y == 0 {
		t.Fatal("the form did not scroll")
	}
	for _, from := range []int{tabSettings, tabRuns} {
		e.form().open(model.InNotices)
		e.app.shell.accounts.detail.tabs.open(from)
		e.press("Update password")
		if d := e.app.shell.accounts.detail; d.tabs.at != tabSettings {
			t.Fatalf("from tab %d it leads to tab %d", from, d.tabs.at)
		}
		e.settled()
		if v := e.form(); v.at != model.InLogin || v.scroll.Offset.Y > v.cards[model.InLogin].Position().Y {
			t.Errorf("from tab %d: section %d, scrolled to %v", from, v.at, v.scroll.Offset.Y)
		}
	}
}

func TestBannerLeadsToWhatIsMissing(t *testing.T) {
	e := newEditing(t, core.Passthrough, unfinished)
	e.typeIn("company", "4711")
	e.typeIn("bank_username", "ana")
	e.typeIn("bank_password", "Canario-7431")
	e.press("Save as draft")
	e.sees("Saved as a draft.")
	e.settled()
	e.form().open(model.InDeletion)
	e.press("Open settings")
	if v := e.form(); v.at != model.InWebhook {
		t.Errorf("it leads to section %d", v.at)
	}
}

func TestBannerOffersAPasswordWhereOneHelps(t *testing.T) {
	for kind, want := range map[scrapers.Kind]bool{
		scrapers.InvalidCredentials: true, scrapers.PasswordChange: true, core.RefusedBefore: true, scrapers.AccountLocked: false,
	} {
		d := newDesk(t, func(d *desk) {
			d.account("itau", "Operating account", func(a *core.Account) {
				a.Block = &core.Block{At: now, Kind: kind, Reason: "refused", Credentials: 1}
			})
		})
		d.pick("Operating account")
		if banner := d.detail().banner; banner.second.Visible() != want || banner.button.Text != "What happened" {
			t.Errorf("%s: a password is offered %t", kind, banner.second.Visible())
		}
	}
}
