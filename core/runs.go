package core

import (
	"context"
	"errors"
	"fmt"
	"time"

	"reconbanker/scrapers"
)

// Scrape asks for a reading now and returns the run: the one that is already
// queued or at work, or a new one. On a blocked account the run ends as skipped
// unless the credentials were changed since the block.
func (c *Core) Scrape(ctx context.Context, accountID, actor string) (Run, error) {
	return c.enqueue(ctx, accountID, ByPerson, actor)
}

func (c *Core) enqueue(ctx context.Context, accountID string, trigger Trigger, actor string) (Run, error) {
	if _, err := c.store.Account(ctx, accountID); err != nil {
		return Run{}, err
	}
	run, created, err := c.store.EnqueueRun(ctx, c.newRun(accountID, trigger))
	if err != nil {
		return Run{}, fmt.Errorf("queue a run: %w", err)
	}
	if created {
		c.log.Info().Str("account", accountID).Str("run", run.ID).Str("by", actor).Msg("run queued")
	}
	c.runner.nudge()
	c.hint(RunsChanged, accountID)
	return run, nil
}

// Restart clears an account's block and queues a run that may enter it.
func (c *Core) Restart(ctx context.Context, accountID, actor string) (Run, error) {
	a, err := c.store.Account(ctx, accountID)
	if err != nil {
		return Run{}, err
	}
	detail := ""
	if a.Block != nil {
		detail = string(a.Block.Kind)
	}
	run, err := c.store.Restart(ctx, accountID, c.now(), c.newRun(accountID, ByRestart), c.audit(actor, ActRestart, accountID, detail))
	if err != nil {
		return Run{}, fmt.Errorf("restart the account: %w", err)
	}
	c.runner.nudge()
	c.hint(AccountsChanged, accountID)
	c.hint(RunsChanged, accountID)
	return run, nil
}

// RunByID returns one run, or ErrNotFound.
func (c *Core) RunByID(ctx context.Context, id string) (Run, error) { return c.store.Run(ctx, id) }

// Runs lists runs, newest first, and how many there are in all.
func (c *Core) Runs(ctx context.Context, f RunFilter) ([]Run, int, error) {
	if err := checkPage(&f.Limit, f.Offset); err != nil {
		return nil, 0, err
	}
	return c.store.Runs(ctx, f)
}

// Stages lists the stages of a run in order.
func (c *Core) Stages(ctx context.Context, runID string) ([]RunStage, error) {
	return c.store.Stages(ctx, runID)
}

// CancelRun ends a run that is queued or at work; ErrConflict when it has ended.
func (c *Core) CancelRun(ctx context.Context, id, actor string) error {
	run, err := c.store.Run(ctx, id)
	if err != nil {
		return err
	}
	if c.runner.cancel(id) {
		return nil
	}
	if run.Status != Queued {
		return fmt.Errorf("the run has ended already: %w", ErrConflict)
	}
	run.Status, run.Kind, run.FinishedAt = Canceled, scrapers.Cancelled, c.now()
	run.Message = "cancelled by " + actor + " before it started"
	_, err = c.store.EndRun(ctx, run, func(*Account) {})
	c.runner.cancel(id) // a worker may have claimed it meanwhile
	c.hint(RunsChanged, run.AccountID)
	return err
}

// WaitRun waits until a run has ended and returns it as it then stands.
func (c *Core) WaitRun(ctx context.Context, id string) (Run, error) {
	hints, stop := c.Subscribe()
	defer stop()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		run, err := c.store.Run(ctx, id)
		if err != nil || !run.Status.Live() {
			return run, err
		}
		select {
		case <-hints:
		case <-look.C: // a hint can be missed
		case <-ctx.Done():
			return run, ctx.Err()
		}
	}
}

// endRunOf cancels an account's live run and waits for its end.
func (c *Core) endRunOf(ctx context.Context, accountID string) error {
	for _, status := range []RunStatus{Queued, Running} {
		live, _, err := c.store.Runs(ctx, RunFilter{AccountID: accountID, Status: status, Limit: 1})
		if err != nil {
			return err
		}
		for _, run := range live {
			if err := c.CancelRun(ctx, run.ID, "the program"); err != nil && !errors.Is(err, ErrConflict) {
				return err
			}
			limited, cancel := context.WithTimeout(ctx, 30*time.Second)
			_, err := c.WaitRun(limited, run.ID)
			cancel()
			if err != nil {
				return fmt.Errorf("wait for the account's run to end: %w", err)
			}
		}
	}
	return nil
}

// Attempts lists the ledger of an account's bank user since a time, newest first.
func (c *Core) Attempts(ctx context.Context, accountID string, since time.Time) ([]Attempt, error) {
	a, err := c.store.Account(ctx, accountID)
	if err != nil {
		return nil, err
	}
	s, err := c.Settings(ctx, accountID)
	if err != nil {
		return nil, err
	}
	return c.store.Attempts(ctx, a.Bank, (&session{settings: s}).bankUser(), since)
}

// Budget tells how many logins that may fail an account's bank user has left
// today, at the bank, whichever accounts spent the others.
func (c *Core) Budget(ctx context.Context, accountID string) (Budget, error) {
	a, err := c.store.Account(ctx, accountID)
	if err != nil {
		return Budget{}, err
	}
	s, err := c.Settings(ctx, accountID)
	if err != nil {
		return Budget{}, err
	}
	_, zone, err := c.driverOf(a.Bank)
	if err != nil {
		return Budget{}, err
	}
	midnight := dayStart(c.now(), zone)
	rows, err := c.store.Attempts(ctx, a.Bank, (&session{settings: s}).bankUser(), midnight)
	if err != nil {
		return Budget{}, err
	}
	return budgetOf(rows, s.DailyLogins, midnight, dayStart(midnight.Add(30*time.Hour), zone)), nil
}

// checkPage refuses a page that is out of range; 0 means the default of 100.
func checkPage(limit *int, offset int) error {
	if *limit == 0 {
		*limit = 100
	}
	if *limit < 1 || *limit > 500 {
		return Invalid("limit", "limit must be from 1 to 500")
	}
	if offset < 0 {
		return Invalid("offset", "offset must be 0 or more")
	}
	return nil
}
