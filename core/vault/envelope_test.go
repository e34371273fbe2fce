package vault

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"reconbanker/core"
)

func opened(t testing.TB) *Vault {
	kek, item := aKey(7)
	v, err := Open(ctx, Config{Keys: &store{id: "k1", kcv: checkValue(kek)}, Keychain: &chain{item: item}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealAndOpen(t *testing.T) {
	v := opened(t)
	for _, plain := range [][]byte{nil, {}, []byte("x"), []byte("päss\x00word"), bytes.Repeat([]byte("long"), 1<<18)} {
		sealed, err := v.Seal(ctx, scope, plain)
		if err != nil {
			t.Fatal(err)
		}
		if len(sealed) != len(plain)+41 || len(plain) > 3 && bytes.Contains(sealed, plain) {
			t.Errorf("%d bytes were sealed as %d", len(plain), len(sealed))
		}
		got, err := v.Open(ctx, scope, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("Open = %q, %v; want %q", got, err, plain)
		}
		again, _ := v.Seal(ctx, scope, plain)
		if bytes.Equal(sealed, again) {
			t.Error("sealing twice gave the same bytes")
		}
	}
}

func TestOpenRefusesEveryOtherScope(t *testing.T) {
	v := opened(t)
	sealed, err := v.Seal(ctx, core.Scope{Table: "ab", Row: "cd", Field: "ef"}, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []core.Scope{
		{Table: "xx", Row: "cd", Field: "ef"},
		{Table: "ab", Row: "xx", Field: "ef"},
		{Table: "ab", Row: "cd", Field: "xx"},
		{Table: "ab", Row: "ef", Field: "cd"},
		{Table: "abc", Row: "d", Field: "ef"}, // the same letters, parted elsewhere
		{Table: "ab", Row: "cde", Field: "f"},
		{Table: "ab|cd", Row: "", Field: "ef"},
		{},
	} {
		if plain, err := v.Open(ctx, s, sealed); !errors.Is(err, core.ErrSecretDamaged) || plain != nil {
			t.Errorf("%+v: %q, %v", s, plain, err)
		}
	}
}

func TestOpenRefusesEveryChange(t *testing.T) {
	v := opened(t)
	sealed, err := v.Seal(ctx, scope, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(sealed) {
		if _, err := v.Open(ctx, scope, sealed[:n]); !errors.Is(err, core.ErrSecretDamaged) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[n] ^= 1 << bit
			if _, err := v.Open(ctx, scope, changed); !errors.Is(err, core.ErrSecretDamaged) {
				t.Errorf("bit %d of byte %d flipped: %v", bit, n, err)
			}
		}
	}
	if _, err := v.Open(ctx, scope, append(sealed, 0)); !errors.Is(err, core.ErrSecretDamaged) {
		t.Errorf("one byte more: %v", err)
	}
}

func TestOpenRefusesAnotherKey(t *testing.T) {
	a := opened(t)
	sealed, err := a.Seal(ctx, scope, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	kek, item := aKey(7) // the same key under another id
	b := mustOpen(t, Config{Keys: &store{id: "k2", kcv: checkValue(kek)}, Keychain: &chain{item: item}})
	if _, err := b.Open(ctx, scope, sealed); !errors.Is(err, core.ErrSecretDamaged) {
		t.Errorf("another key id: %v", err)
	}
	kek, item = aKey(8)
	c := mustOpen(t, Config{Keys: &store{id: "k1", kcv: checkValue(kek)}, Keychain: &chain{item: item}})
	if _, err := c.Open(ctx, scope, sealed); !errors.Is(err, core.ErrSecretDamaged) {
		t.Errorf("another key: %v", err)
	}
}

func TestRoundTripOfAnything(t *testing.T) {
	v := opened(t)
	rapid.Check(t, func(t *rapid.T) {
		s := core.Scope{Table: rapid.String().Draw(t, "table"), Row: rapid.String().Draw(t, "row"), Field: rapid.String().Draw(t, "field")}
		o := core.Scope{Table: rapid.String().Draw(t, "table2"), Row: rapid.String().Draw(t, "row2"), Field: rapid.String().Draw(t, "field2")}
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed, err := v.Seal(ctx, s, plain)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Open(ctx, s, sealed); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("Open = %q, %v", got, err)
		}
		if _, err := v.Open(ctx, o, sealed); (err == nil) != (s == o) {
			t.Fatalf("%+v opened what was sealed for %+v: %v", o, s, err)
		}
	})
}

func TestPrint(t *testing.T) {
	v := opened(t)
	print := func(v *Vault, s core.Scope, plain string) string {
		p, err := v.Print(ctx, s, []byte(plain))
		if err != nil || len(p) != 32 {
			t.Fatalf("Print = %q, %v", p, err)
		}
		return p
	}
	one := print(v, scope, "secret")
	if one != print(v, scope, "secret") {
		t.Error("the same text has two prints")
	}
	kek, item := aKey(9)
	other := mustOpen(t, Config{Keys: &store{id: "k", kcv: checkValue(kek)}, Keychain: &chain{item: item}})
	elsewhere := core.Scope{Table: "attempt", Row: "bank", Field: "user"}
	all := []string{one, print(v, scope, "secret2"), print(v, elsewhere, "secret"), print(other, scope, "secret")}
	slices.Sort(all)
	if len(slices.Compact(all)) != 4 {
		t.Error("different texts, scopes or keys share a print")
	}
}

func TestManyAtOnce(t *testing.T) {
	kek, item := aKey(7)
	v := New(Config{Keys: &store{id: "k1", kcv: checkValue(kek)}, Keychain: &chain{item: item}})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if err := v.Unlock(ctx); err != nil {
					t.Error(err)
				}
				sealed, err := v.Seal(ctx, scope, []byte("secret"))
				if err == nil {
					var plain []byte
					if plain, err = v.Open(ctx, scope, sealed); err == nil && string(plain) != "secret" {
						t.Errorf("Open = %q", plain)
					}
				}
				if err != nil && !errors.Is(err, core.ErrLocked) {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 20 {
				v.Close()
				_ = v.Locked()
			}
		})
	}
	wg.Wait()
}

func FuzzOpen(f *testing.F) {
	v := opened(f)
	sealed, err := v.Seal(ctx, scope, []byte("secret"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed, scope.Table, scope.Row, scope.Field)
	f.Add([]byte{}, "", "", "")
	f.Add([]byte{sealVersion}, "secret", "row", "field")
	f.Add(bytes.Repeat([]byte{sealVersion}, 41), "secret", "row", "field")
	f.Fuzz(func(t *testing.T, text []byte, table, row, field string) {
		s := core.Scope{Table: table, Row: row, Field: field}
		plain, err := v.Open(ctx, s, text)
		// Each worker of the fuzzer has sealed its own; the seed is one of them.
		if err == nil && (s != scope || string(plain) != "secret") {
			t.Fatalf("%x opened as %q", text, plain)
		}
		if err != nil && !errors.Is(err, core.ErrSecretDamaged) {
			t.Fatal(err)
		}
	})
}
