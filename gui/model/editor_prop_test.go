package model_test

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

// secretFields are all secrets of the scripted bank's accounts, as stored.
var secretFields = []string{
	core.SecretPassword, core.SecretAuthToken, core.SecretWebhookToken, core.SecretNotificationToken,
	core.SecretSigning, core.SecretBankField + "seed",
}

// desk is a person with an editor over a real core in memory.
type desk struct {
	t      *rapid.T
	world  *coretest.World
	id     string
	editor *model.Editor
	stored map[string]string // what must be stored, by field
	typed  map[string]string // what saving must store; "" removes
	n      int
}

// TestNoEditLosesAStoredSecret edits, discards, saves and reopens in any order:
// what is stored is always exactly what was last saved.
func TestNoEditLosesAStoredSecret(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := coretest.NewWorld(t)
		w.Bank.About.Fields = append(w.Bank.About.Fields, scrapers.Field{Key: "seed", Label: "Seed", Secret: true, Optional: true})
		a, err := w.Core.CreateAccount(t.Context(), coretest.BankCode, "Caja", "ana")
		if err != nil {
			rt.Fatal(err)
		}
		d := &desk{t: rt, world: w, id: a.ID, stored: map[string]string{}, typed: map[string]string{}}
		d.reopen()
		rt.Repeat(map[string]func(*rapid.T){
			"replace": d.replace, "open and leave": d.blank, "remove": d.remove, "keep": d.keep,
			"edit": d.edit, "save": func(*rapid.T) { d.save() }, "discard": func(*rapid.T) { d.discard() },
			"reopen": func(*rapid.T) { d.reopen() }, "": func(*rapid.T) { d.check() },
		})
	})
}

func (d *desk) reopen() {
	settings, err := d.world.Core.Settings(d.t.Context(), d.id)
	if err != nil && !core.IsMissing(err) {
		d.t.Fatal(err)
	}
	a, err := d.world.Core.Account(d.t.Context(), d.id)
	if err != nil {
		d.t.Fatal(err)
	}
	d.editor = model.NewEditor(a, d.world.Bank.Info(), core.Passthrough, settings)
	clear(d.typed)
}

func (d *desk) discard() {
	d.editor.Discard()
	clear(d.typed)
	if d.editor.Dirty() {
		d.t.Fatal("dirty after discarding")
	}
}

// secret is where a field is in the form.
func (d *desk) secret(field string) (get model.Secret, set func(model.Secret)) {
	f := &d.editor.Form
	at := map[string]*model.Secret{
		core.SecretPassword: &f.Password, core.SecretAuthToken: &f.OrdersToken, core.SecretWebhookToken: &f.WebhookToken,
		core.SecretNotificationToken: &f.NotifyToken, core.SecretSigning: &f.Signing,
	}[field]
	if at == nil {
		return f.Secrets["seed"], func(s model.Secret) { f.Secrets["seed"] = s }
	}
	return *at, func(s model.Secret) { *at = s }
}

func (d *desk) set(field string, fate model.Fate, text string) {
	s, set := d.secret(field)
	s.Fate, s.Text = fate, text
	set(s)
}

func (d *desk) replace(t *rapid.T) {
	field := rapid.SampledFrom(secretFields).Draw(t, "field")
	d.n++
	text := fmt.Sprintf("secret-%d", d.n)
	if field == core.SecretSigning {
		text = model.NewSigningSecret()
	}
	d.set(field, model.Replace, text)
	d.typed[field] = text
}

// blank opens a secret to replace it and types nothing, or only spaces.
func (d *desk) blank(t *rapid.T) {
	field := rapid.SampledFrom(secretFields).Draw(t, "field")
	d.set(field, model.Replace, rapid.SampledFrom([]string{"", "  "}).Draw(t, "blank"))
	delete(d.typed, field)
}

func (d *desk) remove(t *rapid.T) {
	field := rapid.SampledFrom(secretFields[1:]).Draw(t, "field") // a password cannot be removed
	d.set(field, model.Remove, "")
	d.typed[field] = ""
}

func (d *desk) keep(t *rapid.T) {
	field := rapid.SampledFrom(secretFields).Draw(t, "field")
	d.set(field, model.Keep, "")
	delete(d.typed, field)
}

func (d *desk) edit(t *rapid.T) {
	f := &d.editor.Form
	f.Username = rapid.SampledFrom([]string{"", "ana", "eva"}).Draw(t, "user")
	f.WebhookURL = rapid.SampledFrom([]string{"", coretest.Hook, "https://other.example/x", "not an address"}).Draw(t, "webhook")
	f.OrdersURL = rapid.SampledFrom([]string{"", "https://orders.example"}).Draw(t, "orders")
	f.RetryLimit = rapid.SampledFrom([]string{"3", "0", "many"}).Draw(t, "retries")
	f.Silent = rapid.Bool().Draw(t, "silent")
}

func (d *desk) save() {
	sent, changed := d.editor.Copy(), d.editor.Dirty()
	if len(d.editor.Blocking()) > 0 {
		return // the screen says what is wrong and saves nothing
	}
	settings, err := d.world.Core.SaveSettings(d.t.Context(), d.id, d.editor.Input(), true, "ana")
	if err != nil {
		d.t.Fatalf("core refuses what the form takes: %v", err)
	}
	for field, text := range d.typed {
		if text == "" {
			delete(d.stored, field)
		} else {
			d.stored[field] = text
		}
	}
	if changed && settings.CreatedAt.IsZero() {
		d.t.Fatal("nothing was saved")
	}
	d.editor.Saved(sent, settings)
	clear(d.typed)
	if d.editor.Dirty() {
		d.t.Fatalf("dirty after saving: %+v", d.editor.Form)
	}
}

// check opens what is stored and compares it with what must be.
func (d *desk) check() {
	got := map[string]string{}
	for _, field := range secretFields {
		sealed, err := d.world.Store.Secret(d.t.Context(), d.id, field)
		if core.IsMissing(err) {
			continue
		}
		if err != nil {
			d.t.Fatal(err)
		}
		plain, err := d.world.Vault.Open(d.t.Context(), core.Scope{Table: "secret", Row: d.id, Field: field}, sealed)
		if err != nil {
			d.t.Fatal(err)
		}
		got[field] = string(plain)
	}
	if !maps.Equal(got, d.stored) {
		d.t.Fatalf("stored %v, not %v", got, d.stored)
	}
}
