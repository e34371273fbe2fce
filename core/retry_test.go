package core

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func owedDelivery(tries int) Delivery {
	return Delivery{Status: DeliveryRetrying, Attempts: tries, Tries: tries, QueuedAt: noon}
}

func TestScheduleOfRetries(t *testing.T) {
	for _, jitter := range []float64{-1, 0, 0.999999} {
		d, now := Delivery{Status: DeliveryPending, QueuedAt: noon}, noon
		for i, slot := range append(retrySlots, 0) {
			d = afterAttempt(d, Answer{Status: 500}, nil, now, jitter)
			if d.Attempts != i+1 || d.Tries != i+1 || d.LastStatus != 500 {
				t.Fatalf("after try %d: %+v", i+1, d)
			}
			if slot == 0 {
				break
			}
			want := min(slot+time.Duration(float64(slot)*jitter/5), 24*time.Hour)
			if got := d.NextAt.Sub(now); d.Status != DeliveryRetrying || got != want {
				t.Errorf("jitter %v: after try %d the next is in %s, want %s", jitter, i+1, got, want)
			}
			now = d.NextAt
		}
		if d.Status != DeliveryDead || !d.DoneAt.Equal(now) {
			t.Errorf("after ten tries: %+v", d)
		}
		if total := now.Sub(noon); total < 60*time.Hour || total > 90*time.Hour {
			t.Errorf("jitter %v: ten tries took %s", jitter, total)
		}
	}
	var total time.Duration
	for _, slot := range retrySlots {
		total += slot
	}
	if want := 75*time.Hour + 35*time.Minute + 5*time.Second; total != want || len(retrySlots) != deliveryTries-1 {
		t.Errorf("the waits sum up to %s, want %s", total, want)
	}
}

func TestAnswers(t *testing.T) {
	silence := errors.New("no answer within 15 seconds")
	for name, c := range map[string]struct {
		tries  int // before
		age    time.Duration
		answer Answer
		err    error
		status DeliveryStatus
		wait   time.Duration
		says   string
		breaks bool // speaks against the receiver
	}{
		"200":            {0, 0, Answer{Status: 200}, nil, DeliveryDelivered, 0, "", false},
		"299":            {9, 99 * time.Hour, Answer{Status: 299}, nil, DeliveryDelivered, 0, "", false},
		"300":            {0, 0, Answer{Status: 300}, nil, DeliveryRetrying, 5 * time.Second, "a redirect, which is not followed", false},
		"308":            {0, 0, Answer{Status: 308}, nil, DeliveryRetrying, 5 * time.Second, "a redirect, which is not followed", false},
		"199":            {0, 0, Answer{Status: 199}, nil, DeliveryRetrying, 5 * time.Second, "answered 199", false},
		"401":            {0, 0, Answer{Status: 401}, nil, DeliveryRetrying, 5 * time.Second, "check the webhook's token", false},
		"404":            {0, 0, Answer{Status: 404}, nil, DeliveryRetrying, 5 * time.Second, "check the webhook's address", false},
		"410":            {0, 0, Answer{Status: 410}, nil, DeliveryDead, 0, "it is gone", false},
		"422":            {1, 0, Answer{Status: 422}, nil, DeliveryRetrying, 5 * time.Minute, "answered 422", false},
		"500":            {0, 0, Answer{Status: 500}, nil, DeliveryRetrying, 5 * time.Second, "answered 500", true},
		"503":            {0, 0, Answer{Status: 503}, nil, DeliveryRetrying, time.Minute, "answered 503", true},
		"429":            {0, 0, Answer{Status: 429}, nil, DeliveryRetrying, time.Minute, "answered 429", true},
		"503, later":     {2, 0, Answer{Status: 503}, nil, DeliveryRetrying, 30 * time.Minute, "answered 503", true},
		"silence":        {0, 0, Answer{}, silence, DeliveryRetrying, time.Minute, "no answer within 15 seconds", true},
		"200 cut short":  {0, 0, Answer{Status: 200}, silence, DeliveryRetrying, 5 * time.Second, "no answer within 15 seconds", true},
		"the tenth":      {9, 0, Answer{Status: 500}, nil, DeliveryDead, 0, "answered 500", true},
		"75 hours old":   {3, 75 * time.Hour, Answer{Status: 500}, nil, DeliveryDead, 0, "answered 500", true},
		"nearly so":      {3, 75*time.Hour - time.Second, Answer{Status: 500}, nil, DeliveryRetrying, 2 * time.Hour, "answered 500", true},
		"the clock back": {0, -99 * time.Hour, Answer{Status: 500}, nil, DeliveryRetrying, 5 * time.Second, "answered 500", true},
	} {
		now := noon.Add(c.age)
		d := afterAttempt(owedDelivery(c.tries), c.answer, c.err, now, 0)
		if d.Status != c.status || d.Tries != c.tries+1 || d.Attempts != c.tries+1 || (c.says == "") != (d.LastError == "") || !strings.Contains(d.LastError, c.says) {
			t.Errorf("%s: %+v", name, d)
		}
		if done := c.status != DeliveryRetrying; done != d.DoneAt.Equal(now) || !done && d.NextAt.Sub(now) != c.wait {
			t.Errorf("%s: done at %s, next in %s, want %s", name, d.DoneAt, d.NextAt.Sub(now), c.wait)
		}
		if got := receiverFailed(c.answer, c.err); got != c.breaks {
			t.Errorf("%s speaks against the receiver: %v", name, got)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		tries       int
		asked, want time.Duration
	}{
		{0, 0, time.Minute},                              // not asked for
		{0, time.Second, time.Minute},                    // never before the minute after an overload
		{0, 10 * time.Minute, 10 * time.Minute},          // what was asked for
		{0, time.Hour, 15 * time.Minute},                 // but not for ever
		{1, time.Second, 5 * time.Minute},                // never before the slot
		{2, 50 * time.Minute, 50 * time.Minute},          //
		{2, 5 * time.Hour, time.Hour},                    // twice the slot at most
		{8, 1_000_000_000 * time.Second, 24 * time.Hour}, // a day at most
	} {
		d := afterAttempt(owedDelivery(c.tries), Answer{Status: 429, RetryAfter: c.asked}, nil, noon, 1)
		want := c.want
		if c.asked == 0 {
			want = time.Minute
		}
		if got := d.NextAt.Sub(noon); got != want {
			t.Errorf("asked for %s after try %d: %s, want %s", c.asked, c.tries+1, got, want)
		}
	}
}

func TestBreaker(t *testing.T) {
	r, now := Receiver{Origin: "https://erp.example"}, noon
	for i := range 4 {
		if r = r.afterExchange(true, now); r.paused(now) || r.tripped() || r.Failures != i+1 {
			t.Fatalf("after %d failures: %+v", i+1, r)
		}
	}
	for i, pause := range []time.Duration{1, 2, 4, 8, 15, 15} {
		pause *= time.Minute
		r = r.afterExchange(true, now)
		if !r.tripped() || r.OpenFor != pause || !r.OpenUntil.Equal(now.Add(pause)) || !r.paused(now) || r.paused(now.Add(pause)) {
			t.Fatalf("pause %d: %+v, want %s", i+1, r, pause)
		}
		inFlight := r.afterExchange(true, now.Add(pause/2)) // began before it opened
		if inFlight.OpenFor != pause || !inFlight.OpenUntil.Equal(r.OpenUntil) {
			t.Errorf("a failure during the pause made it %s", inFlight.OpenFor)
		}
		now = r.OpenUntil // half open
	}
	if r = r.afterExchange(false, now); r != (Receiver{Origin: "https://erp.example"}) {
		t.Errorf("after a success: %+v", r)
	}
}
