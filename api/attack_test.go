package api_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"reconbanker/api"
	"reconbanker/core"
)

// forged are tokens that must not open anything.
func (d *desk) forged() map[string]string {
	d.t.Helper()
	o, err := d.Owner(d.t.Context())
	d.must(err)
	key, err := d.TokenKey(d.t.Context(), o)
	d.must(err)
	now := d.clock.now()
	with := func(method jwt.SigningMethod, key any, change func(jwt.MapClaims)) string {
		c := jwt.MapClaims{
			"iss": "reconbanker", "aud": "reconbanker-api", "sub": o.ID, "jti": "x", "email": email, "scope": "access",
			"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		}
		if change != nil {
			change(c)
		}
		s, err := jwt.NewWithClaims(method, c).SignedString(key)
		d.must(err)
		return s
	}
	hs := func(change func(jwt.MapClaims)) string { return with(jwt.SigningMethodHS256, key, change) }
	set := func(name string, v any) func(jwt.MapClaims) { return func(c jwt.MapClaims) { c[name] = v } }
	drop := func(name string) func(jwt.MapClaims) { return func(c jwt.MapClaims) { delete(c, name) } }
	if d.call("GET", "/me", nil, d.as(hs(nil))...).status != 200 {
		d.t.Fatal("a good token is not taken: the others prove nothing")
	}
	pair, err := rsa.GenerateKey(rand.Reader, 2048)
	d.must(err)
	parts := strings.Split(d.token, ".")
	return map[string]string{
		"none":               with(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"None in capitals":   base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"NONE","typ":"JWT"}`)) + "." + parts[1] + ".",
		"no signature":       parts[0] + "." + parts[1] + ".",
		"HS512":              with(jwt.SigningMethodHS512, key, nil),
		"RS256":              with(jwt.SigningMethodRS256, pair, nil),
		"another key":        with(jwt.SigningMethodHS256, []byte("another key, as long as the right"), nil),
		"an empty key":       with(jwt.SigningMethodHS256, []byte{}, nil),
		"expired":            hs(set("exp", now.Add(-time.Minute).Unix())),
		"without an end":     hs(drop("exp")),
		"of the future":      hs(set("iat", now.Add(time.Hour).Unix())),
		"not yet":            hs(set("nbf", now.Add(time.Hour).Unix())),
		"another issuer":     hs(set("iss", "x")),
		"another audience":   hs(set("aud", "x")),
		"another owner":      hs(set("sub", nobody)),
		"without an owner":   hs(drop("sub")),
		"without an id":      hs(drop("jti")),
		"another scope":      hs(set("scope", "admin")),
		"a challenge":        hs(set("scope", "2fa_pending")),
		"a ticket":           hs(set("scope", "ws")),
		"changed claims":     parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"x"}`)) + "." + parts[2],
		"a changed byte":     d.token[:len(d.token)-2] + map[bool]string{true: "AA", false: "BB"}[!strings.HasSuffix(d.token, "AA")],
		"two tokens":         d.token + " " + d.token,
		"not a token":        "x",
		"dots":               "..",
		"very long":          strings.Repeat("a", 8000),
		"an API key":         d.key(core.ScopeOTP),
		"the key of a token": string(base64.StdEncoding.EncodeToString(key)),
	}
}

func TestForgedTokensOpenNothing(t *testing.T) {
	d := signedIn(t)
	for name, token := range d.forged() {
		t.Run(name, func(t *testing.T) {
			d := *d
			d.t = t
			d.call("GET", "/accounts", nil, d.as(token)...).refused(401, "Invalid token")
			if got := d.call("POST", "/accounts", map[string]any{"bankId": bankID, "name": "x"}, d.as(token)...); got.status != 401 {
				t.Errorf("status %d", got.status)
			}
		})
	}
	for name, header := range map[string]string{
		"none": "", "basic": "Basic YTpi", "no token": "Bearer", "an empty token": "Bearer ", "no scheme": d.token, "a key": "Api-Key " + d.key(core.ScopeStatus),
	} {
		got := d.call("GET", "/accounts", nil, "Authorization", header)
		got.refused(401, "Unauthorized")
		if got.header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: WWW-Authenticate %q", name, got.header.Get("WWW-Authenticate"))
		}
	}
	d.ask("GET", "/accounts", nil).says(`[]`)
}

func TestEveryRouteAsksWho(t *testing.T) {
	d := signedIn(t)
	key := d.key(core.ScopeStatus)
	var doc struct{ Paths map[string]map[string]any }
	d.must(yamlInto(api.Document, &doc))
	asked := 0
	for path, methods := range doc.Paths {
		for method := range methods {
			open := path == "/health" || path == "/openapi.yaml" || path == "/realtime" || strings.HasPrefix(path, "/auth/") && path != "/auth/logout"
			if method == "parameters" || open {
				continue
			}
			asked++
			at := strings.NewReplacer("{accountId}", nobody, "{movementId}", nobody, "{keyId}", nobody, "{bankId}", nobody,
				"{jobId}", nobody, "{deliveryId}", nobody, "{requestId}", nobody).Replace(path)
			want := 401
			if got := d.call(strings.ToUpper(method), at, nil); got.status != want {
				t.Errorf("%s %s without anything: %d", method, path, got.status)
			}
			if strings.HasPrefix(path, "/v1/") {
				if got := d.ask(strings.ToUpper(method), at, nil); got.status != 401 || !strings.Contains(string(got.body), `"UNAUTHORIZED"`) {
					t.Errorf("%s %s with a token: %d %s", method, path, got.status, got.body)
				}
				continue
			}
			if got := d.call(strings.ToUpper(method), at, nil, "X-Api-Key", key); got.status != 401 {
				t.Errorf("%s %s with a key: %d", method, path, got.status)
			}
		}
	}
	if asked < 40 {
		t.Errorf("only %d routes were asked", asked)
	}
}

func TestOnlyOurHostIsAnswered(t *testing.T) {
	d := signedIn(t, func(c *api.Config) { c.Hosts = []string{"reconbanker.acme.example"} })
	port := d.url[strings.LastIndex(d.url, ":"):]
	for host, good := range map[string]bool{
		"127.0.0.1" + port: true, "localhost" + port: true, "127.0.0.1": true, "localhost": true, "reconbanker.acme.example" + port: true,
		"evil.example" + port: false, "localhost.evil.example" + port: false, "127.0.0.1.nip.io": false, "[::ffff:7f00:1]" + port: false,
		"[::1]" + port: false, "127.0.0.2" + port: false, "localhost." + port: false, "LOCALHOST" + port: false, "0.0.0.0" + port: false, "2130706433" + port: false,
		"0x7f.1" + port: false, "evil.reconbanker.acme.example": false, "localhost:x": false, "localhost@evil.example": false,
	} {
		got := d.ask("GET", "/accounts", nil, "Host", host)
		if good && got.status != 200 || !good && got.status != 403 && got.status != 400 { // net/http refuses some by itself
			t.Errorf("Host %q: %d", host, got.status)
		}
	}
	raw := d.raw("GET /accounts HTTP/1.0\r\n\r\n")
	if !strings.Contains(raw, " 403 ") {
		t.Errorf("without a host: %s", raw)
	}
}

// raw sends bytes and returns what comes back until the end.
func (d *desk) raw(text string) string {
	d.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
	d.must(err)
	defer conn.Close()
	_, err = io.WriteString(conn, text)
	d.must(err)
	data, _ := io.ReadAll(conn) // a reset is an end too
	return string(data)
}

func TestPagesOfOthersAreRefused(t *testing.T) {
	d := signedIn(t, func(c *api.Config) { c.Origins = []string{"https://app.acme.example"} })
	for name, header := range map[string][]string{
		"another page":       {"Origin", "https://evil.example"},
		"no page":            {"Origin", "null"},
		"a subdomain":        {"Origin", "https://x.app.acme.example"},
		"the other scheme":   {"Origin", "http://app.acme.example"},
		"across sites":       {"Sec-Fetch-Site", "cross-site"},
		"from a sibling":     {"Sec-Fetch-Site", "same-site"},
		"a form of a page":   {"Origin", "https://evil.example", "Content-Type", "text/plain"},
		"loopback elsewhere": {"Origin", "http://127.0.0.1:1"},
	} {
		got := d.ask("POST", "/accounts", map[string]any{"bankId": bankID, "name": "x"}, header...)
		if got.status != 403 || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", name, got.status, got.header)
		}
	}
	d.ask("GET", "/accounts", nil).says(`[]`)
	d.ask("GET", "/accounts", nil, "Origin", d.url).is(200)
	d.ask("GET", "/accounts", nil, "Sec-Fetch-Site", "none").is(200)
	got := d.ask("GET", "/accounts", nil, "Origin", "https://app.acme.example").is(200)
	if got.header.Get("Access-Control-Allow-Origin") != "https://app.acme.example" || got.header.Get("Vary") != "Origin" {
		t.Errorf("headers %v", got.header)
	}
	d.call("OPTIONS", "/accounts", nil, "Origin", "https://app.acme.example", "Access-Control-Request-Method", "POST").is(204)
	d.call("OPTIONS", "/accounts", nil, "Origin", "https://evil.example", "Access-Control-Request-Method", "POST").is(403)
}

func TestNoPagesUnlessConfigured(t *testing.T) {
	d := signedIn(t)
	got := d.call("OPTIONS", "/accounts", nil, "Origin", "https://app.acme.example")
	if got.status != 403 || got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%d %v", got.status, got.header)
	}
}

func TestPathTricks(t *testing.T) {
	d := signedIn(t)
	id := d.account()
	for _, path := range []string{
		"/accounts/../me", "/accounts/%2e%2e/me", "/accounts/..%2fme", "//accounts", "/api//accounts", "/accounts//" + id, "/accounts/./" + id,
		"/accounts/" + id + "%2fconfig", "/accounts/" + id + "%2Fconfig", "/accounts;x/" + id, "/ACCOUNTS", "/api", "/api/", "/", "/api/api/accounts",
		"/accounts/" + id + "/config/..", "/me/..;/accounts", "/static/../../etc/passwd", "/accounts\\" + id, "/v1", "/v1/accounts",
	} {
		if got := d.raw("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + d.token + "\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 404 ") {
			t.Errorf("%s: %.60q", path, got)
		}
	}
	got := d.ask("PUT", "/accounts", nil)
	got.refused(405, "PUT is not possible here: use GET or POST")
	if got.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow %q", got.header.Get("Allow"))
	}
	d.ask("GET", "/v1/nothing", nil).is(404).says(`{"error":{"code":"NOT_FOUND","message":"Route not found"}}`)
	if raw := d.raw("TRACE / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(raw, "HTTP/1.1 404 ") {
		t.Errorf("TRACE: %.60q", raw)
	}
}

func TestLargeRequestsAreCut(t *testing.T) {
	d := signedIn(t)
	r, err := http.NewRequestWithContext(t.Context(), "POST", d.url+"/accounts", io.LimitReader(endless{}, 2<<30))
	d.must(err)
	r.Header.Set("Authorization", "Bearer "+d.token)
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = 2 << 30
	if got, err := client.Do(r); err == nil { // it may be cut while it is sent
		defer got.Body.Close()
		if got.StatusCode != 413 {
			t.Errorf("2 GB: %d", got.StatusCode)
		}
	}
	if got := d.raw("GET /accounts HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n"); !strings.Contains(got, " 431 ") && got != "" {
		t.Errorf("1 MB of headers: %.60q", got)
	}
	d.ask("GET", "/accounts", nil).is(200)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// TestSlowClients: those that send a byte now and then do not keep others from
// being answered, and are cut off.
func TestSlowClients(t *testing.T) {
	d := signedIn(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for range 40 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
		d.must(err)
		_, err = io.WriteString(conn, "GET /accounts HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow:")
		d.must(err)
		wg.Go(func() {
			defer conn.Close()
			stop := context.AfterFunc(ctx, func() { conn.Close() })
			defer stop()
			line, _ := bufio.NewReader(conn).ReadString('\n')
			if ctx.Err() != nil {
				t.Error("a slow client was never cut off")
			} else if line != "" && !strings.Contains(line, "40") {
				t.Errorf("a slow client was answered %q", line)
			}
		})
	}
	d.ask("GET", "/accounts", nil).is(200)
	wg.Wait()
}

// TestBruteForce: the code of a login cannot be guessed through any door.
func TestBruteForce(t *testing.T) {
	d := signedIn(t)
	id, _ := d.assisted()
	key := d.key(core.ScopeOTP)
	taken := 0
	for i := range 50 {
		body := map[string]any{"code": fmt.Sprintf("%06d", i)}
		got := d.ask("POST", "/accounts/"+id+"/otp", body)
		if i%2 == 1 {
			got = d.call("POST", "/v1/accounts/"+id+"/otp", body, "X-Api-Key", key)
		}
		if got.status != 429 {
			taken++
		}
	}
	if taken > 5 {
		t.Errorf("%d codes were looked at", taken)
	}
}

func TestSecretsStayInside(t *testing.T) {
	d := signedIn(t)
	id := d.account(func(in map[string]any) {
		in["auth_token"], in["webhook_auth_token"], in["notification_auth_token"] = "secret-token-1", "secret-token-2", "secret-token-3"
		in["own"].(map[string]any)["signing_secret"] = "whsec_c2VjcmV0LXRva2VuLTQtc2VjcmV0LXRva2VuLTQ="
	})
	all := ""
	for _, path := range []string{"/accounts", "/accounts/" + id, "/accounts/" + id + "/config", "/accounts/" + id + "/config?own=true", "/me", "/me/api-keys"} {
		all += string(d.ask("GET", path, nil).is(200).body)
	}
	for _, secret := range []string{"secret-token", "whsec_", "Canario", "argon2id", password} {
		if strings.Contains(all, secret) || d.log.Count(secret) > 0 {
			t.Errorf("%s came out", secret)
		}
	}
	if d.log.Count(d.token) > 0 {
		t.Error("a token is in the log")
	}
}

// yamlInto reads what the tests need of the document.
func yamlInto(data []byte, v any) error {
	doc, err := loadDocument(data)
	if err != nil {
		return err
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}
