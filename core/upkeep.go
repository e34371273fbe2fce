package core

import (
	"context"
	"time"
)

// How long things are kept.
const (
	evidenceLife = 7 * 24 * time.Hour
	runLife      = 90 * 24 * time.Hour
)

const (
	upkeepBeat  = 5 * time.Minute // between looks at the clock
	sweepEvery  = 24 * time.Hour
	sweepAtOnce = 500 // rows of one transaction, so that nobody waits long for it
)

// upkeepStore is what the store does for the program's own housekeeping.
type upkeepStore interface {
	Preferences(ctx context.Context) (Preferences, error)
	// SetPreferences writes them; with KeepEvidence off all evidence is removed.
	SetPreferences(ctx context.Context, p Preferences, by Audit) error

	// SaveEvidence stores the sealed evidence of a run, replacing what there is.
	SaveEvidence(ctx context.Context, e SealedEvidence) error
	// LoadEvidence returns ErrNotFound when a run has none.
	LoadEvidence(ctx context.Context, runID string) (SealedEvidence, error)
	// PruneEvidence removes at most limit of what is older than before; PruneRuns
	// removes at most limit runs that ended before, with their stages and evidence.
	// Both return how many they removed.
	PruneEvidence(ctx context.Context, before time.Time, limit int) (int, error)
	PruneRuns(ctx context.Context, before time.Time, limit int) (int, error)
	// PruneAudit removes at most limit lines of what was done before, the oldest first.
	PruneAudit(ctx context.Context, before time.Time, limit int) (int, error)
	// PruneDelivered and PruneDead remove body and attempts of at most limit
	// deliveries that were delivered, or given up, before; their rows stay.
	PruneDelivered(ctx context.Context, before time.Time, limit int) (int, error)
	PruneDead(ctx context.Context, before time.Time, limit int) (int, error)
}

// upkeep tells of accounts that are not read and removes what is old. It asks the
// clock now and then instead of waiting a day, so that a machine that sleeps at
// night is swept too.
func (c *Core) upkeep(ctx context.Context) {
	timer := time.NewTimer(c.catchUp)
	defer timer.Stop()
	var swept time.Time
	warned := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		warned = c.warnOfSpace(warned)
		if err := c.Watch(ctx); err != nil && ctx.Err() == nil {
			c.log.Error().Err(err).Msg("look for accounts that are not read")
		}
		if now := c.now(); now.Sub(swept) >= sweepEvery || now.Before(swept) {
			if err := c.Sweep(ctx); err == nil {
				swept = now
			} else if ctx.Err() == nil {
				c.log.Error().Err(err).Msg("remove what is old")
			}
		}
		timer.Reset(upkeepBeat)
	}
}

// Sweep removes what is past its time: evidence, runs, bodies of deliveries, audit lines. Core calls it once a day; it
// is exported for front ends without Run and for tests.
func (c *Core) Sweep(ctx context.Context) error {
	now := c.now()
	for _, prune := range []struct {
		what   string
		before time.Time
		work   func(context.Context, time.Time, int) (int, error)
	}{
		{"evidence", now.Add(-evidenceLife), c.store.PruneEvidence},
		{"runs", now.Add(-runLife), c.store.PruneRuns},
		{"webhooks that were delivered", now.Add(-deliveredLife), c.store.PruneDelivered},
		{"audit lines", now.Add(-auditLife), c.store.PruneAudit},
		{"dead webhooks", now.Add(-deadLife), c.store.PruneDead},
	} {
		total := 0
		for {
			n, err := prune.work(ctx, prune.before, sweepAtOnce)
			if err != nil {
				return err
			}
			total += n
			if n < sweepAtOnce {
				break
			}
		}
		if total > 0 {
			c.log.Info().Int("rows", total).Msg("old " + prune.what + " removed")
			c.hint(RunsChanged, "")
			c.hint(DeliveriesChanged, "")
		}
	}
	return c.forgetOldSigning(ctx)
}

// Watch tells people once of each account that has gone without a successful read
// for longer than the preferences say. Core calls it every few minutes.
func (c *Core) Watch(ctx context.Context) error {
	p, err := c.store.Preferences(ctx)
	if err != nil || p.StaleHours == 0 {
		return err
	}
	if paused, err := c.store.SchedulePaused(ctx); err != nil || paused {
		return err // a person wants it so
	}
	accounts, err := c.store.Accounts(ctx)
	if err != nil {
		return err
	}
	now := c.now()
	for _, a := range accounts {
		if a.Alerts.Stale.Standing() {
			continue
		}
		t, err := c.teller(ctx, a.ID)
		if err != nil {
			return err
		}
		schedule, err := c.scheduleOf(a, t.settings)
		if err != nil || len(c.missing(a, t.settings)) > 0 || !overdue(a, schedule, now, p.StaleHours) || !t.wants(EventScrape) {
			continue
		}
		_, err = c.store.ChangeAccount(ctx, a.ID, func(a *Account) error {
			if overdue(*a, schedule, now, p.StaleHours) { // it may have been read meanwhile
				t.stale(a, int(now.Sub(lastRead(*a)).Hours()))
			}
			return nil
		}, Audit{})
		if err != nil {
			return err
		}
		c.deliverer.nudge()
	}
	return nil
}

// afterReading is how long after the first missed slot an account counts as one
// that is not read.
const afterReading = time.Hour

// overdue tells whether an account has gone without a successful read for so many
// hours, and past a slot at which it should have been read.
func overdue(a Account, schedule Schedule, now time.Time, hours int) bool {
	if hours <= 0 || a.Status != Active {
		return false
	}
	since := lastRead(a)
	slot := schedule.Next(since)
	return now.Sub(since) >= time.Duration(hours)*time.Hour && !slot.IsZero() && !now.Before(slot.Add(afterReading))
}

// lastRead is when an account was last read; the time it was enrolled for one
// that never was.
func lastRead(a Account) time.Time {
	if a.LastReadAt.IsZero() {
		return a.CreatedAt
	}
	return a.LastReadAt
}
