package scrapers

import "time"

// Direction tells money in from money out.
type Direction string

// The two directions of a booked line.
const (
	Credit Direction = "credit"
	Debit  Direction = "debit"
)

// Precision is how exactly the bank tells when a line was booked.
type Precision string

// Precisions. A line booked by Day carries midnight of that day in the bank's zone.
const (
	Day    Precision = "day"
	Minute Precision = "minute"
	Second Precision = "second"
)

// Line is one booked line of a bank statement, credit or debit.
type Line struct {
	BankAccount string // number as the bank prints it
	// BankID is the bank's own id of the line, or "" when it shows none or its ids
	// are not unique within the bank account.
	BankID      string
	Direction   Direction
	Amount      Money // always positive; Direction has the sign
	Balance     *Money
	BookedAt    time.Time
	Precision   Precision
	Description string // as in the list, never from details that load later
	Reference   string // from the list
	// Sender and SenderDocument may come from a detail view.
	Sender         string
	SenderDocument string
	// Reverses is the BankID of the line this one takes back, when the bank says so.
	Reverses string
	// Raw is the list row as shown, for a person who wants to see it.
	Raw map[string]string
}

// Statement is what one reading gave.
type Statement struct {
	Lines []Line
	// Accounts are the bank accounts that were read whole, with or without lines.
	Accounts []BankAccount
}
