// Package scrapers is the contract between the program and the banks it reads.
//
// A bank is a Driver: a small type that knows one website. It is given a Page
// (a real browser tab that may reach this bank's hosts only), opaque Credentials
// it can type but never see, and a way to ask a person for a one-time code. It
// answers with booked Lines or with an Error whose Kind says what must happen
// next. Runs, retries, ledgers, storage and deduplication are not a driver's
// business: core does them, the same way for every bank.
//
// The package imports nothing else of this program, so that a driver can be
// written and tested with this page alone. See docs/banks.md.
package scrapers
