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

// runner executes queued runs, a few at a time. A run is a row: what makes it
// exist is the row, what makes it start is a worker that claims it.
type runner struct {
	c       *Core
	workers int
	limit   time.Duration
	wake    chan struct{}

	mu      sync.Mutex
	cancels map[string]context.CancelCauseFunc // run → its end
	logins  map[string]chan struct{}           // bank and user → held while one run uses the login
}

func newRunner(c *Core, workers int, limit time.Duration) *runner {
	if workers <= 0 {
		workers = 2
	}
	if limit <= 0 {
		limit = 13 * time.Minute
	}
	return &runner{
		c: c, workers: workers, limit: limit, wake: make(chan struct{}, workers),
		cancels: map[string]context.CancelCauseFunc{}, logins: map[string]chan struct{}{},
	}
}

// nudge makes idle workers look for queued runs.
func (r *runner) nudge() {
	for range r.workers {
		select {
		case r.wake <- struct{}{}:
		default:
			return
		}
	}
}

func (r *runner) run(ctx context.Context) {
	var wg sync.WaitGroup
	for range r.workers {
		wg.Go(func() { r.work(ctx) })
	}
	wg.Wait()
}

func (r *runner) work(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-timer.C:
		}
		for ctx.Err() == nil {
			run, err := r.c.store.ClaimRun(ctx, r.c.now())
			if err != nil {
				if !errors.Is(err, ErrNotFound) && ctx.Err() == nil {
					r.c.log.Error().Err(err).Msg("claim a queued run")
				}
				break
			}
			r.execute(ctx, run)
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

	limited, stop := context.WithTimeout(ctx, r.limit)
	defer stop()
	s := &session{c: r.c, run: run}
	err := s.protect(func() error { return s.witness(ctx, func() error { return s.perform(limited) }) })
	if err == nil {
		return // kept: the run has ended in the same transaction
	}
	s.fail(context.WithoutCancel(ctx), r.reason(ctx, limited, err))
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
	case errors.Is(limited.Err(), context.DeadlineExceeded):
		return scrapers.Fail(scrapers.StepTimeout, fmt.Sprintf("the run took longer than %s", r.limit), err)
	}
	return err
}

// lockLogin waits until no other run uses the same bank user: banks count and
// conflict by user, not by account. It returns the release.
func (r *runner) lockLogin(ctx context.Context, bank, user string) (func(), error) {
	key := bank + "\x00" + user
	for {
		r.mu.Lock()
		busy, taken := r.logins[key]
		if !taken {
			mine := make(chan struct{})
			r.logins[key] = mine
			r.mu.Unlock()
			return func() {
				r.mu.Lock()
				delete(r.logins, key)
				r.mu.Unlock()
				close(mine)
			}, nil
		}
		r.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, scrapers.Fail(scrapers.Cancelled, "wait for another run of the same bank user", ctx.Err())
		}
	}
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
