package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// Keychain holds the one item of a data folder. Its calls may block for as long
// as a person takes to answer a prompt, or for ever: the vault bounds them.
type Keychain interface {
	// Get returns ErrNoItem only when the keychain works and holds no item.
	Get() (string, error)
	Set(item string) error
}

// bounded calls a keychain from its own goroutine, one call at a time and never
// longer than limit. A call that hangs keeps its goroutine and its turn, so that
// later ones fail in time too and no second goroutine can be lost.
type bounded struct {
	chain Keychain
	limit time.Duration
	turn  chan struct{}
}

func newBounded(chain Keychain, limit time.Duration) *bounded {
	return &bounded{chain: chain, limit: limit, turn: make(chan struct{}, 1)}
}

type answer struct {
	item string
	err  error
}

func (b *bounded) call(ctx context.Context, f func() (string, error)) (string, error) {
	if b.chain == nil {
		return "", errAbsent
	}
	limited, cancel := context.WithTimeoutCause(ctx, b.limit, errSilent)
	defer cancel()
	select {
	case b.turn <- struct{}{}:
	case <-limited.Done():
		return "", context.Cause(limited)
	}
	done := make(chan answer, 1)
	go func() {
		defer func() { <-b.turn }()
		defer func() {
			// The library asserts the types of what other programs send it.
			if p := recover(); p != nil {
				done <- answer{err: fmt.Errorf("the keychain call failed: %v", p)}
			}
		}()
		item, err := f()
		done <- answer{item, err}
	}()
	select {
	case a := <-done:
		return a.item, a.err
	case <-limited.Done():
		return "", context.Cause(limited)
	}
}

// get returns the key kept in the keychain.
func (b *bounded) get(ctx context.Context) ([]byte, error) {
	item, err := b.call(ctx, func() (string, error) { return b.chain.Get() })
	if err != nil {
		return nil, err
	}
	kek, err := base64.StdEncoding.DecodeString(item)
	if err != nil || len(kek) != keySize {
		return nil, errMalformed
	}
	return kek, nil
}

// set keeps the key as 44 characters and reads it back: a keychain that accepts
// and forgets must not be trusted with the only copy.
func (b *bounded) set(ctx context.Context, kek []byte) error {
	item := base64.StdEncoding.EncodeToString(kek)
	if _, err := b.call(ctx, func() (string, error) { return "", b.chain.Set(item) }); err != nil {
		return err
	}
	back, err := b.get(ctx)
	if err != nil {
		return err
	}
	defer clear(back)
	if !isKey(back, checkValue(kek)) {
		return locked(KeychainDiffers, nil)
	}
	return nil
}

// whyOf names what is wrong with a keychain that gave err instead of a key.
func whyOf(err error) Why {
	switch {
	case errors.Is(err, ErrNoItem):
		return ItemMissing
	case errors.Is(err, errSilent):
		return KeychainSilent
	case errors.Is(err, errMalformed):
		return OtherKey
	default:
		return NoKeychain
	}
}
