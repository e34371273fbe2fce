package core

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"reconbanker/scrapers"
)

// Sentinel errors every room agrees on. Test with errors.Is.
var (
	// ErrNotFound means there is no such row, or it belongs to another account.
	ErrNotFound = errors.New("not found")
	// ErrLocked means secrets cannot be opened now: the keychain is locked or absent.
	ErrLocked = errors.New("the secrets are locked")
	// ErrConflict means the row is not in a state that allows what was asked.
	ErrConflict = errors.New("not possible now")
	// ErrOffline means that this computer has no way to the network, so that what
	// was not reached is not to blame.
	ErrOffline = errors.New("this computer is offline")
	// ErrSecretDamaged means a stored secret does not open with the right key.
	ErrSecretDamaged = errors.New("a stored secret is damaged")
	// ErrNoPending means no login waits for a person now: none asked, or another
	// code came first, or too late.
	ErrNoPending = errors.New("no login is waiting for a code: it was answered, or has ended")
)

// Kinds of failure that are ours rather than the bank's; see scrapers.Kind for
// the others. They share one vocabulary on screens and on the wire.
const (
	ConfigIncomplete scrapers.Kind = "CONFIG_INCOMPLETE"  // a required setting is missing
	SecretsLocked    scrapers.Kind = "SECRETS_LOCKED"     // the keychain did not open
	StorageProblem   scrapers.Kind = "STORAGE_PROBLEM"    // disk full or not writable
	Interrupted      scrapers.Kind = "INTERRUPTED"        // the program ended during the run
	Partial          scrapers.Kind = "PARTIAL"            // some bank accounts were read and stored, others could not be
	BudgetSpent      scrapers.Kind = "LOGIN_BUDGET_SPENT" // too many failed logins today
	TooSoon          scrapers.Kind = "LOGIN_TOO_SOON"     // the last login of this bank user is not explained yet
	RefusedBefore    scrapers.Kind = "REFUSED_BEFORE"     // the bank has refused this very password
	Blocked          scrapers.Kind = "BLOCKED"            // skipped: a person must restart the account
	Internal         scrapers.Kind = "INTERNAL"           // a defect of ours
)

// TooManyError refuses a code because too many were given for one account.
type TooManyError struct{ RetryAfter time.Duration }

// Error implements error.
func (e *TooManyError) Error() string {
	return fmt.Sprintf("too many codes were given for this account: try again in %s", e.RetryAfter.Round(time.Second))
}

// FieldError says what is wrong with one field, in a sentence for the person
// who typed it.
type FieldError struct {
	Field   string // as on the wire: "webhook_url"
	Message string
}

// InvalidError carries every field that was refused, in the order of the form.
type InvalidError struct{ Fields []FieldError }

// Error implements error: the sentences, first field first.
func (e *InvalidError) Error() string {
	s := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		s[i] = f.Message
	}
	return strings.Join(s, "; ")
}

// Invalid builds an InvalidError for one field.
func Invalid(field, format string, args ...any) *InvalidError {
	return &InvalidError{Fields: []FieldError{{Field: field, Message: fmt.Sprintf(format, args...)}}}
}
