package core

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Polling rules; the numbers are documented in docs/architecture.md.
const (
	pollEvery    = 10 * time.Minute
	pollLook     = 30 * time.Second // how often the store is asked what is due
	pollsAtOnce  = 4
	longestStall = time.Hour // between tries while a list fails
)

// pollSlots are the waits after the first, second, … failed poll in a row.
var pollSlots = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute, longestStall,
}

// Fetch is one request for a customer's list of orders.
type Fetch struct {
	URL    string
	Method string // GET or POST
	Body   []byte // of a POST
	Auth   AuthType
	Token  string // "" sends none
	ETag   string // asks whether the list has changed since; "" does not ask
}

// Fetched is what came back beside the list.
type Fetched struct {
	NotModified bool
	ETag        string
	RetryAfter  time.Duration
	Took        time.Duration
}

// Fetcher reads a customer's list of orders. A 2xx with JSON is handed to read as
// it streams in, bounded in size and time; everything else is an error, whose text
// is a sentence without the token and without anything the server wrote.
type Fetcher interface {
	Fetch(ctx context.Context, f Fetch, read func(io.Reader) error) (Fetched, error)
}

// poller keeps customers' lists of orders up to date, and evaluates the orders to
// which an evaluation is owed. Rows say what is due; a crash loses a look only.
type poller struct {
	c       *Core
	fetcher Fetcher
	wake    chan struct{}

	mu   sync.Mutex
	busy map[string]chan struct{} // account → closed when its poll has ended
}

func newPoller(c *Core, f Fetcher) *poller {
	return &poller{c: c, fetcher: f, wake: make(chan struct{}, 1), busy: map[string]chan struct{}{}}
}

// nudge makes the poller look at the store now.
func (p *poller) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *poller) run(ctx context.Context) {
	timer := time.NewTimer(min(p.c.catchUp, pollLook)) // lets the network come up
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		case <-timer.C:
		}
		if err := p.c.PollDue(ctx); err != nil && ctx.Err() == nil {
			p.c.log.Error().Err(err).Msg("look for lists of orders that are due")
		}
		timer.Reset(pollLook)
	}
}

// PollDue polls every list that is due and evaluates the orders to which an
// evaluation is owed. The program calls it by itself; it is exported for front
// ends without that and for tests.
func (c *Core) PollDue(ctx context.Context) error {
	mode, err := c.store.OperationMode(ctx)
	if err != nil || mode != Reconcile {
		return err
	}
	if err := c.sweepOrders(ctx); err != nil {
		return err
	}
	due, err := c.pollsDue(ctx)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	free := make(chan struct{}, pollsAtOnce)
	for _, a := range due {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			if _, err := c.poller.poll(ctx, a); err != nil && ctx.Err() == nil {
				c.log.Warn().Err(err).Str("account", a.ID).Msg("poll a list of orders")
			}
		})
	}
	wg.Wait()
	return nil
}

func (c *Core) pollsDue(ctx context.Context) (due []Account, err error) {
	now := c.now()
	rows, err := c.store.Feeds(ctx)
	if err != nil {
		return nil, err
	}
	feeds := map[string]Feed{}
	for _, f := range rows {
		feeds[f.AccountID] = f
	}
	accounts, err := c.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		next := feeds[a.ID].NextAt
		waits := next.After(now) && next.Before(now.Add(2*longestStall)) // further off, the clock was set back
		if a.Status != Active {
			continue
		}
		s, err := c.store.Settings(ctx, a.ID)
		if err != nil || s.PendingOrdersEndpoint == "" || waits && feeds[a.ID].Source == sourceOf(s) {
			continue
		}
		due = append(due, a)
	}
	return due, nil
}

// hold waits until no other poll of the account is at work and returns the release.
func (p *poller) hold(ctx context.Context, accountID string) (func(), error) {
	for {
		p.mu.Lock()
		busy, taken := p.busy[accountID]
		if !taken {
			mine := make(chan struct{})
			p.busy[accountID] = mine
			p.mu.Unlock()
			return func() {
				p.mu.Lock()
				delete(p.busy, accountID)
				p.mu.Unlock()
				close(mine)
			}, nil
		}
		p.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// poll reads one list and applies it. What went wrong is returned and recorded,
// and never stops the next poll.
func (p *poller) poll(ctx context.Context, a Account) (Feed, error) {
	release, err := p.hold(ctx, a.ID)
	if err != nil {
		return Feed{}, err
	}
	defer release()
	s, err := p.c.store.Settings(ctx, a.ID)
	if err != nil {
		return Feed{}, fmt.Errorf("read the settings: %w", err)
	}
	was, err := p.c.feed(ctx, a.ID)
	if err != nil {
		return Feed{}, err
	}
	feed := was
	feed.AccountID, feed.PolledAt, feed.Source = a.ID, p.c.now(), sourceOf(s)
	if feed.Source != was.Source {
		feed.ETag = ""
	}
	list, got, err := p.read(ctx, s, feed.ETag)
	if err == nil {
		if feed, err = p.c.applyList(ctx, a, feed, list, got); err == nil {
			p.c.hint(OrdersChanged, a.ID)
			p.c.deliverer.nudge()
			return feed, nil
		}
	}
	if ctx.Err() != nil {
		return feed, ctx.Err() // the program ends, or whoever asked has gone: no fault of the list
	}
	feed.Failures++
	feed.Error, feed.NextAt = err.Error(), p.c.now().Add(p.c.stall(feed.Failures, got.RetryAfter))
	if store := p.c.store.ChangeOrders(ctx, func(tx OrderTx) error { return tx.PutFeed(feed) }); store != nil {
		return feed, errors.Join(err, fmt.Errorf("record the poll: %w", store))
	}
	p.c.hint(OrdersChanged, a.ID)
	return feed, err
}

// stall is how long to wait after so many failed polls in a row.
func (c *Core) stall(failures int, asked time.Duration) time.Duration {
	slot := pollSlots[min(failures, len(pollSlots))-1]
	slot += time.Duration(float64(slot) * c.jitter() / 10)
	return max(slot, min(asked, longestStall))
}

// sourceOf recognises a request, so that an answer about another list is not
// taken for this one.
func sourceOf(s Settings) string {
	sum := sha256.Sum256([]byte(s.PollingMethod + "\n" + s.PendingOrdersEndpoint + "\n" + string(s.PollingBody)))
	return hex.EncodeToString(sum[:8])
}

// read fetches a list; nil means that it has not changed.
func (p *poller) read(ctx context.Context, s Settings, etag string) (*orderList, Fetched, error) {
	if p.fetcher == nil {
		return nil, Fetched{}, errors.New("this program reads no lists of orders")
	}
	f := Fetch{URL: s.PendingOrdersEndpoint, Method: s.PollingMethod, Auth: firstOf(s.AuthType, Bearer), ETag: etag}
	if f.Method == "POST" {
		if f.Body, f.ETag = s.PollingBody, ""; len(f.Body) == 0 {
			f.Body = []byte("{}")
		}
	}
	if s.Stored[SecretAuthToken] {
		sealed, err := p.c.store.Secret(ctx, s.AccountID, SecretAuthToken)
		if err != nil {
			return nil, Fetched{}, fmt.Errorf("read the token of the list: %w", err)
		}
		plain, err := p.c.vault.Open(ctx, secretScope(s.AccountID, SecretAuthToken), sealed)
		if err != nil {
			return nil, Fetched{}, fmt.Errorf("open the token of the list: %w", err)
		}
		defer p.c.hide(plain)()
		defer clear(plain)
		f.Token = string(plain)
	}
	var list orderList
	got, err := p.fetcher.Fetch(ctx, f, func(r io.Reader) (err error) {
		list, err = readOrders(r)
		return err
	})
	if err != nil || got.NotModified {
		return nil, got, err
	}
	return &list, got, nil
}

// feed returns what is known of an account's list; nothing is known at first.
func (c *Core) feed(ctx context.Context, accountID string) (f Feed, err error) {
	err = c.store.ChangeOrders(ctx, func(tx OrderTx) (err error) {
		f, err = tx.Feed(accountID)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return Feed{AccountID: accountID}, nil
	}
	return f, err
}
