package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// SecretSigningOld is the signing secret before the present one. Webhooks carry a
// signature with each for signingOverlap, so that a receiver can change over.
const SecretSigningOld = "signing_secret_previous"

const signingOverlap = 24 * time.Hour

// sealedSigning are the secrets that an account's webhooks are signed with.
type sealedSigning struct {
	now, old []byte
	oldUntil time.Time
}

func (c *Core) sealedSigning(ctx context.Context, s Settings) (out sealedSigning, err error) {
	if !s.Stored[SecretSigning] {
		return out, nil
	}
	if out.now, err = c.store.Secret(ctx, s.AccountID, SecretSigning); err != nil {
		return out, fmt.Errorf("read the signing secret: %w", err)
	}
	if s.Stored[SecretSigningOld] {
		out.oldUntil = s.SigningSince.Add(signingOverlap)
		if out.old, err = c.store.Secret(ctx, s.AccountID, SecretSigningOld); err != nil {
			return out, fmt.Errorf("read the signing secret before: %w", err)
		}
	}
	return out, nil
}

// openSigning opens the secrets that sign at a time, the present one first.
func (c *Core) openSigning(ctx context.Context, accountID string, s sealedSigning, at time.Time) (out []string, err error) {
	open := func(field string, sealed []byte) error {
		plain, err := c.vault.Open(ctx, secretScope(accountID, field), sealed)
		if err != nil {
			return fmt.Errorf("open the signing secret: %w", err)
		}
		defer clear(plain)
		out = append(out, string(plain))
		return nil
	}
	if s.now != nil {
		if err := open(SecretSigning, s.now); err != nil {
			return nil, err
		}
	}
	if s.old != nil && at.Before(s.oldUntil) {
		if err := open(SecretSigningOld, s.old); err != nil && !errors.Is(err, ErrSecretDamaged) {
			return nil, err
		}
	}
	return out, nil
}

// rotateSigning keeps the signing secret that a proposal replaces for the overlap,
// and drops it with one that is removed.
func (c *Core) rotateSigning(ctx context.Context, p *proposal, stored Settings) error {
	if slices.Contains(p.drop, SecretSigning) {
		if stored.Stored[SecretSigningOld] {
			p.drop = append(p.drop, SecretSigningOld)
		}
		return nil
	}
	if p.put[SecretSigning] == "" || !stored.Stored[SecretSigning] {
		return nil
	}
	sealed, err := c.store.Secret(ctx, stored.AccountID, SecretSigning)
	if err != nil {
		return fmt.Errorf("read the signing secret: %w", err)
	}
	plain, err := c.vault.Open(ctx, secretScope(stored.AccountID, SecretSigning), sealed)
	if errors.Is(err, ErrSecretDamaged) {
		return nil // it signs nothing any more
	}
	if err != nil {
		return fmt.Errorf("open the signing secret: %w", err)
	}
	defer clear(plain)
	p.put[SecretSigningOld] = string(plain)
	p.next.SigningSince = c.now()
	return nil
}

// forgetOldSigning removes signing secrets whose overlap has passed.
func (c *Core) forgetOldSigning(ctx context.Context) error {
	c.saving.Lock()
	defer c.saving.Unlock()
	accounts, err := c.store.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		s, err := c.store.Settings(ctx, a.ID)
		if err != nil || !s.Stored[SecretSigningOld] || c.now().Before(s.SigningSince.Add(signingOverlap)) {
			continue
		}
		if err := c.store.SaveSettings(ctx, s, nil, []string{SecretSigningOld}, Audit{}); err != nil {
			return fmt.Errorf("forget an old signing secret: %w", err)
		}
		c.deliverer.forget(a.ID)
	}
	return nil
}
