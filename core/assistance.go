package core

import (
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
}
