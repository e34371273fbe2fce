package core

import (
	"slices"
	"strings"
	"time"

	"reconbanker/scrapers"
)

// Band says how sure a similarity is. Its values sort from sure to not at all.
type Band string

// The bands of a similarity, spelt as stored.
const (
	Strong Band = "strong" // the same party beyond doubt
	Weak   Band = "weak"   // could be
	None   Band = "none"
)

// MatchReason says why an order got its verdict. It is a stable key that the
// window translates.
type MatchReason string

// Why an order was matched, is ambiguous, or was not found.
const (
	ReasonStrong          MatchReason = "strong"          // each is the other's only strong candidate
	ReasonAlias           MatchReason = "alias"           // likewise, and strong because a person has settled these names before
	ReasonInterchangeable MatchReason = "interchangeable" // as many equal orders as equal payments of one sender
	ReasonUniqueAmount    MatchReason = "unique_amount"   // a name is missing, and no other pair has this amount

	ReasonSeveralMovements MatchReason = "several_movements" // more than one strong movement
	ReasonSeveralOrders    MatchReason = "several_orders"    // the movement fits another order as well
	ReasonTooClose         MatchReason = "too_close"         // a weak candidate comes too near the strong one
	ReasonWeak             MatchReason = "weak"              // nothing strong
	ReasonNameMissing      MatchReason = "name_missing"      // nothing but candidates without a name
	ReasonOldEvidence      MatchReason = "old_evidence"      // it fits now, but only because others went away
	ReasonLeftToPeople     MatchReason = "left_to_people"    // an undone match is a person's to decide

	ReasonNoAmount MatchReason = "no_amount" // no payment of this amount in the time allowed
	ReasonNoName   MatchReason = "no_name"   // payments of this amount, all of somebody else
)

// Alias is a pair of names that a person has settled in an account.
type Alias struct {
	ID        string // UUIDv7
	AccountID string
	OrderName string // as the order spelt it
	BankName  string // as the bank spelt it
	MatchID   string // the match that taught it
	CreatedAt time.Time
	By        string // who settled that match
}

// Refusal is a pair that a person has said does not belong together.
type Refusal struct {
	OrderID    string
	MovementID string
	CreatedAt  time.Time
	By         string
}

// MatchInput is everything a decision depends on. To decide about one order or
// one movement, give all open orders and all free credits of its account with
// the same amount and currency: what is left out cannot speak against a pair.
// More does no harm, such as other amounts.
type MatchInput struct {
	// Orders that are open, each with the status it had before this evaluation
	// (an order that was ambiguous is given as ambiguous, not as processing).
	Orders    []Order
	Movements []Movement // free credits: neither matched nor set aside
	Aliases   []Alias    // every one of the account with a bank name that occurs
	Refusals  []Refusal
	// UniqueAmount is the account's wish that a pair without a name settles when
	// no other pair has its amount.
	UniqueAmount bool
	Zone         *time.Location // the bank's
	// Fresh holds the ids of the movements that arrived or got a sender, and of the
	// orders that were registered or changed, since the orders were last evaluated.
	// Only these are evidence on which an ambiguous order settles by itself.
	Fresh map[string]bool
	// ForPeople holds the ids of orders and movements of an undone match. They are
	// shown as candidates and never settle by themselves.
	ForPeople map[string]bool
}

// Verdict is what Match says about one order.
type Verdict struct {
	OrderID    string
	Status     OrderStatus // matched, ambiguous or not_found
	MovementID string      // when matched
	Reason     MatchReason
	Candidates []Candidate // strong and weak, best first
	// Others are movements of the same amount that are no candidates, to explain
	// why; the nearest few.
	Others []Candidate
}

// Candidate is a movement beside an order.
type Candidate struct {
	MovementID string
	Similarity
}

// Similarity is how alike two names are. It is no amount of money: a float will do.
type Similarity struct {
	Score   float64 // 0 to 1
	Band    Band
	Reasons []NameReason // why it is not better; stable keys that the window translates
}

// Orders look this far back for a payment that came before them.
const earlyPayment = 5 * 24 * time.Hour

// PaymentWindow is the time in which a movement of an order must be booked:
// what a store selects by BookedAt. A bank day without a time of day carries its
// midnight and counts as the whole day, so the window begins at a midnight.
func PaymentWindow(o Order, zone *time.Location) (from, to time.Time) {
	return dayStart(o.CreatedAt.Add(-earlyPayment), zone), o.ExpiresAt
}

// mayPay tells whether the movement is a candidate of the order before names are
// looked at.
func mayPay(o Order, m Movement, zone *time.Location) bool {
	if o.AccountID != m.AccountID || o.Amount != m.Amount || m.Direction != scrapers.Credit {
		return false
	}
	first, last := bookedWithin(m, zone)
	return !last.Before(o.CreatedAt.Add(-earlyPayment)) && !first.After(o.ExpiresAt)
}

// bookedWithin is the time in which the movement was booked, as exactly as the
// bank tells it.
func bookedWithin(m Movement, zone *time.Location) (first, last time.Time) {
	switch m.Precision {
	case scrapers.Day:
		day, err := time.ParseInLocation(time.DateOnly, m.BankDay, zone)
		if err != nil {
			day = dayStart(m.BookedAt, zone)
		}
		return day, day.AddDate(0, 0, 1).Add(-time.Nanosecond)
	case scrapers.Minute:
		return m.BookedAt, m.BookedAt.Add(time.Minute - time.Nanosecond)
	}
	return m.BookedAt, m.BookedAt
}

// Match decides about every open order at once. Rows may come in any order: the
// outcome is the same, but for which of several interchangeable payments goes
// with which order where their times are equal.
//
// Pairs are judged as they stand at the start. Nothing is taken away when a pair
// settles, so that no order settles by elimination.
func Match(in MatchInput) []Verdict {
	b := newBoard(in)
	verdicts := make([]Verdict, len(in.Orders))
	for i := range in.Orders {
		verdicts[i] = b.decide(i)
	}
	slices.SortFunc(verdicts, func(x, y Verdict) int { return strings.Compare(x.OrderID, y.OrderID) })
	return verdicts
}
