package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"reconbanker/core"
)

// maxAsks bounds how often one Unlock asks for a passphrase. Nothing is locked
// out after that: Unlock may be called again.
const maxAsks = 5

// record is what the KeyStore keeps.
type record struct {
	id           string
	kcv, wrapped []byte
}

// Unlock reaches for the key: in the keychain first, else with a passphrase. On a
// first run it makes one. Errors that wrap core.ErrLocked say what to do.
func (v *Vault) Unlock(ctx context.Context) error { return v.UnlockWith(ctx, v.cfg.Unlocker) }

// UnlockWith is Unlock that asks somebody else for the passphrase; nil asks nobody.
func (v *Vault) UnlockWith(ctx context.Context, asks Unlocker) error {
	select {
	case v.unlocking <- struct{}{}:
		defer func() { <-v.unlocking }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if v.Locked() == nil {
		return nil
	}
	if v.cfg.Keys == nil {
		return v.Locked()
	}
	v.asks = asks
	k, err := v.obtain(ctx)
	v.asks = nil
	if err != nil {
		v.lock(err)
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys, v.why = k, nil
	return nil
}

func (v *Vault) obtain(ctx context.Context) (*keys, error) {
	r, err := v.load(ctx)
	if err == nil {
		kek, err := v.existing(ctx, r)
		if err != nil {
			return nil, err
		}
		return newKeys(r.id, kek)
	}
	if !errors.Is(err, core.ErrNotFound) {
		return nil, err
	}
	has, err := v.cfg.Keys.HasSecrets(ctx)
	if err != nil {
		return nil, locked(KeyStoreFailed, err)
	}
	if has {
		return nil, locked(RecordMissing, nil)
	}
	return v.first(ctx)
}

func (v *Vault) load(ctx context.Context) (record, error) {
	id, kcv, wrapped, err := v.cfg.Keys.LoadKey(ctx)
	if errors.Is(err, core.ErrNotFound) {
		return record{}, core.ErrNotFound
	}
	if err != nil {
		return record{}, locked(KeyStoreFailed, err)
	}
	if id == "" || len(kcv) != checkSize {
		return record{}, locked(RecordDamaged, nil)
	}
	return record{id, kcv, wrapped}, nil
}

// existing finds the key a record speaks of. It never makes one.
func (v *Vault) existing(ctx context.Context, r record) ([]byte, error) {
	kek, err := v.chain.get(ctx)
	if err == nil && isKey(kek, r.kcv) {
		return kek, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	cause := locked(OtherKey, nil)
	if err != nil {
		cause = locked(whyOf(err), err)
	}
	clear(kek)
	if len(r.wrapped) == 0 {
		return nil, cause
	}
	if v.asks == nil {
		return nil, locked(NoPassphrase, cause)
	}
	return v.ask(ctx, r, cause)
}

// ask tries passphrases until one opens the record or nobody answers any more.
func (v *Vault) ask(ctx context.Context, r record, cause *LockedError) ([]byte, error) {
	for attempt := 1; attempt <= maxAsks; attempt++ {
		pass, err := v.asks(ctx, Reason{Attempt: attempt, Cause: cause})
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if attempt > 1 {
				return nil, locked(WrongPassphrase, ErrWrongPassphrase)
			}
			return nil, &LockedError{Why: NoPassphrase, Message: fmt.Sprintf("the secrets are locked: %v", err), Err: err}
		}
		kek, err := v.try(ctx, r, pass)
		clear(pass)
		if !errors.Is(err, ErrWrongPassphrase) {
			return kek, err
		}
	}
	return nil, locked(WrongPassphrase, ErrWrongPassphrase)
}

// try opens a record, slower after the third wrong passphrase in a row.
func (v *Vault) try(ctx context.Context, r record, pass []byte) ([]byte, error) {
	if v.wrong >= 3 {
		select {
		case <-time.After(min(time.Second<<min(v.wrong-3, 4), 15*time.Second)):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	kek, err := unwrapKey(r.id, r.wrapped, pass)
	switch {
	case errors.Is(err, ErrWrongPassphrase):
		v.wrong++
		return nil, err
	case err != nil:
		return nil, locked(RecordDamaged, err)
	case !isKey(kek, r.kcv):
		clear(kek)
		return nil, locked(RecordDamaged, nil)
	}
	v.wrong = 0
	return kek, nil
}

// first makes the key of a new data folder. A key the keychain already holds for
// it is taken over: an earlier first run ended between keychain and record.
func (v *Vault) first(ctx context.Context) (*keys, error) {
	kek, err := v.chain.get(ctx)
	if errors.Is(err, ErrNoItem) {
		kek = make([]byte, keySize)
		rand.Read(kek)
		err = v.chain.set(ctx, kek)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	id := newID()
	if err == nil {
		return v.save(ctx, id, kek, nil)
	}
	cause := locked(whyOf(err), err)
	if v.asks == nil {
		clear(kek)
		message := firstRun
		if cause.Why == OtherKey {
			message = foreignItem
		}
		return nil, &LockedError{Why: cause.Why, Message: message, Err: cause}
	}
	if kek == nil {
		// Otherwise the keychain may have kept the key although it said no; using
		// the same one cannot leave two behind.
		kek = make([]byte, keySize)
		rand.Read(kek)
	}
	pass, err := v.choose(ctx, cause)
	if err != nil {
		clear(kek)
		return nil, err
	}
	defer clear(pass)
	return v.save(ctx, id, kek, wrapKey(id, kek, pass, costNew))
}

// choose asks for a new passphrase until it is long enough.
func (v *Vault) choose(ctx context.Context, cause *LockedError) ([]byte, error) {
	var weak error
	for attempt := 1; attempt <= maxAsks; attempt++ {
		pass, err := v.asks(ctx, Reason{New: true, Attempt: attempt, Cause: cause})
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if weak != nil {
				err = weak
			}
			return nil, &LockedError{Why: NoPassphrase, Message: fmt.Sprintf("the secrets are locked: %v", err), Err: err}
		}
		if weak = CheckPassphrase(pass); weak == nil {
			return pass, nil
		}
		clear(pass)
	}
	return nil, &LockedError{Why: NoPassphrase, Message: fmt.Sprintf("the secrets are locked: %v", weak), Err: weak}
}

// save writes the record and reads it back, before anything is sealed with the key.
func (v *Vault) save(ctx context.Context, id string, kek, wrapped []byte) (*keys, error) {
	kcv := checkValue(kek)
	if err := v.cfg.Keys.SaveKey(ctx, id, kcv, wrapped); err != nil {
		return nil, locked(KeyStoreFailed, err)
	}
	r, err := v.load(ctx)
	if err != nil {
		return nil, locked(KeyStoreFailed, err)
	}
	if r.id != id || !bytes.Equal(r.kcv, kcv) || !bytes.Equal(r.wrapped, wrapped) {
		return nil, locked(KeyStoreFailed, errors.New("the record of the key was not kept"))
	}
	return newKeys(id, kek)
}

func newID() string {
	raw := make([]byte, 16)
	rand.Read(raw)
	return hex.EncodeToString(raw)
}
