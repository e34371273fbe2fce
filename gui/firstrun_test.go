package gui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/gui/lang"
	"reconbanker/gui/model"
	"reconbanker/storage/storagetest"
)

// beginning is a desk whose person is led through the first steps.
type beginning struct {
	*desk
	sender *coretest.Sender
}

func newBeginning(t *testing.T, fill func(*desk), change ...func(*Config)) *beginning {
	t.Helper()
	b := &beginning{sender: coretest.NewSender()}
	b.desk = newDesk(t, func(d *desk) {
		d.greets = true
		d.core = core.New(core.Config{Store: d.store, Vault: &coretest.Vault{}, Sender: b.sender, Now: func() time.Time { return now }})
		if fill != nil {
			fill(d)
		}
	}, change...)
	b.until("the first steps", func() bool { return b.app.shell.greeting != nil })
	b.app.setLanguage("en")
	return b
}

func (b *beginning) view() *firstRunView {
	b.t.Helper()
	v, ok := b.app.shell.greeting.(*firstRunView)
	if !ok {
		b.t.Fatalf("the first steps are over; on screen: %q", b.texts())
	}
	return v
}

// fill types into a field of the step.
func (b *beginning) fill(field, text string) {
	b.t.Helper()
	for _, c := range b.view().controls {
		if c.field == field {
			test.Type(c.focus, text)
			b.queue.drain()
			return
		}
	}
	b.t.Fatalf("no field %s; on screen: %q", field, b.texts())
}

func (b *beginning) at(step model.FirstStep) {
	b.t.Helper()
	b.until("step "+firstKeys[step], func() bool { return b.view().st.at == step })
	b.sees(firstTitle(step)[:12])
}

func (b *beginning) accounts() []core.Account {
	b.t.Helper()
	list, err := b.core.Accounts(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// toAccount goes to the step of the first account.
func (b *beginning) toAccount(mode core.OperationMode) {
	b.t.Helper()
	b.at(model.AskLanguage)
	b.press("Continue")
	b.at(model.AskMode)
	b.view().st.mode = mode
	b.press("Continue")
	b.at(model.AskAccount)
	got, err := b.core.OperationMode(context.Background())
	if err != nil || got != mode {
		b.t.Fatalf("the mode is %q, %v", got, err)
	}
}

// enrol fills in an account and goes on.
func (b *beginning) enrol() {
	b.t.Helper()
	b.view().chooseBank("plata")
	test.Type(b.view().name.entry, "Operating")
	b.fill("company", "4711")
	b.fill(model.FieldUsername, "ana")
	b.fill(model.FieldPassword, "Canario-7431")
	b.press("Continue")
	b.at(model.AskLogin)
}

// entered ends the run that is queued, as a worker would.
func (b *beginning) entered(status core.RunStatus) {
	b.t.Helper()
	ctx := context.Background()
	run, err := b.store.ClaimRun(ctx, now)
	if err != nil {
		b.t.Fatal(err)
	}
	if run.Trigger != core.ByTest {
		b.t.Fatalf("the run was asked for %s", run.Trigger)
	}
	run.Status, run.FinishedAt = status, now.Add(4*time.Second)
	if _, err := b.store.EndRun(ctx, run, func(*core.Account) {}); err != nil {
		b.t.Fatal(err)
	}
	b.app.touch(model.Everything())
}

func TestFirstRunFromLanguageToWebhook(t *testing.T) {
	b := newBeginning(t, nil)
	b.toAccount(core.Passthrough)
	b.enrol()
	b.press("Test login")
	b.until("a run", func() bool { return b.view().test.live })
	b.entered(core.Succeeded)
	b.sees("The login works")
	b.press("Continue")
	b.at(model.AskSystem)

	b.press("Finish")
	b.sees("Fill this in.")
	b.fill(model.FieldWebhookURL, "https://erp.acme.example/hook")
	b.press("Send a test")
	b.sees("200 OK")
	b.press("Finish")
	b.until("the accounts", func() bool { return b.app.shell.greeting == nil && b.app.shell.accounts.detail != nil })
	b.sees("All set.")
	for _, text := range b.texts() {
		if strings.Contains(text, "last scrape") {
			t.Errorf("a test of the login is called a reading: %q", text)
		}
	}

	account := b.accounts()[0]
	s, err := b.core.Settings(context.Background(), account.ID)
	if err != nil || account.Name != "Operating" || account.Bank != "plata" {
		t.Fatal(account, err)
	}
	if s.WebhookURL != "https://erp.acme.example/hook" || s.BankUsername != "ana" || s.BankFields["company"] != "4711" || !s.Stored[core.SecretPassword] {
		t.Errorf("kept %+v", s)
	}
	if missing, err := b.core.Missing(context.Background(), account.ID); err != nil || len(missing) > 0 || account.NextRunAt.IsZero() {
		t.Errorf("missing %v, %v; next %v", missing, err, account.NextRunAt)
	}
}

func TestFirstRunAsksForOrdersInReconcileMode(t *testing.T) {
	b := newBeginning(t, nil)
	b.toAccount(core.Reconcile)
	b.enrol()
	b.press("Continue without a test")
	b.at(model.AskSystem)
	b.fill(model.FieldWebhookURL, "https://erp.acme.example/hook")
	b.press("Finish")
	b.sees("Fill this in.")
	b.fill(model.FieldOrdersURL, "https://erp.acme.example/pending")
	b.press("Finish")
	b.until("the accounts", func() bool { return b.app.shell.greeting == nil })
}

func TestFirstRunSaysWhatIsMissing(t *testing.T) {
	b := newBeginning(t, nil)
	b.toAccount(core.Passthrough)
	b.press("Continue")
	b.sees("Choose the bank of this account.")
	b.view().chooseBank("plata")
	b.press("Continue")
	b.sees("Give the account a name.")
	test.Type(b.view().name.entry, "Operating")
	b.press("Continue")
	b.sees("Fill this in.")
	if got := b.accounts(); len(got) > 0 {
		t.Errorf("made %v", got)
	}
}

func TestFirstRunKeepsWhatWasTypedWhenTheLanguageChanges(t *testing.T) {
	b := newBeginning(t, nil)
	b.toAccount(core.Passthrough)
	b.view().chooseBank("plata")
	test.Type(b.view().name.entry, "Caja")
	b.fill(model.FieldUsername, "ana")
	b.app.setLanguage("es")
	b.sees(lang.T("first.title.account"))
	if v := b.view(); v.name.entry.Text != "Caja" || v.ed.Form.Username != "ana" || v.ed.Bank.Code != "plata" {
		t.Errorf("%q, %q at %s", v.name.entry.Text, v.ed.Form.Username, v.ed.Bank.Code)
	}
}

func TestFirstRunGoesBackAndMakesOneAccount(t *testing.T) {
	b := newBeginning(t, nil)
	b.toAccount(core.Passthrough)
	b.enrol()
	b.press("Back")
	b.at(model.AskAccount)
	b.view().name.entry.SetText("Treasury")
	b.press("Continue")
	b.at(model.AskLogin)
	b.until("another name", func() bool { return b.accounts()[0].Name == "Treasury" })
	if got := b.accounts(); len(got) != 1 {
		t.Errorf("%d accounts", len(got))
	}
}

func TestFirstRunWithTheDemoBank(t *testing.T) {
	b := newBeginning(t, nil, func(c *Config) {
		c.Demo = func(context.Context) (string, core.SettingsInput, error) {
			return "itau", core.SettingsInput{WebhookURL: new("http://127.0.0.1:1/hook"), BankUsername: new("demo"), BankPassword: new("Canario-7431")}, nil
		}
	})
	b.at(model.AskLanguage)
	b.press("Continue")
	b.at(model.AskMode)
	b.press("Try with the demo bank")
	b.at(model.AskLogin)
	b.press("Continue without a test")
	b.at(model.AskSystem)
	b.press("Finish")
	b.until("the accounts", func() bool { return b.app.shell.greeting == nil })
	mode, err := b.core.OperationMode(context.Background())
	if err != nil || mode != core.Passthrough || len(b.accounts()) != 1 {
		t.Errorf("%q, %v, %v", mode, b.accounts(), err)
	}
}

func TestFirstRunSaysThatTheDemoBankDidNotStart(t *testing.T) {
	b := newBeginning(t, nil, func(c *Config) {
		c.Demo = func(context.Context) (string, core.SettingsInput, error) {
			return "", core.SettingsInput{}, errors.New("no port is free")
		}
	})
	b.press("Continue")
	b.at(model.AskMode)
	b.press("Try with the demo bank")
	b.sees("The demo bank did not start")
	if len(b.accounts()) > 0 {
		t.Error("it made an account")
	}
}

func TestFirstRunGoesOnWhereItStopped(t *testing.T) {
	b := newBeginning(t, func(d *desk) {
		if err := d.store.SetOperationMode(context.Background(), core.Passthrough, core.Audit{}); err != nil {
			d.t.Fatal(err)
		}
		filled(d, "itau", "Operating", func(in *core.SettingsInput) { in.WebhookURL = nil })
	})
	b.at(model.AskLogin)
	b.until("the settings", func() bool { return b.view().ed != nil })
	b.press("Continue without a test")
	b.at(model.AskSystem)
	b.press("Back")
	b.press("Back")
	b.at(model.AskAccount)
	if !slices.Contains(b.texts(), "••••••••  Saved") {
		t.Errorf("the stored password is not shown to be there: %q", b.texts())
	}
	b.press("Set up later")
	b.until("the accounts", func() bool { return b.app.shell.greeting == nil })
	b.sees("This account is not ready yet.")
}

func TestFirstRunIsForNewPeople(t *testing.T) {
	d := newDesk(t, func(d *desk) {
		d.greets = true
		demo(d)
		storagetest.MustCreateAccount(d.t, d.store)
	})
	d.sees("Operating account")
	if d.app.greet {
		t.Error("a person with accounts is led through the first steps")
	}
}
