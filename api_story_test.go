package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"reconbanker/core/outbound/receiver"
	"reconbanker/scrapers/demobank/site"
)

// machine is somebody's program that works with a running Reconbanker over its
// API alone.
type machine struct {
	t     *testing.T
	c     *child
	url   string
	token string
	key   string
	bank  *site.Server
	hooks *receiver.Receiver
	user  site.Login
	id    string // of its account
}

// TestAPIStory is the life of an account over real HTTP: the program in a process
// of its own, a real browser, the demo bank, a relay that gives the codes.
func TestAPIStory(t *testing.T) {
	m := &machine{t: t, c: &child{t: t, dir: t.TempDir(), pass: passphraseFile(t)}}
	var err error
	m.bank, err = site.Start("", site.Config{Seed: 7, Quiet: true})
	must(t, err)
	t.Cleanup(func() { m.bank.Close() })
	m.hooks, err = receiver.Start("")
	must(t, err)
	t.Cleanup(func() { m.hooks.Close() })
	for _, l := range m.bank.Logins() {
		if l.SecondFactor == site.CodeFactor {
			m.user = l
		}
	}
	if code, _, errs := command(t, "", m.c.args("api", "on", "--listen", "127.0.0.1:0")...); code != 0 {
		t.Fatal(errs)
	}
	m.start()
	t.Cleanup(func() { m.c.kill() })
	must(t, m.c.ask(nil, "Correcta-Caballo-7\n", "owner", "set", "ana@acme.example"))
	m.signIn()
	m.enrol()
	m.firstReading()
	m.sendsAgain()
	m.wrongPassword()
	m.newPassword()
	m.survivesACrash()
}

// start starts the program and learns where its API listens.
func (m *machine) start() {
	m.t.Helper()
	m.c.serve()
	for m.url == "" {
		var out struct{ Address string }
		must(m.t, m.c.ask(&out, "", "api"))
		m.url = out.Address
	}
}

// call asks the API and expects a status.
func (m *machine) call(want int, method, path string, body any, header ...string) []byte {
	m.t.Helper()
	data, err := json.Marshal(body)
	must(m.t, err)
	if body == nil {
		data = nil
	}
	r, err := http.NewRequestWithContext(m.t.Context(), method, m.url+path, bytes.NewReader(data))
	must(m.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+m.token)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	got, err := http.DefaultClient.Do(r)
	must(m.t, err)
	defer got.Body.Close()
	answer, err := io.ReadAll(got.Body)
	must(m.t, err)
	if got.StatusCode != want {
		m.t.Fatalf("%s %s answered %d %s, want %d", method, path, got.StatusCode, answer, want)
	}
	return answer
}

func (m *machine) into(v any, data []byte) {
	m.t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		m.t.Fatalf("%s: %v", data, err)
	}
}

func (m *machine) signIn() {
	var in struct{ Token string }
	m.into(&in, m.call(200, "POST", "/auth/login", map[string]string{"email": "ana@acme.example", "password": "Correcta-Caballo-7"}))
	m.token = in.Token
	m.call(200, "PUT", "/me/operation-mode", map[string]string{"mode": "passthrough"})
}

func (m *machine) enrol() {
	var banks []struct{ ID, Code string }
	m.into(&banks, m.call(200, "GET", "/banks", nil))
	bank := ""
	for _, b := range banks {
		if b.Code == "demobank" {
			bank = b.ID
		}
	}
	var made struct{ ID string }
	m.into(&made, m.call(201, "POST", "/accounts", map[string]string{"bankId": bank, "name": "Operating account"}))
	m.id = made.ID
	m.configure(m.user.Password)
	var key struct{ Key string }
	m.into(&key, m.call(201, "POST", "/me/api-keys", map[string]any{
		"name": "relay", "scopes": []string{"otp:write", "status:read"}, "account_ids": []string{m.id},
	}))
	m.key = key.Key
}

func (m *machine) configure(password string) {
	m.t.Helper()
	m.call(200, "PUT", "/accounts/"+m.id+"/config", map[string]any{
		"webhook_url": m.hooks.URL, "bank_username": m.user.User, "bank_password": password, "login_mode": "assisted",
		"own": map[string]any{
			"bank_fields": map[string]string{"address": m.bank.URL()},
			"start_date":  time.Now().AddDate(0, 0, -40).Format(time.DateOnly),
		},
	})
}

// event is what the stream tells.
type event struct {
	Type string
	Data struct{ JobID, Status, Kind string }
}

// follow asks for a run with do, gives every code it asks for, and returns how it
// ended.
func (m *machine) follow(do string) event {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), 3*time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", m.url+"/events", nil)
	must(m.t, err)
	r.Header.Set("Authorization", "Bearer "+m.token)
	stream, err := http.DefaultClient.Do(r)
	must(m.t, err)
	defer stream.Body.Close()
	lines := bufio.NewScanner(stream.Body)
	lines.Scan() // the stream is open
	var job struct{ JobID string }
	m.into(&job, m.call(202, "POST", "/accounts/"+m.id+"/"+do, nil))
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e event
		m.into(&e, []byte(data))
		switch e.Type {
		case "assistance.requested":
			m.relay()
		case "scrape.finished", "scrape.failed", "scrape.skipped", "login.failed":
			if e.Data.JobID == job.JobID {
				return e
			}
		}
	}
	m.t.Fatalf("the stream ended: %v", lines.Err())
	return event{}
}

// relay looks at what the login waits for, and gives the code on the bank's phone.
func (m *machine) relay() {
	m.t.Helper()
	var state struct {
		Pending struct {
			Type       string
			Descriptor struct {
				Length int
				Type   string
			}
		} `json:"pending_assistance"`
	}
	m.into(&state, m.call(200, "GET", "/v1/accounts/"+m.id+"/status", nil, "Authorization", "Api-Key "+m.key))
	if p := state.Pending; p.Type != "otp" || p.Descriptor.Length != 6 || p.Descriptor.Type != "numeric" {
		m.t.Fatalf("pending %+v", p)
	}
	m.call(202, "POST", "/v1/accounts/"+m.id+"/otp", map[string]string{"code": m.bank.CurrentCode(m.user.User)}, "Authorization", "Api-Key "+m.key)
}

type row struct {
	ID       string
	Sender   *string `json:"sender_name"`
	Notified *string `json:"notified_at"`
}

func (m *machine) rows() (out []row) {
	m.t.Helper()
	m.into(&out, m.call(200, "GET", "/accounts/"+m.id+"/movements?limit=500", nil))
	return out
}

// delivered waits until so many webhooks came.
func (m *machine) delivered(n int) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), time.Minute)
	defer cancel()
	for {
		changed := m.hooks.Changed()
		if len(m.hooks.Received()) >= n {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			m.t.Fatalf("%d webhooks came, want %d", len(m.hooks.Received()), n)
		}
	}
}

func (m *machine) firstReading() {
	if e := m.follow("scrape"); e.Type != "scrape.finished" {
		m.t.Fatalf("the first run ended with %+v", e)
	}
	booked, named := 0, 0
	for _, number := range m.bank.Accounts(m.user.User) {
		booked += len(m.bank.Credits(number))
	}
	rows := m.rows()
	for _, r := range rows {
		if r.Sender != nil {
			named++
		}
	}
	if len(rows) == 0 || len(rows) > booked || named == 0 {
		m.t.Fatalf("%d movements, %d with a sender; the bank booked %d", len(rows), named, booked)
	}
	m.delivered(named)
	if string(m.call(200, "GET", "/accounts/"+m.id+"/otp", nil)) != "null" {
		m.t.Error("a request is pending after its login")
	}
}

// sent waits until a movement with a sender is known to have been delivered: a
// webhook can arrive a moment before that is written down, and one that is still
// owed is not sent a second time.
func (m *machine) sent() row {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), time.Minute)
	defer cancel()
	for {
		rows := m.rows()
		if i := slices.IndexFunc(rows, func(r row) bool { return r.Sender != nil && r.Notified != nil }); i >= 0 {
			return rows[i]
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			m.t.Fatal("no movement was marked as delivered")
		}
	}
}

func (m *machine) sendsAgain() {
	r, before := m.sent(), len(m.hooks.Received())
	if got := m.call(202, "POST", "/accounts/"+m.id+"/movements/"+r.ID+"/notify", nil); string(got) != `{"queued":true}` {
		m.t.Errorf("answer %s", got)
	}
	m.delivered(before + 1)
	if body := string(m.hooks.Received()[before].Body); !strings.Contains(body, r.ID) {
		m.t.Errorf("webhook %s", body)
	}
}

func (m *machine) blocked() bool {
	var list []struct{ ScrapeBlockedAt, ScrapeBlockedReason *string }
	m.into(&list, m.call(200, "GET", "/accounts", nil))
	return list[0].ScrapeBlockedAt != nil && list[0].ScrapeBlockedReason != nil
}

func (m *machine) wrongPassword() {
	must(m.t, m.bank.SetPassword(m.user.User, "changed-at-the-bank"))
	before := m.bank.Submits(m.user.User)
	if e := m.follow("scrape"); e.Type != "login.failed" || e.Data.Kind != "INVALID_CREDENTIALS" {
		m.t.Fatalf("a wrong password ended with %+v", e)
	}
	if !m.blocked() {
		m.t.Fatal("the account is not blocked")
	}
	for range 3 {
		if e := m.follow("scrape"); e.Type != "scrape.skipped" {
			m.t.Fatalf("a scrape of a blocked account ended with %+v", e)
		}
	}
	if n := m.bank.Submits(m.user.User) - before; n != 1 {
		m.t.Fatalf("the refused password was sent %d times", n)
	}
}

func (m *machine) newPassword() {
	m.configure("changed-at-the-bank")
	if e := m.follow("restart"); e.Type != "scrape.finished" {
		m.t.Fatalf("the restart ended with %+v", e)
	}
	if m.blocked() {
		m.t.Fatal("the account is still blocked")
	}
}

// survivesACrash: a token, a key and every row are as they were.
func (m *machine) survivesACrash() {
	list := func() string { return string(m.call(200, "GET", "/accounts/"+m.id+"/movements?limit=500", nil)) }
	before := list()
	m.c.kill()
	m.url = ""
	m.start()
	if after := list(); after != before {
		m.t.Errorf("movements before %s, after %s", before, after)
	}
	state := m.call(200, "GET", "/v1/accounts/"+m.id+"/status", nil, "X-Api-Key", m.key)
	if string(state) != `{"account_id":"`+m.id+`","session_running":false,"pending_assistance":null}` {
		m.t.Errorf("state %s", state)
	}
	if e := m.follow("scrape"); e.Type != "scrape.finished" {
		m.t.Fatalf("after the crash a run ended with %+v", e)
	}
}
