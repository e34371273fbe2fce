package core

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Limits on attempts in flight; see Webhooks in docs/architecture.md.
const (
	inFlight            = 32
	inFlightPerReceiver = 4
	// longestNap bounds the sleep between looks at the store, so that a suspended
	// machine or a moved clock hides no work for longer.
	longestNap = time.Minute
)

// deliverer sends what is owed. Deliveries are rows; the goroutines here only
// make attempts and hand back what came of them. Nothing is claimed in the store:
// a crash between a receiver's 2xx and our commit repeats the attempt under the
// same webhook-id.
type deliverer struct {
	c       *Core
	wake    chan struct{}
	results chan outcome

	flying    map[string]string // delivery → receiver
	receivers map[string]Receiver
	holdUntil time.Time // set when outcomes could not be recorded

	mu    sync.Mutex
	auths map[string]deliveryAuth // account, and kind of a notice → what its attempts need; sealed
}

// outcome is an attempt's result before the breaker has learnt from it.
type outcome struct {
	DeliveryResult
	failed  bool // the receiver's fault
	offline bool // this computer's: no attempt was spent
}

// deliveryAuth is how an account's webhooks are authenticated, secrets sealed.
type deliveryAuth struct {
	scheme  AuthType
	field   string // the secret field of the token, "" for none
	token   []byte
	signing sealedSigning
}

func newDeliverer(c *Core) *deliverer {
	return &deliverer{
		c: c, wake: make(chan struct{}, 1), results: make(chan outcome, inFlight),
		flying: map[string]string{}, receivers: map[string]Receiver{}, auths: map[string]deliveryAuth{},
	}
}

// nudge makes the deliverer look at the store now.
func (d *deliverer) nudge() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// forget drops what is remembered of an account's settings.
func (d *deliverer) forget(accountID string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, kind := range []DeliveryKind{"", NoticeDelivery, SlackDelivery, ChatDelivery} {
		delete(d.auths, accountID+string(kind))
	}
}

// run delivers until ctx ends, then waits for the attempts in flight, whose
// outcomes are recorded: an answer that came is never thrown away.
func (d *deliverer) run(ctx context.Context) {
	known, err := d.c.store.Receivers(ctx)
	if err != nil {
		d.c.log.Error().Err(err).Msg("read the receivers' breakers")
	}
	for _, r := range known {
		d.receivers[r.Origin] = r
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			for len(d.flying) > 0 {
				d.finish(<-d.results)
			}
			return
		case <-d.wake:
		case <-timer.C:
		case r := <-d.results:
			d.finish(r)
		}
		if ctx.Err() == nil {
			timer.Reset(d.dispatch(ctx))
		}
	}
}

// dispatch starts attempts for what is due and says how long to sleep.
func (d *deliverer) dispatch(ctx context.Context) time.Duration {
	free := inFlight - len(d.flying)
	if free <= 0 {
		return longestNap
	}
	now := d.c.now()
	if hold := d.holdUntil.Sub(now); hold > 0 {
		return min(hold, longestNap)
	}
	skip := DeliverySkip{Busy: map[string]int{}}
	for id, receiver := range d.flying {
		skip.IDs = append(skip.IDs, id)
		skip.Busy[receiver]++
	}
	for origin, r := range d.receivers {
		if r.paused(now) || r.tripped() && skip.Busy[origin] > 0 {
			skip.Receivers = append(skip.Receivers, origin)
		}
	}
	due, err := d.c.store.DueDeliveries(ctx, now, free, inFlightPerReceiver, skip)
	if err != nil {
		d.c.log.Error().Err(err).Msg("read the deliveries that are due")
		return 5 * time.Second
	}
	probed := map[string]bool{}
	for _, row := range due {
		if d.receivers[row.Receiver].tripped() {
			if probed[row.Receiver] { // half open: one probe
				continue
			}
			probed[row.Receiver] = true
		}
		d.flying[row.ID] = row.Receiver
		go d.attempt(context.WithoutCancel(ctx), row)
	}
	return d.nap(ctx, now)
}

func (d *deliverer) nap(ctx context.Context, now time.Time) time.Duration {
	next, err := d.c.store.NextDelivery(ctx)
	if err != nil || next.IsZero() {
		return longestNap
	}
	if !next.After(now) { // it waits for a breaker or its turn, and hides what others owe
		next = now.Add(5 * time.Second)
	}
	for _, r := range d.receivers {
		if r.paused(now) && r.OpenUntil.Before(next) {
			next = r.OpenUntil
		}
	}
	return min(next.Sub(now), longestNap)
}

// attempt makes one try and always reports.
func (d *deliverer) attempt(ctx context.Context, row Delivery) {
	started := d.c.now()
	out := outcome{DeliveryResult: DeliveryResult{Delivery: row}}
	if d.late(ctx, row) {
		out.Delivery.Status, out.Delivery.DoneAt = DeliveryDead, started
		out.Delivery.LastError = superseded + "the login no longer waits for a person"
		d.results <- out
		return
	}
	ans, err := d.send(ctx, row)
	var unusable *unusableError
	switch {
	case errors.As(err, &unusable): // no attempt was made, so none is spent
		out.Delivery.LastError = err.Error()
		out.Delivery.NextAt = started.Add(5 * time.Minute)
	case errors.Is(err, ErrOffline):
		out.Delivery.LastError = err.Error()
		out.Delivery.NextAt = d.c.now().Add(offlineRest)
		out.offline = true
	default:
		out.failed = receiverFailed(ans, err)
		if err == nil {
			err = refusal(row.Kind, ans)
		}
		out.Delivery = afterAttempt(row, ans, err, d.c.now(), d.c.jitter())
		out.Attempt = &DeliveryAttempt{
			DeliveryID: row.ID, N: out.Delivery.Attempts, At: started, Took: ans.Took,
			Status: ans.Status, Error: out.Delivery.LastError, Response: ans.Body, ResponseOf: ans.Size,
		}
	}
	d.results <- out
}

// late tells whether a notice asks people for what no login waits for any more: sent
// now, it would fetch somebody for nothing.
func (d *deliverer) late(ctx context.Context, row Delivery) bool {
	if !row.Kind.Notice() || strings.HasPrefix(row.SubjectID, row.AccountID) {
		return false
	}
	a, err := d.c.store.Assistance(ctx, row.SubjectID)
	return errors.Is(err, ErrNotFound) || err == nil && a.State != AssistancePending
}

// unusableError means an attempt could not be made for a reason of ours.
type unusableError struct{ err error }

func (e *unusableError) Error() string { return e.err.Error() }
func (e *unusableError) Unwrap() error { return e.err }

func (d *deliverer) send(ctx context.Context, row Delivery) (Answer, error) {
	auth, err := d.authOf(ctx, row)
	if err != nil {
		return Answer{}, &unusableError{err}
	}
	out := Outgoing{URL: row.URL, Body: row.Payload, Auth: auth.scheme, WebhookID: row.WebhookID, At: d.c.now()}
	if auth.token != nil {
		plain, err := d.c.vault.Open(ctx, secretScope(row.AccountID, auth.field), auth.token)
		if err != nil {
			return Answer{}, &unusableError{fmt.Errorf("open the webhook's token: %w", err)}
		}
		defer clear(plain)
		out.Token = string(plain)
	}
	if out.Signing, err = d.c.openSigning(ctx, row.AccountID, auth.signing, out.At); err != nil {
		return Answer{}, &unusableError{err}
	}
	return d.c.sender.Send(ctx, out)
}

// auth resolves token and scheme, which fall back independently: the webhook's,
// then the polling's, then none (product rule, after the seed's field notes).
func (d *deliverer) auth(ctx context.Context, accountID string) (deliveryAuth, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a, ok := d.auths[accountID]; ok {
		return a, nil
	}
	s, err := d.c.store.Settings(ctx, accountID)
	if err != nil {
		return deliveryAuth{}, fmt.Errorf("read the account's settings: %w", err)
	}
	var a deliveryAuth
	a.scheme = firstOf(s.WebhookAuthType, s.AuthType, Bearer)
	switch {
	case s.Stored[SecretWebhookToken]:
		a.field = SecretWebhookToken
	case s.Stored[SecretAuthToken]:
		a.field = SecretAuthToken
	}
	if a.field != "" {
		if a.token, err = d.c.store.Secret(ctx, accountID, a.field); err != nil {
			return deliveryAuth{}, fmt.Errorf("read the webhook's token: %w", err)
		}
	}
	if a.signing, err = d.c.sealedSigning(ctx, s); err != nil {
		return deliveryAuth{}, err
	}
	d.auths[accountID] = a
	return a, nil
}

func firstOf(values ...AuthType) AuthType {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// finish records a result together with every other one that is ready: one
// commit for all of them.
func (d *deliverer) finish(first outcome) {
	ready := []outcome{first}
	for more := true; more; {
		select {
		case r := <-d.results:
			ready = append(ready, r)
		default:
			more = false
		}
	}
	now := d.c.now()
	accounts := map[string]bool{}
	batch := make([]DeliveryResult, len(ready))
	for i, r := range ready {
		delete(d.flying, r.Delivery.ID)
		accounts[r.Delivery.AccountID] = true
		known := d.receivers[r.Delivery.Receiver]
		known.Origin = r.Delivery.Receiver
		switch {
		case r.Attempt != nil:
			known = known.afterExchange(r.failed, now)
			d.receivers[known.Origin] = known
		case r.offline:
			known.OpenUntil = later(known.OpenUntil, now.Add(offlineRest))
			d.receivers[known.Origin] = known
		}
		r.Receiver = known
		batch[i] = r.DeliveryResult
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := d.c.store.FinishDeliveries(ctx, batch); err != nil {
		// The rows stay due: the receivers will be asked again under the same ids, but
		// not in a loop as fast as the disk can refuse.
		d.holdUntil = now.Add(longestNap)
		d.c.log.Error().Err(err).Int("deliveries", len(batch)).Msg("record delivery attempts")
	}
	for id := range accounts {
		d.c.hint(DeliveriesChanged, id)
	}
}
