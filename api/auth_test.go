package api_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"reconbanker/core"
)

func TestOwnerIsRegisteredOnce(t *testing.T) {
	d := open(t)
	post := func(body any) *answer { return d.anonymous("POST", "/auth/register", body) }
	post(map[string]any{"email": email}).refused(400, "email and password required")
	post(map[string]any{"email": "ana", "password": password}).refused(400, "email is invalid")
	d.clock.push(time.Hour)
	post(map[string]any{"email": email, "password": "short"}).refused(400, "Password must be at least 12 characters")
	got := post(map[string]any{"email": " Ana@ACME.example ", "password": password, "name": " Ana "}).is(201)
	got.says(`{"id":"` + got.str("id") + `","email":"ana@acme.example"}`)
	d.clock.push(time.Hour)
	post(map[string]any{"email": "ANA@acme.example", "password": password}).refused(409, "Email already exists")
	post(map[string]any{"email": "eva@acme.example", "password": password}).refused(409, "this installation has an owner already")
	d.clock.push(time.Hour)
	for range 3 {
		post(nil).is(400)
	}
	post(nil).refused(429, "Too many requests, please try again later")
}

func TestOwnerSignsInAndOut(t *testing.T) {
	d := signedIn(t)
	got := d.anonymous("POST", "/api/auth/login", map[string]any{"email": "ANA@acme.example", "password": password}).is(200)
	o, err := d.Owner(t.Context())
	d.must(err)
	got.says(`{"token":"` + got.str("token") + `","user":{"id":"` + o.ID + `","email":"ana@acme.example","name":"Ana"}}`)
	other := got.str("token")
	d.call("GET", "/me", nil, d.as(other)...).is(200).
		says(`{"id":"` + o.ID + `","email":"ana@acme.example","name":"Ana","operation_mode":"passthrough","totp_enabled":false}`)
	d.call("POST", "/auth/logout", nil, d.as(other)...).is(204)
	d.call("GET", "/me", nil, d.as(other)...).refused(401, "Invalid token")
	d.ask("GET", "/me", nil).is(200) // the first token goes on
	d.clock.push(7*24*time.Hour + time.Minute)
	d.ask("GET", "/me", nil).refused(401, "Invalid token")
	d.clock.push(-30 * 24 * time.Hour)
	d.ask("GET", "/me", nil).refused(401, "Invalid token") // a clock set back brings nothing to life
}

func TestSigningInIsRefused(t *testing.T) {
	d := signedIn(t) // one of five tries
	post := func(body any) *answer { return d.anonymous("POST", "/auth/login", body) }
	post(map[string]any{"email": email, "password": "Otra-Caballo-77"}).refused(401, "Invalid credentials")
	post(map[string]any{"email": "eva@acme.example", "password": password}).refused(401, "Invalid credentials")
	post(map[string]any{"email": email, "password": ""}).refused(400, "email and password required")
	post(map[string]any{}).refused(400, "email and password required")
	over := post(map[string]any{"email": email, "password": password})
	over.refused(429, "Too many requests, please try again later")
	if over.header.Get("Retry-After") == "" {
		t.Error("nothing says when to try again")
	}
	if d.log.Count(`"status":401`) < 2 || d.log.Count("Otra-Caballo") > 0 || d.log.Count(password) > 0 {
		t.Error("refused sign-ins are not in the log, or their passwords are")
	}
	d.clock.push(3*time.Minute + time.Second)
	d.login()
}

func TestNewPasswordEndsTokens(t *testing.T) {
	d := signedIn(t)
	_, err := d.SetOwner(t.Context(), core.OwnerInput{Email: email, Password: "Nueva-Caballo-8"}, "test")
	d.must(err)
	d.ask("GET", "/me", nil).refused(401, "Invalid token")
}

func TestLockedSecretsAreSaid(t *testing.T) {
	d := signedIn(t)
	d.vault.Lock(true)
	d.ask("GET", "/me", nil).is(503)
	d.anonymous("GET", "/health", nil).is(200)
	d.vault.Lock(false)
	d.ask("GET", "/me", nil).is(200)
}

func TestOperationMode(t *testing.T) {
	d := signedIn(t)
	put := func(body any) *answer { return d.ask("PUT", "/me/operation-mode", body) }
	put(map[string]any{"mode": "reconcile"}).is(200).says(`{"operation_mode":"reconcile"}`)
	put(map[string]any{"mode": "reconcile"}).is(200)
	for _, bad := range []string{`{}`, `{"mode":""}`, `{"mode":"x"}`, `{"mode":null}`} {
		put(bad).refused(400, "mode must be reconcile or passthrough")
	}
	put(`{"mode":1}`).refused(400, "mode must be a string")
	if mode, err := d.OperationMode(t.Context()); mode != core.Reconcile || err != nil {
		t.Errorf("mode %q, %v", mode, err)
	}
}

// authenticator is an app with a secret from an otpauth address.
type authenticator struct {
	d      *desk
	secret []byte
}

func (d *desk) enrol() *authenticator {
	d.t.Helper()
	uri, err := url.Parse(d.ask("POST", "/me/2fa/enroll", nil).is(200).str("otpauth_uri"))
	d.must(err)
	if uri.Path != "/Reconbanker:"+email || uri.Query().Get("issuer") != "Reconbanker" {
		d.t.Errorf("address %s", uri)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(uri.Query().Get("secret"))
	d.must(err)
	return &authenticator{d, secret}
}

func (a *authenticator) code() string {
	m := hmac.New(sha1.New, a.secret)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(a.d.clock.now().Unix()/30)))
	sum := m.Sum(nil)
	off := sum[19] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[off:])&0x7fffffff%1_000_000)
}

// withTOTP switches two-factor sign-in on and returns the backup codes.
func (d *desk) withTOTP() (*authenticator, []string) {
	d.t.Helper()
	app := d.enrol()
	var out struct {
		Codes []string `json:"backup_codes"`
	}
	d.ask("POST", "/me/2fa/confirm", map[string]any{"code": app.code()}).is(200).into(&out)
	return app, out.Codes
}

// challenge is the first step of signing in.
func (d *desk) challenge() string {
	d.t.Helper()
	d.clock.push(15 * time.Minute) // a new allowance, and another code
	got := d.login()
	if strings.Contains(string(got.body), `"token"`) {
		d.t.Fatalf("a password alone gave %s", got.body)
	}
	return got.str("challengeToken")
}

func (d *desk) second(challenge, code string) *answer {
	d.t.Helper()
	return d.anonymous("POST", "/auth/login/totp", map[string]any{"challengeToken": challenge, "code": code})
}

func TestTwoFactorSignIn(t *testing.T) {
	d := signedIn(t)
	d.ask("POST", "/me/2fa/confirm", map[string]any{"code": "123456"}).refused(400, "No enrollment in progress")
	d.enrol()
	d.enrol() // the first, pending secret is replaced
	d.ask("POST", "/me/2fa/confirm", map[string]any{"code": "12345"}).refused(401, "Invalid code")
	d.login()
	app, backup := d.withTOTP()
	d.ask("POST", "/me/2fa/enroll", nil).refused(409, "2FA is already enabled")
	d.ask("POST", "/me/2fa/confirm", map[string]any{"code": app.code()}).refused(409, "2FA is already enabled")

	ticket := d.challenge()
	d.call("GET", "/me", nil, d.as(ticket)...).refused(401, "Invalid token")
	d.second(ticket, "").refused(400, "code is required: 1 to 32 characters")
	d.second("", app.code()).refused(400, "challengeToken is required")
	d.second(ticket, app.code()).is(200)
	d.second(ticket, app.code()).refused(401, "Invalid code") // no code works twice

	ticket = d.challenge()
	d.second(d.token, app.code()).refused(401, "Invalid or expired challenge")
	d.second(ticket, strings.ToLower(backup[0])).is(200)
	d.second(ticket, backup[0]).refused(401, "Invalid code")
	ticket = d.challenge()
	d.clock.push(6 * time.Minute)
	d.second(ticket, app.code()).refused(401, "Invalid or expired challenge")
	if d.log.Count(app.code())+d.log.Count(backup[0]) > 0 {
		t.Error("a code is in the log")
	}
}

func TestOneOfTwoWinsABackupCode(t *testing.T) {
	d := signedIn(t)
	_, backup := d.withTOTP()
	ticket := d.challenge()
	var wg sync.WaitGroup
	got := make([]int, 3)
	for i := range got {
		wg.Go(func() { got[i] = d.second(ticket, backup[3]).status })
	}
	wg.Wait()
	won := 0
	for _, s := range got {
		if s == 200 {
			won++
		}
	}
	if won != 1 {
		t.Errorf("statuses %v", got)
	}
}

func TestTwoFactorIsSwitchedOff(t *testing.T) {
	d := signedIn(t)
	off := func(password, code string) *answer {
		return d.ask("DELETE", "/me/2fa", map[string]any{"password": password, "code": code})
	}
	off(password, "123456").refused(400, "2FA is not enabled")
	app, _ := d.withTOTP()
	d.clock.push(15 * time.Minute)
	off("", app.code()).refused(400, "password is required")
	off("wrong", app.code()).refused(401, "Invalid credentials")
	off(password, "000000").refused(401, "Invalid code")
	off(password, app.code()).is(204)
	d.clock.push(15 * time.Minute)
	d.login().str("token")
}
