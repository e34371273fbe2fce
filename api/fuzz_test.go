package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"reconbanker/core"
)

// fuzzed are the routes whose body or query is read.
var fuzzed = []string{
	"POST /auth/register", "POST /auth/login", "POST /auth/login/totp", "PUT /me/operation-mode", "POST /me/2fa/confirm", "DELETE /me/2fa",
	"POST /me/api-keys", "DELETE /me/api-keys/" + nobody, "POST /accounts", "PATCH /accounts/*", "DELETE /accounts/*", "GET /accounts/*/config",
	"PUT /accounts/*/config", "POST /accounts/*/otp", "GET /accounts/*/movements", "GET /accounts/*/movements/dead-letters",
	"POST /accounts/*/movements/" + nobody + "/notify", "GET /runs", "GET /deliveries", "GET /conciliation", "GET /conciliation/" + nobody,
	"POST /conciliation/" + nobody + "/settle", "POST /v1/accounts/*/otp", "GET /v1/accounts/*/status",
}

// FuzzRequests: no body and no query is answered with a 500, or with anything
// that is not JSON.
func FuzzRequests(f *testing.F) {
	d := signedIn(f)
	id, key := d.account(), d.key(core.ScopeOTP)
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	for i := range fuzzed {
		f.Add(uint8(i), "limit=1&offset=2&status=ok&from=2026-05-13T10:15:00Z&search=a&own=true&explain=1&anyway=0&account_id="+nobody, []byte(seedConfig))
		f.Add(uint8(i), "limit=-1&limit=%zz;;&offset=1e9&from=x&account_id='", []byte(`{"code":"1","name":"x","scopes":["otp:write"],"email":"a@b.c","password":"x"}`))
		f.Add(uint8(i), "search=%00%ff%25_", []byte(`{"name":"\u0000\ud800","code":1e400,"webhook_url":"http://[::1","webhook_extra_fields":{"a":{"a":NaN}}}`))
		f.Add(uint8(i), "", []byte("{\"mode\":\"\xff\",\"polling_body\":\"[\",\"retry_limit\":9223372036854775808,\"notification_events\":[null]}"))
		f.Add(uint8(i), "offset=9223372036854775807&limit=500", []byte(`[[[[[[`))
	}
	f.Fuzz(func(t *testing.T, route uint8, query string, body []byte) {
		method, path, _ := strings.Cut(fuzzed[int(route)%len(fuzzed)], " ")
		r := httptest.NewRequestWithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, local), method,
			"http://127.0.0.1"+strings.Replace(path, "*", id, 1), bytes.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Authorization", "Bearer "+d.token)
		r.Header.Set("X-Api-Key", key)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		d.server.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%s %s?%s %q answered %d %s", method, path, query, body, w.Code, w.Body)
		}
		if w.Code != http.StatusNoContent && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s answered %d %s", method, path, w.Code, w.Body)
		}
	})
}

// FuzzPaths: no path and no host is answered with a 500, or redirected.
func FuzzPaths(f *testing.F) {
	d := signedIn(f)
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	for _, path := range []string{"/accounts/" + nobody, "/accounts/%2e%2e/me", "//", "/api/api", "/accounts/%00/otp", "/conciliation/poll/x", "/%", "/accounts/\xff"} {
		f.Add(path, "127.0.0.1", "")
		f.Add(path, "[::1", "https://evil.example")
	}
	f.Fuzz(func(t *testing.T, path, host, origin string) {
		r := httptest.NewRequestWithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, local), "POST", "http://127.0.0.1/", nil)
		r.URL.Path, r.URL.RawPath, r.Host = path, "", host
		if decoded, err := url.PathUnescape(path); err == nil {
			r.URL.Path, r.URL.RawPath = decoded, path
		}
		r.Header.Set("Authorization", "Bearer "+d.token)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		w := httptest.NewRecorder()
		d.server.ServeHTTP(w, r)
		if w.Code >= 500 || w.Code >= 300 && w.Code < 400 {
			t.Errorf("%q of %q answered %d %s", path, host, w.Code, w.Body)
		}
	})
}

// TestManyClients mixes what 200 clients do at once; run with -race it finds what
// they share. Nothing fails, and one account never has two live runs.
func TestManyClients(t *testing.T) {
	const clients, each = 200, 5
	d := signedIn(t)
	ids := []string{d.account(), d.account(), d.account()}
	key := d.key(core.ScopeStatus)
	calls := []struct{ method, path, body string }{
		{"GET", "/accounts", ""},
		{"GET", "/accounts/*/movements?limit=5", ""},
		{"POST", "/accounts/*/scrape", ""},
		{"PUT", "/accounts/*/config", `{"webhook_url":"https://receiver.example/hook","retry_limit":2}`},
		{"GET", "/accounts/*/config", ""},
		{"GET", "/v1/accounts/*/status", ""},
		{"POST", "/accounts/*/otp", `{"code":"1"}`},
		{"GET", "/me", ""},
		{"POST", "/realtime/ticket", ""},
		{"PUT", "/me/operation-mode", `{"mode":"passthrough"}`},
		{"PATCH", "/accounts/*", `{"name":"Caja"}`},
		{"GET", "/me/api-keys", ""},
	}
	var wg sync.WaitGroup
	for n := range clients {
		wg.Go(func() {
			for i := range each {
				c := calls[(n+i*7)%len(calls)]
				r, err := http.NewRequestWithContext(t.Context(), c.method, d.url+strings.Replace(c.path, "*", ids[n%len(ids)], 1), strings.NewReader(c.body))
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Authorization", "Bearer "+d.token)
				r.Header.Set("X-Api-Key", key)
				got, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				got.Body.Close()
				if s := got.StatusCode; s >= 500 || s == 401 || s == 403 {
					t.Errorf("%s %s answered %d", c.method, c.path, s)
				}
			}
		})
	}
	wg.Wait()
	d.waitFor(func() bool {
		live, total, err := d.Runs(t.Context(), core.RunFilter{Status: core.Running})
		d.must(err)
		if total > len(ids) {
			t.Errorf("%d runs at once: %+v", total, live)
		}
		return total == 0
	})
}
