package vault

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"reconbanker/core"
)

// KeyStore keeps the record of the key beside the data. Its wrapped form is nil
// when no passphrase was set.
type KeyStore interface {
	// LoadKey returns core.ErrNotFound when there is no record.
	LoadKey(ctx context.Context) (id string, kcv, wrapped []byte, err error)
	SaveKey(ctx context.Context, id string, kcv, wrapped []byte) error
	// HasSecrets tells whether anything sealed is stored.
	HasSecrets(ctx context.Context) (bool, error)
}

// Reason tells an Unlocker what it is asked for.
type Reason struct {
	New     bool         // choose a new passphrase (first run); otherwise give the existing one
	Attempt int          // 1-based; above 1 the last answer was wrong, or too weak when New
	Cause   *LockedError // why the keychain cannot help
}

// Unlocker asks for a passphrase: a dialog, a terminal, a file. The vault clears
// the bytes it gets. An error means that nobody answers, or not again.
type Unlocker func(ctx context.Context, r Reason) ([]byte, error)

// Config is what a Vault needs.
type Config struct {
	Keys     KeyStore
	Keychain Keychain // nil when there is none
	Unlocker Unlocker // nil when nobody can be asked
	// Timeout bounds each keychain call; 0 means 10 seconds, or 60 where the
	// keychain may show a prompt.
	Timeout time.Duration
}

// Vault implements core.Vault. It may be used by many goroutines, and before it
// is unlocked: then every call fails with the LockedError of the last try.
type Vault struct {
	cfg   Config
	chain *bounded

	unlocking chan struct{} // one Unlock at a time
	wrong     int           // wrong passphrases in a row, under unlocking
	asks      Unlocker      // who is asked by this Unlock, under unlocking

	mu   sync.RWMutex
	keys *keys // nil while locked
	why  error // the last reason while locked
}

var _ core.Vault = (*Vault)(nil)

// New returns a locked vault; see Unlock.
func New(cfg Config) *Vault {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 10 * time.Second
		if mayPrompt() {
			cfg.Timeout = time.Minute
		}
	}
	return &Vault{
		cfg:       cfg,
		chain:     newBounded(cfg.Keychain, cfg.Timeout),
		unlocking: make(chan struct{}, 1),
		why:       locked(NotUnlocked, nil),
	}
}

// Open is New and Unlock. On error the vault is returned too, so that a program
// can start with its secrets locked and unlock them later; its calls answer
// core.ErrLocked until then.
func Open(ctx context.Context, cfg Config) (*Vault, error) {
	v := New(cfg)
	return v, v.Unlock(ctx)
}

// Locked returns a vault that stays locked, saying why.
func Locked(why error) *Vault {
	v := New(Config{})
	v.lock(why)
	return v
}

// Locked returns nil when the vault is open, and otherwise why it is not.
func (v *Vault) Locked() error {
	_, err := v.open()
	return err
}

// Close forgets the key; the vault can be unlocked again.
func (v *Vault) Close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.keys != nil {
		v.keys.clear()
	}
	v.keys, v.why = nil, locked(NotUnlocked, nil)
}

func (v *Vault) lock(why error) {
	var l *LockedError
	if !errors.As(why, &l) {
		why = &LockedError{Why: KeyStoreFailed, Message: fmt.Sprintf("the secrets are locked: %v", why), Err: why}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.why = why
}

func (v *Vault) open() (*keys, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.keys == nil {
		return nil, v.why
	}
	return v.keys, nil
}

// with runs f while the keys cannot be cleared.
func (v *Vault) with(ctx context.Context, f func(*keys) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.keys == nil {
		return v.why
	}
	return f(v.keys)
}

// Seal implements core.Vault: XChaCha20-Poly1305 with the scope and the key's id
// authenticated. It adds 41 bytes.
func (v *Vault) Seal(ctx context.Context, s core.Scope, plain []byte) (sealed []byte, err error) {
	err = v.with(ctx, func(k *keys) error {
		sealed = k.sealText(s, plain)
		return nil
	})
	return sealed, err
}

// Open implements core.Vault. A text that was changed, cut, or sealed for another
// scope is core.ErrSecretDamaged. The caller clears what it gets.
func (v *Vault) Open(ctx context.Context, s core.Scope, sealed []byte) (plain []byte, err error) {
	err = v.with(ctx, func(k *keys) error {
		plain, err = k.openText(s, sealed)
		return err
	})
	return plain, err
}

// Print implements core.Vault: 32 hexadecimal characters of a keyed hash. Equal
// prints mean equal text within one scope; to recognise a text over several
// accounts, give them the same scope.
func (v *Vault) Print(ctx context.Context, s core.Scope, plain []byte) (mark string, err error) {
	err = v.with(ctx, func(k *keys) error {
		mark = k.printText(s, plain)
		return nil
	})
	return mark, err
}
