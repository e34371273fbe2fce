package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"reconbanker/core"
)

// HasPassphrase tells whether a passphrase opens this folder.
func (v *Vault) HasPassphrase(ctx context.Context) (bool, error) {
	r, err := v.load(ctx)
	if errors.Is(err, core.ErrNotFound) {
		return false, nil
	}
	return len(r.wrapped) > 0, err
}

// Opener is what would open a locked vault besides a keychain that answers.
type Opener string

// The openers.
const (
	OpenedByNothing    Opener = ""               // only the keychain holds the key
	OpenedByPassphrase Opener = "passphrase"     // the passphrase of this folder
	OpenedByNew        Opener = "new_passphrase" // one that is chosen now: nothing was ever sealed
)

// Opener tells what a person could give to open the vault.
func (v *Vault) Opener(ctx context.Context) (Opener, error) {
	r, err := v.load(ctx)
	switch {
	case err == nil && len(r.wrapped) > 0:
		return OpenedByPassphrase, nil
	case err == nil:
		return OpenedByNothing, nil
	case !errors.Is(err, core.ErrNotFound):
		return OpenedByNothing, err
	}
	has, err := v.cfg.Keys.HasSecrets(ctx)
	if err != nil || has {
		return OpenedByNothing, err
	}
	return OpenedByNew, nil
}

// AddPassphrase lets a passphrase open the vault besides the keychain, for a new
// computer or a lost keychain. The vault must be open. core.ErrConflict means
// there is one already; see ChangePassphrase.
func (v *Vault) AddPassphrase(ctx context.Context, pass []byte) error {
	if err := CheckPassphrase(pass); err != nil {
		return err
	}
	r, err := v.load(ctx)
	if err != nil {
		return err
	}
	if len(r.wrapped) > 0 {
		return fmt.Errorf("%w: this folder has a passphrase already", core.ErrConflict)
	}
	return v.with(ctx, func(k *keys) error {
		return v.rewrap(ctx, r, k.kek, pass)
	})
}

// ChangePassphrase replaces the passphrase; it works on a locked vault too and
// leaves it locked. ErrWrongPassphrase means old is not the present one.
func (v *Vault) ChangePassphrase(ctx context.Context, old, pass []byte) error {
	if err := CheckPassphrase(pass); err != nil {
		return err
	}
	r, err := v.load(ctx)
	if err != nil {
		return err
	}
	if len(r.wrapped) == 0 {
		return fmt.Errorf("%w: this folder has no passphrase yet", core.ErrConflict)
	}
	select {
	case v.unlocking <- struct{}{}:
		defer func() { <-v.unlocking }()
	case <-ctx.Done():
		return ctx.Err()
	}
	kek, err := v.try(ctx, r, old)
	if err != nil {
		return err
	}
	defer clear(kek)
	return v.rewrap(ctx, r, kek, pass)
}

func (v *Vault) rewrap(ctx context.Context, r record, kek, pass []byte) error {
	if !isKey(kek, r.kcv) {
		return locked(RecordDamaged, nil)
	}
	wrapped := wrapKey(r.id, kek, pass, costNew)
	if err := v.cfg.Keys.SaveKey(ctx, r.id, r.kcv, wrapped); err != nil {
		return fmt.Errorf("keeping the passphrase record: %w", err)
	}
	back, err := v.load(ctx)
	if err != nil {
		return err
	}
	if back.id != r.id || !bytes.Equal(back.wrapped, wrapped) {
		return errors.New("the passphrase record was not kept")
	}
	return nil
}

// Remember puts the key of an open vault into the keychain, so that the next start
// needs no passphrase. It never replaces another key there.
func (v *Vault) Remember(ctx context.Context) error {
	return v.with(ctx, func(k *keys) error {
		there, err := v.chain.get(ctx)
		defer clear(there)
		switch {
		case err == nil && isKey(there, checkValue(k.kek)):
			return nil
		case err == nil || errors.Is(err, errMalformed):
			return fmt.Errorf("%w: the keychain holds another key under this folder's name", core.ErrConflict)
		case !errors.Is(err, ErrNoItem):
			return fmt.Errorf("the keychain does not answer: %w", err)
		}
		return v.chain.set(ctx, k.kek)
	})
}
