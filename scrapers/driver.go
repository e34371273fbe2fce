package scrapers

import (
	"context"
	"time"
)

// Driver reads one bank's website. Implementations hold no state between calls
// and start no goroutines; everything that lives is in the Page.
type Driver interface {
	// Info describes the bank. It is constant.
	Info() Info
	// Login signs in from any state of a fresh page. It returns nil only when the
	// bank shows a page that is reachable by a signed-in customer. Every failure
	// is an *Error; a failure the driver cannot explain is Unexplained.
	Login(ctx context.Context, page Page, creds Credentials, ask Ask) error
	// Authenticated tells whether the page still belongs to a signed-in customer,
	// without typing any secret.
	Authenticated(ctx context.Context, page Page) (bool, error)
	// Movements reads every booked line from req.Since to now, of the bank
	// accounts asked for. An account without lines gives an empty Statement and
	// no error. A day is read whole or the call fails: half a day is never returned.
	Movements(ctx context.Context, page Page, req Request) (Statement, error)
}

// KeepAliver is implemented by drivers whose bank ends an idle session that a
// harmless click would have kept open.
type KeepAliver interface {
	KeepAlive(ctx context.Context, page Page) error
}

// AccountLister is implemented by drivers that can list the bank accounts
// behind a login, so that a person can choose which are read.
type AccountLister interface {
	BankAccounts(ctx context.Context, page Page) ([]BankAccount, error)
}

// Resender is implemented by drivers whose bank can be asked for another code.
type Resender interface {
	ResendCode(ctx context.Context, page Page) error
}

// LoggerOut is implemented by drivers whose bank has a way to sign out.
type LoggerOut interface {
	Logout(ctx context.Context, page Page) error
}

// HostsFromFields is implemented by drivers whose address is a setting rather
// than a constant, such as the demo bank on a loopback port. The hosts replace
// Info.Hosts. An error is a sentence for the person who typed the field.
type HostsFromFields interface {
	Hosts(fields map[string]string) ([]string, error)
}

// Info describes a bank to the people and the code that choose it.
type Info struct {
	Code       string    // stable, lower case, as the API spells it: "itau"
	Name       string    // "Itaú Uruguay"
	Country    string    // ISO 3166-1 alpha-2
	Currencies []string  // ISO 4217, those its accounts can have
	TimeZone   string    // IANA name; the bank's day begins at midnight there
	Locale     string    // BCP 47; the language the browser asks the site for
	LoginURL   string    // where a person would sign in; "" when it is a setting
	Hosts      []string  // hosts the page may reach: "bank.example" or "*.bank.example"
	Fields     []Field   // what to ask the person for; draws the settings form
	CodeLimit  int       // codes the bank accepts per login before it gives up; 0 means 3, at most 5
	Supports   []Support // session kinds; empty means every one
	Demo       bool      // a bank to try, never a real one
}

// Support is one combination of session type and login mode a bank allows.
type Support struct {
	SessionType string // "one-shot" or "persistent"
	LoginMode   string // "simple" or "assisted"
}

// Keys of the two fields every bank has; the API calls them bank_username and
// bank_password.
const (
	FieldUsername = "username"
	FieldPassword = "password"
)

// FieldTOTPSeed is the key of the optional secret field with which codes of an
// authenticator app are made without a person: the seed, in base32.
const FieldTOTPSeed = "totp_seed"

// Field is one thing a person must tell us to sign in.
type Field struct {
	Key      string // "username", "password", "address"
	Label    string // text key of the form's label, also the plain English label
	Secret   bool   // stored encrypted, typed through a handle, never shown
	Optional bool
	Default  string
	// Check refuses a value with a sentence that says what is wrong; nil accepts all.
	Check func(value string) error
}

// Credentials are what Login may type. Values of secret fields are handles.
type Credentials struct {
	Fields  map[string]string
	Secrets map[string]Secret
}

// Username returns the bank user name.
func (c Credentials) Username() string { return c.Fields[FieldUsername] }

// Password returns the handle of the bank password.
func (c Credentials) Password() Secret { return c.Secrets[FieldPassword] }

// BankAccount is one account or product behind a login.
type BankAccount struct {
	Number   string // as the bank prints it
	Name     string // the bank's words for it
	Currency string // ISO 4217
}

// Request says what to read.
type Request struct {
	// Since is the start of the first bank day to read, in the bank's zone.
	Since time.Time
	// Accounts are the bank account numbers to read; empty means all of them.
	Accounts []string
	// Fields are the credential fields that are not secret (an address, say).
	Fields map[string]string
	// Now is the time of the reading, for pages that print times without a date.
	Now time.Time
}

// Ask asks a person for a one-time code and waits for the answer, the deadline
// or the end of the login. The returned handle is typed with Page.FillSecret.
// It fails with kind OTPTimeout, NeedsPresence or Cancelled.
type Ask func(ctx context.Context, q Question) (Secret, error)

// Question describes the code a bank wants.
type Question struct {
	Kind    QuestionKind
	Length  int    // characters; 0 when unknown
	Target  string // where the bank says it sent it, as masked by the bank
	Purpose string // "login"
	// Refused is true when the bank has just refused the previous code.
	Refused bool
	// Over tells at once whether the page has moved on by itself. For Approve and
	// Finish: it is asked every few seconds while a person acts elsewhere, and the
	// answer comes when it says so. It types and clicks nothing.
	Over func(ctx context.Context) (bool, error)
}

// QuestionKind is what a person must do to answer.
type QuestionKind string

// The kinds of question a bank can ask.
const (
	Numeric      QuestionKind = "numeric"
	Alphanumeric QuestionKind = "alphanumeric"
	TOTP         QuestionKind = "totp"   // a generated code; answered without a person when the seed is stored
	Approve      QuestionKind = "app"    // approve in the bank's phone app; the handle returned is empty
	Finish       QuestionKind = "window" // finish in the bank's own window; the handle returned is empty
)
