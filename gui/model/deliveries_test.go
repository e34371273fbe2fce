package model_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/gui/model"
)

func TestDeliveryRowTakesTheAmountAsItWasSent(t *testing.T) {
	d := core.Delivery{
		ID: "1", Receiver: "https://erp.example:8443", Payload: []byte(`{"id":"x","amount":12890.00,"currency":"UYU","name":"ACME SA","extra":[1]}`),
		Status: core.DeliveryRetrying, Attempts: 2,
	}
	r := model.RowOfDelivery(d)
	if r.Amount != "12890.00" || r.Currency != "UYU" || r.Sender != "ACME SA" || r.Receiver != "erp.example:8443" {
		t.Errorf("row is %+v", r)
	}
	if !r.Owed() || !r.Answered() {
		t.Error("a delivery that is retried is owed and was answered")
	}
	d.Payload = []byte(`{"name":null,"amount":0.10,"currency":"USD"}`)
	if r = model.RowOfDelivery(d); r.Sender != "" || r.Amount != "0.10" {
		t.Errorf("row without a sender is %+v", r)
	}
	d.Payload, d.Receiver = []byte("not ours"), "odd"
	if r = model.RowOfDelivery(d); r.Amount != "" || r.Receiver != "odd" {
		t.Errorf("row of a strange body is %+v", r)
	}
}

func TestDeliveryRowOfANotice(t *testing.T) {
	for name, c := range map[string]struct {
		kind core.DeliveryKind
		body string
		want string
	}{
		"a movement": {core.MovementDelivery, `{"id":"x","status":"login.failed"}`, ""},
		"documented": {core.NoticeDelivery, `{"account_id":"a","type":"login_failed","status":"login.failed"}`, "login.failed"},
		"Slack":      {core.SlackDelivery, `{"channel":"#a","text":"❌ *Login failed* — Bank · Caja &lt;1&gt;\n*Reason*: …"}`, "❌ Login failed — Bank · Caja <1>"},
		"Teams":      {core.ChatDelivery, `{"attachments":[{"content":{"body":[{"text":"❌ **Login failed** — Bank"},{"text":"more"}]}}]}`, "❌ Login failed — Bank"},
		"strange":    {core.ChatDelivery, `no JSON`, "notice_chat"},
	} {
		r := model.RowOfDelivery(core.Delivery{Kind: c.kind, Payload: []byte(c.body), Status: core.DeliveryDelivered, Receiver: core.NoticeReceiver("https://n.example:1/x")})
		if r.Told != c.want || r.Again() != (c.want == "") || r.Receiver != "n.example:1" {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestFindDeliveries(t *testing.T) {
	w := coretest.NewWorld(t)
	a := w.Account(t)
	owed := w.Owe(t, a.ID, coretest.Hook, 3)
	other := w.Account(t)
	ctx := t.Context()
	for name, c := range map[string]struct {
		q    model.DeliveryQuery
		want int
	}{
		"all":                     {model.DeliveryQuery{}, 3},
		"account":                 {model.DeliveryQuery{AccountID: other.ID}, 0},
		"status":                  {model.DeliveryQuery{Status: core.DeliveryDead}, 0},
		"webhook-id":              {model.DeliveryQuery{Find: " " + owed[1].WebhookID + "\n"}, 1},
		"id in capitals":          {model.DeliveryQuery{Find: strings.ToUpper(owed[1].ID)}, 1},
		"movement":                {model.DeliveryQuery{Find: owed[2].SubjectID}, 1},
		"of another account":      {model.DeliveryQuery{Find: owed[1].WebhookID, AccountID: other.ID}, 0},
		"with another status":     {model.DeliveryQuery{Find: owed[1].WebhookID, Status: core.DeliveryDead}, 0},
		"unknown":                 {model.DeliveryQuery{Find: a.ID}, 0},
		"part of an id":           {model.DeliveryQuery{Find: owed[1].WebhookID[:12]}, 0},
		"status of what is found": {model.DeliveryQuery{Find: owed[1].WebhookID, Status: core.DeliveryPending}, 1},
	} {
		rows, total, err := model.ReadDeliveries(ctx, w.Core, c.q, 0, 100)
		if err != nil || total != c.want || len(rows) != c.want {
			t.Errorf("%s: %d of %d rows, error %v; want %d", name, len(rows), total, err, c.want)
		}
	}
	rows, total, err := model.ReadDeliveries(ctx, w.Core, model.DeliveryQuery{Find: owed[1].WebhookID}, 1, 100)
	if err != nil || total != 1 || len(rows) != 0 {
		t.Errorf("the page after the only row has %d rows of %d, error %v", len(rows), total, err)
	}
}

func TestDeadLettersAndTheirTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a := w.Account(t)
		w.Sender.Answers(func(context.Context, core.Outgoing) (core.Answer, error) {
			return core.Answer{Status: 500, Body: "broken"}, nil
		})
		owed := w.Owe(t, a.ID, coretest.Hook, 1)
		w.Start(t)
		time.Sleep(100 * time.Hour) // every wait may be a fifth longer
		synctest.Wait()
		ids, err := model.DeadIDs(t.Context(), w.Core, a.ID)
		if err != nil || len(ids) != 1 || ids[0] != owed[0].ID {
			t.Fatalf("dead letters are %v, error %v", ids, err)
		}
		d, err := model.ReadDelivery(t.Context(), w.Core, ids[0], "1.2.3")
		if err != nil {
			t.Fatal(err)
		}
		if d.Row.Tries != model.DeliveryTries || len(d.Attempts) != model.DeliveryTries {
			t.Errorf("it died after %d tries with %d attempts, want %d", d.Row.Tries, len(d.Attempts), model.DeliveryTries)
		}
		if d.Attempts[0].N != model.DeliveryTries || d.Attempts[0].Response != "broken" {
			t.Errorf("the first attempt listed is %+v, want the newest", d.Attempts[0])
		}
	})
}

func TestDeliveryDetailShowsNoSecret(t *testing.T) {
	const token, signing = "Canario-token-99", "whsec_Q2FuYXJpby1maXJtYS0zMi1ieXRlcy1kZS1sYXJnbw=="
	w := coretest.NewWorld(t)
	a := w.Account(t, func(in *core.SettingsInput) {
		in.WebhookAuthToken, in.WebhookAuthType = new(token), new(string(core.APIKey))
		in.Own.SigningSecret = new(signing)
	})
	owed := w.Owe(t, a.ID, "https://erp.example/it's", 1)[0]
	d, err := model.ReadDelivery(t.Context(), w.Core, owed.ID, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, h := range d.Headers {
		names += h.Name + "=" + h.Value + "\n"
	}
	want := "content-type=application/json\nuser-agent=Reconbanker/1.2.3\nwebhook-id=" + owed.WebhookID +
		"\nwebhook-timestamp=\nwebhook-signature=v1,\nauthorization=Api-Key \n"
	if names != want {
		t.Errorf("headers are\n%swant\n%s", names, want)
	}
	if !strings.Contains(d.Pretty, "\n  \"id\"") || d.Body != string(owed.Payload) {
		t.Errorf("the body is shown as %q", d.Pretty)
	}
	curl := d.Curl()
	for _, secret := range []string{token, signing} {
		if strings.Contains(names+curl, secret) {
			t.Error("a secret is shown")
		}
	}
	for _, part := range []string{`'https://erp.example/it'\''s'`, "webhook-id: " + owed.WebhookID, "authorization: Api-Key TOKEN", "--data-raw '" + d.Body + "'"} {
		if !strings.Contains(curl, part) {
			t.Errorf("the command lacks %q:\n%s", part, curl)
		}
	}
}

func TestDeliveryRowSaysWhatItIsAbout(t *testing.T) {
	order := model.RowOfDelivery(core.Delivery{
		Kind: core.OrderDelivery, Status: core.DeliveryDelivered,
		Payload: []byte(`{"external_id":"ORD-7","status":"matched","amount":1500.00,"currency":"UYU","name":"ACME SA"}`),
	})
	if order.ExternalID != "ORD-7" || order.Result != core.OrderMatched || order.Amount != "1500.00" {
		t.Errorf("an order's result reads %+v", order)
	}
}
