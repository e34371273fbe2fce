package core

import (
	"time"

	"reconbanker/scrapers"
)

// Class says who can mend a failure.
type Class string

// Classes of failures.
const (
	ClassFatal     Class = "F" // nothing more is sent to the bank until a person restarts
	ClassHuman     Class = "H" // a person is needed, nothing burns
	ClassTransient Class = "T" // it passes by itself
	ClassRecipe    Class = "R" // the bank's pages have changed
	ClassLocal     Class = "L" // this computer
	ClassData      Class = "D" // what the bank shows contradicts itself
	ClassNone      Class = ""  // nobody's failure: cancelled, skipped
)

// Name is the class in a word, as on the wire; "" for ClassNone.
func (c Class) Name() string {
	return map[Class]string{
		ClassFatal: "fatal", ClassHuman: "human", ClassTransient: "transient", ClassRecipe: "recipe", ClassLocal: "local", ClassData: "data",
	}[c]
}

// Sentence is what to do, for who reads English on a command line; the window has
// words of its own.
func (r Remedy) Sentence() string {
	return map[Remedy]string{
		DoNothing:      "nothing has to be done: it is tried again by itself",
		DoPassword:     "save the new password, then restart the account",
		DoUnlock:       "have the bank unlock the user, then restart the account",
		DoAtBank:       "log in at the bank's website and do what it asks for",
		DoWatch:        "look at what the bank shows, then restart the account",
		DoCode:         "scrape again and be there for the code",
		DoApprove:      "scrape again and approve the login in the bank's app",
		DoWindow:       "scrape again and finish the login in the bank's window",
		DoWait:         "leave the bank alone for a while",
		DoNetwork:      "look after the connection, or try another network",
		DoAddress:      "make sure that the address is the bank's before anything else",
		DoReport:       "send the diagnostic (runs show --diagnostic) to whoever looks after the program",
		DoBankAccounts: "choose again which bank accounts are read",
		DoBrowser:      "install Chromium, Google Chrome or Microsoft Edge, or give --browser",
		DoKeychain:     "unlock the keychain, or give the passphrase",
		DoStorage:      "look after the disk: it is full or cannot be written",
		DoSettings:     "fill in the settings that are missing",
		DoRestart:      "mend the cause, then restart the account",
	}[r]
}

// Remedy is the one thing to do about a failure; screens have a sentence and a
// button for each.
type Remedy string

// Remedies.
const (
	DoNothing      Remedy = "nothing"         // it is tried again by itself
	DoPassword     Remedy = "update_password" // change the password here, then restart
	DoUnlock       Remedy = "unlock_at_bank"  // have the bank unlock the user, then restart
	DoAtBank       Remedy = "act_at_bank"     // do at the bank what it asks for
	DoWatch        Remedy = "watch_login"     // look at what the bank shows, then restart
	DoCode         Remedy = "give_code"       // scrape now and be there for the code
	DoApprove      Remedy = "approve"         // scrape now and approve in the bank's app
	DoWindow       Remedy = "use_window"      // finish it in the bank's window
	DoWait         Remedy = "wait"            // leave the bank alone for a while
	DoNetwork      Remedy = "check_network"   // look after the connection, or try the company's
	DoAddress      Remedy = "check_address"   // see whether the page is the bank's before anything else
	DoReport       Remedy = "report"          // send the diagnostic to whoever looks after the program
	DoBankAccounts Remedy = "choose_accounts" // choose the bank accounts again
	DoBrowser      Remedy = "choose_browser"  // install or choose a browser
	DoKeychain     Remedy = "unlock_secrets"  // open the keychain, or give the passphrase
	DoStorage      Remedy = "free_space"      // look after the disk
	DoSettings     Remedy = "complete"        // fill in what is missing
	DoRestart      Remedy = "restart"         // mend the cause, then restart
)

// NextTry says by which rule a failure is tried again.
type NextTry string

// Rules of the next try.
const (
	TryNever      NextTry = "never"       // not by itself: a person restarts
	TryOnceMore   NextTry = "once_more"   // once, 20 minutes later at the earliest; then blocked
	TryCode       NextTry = "code"        // at a later slot when somebody is there; the third in a row blocks
	TryPresence   NextTry = "presence"    // when a person is there
	TrySoon       NextTry = "soon"        // after 15 minutes, an hour, then at its slots; a session after 1, 5, 15, 60 minutes
	TryGrowing    NextTry = "growing"     // after 20 minutes, growing to 6 hours
	TrySixHours   NextTry = "six_hours"   // after six hours
	TryTomorrow   NextTry = "tomorrow"    // on the next day of the bank
	TryAtItsSlots NextTry = "at_its_slot" // as if nothing had been
)

// KindInfo is what a kind of failure means to people.
type KindInfo struct {
	Kind   scrapers.Kind
	Class  Class
	Next   NextTry
	Remedy Remedy
	// AtLogin tells that it concerns signing in rather than reading.
	AtLogin bool
}

// taxonomy is every kind a run can end with, in the order in which they are told.
var taxonomy = []KindInfo{
	{scrapers.InvalidCredentials, ClassFatal, TryNever, DoPassword, true},
	{scrapers.AccountLocked, ClassFatal, TryNever, DoUnlock, true},
	{scrapers.PasswordChange, ClassFatal, TryNever, DoAtBank, true},
	{scrapers.TLSProblem, ClassFatal, TryNever, DoAddress, true},
	{scrapers.OriginNotAllowed, ClassFatal, TryNever, DoAddress, true},
	{scrapers.Unexplained, ClassHuman, TryOnceMore, DoWatch, true},
	{scrapers.UserAction, ClassHuman, TryGrowing, DoAtBank, true},
	{scrapers.ExtraCredential, ClassHuman, TryGrowing, DoSettings, true},
	{scrapers.NeedsPresence, ClassHuman, TryPresence, DoCode, true},
	{scrapers.OTPRejected, ClassHuman, TryCode, DoCode, true},
	{scrapers.OTPTimeout, ClassHuman, TryCode, DoCode, true},
	{scrapers.ApprovalDenied, ClassHuman, TryCode, DoApprove, true},
	{scrapers.ApprovalExpired, ClassHuman, TryCode, DoApprove, true},
	{scrapers.MFAUnsupported, ClassHuman, TryGrowing, DoReport, true},
	{scrapers.BotChallenge, ClassHuman, TrySixHours, DoWait, true},
	{scrapers.AccessDenied, ClassHuman, TrySixHours, DoNetwork, true},
	{scrapers.SessionConflict, ClassTransient, TrySoon, DoNothing, true},
	{scrapers.SessionExpired, ClassTransient, TrySoon, DoNothing, false},
	{scrapers.BankUnavailable, ClassTransient, TrySoon, DoNothing, false},
	{scrapers.RateLimited, ClassTransient, TrySoon, DoWait, false},
	{scrapers.Network, ClassTransient, TrySoon, DoNetwork, false},
	{scrapers.StepTimeout, ClassTransient, TrySoon, DoNothing, false},
	{scrapers.LoginPageChanged, ClassRecipe, TryGrowing, DoReport, true},
	{scrapers.LayoutChanged, ClassRecipe, TryGrowing, DoReport, false},
	{scrapers.AccountNotFound, ClassHuman, TryGrowing, DoBankAccounts, false},
	{scrapers.NoAccounts, ClassHuman, TryGrowing, DoAtBank, false},
	{Partial, ClassTransient, TrySoon, DoNothing, false},
	{scrapers.UnparsableRow, ClassData, TryGrowing, DoReport, false},
	{scrapers.DataInconsistent, ClassData, TryGrowing, DoReport, false},
	{scrapers.BrowserMissing, ClassLocal, TryGrowing, DoBrowser, false},
	{scrapers.BrowserCrashed, ClassLocal, TrySoon, DoNothing, false},
	{SecretsLocked, ClassLocal, TrySoon, DoKeychain, false},
	{StorageProblem, ClassLocal, TrySoon, DoStorage, false},
	{ConfigIncomplete, ClassHuman, TryGrowing, DoSettings, false},
	{Interrupted, ClassTransient, TryAtItsSlots, DoNothing, false},
	{scrapers.Cancelled, ClassNone, TryAtItsSlots, DoNothing, false},
	{Internal, ClassLocal, TryGrowing, DoReport, false},
	{Blocked, ClassNone, TryNever, DoRestart, true},
	{RefusedBefore, ClassFatal, TryNever, DoPassword, true},
	{TooSoon, ClassHuman, TryOnceMore, DoWatch, true},
	{BudgetSpent, ClassHuman, TryTomorrow, DoWait, true},
}

// Kinds lists what is known of every kind of failure.
func Kinds() []KindInfo { return append([]KindInfo(nil), taxonomy...) }

// About tells what a kind of failure means; an unknown one is a defect of ours.
func About(kind scrapers.Kind) KindInfo {
	for _, k := range taxonomy {
		if k.Kind == kind {
			return k
		}
	}
	return KindInfo{Kind: kind, Class: ClassLocal, Next: TryGrowing, Remedy: DoReport}
}

// TriedNext is when an account is tried next by itself; ok is false when only a
// person makes it go on.
func TriedNext(a Account) (at time.Time, ok bool) {
	if a.Block != nil || a.Status != Active || a.NextRunAt.IsZero() || a.Health.Absent {
		return time.Time{}, false
	}
	return later(a.NextRunAt, a.Health.NotBefore), true
}

// Budget is what of the attempt ledger is left today for an account's bank user.
type Budget struct {
	Limit    int       // logins that may fail, a bank day
	Spent    int       // today's, not known to have succeeded
	Left     int       // of them
	ResetsAt time.Time // midnight at the bank
}

func budgetOf(today []Attempt, limit int, midnight, tomorrow time.Time) Budget {
	b := Budget{Limit: limit, ResetsAt: tomorrow}
	for _, a := range today {
		if a.Outcome != AttemptSucceeded && !a.At.Before(midnight) {
			b.Spent++
		}
	}
	b.Left = max(0, b.Limit-b.Spent)
	return b
}
