package core

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"reconbanker/scrapers"
)

var settingsInfo = scrapers.Info{
	Code: "b", Name: "Banco", TimeZone: "America/Montevideo",
	Supports: []scrapers.Support{{SessionType: "one-shot", LoginMode: "simple"}, {SessionType: "persistent", LoginMode: "assisted"}},
	Fields: []scrapers.Field{
		{Key: scrapers.FieldUsername, Label: "User"},
		{Key: scrapers.FieldPassword, Label: "Password", Secret: true},
		{Key: "address", Label: "Address", Default: "127.0.0.1", Check: func(v string) error {
			if v == "bad" {
				return errors.New("it must be an address")
			}
			return nil
		}},
		{Key: "seed", Label: "Seed", Secret: true, Optional: true},
	},
}

// storedSettings are complete ones, with every secret there is.
func storedSettings() Settings {
	return Settings{
		ID: "s", AccountID: "a", WebhookURL: "https://erp.example/hook", RetryLimit: 3, PollingMethod: "GET", AuthType: Bearer,
		SessionType: OneShot, LoginMode: Simple, BankUsername: "ana", BankFields: map[string]string{"address": "127.0.0.1"},
		Schedule: DefaultSchedule, StartDate: "2026-05-13", DailyLogins: 3, CredentialsVersion: 1,
		Stored: map[string]bool{
			SecretPassword: true, SecretAuthToken: true, SecretWebhookToken: true, SecretNotificationToken: true, SecretSigning: true,
			SecretBankField + "seed": true,
		},
	}
}

func input(change func(*SettingsInput)) SettingsInput {
	in := SettingsInput{WebhookURL: new("https://erp.example/hook"), PendingOrdersEndpoint: new("https://erp.example/orders")}
	if change != nil {
		change(&in)
	}
	return in
}

func ours(change func(*OwnInput)) func(*SettingsInput) {
	return func(in *SettingsInput) {
		in.Own = &OwnInput{}
		change(in.Own)
	}
}

func acceptURL(u string) error {
	if strings.Contains(u, "169.254") {
		return errors.New("it is an address of this network's machinery and is never called")
	}
	return nil
}

func sentencesOf(p *proposal) (out []string) {
	for _, e := range p.errors {
		out = append(out, e.Field+": "+e.Message)
	}
	return out
}

func TestEveryRuleOfSettingsBrokenOnce(t *testing.T) {
	long := strings.Repeat("x", 4097)
	for _, c := range []struct {
		change func(*SettingsInput)
		want   string // field: sentence
	}{
		{func(in *SettingsInput) { in.WebhookURL = nil }, "webhook_url: webhook_url is required"},
		{func(in *SettingsInput) { in.WebhookURL = new(" \t") }, "webhook_url: webhook_url is required"},
		{func(in *SettingsInput) { in.WebhookURL = new("http://[") }, "webhook_url: webhook_url is not an address: it must look like https://example.com/path"},
		{func(in *SettingsInput) { in.WebhookURL = new("http://169.254.169.254/") }, "webhook_url: webhook_url: it is an address of this network's machinery and is never called"},
		{func(in *SettingsInput) { in.PendingOrdersEndpoint = nil }, "pending_orders_endpoint: pending_orders_endpoint is required when operation mode is reconcile"},
		{func(in *SettingsInput) { in.PendingOrdersEndpoint = new(" ") }, "pending_orders_endpoint: pending_orders_endpoint is required when operation mode is reconcile"},
		{func(in *SettingsInput) { in.PendingOrdersEndpoint = new("http://169.254.1.1") }, "pending_orders_endpoint: pending_orders_endpoint: it is an address of this network's machinery and is never called"},
		{func(in *SettingsInput) { in.NotificationEndpointURL = new("http://169.254.1.1") }, "notification_endpoint_url: notification_endpoint_url: it is an address of this network's machinery and is never called"},
		{func(in *SettingsInput) { in.AuthType = new("Bearer") }, "auth_type: auth_type must be bearer or api_key"},
		{func(in *SettingsInput) { in.WebhookAuthType = new("basic") }, "webhook_auth_type: webhook_auth_type must be bearer or api_key"},
		{func(in *SettingsInput) { in.NotificationAuthType = new("x") }, "notification_auth_type: notification_auth_type must be bearer or api_key"},
		{func(in *SettingsInput) { in.SessionType = new("") }, "session_type: session_type must be one-shot or persistent"},
		{func(in *SettingsInput) { in.LoginMode = new("auto") }, "login_mode: login_mode must be simple or assisted"},
		{func(in *SettingsInput) { in.SessionType = new("persistent") }, "session_type: Banco cannot be read with session_type persistent and login_mode simple"},
		{func(in *SettingsInput) { in.PollingMethod = new("PUT") }, "polling_method: polling_method must be GET or POST"},
		{func(in *SettingsInput) { in.RetryLimit = new(-1) }, "retry_limit: retry_limit must be a whole number from 0 to 1000"},
		{func(in *SettingsInput) { in.RetryLimit = new(1001) }, "retry_limit: retry_limit must be a whole number from 0 to 1000"},
		{func(in *SettingsInput) { in.AuthToken = new("a\r\nX: y") }, "auth_token: auth_token must be one line"},
		{func(in *SettingsInput) { in.WebhookAuthToken = &long }, "webhook_auth_token: webhook_auth_token is too long: at most 4096 characters"},
		{func(in *SettingsInput) { in.NotificationAuthToken = new("a\x00b") }, "notification_auth_token: notification_auth_token must be one line"},
		{func(in *SettingsInput) { in.NotificationEvents = []string{"login_failed", "otp"} }, `notification_events: notification_events: "otp" is unknown; use any of assistance_required, login_failed, scrape_failed`},
		{func(in *SettingsInput) { in.BankPassword = new("p") }, "bank_username: bank_username is required when bank_password is sent"},
		{func(in *SettingsInput) { in.BankUsername = new("eva") }, "bank_password: bank_password is required when bank_username changes"},
		{func(in *SettingsInput) { in.BankUsername, in.BankPassword = &long, new("p") }, "bank_username: bank_username and bank_password are at most 256 and 1024 characters"},
		{ours(func(o *OwnInput) { o.Schedule = new("* * * * *") }), `schedule: schedule: "* * * * *" would log in every 1m0s: at least 5 minutes must lie between two logins`},
		{ours(func(o *OwnInput) { o.StartDate = new("13/5/2026") }), "start_date: start_date must be a day such as 2026-05-13"},
		{ours(func(o *OwnInput) { o.DailyLogins = new(0) }), "daily_logins: daily_logins must be from 1 to 6: a bank locks a login after few failures"},
		{ours(func(o *OwnInput) { o.DailyLogins = new(7) }), "daily_logins: daily_logins must be from 1 to 6: a bank locks a login after few failures"},
		{ours(func(o *OwnInput) { o.SigningSecret = new("secret") }), "signing_secret: signing_secret must be whsec_ and 16 to 64 bytes in base64 (Standard Webhooks)"},
		{ours(func(o *OwnInput) { o.BankFields = map[string]string{"address": "bad"} }), "address: Address: it must be an address"},
		{ours(func(o *OwnInput) { o.BankFields = map[string]string{"branch": "1"} }), `bank_fields: Banco has no field "branch"`},
		{ours(func(o *OwnInput) { o.BankFields = map[string]string{"seed": "1"} }), `bank_fields: Banco has no field "seed"`},
	} {
		p := propose(storedSettings(), input(c.change), settingsInfo, Reconcile, acceptURL)
		if got := sentencesOf(p); len(got) == 0 || got[0] != c.want {
			t.Errorf("got %q\nwant %q", got, c.want)
		}
	}
}

func TestEveryMistakeIsNamedInTheOrderOfTheForm(t *testing.T) {
	in := SettingsInput{PollingMethod: new("PUT"), RetryLimit: new(-1), AuthType: new("x"), BankPassword: new("p")}
	p := propose(storedSettings(), in, settingsInfo, Reconcile, acceptURL)
	var fields []string
	for _, e := range p.errors {
		fields = append(fields, e.Field)
	}
	if want := []string{"webhook_url", "auth_type", "retry_limit", "polling_method", "bank_username", "pending_orders_endpoint"}; !slices.Equal(fields, want) {
		t.Errorf("refused %v, want %v", fields, want)
	}
	err := &InvalidError{Fields: p.errors}
	if !strings.HasPrefix(err.Error(), "webhook_url is required; auth_type must be") {
		t.Errorf("it says %q", err)
	}
}

func TestOmittedSettingsReturnToTheirDefaults(t *testing.T) {
	was := storedSettings()
	was.PendingOrdersEndpoint, was.RetryLimit, was.PollingMethod, was.PollingBody = "https://x", 9, "POST", json.RawMessage(`{}`)
	was.AuthType, was.WebhookAuthType, was.NotificationEndpointURL, was.NotificationAuthType = APIKey, APIKey, "https://n", APIKey
	was.NotificationEvents, was.NotifyOnExpired, was.WebhookExtraFields, was.SilentIngestion = []string{"login_failed"}, true, json.RawMessage(`{"a":1}`), true
	was.SessionType, was.LoginMode = Persistent, Assisted
	was.BankAccounts = []string{"001"}
	p := propose(was, SettingsInput{WebhookURL: new(" https://erp.example/hook ")}, settingsInfo, Passthrough, acceptURL)
	want := storedSettings()
	want.BankAccounts = []string{"001"} // ours, and the credentials, are kept
	if diff := cmp.Diff(want, p.next, cmpopts.EquateEmpty()); diff != "" || len(p.errors) > 0 {
		t.Errorf("errors %v; -want +got:\n%s", p.errors, diff)
	}
	slices.Sort(p.drop)
	if wantDrop := []string{SecretAuthToken, SecretNotificationToken, SecretWebhookToken}; !slices.Equal(p.drop, wantDrop) || len(p.put) != 0 {
		t.Errorf("removed %v and wrote %v; want the three tokens removed", p.drop, p.put)
	}
}

func TestTokensAreKeptReplacedOrRemoved(t *testing.T) {
	for name, c := range map[string]struct {
		sent   *string
		stored bool
		put    string
		drop   bool
	}{
		"kept":               {new(KeepSecret), true, "", false},
		"kept, padded":       {new(" " + KeepSecret + " "), true, "", false},
		"nothing to keep":    {new(KeepSecret), false, "", false},
		"replaced":           {new(" new "), true, "new", false},
		"given":              {new("new"), false, "new", false},
		"removed":            {new(""), true, "", true},
		"removed by null":    {nil, true, "", true},
		"nothing to remove":  {new(" "), false, "", false},
		"nothing to replace": {nil, false, "", false},
	} {
		was := storedSettings()
		if !c.stored {
			was.Stored = map[string]bool{}
		}
		p := propose(was, input(func(in *SettingsInput) {
			in.AuthToken, in.WebhookAuthToken, in.NotificationAuthToken = c.sent, c.sent, c.sent
		}), settingsInfo, Reconcile, acceptURL)
		for _, field := range []string{SecretAuthToken, SecretWebhookToken, SecretNotificationToken} {
			if p.put[field] != c.put || slices.Contains(p.drop, field) != c.drop {
				t.Errorf("%s: %s was written as %q, removed %v", name, field, p.put[field], slices.Contains(p.drop, field))
			}
		}
	}
}

func TestCredentialsChangeOnlyTogether(t *testing.T) {
	for name, c := range map[string]struct {
		user, password *string
		stored         bool
		wantUser, put  string
		refused        bool
	}{
		"both left off":                 {nil, nil, true, "ana", "", false},
		"both empty":                    {new(" "), new(""), true, "ana", "", false},
		"the user unchanged":            {new(" ana "), nil, true, "ana", "", false},
		"another user alone":            {new("eva"), nil, true, "ana", "", true},
		"a password alone":              {nil, new("p"), true, "ana", "", true},
		"both":                          {new(" eva "), new(" p "), true, "eva", " p ", false},
		"the same user, a new password": {new("ana"), new("p"), true, "ana", "p", false},
		"the user, no password stored":  {new("ana"), nil, false, "ana", "", true},
	} {
		was := storedSettings()
		was.Stored[SecretPassword] = c.stored
		p := propose(was, input(func(in *SettingsInput) { in.BankUsername, in.BankPassword = c.user, c.password }), settingsInfo, Reconcile, acceptURL)
		if p.next.BankUsername != c.wantUser || p.put[SecretPassword] != c.put || (len(p.errors) > 0) != c.refused || slices.Contains(p.drop, SecretPassword) {
			t.Errorf("%s: user %q, password %q, errors %v", name, p.next.BankUsername, p.put[SecretPassword], p.errors)
		}
	}
}

func TestExtraFieldsAndPollingBody(t *testing.T) {
	const invalid, object = "webhook_extra_fields must be valid JSON", "webhook_extra_fields must be a JSON object"
	for raw, c := range map[string]struct{ want, refused string }{
		``:                                   {"", ""},
		`null`:                               {"", ""},
		`""`:                                 {"", ""},
		`"  "`:                               {"", ""},
		`"null"`:                             {"", ""},
		`{}`:                                 {`{}`, ""},
		` { "tenant" : "acme", "n": 1.50 } `: {`{"tenant":"acme","n":1.50}`, ""},
		`"{\"tenant\": \"ñ<&>\"}"`:           {`{"tenant":"ñ<&>"}`, ""},
		`{"id2":{"id":1}}`:                   {`{"id2":{"id":1}}`, ""}, // only top keys are reserved
		`"{"`:                                {"", invalid},
		`"tenant"`:                           {"", invalid},
		`{"a":1,"a":2}`:                      {"", invalid},
		`{"a":1} {"b":2}`:                    {"", invalid},
		`[]`:                                 {"", object},
		`"[1]"`:                              {"", object},
		`1`:                                  {"", object},
		`true`:                               {"", object},
		`"5"`:                                {"", object},
		`{"amount":1,"tenant":2,"id":3}`:     {`{"amount":1,"tenant":2,"id":3}`, "webhook_extra_fields cannot override reserved keys: amount, id"},
		`{"external_id":1,"status":1,"currency":1,"name":1,"received_at":1}`: {
			`{"external_id":1,"status":1,"currency":1,"name":1,"received_at":1}`,
			"webhook_extra_fields cannot override reserved keys: external_id, status, currency, name, received_at",
		},
		`{"a":"` + strings.Repeat("x", 64<<10) + `"}`: {"", "webhook_extra_fields is too long: at most 64 KiB"},
	} {
		p := propose(storedSettings(), input(func(in *SettingsInput) { in.WebhookExtraFields = json.RawMessage(raw) }), settingsInfo, Reconcile, acceptURL)
		refused := ""
		if len(p.errors) > 0 {
			refused = p.errors[0].Message
		}
		if string(p.next.WebhookExtraFields) != c.want || refused != c.refused {
			t.Errorf("extra fields %.60s: %q, refused %q; want %q, %q", raw, p.next.WebhookExtraFields, refused, c.want, c.refused)
		}
	}
	for _, c := range []struct{ method, raw, want, refused string }{
		{"GET", `{"a":1}`, "", ""},
		{"GET", `"{"`, "", ""},
		{"POST", ``, "", ""},
		{"POST", `null`, "", ""},
		{"POST", `" "`, "", ""},
		{"POST", `{"a": 1}`, `{"a":1}`, ""},
		{"POST", `"{\"a\": 1}"`, `{"a":1}`, ""},
		{"POST", `"[1, 2]"`, `[1,2]`, ""},
		{"POST", `"{"`, "", "polling_body must be valid JSON (or empty)"},
	} {
		p := propose(storedSettings(), input(func(in *SettingsInput) { in.PollingMethod, in.PollingBody = &c.method, json.RawMessage(c.raw) }), settingsInfo, Reconcile, acceptURL)
		refused := ""
		if len(p.errors) > 0 {
			refused = p.errors[0].Message
		}
		if string(p.next.PollingBody) != c.want || refused != c.refused {
			t.Errorf("%s %s: %q, refused %q; want %q, %q", c.method, c.raw, p.next.PollingBody, refused, c.want, c.refused)
		}
	}
}

func TestNotificationEvents(t *testing.T) {
	p := propose(storedSettings(), input(func(in *SettingsInput) {
		in.NotificationEvents = []string{"connection_failed", "scrape_failed", "login_failed", "scrape_failed"}
	}), settingsInfo, Reconcile, acceptURL)
	if want := []string{"login_failed", "scrape_failed"}; !slices.Equal(p.next.NotificationEvents, want) || len(p.errors) > 0 {
		t.Errorf("events %v, errors %v; want %v", p.next.NotificationEvents, p.errors, want)
	}
}

func TestOwnSettings(t *testing.T) {
	p := propose(storedSettings(), input(ours(func(o *OwnInput) {
		o.BankFields = map[string]string{"address": " 10.0.0.1 "}
		o.BankSecrets = map[string]string{"seed": " JBSW "}
		o.BankAccounts = &[]string{"002", "001", "002"}
		o.Schedule, o.StartDate, o.DailyLogins = new(" 0 9 * * 1-5 "), new("2026-01-01"), new(6)
		o.SigningSecret = new("")
	})), settingsInfo, Reconcile, acceptURL)
	if len(p.errors) > 0 {
		t.Fatal(p.errors)
	}
	want := storedSettings()
	want.PendingOrdersEndpoint = "https://erp.example/orders"
	want.BankFields, want.BankAccounts = map[string]string{"address": "10.0.0.1"}, []string{"001", "002"}
	want.Schedule, want.StartDate, want.DailyLogins = "0 9 * * 1-5", "2026-01-01", 6
	if diff := cmp.Diff(want, p.next, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if p.put[SecretBankField+"seed"] != "JBSW" || !slices.Contains(p.drop, SecretSigning) {
		t.Errorf("wrote %v, removed %v", p.put, p.drop)
	}

	p = propose(storedSettings(), input(ours(func(o *OwnInput) {
		o.Schedule, o.BankAccounts, o.SigningSecret = new(""), &[]string{}, new(KeepSecret)
		o.BankSecrets = map[string]string{"seed": KeepSecret}
	})), settingsInfo, Reconcile, acceptURL)
	if p.next.Schedule != DefaultSchedule || len(p.next.BankAccounts) != 0 || slices.Contains(p.drop, SecretSigning) || len(p.put) != 0 || len(p.errors) > 0 {
		t.Errorf("%+v, wrote %v, removed %v, errors %v", p.next, p.put, p.drop, p.errors)
	}
}

func TestADraftMayMissButNotBeWrong(t *testing.T) {
	p := propose(Settings{}, SettingsInput{}, settingsInfo, Reconcile, acceptURL)
	if len(p.errors) != 2 || len(p.refused(true)) != 0 || len(p.refused(false)) != 2 {
		t.Errorf("errors %v, of a draft %v", p.errors, p.refused(true))
	}
	p = propose(Settings{}, SettingsInput{WebhookURL: new("http://169.254.1.1"), RetryLimit: new(-1)}, settingsInfo, Reconcile, acceptURL)
	var fields []string
	for _, e := range p.refused(true) {
		fields = append(fields, e.Field)
	}
	if !slices.Equal(fields, []string{"webhook_url", "retry_limit"}) {
		t.Errorf("a draft is refused for %v", fields)
	}
}
