package core

import "time"

// AttemptOutcome is what followed a password submit.
type AttemptOutcome string

// Outcomes. Open means the click was about to happen and nothing is known yet;
// after a crash it is treated as Unresolved, which counts as spent.
const (
	AttemptOpen       AttemptOutcome = "open"
	AttemptSucceeded  AttemptOutcome = "succeeded"
	AttemptRefused    AttemptOutcome = "refused"     // the bank said wrong
	AttemptLocked     AttemptOutcome = "locked"      // the bank said locked
	AttemptNoCode     AttemptOutcome = "no_code"     // password accepted, the code was not
	AttemptExplained  AttemptOutcome = "explained"   // another known page followed
	AttemptUnresolved AttemptOutcome = "unexplained" // nothing known followed
)

// Attempt is one row of the attempt ledger: a password that was, or may have
// been, sent to a bank. The row is committed before the click.
type Attempt struct {
	ID        string // UUIDv7
	Bank      string
	BankUser  string // lower case, trimmed: what the bank counts by
	AccountID string
	RunID     string
	// Print is a keyed hash of the password: it tells the same password again
	// without saying anything about it.
	Print      string
	At         time.Time
	Outcome    AttemptOutcome
	ResolvedAt time.Time
}
