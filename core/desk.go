package core

import (
	"context"
	"sync"
	"time"
)

// The numbers of one-time codes.
const (
	codeWait      = 5 * time.Minute  // for an answer, from the newest question on
	codeLook      = 2 * time.Second  // between looks at the clock and the bank's page
	resendLimit   = 3                // codes asked for again in one login
	submitLimit   = 5                // codes given for an account
	submitWindow  = 10 * time.Minute // in this time
	codeMaxLength = 32
)

// desk is where logins wait for people. What is here lives in memory only: the
// rows in the store say that a login waits, the desk hands it the answer.
type desk struct {
	mu      sync.Mutex
	waiting map[string]*waiter     // by account
	given   map[string][]time.Time // when codes were given, by account
}

// waiter is one login that waits.
type waiter struct {
	id      string        // of the assistance request
	ready   chan struct{} // closed once the request is written
	expires time.Time     // by the clock on the wall; known once it is ready
	taken   bool          // somebody has answered, or is about to
	answers chan answer   // holds one
	resends chan chan error
	gone    chan struct{} // closed when nobody listens any more
}

// answer is what a person gave: a code, word that it is done, or the end.
type answer struct {
	code   []byte
	cancel bool
}

// open puts a login at the desk whose request is about to be written.
func (d *desk) open(accountID, requestID string) *waiter {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting == nil {
		d.waiting = map[string]*waiter{}
	}
	w := &waiter{
		id: requestID, ready: make(chan struct{}), answers: make(chan answer, 1), resends: make(chan chan error), gone: make(chan struct{}),
	}
	d.waiting[accountID] = w
	return w
}

// take reserves the right to answer a login: the first who asks has it. now is
// compared by the clock on the wall, which goes on while a computer sleeps. Whoever
// comes while the request is being written waits for that.
func (d *desk) take(ctx context.Context, accountID, requestID string, now time.Time) (*waiter, bool) {
	w := d.find(accountID)
	if w == nil {
		return nil, false
	}
	select {
	case <-w.ready:
	case <-w.gone:
		return nil, false
	case <-ctx.Done():
		return nil, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if w != d.waiting[accountID] || w.taken || requestID != "" && requestID != w.id || !wall(now).Before(w.expires) {
		return nil, false
	}
	w.taken = true
	return w, true
}

// release gives the right back: the answer could not be recorded.
func (d *desk) release(w *waiter) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w.taken = false
}

// find returns the login that waits, answered or not.
func (d *desk) find(accountID string) *waiter {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.waiting[accountID]
}

// close takes a login from the desk; false when an answer is on its way to it.
func (d *desk) close(accountID string, w *waiter, force bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if w.taken && !force {
		return false
	}
	w.taken = true
	if d.waiting[accountID] == w {
		delete(d.waiting, accountID)
		close(w.gone)
	}
	return true
}

// extend says until when a login waits: once its request is written, and after a
// new code was sent.
func (d *desk) extend(w *waiter, expires time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w.expires = wall(expires)
}

func (d *desk) expired(w *waiter, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !wall(now).Before(w.expires)
}

// count notes that a code is given for an account, unless too many were.
func (d *desk) count(accountID string, now time.Time) error {
	now = wall(now)
	d.mu.Lock()
	defer d.mu.Unlock()
	var recent []time.Time
	for _, t := range d.given[accountID] {
		if now.Sub(t) < submitWindow && !t.After(now) { // one from the future: the clock was set back
			recent = append(recent, t)
		}
	}
	if len(recent) >= submitLimit {
		return &TooManyError{RetryAfter: submitWindow - now.Sub(recent[0])}
	}
	if d.given == nil {
		d.given = map[string][]time.Time{}
	}
	d.given[accountID] = append(recent, now)
	return nil
}

// wall is a time without the reading of the clock that stops while a computer sleeps.
func wall(t time.Time) time.Time { return t.Round(0) }
