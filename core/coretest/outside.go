package coretest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"reconbanker/core"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Vault is a core.Vault whose sealed texts are readable to nobody but itself:
// good enough to tell plain from sealed.
type Vault struct {
	mu     sync.Mutex
	locked bool
	opened int
}

// Lock makes every call fail with core.ErrLocked, or ends that.
func (v *Vault) Lock(locked bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.locked = locked
}

// Opened is how many secrets were opened.
func (v *Vault) Opened() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.opened
}

func (v *Vault) ready() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.locked {
		return fmt.Errorf("the keychain did not open: %w", core.ErrLocked)
	}
	return nil
}

func prefix(s core.Scope) []byte {
	return fmt.Appendf(nil, "sealed|%s|%s|%s|", s.Table, s.Row, s.Field)
}

func mirror(plain []byte) []byte {
	out := make([]byte, len(plain))
	for i, b := range plain {
		out[i] = ^b
	}
	return out
}

// Seal implements core.Vault.
func (v *Vault) Seal(_ context.Context, s core.Scope, plain []byte) ([]byte, error) {
	return append(prefix(s), mirror(plain)...), v.ready()
}

// Open implements core.Vault.
func (v *Vault) Open(_ context.Context, s core.Scope, sealed []byte) ([]byte, error) {
	if err := v.ready(); err != nil {
		return nil, err
	}
	box, ok := bytes.CutPrefix(sealed, prefix(s))
	if !ok {
		return nil, fmt.Errorf("open %s: %w", s.Field, core.ErrSecretDamaged)
	}
	v.mu.Lock()
	v.opened++
	v.mu.Unlock()
	return mirror(box), nil
}

// Print implements core.Vault.
func (v *Vault) Print(_ context.Context, s core.Scope, plain []byte) (string, error) {
	h := sha256.Sum256(append(prefix(s), plain...))
	return hex.EncodeToString(h[:8]), v.ready()
}

// Sent is one call of a Sender.
type Sent struct {
	At  time.Time
	Out core.Outgoing
}

// Sender is a core.Sender that answers as the test says.
type Sender struct {
	mu       sync.Mutex
	answer   func(ctx context.Context, o core.Outgoing) (core.Answer, error)
	check    func(url string) error
	sent     []Sent
	flying   map[string]int
	total    int
	most     int
	mostEach map[string]int
}

// NewSender returns a Sender that answers 200.
func NewSender() *Sender {
	return &Sender{flying: map[string]int{}, mostEach: map[string]int{}}
}

// Answers scripts what every later attempt meets.
func (s *Sender) Answers(fn func(ctx context.Context, o core.Outgoing) (core.Answer, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = fn
}

// Refuses scripts CheckURL.
func (s *Sender) Refuses(check func(url string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.check = check
}

// Sent returns every attempt so far, in the order they began.
func (s *Sender) Sent() []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// Most returns the largest numbers of attempts in flight at once, in all and to
// one receiver.
func (s *Sender) Most(receiver string) (all, each int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most, s.mostEach[receiver]
}

// Send implements core.Sender.
func (s *Sender) Send(ctx context.Context, o core.Outgoing) (core.Answer, error) {
	to := core.ReceiverOf(o.URL)
	s.mu.Lock()
	o.Body = bytes.Clone(o.Body)
	s.sent = append(s.sent, Sent{At: time.Now(), Out: o})
	s.flying[to]++
	s.total++
	s.most, s.mostEach[to] = max(s.most, s.total), max(s.mostEach[to], s.flying[to])
	answer := s.answer
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.flying[to]--
		s.total--
	}()
	if answer == nil {
		return core.Answer{Status: 200}, nil
	}
	return answer(ctx, o)
}

// CheckURL implements core.Sender.
func (s *Sender) CheckURL(url string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.check == nil {
		return nil
	}
	return s.check(url)
}
