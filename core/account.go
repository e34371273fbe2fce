package core

import (
	"time"

	"reconbanker/scrapers"
)

// AccountStatus is what a person decided about an account.
type AccountStatus string

// Account states. A paused account keeps delivering what is owed; an archived
// one is hidden and neither read nor scheduled.
const (
	Active   AccountStatus = "active"
	Paused   AccountStatus = "paused"
	Archived AccountStatus = "archived"
)

// Account is one login at one bank.
type Account struct {
	ID        string // UUIDv7
	Bank      string // code of the driver
	Name      string // trimmed, 1 to 100 characters
	Status    AccountStatus
	CreatedAt time.Time

	// Block is set when the account must not be entered until a person restarts it.
	Block *Block
	// Health is what the last runs have taught about the account.
	Health Health
	// RestartedAt is when a person last restarted it; a password refused before
	// that may be tried once more.
	RestartedAt time.Time
	// NextRunAt is when the schedule enters it next; zero when it is not scheduled.
	NextRunAt time.Time
	// LastReadAt is the end of the last successful reading; zero when there is none.
	LastReadAt time.Time
	// Alerts are what people were last told about it.
	Alerts Alerts

	// Notices are owed about a change of this account: whoever changes it adds
	// them, the store writes them with the change, and they are never read back.
	Notices []Delivery
}

// Block is a fatal stop, see Skip-on-fatal in docs/architecture.md.
type Block struct {
	At     time.Time
	Kind   scrapers.Kind
	Reason string // a sentence; never contains a secret
	// Credentials is the credentials version that met the block: a manual scrape
	// with the same version is skipped, with a newer one it runs once.
	Credentials int64
}

// Health is the failure state that decides when and whether to try again.
type Health struct {
	Kind        scrapers.Kind // of the last failure; "" when healthy
	Since       time.Time     // start of the streak
	Failures    int           // in a row, any kind
	Unexplained int           // unexplained logins in a row
	CodeFailed  int           // logins in a row that failed at the code
	NotBefore   time.Time     // no scheduled run before this
	Absent      bool          // the bank asked for a person and nobody came: the schedule waits for one
}
