package core

import (
	"fmt"
	"time"
)

// Delivery rules; the numbers are documented in docs/architecture.md.
const (
	deliveryTries   = 10
	deliveryAge     = 75 * time.Hour // given up at the first failure past this age
	afterOverload   = time.Minute    // least wait after a time-out, 429 or 503
	longestWait     = 24 * time.Hour
	breakerFailures = 5 // in a row, then the receiver is paused
	breakerFirst    = time.Minute
	breakerLongest  = 15 * time.Minute
	offlineRest     = 30 * time.Second // while this computer has no network
)

// retrySlots are the waits after the first, second, … ninth failed try: together
// with the first try at once, ten tries over about 75 hours.
var retrySlots = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// afterAttempt is what one attempt makes of a delivery. jitter is in [-1, 1) and
// moves the wait by up to a fifth.
func afterAttempt(d Delivery, ans Answer, err error, now time.Time, jitter float64) Delivery {
	d.Attempts++
	d.Tries++
	d.LastStatus, d.LastError = ans.Status, ""
	if err != nil {
		d.LastError = err.Error()
	}
	if err == nil && ans.Status >= 200 && ans.Status <= 299 {
		d.Status, d.DoneAt = DeliveryDelivered, now
		return d
	}
	if d.LastError == "" {
		d.LastError = answerSentence(ans.Status)
	}
	if ans.Status == 410 || d.Tries >= deliveryTries || now.Sub(d.QueuedAt) >= deliveryAge {
		d.Status, d.DoneAt = DeliveryDead, now
		return d
	}
	d.Status = DeliveryRetrying
	slot := retrySlots[d.Tries-1]
	wait := slot + time.Duration(float64(slot)*jitter/5)
	if ans.RetryAfter > 0 {
		wait = min(max(ans.RetryAfter, slot), max(2*slot, breakerLongest))
	}
	if ans.Status == 0 || ans.Status == 429 || ans.Status == 503 {
		wait = max(wait, afterOverload)
	}
	d.NextAt = now.Add(min(wait, longestWait))
	return d
}

func answerSentence(status int) string {
	switch {
	case status >= 300 && status <= 399:
		return fmt.Sprintf("the receiver answered %d, a redirect, which is not followed: enter the final address", status)
	case status == 401, status == 403:
		return fmt.Sprintf("the receiver answered %d: check the webhook's token", status)
	case status == 404, status == 405:
		return fmt.Sprintf("the receiver answered %d: check the webhook's address", status)
	case status == 410:
		return "the receiver answered 410: it is gone and wants no more"
	}
	return fmt.Sprintf("the receiver answered %d", status)
}

// receiverFailed tells whether an exchange speaks against the receiver. Only
// silence and overload do: a refusal of one payload says nothing of the next.
func receiverFailed(ans Answer, err error) bool {
	return err != nil || ans.Status == 429 || ans.Status >= 500
}

// afterExchange is what one attempt teaches about its receiver.
func (r Receiver) afterExchange(failed bool, now time.Time) Receiver {
	if !failed {
		return Receiver{Origin: r.Origin}
	}
	r.Failures++
	if r.Failures >= breakerFailures && !r.paused(now) { // those in flight when it opened say nothing new
		r.OpenFor = min(max(2*r.OpenFor, breakerFirst), breakerLongest)
		r.OpenUntil = now.Add(r.OpenFor)
	}
	return r
}

// paused tells whether the breaker lets nothing through at all.
func (r Receiver) paused(now time.Time) bool { return r.OpenUntil.After(now) }

// tripped tells whether only one probe may be in flight.
func (r Receiver) tripped() bool { return r.Failures >= breakerFailures }
