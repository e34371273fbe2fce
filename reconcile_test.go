package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers/demobank/site"
)

// erp is a customer's system that lists the orders it expects, behind a token.
type erp struct {
	*httptest.Server
	mu   sync.Mutex
	rows []string
	bad  int // requests that were not as documented
}

func startERP(t *testing.T) *erp {
	e := &erp{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		e.mu.Lock()
		defer e.mu.Unlock()
		if q.Header.Get("Authorization") != "Api-Key list-token-1" || q.Header.Get("Accept") != "application/json" || q.Method != http.MethodGet {
			e.bad++
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(e.rows, ","))
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *erp) lists(rows ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rows = rows
}

// TestReconcile is the product in reconcile mode: payments read in a real browser
// settle orders listed by the customer's system, which hears it in exact bytes.
func TestReconcile(t *testing.T) {
	d := openDesk(t)
	ctx := t.Context()
	list := startERP(t)
	in := d.input(d.user.Password)
	in.PendingOrdersEndpoint, in.AuthType, in.AuthToken = new(list.URL+"/pending"), new("api_key"), new("list-token-1")
	in.WebhookAuthType = new("bearer")
	_, err := d.SaveSettings(ctx, d.account.ID, in, false, "test")
	must(t, err)
	must(t, d.SetOperationMode(ctx, core.Reconcile, "test"))
	if run := d.scrape(); run.Status != core.Succeeded || run.New == 0 || run.Owed != 0 {
		t.Fatalf("the first run: %+v", run)
	}

	// A payment that was read before its order is known.
	early := d.unmistakable()
	list.lists(
		fmt.Sprintf(`{"external_id":7781,"amount":%q,"currency":%q,"name":%q}`, decimal(early.Cents), strings.ToLower(early.Currency), early.Sender),
		`{"external_id":"ORD-2","amount":2450.50,"currency":"UYU","name":"Marta Suárez"}`,
		`{"external_id":"ORD-3","amount":"","currency":"UYU","name":"Nadie"}`,
	)
	feed, err := d.PollNow(ctx, d.account.ID, "test")
	must(t, err)
	if feed.Accepted != 2 || feed.Rejected != 1 || list.bad != 0 {
		t.Fatalf("the poll: %+v, %d bad requests", feed, list.bad)
	}
	first := fmt.Sprintf(`{"external_id":"7781","status":"matched","amount":%s,"currency":%q,"name":%q,"tenant":"acme"}`,
		decimal(early.Cents), early.Currency, early.Sender)
	d.heard(first)

	// One that comes later, as banks write names.
	_, err = d.bank.Post(d.bank.Accounts(d.user.User)[0], site.Movement{Cents: 245050, Sender: "MARTA SUAREZ"})
	must(t, err)
	d.clock.advance(20 * time.Minute)
	if run := d.scrape(); run.Status != core.Succeeded {
		t.Fatalf("the second run: %+v", run)
	}
	second := `{"external_id":"ORD-2","status":"matched","amount":2450.50,"currency":"UYU","name":"Marta Suárez","tenant":"acme"}`
	d.heard(first, second)

	// Neither a reading, nor a poll, nor time settles anything twice.
	d.clock.advance(20 * time.Minute)
	d.scrape()
	_, err = d.PollNow(ctx, d.account.ID, "test")
	must(t, err)
	d.heard(first, second)

	rows, _, err := d.Orders(ctx, core.OrderFilter{Search: "ORD-2", Limit: 1})
	must(t, err)
	if _, err := d.UndoMatch(ctx, rows[0].ID, "test"); err != nil {
		t.Fatal(err)
	}
	wrong := d.hooks.Received()[1].Header.Get("Webhook-Id")
	d.heard(first, second, `{"external_id":"ORD-2","status":"ambiguous","amount":2450.50,"currency":"UYU","name":"Marta Suárez","corrects":"`+wrong+`","tenant":"acme"}`)
}

// unmistakable is a recent payment whose amount no other has.
func (d *desk) unmistakable() site.Movement {
	d.t.Helper()
	seen := map[int64]int{}
	var recent []site.Movement
	for _, m := range d.credits() {
		seen[m.Cents]++
		if m.Sender != "" && m.Reverses == "" && d.clock.Now().Sub(m.At) < 4*24*time.Hour {
			recent = append(recent, m)
		}
	}
	for _, m := range recent {
		if seen[m.Cents] == 1 {
			return m
		}
	}
	d.t.Fatal("the demo bank has no recent payment of an amount of its own")
	return site.Movement{}
}

// heard waits for the webhooks and compares all of them with what is wanted.
func (d *desk) heard(want ...string) {
	d.t.Helper()
	must(d.t, d.WaitDelivered(d.t.Context(), d.account.ID))
	var got []string
	for _, w := range d.hooks.Received() {
		got = append(got, string(w.Body))
		var any json.RawMessage
		if json.Unmarshal(w.Body, &any) != nil || w.Header.Get("Authorization") != "Bearer hook-token-1" {
			d.t.Fatalf("webhook %s with %v", w.Body, w.Header)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		d.t.Fatalf("webhooks\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
