package core

import (
	"context"
	"errors"
	"sync"
	"time"
)

// waitLimit is how many logins may wait for a person beside those at work.
const waitLimit = 4

// slots limit how many browsers are at work at once. A login that waits for a
// person is not at work.
type slots struct {
	free chan struct{}

	mu   sync.Mutex
	debt int // taken beyond the limit
	idle int // logins that wait
}

func newSlots(n int) *slots {
	s := &slots{free: make(chan struct{}, n)}
	for range n {
		s.free <- struct{}{}
	}
	return s
}

// take waits for a slot.
func (s *slots) take(ctx context.Context) error {
	select {
	case <-s.free:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// give returns a slot.
func (s *slots) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.debt > 0 {
		s.debt--
		return
	}
	s.free <- struct{}{}
}

// leave lends a slot while its holder waits for a person; the function it returns
// takes one back at once, beyond the limit if need be: a code does not keep.
func (s *slots) leave() (back func()) {
	s.mu.Lock()
	if s.idle >= waitLimit {
		s.mu.Unlock()
		return func() {}
	}
	s.idle++
	s.mu.Unlock()
	s.give()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.idle--
		select {
		case <-s.free:
		default:
			s.debt++
		}
	}
}

// Why a run was ended from outside.
var (
	errRunLimit = errors.New("the run took too long")
	errStalled  = errors.New("the browser made no step for too long")
)

// allowance is a time that may be spent; it stands still while a person is waited for.
type allowance struct {
	mu     sync.Mutex
	timer  *time.Timer
	since  time.Time
	full   time.Duration
	left   time.Duration
	paused bool
}

func newAllowance(d time.Duration, spent func()) *allowance {
	return &allowance{timer: time.AfterFunc(d, spent), since: time.Now(), full: d, left: d}
}

// pause stops the clock; the function it returns lets it go on.
func (a *allowance) pause() (goOn func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.paused || !a.timer.Stop() {
		return func() {}
	}
	a.paused = true
	a.left -= time.Since(a.since)
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.paused, a.since = false, time.Now()
		a.timer.Reset(a.left)
	}
}

// again begins the whole time anew.
func (a *allowance) again() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.left, a.since = a.full, time.Now()
	if !a.paused {
		a.timer.Reset(a.left)
	}
}

func (a *allowance) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.timer.Stop()
	a.paused = true
}
