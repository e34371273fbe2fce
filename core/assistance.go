package core

import (
	"context"
	"time"

	"reconbanker/scrapers"
)

// AssistanceState is where an assistance request is, or how it ended.
type AssistanceState string

// States of an assistance request. Only a pending one can be answered; an account
// has at most one pending request.
const (
	AssistancePending   AssistanceState = "pending"
	AssistanceFulfilled AssistanceState = "fulfilled" // the bank took what was given
	AssistanceCancelled AssistanceState = "cancelled" // the login ended for another reason
	AssistanceExpired   AssistanceState = "expired"   // nobody answered in time
)

// Assistance is what a login waits for a person to give or to do. The code itself
// is never part of it, and never stored.
type Assistance struct {
	ID        string // UUIDv7
	AccountID string
	RunID     string
	Kind      scrapers.QuestionKind
	Length    int    // characters of the code; 0 when unknown
	Target    string // where the bank says it sent it, as masked by the bank
	Purpose   string // "login"
	Attempts  int    // codes already tried in this login
	Limit     int    // codes the bank accepts per login, 1 to 5
	CanResend bool   // the bank can be asked for another code
	State     AssistanceState
	Reason    scrapers.Kind // why it ended when it was not fulfilled
	Submitted bool          // a code was given and the bank has not answered yet
	CreatedAt time.Time
	AskedAt   time.Time // when the newest question was asked; the wait counts from here
	ExpiresAt time.Time // 5 minutes after AskedAt
	EndedAt   time.Time // zero while pending

	// Notices are owed about this change of the request: the store writes them
	// with it, and they are never read back.
	Notices []Delivery
}

// assistanceStore keeps assistance requests. Whatever ends a run, in whatever
// way, cancels the request that is still pending for it in the same transaction,
// with the run's kind as its reason.
type assistanceStore interface {
	// OpenAssistance writes a pending request; ErrConflict when the account has one.
	OpenAssistance(ctx context.Context, a Assistance) error
	// ChangeAssistance applies change to a pending request and writes it back;
	// ErrConflict when it has ended.
	ChangeAssistance(ctx context.Context, id string, change func(*Assistance) error, by Audit) (Assistance, error)
	Assistance(ctx context.Context, id string) (Assistance, error)
	// PendingAssistances lists the pending requests of an account, or of all ("").
	PendingAssistances(ctx context.Context, accountID string) ([]Assistance, error)
}

// sessionStore keeps what a browser must know to go on with a login, sealed.
type sessionStore interface {
	SaveSessionState(ctx context.Context, accountID string, credentials int64, sealed []byte, at time.Time) error
	// SessionState returns ErrNotFound when there is none of these credentials.
	SessionState(ctx context.Context, accountID string, credentials int64) ([]byte, error)
	DropSessionState(ctx context.Context, accountID string) error
}
