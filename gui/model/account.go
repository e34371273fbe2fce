package model

import (
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// State is what an account is doing, as its light and badge show it.
type State int

// The states, from the most to the least urgent; lists can be sorted by them.
const (
	Blocked    State = iota // stopped until a person restarts it
	CodeNeeded              // a person is asked for a code
	Failing                 // the last runs failed; it tries again by itself
	Working                 // a run is queued or at work
	Healthy
	Waiting    // complete, and never read yet
	Unfinished // settings are missing
	Paused
	Archived
)

// Light is the colour of a state.
type Light int

// The lights.
const (
	Grey Light = iota
	Green
	Blue
	Amber
	Red
)

// Light returns the colour of the state.
func (s State) Light() Light {
	switch s {
	case Blocked:
		return Red
	case CodeNeeded, Failing:
		return Amber
	case Working:
		return Blue
	case Healthy:
		return Green
	}
	return Grey
}

// Account is one account as the screens show it.
type Account struct {
	core.Account
	State    State
	BankName string
	// Currencies of the bank, at most two: more tell nothing.
	Currencies []string
	Demo       bool

	Session core.SessionType
	Login   core.LoginMode
	Plan    Plan
	// Missing names what must be filled in before the account can be read.
	Missing []core.FieldError
	// Live is the run that is queued or at work; nil when there is none.
	Live *core.Run
	// Last is the last run that ended; nil when there is none.
	Last *core.Run
	// Keeps is the session that stays signed in; nil when the settings want none.
	Keeps *core.Session
	// Asks is what its login waits for; nil when it waits for nothing.
	Asks *Asking
}

// Plan is a schedule in parts that can be put into words.
type Plan struct {
	Every time.Duration // zero when it is a timetable
	Cron  string        // five fields
}

// PlanOf takes a schedule's text apart.
func PlanOf(text string) Plan {
	const every = "@every "
	if len(text) > len(every) && text[:len(every)] == every {
		if d, err := time.ParseDuration(text[len(every):]); err == nil {
			return Plan{Every: d}
		}
	}
	return Plan{Cron: text}
}

// Steps of a run as people count them. Asking for a code is part of signing in,
// and closing the browser is nobody's business.
var steps = map[string]int{
	core.StageCredentials: 1, core.StageLaunch: 2, core.StageLogin: 3, core.StageCode: 3,
	core.StageRead: 4, core.StageKeep: 5, core.StageClose: 5,
}

// StepCount is how many steps a run has.
const StepCount = 5

// Step is the number of a stage; 0 for a run that has not begun.
func Step(stage string) int { return steps[stage] }

// decide fills in the state from everything else.
func (a *Account) decide() {
	switch {
	case a.Asks != nil && !a.Asks.Submitted, a.Asks == nil && a.Live != nil && a.Live.Stage == core.StageCode:
		a.State = CodeNeeded
	case a.Live != nil:
		a.State = Working
	case a.Status == core.Archived:
		a.State = Archived
	case a.Block != nil:
		a.State = Blocked
	case len(a.Missing) > 0:
		a.State = Unfinished
	case a.Status == core.Paused:
		a.State = Paused
	case a.Health.Kind != "":
		a.State = Failing
	case a.LastReadAt.IsZero():
		a.State = Waiting
	default:
		a.State = Healthy
	}
}

// FailedRun is the run that led to the block or to the failing state, if it is
// the last one.
func (a Account) FailedRun() *core.Run {
	if a.Last != nil && a.Last.Status == core.Failed {
		return a.Last
	}
	return nil
}

// Problem is the kind of failure the account has, "" when it has none.
func (a Account) Problem() scrapers.Kind {
	if a.Block != nil {
		return a.Block.Kind
	}
	return a.Health.Kind
}

// NewMovements is what the last run brought; 0 when it failed.
func (a Account) NewMovements() int {
	if a.Last == nil || a.Last.Status != core.Succeeded {
		return 0
	}
	return a.Last.New
}

// CanScrape tells whether a person may ask for a run now.
func (a Account) CanScrape() bool {
	return a.Live == nil && a.Status != core.Archived && len(a.Missing) == 0
}

// Took is how long a run worked: to its end, or to now while it works.
func Took(r core.Run, now time.Time) time.Duration {
	switch {
	case r.StartedAt.IsZero():
		return 0
	case r.FinishedAt.IsZero():
		return max(now.Sub(r.StartedAt), 0)
	}
	return max(r.FinishedAt.Sub(r.StartedAt), 0)
}

// Fatal tells whether a kind of failure stops an account until a person has done
// something, rather than until the next try.
func Fatal(kind scrapers.Kind) bool {
	switch kind {
	case scrapers.InvalidCredentials, scrapers.AccountLocked, scrapers.PasswordChange, scrapers.TLSProblem,
		scrapers.OriginNotAllowed, core.RefusedBefore, core.Internal:
		return true
	}
	return false
}
