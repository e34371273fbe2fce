package core

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// What hashing the owner's password costs: RFC 9106 with the memory OWASP asks
// for at least, so that a burst of sign-ins cannot exhaust a small server.
const (
	argonTime    = 2
	argonMemory  = 19 << 10 // KiB
	argonThreads = 1
	argonSize    = 32
)

const (
	minPassword = 12
	maxPassword = 128
)

// passwords hashes, two at a time: each one takes 19 MiB and a core.
type passwords struct {
	turn   chan struct{}
	derive func(password, salt []byte, time, memory uint32, threads uint8, size uint32) []byte
}

func newPasswords() *passwords { return &passwords{turn: make(chan struct{}, 2), derive: argon2.IDKey} }

func (p *passwords) run(password string, salt []byte, time, memory uint32, threads uint8) []byte {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	return p.derive([]byte(password), salt, time, memory, threads, argonSize)
}

// hash returns a password's hash in the form that names its parameters.
func (p *passwords) hash(password string) string {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails since Go 1.24
	sum := p.run(password, salt, argonTime, argonMemory, argonThreads)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// matches tells whether a password has this hash. An empty hash costs as much as
// any other and matches nothing, so that time does not tell who exists.
func (p *passwords) matches(hash, password string) bool {
	var version int
	var time, memory uint32
	var threads uint8
	salt, want := make([]byte, 16), []byte(nil)
	parts := strings.Split(hash, "$")
	ok := len(parts) == 6 && parts[1] == "argon2id"
	if ok {
		_, err1 := fmt.Sscanf(parts[2], "v=%d", &version)
		_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads)
		var err3, err4 error
		salt, err3 = base64.RawStdEncoding.DecodeString(parts[4])
		want, err4 = base64.RawStdEncoding.DecodeString(parts[5])
		ok = err1 == nil && err2 == nil && err3 == nil && err4 == nil && version == argon2.Version &&
			time > 0 && threads > 0 && len(want) == argonSize
	}
	if !ok {
		time, memory, threads = argonTime, argonMemory, argonThreads
	}
	got := p.run(password, salt, time, memory, threads)
	return ok && subtle.ConstantTimeCompare(got, want) == 1
}

// checkPassword says every rule a new password breaks.
func checkPassword(password string) []FieldError {
	var out []FieldError
	need := func(ok bool, sentence string) {
		if !ok {
			out = append(out, FieldError{Field: "password", Message: sentence})
		}
	}
	n := utf8.RuneCountInString(password)
	need(n >= minPassword, "Password must be at least 12 characters")
	need(n <= maxPassword, "Password must be at most 128 characters")
	need(strings.ContainsFunc(password, unicode.IsLower), "Password must contain a lowercase letter")
	need(strings.ContainsFunc(password, unicode.IsUpper), "Password must contain an uppercase letter")
	need(strings.ContainsFunc(password, unicode.IsDigit), "Password must contain a number")
	return out
}
