package vault

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"reconbanker/core"
)

var ctx = context.Background()

// store is a KeyStore in memory that counts what is written.
type store struct {
	mu           sync.Mutex
	id           string
	kcv, wrapped []byte
	secrets      bool
	saves        int
	err          error // of every call
	forgets      bool  // SaveKey says yes and keeps nothing
}

func (s *store) LoadKey(context.Context) (string, []byte, []byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && s.id == "" {
		return "", nil, nil, core.ErrNotFound
	}
	return s.id, s.kcv, s.wrapped, s.err
}

func (s *store) SaveKey(_ context.Context, id string, kcv, wrapped []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saves++
	if s.err == nil && !s.forgets {
		s.id, s.kcv, s.wrapped = id, bytes.Clone(kcv), bytes.Clone(wrapped)
	}
	return s.err
}

func (s *store) HasSecrets(context.Context) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.secrets, s.err
}

// chain is a Keychain in memory that can misbehave.
type chain struct {
	mu   sync.Mutex
	item string
	sets int
	get  func() (string, error) // replaces Get
	set  func(string) error     // replaces Set
}

func (c *chain) Get() (string, error) {
	c.mu.Lock()
	get, item := c.get, c.item
	c.mu.Unlock()
	if get != nil {
		return get()
	}
	if item == "" {
		return "", ErrNoItem
	}
	return item, nil
}

func (c *chain) Set(item string) error {
	c.mu.Lock()
	c.sets++
	set := c.set
	c.mu.Unlock()
	if set != nil {
		return set(item)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.item = item
	return nil
}

// asker is an Unlocker that gives its answers in turn and records the questions.
type asker struct {
	answers []string
	asked   []Reason
}

func (a *asker) unlock(_ context.Context, r Reason) ([]byte, error) {
	a.asked = append(a.asked, r)
	if len(a.asked) > len(a.answers) {
		return nil, errors.New("nobody answers")
	}
	return []byte(a.answers[len(a.asked)-1]), nil
}

func mustOpen(t *testing.T, cfg Config) *Vault {
	t.Helper()
	v, err := Open(ctx, cfg)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return v
}

// mustLocked checks that an error is about locked secrets, for a reason, and says so.
func mustLocked(t *testing.T, v *Vault, err error, why Why) {
	t.Helper()
	var l *LockedError
	if !errors.As(err, &l) || !errors.Is(err, core.ErrLocked) || l.Why != why {
		t.Fatalf("got %#v, want a LockedError with %s", err, why)
	}
	if l.Error() == "" || strings.Contains(l.Error(), "%!") {
		t.Errorf("no sentence for %s: %q", why, l.Error())
	}
	if _, err := v.Seal(ctx, scope, []byte("x")); !errors.Is(err, core.ErrLocked) {
		t.Errorf("Seal on a locked vault: %v", err)
	}
	if _, err := v.Open(ctx, scope, []byte("x")); !errors.Is(err, core.ErrLocked) {
		t.Errorf("Open on a locked vault: %v", err)
	}
	if _, err := v.Print(ctx, scope, []byte("x")); !errors.Is(err, core.ErrLocked) {
		t.Errorf("Print on a locked vault: %v", err)
	}
}

func inBubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

var scope = core.Scope{Table: "secret", Row: "0190a3c2-0000-7000-8000-000000000001", Field: core.SecretPassword}

// aKey is a key and its keychain item.
func aKey(fill byte) (kek []byte, item string) {
	kek = bytes.Repeat([]byte{fill}, keySize)
	return kek, base64.StdEncoding.EncodeToString(kek)
}
