package core

import (
	"context"
	"time"

	"github.com/robfig/cron/v3"
)

// heartbeat is how often the store is asked what is due.
const heartbeat = 30 * time.Second

// schedule asks the store at every heartbeat what is due by wall clock, so that
// sleep, restarts and moved clocks need no case of their own. It only enqueues.
func (c *Core) schedule(ctx context.Context) {
	started := c.now()
	last := started
	beats := cron.New(cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(cronLog{c})))
	beats.Schedule(cron.Every(heartbeat), cron.FuncJob(func() {
		now := c.now()
		asleep := now.Sub(last) > 4*heartbeat // let the network come up first
		last = now
		if asleep || now.Before(started.Add(c.catchUp)) {
			return
		}
		if err := c.Beat(ctx); err != nil && ctx.Err() == nil {
			c.log.Error().Err(err).Msg("look for accounts that are due")
		}
	}))
	beats.Start()
	<-ctx.Done()
	<-beats.Stop().Done()
}

// cronLog lets cron tell of a panic in a heartbeat.
type cronLog struct{ c *Core }

func (l cronLog) Info(string, ...any) {}

func (l cronLog) Error(err error, msg string, _ ...any) {
	l.c.log.Error().Err(err).Msg("heartbeat: " + msg)
}

// Beat enqueues a run for every account that is due now. The scheduler calls it;
// it is exported for front ends without one and for tests.
func (c *Core) Beat(ctx context.Context) error {
	now := c.now()
	if paused, err := c.store.SchedulePaused(ctx); err != nil || paused {
		return err
	}
	if err := c.mendNextRuns(ctx, now); err != nil {
		return err
	}
	due, err := c.store.Due(ctx, now)
	if err != nil {
		return err
	}
	for _, a := range due {
		s, err := c.store.Settings(ctx, a.ID)
		if err != nil {
			continue
		}
		if c.keeper.find(a.ID) != nil {
			continue // its session looks at the bank by itself
		}
		if !c.mayWake(ctx, a, s) {
			continue // due as soon as somebody is there
		}
		schedule, err := c.scheduleOf(a, s)
		if err != nil {
			c.log.Error().Err(err).Str("account", a.ID).Msg("understand the schedule")
			continue
		}
		trigger, missed := BySchedule, now.Sub(a.NextRunAt) > 4*heartbeat
		if missed {
			trigger = ByCatchUp
		}
		if s.SessionType == Persistent {
			trigger = BySession
		}
		next := schedule.Next(now)
		if missed && !schedule.caughtUp(now) || a.Health.NotBefore.After(now) {
			_, err = c.store.ChangeAccount(ctx, a.ID, func(a *Account) error {
				a.NextRunAt = later(next, a.Health.NotBefore)
				return nil
			}, Audit{})
		} else {
			err = c.store.EnqueueDue(ctx, a.ID, next, c.newRun(a.ID, trigger))
		}
		if err != nil {
			return err
		}
		c.hint(RunsChanged, a.ID)
	}
	if len(due) > 0 {
		c.runner.nudge()
	}
	return nil
}

// mendNextRuns gives a slot to complete accounts that have none, and a nearer
// one to those whose slot lies beyond any their schedule has: the clock was set
// back since it was computed.
func (c *Core) mendNextRuns(ctx context.Context, now time.Time) error {
	accounts, err := c.store.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.Status != Active || a.Block != nil {
			continue
		}
		if !a.NextRunAt.IsZero() && a.NextRunAt.Before(now.Add(2*time.Hour)) {
			continue
		}
		s, err := c.store.Settings(ctx, a.ID)
		if err != nil {
			continue // no settings yet
		}
		schedule, err := c.scheduleOf(a, s)
		if err != nil || len(c.missing(a, s)) > 0 {
			continue
		}
		next := later(schedule.Next(now), a.Health.NotBefore)
		if a.NextRunAt.IsZero() || a.NextRunAt.After(next) {
			if _, err := c.store.ChangeAccount(ctx, a.ID, func(a *Account) error {
				a.NextRunAt = next
				return nil
			}, Audit{}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Core) scheduleOf(a Account, s Settings) (Schedule, error) {
	_, zone, err := c.driverOf(a.Bank)
	if err != nil {
		return Schedule{}, err
	}
	return scheduleIn(s, zone)
}

// scheduleIn is when an account is due. A persistent session is always: its
// schedule says when a lost one is looked after.
func scheduleIn(s Settings, zone *time.Location) (Schedule, error) {
	if s.SessionType == Persistent {
		return Schedule{every: time.Minute, zone: zone}, nil
	}
	return ParseSchedule(s.Schedule, zone)
}

func (c *Core) newRun(accountID string, trigger Trigger) Run {
	return Run{ID: newID(), AccountID: accountID, Trigger: trigger, Status: Queued, QueuedAt: c.now()}
}
