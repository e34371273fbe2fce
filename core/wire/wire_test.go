package wire_test

import (
	"encoding/json"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/wire"
	"reconbanker/scrapers"
)

var at = time.Date(2026, 5, 13, 7, 15, 0, 999, time.FixedZone("UYT", -3*3600))

func TestShapes(t *testing.T) {
	settings := core.Settings{
		ID: "s", AccountID: "a", WebhookURL: "https://e.example", RetryLimit: 3, PollingMethod: "GET", AuthType: core.Bearer,
		SessionType: core.OneShot, LoginMode: core.Simple, BankUsername: "ana", Stored: map[string]bool{core.SecretAuthToken: true, core.SecretPassword: true},
		Schedule: "@every 20m", StartDate: "2026-05-13", DailyLogins: 3,
	}
	for name, c := range map[string]struct {
		got  any
		want string
	}{
		"account": {
			wire.FromAccount(core.Account{ID: "u", Bank: "itau", Name: "Caja", Status: core.Active}),
			`{"id":"u","bank":"itau","name":"Caja","status":"active","scrapeBlockedAt":null,"scrapeBlockedReason":null}`,
		},
		"blocked account": {
			wire.FromAccount(core.Account{ID: "u", Status: core.Paused, Block: &core.Block{At: at, Reason: "No."}}),
			`{"id":"u","bank":"","name":"","status":"paused","scrapeBlockedAt":"2026-05-13T10:15:00Z","scrapeBlockedReason":"No."}`,
		},
		"settings": {
			wire.FromSettings(settings, false),
			`{"id":"s","account_id":"a","pending_orders_endpoint":null,"webhook_url":"https://e.example","retry_limit":3,"polling_method":"GET",` +
				`"polling_body":null,"auth_type":"bearer","auth_token":"__secret_present__","webhook_auth_type":null,"webhook_auth_token":null,` +
				`"notification_endpoint_url":null,"notification_auth_type":null,"notification_auth_token":null,"notification_events":[],` +
				`"notify_on_expired":false,"webhook_extra_fields":null,"silent_ingestion":false,"session_type":"one-shot","login_mode":"simple","bank_username":"ana"}`,
		},
		"our settings": {
			wire.FromSettings(settings, true).Own,
			`{"bank_fields":null,"bank_accounts":[],"schedule":"@every 20m","start_date":"2026-05-13","daily_logins":3,"attended":"mon-fri 08:00-19:00","signing_secret":null,"notification_transport":"api","notification_slack_channel":null}`,
		},
		"movement": {
			wire.FromMovement(core.Movement{ID: "m", Key: "c:x:1", Amount: core.Money{Minor: 150000, Currency: "UYU"}, Sender: "ACME SA", BookedAt: at}),
			`{"id":"m","external_id":"c:x:1","amount":"1500.00","currency":"UYU","sender_name":"ACME SA","received_at":"2026-05-13T10:15:00Z","notified_at":null,"excluded_at":null}`,
		},
		"movement without a sender": {
			wire.FromMovement(core.Movement{ID: "m", BankID: "B1", Amount: core.Money{Minor: 7, Currency: "PYG"}, BookedAt: at, NotifiedAt: at, ExcludedAt: at}),
			`{"id":"m","external_id":"B1","amount":"7","currency":"PYG","sender_name":null,"received_at":"2026-05-13T10:15:00Z","notified_at":"2026-05-13T10:15:00Z","excluded_at":"2026-05-13T10:15:00Z"}`,
		},
		"run": {
			wire.FromRun(core.Run{ID: "j", AccountID: "a", Trigger: core.ByPerson, Status: core.Failed, Kind: scrapers.Network, Stage: core.StageLogin, QueuedAt: at}),
			`{"jobId":"j","account_id":"a","trigger":"manual","status":"failed","stage":"login","kind":"NETWORK","class":"transient","remedy":"check_network","queued_at":"2026-05-13T10:15:00Z","started_at":null,"finished_at":null,"lines":0,"new_movements":0,"deliveries":0}`,
		},
		"delivery": {
			wire.FromDelivery(core.Delivery{ID: "d", WebhookID: "msg_d", AccountID: "a", Kind: core.MovementDelivery, SubjectID: "m", URL: "u", Status: core.DeliveryDead, Attempts: 1, NextAt: at, CreatedAt: at, DoneAt: at, LastStatus: 410, Payload: []byte(`{"a":1.50}`)},
				[]core.DeliveryAttempt{{N: 1, At: at, Took: 1500 * time.Millisecond, Status: 410, Error: "gone"}}),
			`{"id":"d","webhook_id":"msg_d","account_id":"a","kind":"movement","subject_id":"m","url":"u","status":"dead","attempts":1,"next_at":null,"created_at":"2026-05-13T10:15:00Z",` +
				`"done_at":"2026-05-13T10:15:00Z","last_status":410,"payload":{"a":1.50},"attempt_list":[{"n":1,"at":"2026-05-13T10:15:00Z","took_ms":1500,"status":410,"error":"gone"}]}`,
		},
	} {
		got, err := json.Marshal(c.got)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, c.want)
		}
	}
}
