package core

import (
	"fmt"
	"time"

	"reconbanker/scrapers"
)

// The numbers of skip-on-fatal protection; see docs/architecture.md.
const (
	unexplainedGap   = 20 * time.Minute // between an unexplained login and the next
	unexplainedLimit = 2                // in a row, then blocked
	codeLimit        = 3                // logins in a row that failed at the code, then blocked
	robotCooldown    = 6 * time.Hour
)

// A transient failure is tried again this long after it; the third and later
// ones wait for their slot.
var transientRetry = []time.Duration{15 * time.Minute, time.Hour}

// growing delays of failures that a retry will not mend by itself.
var growingDelay = []time.Duration{20 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour}

// fatal tells whether the evidence alone blocks an account at once.
func fatal(k scrapers.Kind) bool {
	switch k {
	case scrapers.InvalidCredentials, scrapers.AccountLocked, scrapers.PasswordChange,
		scrapers.TLSProblem, scrapers.OriginNotAllowed:
		return true
	}
	return false
}

// failedAtCode tells whether the password was accepted and the code was not.
func failedAtCode(k scrapers.Kind) bool {
	switch k {
	case scrapers.OTPRejected, scrapers.OTPTimeout, scrapers.ApprovalDenied, scrapers.ApprovalExpired:
		return true
	}
	return false
}

// outcomeOf says what a login that ended with kind teaches the ledger.
func outcomeOf(k scrapers.Kind) AttemptOutcome {
	switch k {
	case "":
		return AttemptSucceeded
	case scrapers.InvalidCredentials:
		return AttemptRefused
	case scrapers.AccountLocked:
		return AttemptLocked
	case scrapers.PasswordChange, scrapers.UserAction, scrapers.ExtraCredential, scrapers.BankUnavailable, scrapers.BotChallenge,
		scrapers.AccessDenied, scrapers.SessionConflict, scrapers.RateLimited, scrapers.MFAUnsupported:
		return AttemptExplained
	case scrapers.NeedsPresence:
		return AttemptNoCode
	}
	if failedAtCode(k) {
		return AttemptNoCode
	}
	return AttemptUnresolved
}

// explain turns the failure of a login into what the evidence allows to say: when
// a password was sent and nothing known followed, whatever broke, the login is
// unexplained.
func explain(err error, submitted bool) error {
	kind := scrapers.KindOf(err)
	if err == nil || !submitted || kind == scrapers.Unexplained {
		return err
	}
	if fatal(kind) || outcomeOf(kind) != AttemptUnresolved {
		return err
	}
	e := scrapers.Fail(scrapers.Unexplained, "sign in: the password was sent and the bank gave no clear answer", err)
	return e
}

// afterFailure is what a failed run does to its account: a block, or a time
// before which the schedule does not try again. slot is the schedule's next one.
func afterFailure(a *Account, kind scrapers.Kind, reason string, credentials int64, now, slot time.Time) {
	if kind == scrapers.Cancelled || kind == Interrupted {
		return
	}
	h := &a.Health
	defer func() {
		if slot.IsZero() || a.Block != nil { // not scheduled, so a failure does not schedule it
			a.NextRunAt = time.Time{}
		}
	}()
	if h.Since.IsZero() {
		h.Since = now
	}
	h.Kind = kind
	switch kind {
	case scrapers.OTPTimeout, scrapers.ApprovalExpired, scrapers.NeedsPresence:
		h.Absent = true
	}
	if kind == scrapers.NeedsPresence { // nothing failed: a person was needed and was not there
		h.NotBefore, a.NextRunAt = time.Time{}, slot
		return
	}
	h.Failures++
	switch {
	case kind == scrapers.Unexplained:
		h.Unexplained++
	case failedAtCode(kind):
		h.CodeFailed++
	}
	switch {
	case fatal(kind), h.Unexplained >= unexplainedLimit, h.CodeFailed >= codeLimit:
		block(a, kind, reason, credentials, now)
		return
	case kind == scrapers.Unexplained:
		h.NotBefore = now.Add(unexplainedGap)
	case kind == scrapers.BotChallenge, kind == scrapers.AccessDenied:
		h.NotBefore = now.Add(robotCooldown)
	case transient(kind) && h.Failures <= len(transientRetry):
		h.NotBefore = now.Add(transientRetry[h.Failures-1])
		a.NextRunAt = h.NotBefore
		return
	case transient(kind):
		h.NotBefore = time.Time{}
	default:
		h.NotBefore = now.Add(growingDelay[min(h.Failures, len(growingDelay))-1])
	}
	a.NextRunAt = later(slot, h.NotBefore)
}

// transient tells whether trying again soon is likely to help and costs nothing:
// no password was sent, or it was known not to be the matter.
func transient(k scrapers.Kind) bool {
	switch k {
	case scrapers.BankUnavailable, scrapers.Network, scrapers.BrowserCrashed, scrapers.StepTimeout,
		scrapers.SessionConflict, scrapers.SessionExpired, scrapers.RateLimited, Partial, SecretsLocked, StorageProblem:
		return true
	}
	return false
}

func block(a *Account, kind scrapers.Kind, reason string, credentials int64, now time.Time) {
	if a.Block == nil { // the first cause is kept
		a.Block = &Block{At: now, Kind: kind, Reason: reason}
	}
	a.Block.Credentials = credentials
	a.NextRunAt = time.Time{}
}

// healed is what a good run does to its account. A block stays: only a person's
// restart takes it away.
func healed(a *Account, now, slot time.Time) {
	a.Health = Health{}
	a.LastReadAt = now
	if a.Block == nil {
		a.NextRunAt = slot
	}
}

// skipReason says why a run may not touch the bank, or nil. It is asked before a
// browser is opened.
func skipReason(a Account, trigger Trigger, credentials int64) error {
	switch {
	case a.Status == Archived:
		return scrapers.Fail(Blocked, "the account is archived: bring it back before reading it", nil)
	case a.Status == Paused && !byPerson(trigger) && trigger != ByRestart:
		return scrapers.Fail(Blocked, "the account is paused", nil)
	case a.Block == nil || trigger == ByRestart:
		return nil
	case byPerson(trigger) && a.Block.Credentials != credentials:
		return nil // the credentials were changed since: one try
	}
	return scrapers.Fail(Blocked, "blocked: "+a.Block.Reason+" Mend the cause, then restart the account", nil)
}

// byPerson tells whether a person asked for the run, without clearing a block.
func byPerson(t Trigger) bool { return t == ByPerson || t == ByTest }

// mayAttempt decides whether a password may be sent. earlier are the attempts of
// this bank user that are not known to have succeeded, newest first, of whatever
// account; dayStart is midnight of the bank's day.
func mayAttempt(a Account, next Attempt, earlier []Attempt, trigger Trigger, budget int, dayStart time.Time) error {
	today := 0
	for _, e := range earlier {
		if !e.At.Before(dayStart) {
			today++
		}
		if e.At.Before(a.RestartedAt) {
			continue // a person has looked at it since
		}
		switch {
		case e.Outcome == AttemptLocked:
			return scrapers.Fail(scrapers.AccountLocked, "the bank has locked this user (seen "+stamp(e.At)+"): unlock it at the bank, then restart the account", nil)
		case e.Outcome == AttemptRefused && e.Print == next.Print:
			return scrapers.Fail(RefusedBefore, "the bank refused this very password "+stamp(e.At)+": change it here, then restart the account", nil)
		case trigger == ByRestart && e.At.After(next.At): // the clock was set back since
		case (e.Outcome == AttemptUnresolved || e.Outcome == AttemptOpen) && next.At.Sub(e.At) < unexplainedGap:
			return scrapers.Fail(TooSoon, fmt.Sprintf("the login of %s ended without a clear answer: the next try is possible from %s, or restart the account to try now", stamp(e.At), stamp(e.At.Add(unexplainedGap))), nil)
		}
	}
	if today >= budget {
		return scrapers.Fail(BudgetSpent, fmt.Sprintf("today's %d logins that may fail are spent for this bank user: the next try is tomorrow, or raise the number in the settings", budget), nil)
	}
	return nil
}

// afterSkip is what a run that did not touch the bank does to its account.
func afterSkip(a *Account, kind scrapers.Kind, reason string, credentials int64, now, slot, tomorrow time.Time) {
	switch kind {
	case RefusedBefore:
		block(a, scrapers.InvalidCredentials, reason, credentials, now)
	case scrapers.AccountLocked:
		block(a, kind, reason, credentials, now)
	case BudgetSpent:
		a.Health.Kind, a.Health.NotBefore = kind, tomorrow
		if !slot.IsZero() && a.Block == nil {
			a.NextRunAt = later(slot, tomorrow)
		}
	default:
		if a.Block == nil {
			a.NextRunAt = slot
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.IsZero() || b.After(a) {
		return b
	}
	return a
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// dayStart is midnight, in the zone, of the day that holds t.
func dayStart(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}
