package core

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"reconbanker/scrapers"
)

func payment(change ...func(*Movement)) Movement {
	m := Movement{
		ID: "0d0c0000-0000-7000-8000-000000000001", AccountID: "a", Direction: scrapers.Credit,
		Amount: Money{Minor: 245050, Currency: "UYU"}, Sender: "MARTA SUAREZ", BankDay: "2026-06-02",
		BookedAt: time.Date(2026, 6, 2, 11, 7, 31, 0, time.FixedZone("UYT", -3*3600)),
	}
	for _, c := range change {
		c(&m)
	}
	return m
}

func TestPayload(t *testing.T) {
	const id = `{"id":"0d0c0000-0000-7000-8000-000000000001",`
	const when = `,"received_at":"2026-06-02T14:07:31.000Z"`
	amount := func(minor int64, currency string) func(*Movement) {
		return func(m *Movement) { m.Amount = Money{Minor: minor, Currency: currency} }
	}
	for name, c := range map[string]struct {
		change func(*Movement)
		extra  string
		want   string
	}{
		"documented":    {func(*Movement) {}, `{"tenant":"north"}`, id + `"amount":2450.50,"currency":"UYU","name":"MARTA SUAREZ"` + when + `,"tenant":"north"}`},
		"no extras":     {func(*Movement) {}, ``, id + `"amount":2450.50,"currency":"UYU","name":"MARTA SUAREZ"` + when + `}`},
		"no sender":     {func(m *Movement) { m.Sender = "" }, ``, id + `"amount":2450.50,"currency":"UYU","name":null` + when + `}`},
		"no decimals":   {amount(1500, "PYG"), ``, id + `"amount":1500,"currency":"PYG","name":"MARTA SUAREZ"` + when + `}`},
		"three":         {amount(5, "BHD"), ``, id + `"amount":0.005,"currency":"BHD","name":"MARTA SUAREZ"` + when + `}`},
		"large":         {amount(9007199254740993, "UYU"), ``, id + `"amount":90071992547409.93,"currency":"UYU","name":"MARTA SUAREZ"` + when + `}`},
		"round":         {amount(150000, "USD"), ``, id + `"amount":1500.00,"currency":"USD","name":"MARTA SUAREZ"` + when + `}`},
		"any writing":   {func(m *Movement) { m.Sender = "Ñandú & <Hijos> \"S.A.\" 株\n" }, ``, id + `"amount":2450.50,"currency":"UYU","name":"Ñandú & <Hijos> \"S.A.\" 株\n"` + when + `}`},
		"extras' order": {func(*Movement) {}, `{"z":1.50,"a":{"id":"<&>"},"m":null}`, id + `"amount":2450.50,"currency":"UYU","name":"MARTA SUAREZ"` + when + `,"z":1.50,"a":{"id":"<&>"},"m":null}`},
		"reserved keys": {
			func(*Movement) {}, `{"id":"x","amount":1,"currency":"X","name":"x","received_at":"x","status":"x","external_id":"x","tenant":2}`,
			id + `"amount":2450.50,"currency":"UYU","name":"MARTA SUAREZ"` + when + `,"tenant":2}`,
		},
	} {
		got, err := movementPayload(payment(c.change), json.RawMessage(c.extra))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, c.want)
		}
	}
	if _, err := movementPayload(payment(), json.RawMessage(`[1]`)); err == nil {
		t.Error("extra fields that are no object were taken")
	}
	if _, err := movementPayload(payment(func(m *Movement) { m.Sender = strings.Repeat("x", 256<<10) }), nil); err == nil || !strings.Contains(err.Error(), "shorten the extra fields") {
		t.Errorf("too large a body: %v", err)
	}
}

func TestPayloadProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		key := rapid.OneOf(rapid.SampledFrom(reservedKeys), rapid.String())
		extra := rapid.MapOf(key, rapid.String()).Draw(rt, "extra")
		doc, err := json.Marshal(extra)
		if err != nil {
			rt.Fatal(err)
		}
		m := payment(func(m *Movement) { m.Sender = rapid.String().Draw(rt, "sender") })
		body, err := movementPayload(m, doc)
		if err != nil {
			rt.Fatal(err)
		}
		pairs, err := objectPairs(body) // a key that comes twice is an error
		if err != nil {
			rt.Fatalf("%s: %v", body, err)
		}
		if !bytes.Equal(pairs[0].value, encode(m.ID)) || string(pairs[1].value) != "2450.50" {
			rt.Fatalf("extra fields replaced ours: %s", body)
		}
	})
}

func TestDecisions(t *testing.T) {
	s := Settings{WebhookURL: "https://ERP.example:8443/hook?x=1", StartDate: "2026-06-02", WebhookExtraFields: json.RawMessage(`{"tenant":"north"}`)}
	silent := s
	silent.SilentIngestion = true
	now := time.Date(2026, 6, 3, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change   func(*Movement)
		settings Settings
		mode     OperationMode
		owed     bool
		notified bool
		before   bool
	}{
		"a credit":                {func(*Movement) {}, s, Passthrough, true, false, false},
		"a debit":                 {func(m *Movement) { m.Direction = scrapers.Debit }, s, Passthrough, false, false, false},
		"in reconcile mode":       {func(*Movement) {}, s, Reconcile, false, false, false},
		"before a mode is chosen": {func(*Movement) {}, s, ModeUnset, false, false, false},
		"before the start":        {func(m *Movement) { m.BankDay = "2026-06-01" }, s, Passthrough, false, false, true},
		"a debit before it":       {func(m *Movement) { m.BankDay, m.Direction = "2026-06-01", scrapers.Debit }, s, Passthrough, false, false, true},
		"no sender":               {func(m *Movement) { m.Sender = "" }, s, Passthrough, false, false, false},
		"silent":                  {func(*Movement) {}, silent, Passthrough, false, true, false},
		"silent, no sender":       {func(m *Movement) { m.Sender = "" }, silent, Passthrough, false, false, false},
		"silent, before it":       {func(m *Movement) { m.BankDay = "2026-06-01" }, silent, Passthrough, false, false, true},
		"silent, reconcile":       {func(*Movement) {}, silent, Reconcile, false, false, false},
	} {
		m := payment(c.change)
		got := decider(c.settings, now, func() string { return "d" })([]Movement{m}, c.mode)[0]
		if len(got.Deliveries) > 0 != c.owed || got.Movement.NotifiedAt.Equal(now) != c.notified || got.Movement.BeforeStart != c.before {
			t.Errorf("%s: %+v", name, got)
		}
		if !c.owed {
			continue
		}
		d := got.Deliveries[0]
		if d.ID != "d" || d.WebhookID != "msg_d" || d.AccountID != "a" || d.SubjectID != m.ID || d.Kind != MovementDelivery || d.URL != s.WebhookURL ||
			d.Receiver != "https://erp.example:8443" || d.Status != DeliveryPending || !d.NextAt.Equal(now) || !d.QueuedAt.Equal(now) || !bytes.Contains(d.Payload, []byte(`"tenant":"north"}`)) {
			t.Errorf("%s: delivery %+v %s", name, d, d.Payload)
		}
	}
}

func TestReceiverOf(t *testing.T) {
	for address, want := range map[string]string{
		"https://ERP.Example/hook":       "https://erp.example",
		"HTTPS://erp.example:8443/a?b#c": "https://erp.example:8443",
		"http://[::1]:80/":               "http://[::1]:80",
		"https://ana:clave@erp.example/": "https://erp.example",
		"not an address":                 "not an address",
		"http://[":                       "http://[",
	} {
		if got := ReceiverOf(address); got != want {
			t.Errorf("the receiver of %s is %s, want %s", address, got, want)
		}
	}
}
