package core

import (
	"context"
	"errors"
	"time"

	"reconbanker/scrapers"
)

// SessionState is what a persistent session does.
type SessionState string

// States of a session.
const (
	SessionStarting    SessionState = "starting"    // a browser is opened, or it signs in
	SessionWaiting     SessionState = "waiting"     // for a person
	SessionRunning     SessionState = "running"     // signed in, and looked at every minute
	SessionRelaunching SessionState = "relaunching" // lost; begun again at NextAt
	SessionStopped     SessionState = "stopped"     // not wanted, or not allowed; Reason says why
)

// Session is the state of an account's persistent session.
type Session struct {
	AccountID  string
	State      SessionState
	Since      time.Time // of the state, as far as it is known
	LastPollAt time.Time // the last good look; zero when there was none
	Polls      int       // good looks since it signed in
	NextAt     time.Time // the next look, or the next try to begin
	// Reason is why it does not run: the kind of the last failure, or why nothing
	// may be tried now.
	Reason scrapers.Kind
}

// Sessions lists the sessions of the accounts whose settings want one, by name.
func (c *Core) Sessions(ctx context.Context) ([]Session, error) {
	accounts, err := c.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := []Session{}
	for _, a := range accounts {
		s, err := c.sessionOf(ctx, a)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// Session returns an account's session; ErrNotFound when its settings want none.
func (c *Core) Session(ctx context.Context, accountID string) (Session, error) {
	a, err := c.store.Account(ctx, accountID)
	if err != nil {
		return Session{}, err
	}
	return c.sessionOf(ctx, a)
}

func (c *Core) sessionOf(ctx context.Context, a Account) (Session, error) {
	s, err := c.store.Settings(ctx, a.ID)
	if err != nil {
		return Session{}, err
	}
	if s.SessionType != Persistent {
		return Session{}, ErrNotFound
	}
	if l := c.keeper.find(a.ID); l != nil {
		return l.shown(), nil
	}
	pending, err := c.store.PendingAssistances(ctx, a.ID)
	if err != nil {
		return Session{}, err
	}
	if len(pending) > 0 {
		return Session{AccountID: a.ID, State: SessionWaiting, Since: pending[0].CreatedAt, LastPollAt: a.LastReadAt, Reason: scrapers.NeedsPresence}, nil
	}
	runs, _, err := c.store.Runs(ctx, RunFilter{AccountID: a.ID, Limit: 1})
	if err != nil {
		return Session{}, err
	}
	if len(runs) > 0 && runs[0].Status.Live() {
		return Session{AccountID: a.ID, State: SessionStarting, Since: later(runs[0].QueuedAt, runs[0].StartedAt), LastPollAt: a.LastReadAt}, nil
	}
	out := Session{AccountID: a.ID, State: SessionRelaunching, LastPollAt: a.LastReadAt, NextAt: a.NextRunAt, Since: a.Health.Since, Reason: a.Health.Kind}
	paused, err := c.store.SchedulePaused(ctx)
	if err != nil {
		return Session{}, err
	}
	switch {
	case a.Block != nil:
		out.State, out.Since, out.Reason, out.NextAt = SessionStopped, a.Block.At, Blocked, time.Time{}
	case a.Status != Active || paused:
		out.State, out.Reason, out.NextAt = SessionStopped, "", time.Time{}
	case len(c.missing(a, s)) > 0:
		out.State, out.Reason, out.NextAt = SessionStopped, ConfigIncomplete, time.Time{}
	case !c.mayWake(ctx, a, s):
		out.State, out.Reason = SessionWaiting, scrapers.NeedsPresence
		out.NextAt = c.wakes(a, s)
	}
	return out, nil
}

// shown is a live session as it is seen.
func (l *live) shown() Session {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := Session{AccountID: l.accountID, State: SessionRunning, Since: l.since, LastPollAt: l.lastPoll, Polls: l.polls}
	if !l.lastPoll.IsZero() {
		out.NextAt = l.lastPoll.Add(lookEvery)
	}
	return out
}
