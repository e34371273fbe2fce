package vault

import (
	"errors"
	"fmt"

	"reconbanker/core"
)

// Why says what keeps a vault locked.
type Why string

// The reasons a vault is locked.
const (
	NotUnlocked     Why = "not_unlocked"     // Unlock was not called yet, or Close was
	NoKeychain      Why = "no_keychain"      // no keychain answers: none is there, or it refused
	KeychainSilent  Why = "keychain_silent"  // it did not answer in time: locked, or a prompt is waiting
	ItemMissing     Why = "item_missing"     // the keychain answers but no longer holds our key
	OtherKey        Why = "other_key"        // the keychain holds a key that is not this folder's
	RecordMissing   Why = "record_missing"   // there are sealed secrets but no record of their key
	RecordDamaged   Why = "record_damaged"   // the passphrase record cannot be read
	NoPassphrase    Why = "no_passphrase"    // a passphrase would open it and nobody gave one
	WrongPassphrase Why = "wrong_passphrase" // the passphrase given does not open it
	KeyStoreFailed  Why = "key_store_failed" // the record of the key could not be read or written
	KeychainDiffers Why = "keychain_differs" // the keychain did not give back what was put in
)

// LockedError says why the secrets cannot be opened, in a sentence that tells the
// owner what to do. errors.Is(err, core.ErrLocked) holds for it.
type LockedError struct {
	Why     Why
	Message string // a sentence; holds no secret
	Err     error  // the cause, or nil
}

// Error implements error with the sentence.
func (e *LockedError) Error() string { return e.Message }

// Unwrap gives core.ErrLocked and the cause.
func (e *LockedError) Unwrap() []error {
	if e.Err == nil {
		return []error{core.ErrLocked}
	}
	return []error{core.ErrLocked, e.Err}
}

var (
	// ErrNoItem is a Keychain's answer when it works and holds no such item. Every
	// other error of a Keychain means that it is unavailable, never that this is a
	// first run.
	ErrNoItem = errors.New("the keychain holds no such item")
	// ErrWrongPassphrase means the passphrase does not open the key record.
	ErrWrongPassphrase = errors.New("that is not the passphrase of this folder")
	// ErrWeakPassphrase means a new passphrase is too short.
	ErrWeakPassphrase = fmt.Errorf("the passphrase must have at least %d characters", MinPassphrase)

	errSilent    = errors.New("the keychain did not answer in time")
	errAbsent    = errors.New("no keychain is available")
	errMalformed = errors.New("the keychain item is not a key of ours")
)

// sentences tell what happened and what to do when only the keychain could help.
var sentences = map[Why]string{
	NotUnlocked:     "the secrets are locked: unlock them first",
	NoKeychain:      "the secrets are locked: the keychain of this computer does not answer; sign in to the desktop session that holds it and try again",
	KeychainSilent:  "the secrets are locked: the keychain did not answer in time; unlock it (a password window may be waiting) and try again",
	ItemMissing:     "the secrets are locked: their key is no longer in the keychain; restore the keychain or enter the secrets again in a new data folder",
	OtherKey:        "the secrets are locked: the keychain holds the key of another data folder; restore the keychain that belongs to this one",
	RecordMissing:   "the secrets are locked: the data folder holds secrets but no record of their key; restore a whole backup",
	RecordDamaged:   "the secrets are locked: the passphrase record in the data folder is damaged; restore a backup",
	NoPassphrase:    "the secrets are locked: their passphrase was not given; use --passphrase-file or --passphrase-fd, or start from a terminal",
	WrongPassphrase: "the secrets are locked: the passphrase given is not the one of this data folder",
	KeyStoreFailed:  "the secrets are locked: the record of their key could not be read or written",
	KeychainDiffers: "the secrets are locked: the keychain did not keep the key it was given",
}

// What a first run is told when nobody can be asked.
const (
	firstRun    = "no keychain answers and no passphrase was given: use --passphrase-file or --passphrase-fd"
	foreignItem = "the keychain holds something else under this folder's name: remove its item Reconbanker, or use --passphrase-file or --passphrase-fd"
)

func locked(why Why, cause error) *LockedError {
	return &LockedError{Why: why, Message: sentences[why], Err: cause}
}
