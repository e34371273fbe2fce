package api_test

import (
	"encoding/json"
	"strings"
	"testing"
)

const nobody = "01890000-0000-7000-8000-000000000000"

func TestAccountsAreEnrolledListedAndDeleted(t *testing.T) {
	d := signedIn(t)
	d.ask("GET", "/accounts", nil).is(200).says(`[]`)
	made := d.ask("POST", "/accounts", map[string]any{"bankId": bankID, "name": "  Operating account "}).is(201)
	id := made.str("id")
	want := `{"id":"` + id + `","bank":"coretest","name":"Operating account","status":"active","scrapeBlockedAt":null,"scrapeBlockedReason":null}`
	made.says(want)
	d.ask("GET", "/accounts", nil).is(200).says(`[` + want + `]`)
	one := `{"id":"` + id + `","bank":"coretest","name":"Operating account","status":"active"}`
	d.ask("GET", "/accounts/"+id, nil).is(200).says(one)
	d.ask("GET", "/api/accounts/"+id, nil).is(200).says(one)
	d.ask("GET", "/accounts/"+id+"/", nil).is(200).says(one)
	d.ask("GET", "/accounts/"+strings.ToUpper(id), nil).is(200).says(one)

	gone := func(body any) *answer { return d.ask("DELETE", "/accounts/"+id, body) }
	gone(nil).refused(400, "confirmation_name is required")
	gone(map[string]any{}).refused(400, "confirmation_name is required")
	gone(map[string]any{"confirmation_name": "  "}).refused(400, "confirmation_name is required")
	gone(map[string]any{"confirmation_name": "operating account"}).refused(400, "Confirmation name does not match")
	gone(map[string]any{"confirmation_name": 7}).refused(400, "confirmation_name must be a string")
	gone(map[string]any{"confirmation_name": " Operating account "}).is(204).says("")
	gone(map[string]any{"confirmation_name": "Operating account"}).refused(404, "Account not found")
	d.ask("GET", "/accounts/"+id, nil).refused(404, "Account not found")
}

func TestEnrollingRefusesBadInput(t *testing.T) {
	d := signedIn(t)
	for _, tt := range []struct {
		name string
		body any
		code int
		says string
	}{
		{"nothing", nil, 400, "bankId and name are required"},
		{"an empty object", `{}`, 400, "bankId and name are required"},
		{"no name", map[string]any{"bankId": bankID}, 400, "bankId and name are required"},
		{"no bank", map[string]any{"name": "Caja"}, 400, "bankId and name are required"},
		{"a blank name", map[string]any{"bankId": bankID, "name": " \t"}, 400, "bankId and name are required"},
		{"nulls", `{"bankId":null,"name":null}`, 400, "bankId and name are required"},
		{"a bank that is no UUID", map[string]any{"bankId": "itau", "name": "Caja"}, 400, "bankId must be the id of a bank, a UUID: GET /banks lists them"},
		{"an unknown bank", map[string]any{"bankId": nobody, "name": "Caja"}, 404, "Bank not found"},
		{"a name of another kind", map[string]any{"bankId": bankID, "name": []int{1}}, 400, "name must be a string"},
		{"a long name", map[string]any{"bankId": bankID, "name": strings.Repeat("ñ", 101)}, 400, "name is too long: at most 100 characters"},
		{"two lines", map[string]any{"bankId": bankID, "name": "a\nb"}, 400, "name must be one line of text"},
		{"a list", `[]`, 400, "the body must be a JSON object"},
		{"null", `null`, 400, "the body must be a JSON object"},
		{"broken", `{"bankId":`, 400, "the body is not valid JSON: it ends too early"},
		{"two names", `{"name":"a","name":"b"}`, 400, `the body names "name" twice`},
		{"two objects", `{} {}`, 400, "the body must be one JSON object and nothing behind it"},
		{"deep", `{"x":` + strings.Repeat("[", 5000), 400, "the body is nested too deeply: at most 64 levels"},
		{"large", `{"name":"` + strings.Repeat("x", 100<<10) + `"}`, 413, "the body is too large: at most 100 kB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := *d
			d.t = t
			d.ask("POST", "/accounts", tt.body).refused(tt.code, tt.says)
		})
	}
	d.ask("POST", "/accounts", `name=Caja`, "Content-Type", "application/x-www-form-urlencoded").
		refused(415, "send JSON: the header Content-Type must be application/json")
	d.ask("POST", "/accounts", `{}`, "Content-Type", "application/json; charset=latin1").is(415)
	d.ask("GET", "/accounts", nil).says(`[]`)
}

func TestIdsAreUUIDs(t *testing.T) {
	d := signedIn(t)
	for _, call := range []string{
		"GET /accounts/*", "DELETE /accounts/*", "PATCH /accounts/*", "GET /accounts/*/config", "PUT /accounts/*/config",
		"GET /accounts/*/movements", "GET /accounts/*/movements/dead-letters", "POST /accounts/*/scrape", "POST /accounts/*/restart",
		"POST /accounts/*/movements/" + nobody + "/notify", "GET /accounts/*/otp", "POST /accounts/*/otp",
	} {
		method, path, _ := strings.Cut(call, " ")
		for _, id := range []string{"1", "x", "%00", "'; DROP TABLE account", nobody[:35] + "g", "{" + nobody[1:35] + "}"} {
			got := d.ask(method, strings.Replace(path, "*", strings.ReplaceAll(id, " ", "%20"), 1), nil)
			got.refused(400, "accountId must be a UUID")
		}
		body := any(nil)
		if method == "PUT" || method == "PATCH" {
			body = map[string]any{"name": "x", "webhook_url": "https://a.example"}
		}
		d.ask(method, strings.Replace(path, "*", nobody, 1), body).refused(404, "Account not found")
	}
	id := d.account()
	d.ask("POST", "/accounts/"+id+"/movements/7/notify", nil).refused(400, "movementId must be a UUID")
}

func TestAccountsAreRenamedAndPaused(t *testing.T) {
	d := signedIn(t)
	id := d.account()
	d.ask("PATCH", "/accounts/"+id, map[string]any{"name": "Otra", "status": "paused"}).is(200)
	d.ask("GET", "/accounts/"+id, nil).says(`{"id":"` + id + `","bank":"coretest","name":"Otra","status":"paused"}`)
	d.ask("PATCH", "/accounts/"+id, map[string]any{}).refused(400, "nothing to change: send name, status or both")
	d.ask("PATCH", "/accounts/"+id, map[string]any{"status": "gone"}).refused(400, "status must be active, paused or archived")
	d.ask("PATCH", "/accounts/"+id, map[string]any{"name": ""}).refused(400, "name is required")
}

// TestAudit finds the owner's e-mail beside what was done over the API.
func TestAudit(t *testing.T) {
	d := signedIn(t)
	d.account()
	rows, err := d.AuditLog(t.Context(), 10, 0)
	d.must(err)
	if rows[0].Action != "settings.save" && rows[0].Actor != "API: "+email {
		t.Errorf("the last change was %+v", rows[0])
	}
}

// TestConfig is the seed's example, word by word.
func TestConfig(t *testing.T) {
	d := signedIn(t)
	id := d.ask("POST", "/accounts", map[string]any{"bankId": bankID, "name": "Operating account"}).str("id")
	path := "/accounts/" + id + "/config"
	d.ask("GET", path, nil).is(200).says(`null`)
	saved := d.ask("PUT", path, seedConfig).is(200)
	var st map[string]json.RawMessage
	saved.into(&st)
	want := `{"id":` + string(st["id"]) + `,"account_id":"` + id + `","pending_orders_endpoint":"https://customer.example/pending",` +
		`"webhook_url":"https://customer.example/webhook","retry_limit":3,"polling_method":"GET","polling_body":null,` +
		`"auth_type":"bearer","auth_token":"__secret_present__","webhook_auth_type":"bearer","webhook_auth_token":"__secret_present__",` +
		`"notification_endpoint_url":"https://your-service.example/reconbanker/notify","notification_auth_type":"bearer",` +
		`"notification_auth_token":"__secret_present__","notification_events":["assistance_required"],"notify_on_expired":false,` +
		`"webhook_extra_fields":{"tenant":"acme"},"silent_ingestion":false,"session_type":"one-shot","login_mode":"simple","bank_username":"user@bank"}`
	saved.says(want)
	d.ask("GET", path, nil).is(200).says(want)
	d.ask("PUT", path, string(saved.body)).is(200).says(want) // what is read can be written

	var with map[string]any
	d.ask("GET", path+"?own=true", nil).is(200).into(&with)
	if own, ok := with["own"].(map[string]any); !ok || own["daily_logins"] != 3.0 {
		t.Errorf("own settings %v", with["own"])
	}
	d.ask("GET", path+"?own=x", nil).refused(400, "own must be true or false")

	// An omitted field returns to its default; the credentials stay.
	d.ask("PUT", path, map[string]any{"webhook_url": "https://customer.example/webhook"}).is(200).says(
		`{"id":` + string(st["id"]) + `,"account_id":"` + id + `","pending_orders_endpoint":null,` +
			`"webhook_url":"https://customer.example/webhook","retry_limit":3,"polling_method":"GET","polling_body":null,` +
			`"auth_type":"bearer","auth_token":null,"webhook_auth_type":null,"webhook_auth_token":null,` +
			`"notification_endpoint_url":null,"notification_auth_type":null,"notification_auth_token":null,"notification_events":[],` +
			`"notify_on_expired":false,"webhook_extra_fields":null,"silent_ingestion":false,"session_type":"one-shot",` +
			`"login_mode":"simple","bank_username":"user@bank"}`)
}

const seedConfig = `{
  "pending_orders_endpoint": "https://customer.example/pending",
  "webhook_url": "https://customer.example/webhook",
  "webhook_auth_type": "bearer",
  "webhook_auth_token": "<token>",
  "notification_endpoint_url": "https://your-service.example/reconbanker/notify",
  "notification_auth_type": "bearer",
  "notification_auth_token": "<token>",
  "notification_events": ["assistance_required"],
  "retry_limit": 3,
  "polling_method": "GET",
  "polling_body": null,
  "auth_type": "bearer",
  "auth_token": "<token>",
  "bank_username": "user@bank",
  "bank_password": "<password>",
  "notify_on_expired": false,
  "webhook_extra_fields": { "tenant": "acme" },
  "session_type": "one-shot",
  "login_mode": "simple",
  "silent_ingestion": false
}`

func TestConfigRefusesBadInput(t *testing.T) {
	d := signedIn(t)
	id := d.account()
	path := "/accounts/" + id + "/config"
	before := d.ask("GET", path+"?own=true", nil).is(200)
	for _, tt := range []struct{ name, body, says string }{
		{"nothing", `{}`, "webhook_url is required"},
		{"a blank webhook", `{"webhook_url":" "}`, "webhook_url is required"},
		{"events", `{"webhook_url":"https://a.example","notification_events":["x"]}`, `notification_events: "x" is unknown; use any of assistance_required, login_failed, scrape_failed`},
		{"events of another kind", `{"webhook_url":"https://a.example","notification_events":"x"}`, "notification_events must be a list"},
		{"retries", `{"webhook_url":"https://a.example","retry_limit":-1}`, "retry_limit must be a whole number from 0 to 1000"},
		{"half a retry", `{"webhook_url":"https://a.example","retry_limit":1.5}`, "retry_limit must be a whole number"},
		{"reserved keys", `{"webhook_url":"https://a.example","webhook_extra_fields":{"id":1,"amount":2}}`, "webhook_extra_fields cannot override reserved keys: id, amount"},
		{"a list of extra fields", `{"webhook_url":"https://a.example","webhook_extra_fields":[1]}`, "webhook_extra_fields must be a JSON object"},
		{"extra fields that are no JSON", `{"webhook_url":"https://a.example","webhook_extra_fields":"{"}`, "webhook_extra_fields must be valid JSON"},
		{"a polling body", `{"webhook_url":"https://a.example","polling_method":"POST","polling_body":"{"}`, "polling_body must be valid JSON (or empty)"},
		{"a method", `{"webhook_url":"https://a.example","polling_method":"PATCH"}`, "polling_method must be GET or POST"},
		{"an auth type", `{"webhook_url":"https://a.example","auth_type":"basic"}`, "auth_type must be bearer or api_key"},
		{"a session", `{"webhook_url":"https://a.example","session_type":"x"}`, "session_type must be one-shot or persistent"},
		{"a login", `{"webhook_url":"https://a.example","login_mode":"x"}`, "login_mode must be simple or assisted"},
		{"a user without a password", `{"webhook_url":"https://a.example","bank_username":"eva"}`, "bank_password is required when bank_username changes"},
		{"a password without a user", `{"webhook_url":"https://a.example","bank_password":"x"}`, "bank_username is required when bank_password is sent"},
		{"a flag", `{"webhook_url":"https://a.example","silent_ingestion":"yes"}`, "silent_ingestion must be true or false"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := *d
			d.t = t
			d.ask("PUT", path, tt.body).refused(400, tt.says)
		})
	}
	d.ask("PUT", "/me/operation-mode", map[string]any{"mode": "reconcile"}).is(200)
	for _, endpoint := range []string{`null`, `" "`} {
		d.ask("PUT", path, `{"webhook_url":"https://a.example","pending_orders_endpoint":`+endpoint+`}`).
			refused(400, "pending_orders_endpoint is required when operation mode is reconcile")
	}
	d.ask("GET", path+"?own=true", nil).says(string(before.body)) // nothing half changed
	if s, err := d.Settings(t.Context(), id); err != nil || s.BankUsername != "ana" || !s.Stored["bank_password"] {
		t.Errorf("settings %+v, %v", s, err)
	}
}
