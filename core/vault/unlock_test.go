package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"reconbanker/core"
)

// Most tests wrap with the cheapest cost that is accepted.
var usualCost = costNew

func TestMain(m *testing.M) {
	costNew = costFloor
	if os.Getenv("VAULT_KEYRING_CHILD") != "" { // the library keeps its bus connection
		os.Exit(m.Run())
	}
	// A terminal read that was given up cannot be interrupted: it is left behind, in
	// the program too, until the person presses Enter.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("reconbanker/core/vault.prompt.func1"))
}

const goodPass = "correct horse battery"

func TestFirstRunKeepsTheKeyInTheKeychain(t *testing.T) {
	keys, kc := &store{}, &chain{}
	v := mustOpen(t, Config{Keys: keys, Keychain: kc})
	if len(kc.item) != 44 || keys.id == "" || keys.wrapped != nil || keys.saves != 1 {
		t.Fatalf("item %d characters, record %+v", len(kc.item), keys)
	}
	sealed, err := v.Seal(ctx, scope, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	keys.secrets = true

	second := mustOpen(t, Config{Keys: keys, Keychain: kc})
	if plain, err := second.Open(ctx, scope, sealed); err != nil || string(plain) != "secret" {
		t.Fatalf("after a restart: %q, %v", plain, err)
	}
	if keys.saves != 1 || kc.sets != 1 {
		t.Errorf("the second start wrote: %d saves, %d sets", keys.saves, kc.sets)
	}
}

func TestFirstRunThatEndedHalfwayIsTakenUp(t *testing.T) {
	keys, kc := &store{err: errors.New("disk full")}, &chain{}
	v, err := Open(ctx, Config{Keys: keys, Keychain: kc})
	mustLocked(t, v, err, KeyStoreFailed)

	keys = &store{forgets: true}
	v, err = Open(ctx, Config{Keys: keys, Keychain: kc})
	mustLocked(t, v, err, KeyStoreFailed)
	left := kc.item

	keys.forgets = false
	if err := v.Unlock(ctx); err != nil {
		t.Fatal(err)
	}
	if kc.item != left || kc.sets != 1 {
		t.Error("a second key was made")
	}
}

func TestFirstRunWithPassphrase(t *testing.T) {
	for name, cfg := range map[string]Config{
		"none":      {},
		"refuses":   {Keychain: &chain{get: func() (string, error) { return "", errors.New("no bus") }}},
		"read only": {Keychain: &chain{set: func(string) error { return errors.New("locked") }}},
		"forgets":   {Keychain: &chain{set: func(string) error { return nil }}},
		"garbage":   {Keychain: &chain{item: "not a key"}},
		"panics":    {Keychain: &chain{get: func() (string, error) { panic("type assertion") }}},
	} {
		t.Run(name, func(t *testing.T) {
			keys := &store{}
			cfg.Keys = keys
			v, err := Open(ctx, cfg)
			if err == nil {
				t.Fatal("opened without key")
			}
			mustLocked(t, v, err, err.(*LockedError).Why)
			if !strings.Contains(err.Error(), "--passphrase-file") || keys.saves != 0 {
				t.Fatalf("%v, %d saves", err, keys.saves)
			}

			ask := &asker{answers: []string{"short", goodPass}}
			cfg.Unlocker = ask.unlock
			v = mustOpen(t, cfg)
			if len(ask.asked) != 2 || !ask.asked[0].New || ask.asked[1].Attempt != 2 || ask.asked[0].Cause == nil {
				t.Errorf("asked %+v", ask.asked)
			}
			sealed, err := v.Seal(ctx, scope, []byte("secret"))
			if err != nil {
				t.Fatal(err)
			}

			again := &asker{answers: []string{"not this one, no", goodPass}}
			cfg.Unlocker = again.unlock
			v = mustOpen(t, cfg)
			if plain, err := v.Open(ctx, scope, sealed); err != nil || string(plain) != "secret" {
				t.Fatalf("after a restart: %q, %v", plain, err)
			}
			if again.asked[0].New || again.asked[1].Attempt != 2 || keys.saves != 1 {
				t.Errorf("asked %+v, %d saves", again.asked, keys.saves)
			}
		})
	}
}

func TestFirstRunWithoutAGoodPassphrase(t *testing.T) {
	for name, answers := range map[string][]string{
		"nobody": nil, "short": {"short"}, "always short": {"a", "b", "c", "d", "e", "f"},
	} {
		keys, ask := &store{}, &asker{answers: answers}
		v, err := Open(ctx, Config{Keys: keys, Unlocker: ask.unlock})
		mustLocked(t, v, err, NoPassphrase)
		if keys.saves != 0 || len(ask.asked) > maxAsks {
			t.Errorf("%s: %d saves, asked %d times", name, keys.saves, len(ask.asked))
		}
		if len(answers) > 0 && !errors.Is(err, ErrWeakPassphrase) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever the keychain does, a record or a sealed secret means that no key is
// made and nothing is written.
func TestNeverASecondKey(t *testing.T) {
	kek, item := aKey(1)
	_, other := aKey(2)
	refuse := func() (string, error) { return "", errors.New("failed to unlock correct collection") }
	chains := map[string]struct {
		kc  *chain
		why Why
	}{
		"none":      {nil, NoKeychain},
		"refuses":   {&chain{get: refuse}, NoKeychain},
		"deleted":   {&chain{}, ItemMissing},
		"replaced":  {&chain{item: other}, OtherKey},
		"garbage":   {&chain{item: "?"}, OtherKey},
		"too short": {&chain{item: base64.StdEncoding.EncodeToString(kek[:31])}, OtherKey},
		"own":       {&chain{item: item}, ""},
	}
	for name, c := range chains {
		cfg := Config{}
		if c.kc != nil {
			cfg.Keychain = c.kc
		}
		t.Run(name+", record", func(t *testing.T) {
			keys := &store{id: "k", kcv: checkValue(kek), secrets: true}
			cfg.Keys = keys
			v, err := Open(ctx, cfg)
			if c.why == "" {
				if err != nil {
					t.Fatal(err)
				}
			} else {
				mustLocked(t, v, err, c.why)
			}
			if keys.saves != 0 || c.kc != nil && c.kc.sets != 0 {
				t.Error("something was written")
			}
		})
		t.Run(name+", secrets without record", func(t *testing.T) {
			keys, ask := &store{secrets: true}, &asker{answers: []string{goodPass}}
			cfg.Keys, cfg.Unlocker = keys, ask.unlock
			v, err := Open(ctx, cfg)
			mustLocked(t, v, err, RecordMissing)
			if keys.saves != 0 || c.kc != nil && c.kc.sets != 0 || len(ask.asked) != 0 {
				t.Error("something was asked or written")
			}
		})
	}
}

func TestRecordThatCannotBeUsed(t *testing.T) {
	kek, item := aKey(1)
	keys := &store{err: errors.New("database is malformed")}
	v, err := Open(ctx, Config{Keys: keys, Keychain: &chain{item: item}})
	mustLocked(t, v, err, KeyStoreFailed)

	keys = &store{id: "k", kcv: []byte("short")}
	v, err = Open(ctx, Config{Keys: keys, Keychain: &chain{item: item}})
	mustLocked(t, v, err, RecordDamaged)

	for name, wrapped := range map[string][]byte{
		"cut":       make([]byte, 20),
		"zero":      make([]byte, wrapSize),
		"other id":  wrapKey("another", kek, []byte(goodPass), costFloor),
		"other key": wrapKey("k", make([]byte, keySize), []byte(goodPass), costFloor),
	} {
		ask := &asker{answers: []string{goodPass}}
		keys = &store{id: "k", kcv: checkValue(kek), wrapped: wrapped}
		v, err = Open(ctx, Config{Keys: keys, Unlocker: ask.unlock})
		want := RecordDamaged
		if name == "other id" { // not told apart from a wrong passphrase
			want = WrongPassphrase
		}
		mustLocked(t, v, err, want)
		if keys.saves != 0 {
			t.Errorf("%s: something was written", name)
		}
	}
}

func TestPassphraseWhenTheKeychainCannotHelp(t *testing.T) {
	kek, _ := aKey(1)
	_, other := aKey(2)
	keys := &store{id: "k", kcv: checkValue(kek), wrapped: wrapKey("k", kek, []byte(goodPass), costFloor), secrets: true}
	for _, kc := range []*chain{{}, {item: other}, {get: func() (string, error) { return "", errors.New("no") }}} {
		v, err := Open(ctx, Config{Keys: keys, Keychain: kc})
		mustLocked(t, v, err, NoPassphrase)

		ask := &asker{answers: []string{goodPass}}
		v = mustOpen(t, Config{Keys: keys, Keychain: kc, Unlocker: ask.unlock})
		if v.Locked() != nil || kc.sets != 0 || keys.saves != 0 {
			t.Error("locked, or something was written")
		}
	}
}

func TestWrongPassphrase(t *testing.T) {
	kek, _ := aKey(1)
	keys := &store{id: "k", kcv: checkValue(kek), wrapped: wrapKey("k", kek, []byte(goodPass), costFloor)}
	inBubble(t, func(t *testing.T) {
		ask := &asker{answers: []string{"wrong 1", "wrong 2", "wrong 3", "wrong 4", "wrong 5", "wrong 6"}}
		v, err := Open(t.Context(), Config{Keys: keys, Unlocker: ask.unlock, Timeout: time.Second})
		mustLocked(t, v, err, WrongPassphrase)
		if !errors.Is(err, ErrWrongPassphrase) || len(ask.asked) != maxAsks {
			t.Errorf("%v after %d questions", err, len(ask.asked))
		}
		began := time.Now()
		if err := v.Unlock(t.Context()); !errors.Is(err, ErrWrongPassphrase) || time.Since(began) < 4*time.Second {
			t.Errorf("%v without a growing delay: %v", err, time.Since(began))
		}
		ask.answers = append(ask.answers, "right follows", goodPass)
		ask.asked = ask.asked[:7]
		if err := v.Unlock(t.Context()); err != nil {
			t.Errorf("many wrong passphrases locked the data out: %v", err)
		}
	})
	v, err := Open(ctx, Config{Keys: keys, Unlocker: once(func() ([]byte, error) { return []byte("wrong"), nil })})
	mustLocked(t, v, err, WrongPassphrase)
}

func TestKeychainThatNeverAnswers(t *testing.T) {
	kek, item := aKey(1)
	inBubble(t, func(t *testing.T) {
		window := make(chan struct{})
		kc := &chain{item: item, get: func() (string, error) { <-window; return item, nil }}
		keys := &store{id: "k", kcv: checkValue(kek)}
		cfg := Config{Keys: keys, Keychain: kc, Timeout: 10 * time.Second}
		v, err := Open(t.Context(), cfg)
		mustLocked(t, v, err, KeychainSilent)

		// A second try waits its turn behind the first and gives up in time too.
		began := time.Now()
		mustLocked(t, v, v.Unlock(t.Context()), KeychainSilent)
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("gave up after %v", took)
		}

		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := v.Unlock(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the caller's own limit: %v", err)
		}

		// First run: not taken for one without item.
		fresh, fc := &store{}, &chain{get: kc.get}
		w, err := Open(t.Context(), Config{Keys: fresh, Keychain: fc, Timeout: time.Second})
		mustLocked(t, w, err, KeychainSilent)
		if fresh.saves != 0 || fc.sets != 0 {
			t.Error("something was written")
		}

		close(window) // the person unlocks it after all
		if err := v.Unlock(t.Context()); err != nil {
			t.Errorf("after the keychain woke up: %v", err)
		}
	})
}

func TestSlowKeychain(t *testing.T) {
	kek, item := aKey(1)
	inBubble(t, func(t *testing.T) {
		kc := &chain{get: func() (string, error) { time.Sleep(9 * time.Second); return item, nil }}
		v, err := Open(t.Context(), Config{Keys: &store{id: "k", kcv: checkValue(kek)}, Keychain: kc, Timeout: 10 * time.Second})
		if err != nil || v.Locked() != nil {
			t.Errorf("a keychain that takes nine seconds: %v", err)
		}
	})
}

func TestCloseAndLocked(t *testing.T) {
	v := opened(t)
	v.Close()
	mustLocked(t, v, v.Locked(), NotUnlocked)
	if err := v.Unlock(ctx); err != nil {
		t.Fatal(err)
	}

	v = Locked(errors.New("the database is newer than the program"))
	mustLocked(t, v, v.Locked(), KeyStoreFailed)
	if err := v.Unlock(ctx); !errors.Is(err, core.ErrLocked) || !strings.Contains(err.Error(), "newer than the program") {
		t.Errorf("Unlock of a vault without store: %v", err)
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := opened(t).Seal(canceled, scope, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Seal with an ended context: %v", err)
	}
}
