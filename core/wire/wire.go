// Package wire holds the JSON shapes of the program's nouns, spelt as the
// documented API spells them.
//
// It is a room of its own because two front ends speak these shapes, the command
// line with --json and the HTTP API, and they must not drift apart. It knows no
// HTTP and decides nothing.
package wire

import (
	"cmp"
	"encoding/json"
	"time"

	"reconbanker/core"
)

// Account is an account as the seed lists it.
type Account struct {
	ID                  string  `json:"id"`
	Bank                string  `json:"bank"`
	Name                string  `json:"name"`
	Status              string  `json:"status"`
	ScrapeBlockedAt     *string `json:"scrapeBlockedAt"`
	ScrapeBlockedReason *string `json:"scrapeBlockedReason"`
}

// FromAccount returns the wire's shape of an account.
func FromAccount(a core.Account) Account {
	w := Account{ID: a.ID, Bank: a.Bank, Name: a.Name, Status: string(a.Status)}
	if a.Block != nil {
		w.ScrapeBlockedAt, w.ScrapeBlockedReason = Time(a.Block.At), &a.Block.Reason
	}
	return w
}

// Settings are an account's settings in the seed's order, with ours behind.
// Tokens that are stored read as core.KeepSecret.
type Settings struct {
	ID                      string          `json:"id"`
	AccountID               string          `json:"account_id"`
	PendingOrdersEndpoint   *string         `json:"pending_orders_endpoint"`
	WebhookURL              *string         `json:"webhook_url"`
	RetryLimit              int             `json:"retry_limit"`
	PollingMethod           string          `json:"polling_method"`
	PollingBody             json.RawMessage `json:"polling_body"`
	AuthType                string          `json:"auth_type"`
	AuthToken               *string         `json:"auth_token"`
	WebhookAuthType         *string         `json:"webhook_auth_type"`
	WebhookAuthToken        *string         `json:"webhook_auth_token"`
	NotificationEndpointURL *string         `json:"notification_endpoint_url"`
	NotificationAuthType    *string         `json:"notification_auth_type"`
	NotificationAuthToken   *string         `json:"notification_auth_token"`
	NotificationEvents      []string        `json:"notification_events"`
	NotifyOnExpired         bool            `json:"notify_on_expired"`
	WebhookExtraFields      json.RawMessage `json:"webhook_extra_fields"`
	SilentIngestion         bool            `json:"silent_ingestion"`
	SessionType             string          `json:"session_type"`
	LoginMode               string          `json:"login_mode"`
	BankUsername            *string         `json:"bank_username"`

	Own *Own `json:"own,omitempty"`
}

// Own are the settings the seed does not know.
type Own struct {
	BankFields    map[string]string `json:"bank_fields"`
	BankAccounts  []string          `json:"bank_accounts"`
	Schedule      string            `json:"schedule"`
	StartDate     string            `json:"start_date"`
	DailyLogins   int               `json:"daily_logins"`
	Attended      string            `json:"attended"`
	SigningSecret *string           `json:"signing_secret"`

	NotificationTransport    string  `json:"notification_transport"`
	NotificationSlackChannel *string `json:"notification_slack_channel"`
}

// FromSettings returns the wire's shape of settings; own adds ours.
func FromSettings(s core.Settings, own bool) Settings {
	secret := func(field string) *string {
		if s.Stored[field] {
			return text(core.KeepSecret)
		}
		return nil
	}
	w := Settings{
		ID: s.ID, AccountID: s.AccountID,
		PendingOrdersEndpoint: text(s.PendingOrdersEndpoint), WebhookURL: text(s.WebhookURL),
		RetryLimit: s.RetryLimit, PollingMethod: s.PollingMethod, PollingBody: s.PollingBody,
		AuthType: string(s.AuthType), AuthToken: secret(core.SecretAuthToken),
		WebhookAuthType: text(string(s.WebhookAuthType)), WebhookAuthToken: secret(core.SecretWebhookToken),
		NotificationEndpointURL: text(s.NotificationEndpointURL),
		NotificationAuthType:    text(string(s.NotificationAuthType)),
		NotificationAuthToken:   secret(core.SecretNotificationToken),
		NotificationEvents:      list(s.NotificationEvents),
		NotifyOnExpired:         s.NotifyOnExpired, WebhookExtraFields: s.WebhookExtraFields,
		SilentIngestion: s.SilentIngestion, SessionType: string(s.SessionType), LoginMode: string(s.LoginMode),
		BankUsername: text(s.BankUsername),
	}
	if own {
		w.Own = &Own{
			BankFields: s.BankFields, BankAccounts: list(s.BankAccounts), Schedule: s.Schedule,
			StartDate: s.StartDate, DailyLogins: s.DailyLogins, Attended: cmp.Or(s.Attended, core.DefaultAttended), SigningSecret: secret(core.SecretSigning),
			NotificationTransport: string(cmp.Or(s.NotificationTransport, core.TransportAPI)), NotificationSlackChannel: text(s.NotificationSlackChannel),
		}
	}
	return w
}

// Movement is a movement as the seed lists it.
type Movement struct {
	ID         string  `json:"id"`
	ExternalID string  `json:"external_id"`
	Amount     string  `json:"amount"`
	Currency   string  `json:"currency"`
	SenderName *string `json:"sender_name"`
	ReceivedAt string  `json:"received_at"`
	NotifiedAt *string `json:"notified_at"`
	ExcludedAt *string `json:"excluded_at"`
}

// FromMovement returns the wire's shape of a movement.
func FromMovement(m core.Movement) Movement {
	return Movement{
		ID: m.ID, ExternalID: m.ExternalID(), Amount: m.Amount.Decimal(), Currency: m.Amount.Currency,
		SenderName: text(m.Sender), ReceivedAt: *Time(m.BookedAt), NotifiedAt: Time(m.NotifiedAt), ExcludedAt: Time(m.ExcludedAt),
	}
}

// Run is one execution of a driver.
type Run struct {
	JobID      string  `json:"jobId"`
	AccountID  string  `json:"account_id"`
	Trigger    string  `json:"trigger"`
	Status     string  `json:"status"`
	Stage      string  `json:"stage,omitempty"`
	Kind       string  `json:"kind,omitempty"`
	Class      string  `json:"class,omitempty"`  // who can mend it
	Remedy     string  `json:"remedy,omitempty"` // the one thing to do
	Message    string  `json:"message,omitempty"`
	BankSays   string  `json:"bank_says,omitempty"`
	URL        string  `json:"url,omitempty"`
	QueuedAt   string  `json:"queued_at"`
	StartedAt  *string `json:"started_at"`
	FinishedAt *string `json:"finished_at"`
	Lines      int     `json:"lines"`
	New        int     `json:"new_movements"`
	Owed       int     `json:"deliveries"`
}

// FromRun returns the wire's shape of a run.
func FromRun(r core.Run) Run {
	var about core.KindInfo
	if r.Kind != "" {
		about = core.About(r.Kind)
	}
	return Run{
		Class: about.Class.Name(), Remedy: string(about.Remedy),
		JobID: r.ID, AccountID: r.AccountID, Trigger: string(r.Trigger), Status: string(r.Status), Stage: r.Stage,
		Kind: string(r.Kind), Message: r.Message, BankSays: r.Said, URL: r.URL,
		QueuedAt: *Time(r.QueuedAt), StartedAt: Time(r.StartedAt), FinishedAt: Time(r.FinishedAt),
		Lines: r.Lines, New: r.New, Owed: r.Owed,
	}
}

// Delivery is one webhook owed or sent.
type Delivery struct {
	ID          string          `json:"id"`
	WebhookID   string          `json:"webhook_id"`
	AccountID   string          `json:"account_id"`
	Kind        string          `json:"kind"`
	SubjectID   string          `json:"subject_id"`
	URL         string          `json:"url"`
	Status      string          `json:"status"`
	Attempts    int             `json:"attempts"`
	NextAt      *string         `json:"next_at"`
	CreatedAt   string          `json:"created_at"`
	DoneAt      *string         `json:"done_at"`
	LastStatus  int             `json:"last_status"`
	LastError   string          `json:"last_error,omitempty"`
	Payload     json.RawMessage `json:"payload,omitempty"`
	AttemptList []Attempt       `json:"attempt_list,omitempty"`
}

// Attempt is one try of a delivery.
type Attempt struct {
	N        int    `json:"n"`
	At       string `json:"at"`
	TookMS   int64  `json:"took_ms"`
	Status   int    `json:"status"`
	Error    string `json:"error,omitempty"`
	Response string `json:"response,omitempty"`
}

// FromDelivery returns the wire's shape of a delivery, with what it sends and
// what came back when attempts are given.
func FromDelivery(d core.Delivery, attempts []core.DeliveryAttempt) Delivery {
	w := Delivery{
		ID: d.ID, WebhookID: d.WebhookID, AccountID: d.AccountID, Kind: string(d.Kind), SubjectID: d.SubjectID,
		URL: d.URL, Status: string(d.Status), Attempts: d.Attempts, CreatedAt: *Time(d.CreatedAt), DoneAt: Time(d.DoneAt),
		LastStatus: d.LastStatus, LastError: d.LastError,
	}
	if d.DoneAt.IsZero() {
		w.NextAt = Time(d.NextAt)
	}
	if attempts == nil {
		return w
	}
	w.Payload = d.Payload
	for _, a := range attempts {
		w.AttemptList = append(w.AttemptList, Attempt{
			N: a.N, At: *Time(a.At), TookMS: a.Took.Milliseconds(), Status: a.Status, Error: a.Error, Response: a.Response,
		})
	}
	return w
}

// Time writes a moment as the API does, RFC 3339 in UTC by whole seconds; nil
// for the zero time.
func Time(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return text(t.UTC().Format(time.RFC3339))
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
