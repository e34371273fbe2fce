package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

// asking is a login that asks for one code and takes whatever comes.
func asking(ctx context.Context, page scrapers.Page, creds scrapers.Credentials, ask scrapers.Ask) error {
	if err := coretest.SignIn(ctx, page, creds, ask); err != nil {
		return err
	}
	code, err := ask(ctx, scrapers.Question{Kind: scrapers.Numeric, Length: 6, Purpose: "login"})
	if err != nil {
		return err
	}
	return page.FillSecret(ctx, "#code", code)
}

// assisted makes an account of a bank that asks for a code, and starts a run that
// waits for it.
func (d *desk) assisted() (account, job string) {
	d.t.Helper()
	d.bank.OnLogin(asking)
	account = d.account(func(in map[string]any) { in["login_mode"] = "assisted" })
	job = d.ask("POST", "/accounts/"+account+"/scrape", nil).is(202).str("jobId")
	d.waitFor(func() bool { return string(d.ask("GET", "/accounts/"+account+"/otp", nil).is(200).body) != "null" })
	return account, job
}

// waitFor looks again at each hint of the Core's until done.
func (d *desk) waitFor(done func() bool) {
	d.t.Helper()
	hints, stop := d.Subscribe()
	defer stop()
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	defer cancel()
	for !done() {
		select {
		case <-hints:
		case <-ctx.Done():
			d.t.Fatal("it did not happen")
		}
	}
}

func TestCodeIsShownAndGiven(t *testing.T) {
	d := signedIn(t)
	id, job := d.assisted()
	got := d.ask("GET", "/accounts/"+id+"/otp", nil).is(200)
	got.says(`{"id":"` + got.str("id") + `","type":"otp","descriptor":{"length":6,"type":"numeric","purpose":"login"},"attempts":0}`)
	post := func(body any) *answer { return d.ask("POST", "/accounts/"+id+"/otp", body) }
	post(nil).refused(400, "code is required")
	post(map[string]any{"code": ""}).refused(400, "code is required")
	post(map[string]any{"code": 123456}).refused(400, "code must be a string")
	post(map[string]any{"code": strings.Repeat("1", 33)}).refused(400, "code must have 1 to 32 characters")
	post(map[string]any{"code": "123456"}).is(202).says(`{"submitted":true}`)
	if run := d.scraped(job); run.Status != core.Succeeded {
		t.Fatalf("the run %+v", run)
	}
	d.ask("GET", "/accounts/"+id+"/otp", nil).is(200).says(`null`)
	post(map[string]any{"code": "123456"}).refused(404, "No pending assistance request for this account")
}

func TestCodesAreLimited(t *testing.T) {
	d := signedIn(t)
	a, b := d.account(), d.account()
	give := func(id string) *answer {
		return d.ask("POST", "/accounts/"+id+"/otp", map[string]any{"code": "000000"})
	}
	for range 5 {
		give(a).is(404)
	}
	over := give(a)
	over.refused(429, "Too many requests, please try again later")
	if s := over.header.Get("Retry-After"); s == "" || s == "0" {
		t.Errorf("Retry-After %q", s)
	}
	key := d.key(core.ScopeOTP)
	d.call("POST", "/v1/accounts/"+a+"/otp", map[string]any{"code": "000000"}, "X-Api-Key", key).is(429) // one allowance
	give(b).is(404)                                                                                      // and one for each account
	give(nobody).is(404)
	d.clock.push(10 * time.Minute)
	give(a).is(404)
}

// key makes an API key over HTTP.
func (d *desk) key(scope string, accounts ...string) string {
	d.t.Helper()
	return d.ask("POST", "/me/api-keys", map[string]any{"name": "relay", "scopes": []string{scope}, "account_ids": accounts}).is(201).str("key")
}

func TestRelayGivesTheCode(t *testing.T) {
	d := signedIn(t)
	id, job := d.assisted()
	read, write := d.key(core.ScopeStatus), d.key(core.ScopeOTP)
	pending := d.ask("GET", "/accounts/"+id+"/otp", nil)
	d.call("GET", "/v1/accounts/"+id+"/status", nil, "Authorization", "Api-Key "+read).is(200).
		says(`{"account_id":"` + id + `","session_running":true,"pending_assistance":` + string(pending.body) + `}`)
	v1 := func(code any) *answer {
		return d.call("POST", "/v1/accounts/"+id+"/otp", map[string]any{"code": code}, "X-Api-Key", write)
	}
	v1("").is(400).says(`{"error":{"code":"VALIDATION_ERROR","message":"code is required"}}`)
	v1("123456").is(202).says(`{"submitted":true}`)
	if run := d.scraped(job); run.Status != core.Succeeded {
		t.Fatalf("the run %+v", run)
	}
	d.call("GET", "/v1/accounts/"+id+"/status", nil, "X-Api-Key", read).
		says(`{"account_id":"` + id + `","session_running":false,"pending_assistance":null}`)
	v1("123456").is(404).says(`{"error":{"code":"NOT_FOUND","message":"No pending assistance request for this account"}}`)
	d.call("GET", "/v1/accounts/"+nobody+"/status", nil, "X-Api-Key", read).is(404).says(`{"error":{"code":"NOT_FOUND","message":"Account not found"}}`)
}

// stream is an open stream of events of either kind.
type stream struct {
	t    *testing.T
	next func() ([]byte, error)
}

// until reads events until one of a type.
func (s *stream) until(kind string) map[string]any {
	s.t.Helper()
	for {
		data, err := s.next()
		if err != nil {
			s.t.Fatalf("waiting for %s: %v", kind, err)
		}
		var e map[string]any
		if err := json.Unmarshal(data, &e); err != nil {
			s.t.Fatalf("event %s: %v", data, err)
		}
		if e["type"] == kind {
			return e
		}
	}
}

func (d *desk) sse(ctx context.Context, t *testing.T) *stream {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", d.url+"/events", nil)
	d.must(err)
	r.Header.Set("Authorization", "Bearer "+d.token)
	got, err := client.Do(r)
	d.must(err)
	t.Cleanup(func() { got.Body.Close() })
	if got.StatusCode != 200 || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("status %d, %v", got.StatusCode, got.Header)
	}
	lines := bufio.NewScanner(got.Body)
	return &stream{t, func() ([]byte, error) {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return []byte(data), nil
			}
		}
		return nil, errors.Join(errors.New("the stream ended"), lines.Err())
	}}
}

func (d *desk) socket(ctx context.Context, t *testing.T, ticket string) (*websocket.Conn, *stream) {
	t.Helper()
	conn, _, err := websocket.Dial(ctx, strings.Replace(d.url, "http", "ws", 1)+"/realtime", &websocket.DialOptions{
		Subprotocols: []string{"realtime.v1", ticket},
	})
	d.must(err)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn, &stream{t, func() ([]byte, error) { _, data, err := conn.Read(ctx); return data, err }}
}

func TestEventsTellTheStoryOfARun(t *testing.T) {
	d := signedIn(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, socket := d.socket(ctx, t, d.ask("POST", "/realtime/ticket", nil).is(200).str("ticket"))
	streams := []*stream{d.sse(ctx, t), socket}
	id, job := d.assisted()
	for _, s := range streams {
		if e := s.until("scrape.started"); e["accountId"] != id || e["data"].(map[string]any)["jobId"] != job {
			t.Errorf("event %v", e)
		}
		e := s.until("assistance.requested")
		if data := e["data"].(map[string]any); e["accountId"] != id || data["attempts"] != 0.0 || data["requestId"] == "" || data["descriptor"].(map[string]any)["length"] != 6.0 {
			t.Errorf("event %v", e)
		}
	}
	late := d.sse(ctx, t) // comes late and misses no code
	late.until("assistance.requested")
	d.ask("POST", "/accounts/"+id+"/otp", map[string]any{"code": "123456"}).is(202)
	for _, s := range append(streams, late) {
		s.until("assistance.fulfilled")
		if e := s.until("scrape.finished"); e["data"].(map[string]any)["status"] != "ok" {
			t.Errorf("event %v", e)
		}
	}
}

func TestEventsTellOfABlock(t *testing.T) {
	d := signedIn(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := d.sse(ctx, t)
	id := d.account()
	d.bank.OnLogin(coretest.FailAfterSubmit(scrapers.Fail(scrapers.InvalidCredentials, "sign in", nil)))
	d.ask("POST", "/accounts/"+id+"/scrape", nil).is(202)
	s.until("login.failed")
	if e := s.until("account.blocked"); e["data"].(map[string]any)["scrapeBlockedAt"] == nil {
		t.Errorf("event %v", e)
	}
	d.bank.OnLogin(nil)
	d.ask("POST", "/accounts/"+id+"/restart", nil).is(202)
	s.until("account.restarted")
	s.until("scrape.finished")
}

func TestTicketsOpenOneSocket(t *testing.T) {
	d := signedIn(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticket := d.ask("POST", "/realtime/ticket", nil).str("ticket")
	d.call("GET", "/me", nil, d.as(ticket)...).refused(401, "Invalid token") // it opens nothing else
	conn, _ := d.socket(ctx, t, ticket)
	d.must(conn.Write(ctx, websocket.MessageText, []byte("hello")))
	if _, _, err := conn.Read(ctx); websocket.CloseStatus(err) != websocket.StatusUnsupportedData {
		t.Errorf("after a message of the client's: %v", err)
	}
	for name, protocols := range map[string][]string{
		"spent": {"realtime.v1", ticket}, "none": {"realtime.v1"}, "an access token": {"realtime.v1", d.token}, "another protocol": {"x", ticket},
	} {
		_, got, err := websocket.Dial(ctx, strings.Replace(d.url, "http", "ws", 1)+"/realtime", &websocket.DialOptions{Subprotocols: protocols})
		if err == nil || got == nil || got.StatusCode != 401 {
			t.Errorf("%s: %v", name, err)
		}
	}
	old := d.ask("POST", "/realtime/ticket", nil).str("ticket")
	d.clock.push(time.Minute)
	if _, _, err := websocket.Dial(ctx, strings.Replace(d.url, "http", "ws", 1)+"/realtime", &websocket.DialOptions{Subprotocols: []string{"realtime.v1", old}}); err == nil {
		t.Error("a ticket was good after its time")
	}
	d.call("GET", "/realtime", nil).refused(401, "Unauthorized")
}
