package core

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"reconbanker/scrapers"
)

// KeepSecret, given as a token, keeps the stored one; it is also what a reader is
// shown in place of a stored token.
const KeepSecret = "__secret_present__"

// SettingsInput is what a person or a machine saves. The seed's fields replace
// the stored ones: an omitted one returns to its default, except the bank
// credentials, which change only when sent. Own may be nil, which keeps ours.
type SettingsInput struct {
	PendingOrdersEndpoint   *string         `json:"pending_orders_endpoint"`
	WebhookURL              *string         `json:"webhook_url"`
	WebhookAuthType         *string         `json:"webhook_auth_type"`
	WebhookAuthToken        *string         `json:"webhook_auth_token"`
	NotificationEndpointURL *string         `json:"notification_endpoint_url"`
	NotificationAuthType    *string         `json:"notification_auth_type"`
	NotificationAuthToken   *string         `json:"notification_auth_token"`
	NotificationEvents      []string        `json:"notification_events"`
	RetryLimit              *int            `json:"retry_limit"`
	PollingMethod           *string         `json:"polling_method"`
	PollingBody             json.RawMessage `json:"polling_body"`
	AuthType                *string         `json:"auth_type"`
	AuthToken               *string         `json:"auth_token"`
	BankUsername            *string         `json:"bank_username"`
	BankPassword            *string         `json:"bank_password"`
	NotifyOnExpired         bool            `json:"notify_on_expired"`
	WebhookExtraFields      json.RawMessage `json:"webhook_extra_fields"`
	SessionType             *string         `json:"session_type"`
	LoginMode               *string         `json:"login_mode"`
	SilentIngestion         bool            `json:"silent_ingestion"`

	Own *OwnInput `json:"own,omitempty"`
}

// OwnInput holds the settings the seed does not know. A nil field keeps what is
// stored.
type OwnInput struct {
	BankFields    map[string]string `json:"bank_fields"`    // the driver's further fields
	BankSecrets   map[string]string `json:"bank_secrets"`   // the driver's further secret fields
	BankAccounts  *[]string         `json:"bank_accounts"`  // numbers to read; empty means all
	Schedule      *string           `json:"schedule"`       // "@every 20m" or five cron fields
	StartDate     *string           `json:"start_date"`     // YYYY-MM-DD
	DailyLogins   *int              `json:"daily_logins"`   // 1 to 6
	SigningSecret *string           `json:"signing_secret"` // whsec_…; "" removes it
	UniqueAmount  *bool             `json:"unique_amount"`  // settle a pair without a name when no other has its amount

	NotificationTransport    *string `json:"notification_transport"`     // api, slack or chat_webhook
	NotificationSlackChannel *string `json:"notification_slack_channel"` // for slack
	Attended                 *string `json:"attended"`                   // "mon-fri 08:00-19:00" or "always"
}

// reservedKeys can never be replaced by extra fields (seed, Field notes).
var reservedKeys = []string{"external_id", "status", "amount", "currency", "name", "id", "received_at"}

// notificationEvents are the events a person can subscribe to.
var notificationEvents = []string{EventAssistance, EventLogin, EventScrape}

const maxExtraFields = 64 << 10 // bytes

// proposal is the outcome of applying an input to stored settings.
type proposal struct {
	info   scrapers.Info // of the account's bank
	mode   OperationMode
	next   Settings
	put    map[string]string // secret field → new value
	drop   []string          // secret fields to remove
	errors []FieldError
}

func (p *proposal) refuse(field, format string, args ...any) {
	p.errors = append(p.errors, FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
}

// propose applies an input to the stored settings (zero when there are none) and
// checks every rule. It is pure: checkURL is the sender's rule on addresses.
func propose(stored Settings, in SettingsInput, info scrapers.Info, mode OperationMode, checkURL func(string) error) *proposal {
	p := &proposal{info: info, mode: mode, next: stored, put: map[string]string{}}
	n := &p.next
	n.Stored = maps.Clone(stored.Stored)

	n.WebhookURL = p.address("webhook_url", in.WebhookURL, checkURL)
	n.PendingOrdersEndpoint = p.address("pending_orders_endpoint", in.PendingOrdersEndpoint, checkURL)
	n.NotificationEndpointURL = p.address("notification_endpoint_url", in.NotificationEndpointURL, checkURL)

	n.AuthType = AuthType(p.choice("auth_type", in.AuthType, string(Bearer), "", string(Bearer), string(APIKey)))
	n.WebhookAuthType = AuthType(p.choice("webhook_auth_type", in.WebhookAuthType, "", "", string(Bearer), string(APIKey)))
	n.NotificationAuthType = AuthType(p.choice("notification_auth_type", in.NotificationAuthType, "", "", string(Bearer), string(APIKey)))
	n.SessionType = SessionType(p.choice("session_type", in.SessionType, string(OneShot), string(OneShot), string(Persistent)))
	n.LoginMode = LoginMode(p.choice("login_mode", in.LoginMode, string(Simple), string(Simple), string(Assisted)))
	p.supported(info)

	p.token(SecretAuthToken, in.AuthToken, stored)
	p.token(SecretWebhookToken, in.WebhookAuthToken, stored)
	p.token(SecretNotificationToken, in.NotificationAuthToken, stored)

	n.RetryLimit = 3
	if in.RetryLimit != nil {
		n.RetryLimit = *in.RetryLimit
		if n.RetryLimit < 0 || n.RetryLimit > 1000 {
			p.refuse("retry_limit", "retry_limit must be a whole number from 0 to 1000")
		}
	}
	n.PollingMethod = p.choice("polling_method", in.PollingMethod, "GET", "GET", "POST")
	n.PollingBody = p.pollingBody(in.PollingBody, n.PollingMethod)
	n.WebhookExtraFields = p.extraFields(in.WebhookExtraFields)
	n.NotificationEvents = p.events(in.NotificationEvents)
	n.NotifyOnExpired, n.SilentIngestion = in.NotifyOnExpired, in.SilentIngestion

	p.credentials(in, stored)
	p.own(in.Own, stored, info)
	if n.PendingOrdersEndpoint == "" && mode == Reconcile {
		p.refuse("pending_orders_endpoint", "pending_orders_endpoint is required when operation mode is reconcile")
	}
	return p
}

func trimmed(s *string) string {
	if s == nil {
		return ""
	}
	return strings.TrimSpace(*s)
}

func (p *proposal) address(field string, in *string, check func(string) error) string {
	v := trimmed(in)
	if v == "" {
		if field == "webhook_url" {
			p.refuse(field, "webhook_url is required")
		}
		return ""
	}
	if _, err := url.Parse(v); err != nil {
		p.refuse(field, "%s is not an address: it must look like https://example.com/path", field)
		return v
	}
	if err := check(v); err != nil {
		p.refuse(field, "%s: %s", field, err)
	}
	return v
}

func (p *proposal) choice(field string, in *string, preset string, allowed ...string) string {
	if in == nil {
		return preset
	}
	v := strings.TrimSpace(*in)
	if !slices.Contains(allowed, v) {
		words := slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" })
		p.refuse(field, "%s must be %s", field, strings.Join(words, " or "))
	}
	if v == "" {
		return preset
	}
	return v
}

func (p *proposal) supported(info scrapers.Info) {
	if len(info.Supports) == 0 {
		return
	}
	s := scrapers.Support{SessionType: string(p.next.SessionType), LoginMode: string(p.next.LoginMode)}
	if !slices.Contains(info.Supports, s) {
		p.refuse("session_type", "%s cannot be read with session_type %s and login_mode %s", info.Name, s.SessionType, s.LoginMode)
	}
}

// token keeps, replaces or removes a stored token.
func (p *proposal) token(field string, in *string, stored Settings) {
	v := trimmed(in)
	switch {
	case v == KeepSecret:
	case v == "" && stored.Stored[field]:
		p.drop = append(p.drop, field)
	case v == "":
	case strings.ContainsAny(v, "\r\n\x00"):
		p.refuse(field, "%s must be one line", field)
	case len(v) > 4096:
		p.refuse(field, "%s is too long: at most 4096 characters", field)
	default:
		p.put[field] = v
	}
}

// jsonDocument unwraps a document given as JSON or as a string that holds JSON.
// Absent, null and blank are nil.
func jsonDocument(raw json.RawMessage) (json.RawMessage, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) > 0 && raw[0] == '"' {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return nil, err
		}
		raw = json.RawMessage(strings.TrimSpace(s))
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return nil, err
	}
	return compact.Bytes(), nil
}

func (p *proposal) pollingBody(raw json.RawMessage, method string) json.RawMessage {
	if method != "POST" {
		return nil
	}
	doc, err := jsonDocument(raw)
	if err != nil {
		p.refuse("polling_body", "polling_body must be valid JSON (or empty)")
		return nil
	}
	return doc
}

func (p *proposal) extraFields(raw json.RawMessage) json.RawMessage {
	const field = "webhook_extra_fields"
	doc, err := jsonDocument(raw)
	switch {
	case err != nil:
		p.refuse(field, "webhook_extra_fields must be valid JSON")
		return nil
	case doc == nil:
		return nil
	case doc[0] != '{':
		p.refuse(field, "webhook_extra_fields must be a JSON object")
		return nil
	case len(doc) > maxExtraFields:
		p.refuse(field, "webhook_extra_fields is too long: at most 64 KiB")
		return nil
	}
	pairs, err := objectPairs(doc)
	if err != nil {
		p.refuse(field, "webhook_extra_fields must be valid JSON")
		return nil
	}
	var taken []string
	for _, kv := range pairs {
		if slices.Contains(reservedKeys, kv.key) {
			taken = append(taken, kv.key)
		}
	}
	if taken != nil {
		p.refuse(field, "webhook_extra_fields cannot override reserved keys: %s", strings.Join(taken, ", "))
	}
	return doc
}

func (p *proposal) events(in []string) []string {
	var out []string
	for _, e := range in {
		if e == "connection_failed" { // the name the peer's code uses
			e = EventLogin
		}
		switch {
		case !slices.Contains(notificationEvents, e):
			p.refuse("notification_events", "notification_events: %q is unknown; use any of %s", e, strings.Join(notificationEvents, ", "))
		case !slices.Contains(out, e):
			out = append(out, e)
		}
	}
	return out
}

// credentials change only when sent, and only together.
func (p *proposal) credentials(in SettingsInput, stored Settings) {
	user, password := trimmed(in.BankUsername), ""
	if in.BankPassword != nil && *in.BankPassword != KeepSecret {
		password = *in.BankPassword
	}
	switch {
	case user == "" && password == "":
	case user == "":
		p.refuse("bank_username", "bank_username is required when bank_password is sent")
	case password == "" && user == stored.BankUsername && stored.Stored[SecretPassword]:
	case password == "":
		p.refuse("bank_password", "bank_password is required when bank_username changes")
	case len(user) > 256 || len(password) > 1024:
		p.refuse("bank_username", "bank_username and bank_password are at most 256 and 1024 characters")
	default:
		p.next.BankUsername = user
		p.put[SecretPassword] = password
	}
}

func (p *proposal) own(in *OwnInput, stored Settings, info scrapers.Info) {
	n := &p.next
	n.BankFields = maps.Clone(stored.BankFields)
	if n.BankFields == nil {
		n.BankFields = map[string]string{}
	}
	for _, f := range info.Fields {
		if f.Default != "" && n.BankFields[f.Key] == "" && !f.Secret && f.Key != scrapers.FieldUsername {
			n.BankFields[f.Key] = f.Default
		}
	}
	if in == nil {
		return
	}
	p.bankFields(in, info)
	p.notifications(in)
	zone, err := time.LoadLocation(info.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	if in.BankAccounts != nil {
		n.BankAccounts = slices.Compact(slices.Sorted(slices.Values(*in.BankAccounts)))
	}
	if in.Schedule != nil {
		n.Schedule = strings.TrimSpace(*in.Schedule)
		if n.Schedule == "" {
			n.Schedule = DefaultSchedule
		}
		if _, err := ParseSchedule(n.Schedule, zone); err != nil {
			p.refuse("schedule", "schedule: %s", err)
		}
	}
	if in.StartDate != nil {
		n.StartDate = strings.TrimSpace(*in.StartDate)
		if _, err := time.Parse(time.DateOnly, n.StartDate); err != nil {
			p.refuse("start_date", "start_date must be a day such as 2026-05-13")
		}
	}
	if in.DailyLogins != nil {
		n.DailyLogins = *in.DailyLogins
		if n.DailyLogins < 1 || n.DailyLogins > 6 {
			p.refuse("daily_logins", "daily_logins must be from 1 to 6: a bank locks a login after few failures")
		}
	}
	if in.UniqueAmount != nil {
		n.UniqueAmount = *in.UniqueAmount
	}
	p.presence(in)
	if secret := trimmed(in.SigningSecret); secret != "" && secret != KeepSecret && !signingSecret(secret) {
		p.refuse(SecretSigning, "signing_secret must be whsec_ and 16 to 64 bytes in base64 (Standard Webhooks)")
		return
	}
	if in.SigningSecret != nil {
		p.token(SecretSigning, in.SigningSecret, stored)
	}
}

// signingSecret tells whether a text is a secret of the Standard Webhooks scheme.
func signingSecret(text string) bool {
	key, ok := strings.CutPrefix(text, "whsec_")
	raw, err := base64.StdEncoding.DecodeString(key)
	return ok && err == nil && len(raw) >= 16 && len(raw) <= 64
}

func (p *proposal) bankFields(in *OwnInput, info scrapers.Info) {
	for _, f := range info.Fields {
		if f.Key == scrapers.FieldUsername || f.Key == scrapers.FieldPassword {
			continue
		}
		values := in.BankFields
		if f.Secret {
			values = in.BankSecrets
		}
		v, sent := values[f.Key]
		if !sent {
			continue
		}
		v = strings.TrimSpace(v)
		if v != "" && v != KeepSecret && f.Check != nil {
			if err := f.Check(v); err != nil {
				p.refuse(f.Key, "%s: %s", f.Label, err)
				continue
			}
		}
		if f.Secret {
			p.token(SecretBankField+f.Key, &v, p.next)
			continue
		}
		p.next.BankFields[f.Key] = v
	}
	for key := range in.BankFields {
		if !slices.ContainsFunc(info.Fields, func(f scrapers.Field) bool { return f.Key == key && !f.Secret }) {
			p.refuse("bank_fields", "%s has no field %q", info.Name, key)
		}
	}
	for key := range in.BankSecrets {
		if !slices.ContainsFunc(info.Fields, func(f scrapers.Field) bool { return f.Key == key && f.Secret }) {
			p.refuse("bank_secrets", "%s has no secret field %q", info.Name, key)
		}
	}
}
