package site

import "slices"

// Switch is something that can go wrong, or differ, at the bank.
type Switch string

// The switches. All of them are off in a new bank.
const (
	Maintenance        Switch = "maintenance"          // every page says the bank is closed for maintenance
	Slow               Switch = "slow"                 // every answer takes Config.SlowBy longer
	ServerError        Switch = "server-error"         // every page answers 500
	RenamedIDs         Switch = "renamed-ids"          // the login form's fields have other names
	MovedColumn        Switch = "moved-column"         // the columns of the movements stand in another order
	RenamedColumn      Switch = "renamed-column"       // the credit column has another heading
	PopUp              Switch = "pop-up"               // an announcement covers every page until it is closed
	LoggedOutMidway    Switch = "logged-out-midway"    // the session ends at its second list of movements
	NothingAfterSubmit Switch = "nothing-after-submit" // a submitted password gets no answer at all
	Duplicates         Switch = "duplicates"           // every page of the list repeats the last row of the one before
	TwoIdentical       Switch = "two-identical"        // two payments alike but for their number arrive in one minute
	EmptyAccount       Switch = "empty-account"        // the first account of every login has no movements
	ManyMovements      Switch = "many-movements"       // the first account of every login has 5,000 movements
	ForeignHost        Switch = "foreign-host"         // the login page sends the browser to another host
	CodesRefused       Switch = "codes-refused"        // no code is ever accepted
	CodeAlways         Switch = "code-always"          // every login is asked for a code
	NoIDs              Switch = "no-ids"               // the list does not show the bank's numbers
	VanishingLine      Switch = "vanishing-line"       // the newest credit of an earlier day is no longer listed
	Reversal           Switch = "reversal"             // the newest credit is taken back by a later debit
	ChangePassword     Switch = "change-password"      // a right password leads to a page that wants a new one
	Terms              Switch = "terms"                // a right password leads to terms that must be accepted
	CodeTwice          Switch = "code-twice"           // the first right code of a login leads to a page that asks for another
	OtherSession       Switch = "other-session"        // a right password meets another session of the same user
	Captcha            Switch = "captcha"              // a right password leads to a test for robots
	ExtraCredential    Switch = "extra-credential"     // a right password leads to a page that asks for a company number too
	NoAccounts         Switch = "no-accounts"          // no account is behind any login
	AccountDown        Switch = "account-down"         // the first account of every login answers 500 where its movements are listed
	StrangeRow         Switch = "strange-row"          // the newest line of every list has an amount that is no number
	WrongBalance       Switch = "wrong-balance"        // the newest line of every list has a balance that does not follow
	Forbidden          Switch = "forbidden"            // every page answers 403
	TooMany            Switch = "too-many"             // every page answers 429
)

// Switches returns every switch, in the order above.
func Switches() []Switch {
	return []Switch{
		Maintenance, Slow, ServerError, RenamedIDs, MovedColumn, RenamedColumn, PopUp, LoggedOutMidway,
		NothingAfterSubmit, Duplicates, TwoIdentical, EmptyAccount, ManyMovements, ForeignHost, CodesRefused,
		CodeAlways, NoIDs, VanishingLine, Reversal, ChangePassword, Terms,
		CodeTwice, OtherSession, Captcha, ExtraCredential, NoAccounts, AccountDown, StrangeRow, WrongBalance,
		Forbidden, TooMany,
	}
}

func known(s Switch) bool { return slices.Contains(Switches(), s) }
