package core

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// AccessKeyInput is what a person says about a new API key.
type AccessKeyInput struct {
	Name       string
	Scopes     []string
	AccountIDs []string // none means every account
}

// keyPrefix begins every API key, so that scanners recognise one that leaked.
const keyPrefix = "rbk_"

// CreateAccessKey makes an API key and returns it with its secret, which nobody
// can read again.
func (c *Core) CreateAccessKey(ctx context.Context, in AccessKeyInput, actor string) (AccessKey, string, error) {
	name := strings.TrimSpace(in.Name)
	switch {
	case name == "":
		return AccessKey{}, "", Invalid("name", "name is required")
	case utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }):
		return AccessKey{}, "", Invalid("name", "name must be one line of at most 100 characters")
	case len(in.Scopes) == 0:
		return AccessKey{}, "", Invalid("scopes", "At least one scope is required")
	}
	var unknown []string
	for _, s := range in.Scopes {
		if !slices.Contains(KeyScopes(), s) {
			unknown = append(unknown, s)
		}
	}
	if unknown != nil {
		return AccessKey{}, "", Invalid("scopes", "Unknown scopes: %s", strings.Join(unknown, ", "))
	}
	for _, id := range in.AccountIDs {
		if _, err := c.store.Account(ctx, id); errors.Is(err, ErrNotFound) {
			return AccessKey{}, "", Invalid("account_ids", "account_ids: there is no account %q", id)
		} else if err != nil {
			return AccessKey{}, "", err
		}
	}
	k := AccessKey{ID: newID(), Name: name, Scopes: unique(in.Scopes), AccountIDs: unique(in.AccountIDs), CreatedAt: c.now()}
	for range 3 {
		prefix, secret := make([]byte, 4), make([]byte, 32)
		rand.Read(prefix) // never fails since Go 1.24
		rand.Read(secret)
		k.Prefix = hex.EncodeToString(prefix)
		key := keyPrefix + k.Prefix + "_" + hex.EncodeToString(secret)
		sum := sha256.Sum256([]byte(key)) // 256 random bits need no slow hash
		k.Hash = sum[:]
		err := c.store.CreateAccessKey(ctx, k, c.audit(actor, ActCreateKey, "", name))
		if errors.Is(err, ErrConflict) {
			continue // the prefix is taken: another one
		}
		if err != nil {
			return AccessKey{}, "", fmt.Errorf("create the API key: %w", err)
		}
		c.hint(APIChanged, "")
		return k, key, nil
	}
	return AccessKey{}, "", errors.New("create the API key: no free prefix was found: try again")
}

// unique drops repeated values; none stay none.
func unique(in []string) []string {
	var out []string
	for _, v := range in {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// AccessKeys lists every API key, newest first, revoked ones too.
func (c *Core) AccessKeys(ctx context.Context) ([]AccessKey, error) { return c.store.AccessKeys(ctx) }

// RevokeAccessKey ends an API key for good; ErrNotFound when no working one has
// the id.
func (c *Core) RevokeAccessKey(ctx context.Context, id, actor string) error {
	err := c.store.RevokeAccessKey(ctx, id, c.now(), c.audit(actor, ActRevokeKey, "", id))
	if err == nil {
		c.hint(APIChanged, "")
	}
	return err
}

// CheckAccessKey returns the API key a text is, or ErrCredentials.
func (c *Core) CheckAccessKey(ctx context.Context, text string) (AccessKey, error) {
	prefix, ok := keyPrefixOf(text)
	if !ok {
		return AccessKey{}, ErrCredentials
	}
	k, err := c.store.AccessKey(ctx, prefix)
	if errors.Is(err, ErrNotFound) {
		return AccessKey{}, ErrCredentials
	}
	if err != nil {
		return AccessKey{}, err
	}
	sum := sha256.Sum256([]byte(text))
	if subtle.ConstantTimeCompare(sum[:], k.Hash) != 1 || !k.RevokedAt.IsZero() {
		return AccessKey{}, ErrCredentials
	}
	if now := c.now(); now.Sub(k.LastUsedAt) >= time.Minute { // a write per minute, not per request
		if err := c.store.UseAccessKey(ctx, k.ID, now); err != nil {
			c.log.Warn().Err(err).Msg("note the use of an API key")
		}
	}
	return k, nil
}

func keyPrefixOf(text string) (string, bool) {
	rest, ok := strings.CutPrefix(text, keyPrefix)
	prefix, secret, cut := strings.Cut(rest, "_")
	return prefix, ok && cut && len(prefix) == 8 && len(secret) == 64
}

// relayByKey tells whether a machine can answer codes for an account: an API key
// that works, may submit codes, and covers it.
func (c *Core) relayByKey(ctx context.Context, accountID string) bool {
	keys, err := c.store.AccessKeys(ctx)
	if err != nil {
		c.log.Warn().Err(err).Msg("look for an API key that can give codes")
	}
	return slices.ContainsFunc(keys, func(k AccessKey) bool { return k.May(ScopeOTP) && k.Covers(accountID) })
}
