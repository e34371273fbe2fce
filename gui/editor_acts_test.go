package gui

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

func ready(d *desk) core.Account { return filled(d, "itau", "Operating account") }

func (e *editing) stored() core.Settings {
	e.t.Helper()
	s, err := e.core.Settings(context.Background(), e.id)
	if err != nil {
		e.t.Fatal(err)
	}
	return s
}

// secret opens a stored secret, as a run would.
func (e *editing) secret(field string) string {
	e.t.Helper()
	ctx := context.Background()
	sealed, err := e.store.Secret(ctx, e.id, field)
	if err != nil {
		e.t.Fatal(err)
	}
	plain, err := e.vault.Open(ctx, core.Scope{Table: "secret", Row: e.id, Field: field}, sealed)
	if err != nil {
		e.t.Fatal(err)
	}
	return string(plain)
}

func TestEditorSavesAndKeepsSecrets(t *testing.T) {
	e := newEditing(t, core.Passthrough, ready)
	if e.button("Save").Disabled() == false {
		t.Error("there is something to save before anything was changed")
	}
	version := e.stored().CredentialsVersion
	e.typeIn("webhook_url", "https://new.acme.example/hook")
	e.sees("Not saved yet.")
	e.press("Save")
	e.sees("The settings were saved.")
	if s := e.stored(); s.WebhookURL != "https://new.acme.example/hook" || s.CredentialsVersion != version {
		t.Errorf("stored %s, credentials %d after %d", s.WebhookURL, s.CredentialsVersion, version)
	}
	if password, token := e.secret(core.SecretPassword), e.secret(core.SecretWebhookToken); password != "Canario-7431" || token != "token-1" {
		t.Errorf("the secrets became %q and %q", password, token)
	}
	for _, text := range e.texts() {
		if strings.Contains(text, "Canario") || strings.Contains(text, "token-1") {
			t.Errorf("a secret is on screen: %q", text)
		}
	}
}

func TestEditorSaysWhatIsWrongBesideTheField(t *testing.T) {
	e := newEditing(t, core.Passthrough, ready)
	e.typeIn("webhook_url", "erp.acme.example/hook")
	e.typeIn(model.FieldExtraFields, "{")
	e.press("Save")
	if got := e.control("webhook_url").box.Error(); !strings.HasPrefix(got, "Write an address") {
		t.Errorf("beside the address: %q", got)
	}
	if got := e.control(model.FieldExtraFields).box.Error(); got == "" {
		t.Error("nothing beside the extra fields")
	}
	if got := e.app.window.Canvas().Focused(); got != e.control("webhook_url").focus {
		t.Errorf("the focus is on %T", got)
	}
	if s := e.stored(); s.WebhookURL != "https://erp.acme.example/reconbanker" {
		t.Errorf("stored %s", s.WebhookURL)
	}
	e.typeIn("webhook_url", "http://erp.acme.example/hook")
	e.sees("Plain http over the internet")
}

func TestEditorAsksBeforeChangesAreLost(t *testing.T) {
	e := newEditing(t, core.Passthrough, ready)
	tabs := e.app.shell.accounts.detail.tabs
	e.typeIn("webhook_url", "https://new.acme.example/hook")
	tabs.open(tabRuns)
	e.sees("Discard your changes?")
	e.press("Cancel")
	if tabs.at != tabSettings || e.form().ed.Form.WebhookURL != "https://new.acme.example/hook" {
		t.Fatal("a cancel lost the changes")
	}
	e.app.goTo(atActivity)
	e.sees("Discard your changes?")
	e.press("Cancel")
	e.press("Discard")
	e.press("Discard") // of the dialog, which is in front
	if got := e.form().ed.Form.WebhookURL; got != "https://erp.acme.example/reconbanker" {
		t.Errorf("after discarding: %s", got)
	}
	tabs.open(tabRuns)
	if len(e.app.modals) > 0 || tabs.at != tabRuns {
		t.Error("it asks although nothing is changed")
	}
}

func TestEditorTestsTheLogin(t *testing.T) {
	e := newEditing(t, core.Passthrough, ready)
	e.press("Test login")
	e.until("a run", func() bool { return e.form().test.live })
	run, err := e.store.ClaimRun(context.Background(), now)
	if err != nil || run.Trigger != core.ByTest {
		t.Fatal(run, err)
	}
	run.Status, run.Kind, run.Said, run.FinishedAt = core.Failed, scrapers.InvalidCredentials, "Clave incorrecta", now
	if _, err := e.store.EndRun(context.Background(), run, func(*core.Account) {}); err != nil {
		t.Fatal(err)
	}
	e.app.touch(model.Everything())
	e.sees("Clave incorrecta")
}

func TestEditorTestsTheLoginOfADraft(t *testing.T) {
	e := newEditing(t, core.Passthrough, unfinished)
	if !e.form().test.button.Disabled() {
		t.Error("a login without a password can be tried")
	}
	e.typeIn("company", "4711")
	e.typeIn("bank_username", "ana")
	e.typeIn("bank_password", "Canario-7431")
	e.press("Save and test login")
	e.until("a run", func() bool { return e.form().test.live })
	if s := e.stored(); s.BankUsername != "ana" || s.WebhookURL != "" {
		t.Errorf("stored %+v", s)
	}
}

func TestEditorSendsATest(t *testing.T) {
	e := newEditing(t, core.Passthrough, ready)
	e.typeIn("webhook_url", "https://try.acme.example/hook")
	e.press("Send a test")
	e.sees("200 OK")
	sent := e.sender.Sent()
	if len(sent) != 1 || sent[0].Out.URL != "https://try.acme.example/hook" || sent[0].Out.Token != "token-1" {
		t.Errorf("sent %d", len(sent))
	}
	if s := e.stored(); s.WebhookURL != "https://erp.acme.example/reconbanker" {
		t.Error("trying the webhook saved it")
	}
}

// TestEditorFitsIntoASmallWindow looks for what is cut off at the right.
func TestEditorFitsIntoASmallWindow(t *testing.T) {
	e := newEditing(t, core.Reconcile, ready)
	for _, code := range lang.Codes {
		e.app.setLanguage(code)
		e.open()
		e.app.window.Resize(fyne.NewSize(leastWidth, leastHeight))
		e.settled()
		e.fits("small " + code)
		scroll := e.form().scroll
		if need, has := scroll.Content.MinSize().Width, scroll.Size().Width; need > has {
			t.Errorf("%s: the form needs %.0f and has %.0f", code, need, has)
		}
		e.form().open(model.InWebhook)
		e.settled()
		e.picture(fmt.Sprintf("settings-small-%s.png", code))
	}
}

// TestEditorPutsAwayWhatIsScrolledOut: an entry draws, and takes taps, outside of
// what it is scrolled in.
func TestEditorPutsAwayWhatIsScrolledOut(t *testing.T) {
	e := newEditing(t, core.Passthrough, ready)
	e.settled()
	shown := func(field string) bool {
		entry := e.control(field).focus.(fyne.Widget) //nolint:forcetypeassert // an entry
		return len(test.WidgetRenderer(entry).Objects()) > 0
	}
	if !shown("bank_username") || shown("webhook_url") {
		t.Error("at the top: not what is in view")
	}
	e.form().open(model.InWebhook)
	e.settled()
	if shown("bank_username") || !shown("webhook_url") {
		t.Error("at the webhook: not what is in view")
	}
}

func TestDuplicateOpensItsSettings(t *testing.T) {
	e := newEditing(t, core.Passthrough, ready)
	e.app.duplicateAccount(e.find("Operating account"))
	e.press("Duplicate")
	e.sees("“Operating account (copy)” was made.")
	e.until("its settings", func() bool {
		v := e.form()
		return v != nil && v.ed != nil && v.accountID != e.id
	})
	if f := e.form().ed.Form; f.WebhookURL != "https://erp.acme.example/reconbanker" || f.Username != "" || f.Password.Stored || !f.WebhookToken.Stored {
		t.Errorf("the copy has %+v", f)
	}
}
