package core

import "time"

// OrderStatus is where an order is in its life.
type OrderStatus string

// The states of an order, spelt as on the wire.
const (
	OrderPending    OrderStatus = "pending"    // registered, not evaluated yet
	OrderProcessing OrderStatus = "processing" // an evaluation failed and is tried again
	OrderMatched    OrderStatus = "matched"
	OrderAmbiguous  OrderStatus = "ambiguous" // a person has to choose
	OrderNotFound   OrderStatus = "not_found" // nothing fits yet; tried again with each new movement
	OrderExpired    OrderStatus = "expired"
	OrderCancelled  OrderStatus = "cancelled"
	OrderFailed     OrderStatus = "failed" // evaluations failed for a reason of the system's
)

// Open tells whether the order can still be matched by itself.
func (s OrderStatus) Open() bool {
	switch s {
	case OrderPending, OrderProcessing, OrderAmbiguous, OrderNotFound, OrderFailed:
		return true
	}
	return false
}

// Known tells whether there is such a status.
func (s OrderStatus) Known() bool {
	return s.Open() || s == OrderMatched || s == OrderExpired || s == OrderCancelled
}

// orderLife is how long an order waits for its payment; payments up to as long
// before it count too.
const orderLife = 5 * 24 * time.Hour

// Order is a payment that the customer's own system expects; the wire calls it a
// conciliation request.
type Order struct {
	ID         string // UUIDv7
	AccountID  string
	ExternalID string // the customer's id; one order per account and id
	Amount     Money
	Name       string // who is expected to pay, as the customer's system spells it
	Status     OrderStatus
	Reason     MatchReason // why it is in this state
	Retries    int         // evaluations in a row that failed for a reason of the system's
	Attempts   int         // rows of its history
	// ByHand is set once a match of it was undone: it is left to people.
	ByHand bool
	// Announced is the last result the customer's system was told, "" for none.
	Announced OrderStatus
	// Explained recognises what the last row of its history says, so that the same
	// is not written again.
	Explained string

	CreatedAt time.Time // when it was registered, or registered again
	ExpiresAt time.Time // 5 days after CreatedAt
	CheckedAt time.Time // when it was last evaluated; zero when never
	RetryAt   time.Time // when a failed evaluation is tried again; zero when none is
	// DoubtAt is when it was last found ambiguous: from then on it settles by itself
	// only with a movement that is newer.
	DoubtAt   time.Time
	MissingAt time.Time // since when its customer's list lacks it; zero while listed
	EndedAt   time.Time // zero while open
}

// OrderFilter selects orders, newest first.
type OrderFilter struct {
	AccountID string
	Statuses  []OrderStatus // empty means every one
	Currency  string
	Search    string    // in external id, name and amount; case and accents ignored where possible
	From, To  time.Time // registered in [From, To)
	Limit     int       // 1 to 500
	Offset    int
}

// OrderAttempt is one row of an order's history: an evaluation that changed or
// explained something, or what a person did.
type OrderAttempt struct {
	OrderID    string
	N          int // 1-based, gapless, over all lives of the order
	At         time.Time
	Result     OrderStatus // what the order became
	Reason     MatchReason
	Actor      string // who did it; "" when nobody did
	MovementID string // the movement that was chosen, if one was
	Candidates []Candidate
	Others     []Candidate // the nearest of those that are no candidates
}

// OrderMatch ties an order to the movement that pays it.
type OrderMatch struct {
	ID         string // UUIDv7
	AccountID  string
	OrderID    string
	MovementID string
	Person     bool   // a person settled it, rather than the engine
	Actor      string // who; "" for the engine
	Reason     MatchReason
	Score      float64
	MatchedAt  time.Time
	UndoneAt   time.Time // zero while it stands
	UndoneBy   string
}

// KnownAlias is an alias and whether it counts.
type KnownAlias struct {
	Alias
	// Counts is false for the name of an intermediary: one that was settled with two
	// different names on orders.
	Counts bool
}

// Reasons of an order's history beside those of Match.
const (
	ReasonSettled    MatchReason = "settled"    // a person chose the movement
	ReasonUndone     MatchReason = "undone"     // a person undid the match
	ReasonRefused    MatchReason = "refused"    // a person refused a pair
	ReasonRegistered MatchReason = "registered" // listed again after it had ended
	ReasonChanged    MatchReason = "changed"    // listed with another amount or name
	ReasonMissing    MatchReason = "missing"    // the customer's list lacks it
	ReasonElsewhere  MatchReason = "elsewhere"  // settled in another account that polls the same list
	ReasonExpired    MatchReason = "expired"    // no payment came in time
	ReasonSystem     MatchReason = "system"     // the evaluation failed for a reason of ours
	ReasonRunAgain   MatchReason = "run_again"  // a person asked for another evaluation
)

// OrderAlertKind says what an alert is about.
type OrderAlertKind string

// Kinds of alert.
const (
	AlertContradicted OrderAlertKind = "match_contradicted" // later evidence would have changed a match
	AlertReversed     OrderAlertKind = "movement_reversed"  // the bank took back a movement that was matched or sent
	AlertVanished     OrderAlertKind = "movement_vanished"  // the bank no longer shows one that was
	AlertChanged      OrderAlertKind = "movement_changed"   // the bank shows one that was with other money
	AlertOrderChanged OrderAlertKind = "order_changed"      // a matched order is listed with other money
)

// OrderAlert is something a person should look at. It stays until it is dismissed.
type OrderAlert struct {
	ID         string // UUIDv7
	AccountID  string
	Kind       OrderAlertKind
	OrderID    string // "" when none is concerned
	MovementID string // "" when none is concerned
	OtherID    string // the order or movement that raised it, if any
	At         time.Time
	ClosedAt   time.Time // zero until a person dismisses it
	ClosedBy   string
}

// Feed is what is known of an account's list of orders.
type Feed struct {
	AccountID string
	// Source recognises the request: method, address and body.
	Source      string
	PolledAt    time.Time // the last poll, whatever came of it
	GoodAt      time.Time // the last one that was understood
	NextAt      time.Time // zero means as soon as possible
	Failures    int       // in a row
	Error       string    // of the last poll, a sentence; "" when it was good
	Unchanged   bool      // the last good poll said that nothing has changed
	Accepted    int       // rows of the last list that were understood
	Rejected    int       // rows that were not
	Held        int       // open orders whose cancellation waits for the next poll
	ETag        string
	RejectedTop []RejectedRow // the first hundred of them
}

// RejectedRow is a row of a list that was left out, and why.
type RejectedRow struct {
	Position   int    `json:"position"` // 1-based
	ExternalID string `json:"external_id,omitempty"`
	Reason     string `json:"reason"`
}
