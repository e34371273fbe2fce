package core

import (
	"encoding/json"
	"time"
)

// SessionType says whether a browser login lives for one run or stays.
type SessionType string

// LoginMode says whether a person is expected to help with a login.
type LoginMode string

// AuthType is how a token is shown to a receiver.
type AuthType string

// OperationMode says what happens to movements; it belongs to the installation.
type OperationMode string

// The values of the settings above, spelt as on the wire.
const (
	OneShot    SessionType = "one-shot"
	Persistent SessionType = "persistent"

	Simple   LoginMode = "simple"
	Assisted LoginMode = "assisted"

	Bearer AuthType = "bearer"  // Authorization: Bearer <token>
	APIKey AuthType = "api_key" // Authorization: Api-Key <token>

	ModeUnset   OperationMode = ""
	Reconcile   OperationMode = "reconcile"
	Passthrough OperationMode = "passthrough"
)

// Settings configure one account. Secret values are not here: tokens and the
// password live sealed in the store under the field names of secrets.go, and
// Stored says which exist.
type Settings struct {
	ID        string // UUIDv7 of the settings row
	AccountID string

	// The seed's fields.
	PendingOrdersEndpoint   string
	WebhookURL              string
	RetryLimit              int
	PollingMethod           string          // GET or POST
	PollingBody             json.RawMessage // nil unless POST
	AuthType                AuthType
	WebhookAuthType         AuthType // "" falls back to AuthType
	NotificationEndpointURL string
	NotificationAuthType    AuthType
	NotificationEvents      []string
	NotifyOnExpired         bool
	WebhookExtraFields      json.RawMessage // a JSON object or nil
	SilentIngestion         bool
	SessionType             SessionType
	LoginMode               LoginMode
	BankUsername            string

	// Our own.
	BankFields   map[string]string // the driver's further fields that are not secret
	BankAccounts []string          // bank account numbers to read; empty means all
	Schedule     string            // "@every 20m" or a five-field cron expression in the bank's zone
	StartDate    string            // bank day, YYYY-MM-DD; older movements are not sent
	DailyLogins  int               // budget of submits not known to have succeeded, 1 to 6
	SigningSince time.Time         // when the signing secret last replaced another
	UniqueAmount bool              // settle a pair without a name when no other has its amount

	NotificationTransport    Transport // "" is TransportAPI
	NotificationSlackChannel string    // "#alerts" or a channel's id
	Attended                 string    // when somebody is there to give codes; "" is DefaultAttended

	// CredentialsVersion grows whenever user name, password or a bank field changes.
	CredentialsVersion int64
	// Stored tells which secret fields have a value.
	Stored map[string]bool

	CreatedAt time.Time
	UpdatedAt time.Time
}

// Names of the secret fields of an account, as stored and as sealed.
const (
	SecretPassword          = "bank_password"
	SecretAuthToken         = "auth_token"
	SecretWebhookToken      = "webhook_auth_token"
	SecretNotificationToken = "notification_auth_token"
	SecretSigning           = "signing_secret"
	SecretBankField         = "bank_field." // prefix of a driver's further secret fields
)
