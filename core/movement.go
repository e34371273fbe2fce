package core

import (
	"time"

	"reconbanker/scrapers"
)

// Money is an exact amount in a currency.
type Money = scrapers.Money

// Movement is one booked line read from the bank. Credits are what the wire and
// the table call movements; debits are kept so that balances can be followed.
type Movement struct {
	ID        string // UUIDv7
	AccountID string
	RunID     string // the run that read it first
	// Key identifies the line within its account for ever; see IdentityKeys.
	Key string
	// Content is the hash of what the bank's list shows of the line; it tells a
	// re-read line that the bank has changed.
	Content string

	BankAccount    string
	BankID         string // "" when the bank shows none
	Direction      scrapers.Direction
	Amount         Money
	Balance        *Money
	BookedAt       time.Time // UTC
	Precision      scrapers.Precision
	BankDay        string // YYYY-MM-DD in the bank's zone
	Description    string
	Reference      string
	Sender         string // "" when the bank does not say
	SenderDocument string
	Reverses       string
	Raw            map[string]string

	IngestedAt  time.Time
	BeforeStart bool      // booked before the account's start date: not sent
	NotifiedAt  time.Time // zero until a 2xx
	ExcludedAt  time.Time // zero unless set aside
	VanishedAt  time.Time // zero unless a later reading of its day no longer showed it
}

// ExternalID is the movement's external_id on the wire: the bank's id, or the
// identity key where the bank shows none.
func (m Movement) ExternalID() string {
	if m.BankID != "" {
		return m.BankID
	}
	return m.Key
}

// MovementFilter selects movements. The zero value selects every credit.
type MovementFilter struct {
	AccountID string // "" means every account
	Currency  string
	Search    string // in sender, description, reference, external id; case and accents ignored where possible
	From, To  time.Time
	Delivery  string // "", "pending", "delivered", "retrying", "dead", "silent", "no_sender", "before_start"
	Debits    bool   // include debits
	Newest    int    // look only at so many of the newest, and those booked with the last of them; 0 looks at all
	Ascending bool   // oldest first; default newest first
	Limit     int    // 1 to 500
	Offset    int
}

// Total is what a filter selects in one currency.
type Total struct {
	Currency string
	Count    int
	Sum      Money
}
