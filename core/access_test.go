package core

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestTOTPWindow(t *testing.T) {
	secret := []byte("12345678901234567890")
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	code := totpAt(secret, 2) // of the seconds 60 to 89
	for _, tt := range []struct {
		name string
		code string
		at   int64
		used int64
		ok   bool
	}{
		{"first second", code, 60, 0, true},
		{"last second", code, 89, 0, true},
		{"just before", code, 59, 0, false},
		{"typed in time", code, 94, 0, true},
		{"too late", code, 95, 0, false},
		{"spaces around it", " " + code + "\n", 70, 0, true},
		{"used before", code, 70, 2, false},
		{"a later one was used", code, 70, 3, false},
		{"too short", code[:5], 70, 0, false},
		{"letters", "28708x", 70, 0, false},
		{"other digits", "٢٨٧٠٨٢", 70, 0, false},
		{"nothing", "", 70, 0, false},
	} {
		step, ok := totpMatch(secret, tt.code, at(tt.at), tt.used)
		if ok != tt.ok || ok && step != 2 {
			t.Errorf("%s: step %d, %v", tt.name, step, ok)
		}
	}
}

func TestBackupCodesAreReadable(t *testing.T) {
	seen := map[string]bool{}
	for range 500 {
		code := newBackupCode()
		if len(code) != 11 || code[5] != '-' || strings.ContainsAny(code, "01OIL") || seen[code] {
			t.Fatalf("backup code %q", code)
		}
		seen[code] = true
		loose := strings.ToLower(" " + code[:3] + " " + code[3:5] + code[6:] + ".")
		if plainCode(loose) != plainCode(code) {
			t.Errorf("%q is not taken for %q", loose, code)
		}
	}
	if plainCode(" - ") != "" {
		t.Error("nothing became a code")
	}
}

func TestPasswordHashes(t *testing.T) {
	p := newPasswords()
	a, b := p.hash("Correcta-Caballo-7"), p.hash("Correcta-Caballo-7")
	if a == b || !strings.HasPrefix(a, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hashes %q and %q", a, b)
	}
	if !p.matches(a, "Correcta-Caballo-7") || p.matches(a, "Correcta-Caballo-8") || p.matches(a, "") {
		t.Error("a hash does not know its password")
	}
	for _, damaged := range []string{"", "$", "x", a[:len(a)-1], strings.Replace(a, "argon2id", "argon2i", 1), strings.Replace(a, "t=2", "t=0", 1), strings.Replace(a, "v=19", "v=16", 1)} {
		if p.matches(damaged, "Correcta-Caballo-7") {
			t.Errorf("%q matches", damaged)
		}
	}
}

// ownerStore is a Store of which only the owner is asked.
type ownerStore struct {
	Store
	owner Owner
	err   error
}

func (s ownerStore) Owner(context.Context) (Owner, error) { return s.owner, s.err }

// TestSigningInTakesTheSameWork counts what a refusal costs: time must not tell
// whether the e-mail or the password was wrong, or whether anybody is there.
func TestSigningInTakesTheSameWork(t *testing.T) {
	var work atomic.Int64
	p := newPasswords()
	derive := p.derive
	p.derive = func(password, salt []byte, time, memory uint32, threads uint8, size uint32) []byte {
		work.Add(int64(time) * int64(memory))
		return derive(password, salt, time, memory, threads, size)
	}
	owner := Owner{Email: "ana@acme.example", PasswordHash: p.hash("Correcta-Caballo-7")}
	each := work.Load()
	for _, tt := range []struct {
		name            string
		store           ownerStore
		email, password string
		ok              bool
	}{
		{"right", ownerStore{owner: owner}, " ANA@acme.example ", "Correcta-Caballo-7", true},
		{"wrong password", ownerStore{owner: owner}, "ana@acme.example", "wrong", false},
		{"unknown e-mail", ownerStore{owner: owner}, "eva@acme.example", "Correcta-Caballo-7", false},
		{"nobody there", ownerStore{err: ErrNotFound}, "ana@acme.example", "Correcta-Caballo-7", false},
	} {
		work.Store(0)
		_, err := (&Core{store: tt.store, passwords: p}).CheckPassword(t.Context(), tt.email, tt.password)
		if tt.ok != (err == nil) || err != nil && !errors.Is(err, ErrCredentials) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if work.Load() != each {
			t.Errorf("%s: %d units of work, others take %d", tt.name, work.Load(), each)
		}
	}
}

func TestPasswordRules(t *testing.T) {
	for password, want := range map[string][]string{
		"Correcta-Caballo-7":            nil,
		"Corta-7":                       {"Password must be at least 12 characters"},
		"correcta-caballo-7":            {"Password must contain an uppercase letter"},
		"CORRECTA-CABALLO-7":            {"Password must contain a lowercase letter"},
		"Correcta-Caballo":              {"Password must contain a number"},
		"":                              {"Password must be at least 12 characters", "Password must contain a lowercase letter", "Password must contain an uppercase letter", "Password must contain a number"},
		"A1" + strings.Repeat("b", 127): {"Password must be at most 128 characters"},
	} {
		var got []string
		for _, e := range checkPassword(password) {
			got = append(got, e.Message)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
}

func TestAPISettingsAreChecked(t *testing.T) {
	for _, tt := range []struct {
		name string
		s    APISettings
		bad  string
	}{
		{"loopback", APISettings{Listen: "127.0.0.1:8080"}, ""},
		{"loopback of IPv6", APISettings{Listen: "[::1]:8080"}, ""},
		{"by name", APISettings{Listen: "localhost:8080"}, ""},
		{"no port", APISettings{Listen: "127.0.0.1"}, "listen"},
		{"a bad port", APISettings{Listen: "127.0.0.1:x"}, "listen"},
		{"a large port", APISettings{Listen: "127.0.0.1:65536"}, "listen"},
		{"everywhere", APISettings{Listen: ":8080"}, "listen"},
		{"everywhere in plain", APISettings{Listen: "0.0.0.0:8080", InsecureHTTP: true}, ""},
		{"the network", APISettings{Listen: "192.168.1.4:8080"}, "listen"},
		{"the network, encrypted", APISettings{Listen: "192.168.1.4:8080", CertFile: "c", KeyFile: "k"}, ""},
		{"half a certificate", APISettings{Listen: "127.0.0.1:8080", CertFile: "c"}, "cert_file"},
		{"an origin", APISettings{Listen: "127.0.0.1:8080", Origins: []string{"https://app.example"}}, ""},
		{"any origin", APISettings{Listen: "127.0.0.1:8080", Origins: []string{"*"}}, "origins"},
		{"an origin with a path", APISettings{Listen: "127.0.0.1:8080", Origins: []string{"https://app.example/"}}, "origins"},
	} {
		var invalid *InvalidError
		err := tt.s.Check()
		if (err == nil) != (tt.bad == "") || err != nil && (!errors.As(err, &invalid) || invalid.Fields[0].Field != tt.bad) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
