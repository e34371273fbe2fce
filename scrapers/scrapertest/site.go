package scrapertest

import (
	"testing"
	"time"

	"reconbanker/scrapers"
)

// Bank is a driver under test and what the suite needs to test it.
type Bank struct {
	Driver scrapers.Driver
	// Site builds a fresh replica with every fault off, and ends it with the test.
	Site func(t testing.TB) Site
	// Opener is a real browser; one for all of the suite.
	Opener scrapers.Opener
	// Without says which faults the replica cannot show, and why the bank has no
	// such thing. What it does not name is tested.
	Without map[Fault]string
}

// Site is a replica of a bank's website, as the suite sees it.
type Site interface {
	// Login returns what signs a customer in, now that the faults are as they are.
	Login(c Customer) Login
	// Set turns a fault on.
	Set(f Fault)
	// Submits returns how many passwords the site was sent for a user name.
	Submits(user string) int
	// SetPassword changes a password at the bank.
	SetPassword(user, password string)
	// CurrentCode returns the code the bank would accept from a user now.
	CurrentCode(user string) string
	// Act has a user approve a login that waits for the app or for a person, or
	// deny it.
	Act(user string, yes bool)
	// Lines returns what an honest reading gives from a time on, of every account
	// of a user. Raw is ignored.
	Lines(user string, since time.Time) []scrapers.Line
	// Now is the site's clock.
	Now() time.Time
}

// Customer is a kind of customer a replica has.
type Customer string

// The customers. Plain has several days of lines, credits among debits, and more
// than one page of them where the bank has pages.
const (
	Plain    Customer = "plain"     // user and password only
	WithCode Customer = "with code" // asked for a one-time code
	ByApp    Customer = "by app"    // approves every login in the bank's app
	InWindow Customer = "in window" // finishes every login in the bank's own window
	Empty    Customer = "empty"     // one account that never had a line
)

// Login is what signs in: field values by key, the secret ones apart.
type Login struct {
	Fields  map[string]string
	Secrets map[string]string
}

// Fault is something a replica can be told to do.
type Fault string

// The faults. Those of customers can be left out with Bank.Without too.
const (
	Maintenance    Fault = "maintenance"     // closed before the login
	ServerError    Fault = "server error"    // 500 before the login
	RenamedForm    Fault = "renamed form"    // a login form the driver does not know
	Silence        Fault = "silence"         // nothing follows a submitted password
	Locked         Fault = "locked"          // every user is locked
	NewPassword    Fault = "new password"    // the bank wants another password first
	Terms          Fault = "terms"           // the bank wants something accepted first
	PopUp          Fault = "pop-up"          // an announcement covers the pages
	LoggedOut      Fault = "logged out"      // the session ends while movements are read
	TwoIdentical   Fault = "two identical"   // two payments alike on one day, for Plain
	MovedColumn    Fault = "moved column"    // the columns of the list stand in another order
	RenamedColumn  Fault = "renamed column"  // the column of the amounts has another heading
	ForeignHost    Fault = "foreign host"    // the login page sends the browser elsewhere
	BadCertificate Fault = "bad certificate" // https with a certificate nobody trusts
	AsksForCodes   Fault = "asks for codes"  // not a fault: that there is a customer WithCode
	AsksTwice      Fault = "asks twice"      // the first right code of WithCode leads to another question
	AsksInTheApp   Fault = "asks in the app" // not a fault: that there is a customer ByApp
	AsksAPerson    Fault = "asks a person"   // not a fault: that there is a customer InWindow
	AnEmptyAccount Fault = "empty account"   // not a fault: that there is a customer Empty
)
