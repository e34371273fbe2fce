package gui

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/scrapers"
)

func init() {
	scrapers.Register(bank{scrapers.Info{
		Code: "plata", Name: "Banco del Plata", Currencies: []string{"UYU"}, TimeZone: "America/Montevideo",
		Fields: []scrapers.Field{
			{Key: "company", Label: "Company number"},
			{Key: scrapers.FieldUsername, Label: "User"},
			{Key: scrapers.FieldPassword, Label: "Password", Secret: true},
			{Key: "seed", Label: "Authenticator secret", Secret: true, Optional: true},
		},
	}})
}

// editing is a desk with an account's settings open, over a core that can save
// and send.
type editing struct {
	*desk
	sender *coretest.Sender
	vault  *coretest.Vault
	id     string
}

// newEditing opens the settings of an account that fill has made.
func newEditing(t testing.TB, mode core.OperationMode, fill func(*desk) core.Account) *editing {
	t.Helper()
	e := &editing{sender: coretest.NewSender(), vault: &coretest.Vault{}}
	e.desk = newDesk(t, func(d *desk) {
		d.core = core.New(core.Config{Store: d.store, Vault: e.vault, Sender: e.sender, Now: func() time.Time { return now }})
		if err := d.store.SetOperationMode(context.Background(), mode, core.Audit{}); err != nil {
			t.Fatal(err)
		}
		e.id = fill(d).ID
	})
	e.app.views.settings = e.app.editorView
	e.open()
	return e
}

func (e *editing) open() {
	e.t.Helper()
	e.app.openAccount(e.id, tabSettings)
	e.until("the settings", func() bool { return e.form() != nil && e.form().ed != nil })
}

// form is the editor in front.
func (e *editing) form() *settingsForm {
	if d := e.app.shell.accounts.detail; d != nil {
		v, _ := d.tabs.front().(*settingsForm)
		return v
	}
	return nil
}

// control finds a control by its field.
func (e *editing) control(field string) *control {
	e.t.Helper()
	for _, c := range e.form().controls {
		if c.field == field {
			return c
		}
	}
	e.t.Fatalf("there is no control for %s", field)
	return nil
}

// typeIn replaces what a field holds, as a person at the keyboard does.
func (e *editing) typeIn(field, text string) {
	e.t.Helper()
	c := e.control(field).focus
	e.app.window.Canvas().Focus(c)
	type texter interface{ SetText(string) }
	c.(texter).SetText("") //nolint:forcetypeassert // every one of these is an entry
	test.Type(c, text)
	e.queue.drain()
}

// filled is an account whose settings were saved through core.
func filled(d *desk, bank, name string, change ...func(*core.SettingsInput)) core.Account {
	d.t.Helper()
	ctx := context.Background()
	a, err := d.core.CreateAccount(ctx, bank, name, "ana")
	if err != nil {
		d.t.Fatal(err)
	}
	in := core.SettingsInput{
		WebhookURL: new("https://erp.acme.example/reconbanker"), BankUsername: new("acme.ops"), BankPassword: new("Canario-7431"),
		WebhookAuthType: new("bearer"), WebhookAuthToken: new("token-1"), NotificationEvents: []string{"assistance_required"},
	}
	for _, c := range change {
		c(&in)
	}
	if _, err := d.core.SaveSettings(ctx, a.ID, in, true, "ana"); err != nil {
		d.t.Fatal(err)
	}
	return a
}

func blocked(d *desk) core.Account {
	a := filled(d, "midinero", "ACME marketplace USD")
	d.change(a.ID, func(a *core.Account) {
		a.Block = &core.Block{At: now.Add(-108 * time.Minute), Kind: scrapers.InvalidCredentials, Reason: "refused", Credentials: 1}
	})
	return a
}

func unfinished(d *desk) core.Account {
	a, err := d.core.CreateAccount(context.Background(), "plata", "Payroll", "ana")
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

// settled lets cards that have grown take their room, as the driver does between
// frames.
func (e *editing) settled() {
	w := e.app.window
	size := w.Canvas().Size()
	for range 3 {
		w.Resize(size.AddWidthHeight(0, 1))
		w.Resize(size)
	}
	if v := e.form(); v != nil && v.scroll != nil {
		v.putAway(v.scroll)
	}
	e.queue.drain()
}

var editorScreens = []struct {
	name string
	mode core.OperationMode
	fill func(*desk) core.Account
	open func(*editing)
}{
	{"settings-blocked", core.Reconcile, blocked, func(*editing) {}},
	{"settings-reading", core.Passthrough, func(d *desk) core.Account { return filled(d, "itau", "Operating account") }, func(e *editing) {
		e.form().open(2)
	}},
	{"settings-webhook", core.Passthrough, func(d *desk) core.Account { return filled(d, "itau", "Operating account") }, func(e *editing) {
		e.typeIn("webhook_url", "http://erp.acme.example/hook")
		e.press(lang.T("edit.signing.generate"))
		e.press(lang.T("edit.send"))
		e.until("the answer", func() bool { return !e.form().send.button.Busy() })
		e.form().open(3)
	}},
	{"settings-orders", core.Reconcile, func(d *desk) core.Account {
		return filled(d, "itau", "Operating account", func(in *core.SettingsInput) {
			in.PendingOrdersEndpoint, in.PollingMethod, in.PollingBody = new("https://erp.acme.example/pending"), new("POST"), []byte(`{"branch":7}`)
		})
	}, func(e *editing) { e.form().open(4) }},
	{"settings-unused-orders", core.Passthrough, func(d *desk) core.Account { return filled(d, "itau", "Operating account") }, func(e *editing) { e.form().open(4) }},
	{"settings-notices", core.Passthrough, func(d *desk) core.Account { return filled(d, "itau", "Operating account") }, func(e *editing) { e.form().open(6) }},
	{"settings-unfinished", core.Passthrough, unfinished, func(e *editing) {
		e.typeIn("bank_username", "acme")
		e.form().save()
		e.queue.drain()
	}},
}

func TestEditorScreens(t *testing.T) {
	for _, s := range editorScreens {
		t.Run(s.name, func(t *testing.T) {
			e := newEditing(t, s.mode, s.fill)
			for _, appearance := range []look.Appearance{look.Light, look.Dark} {
				for _, code := range lang.Codes {
					if plain(appearance, code) {
						continue
					}
					e.app.setAppearance(appearance)
					e.app.setLanguage(code)
					e.open()
					e.settled()
					s.open(e)
					e.settled()
					e.fits(s.name + " " + code)
					e.picture(fmt.Sprintf("%s-%s-%s.png", s.name, appearance, code))
				}
			}
		})
	}
}
