package core

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"reconbanker/scrapers"
)

// errCancelled is the cause of a run ended by a person.
var errCancelled = errors.New("cancelled by a person")

// holder is who uses a login at a bank.
type holder struct {
	account string
	kept    bool // by a persistent session
	free    chan struct{}
}

// runner executes queued runs, a few at a time. A run is a row: what makes it
// exist is the row, what makes it start is a worker that claims it.
type runner struct {
	c     *Core
	slots *slots
	limit time.Duration
	wake  chan struct{}

	mu      sync.Mutex
	cancels map[string]context.CancelCauseFunc // run → its end
	logins  map[string]*holder                 // bank and user → held while one run or session uses the login
}

func newRunner(c *Core, workers int, limit time.Duration) *runner {
	if workers <= 0 {
		workers = 2
	}
	if limit <= 0 {
		limit = 13 * time.Minute
	}
	return &runner{
		c: c, slots: newSlots(workers), limit: limit, wake: make(chan struct{}, 1),
		cancels: map[string]context.CancelCauseFunc{}, logins: map[string]*holder{},
	}
}

// nudge makes the runner look for queued runs.
func (r *runner) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// run claims runs as slots become free and works each on a goroutine of its own.
func (r *runner) run(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-timer.C:
		}
		for r.slots.take(ctx) == nil {
			run, err := r.c.store.ClaimRun(ctx, r.c.now())
			if err != nil {
				r.slots.give()
				if !errors.Is(err, ErrNotFound) && ctx.Err() == nil {
					r.c.log.Error().Err(err).Msg("claim a queued run")
				}
				break
			}
			wg.Go(func() {
				defer r.slots.give()
				r.execute(ctx, run)
			})
		}
		timer.Reset(time.Minute)
	}
}

// cancel ends a run that is at work; false when it is not.
func (r *runner) cancel(runID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	end, ok := r.cancels[runID]
	if ok {
		end(errCancelled)
	}
	return ok
}

// execute runs one claimed run to its end and records it, whatever happens.
func (r *runner) execute(ctx context.Context, run Run) {
	ctx, end := context.WithCancelCause(ctx)
	r.mu.Lock()
	r.cancels[run.ID] = end
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.cancels, run.ID)
		r.mu.Unlock()
		end(nil)
		r.c.hint(RunsChanged, run.AccountID)
		r.c.hint(AccountsChanged, run.AccountID)
	}()
	r.c.hint(RunsChanged, run.AccountID)
	if now, err := r.c.store.Run(ctx, run.ID); err == nil && !now.Status.Live() {
		return // cancelled between the claim and here
	}

	s := &session{c: r.c, run: run}
	if err := r.bounded(ctx, s, s.perform); err != nil { // else it was kept: the run has ended in the same transaction
		s.fail(context.WithoutCancel(ctx), err)
	}
}

// bounded lets a session work within the limits of a run, and says why it failed.
func (r *runner) bounded(ctx context.Context, s *session, work func(context.Context) error) error {
	limited, end := context.WithCancelCause(ctx)
	defer end(nil)
	s.stop = end
	s.time = newAllowance(r.limit, func() { end(errRunLimit) })
	defer s.time.end()
	err := s.protect(func() error { return s.witness(ctx, func() error { return work(limited) }) })
	if err == nil {
		return nil
	}
	return r.reason(ctx, limited, err)
}

// reason tells an end of ours from a failure of the bank's.
func (r *runner) reason(ctx, limited context.Context, err error) error {
	if kind := scrapers.KindOf(err); kind == scrapers.Unexplained || fatal(kind) {
		return err // whatever ended it, that is what the bank showed
	}
	switch {
	case errors.Is(context.Cause(ctx), errCancelled):
		return scrapers.Fail(scrapers.Cancelled, "cancelled by a person", nil)
	case ctx.Err() != nil:
		return scrapers.Fail(Interrupted, "the program was closed during the run", nil)
	case errors.Is(context.Cause(limited), errStalled):
		return scrapers.Fail(scrapers.StepTimeout, fmt.Sprintf("the browser made no step for %s", stallLimit), err)
	case errors.Is(context.Cause(limited), errRunLimit):
		return scrapers.Fail(scrapers.StepTimeout, fmt.Sprintf("the run took longer than %s", r.limit), err)
	}
	return err
}

// lockLogin waits until nothing else uses the same bank user: banks count and
// conflict by user, not by account. It returns the holder and the release. What a
// persistent session of another account holds is not waited for.
func (r *runner) lockLogin(ctx context.Context, bank, user, accountID string) (*holder, func(), error) {
	key := bank + "\x00" + user
	for {
		r.mu.Lock()
		busy := r.logins[key]
		if busy == nil {
			mine := &holder{account: accountID, free: make(chan struct{})}
			r.logins[key] = mine
			r.mu.Unlock()
			return mine, sync.OnceFunc(func() {
				r.mu.Lock()
				delete(r.logins, key)
				r.mu.Unlock()
				close(mine.free)
			}), nil
		}
		conflict := busy.kept && busy.account != accountID
		r.mu.Unlock()
		if conflict {
			return nil, nil, scrapers.Fail(scrapers.SessionConflict, "another account of yours stays signed in with this bank user", nil)
		}
		select {
		case <-busy.free:
		case <-ctx.Done():
			return nil, nil, scrapers.Fail(scrapers.Cancelled, "wait for another run of the same bank user", ctx.Err())
		}
	}
}

// keep marks a login as held by a persistent session.
func (r *runner) keep(h *holder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h.kept = true
}

// protect turns a panic into an error, so that a defect in a driver ends one run
// and not the program. The value is not kept: it may hold anything.
func (s *session) protect(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.c.log.Error().Str("run", s.run.ID).Bytes("stack", debug.Stack()).Msg("a run panicked")
			err = explain(scrapers.Fail(Internal, "a defect in the program ended the run", nil), s.open())
		}
		s.release()
	}()
	return work()
}
