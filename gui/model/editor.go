package model

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// Names of the fields that have no constant in core, as on the wire. A bank's own
// fields go by their key.
const (
	FieldUsername        = "bank_username"
	FieldPassword        = core.SecretPassword
	FieldSession         = "session_type"
	FieldSchedule        = "schedule"
	FieldAttended        = "attended"
	FieldStartDate       = "start_date"
	FieldDailyLogins     = "daily_logins"
	FieldBankAccounts    = "bank_accounts"
	FieldWebhookURL      = "webhook_url"
	FieldWebhookToken    = core.SecretWebhookToken
	FieldExtraFields     = "webhook_extra_fields"
	FieldSigning         = core.SecretSigning
	FieldOrdersURL       = "pending_orders_endpoint"
	FieldOrdersToken     = core.SecretAuthToken
	FieldPollingBody     = "polling_body"
	FieldRetryLimit      = "retry_limit"
	FieldTransport       = "notification_transport"
	FieldSlackChannel    = "notification_slack_channel"
	FieldNotifyURL       = "notification_endpoint_url"
	FieldNotifyToken     = core.SecretNotificationToken
	FieldEvents          = "notification_events"
	eventAssistance      = "assistance_required"
	eventLoginFailed     = "login_failed"
	eventScrapeFailed    = "scrape_failed"
	methodGet            = "GET"
	methodPost           = "POST"
	defaultRetries       = 3
	defaultDailyLogins   = 3
	signingSecretBytes   = 32
	signingSecretLeading = "whsec_"
)

// Events lists what a person can be told of, in the order of the form.
var Events = []string{eventAssistance, eventLoginFailed, eventScrapeFailed}

// Fate is what is to become of a stored secret.
type Fate int

// The fates. Keeping is what happens unless a person says otherwise.
const (
	Keep Fate = iota
	Replace
	Remove
)

// Secret is a password or token in the form. The stored one is never shown, so
// the form knows only that it is there.
type Secret struct {
	Stored bool
	Fate   Fate
	Text   string // the new one, for Replace
}

// replaced tells whether there is a new value. An empty replacement is none: a
// person who opens the field and leaves it again keeps what is stored.
func (s Secret) replaced() bool { return s.Fate == Replace && strings.TrimSpace(s.Text) != "" }

// present tells whether there will be a value after saving.
func (s Secret) present() bool { return s.replaced() || s.Stored && s.Fate != Remove }

// wire is the value as core wants it: the sentinel keeps, "" removes.
func (s Secret) wire() *string {
	switch {
	case s.replaced():
		return new(s.Text)
	case s.Fate == Remove:
		return new("")
	}
	return new(core.KeepSecret)
}

// Form is every setting of an account as a person edits it.
type Form struct {
	Username string
	Password Secret
	Fields   map[string]string // the bank's own, by key
	Secrets  map[string]Secret // the bank's own that are secret, by key

	Session core.SessionType
	Login   core.LoginMode

	Schedule     string
	Attended     string // when somebody is there to give codes
	StartDate    string // YYYY-MM-DD, or what was typed
	DailyLogins  int
	BankAccounts string // numbers, separated by commas or lines

	WebhookURL   string
	WebhookAuth  core.AuthType // "" is that of the orders
	WebhookToken Secret
	ExtraFields  string
	Signing      Secret
	Silent       bool

	OrdersURL       string
	OrdersAuth      core.AuthType
	OrdersToken     Secret
	PollingMethod   string
	PollingBody     string
	RetryLimit      string
	NotifyOnExpired bool
	UniqueAmount    bool // a payment without a name is matched by its amount alone

	NotifyBy     core.Transport
	NotifyURL    string
	SlackChannel string
	NotifyAuth   core.AuthType
	NotifyToken  Secret
	Events       map[string]bool
}

// Editor is the editing of one account's settings: what is stored, what a person
// has made of it, and what is wrong with that.
type Editor struct {
	Account core.Account
	Bank    scrapers.Info
	Mode    core.OperationMode
	Form    Form

	saved   Form
	stored  core.Settings
	zone    *time.Location
	refused map[string]string // core's sentence, until the field changes
}

// ReadEditor reads what there is to edit of an account.
func ReadEditor(ctx context.Context, src Source, accountID string) (*Editor, error) {
	accounts, err := src.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the accounts: %w", err)
	}
	i := slices.IndexFunc(accounts, func(a core.Account) bool { return a.ID == accountID })
	if i < 0 {
		return nil, fmt.Errorf("read the account: %w", core.ErrNotFound)
	}
	s, err := src.Settings(ctx, accountID)
	if err != nil && !errors.Is(err, core.ErrNotFound) {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	mode, err := src.OperationMode(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the mode: %w", err)
	}
	bank := scrapers.Info{Code: accounts[i].Bank, Name: accounts[i].Bank}
	for _, b := range src.Banks() {
		if b.Code == bank.Code {
			bank = b
		}
	}
	return NewEditor(accounts[i], bank, mode, s), nil
}

// NewEditor begins to edit settings; zero ones are those of an account that has
// none yet.
func NewEditor(a core.Account, bank scrapers.Info, mode core.OperationMode, s core.Settings) *Editor {
	e := &Editor{Account: a, Bank: bank, Mode: mode, refused: map[string]string{}}
	zone, err := time.LoadLocation(bank.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	e.zone = zone
	e.load(s)
	return e
}

func (e *Editor) load(s core.Settings) {
	e.stored = s
	e.saved = e.formOf(s)
	e.Form = e.saved.clone()
}

// Exists tells whether settings were ever saved.
func (e *Editor) Exists() bool { return !e.stored.CreatedAt.IsZero() }

// Stale tells whether e is older than what other has read: the settings were
// changed elsewhere meanwhile.
func (e *Editor) Stale(other *Editor) bool {
	return e.stored.CredentialsVersion != other.stored.CredentialsVersion || !reflect.DeepEqual(e.saved.normal(), other.saved.normal())
}

// Zone is where the bank's days begin.
func (e *Editor) Zone() *time.Location { return e.zone }

func (e *Editor) formOf(s core.Settings) Form {
	secret := func(field string) Secret { return Secret{Stored: s.Stored[field]} }
	f := Form{
		Username: s.BankUsername, Password: secret(core.SecretPassword),
		Fields: map[string]string{}, Secrets: map[string]Secret{},
		Session: orElse(s.SessionType, core.OneShot), Login: orElse(s.LoginMode, core.Simple),
		Schedule: orElse(s.Schedule, core.DefaultSchedule), StartDate: s.StartDate, Attended: orElse(s.Attended, core.DefaultAttended),
		DailyLogins: orElse(s.DailyLogins, defaultDailyLogins), BankAccounts: strings.Join(s.BankAccounts, ", "),
		WebhookURL: s.WebhookURL, WebhookAuth: s.WebhookAuthType, WebhookToken: secret(core.SecretWebhookToken),
		ExtraFields: indentedJSON(s.WebhookExtraFields), Signing: secret(core.SecretSigning), Silent: s.SilentIngestion,
		OrdersURL: s.PendingOrdersEndpoint, OrdersAuth: orElse(s.AuthType, core.Bearer), OrdersToken: secret(core.SecretAuthToken),
		PollingMethod: orElse(s.PollingMethod, methodGet), PollingBody: indentedJSON(s.PollingBody),
		RetryLimit: strconv.Itoa(s.RetryLimit), NotifyOnExpired: s.NotifyOnExpired, UniqueAmount: s.UniqueAmount,
		NotifyURL: s.NotificationEndpointURL, NotifyAuth: orElse(s.NotificationAuthType, core.Bearer), NotifyToken: secret(core.SecretNotificationToken),
		NotifyBy: orElse(s.NotificationTransport, core.TransportAPI), SlackChannel: s.NotificationSlackChannel,
		Events: map[string]bool{},
	}
	if s.CreatedAt.IsZero() { // nothing saved yet
		f.RetryLimit = strconv.Itoa(defaultRetries)
		f.StartDate = e.Account.CreatedAt.In(e.zone).Format(time.DateOnly)
		if !e.Supports(f.Session, f.Login) {
			f.Session, f.Login = core.SessionType(e.Bank.Supports[0].SessionType), core.LoginMode(e.Bank.Supports[0].LoginMode)
		}
		for _, ev := range Events {
			f.Events[ev] = true
		}
	}
	for _, ev := range s.NotificationEvents {
		f.Events[ev] = true
	}
	for _, field := range e.BankFields() {
		if field.Secret {
			f.Secrets[field.Key] = secret(core.SecretBankField + field.Key)
			continue
		}
		f.Fields[field.Key] = orElse(s.BankFields[field.Key], field.Default)
	}
	return f
}

// BankFields are the bank's own fields: all but user name and password.
func (e *Editor) BankFields() []scrapers.Field {
	return slices.DeleteFunc(slices.Clone(e.Bank.Fields), func(f scrapers.Field) bool {
		return f.Key == scrapers.FieldUsername || f.Key == scrapers.FieldPassword
	})
}

// Supports tells whether the bank can be read with a session type and login mode.
func (e *Editor) Supports(s core.SessionType, l core.LoginMode) bool {
	return len(e.Bank.Supports) == 0 ||
		slices.Contains(e.Bank.Supports, scrapers.Support{SessionType: string(s), LoginMode: string(l)})
}

// SupportsSession tells whether any login mode goes with a session type.
func (e *Editor) SupportsSession(s core.SessionType) bool {
	return e.Supports(s, core.Simple) || e.Supports(s, core.Assisted)
}

// SupportsLogin tells whether any session type goes with a login mode.
func (e *Editor) SupportsLogin(l core.LoginMode) bool {
	return e.Supports(core.OneShot, l) || e.Supports(core.Persistent, l)
}

// NewSigningSecret returns a fresh secret of the Standard Webhooks scheme.
func NewSigningSecret() string {
	key := make([]byte, signingSecretBytes)
	rand.Read(key) //nolint:errcheck // it never fails
	return signingSecretLeading + base64.StdEncoding.EncodeToString(key)
}

func (f Form) clone() Form {
	f.Fields, f.Secrets, f.Events = maps.Clone(f.Fields), maps.Clone(f.Secrets), maps.Clone(f.Events)
	return f
}

// indentedJSON writes a JSON document for reading.
func indentedJSON(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
