package core

import (
	"encoding/json"
	"slices"
	"time"

	"reconbanker/scrapers"
)

// Transport is how notices reach people.
type Transport string

// Transports of notices. A chat webhook is one of Google Chat, Mattermost, Teams
// or whatever takes {"text": …}.
const (
	TransportAPI   Transport = "api"
	TransportSlack Transport = "slack"
	TransportChat  Transport = "chat_webhook"
)

// Kinds of delivery that are notices: they tell people about an account, not the
// customer's system about money. The kind says in which shape the body is frozen.
const (
	NoticeDelivery DeliveryKind = "notice"
	SlackDelivery  DeliveryKind = "notice_slack"
	ChatDelivery   DeliveryKind = "notice_chat"
)

// Notice tells whether a delivery of this kind tells people about an account.
func (k DeliveryKind) Notice() bool {
	return k == NoticeDelivery || k == SlackDelivery || k == ChatDelivery
}

// noticeLane is put before the receiver of a notice: notices have breakers and
// places in flight of their own, also where one host takes both.
const noticeLane = "notice+"

// Events people can subscribe to, spelt as in notification_events.
const (
	EventAssistance = "assistance_required"
	EventLogin      = "login_failed"
	EventScrape     = "scrape_failed"
)

// Statuses a notice can have: what happened within its event.
const (
	statusAsked           = "assistance.requested"
	statusLoginFailed     = "login.failed"
	statusLoginRecovered  = "login.recovered"
	statusScrapeFailed    = "scrape.failed"
	statusScrapeStale     = "scrape.stale" // no successful read for long
	statusScrapeRecovered = "scrape.recovered"
	statusTest            = "test"
)

// Alerts are what people were told about an account and have not been told is
// over. They live in the account's row, so that a notice and the memory of it are
// written together.
type Alerts struct {
	Login  Alert `json:"login,omitzero"`
	Scrape Alert `json:"scrape,omitzero"`
	Stale  Alert `json:"stale,omitzero"`
}

// Alert is one thing that was told. The zero Alert is none.
type Alert struct {
	Cause string    `json:"cause,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// Standing tells whether people were alerted and not yet told that it is over.
func (a Alert) Standing() bool { return a.Cause != "" }

// notice is what is told, before a transport gives it a shape.
type notice struct {
	event  string
	status string
	data   []pair
	cause  cause  // for the text; "" has none
	hours  int    // of a stale account
	about  string // the subject: notices about one subject keep their order
}

// teller turns what happens to an account into the notices that are owed about
// it. It is made before a transaction and used within: it asks nothing.
type teller struct {
	settings Settings
	account  string // its name
	bank     string // its name
	language string
	slack    string // Slack's address
	now      time.Time
	newID    func() string
}

// configured tells whether notices have somewhere to go.
func (t teller) configured() bool {
	kind, _ := t.settings.NoticeRoute()
	return kind != "" && (kind != SlackDelivery || t.settings.Stored[SecretNotificationToken])
}

func (t teller) wants(event string) bool {
	return t.configured() && slices.Contains(t.settings.NotificationEvents, event)
}

// failed adds to the changed account what people must be told of a run's failure.
// The first failure of a streak is told at once; the ones behind it only when
// their cause is another, the account is blocked since, or a person restarted it.
// wasBlocked is from before the change.
func (t teller) failed(a *Account, wasBlocked bool, run Run) {
	blocked := a.Block != nil && !wasBlocked
	kind := run.Kind
	switch {
	case run.Status != Failed && !(run.Status == Skipped && blocked) && !(run.Status == Orphaned && blocked):
		return
	case run.Status != Failed:
		kind = a.Block.Kind
	}
	event, standing, status := EventScrape, &a.Alerts.Scrape, statusScrapeFailed
	if atLogin(kind, run.Stage) {
		event, standing, status = EventLogin, &a.Alerts.Login, statusLoginFailed
	}
	why := causeOf(kind)
	key := string(why)
	if a.Block != nil {
		key += " blocked"
	}
	if !t.wants(event) || standing.Cause == key && !a.RestartedAt.After(standing.At) {
		return
	}
	t.owe(a, notice{
		event: event, status: status, cause: why, about: a.ID + "/" + event,
		data: []pair{
			{"category", encode(categoryOf(kind, event))},
			{"code", encode(string(kind))},
			{"blocked", boolean(a.Block != nil)},
		},
	})
	*standing = Alert{Cause: key, At: t.now.UTC().Truncate(time.Millisecond)}
}

// recovered adds what people must be told after a good login, and with read after
// a good reading: one notice for each event that had been alerted.
func (t teller) recovered(a *Account, read bool) {
	if a.Alerts.Login.Standing() {
		t.over(a, EventLogin, statusLoginRecovered)
		a.Alerts.Login = Alert{}
	}
	if read && (a.Alerts.Scrape.Standing() || a.Alerts.Stale.Standing()) {
		t.over(a, EventScrape, statusScrapeRecovered)
		a.Alerts.Scrape, a.Alerts.Stale = Alert{}, Alert{}
	}
}

func (t teller) over(a *Account, event, status string) {
	if t.wants(event) {
		t.owe(a, notice{event: event, status: status, data: []pair{}, about: a.ID + "/" + event})
	}
}

// stale adds that an account was not read for so many hours, once.
func (t teller) stale(a *Account, hours int) {
	if a.Alerts.Stale.Standing() || !t.wants(EventScrape) {
		return
	}
	t.owe(a, notice{
		event: EventScrape, status: statusScrapeStale, hours: hours, about: a.ID + "/" + EventScrape,
		data: []pair{{"category", encode("stale")}, {"hours", number(hours)}, {"lastReadAt", moment(a.LastReadAt)}},
	})
	a.Alerts.Stale = Alert{Cause: "stale", At: t.now.UTC().Truncate(time.Millisecond)}
}

// noticesForAssistance are owed when a login begins to wait for a person, and
// again, with resent, when the bank has sent another code.
func (t teller) noticesForAssistance(q Assistance, resent bool) []Delivery {
	if !t.wants(EventAssistance) {
		return nil
	}
	descriptor := object([]pair{
		{"length", number(q.Length)}, {"type", encode(string(q.Kind))}, {"purpose", encode(q.Purpose)},
	})
	data := []pair{{"requestId", encode(q.ID)}, {"descriptor", descriptor}, {"attempts", number(q.Attempts)}}
	if resent {
		data = append(data, pair{"resent", boolean(true)})
	}
	return []Delivery{t.delivery(q.AccountID, notice{event: EventAssistance, status: statusAsked, data: data, about: q.ID})}
}

func (t teller) owe(a *Account, n notice) {
	a.Notices = append(a.Notices, t.delivery(a.ID, n))
}

// delivery freezes a notice in the shape its transport sends.
func (t teller) delivery(accountID string, n notice) Delivery {
	id := t.newID()
	kind, address := t.settings.NoticeRoute()
	d := Delivery{
		ID: id, WebhookID: "msg_" + id, AccountID: accountID, Kind: kind, SubjectID: n.about,
		URL: address, Status: DeliveryPending, NextAt: t.now, CreatedAt: t.now, QueuedAt: t.now,
	}
	switch kind {
	case SlackDelivery:
		d.URL = t.slack
		d.Payload = object([]pair{{"channel", encode(t.settings.NotificationSlackChannel)}, {"text", encode(t.text(n, slackMarks))}})
	case ChatDelivery:
		d.Payload = t.chat(n)
	default:
		d.Payload = t.payload(accountID, n)
	}
	d.Receiver = NoticeReceiver(d.URL)
	return d
}

// NoticeReceiver is what the breaker of notices counts by.
func NoticeReceiver(address string) string { return noticeLane + ReceiverOf(address) }

// NoticeMoved is why notices are given up that were written for another transport.
const NoticeMoved = "notifications of this account go elsewhere now"

// NoticeRoute is the kind of delivery that notices of an account are now, "" when
// they go nowhere, and their address where the settings hold it.
func (s Settings) NoticeRoute() (kind DeliveryKind, address string) {
	switch {
	case s.NotificationTransport == TransportSlack:
		if s.NotificationSlackChannel == "" {
			return "", ""
		}
		return SlackDelivery, ""
	case s.NotificationEndpointURL == "":
		return "", ""
	case s.NotificationTransport == TransportChat:
		return ChatDelivery, s.NotificationEndpointURL
	}
	return NoticeDelivery, s.NotificationEndpointURL
}

// payload is the documented body. Extra fields are the webhook's, never merged here.
func (t teller) payload(accountID string, n notice) []byte {
	return object([]pair{
		{"account_id", encode(accountID)},
		{"type", encode(n.event)},
		{"status", encode(n.status)},
		{"data", object(n.data)},
		{"occurred_at", encode(t.now.UTC().Format(receivedAt))},
	})
}

// atLogin tells whether a failure is one of getting into the bank. Failures of
// this computer never are, wherever they happened.
func atLogin(kind scrapers.Kind, stage string) bool {
	if fatal(kind) {
		return true
	}
	switch causeOf(kind) {
	case causeLocal, causeSettings:
		return false
	}
	return stage != StageRead && stage != StageKeep && stage != StageClose
}

// categoryOf is the documented word for a failure.
func categoryOf(kind scrapers.Kind, event string) string {
	switch kind {
	case scrapers.StepTimeout:
		return "timeout"
	case scrapers.BankUnavailable, scrapers.Network, scrapers.RateLimited, scrapers.TLSProblem, scrapers.OriginNotAllowed:
		return "navigation_failed"
	case scrapers.UnparsableRow, scrapers.DataInconsistent:
		return "detail_extraction_failed"
	}
	switch {
	case event == EventLogin:
		return "login_failed"
	case causeOf(kind) == causeLocal, causeOf(kind) == causeSettings:
		return "unknown"
	}
	return "movements_fetch_failed"
}

// object writes pairs as a JSON object in their order.
func object(pairs []pair) json.RawMessage {
	b := []byte{'{'}
	for i, kv := range pairs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, encode(kv.key)...), ':'), kv.value...)
	}
	return append(b, '}')
}

func number(n int) json.RawMessage {
	b, _ := json.Marshal(n) // always encodes
	return b
}

func boolean(v bool) json.RawMessage {
	b, _ := json.Marshal(v) // always encodes
	return b
}

func moment(t time.Time) json.RawMessage {
	if t.IsZero() {
		return json.RawMessage("null")
	}
	return encode(t.UTC().Format(receivedAt))
}
