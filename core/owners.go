package core

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"
)

// OwnerInput is what makes an owner.
type OwnerInput struct {
	Email, Password, Name string
}

func (in *OwnerInput) check() error {
	in.Email, in.Name = strings.ToLower(strings.TrimSpace(in.Email)), strings.TrimSpace(in.Name)
	var out []FieldError
	addr, err := mail.ParseAddress(in.Email)
	_, host, _ := strings.Cut(in.Email, "@")
	if err != nil || addr.Address != in.Email || !strings.Contains(host, ".") || len(in.Email) > 254 {
		out = append(out, FieldError{Field: "email", Message: "email is invalid"})
	}
	if utf8.RuneCountInString(in.Name) > maxName || strings.ContainsFunc(in.Name, func(r rune) bool { return r < ' ' }) {
		out = append(out, FieldError{Field: "name", Message: "name must be one line of at most 100 characters"})
	}
	if out = append(out, checkPassword(in.Password)...); out != nil {
		return &InvalidError{Fields: out}
	}
	return nil
}

// Owner returns the owner of the API, or ErrNotFound before there is one.
func (c *Core) Owner(ctx context.Context) (Owner, error) { return c.store.Owner(ctx) }

// RegisterOwner makes the first owner; ErrConflict when there is one.
func (c *Core) RegisterOwner(ctx context.Context, in OwnerInput, actor string) (Owner, error) {
	if err := in.check(); err != nil {
		return Owner{}, err
	}
	switch o, err := c.store.Owner(ctx); {
	case err == nil && o.Email == in.Email:
		//lint:ignore ST1005 as the API spells it
		return Owner{}, fmt.Errorf("Email already exists: %w", ErrConflict)
	case err == nil:
		return Owner{}, fmt.Errorf("this installation has an owner already: %w", ErrConflict)
	case !errors.Is(err, ErrNotFound):
		return Owner{}, err
	}
	o := Owner{ID: newID(), Email: in.Email, Name: in.Name, CreatedAt: c.now()}
	if err := c.arm(ctx, &o, in.Password); err != nil {
		return Owner{}, err
	}
	if err := c.store.CreateOwner(ctx, o, c.audit(actor, ActCreateOwner, "", o.Email)); err != nil {
		return Owner{}, fmt.Errorf("create the owner: %w", err)
	}
	c.hint(APIChanged, "")
	return o, nil
}

// SetOwner makes the owner, or gives the present one another e-mail, name and
// password. Every token given out before ends; two-factor sign-in stays as it is.
func (c *Core) SetOwner(ctx context.Context, in OwnerInput, actor string) (Owner, error) {
	if err := in.check(); err != nil {
		return Owner{}, err
	}
	was, err := c.store.Owner(ctx)
	if errors.Is(err, ErrNotFound) {
		return c.RegisterOwner(ctx, in, actor)
	}
	if err != nil {
		return Owner{}, err
	}
	if err := c.arm(ctx, &was, in.Password); err != nil {
		return Owner{}, err
	}
	o, err := c.store.ChangeOwner(ctx, func(o *Owner) error {
		o.Email, o.Name, o.PasswordHash, o.TokenKey = in.Email, in.Name, was.PasswordHash, was.TokenKey
		return nil
	}, c.audit(actor, ActChangeOwner, "", in.Email))
	if err != nil {
		return Owner{}, fmt.Errorf("change the owner: %w", err)
	}
	c.hint(APIChanged, "")
	return o, nil
}

// arm gives an owner a password and a new key for tokens.
func (c *Core) arm(ctx context.Context, o *Owner, password string) error {
	key := make([]byte, 32)
	rand.Read(key) // never fails since Go 1.24
	defer clear(key)
	sealed, err := c.vault.Seal(ctx, ownerScope(o.ID, "token_key"), key)
	if err != nil {
		return fmt.Errorf("seal the key of the owner's tokens: %w", err)
	}
	o.TokenKey, o.PasswordHash = sealed, c.passwords.hash(password)
	return nil
}

func ownerScope(id, field string) Scope { return Scope{Table: "owner", Row: id, Field: field} }

// CheckPassword returns the owner whose e-mail and password these are, or
// ErrCredentials. It takes the same work whatever is wrong.
func (c *Core) CheckPassword(ctx context.Context, email, password string) (Owner, error) {
	o, err := c.store.Owner(ctx)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Owner{}, err
	}
	right := c.passwords.matches(o.PasswordHash, password)
	if !right || o.Email != strings.ToLower(strings.TrimSpace(email)) {
		return Owner{}, ErrCredentials
	}
	return o, nil
}

// TokenKey opens the key that signs the owner's tokens.
func (c *Core) TokenKey(ctx context.Context, o Owner) ([]byte, error) {
	key, err := c.vault.Open(ctx, ownerScope(o.ID, "token_key"), o.TokenKey)
	if err != nil {
		return nil, fmt.Errorf("open the key of the owner's tokens: %w", err)
	}
	return key, nil
}

// revokedMemory is how long a revoked token is remembered beyond its end, so that
// a clock set back does not bring it to life.
const revokedMemory = 90 * 24 * time.Hour

// RevokeToken ends a token before its time.
func (c *Core) RevokeToken(ctx context.Context, id string, expires time.Time) error {
	return c.store.RevokeToken(ctx, id, expires, c.now().Add(-revokedMemory))
}

// TokenRevoked tells whether a token was ended before its time.
func (c *Core) TokenRevoked(ctx context.Context, id string) (bool, error) {
	return c.store.TokenRevoked(ctx, id)
}

// APISettings returns whether and where the HTTP API listens.
func (c *Core) APISettings(ctx context.Context) (APISettings, error) {
	s, err := c.store.APISettings(ctx)
	if s.Listen == "" {
		s.Listen = DefaultListen
	}
	return s, err
}

// SetAPISettings stores them. The listener follows when the program applies them.
func (c *Core) SetAPISettings(ctx context.Context, s APISettings, actor string) error {
	if err := s.Check(); err != nil {
		return err
	}
	action := ActAPIOff
	if s.Enabled {
		action = ActAPIOn
	}
	if err := c.store.SetAPISettings(ctx, s, c.audit(actor, action, "", s.Listen)); err != nil {
		return fmt.Errorf("store the settings of the API: %w", err)
	}
	c.hint(APIChanged, "")
	return nil
}
