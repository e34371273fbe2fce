package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
)

func TestKeysReachTheirAccountsOnly(t *testing.T) {
	d := signedIn(t)
	a, b := d.account(), d.account()
	write, read, one := d.key(core.ScopeOTP), d.key(core.ScopeStatus), d.key(core.ScopeStatus, a)
	status := func(key, account string) *answer {
		return d.call("GET", "/v1/accounts/"+account+"/status", nil, "Authorization", "Api-Key "+key)
	}
	v1 := func(code, message string) string {
		return `{"error":{"code":"` + code + `","message":"` + message + `"}}`
	}
	status(read, a).is(200)
	status(one, a).is(200)
	status(one, b).is(403).says(v1("FORBIDDEN", "this API key is not for this account"))
	status(one, nobody).is(403)
	status(write, a).is(403).says(v1("FORBIDDEN", "this API key lacks the scope status:read"))
	status(read, nobody).is(404).says(v1("NOT_FOUND", "Account not found"))
	status(read, "7").is(400).says(v1("VALIDATION_ERROR", "accountId must be a UUID"))
	d.call("POST", "/v1/accounts/"+a+"/otp", map[string]any{"code": "1"}, "X-Api-Key", read).is(403)
	for name, bad := range map[string]string{
		"a changed byte": read[:len(read)-1] + map[bool]string{true: "1", false: "0"}[read[len(read)-1] == '0'], "another secret": read[:13] + strings.Repeat("0", 64),
		"only the prefix": read[:12], "not a key": "x", "longer": read + "0", "a token": d.token,
	} {
		if got := status(bad, a); got.status != 401 || string(got.body) != v1("INVALID_API_KEY", "Invalid API key") {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	var list struct {
		Keys   []struct{ ID, Prefix string }
		Scopes []string `json:"available_scopes"`
	}
	d.ask("GET", "/me/api-keys", nil).is(200).into(&list)
	if len(list.Keys) != 3 || fmt.Sprint(list.Scopes) != "[otp:write status:read]" || !strings.HasPrefix(one, "rbk_"+list.Keys[0].Prefix) {
		t.Fatalf("keys %+v", list)
	}
	d.ask("DELETE", "/me/api-keys/"+list.Keys[0].ID, nil).is(204)
	d.ask("DELETE", "/me/api-keys/"+list.Keys[0].ID, nil).refused(404, "API key not found")
	d.ask("DELETE", "/me/api-keys/"+nobody, nil).refused(404, "API key not found")
	d.ask("DELETE", "/me/api-keys/7", nil).refused(400, "keyId must be a UUID")
	status(one, a).is(401).says(v1("INVALID_API_KEY", "Invalid API key"))
	if text := string(d.ask("GET", "/me/api-keys", nil).body); strings.Contains(text, read[13:]) || !strings.Contains(text, `"last_used_at":"2`) {
		t.Errorf("the list %s", text)
	}
}

func TestKeysAreMadeWithCare(t *testing.T) {
	d := signedIn(t)
	for body, says := range map[string]string{
		`{}`:                       "name is required",
		`{"name":" "}`:             "name is required",
		`{"name":"x"}`:             "At least one scope is required",
		`{"name":"x","scopes":[]}`: "At least one scope is required",
		`{"name":"x","scopes":["a","otp:write","b"]}`:                          "Unknown scopes: a, b",
		`{"name":"x","scopes":"otp:write"}`:                                    "scopes must be a list",
		`{"name":"x","scopes":["otp:write"],"account_ids":["7"]}`:              "account_ids must be UUIDs",
		`{"name":"x","scopes":["otp:write"],"account_ids":["` + nobody + `"]}`: `account_ids: there is no account "` + nobody + `"`,
		`{"name":"` + strings.Repeat("x", 101) + `","scopes":["otp:write"]}`:   "name must be one line of at most 100 characters",
	} {
		d.ask("POST", "/me/api-keys", body).refused(400, says)
	}
	d.ask("POST", "/me/api-keys", `{"name":" relay ","scopes":["otp:write","otp:write"],"account_ids":null}`).is(201)
	if got := d.ask("GET", "/me/api-keys", nil); !strings.Contains(string(got.body), `"name":"relay"`) || !strings.Contains(string(got.body), `"scopes":["otp:write"],"account_ids":null`) {
		t.Errorf("keys %s", got.body)
	}
}

func TestRevokingTakesACode(t *testing.T) {
	d := signedIn(t)
	app, backup := d.withTOTP()
	id := d.ask("POST", "/me/api-keys", map[string]any{"name": "relay", "scopes": []string{core.ScopeOTP}}).is(201).str("id")
	d.clock.push(time.Minute)
	revoke := func(id, code string) *answer {
		return d.ask("DELETE", "/me/api-keys/"+id, map[string]any{"code": code})
	}
	revoke(nobody, app.code()).refused(404, "API key not found") // and the code is not used up
	revoke(id, "000000").refused(401, "Invalid code")
	revoke(id, backup[0]).refused(401, "Invalid code")
	revoke(id, app.code()).is(204)
}
