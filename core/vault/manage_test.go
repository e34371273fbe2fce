package vault

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reconbanker/core"
)

func TestAddAndChangePassphrase(t *testing.T) {
	keys, kc := &store{}, &chain{}
	v := mustOpen(t, Config{Keys: keys, Keychain: kc})
	sealed, err := v.Seal(ctx, scope, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if has, err := v.HasPassphrase(ctx); has || err != nil {
		t.Fatalf("HasPassphrase = %v, %v", has, err)
	}
	if err := v.AddPassphrase(ctx, []byte("short")); !errors.Is(err, ErrWeakPassphrase) {
		t.Fatalf("a short one: %v", err)
	}
	if err := v.ChangePassphrase(ctx, nil, []byte(goodPass)); !errors.Is(err, core.ErrConflict) {
		t.Fatalf("changing none: %v", err)
	}
	if err := v.AddPassphrase(ctx, []byte(goodPass)); err != nil {
		t.Fatal(err)
	}
	if err := v.AddPassphrase(ctx, []byte(goodPass)); !errors.Is(err, core.ErrConflict) {
		t.Fatalf("adding a second: %v", err)
	}
	if has, err := v.HasPassphrase(ctx); !has || err != nil {
		t.Fatalf("HasPassphrase = %v, %v", has, err)
	}
	before := bytes.Clone(keys.wrapped)
	if err := v.ChangePassphrase(ctx, []byte("not the old one"), []byte("a brand new one")); !errors.Is(err, ErrWrongPassphrase) || !bytes.Equal(before, keys.wrapped) {
		t.Fatalf("changing with a wrong one: %v", err)
	}
	if err := v.ChangePassphrase(ctx, []byte(goodPass), []byte("a brand new one")); err != nil {
		t.Fatal(err)
	}

	// Another computer: the data folder without the keychain.
	elsewhere := &chain{}
	ask := &asker{answers: []string{goodPass, "a brand new one"}}
	w := mustOpen(t, Config{Keys: keys, Keychain: elsewhere, Unlocker: ask.unlock})
	if plain, err := w.Open(ctx, scope, sealed); err != nil || string(plain) != "secret" {
		t.Fatalf("on another computer: %q, %v", plain, err)
	}
	if len(ask.asked) != 2 {
		t.Error("the old passphrase still opens")
	}
	if err := w.Remember(ctx); err != nil || elsewhere.item != kc.item {
		t.Fatalf("Remember: %v", err)
	}
	if err := w.Remember(ctx); err != nil || elsewhere.sets != 1 {
		t.Fatalf("Remember again: %v, %d sets", err, elsewhere.sets)
	}
	_, elsewhere.item = aKey(3)
	if err := w.Remember(ctx); !errors.Is(err, core.ErrConflict) || elsewhere.sets != 1 {
		t.Fatalf("Remember over another key: %v", err)
	}
}

func TestPassphraseOfALockedVault(t *testing.T) {
	kek, _ := aKey(1)
	keys := &store{id: "k", kcv: checkValue(kek), wrapped: wrapKey("k", kek, []byte(goodPass), costFloor)}
	v := New(Config{Keys: keys})
	if err := v.ChangePassphrase(ctx, []byte(goodPass), []byte("a brand new one")); err != nil {
		t.Fatal(err)
	}
	mustLocked(t, v, v.Locked(), NotUnlocked)
	keys.wrapped = nil
	if err := v.AddPassphrase(ctx, []byte(goodPass)); !errors.Is(err, core.ErrLocked) {
		t.Fatalf("adding to a locked vault: %v", err)
	}
	keys.forgets = true
	v = mustOpen(t, Config{Keys: keys, Keychain: func() *chain { _, item := aKey(1); return &chain{item: item} }()})
	if err := v.AddPassphrase(ctx, []byte(goodPass)); err == nil {
		t.Fatal("a record that was not kept went unnoticed")
	}
}

func TestWrappedKeyHasAFloor(t *testing.T) {
	kek, _ := aKey(1)
	good := wrapKey("k", kek, []byte(goodPass), costFloor)
	if got, err := unwrapKey("k", good, []byte(goodPass)); err != nil || !bytes.Equal(got, kek) {
		t.Fatalf("the floor itself: %v", err)
	}
	for name, c := range map[string]cost{
		"one pass":      {1, 64 << 10, 4},
		"little memory": {3, 19<<10 - 1, 4},
		"no thread":     {3, 64 << 10, 0},
		"endless":       {1 << 30, 64 << 10, 4},
		"all memory":    {3, 1 << 31, 4},
		"many threads":  {3, 64 << 10, 255},
	} {
		changed := bytes.Clone(good)
		binary.BigEndian.PutUint32(changed[1:], c.time)
		binary.BigEndian.PutUint32(changed[5:], c.memory)
		changed[9] = c.threads
		if _, err := unwrapKey("k", changed, []byte(goodPass)); !errors.Is(err, errWrap) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Dearer parameters than those it was made with are allowed, and authenticated.
	dearer := bytes.Clone(good)
	binary.BigEndian.PutUint32(dearer[1:], 3)
	if _, err := unwrapKey("k", dearer, []byte(goodPass)); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("changed parameters: %v", err)
	}
	for _, at := range []int{10, wrapHead, wrapHead + 24, wrapSize - 1} {
		changed := bytes.Clone(good)
		changed[at] ^= 1
		if _, err := unwrapKey("k", changed, []byte(goodPass)); !errors.Is(err, ErrWrongPassphrase) {
			t.Errorf("byte %d changed: %v", at, err)
		}
	}
}

func TestUsualCost(t *testing.T) {
	if usualCost != (cost{3, 64 << 10, 4}) { // RFC 9106 §4, second recommendation
		t.Fatalf("%+v", usualCost)
	}
	kek, _ := aKey(1)
	if got, err := unwrapKey("k", wrapKey("k", kek, []byte(goodPass), usualCost), []byte(goodPass)); err != nil || !bytes.Equal(got, kek) {
		t.Fatal(err)
	}
}

func TestPassphraseAccents(t *testing.T) {
	kek, _ := aKey(1)
	one, two := []byte("contraseña más larga"), []byte("contrasen\u0303a ma\u0301s larga")
	wrapped := wrapKey("k", kek, one, costFloor)
	if _, err := unwrapKey("k", wrapped, two); err != nil {
		t.Errorf("the same passphrase, typed with another keyboard: %v", err)
	}
	if err := CheckPassphrase([]byte("ñandú ñandú!")); err != nil {
		t.Errorf("twelve characters: %v", err)
	}
	if err := CheckPassphrase([]byte("ñandú ñandú")); !errors.Is(err, ErrWeakPassphrase) {
		t.Errorf("eleven characters in fourteen bytes: %v", err)
	}
}

func TestFolderID(t *testing.T) {
	dir := t.TempDir()
	one, err := FolderID(dir)
	if err != nil || len(one) != 32 {
		t.Fatalf("%q, %v", one, err)
	}
	if two, err := FolderID(dir); err != nil || two != one {
		t.Fatalf("the second time: %q, %v", two, err)
	}
	if other, err := FolderID(t.TempDir()); err != nil || other == one {
		t.Fatalf("another folder: %q, %v", other, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "id"), []byte("../../etc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := FolderID(dir); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Fatalf("a damaged id: %v", err)
	}
	if _, err := FolderID(filepath.Join(dir, "absent")); err == nil {
		t.Fatal("an absent folder has an id")
	}
}

// TestOpener follows a folder without a keychain from its first run to its next.
func TestOpener(t *testing.T) {
	keys, kc := &store{}, &chain{get: func() (string, error) { return "", errAbsent }, set: func(string) error { return errAbsent }}
	v, err := Open(ctx, Config{Keys: keys, Keychain: kc})
	mustLocked(t, v, err, NoKeychain)
	opener := func(v *Vault, want Opener) {
		t.Helper()
		if got, err := v.Opener(ctx); err != nil || got != want {
			t.Errorf("opened by %q, %v, want %q", got, err, want)
		}
	}
	opener(v, OpenedByNew)
	given := func(pass string) Unlocker {
		return func(_ context.Context, r Reason) ([]byte, error) {
			if r.Attempt > 1 {
				return nil, errors.New("nobody answers twice")
			}
			return []byte(pass), nil
		}
	}
	mustLocked(t, v, v.UnlockWith(ctx, given("short")), NoPassphrase)
	if keys.saves != 0 {
		t.Error("a weak passphrase made a key")
	}
	if err := v.UnlockWith(ctx, given(goodPass)); err != nil {
		t.Fatal(err)
	}
	opener(v, OpenedByPassphrase)

	v, err = Open(ctx, Config{Keys: keys, Keychain: kc})
	mustLocked(t, v, err, NoPassphrase)
	opener(v, OpenedByPassphrase)
	mustLocked(t, v, v.UnlockWith(ctx, given("another passphrase")), WrongPassphrase)
	if err := v.UnlockWith(ctx, given(goodPass)); err != nil || v.Locked() != nil {
		t.Errorf("%v, %v", err, v.Locked())
	}

	keys = &store{secrets: true} // sealed by a key that is gone
	v, err = Open(ctx, Config{Keys: keys, Keychain: kc})
	mustLocked(t, v, err, RecordMissing)
	opener(v, OpenedByNothing)
	keys = &store{}
	mustOpen(t, Config{Keys: keys, Keychain: &chain{}})
	v, err = Open(ctx, Config{Keys: keys, Keychain: kc})
	mustLocked(t, v, err, NoKeychain)
	opener(v, OpenedByNothing)
}
