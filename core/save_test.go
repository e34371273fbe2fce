package core_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/core/wire"
	"reconbanker/scrapers"
)

// shown is what a reader of the settings sees, as an input to save again.
func shown(t testing.TB, w *coretest.World, accountID string, own bool) core.SettingsInput {
	t.Helper()
	s, err := w.Core.Settings(t.Context(), accountID)
	if err != nil {
		t.Fatal(err)
	}
	var doc bytes.Buffer
	e := json.NewEncoder(&doc)
	e.SetEscapeHTML(false) // as every front end writes them
	if err := e.Encode(wire.FromSettings(s, own)); err != nil {
		t.Fatal(err)
	}
	var in core.SettingsInput
	if err := json.Unmarshal(doc.Bytes(), &in); err != nil {
		t.Fatal(err)
	}
	return in
}

func mustSave(t testing.TB, w *coretest.World, accountID string, in core.SettingsInput) core.Settings {
	t.Helper()
	s, err := w.Core.SaveSettings(t.Context(), accountID, in, false, "test")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// savings counts the saves that reached the store.
func savings(t testing.TB, w *coretest.World) (n int) {
	t.Helper()
	rows, err := w.Core.AuditLog(t.Context(), 500, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range rows {
		if a.Action == "settings.save" {
			n++
		}
	}
	return n
}

func everything(in *core.SettingsInput) {
	in.PendingOrdersEndpoint, in.NotificationEndpointURL = new("https://erp.example/orders"), new("https://erp.example/notify")
	in.WebhookAuthType, in.NotificationAuthType = new("api_key"), new("bearer")
	in.AuthToken, in.WebhookAuthToken, in.NotificationAuthToken = new("uno"), new("dos"), new("tres")
	in.NotificationEvents, in.RetryLimit = []string{"scrape_failed"}, new(0)
	in.PollingMethod, in.PollingBody = new("POST"), json.RawMessage(`"{\"since\": 1.50}"`)
	in.WebhookExtraFields, in.NotifyOnExpired, in.SilentIngestion = json.RawMessage(`{"z": "<ñ>", "a": 1.50}`), true, true
	in.SessionType, in.LoginMode = new("persistent"), new("assisted")
	in.Own.BankAccounts, in.Own.DailyLogins = &[]string{"002", "001"}, new(5)
	in.Own.SigningSecret = new("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")
}

func TestReadAndSavedAgainNothingChanges(t *testing.T) {
	for name, change := range map[string]func(*core.SettingsInput){"the least": func(*core.SettingsInput) {}, "everything": everything} {
		for _, own := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				w := coretest.NewWorld(t)
				a := w.Account(t, change)
				before, err := w.Core.Settings(t.Context(), a.ID)
				if err != nil {
					t.Fatal(err)
				}
				n, text := savings(t, w), w.Store.Dump()
				mustSave(t, w, a.ID, shown(t, w, a.ID, own))
				if savings(t, w) != n || w.Store.Dump() != text {
					t.Error("saving what was read changed something")
				}
				if after, err := w.Core.Settings(t.Context(), a.ID); err != nil || after.CredentialsVersion != before.CredentialsVersion {
					t.Errorf("credentials version %d became %d, %v", before.CredentialsVersion, after.CredentialsVersion, err)
				}
				mustEndWith(t, w, a.ID)
			})
		}
	}
}

// mustEndWith checks that the stored secrets still open to what was saved.
func mustEndWith(t *testing.T, w *coretest.World, accountID string) {
	t.Helper()
	box, err := w.Store.Secret(t.Context(), accountID, core.SecretPassword)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := w.Vault.Open(t.Context(), core.Scope{Table: "secret", Row: accountID, Field: core.SecretPassword}, box)
	if err != nil || string(plain) != coretest.Password {
		t.Errorf("the password opens to %q, %v", plain, err)
	}
}

func TestReadAndSavedAgainProperty(t *testing.T) {
	w := coretest.NewWorld(t)
	a := w.Account(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.SampledFrom([]string{"", "x", "ñ \" <>&", "\u2028"})
		object := map[string]any{"k" + text.Draw(rt, "key"): text.Draw(rt, "value"), "n": rapid.Float64Range(-1e9, 1e9).Draw(rt, "n")}
		doc, err := json.Marshal(object)
		if err != nil {
			rt.Fatal(err)
		}
		in := core.SettingsInput{
			WebhookURL: new(coretest.Hook), WebhookExtraFields: doc, RetryLimit: new(rapid.IntRange(0, 1000).Draw(rt, "limit")),
			PollingMethod: new(rapid.SampledFrom([]string{"GET", "POST"}).Draw(rt, "method")), PollingBody: doc,
			AuthToken: new(text.Draw(rt, "token")), NotifyOnExpired: rapid.Bool().Draw(rt, "expired"),
			NotificationEvents: rapid.SliceOfN(rapid.SampledFrom([]string{"login_failed", "scrape_failed", "connection_failed"}), 0, 3).Draw(rt, "events"),
			WebhookAuthType:    new(rapid.SampledFrom([]string{"", "bearer", "api_key"}).Draw(rt, "scheme")),
		}
		mustSave(t, w, a.ID, in)
		before := w.Store.Dump()
		mustSave(t, w, a.ID, shown(t, w, a.ID, rapid.Bool().Draw(rt, "own")))
		if w.Store.Dump() != before {
			rt.Fatal("saving what was read changed something")
		}
	})
}

func TestTheSameSecretsAgainAreNoChange(t *testing.T) {
	w := coretest.NewWorld(t)
	a := w.Account(t, everything)
	in := shown(t, w, a.ID, true)
	in.BankPassword, in.AuthToken, in.WebhookAuthToken = new(coretest.Password), new("uno"), new("dos")
	n := savings(t, w)
	if s := mustSave(t, w, a.ID, in); s.CredentialsVersion != 1 || savings(t, w) != n {
		t.Errorf("the same secrets made version %d and %d saves", s.CredentialsVersion, savings(t, w)-n)
	}
	in.AuthToken = new("otra")
	if s := mustSave(t, w, a.ID, in); s.CredentialsVersion != 1 || savings(t, w) != n+1 {
		t.Errorf("another token made version %d and %d saves", s.CredentialsVersion, savings(t, w)-n)
	}
	for i, change := range []func(){
		func() { in.BankPassword = new("otra-clave") },
		func() { in.BankUsername = new("eva") },
		func() { in.Own.BankFields = map[string]string{"branch": "7"} },
		func() { in.Own.BankSecrets = map[string]string{"seed": "JBSW"} },
	} {
		w.Bank.About.Fields = append(coretest.NewBank().About.Fields,
			scrapers.Field{Key: "branch", Label: "Branch", Optional: true}, scrapers.Field{Key: "seed", Label: "Seed", Secret: true, Optional: true})
		change()
		if s := mustSave(t, w, a.ID, in); s.CredentialsVersion != int64(i+2) {
			t.Errorf("change %d of the credentials made version %d, want %d", i+1, s.CredentialsVersion, i+2)
		}
	}
}

func TestDamagedAndLockedSecrets(t *testing.T) {
	w := coretest.NewWorld(t)
	a := w.Account(t)
	s, err := w.Core.Settings(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Store.SaveSettings(t.Context(), s, map[string][]byte{core.SecretPassword: []byte("rubbish")}, nil, core.Audit{}); err != nil {
		t.Fatal(err)
	}
	in := shown(t, w, a.ID, true)
	in.BankPassword = new(coretest.Password)
	if got := mustSave(t, w, a.ID, in); got.CredentialsVersion != 2 {
		t.Errorf("mending a damaged password made version %d", got.CredentialsVersion)
	}
	mustEndWith(t, w, a.ID)

	w.Vault.Lock(true)
	before := w.Store.Dump()
	in.BankPassword = new("otra")
	if _, err := w.Core.SaveSettings(t.Context(), a.ID, in, false, "test"); !errors.Is(err, core.ErrLocked) {
		t.Errorf("saving a password with a locked vault: %v", err)
	}
	if w.Store.Dump() != before {
		t.Error("something was saved all the same")
	}
	in.BankPassword = nil
	in.RetryLimit = new(8) // needs no secret
	mustSave(t, w, a.ID, in)
}

func TestRefusedSettingsChangeNothing(t *testing.T) {
	w := coretest.NewWorld(t)
	a := w.Account(t)
	before := w.Store.Dump()
	_, err := w.Core.SaveSettings(t.Context(), a.ID, core.SettingsInput{RetryLimit: new(-1)}, false, "test")
	var invalid *core.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) != 2 || w.Store.Dump() != before {
		t.Errorf("%v, changed %v", err, w.Store.Dump() != before)
	}
	if _, err := w.Core.SaveSettings(t.Context(), "nobody", core.SettingsInput{}, true, "test"); !core.IsMissing(err) {
		t.Errorf("settings of no account: %v", err)
	}
	if _, err := w.Core.Settings(t.Context(), "nobody"); !core.IsMissing(err) {
		t.Errorf("settings of no account: %v", err)
	}
}

func TestFirstSettings(t *testing.T) {
	w := coretest.NewWorld(t)
	a, err := w.Core.CreateAccount(t.Context(), coretest.BankCode, " Caja ", "test")
	if err != nil || a.Name != "Caja" {
		t.Fatal(a, err)
	}
	s, err := w.Core.SaveSettings(t.Context(), a.ID, core.SettingsInput{}, true, "test") // unfinished
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("America/Montevideo")
	if err != nil {
		t.Fatal(err)
	}
	if s.Schedule != core.DefaultSchedule || s.DailyLogins != 3 || s.RetryLimit != 3 || s.StartDate != a.CreatedAt.In(zone).Format(time.DateOnly) {
		t.Errorf("first settings %+v", s)
	}
	if gaps, err := w.Core.Missing(t.Context(), a.ID); err != nil || len(gaps) != 3 || !mustAccount(t, w, a.ID).NextRunAt.IsZero() {
		t.Errorf("missing %v, %v", gaps, err)
	}
	mustSave(t, w, a.ID, core.SettingsInput{WebhookURL: new(coretest.Hook), BankUsername: new("ana"), BankPassword: new("p")})
	if gaps, err := w.Core.Missing(t.Context(), a.ID); err != nil || len(gaps) != 0 || mustAccount(t, w, a.ID).NextRunAt.IsZero() {
		t.Errorf("missing %v, %v; next run %s", gaps, err, mustAccount(t, w, a.ID).NextRunAt)
	}
}

func TestReadersSeeNoSecret(t *testing.T) {
	w := coretest.NewWorld(t)
	a := w.Account(t, everything)
	s, err := w.Core.Settings(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(wire.FromSettings(s, true))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{coretest.Password, `"uno"`, `"dos"`, `"tres"`, "MDEy", "bank_password"} {
		if bytes.Contains(doc, []byte(secret)) {
			t.Errorf("the settings show %s", secret)
		}
	}
	if n := strings.Count(string(doc), core.KeepSecret); n != 4 {
		t.Errorf("%d stored tokens are shown as such, want 4", n)
	}
}
