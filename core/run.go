package core

import (
	"time"

	"reconbanker/scrapers"
)

// Trigger is who asked for a run.
type Trigger string

// Triggers. Restart is the only one that may enter a blocked account.
const (
	BySchedule Trigger = "schedule"
	ByPerson   Trigger = "manual"
	ByRestart  Trigger = "restart"
	ByCatchUp  Trigger = "catch-up"
	ByTest     Trigger = "test"    // signs in and reads nothing
	BySession  Trigger = "session" // a persistent session begins, or has news
)

// RunStatus is where a run is, or how it ended.
type RunStatus string

// Run states. Queued and Running are live; at most one live run per account.
const (
	Queued    RunStatus = "queued"
	Running   RunStatus = "running"
	Succeeded RunStatus = "ok"
	Failed    RunStatus = "failed"
	Skipped   RunStatus = "skipped"
	Canceled  RunStatus = "cancelled"
	Orphaned  RunStatus = "orphaned" // the program ended while it ran
)

// Live tells whether the run has not ended.
func (s RunStatus) Live() bool { return s == Queued || s == Running }

// Run is one execution of a driver; its ID is the wire's jobId.
type Run struct {
	ID         string // UUIDv7
	AccountID  string
	Trigger    Trigger
	Status     RunStatus
	QueuedAt   time.Time
	StartedAt  time.Time
	FinishedAt time.Time

	Stage string // the stage it is in, or failed in

	// Of a failure.
	Kind    scrapers.Kind
	Message string // a sentence; never contains a secret
	Said    string // the bank's own words
	URL     string // address without query

	// Of one whose lines are Stored.
	Lines int // booked lines read
	New   int // new credits stored
	Owed  int // deliveries written
}

// Stored tells whether what the run read is stored: all of it, or what could be read.
func (r Run) Stored() bool { return r.Status == Succeeded || r.Kind == Partial }

// Stages of a run, in order.
const (
	StageCredentials = "credentials"
	StageLaunch      = "launch"
	StageLogin       = "login"
	StageCode        = "code"
	StageRead        = "read"
	StageKeep        = "keep"
	StageClose       = "close"
)

// RunStage is one stage of a run as it happened.
type RunStage struct {
	RunID     string
	Name      string
	StartedAt time.Time
	EndedAt   time.Time
	Kind      scrapers.Kind // "" when it went well
}

// RunFilter selects runs, newest first.
type RunFilter struct {
	AccountID string
	Status    RunStatus
	Limit     int // 1 to 500
	Offset    int
}
