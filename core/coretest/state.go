package coretest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"reconbanker/core"
)

// Store is a core.Store in memory. It has one mutex; a write works on a copy of
// the whole state, which replaces the old one only when the write succeeds. Times
// keep milliseconds, as on disk.
type Store struct {
	mu   sync.Mutex
	now  state
	hook func(method string) error
}

var _ core.Store = (*Store)(nil)

// NewStore returns an empty Store.
func NewStore() *Store {
	return &Store{now: state{prefs: core.DefaultPreferences, settings: map[string]core.Settings{}, stages: map[string][]core.RunStage{}, secrets: map[secretKey][]byte{}, receivers: map[string]core.Receiver{}, sessions: map[string]sessionState{}}}
}

// OnCall lets hook see the name of every method before it works; an error it
// returns is the method's result and nothing is done. The hook may call the Store.
// nil ends it.
func (s *Store) OnCall(hook func(method string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

// AddMovement stores a movement with what is owed about it, beside every rule.
func (s *Store) AddMovement(m core.Movement, owed ...core.Delivery) {
	_ = s.write("", func(st *state) error {
		st.movements = append(st.movements, tidyMovement(m))
		st.owe(owed)
		return nil
	})
}

// AddAttempts writes rows of the attempt ledger as they are.
func (s *Store) AddAttempts(rows ...core.Attempt) {
	_ = s.write("", func(st *state) error {
		for _, a := range rows {
			a.At, a.ResolvedAt = ms(a.At), ms(a.ResolvedAt)
			st.attempts = append(st.attempts, a)
		}
		return nil
	})
}

// AllAttempts returns the whole ledger, oldest first.
func (s *Store) AllAttempts() []core.Attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.now.attempts)
}

// Dump returns everything that is stored as text, sealed secrets excepted: for
// looking for what must not be there.
func (s *Store) Dump() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := &s.now
	return fmt.Sprintf("%+v %+v %+v %+v %+v %+v %+v %+v %+v %+v %+v", n.accounts, n.settings, n.audits, n.runs, n.stages,
		n.attempts, n.movements, n.deliveries, n.tries, n.requests, n.book)
}

// Close implements core.Store.
func (s *Store) Close() error { return nil }

type secretKey struct{ account, field string }

type state struct {
	mode       core.OperationMode
	paused     bool
	prefs      core.Preferences
	evidence   []core.SealedEvidence
	accounts   []core.Account
	settings   map[string]core.Settings
	secrets    map[secretKey][]byte
	audits     []core.Audit
	runs       []core.Run
	stages     map[string][]core.RunStage // by run; a slice is never changed in place
	attempts   []core.Attempt
	movements  []core.Movement
	deliveries []core.Delivery
	tries      []core.DeliveryAttempt
	receivers  map[string]core.Receiver
	access     access
	requests   []core.Assistance
	sessions   map[string]sessionState
	book       orderBook
}

func (s *state) copy() *state {
	c := *s
	c.book = s.book.copy()
	c.accounts, c.audits, c.runs, c.stages = slices.Clone(s.accounts), slices.Clone(s.audits), slices.Clone(s.runs), maps.Clone(s.stages)
	c.attempts, c.movements = slices.Clone(s.attempts), slices.Clone(s.movements)
	c.deliveries, c.tries, c.requests = slices.Clone(s.deliveries), slices.Clone(s.tries), slices.Clone(s.requests)
	c.evidence = slices.Clone(s.evidence)
	c.settings, c.secrets, c.receivers = maps.Clone(s.settings), maps.Clone(s.secrets), maps.Clone(s.receivers)
	c.access = s.access.copy()
	c.sessions = maps.Clone(s.sessions)
	return &c
}

func (s *Store) ask(method string) error {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	if hook == nil || method == "" {
		return nil
	}
	return hook(method)
}

func (s *Store) write(method string, fn func(*state) error) error {
	if err := s.ask(method); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.now.copy()
	if err := fn(next); err != nil {
		return err
	}
	s.now = *next
	return nil
}

func (s *Store) read(method string, fn func(*state) error) error {
	if err := s.ask(method); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return fn(&s.now)
}

func missing(what, id string) error { return fmt.Errorf("%s %q: %w", what, id, core.ErrNotFound) }

// note writes an audit line; a change without an action leaves none.
func (s *state) note(by core.Audit) {
	if by.Action != "" {
		by.At = ms(by.At)
		s.audits = append(s.audits, by)
	}
}

// page returns the rows of newest first that a page selects, and their number.
func page[T any](rows []T, limit, offset int, wanted func(T) bool) (out []T, total int) {
	out = []T{}
	for _, r := range slices.Backward(rows) {
		if !wanted(r) {
			continue
		}
		if total >= offset && len(out) < limit {
			out = append(out, r)
		}
		total++
	}
	return out, total
}

func ms(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func tidyAccount(a core.Account) core.Account {
	a.CreatedAt, a.RestartedAt, a.NextRunAt, a.LastReadAt = ms(a.CreatedAt), ms(a.RestartedAt), ms(a.NextRunAt), ms(a.LastReadAt)
	for _, alert := range []*core.Alert{&a.Alerts.Login, &a.Alerts.Scrape, &a.Alerts.Stale} {
		alert.At = ms(alert.At)
	}
	a.Health.Since, a.Health.NotBefore = ms(a.Health.Since), ms(a.Health.NotBefore)
	if a.Block != nil {
		b := *a.Block
		b.At = ms(b.At)
		a.Block = &b
	}
	return a
}

func tidySettings(s core.Settings) core.Settings {
	s.CreatedAt, s.UpdatedAt = ms(s.CreatedAt), ms(s.UpdatedAt)
	s.BankFields, s.Stored = maps.Clone(s.BankFields), maps.Clone(s.Stored)
	s.BankAccounts, s.NotificationEvents = slices.Clone(s.BankAccounts), slices.Clone(s.NotificationEvents)
	s.PollingBody, s.WebhookExtraFields = bytes.Clone(s.PollingBody), bytes.Clone(s.WebhookExtraFields)
	return s
}

func tidyRun(r core.Run) core.Run {
	r.QueuedAt, r.StartedAt, r.FinishedAt = ms(r.QueuedAt), ms(r.StartedAt), ms(r.FinishedAt)
	return r
}

func tidyMovement(m core.Movement) core.Movement {
	m.BookedAt, m.IngestedAt, m.NotifiedAt = ms(m.BookedAt), ms(m.IngestedAt), ms(m.NotifiedAt)
	m.ExcludedAt, m.VanishedAt = ms(m.ExcludedAt), ms(m.VanishedAt)
	m.Raw = maps.Clone(m.Raw)
	if m.Balance != nil {
		b := *m.Balance
		m.Balance = &b
	}
	return m
}

func tidyDelivery(d core.Delivery) core.Delivery {
	d.NextAt, d.CreatedAt, d.QueuedAt, d.DoneAt = ms(d.NextAt), ms(d.CreatedAt), ms(d.QueuedAt), ms(d.DoneAt)
	d.Payload = bytes.Clone(d.Payload)
	return d
}
