package model_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"reconbanker/core"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

var saved = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func bankInfo() scrapers.Info {
	return scrapers.Info{
		Code: "banco", Name: "Banco", TimeZone: "America/Montevideo", Currencies: []string{"UYU"},
		Fields: []scrapers.Field{
			{Key: "company", Label: "Company", Check: func(v string) error {
				if len(v) > 4 {
					return errors.New("a company has at most four digits")
				}
				return nil
			}},
			{Key: scrapers.FieldUsername, Label: "User"},
			{Key: scrapers.FieldPassword, Label: "Password", Secret: true},
			{Key: "seed", Label: "Seed", Secret: true, Optional: true},
		},
	}
}

func complete() core.Settings {
	return core.Settings{
		ID: "s", AccountID: "a", WebhookURL: "https://erp.example/hook", RetryLimit: 3, PollingMethod: "GET", AuthType: core.Bearer,
		SessionType: core.OneShot, LoginMode: core.Simple, BankUsername: "ana", BankFields: map[string]string{"company": "77"},
		Schedule: core.DefaultSchedule, StartDate: "2026-04-01", DailyLogins: 3, CredentialsVersion: 2,
		Stored: map[string]bool{core.SecretPassword: true, core.SecretWebhookToken: true}, CreatedAt: saved, UpdatedAt: saved,
	}
}

func editorOf(mode core.OperationMode, s core.Settings) *model.Editor {
	a := core.Account{ID: "a", Bank: "banco", Name: "Caja", CreatedAt: time.Date(2026, 5, 13, 1, 0, 0, 0, time.UTC)}
	return model.NewEditor(a, bankInfo(), mode, s)
}

func TestNewAccountStartsWithDefaults(t *testing.T) {
	e := editorOf(core.Passthrough, core.Settings{})
	if e.Exists() || e.Dirty() {
		t.Errorf("an account without settings: exists %t, dirty %t", e.Exists(), e.Dirty())
	}
	if e.Form.StartDate != "2026-05-12" { // still the day before in the bank's zone
		t.Errorf("start date %q", e.Form.StartDate)
	}
	if got := e.Missing(); !slices.Equal(got, []string{"company", "bank_username", "bank_password", "webhook_url"}) {
		t.Errorf("missing %q", got)
	}
	if got := e.Blocking(); len(got) > 0 {
		t.Errorf("what is only missing keeps from saving: %q", got)
	}
	marks := e.Marks()
	want := map[model.Section]model.Mark{
		model.InLogin: model.ToDo, model.InSession: model.Done, model.InReading: model.Done, model.InWebhook: model.ToDo,
	}
	for _, s := range model.Sections {
		if marks[s] != want[s] {
			t.Errorf("section %d is marked %d, not %d", s, marks[s], want[s])
		}
	}
}

func TestStoredSettingsRoundTrip(t *testing.T) {
	s := complete()
	s.PollingMethod, s.PollingBody = "POST", []byte(`{"since":"today"}`)
	s.WebhookExtraFields = []byte(`{"tenant":"acme","n":1.50}`)
	s.NotificationEvents, s.BankAccounts = []string{"login_failed"}, []string{"001 22", "003"}
	s.WebhookAuthType, s.NotificationAuthType = core.APIKey, core.Bearer
	e := editorOf(core.Reconcile, s)
	in := e.Input()
	if in.BankUsername != nil || in.BankPassword != nil {
		t.Error("untouched credentials are sent")
	}
	for what, got := range map[string]*string{"orders": in.AuthToken, "webhook": in.WebhookAuthToken, "notices": in.NotificationAuthToken, "signing": in.Own.SigningSecret} {
		if got == nil || *got != core.KeepSecret {
			t.Errorf("the %s token is not kept", what)
		}
	}
	if string(in.WebhookExtraFields) != `{"tenant":"acme","n":1.50}` || string(in.PollingBody) != `{"since":"today"}` {
		t.Errorf("documents %s and %s", in.WebhookExtraFields, in.PollingBody)
	}
	if !slices.Equal(*in.Own.BankAccounts, s.BankAccounts) || !slices.Equal(in.NotificationEvents, s.NotificationEvents) {
		t.Errorf("accounts %q, events %q", *in.Own.BankAccounts, in.NotificationEvents)
	}
	if *in.WebhookAuthType != "api_key" || *in.RetryLimit != 3 || *in.Own.StartDate != "2026-04-01" {
		t.Errorf("input %+v", in)
	}
}

func TestProblemsBesideFields(t *testing.T) {
	tests := []struct {
		name   string
		mode   core.OperationMode
		change func(f *model.Form)
		field  string
		want   model.Trouble
		text   string
	}{
		{"another user", "", func(f *model.Form) { f.Username = "eva" }, model.FieldPassword, model.NeedsPassword, ""},
		{"another user with a password", "", func(f *model.Form) {
			f.Username, f.Password = "eva", model.Secret{Stored: true, Fate: model.Replace, Text: "x"}
		}, model.FieldPassword, 0, ""},
		{"no user", "", func(f *model.Form) { f.Username = " " }, model.FieldUsername, model.NeedsUsername, ""},
		{"no bank field", "", func(f *model.Form) { f.Fields["company"] = "" }, "company", model.Absent, ""},
		{"bad bank field", "", func(f *model.Form) { f.Fields["company"] = "12345" }, "company", model.BankSays, "a company has at most four digits"},
		{"optional secret", "", func(*model.Form) {}, "seed", 0, ""},
		{"no webhook", "", func(f *model.Form) { f.WebhookURL = "" }, model.FieldWebhookURL, model.Absent, ""},
		{"no scheme", "", func(f *model.Form) { f.WebhookURL = "erp.example" }, model.FieldWebhookURL, model.BadAddress, ""},
		{"a login in it", "", func(f *model.Form) { f.NotifyURL = "https://u:p@erp.example" }, model.FieldNotifyURL, model.AddressLogin, ""},
		{"orders in reconcile", core.Reconcile, func(*model.Form) {}, model.FieldOrdersURL, model.Absent, ""},
		{"orders in passthrough", core.Passthrough, func(*model.Form) {}, model.FieldOrdersURL, 0, ""},
		{"broken JSON", "", func(f *model.Form) { f.ExtraFields = "{\n\"a\": 1,\n}" }, model.FieldExtraFields, model.BadJSON, "3"},
		{"two documents", "", func(f *model.Form) { f.ExtraFields = "{}\n{}" }, model.FieldExtraFields, model.BadJSON, "1"},
		{"a list", "", func(f *model.Form) { f.ExtraFields = "[1]" }, model.FieldExtraFields, model.NotObject, ""},
		{"reserved", "", func(f *model.Form) { f.ExtraFields = `{"id":1,"a":2,"amount":3}` }, model.FieldExtraFields, model.Reserved, "amount, id"},
		{"body of a GET", "", func(f *model.Form) { f.PollingBody = "{" }, model.FieldPollingBody, 0, ""},
		{"body of a POST", "", func(f *model.Form) { f.PollingMethod, f.PollingBody = "POST", "{" }, model.FieldPollingBody, model.BadJSON, "1"},
		{"retries", "", func(f *model.Form) { f.RetryLimit = "1001" }, model.FieldRetryLimit, model.BadCount, ""},
		{"schedule", "", func(f *model.Form) { f.Schedule = "@every 2m" }, model.FieldSchedule, model.BadSchedule, ""},
		{"no schedule", "", func(f *model.Form) { f.Schedule = "" }, model.FieldSchedule, 0, ""},
		{"day", "", func(f *model.Form) { f.StartDate = "2026-02-30" }, model.FieldStartDate, model.BadDay, ""},
		{"signing", "", func(f *model.Form) { f.Signing = model.Secret{Fate: model.Replace, Text: "whsec_x"} }, model.FieldSigning, model.BadSigning, ""},
		{"generated", "", func(f *model.Form) {
			f.Signing = model.Secret{Fate: model.Replace, Text: model.NewSigningSecret()}
		}, model.FieldSigning, 0, ""},
		{"token", "", func(f *model.Form) { f.NotifyToken = model.Secret{Fate: model.Replace, Text: "a\nb"} }, model.FieldNotifyToken, model.ManyLines, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := editorOf(tt.mode, complete())
			tt.change(&e.Form)
			got := e.Problems()[tt.field]
			if got.Trouble != tt.want || got.Text != tt.text {
				t.Errorf("trouble %d %q, want %d %q", got.Trouble, got.Text, tt.want, tt.text)
			}
			wrong := got.Trouble != 0 && !got.Quiet()
			if marked := e.Marks()[model.SectionOf(tt.field)] == model.Wrong; marked != wrong {
				t.Errorf("the section is marked wrong: %t", marked)
			}
		})
	}
}

func TestRefusedPassword(t *testing.T) {
	e := editorOf(core.Passthrough, complete())
	at := saved.Add(time.Hour)
	e.Account.Block = &core.Block{Kind: scrapers.InvalidCredentials, At: at, Credentials: 2}
	p := e.Problems()[model.FieldPassword]
	if p.Trouble != model.RefusedByBank || !p.At.Equal(at) || p.Blocks() {
		t.Errorf("problem %+v", p)
	}
	e.Form.Password = model.Secret{Stored: true, Fate: model.Replace, Text: "new"}
	if p := e.Problems()[model.FieldPassword]; p.Trouble != model.NoTrouble || !e.CredentialsChanged() {
		t.Errorf("problem %+v after a new password was typed", p)
	}
	e.Discard()
	e.Account.Block.Credentials = 1 // older credentials met it
	if p := e.Problems()[model.FieldPassword]; p.Trouble != model.NoTrouble {
		t.Errorf("problem %+v although other credentials met the block", p)
	}
}

func TestCoreHasTheLastWord(t *testing.T) {
	e := editorOf(core.Passthrough, complete())
	e.Refuse([]core.FieldError{{Field: model.FieldWebhookURL, Message: "no"}})
	if p := e.Problems()[model.FieldWebhookURL]; p.Trouble != model.CoreSays || p.Text != "no" {
		t.Errorf("problem %+v", p)
	}
	e.Touch(model.FieldWebhookURL)
	if len(e.Problems()) > 0 {
		t.Errorf("problems %v after the field was changed", e.Problems())
	}
}

func TestDirty(t *testing.T) {
	changes := map[string]struct {
		change func(f *model.Form)
		want   bool
	}{
		"spaces":           {func(f *model.Form) { f.WebhookURL += " " }, false},
		"blank schedule":   {func(f *model.Form) { f.Schedule = "" }, false},
		"opened a secret":  {func(f *model.Form) { f.WebhookToken.Fate = model.Replace }, false},
		"blanks for one":   {func(f *model.Form) { f.WebhookToken.Fate, f.WebhookToken.Text = model.Replace, "  " }, false},
		"removed nothing":  {func(f *model.Form) { f.OrdersToken.Fate = model.Remove }, false},
		"body of a GET":    {func(f *model.Form) { f.PollingBody = "{}" }, false},
		"an event off":     {func(f *model.Form) { f.Events["login_failed"] = false }, false},
		"removed a secret": {func(f *model.Form) { f.WebhookToken.Fate = model.Remove }, true},
		"a bank field":     {func(f *model.Form) { f.Fields["company"] = "1" }, true},
		"silent":           {func(f *model.Form) { f.Silent = true }, true},
		"an account":       {func(f *model.Form) { f.BankAccounts = "2, 1" }, true},
		"an event":         {func(f *model.Form) { f.Events["login_failed"] = true }, true},
	}
	for name, c := range changes {
		e := editorOf(core.Passthrough, complete())
		c.change(&e.Form)
		if e.Dirty() != c.want {
			t.Errorf("%s: dirty %t", name, e.Dirty())
		}
		e.Discard()
		if e.Dirty() {
			t.Errorf("%s: dirty after discarding", name)
		}
	}
}

func TestOpenAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"http://erp.example/hook": true, "http://8.8.8.8": true, "http://[2001:db8::1]:80": true,
		"https://erp.example": false, "http://localhost:3000": false, "http://127.0.0.1": false, "http://10.1.2.3": false,
		"http://192.168.0.4/x": false, "http://[::1]": false, "http://[fd00::1]": false, "http://erp": false, "http://erp.local": false,
		"http://nas.lan.": false, "": false, "http://": false, "::": false,
	} {
		if model.Open(address) != want {
			t.Errorf("%q: open to everybody %t", address, !want)
		}
	}
	for text, want := range map[string]bool{"": true, "h": true, "https:/": true, "http://": true, "ftp": false, "https://e": false} {
		if model.Typing(text) != want {
			t.Errorf("%q: still typing %t", text, !want)
		}
	}
}

func TestBankThatCannotDoEverything(t *testing.T) {
	bank := bankInfo()
	bank.Supports = []scrapers.Support{{SessionType: "one-shot", LoginMode: "assisted"}}
	e := model.NewEditor(core.Account{Bank: "banco"}, bank, core.Passthrough, core.Settings{})
	if e.Form.Login != core.Assisted || e.SupportsLogin(core.Simple) || e.SupportsSession(core.Persistent) || len(e.Blocking()) > 0 {
		t.Errorf("form %+v", e.Form)
	}
	e.Form.Login = core.Simple
	if e.Problems()[model.FieldSession].Trouble != model.BadCombination {
		t.Error("a combination the bank cannot do is taken")
	}
}

func TestSavedKeepsWhatWasTypedMeanwhile(t *testing.T) {
	e := editorOf(core.Passthrough, complete())
	e.Form.WebhookToken = model.Secret{Stored: true, Fate: model.Replace, Text: "one"}
	sent := e.Copy()
	e.Form.WebhookURL = "https://erp.example/later"
	now := complete()
	now.UpdatedAt = saved.Add(time.Minute)
	e.Saved(sent, now)
	if e.Form.WebhookURL != "https://erp.example/later" || !e.Dirty() {
		t.Errorf("the address typed meanwhile is %q", e.Form.WebhookURL)
	}
	if e.Form.WebhookToken != (model.Secret{Stored: true}) {
		t.Errorf("the token that was saved is still to be: %+v", e.Form.WebhookToken)
	}
}

func TestOrderNamesEveryFieldOnce(t *testing.T) {
	order := editorOf(core.Passthrough, complete()).Order()
	if len(slices.Compact(slices.Sorted(slices.Values(order)))) != len(order) {
		t.Errorf("a field twice: %q", order)
	}
	in := reflect.TypeFor[core.SettingsInput]()
	for i := range in.NumField() {
		name, _, _ := strings.Cut(in.Field(i).Tag.Get("json"), ",")
		// Switches can hold nothing wrong.
		if slices.Contains([]string{"own", "notify_on_expired", "silent_ingestion"}, name) {
			continue
		}
		if !slices.Contains(order, name) {
			t.Errorf("%s has no place in the form", name)
		}
	}
}
