package scrapers

import (
	"errors"
	"fmt"
)

// Kind is what went wrong, named for what must happen next. The wire and the
// screens show the same words.
type Kind string

// Kinds a driver or a page can answer with.
const (
	InvalidCredentials Kind = "INVALID_CREDENTIALS"       // the bank said user or password is wrong
	AccountLocked      Kind = "ACCOUNT_LOCKED"            // the bank locked this user
	PasswordChange     Kind = "PASSWORD_CHANGE_REQUIRED"  // the bank wants a new password first
	UserAction         Kind = "USER_ACTION_AT_BANK"       // terms to accept, data to confirm
	ExtraCredential    Kind = "EXTRA_CREDENTIAL_REQUIRED" // the bank asks for something more to know the user by
	Unexplained        Kind = "LOGIN_INCONCLUSIVE"        // a password was sent and nothing known followed
	NeedsPresence      Kind = "NEEDS_PRESENCE"            // a code is wanted and nobody is there
	OTPRejected        Kind = "OTP_REJECTED"              // the bank refused the codes
	OTPTimeout         Kind = "OTP_TIMEOUT"               // nobody gave a code in time
	ApprovalDenied     Kind = "APPROVAL_DENIED"           // refused in the bank's app
	ApprovalExpired    Kind = "APPROVAL_EXPIRED"          // not approved in time
	MFAUnsupported     Kind = "MFA_UNSUPPORTED"           // a second factor this driver cannot do
	BotChallenge       Kind = "BOT_CHALLENGE"             // the bank takes us for a robot
	AccessDenied       Kind = "ACCESS_DENIED"             // 403, country, address
	SessionConflict    Kind = "SESSION_CONFLICT"          // somebody else is signed in
	SessionExpired     Kind = "SESSION_EXPIRED"           // signed out while reading
	BankUnavailable    Kind = "BANK_UNAVAILABLE"          // maintenance, 5xx
	RateLimited        Kind = "RATE_LIMITED"              // 429
	Network            Kind = "NETWORK"                   // no route, no name, reset
	TLSProblem         Kind = "TLS_PROBLEM"               // the certificate is not the bank's
	OriginNotAllowed   Kind = "ORIGIN_NOT_ALLOWED"        // a page of a foreign host where the bank's should be
	LoginPageChanged   Kind = "LOGIN_PAGE_CHANGED"        // the form is not the known one; no password sent
	LayoutChanged      Kind = "LAYOUT_CHANGED"            // a page after the login is not the known one
	StepTimeout        Kind = "STEP_TIMEOUT"              // a known page did not get further in time
	AccountNotFound    Kind = "ACCOUNT_NOT_FOUND"         // a chosen bank account is not behind this login
	NoAccounts         Kind = "NO_ACCOUNTS"               // nothing is behind this login
	UnparsableRow      Kind = "UNPARSABLE_ROW"            // a booked line could not be understood
	DataInconsistent   Kind = "DATA_INCONSISTENT"         // the bank contradicts itself
	BrowserMissing     Kind = "BROWSER_MISSING"           // no browser to run
	BrowserCrashed     Kind = "BROWSER_CRASHED"           // the browser or tab died
	Cancelled          Kind = "CANCELLED"                 // a person or a shutdown ended it
)

// Error is a failure at a bank.
type Error struct {
	Kind  Kind
	Doing string // what was being done: "wait for the login form"
	Said  string // the bank's own words, if it had any; never a secret
	URL   string // address without query, when known
	Err   error  // cause, if any
}

// Error implements error.
func (e *Error) Error() string {
	s := string(e.Kind)
	if e.Doing != "" {
		s += ": " + e.Doing
	}
	if e.Said != "" {
		s += fmt.Sprintf(": the bank says %q", e.Said)
	}
	if e.URL != "" {
		s += " (" + e.URL + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Fail builds an Error for what was being done.
func Fail(kind Kind, doing string, cause error) *Error {
	return &Error{Kind: kind, Doing: doing, Err: cause}
}

// Said builds an Error that carries the bank's own words.
func Said(kind Kind, doing, words string) *Error {
	return &Error{Kind: kind, Doing: doing, Said: words}
}

// KindOf returns the kind of err, or "" when err is nil or not a bank failure.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}
