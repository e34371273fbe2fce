package vault

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/text/unicode/norm"
)

// MinPassphrase is the fewest characters a new passphrase may have. Whoever has
// the data folder can guess without limit, at a third of a second per guess.
const MinPassphrase = 12

// cost are the parameters of argon2id (RFC 9106).
type cost struct {
	time    uint32 // passes
	memory  uint32 // KiB
	threads uint8
}

// The second recommendation of RFC 9106 §4 for what is written; OWASP's minimum
// for what is accepted, so that nobody who can write the record can make the
// passphrase cheap to guess; and a ceiling, so that nobody can make it endless.
var (
	costNew     = cost{time: 3, memory: 64 << 10, threads: 4}
	costFloor   = cost{time: 2, memory: 19 << 10, threads: 1}
	costCeiling = cost{time: 64, memory: 4 << 20, threads: 64}
)

// A wrapped key is version (1) | time (4) | memory (4) | threads (1) | salt (16)
// | nonce (24) | key (32) | tag (16).
const (
	wrapVersion = 1
	saltSize    = 16
	wrapHead    = 1 + 4 + 4 + 1 + saltSize
	wrapSize    = wrapHead + chacha20poly1305.NonceSizeX + keySize + chacha20poly1305.Overhead
)

var errWrap = errors.New("the passphrase record is damaged")

// CheckPassphrase answers ErrWeakPassphrase when a new passphrase is too short.
func CheckPassphrase(pass []byte) error {
	clean := norm.NFC.Append(nil, pass...) // a copy, to be cleared
	defer clear(clean)
	if utf8.RuneCount(clean) < MinPassphrase {
		return ErrWeakPassphrase
	}
	return nil
}

func wrapKey(id string, kek, pass []byte, c cost) []byte {
	head := make([]byte, wrapHead, wrapSize)
	head[0] = wrapVersion
	binary.BigEndian.PutUint32(head[1:], c.time)
	binary.BigEndian.PutUint32(head[5:], c.memory)
	head[9] = c.threads
	rand.Read(head[10:])
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	rand.Read(nonce)

	key := stretch(pass, head[10:], c)
	defer clear(key)
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic(err) // the size of the key is a constant
	}
	return aead.Seal(append(head, nonce...), nonce, kek, wrapScope(id, head))
}

// unwrapKey answers errWrap for a record that cannot be one of ours and
// ErrWrongPassphrase for one that does not open.
func unwrapKey(id string, wrapped, pass []byte) ([]byte, error) {
	if len(wrapped) != wrapSize || wrapped[0] != wrapVersion {
		return nil, errWrap
	}
	head := wrapped[:wrapHead]
	c := cost{
		time:    binary.BigEndian.Uint32(head[1:]),
		memory:  binary.BigEndian.Uint32(head[5:]),
		threads: head[9],
	}
	if !c.within(costFloor, costCeiling) {
		return nil, errWrap
	}
	key := stretch(pass, head[10:], c)
	defer clear(key)
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	rest := wrapped[wrapHead:]
	kek, err := aead.Open(nil, rest[:chacha20poly1305.NonceSizeX], rest[chacha20poly1305.NonceSizeX:], wrapScope(id, head))
	if err != nil {
		return nil, ErrWrongPassphrase
	}
	return kek, nil
}

func (c cost) within(low, high cost) bool {
	return c.time >= low.time && c.time <= high.time &&
		c.memory >= low.memory && c.memory <= high.memory &&
		c.threads >= low.threads && c.threads <= high.threads
}

// stretch composes accents first, because one keyboard types é as one character
// and another as two (RFC 8265 §4.2).
func stretch(pass, salt []byte, c cost) []byte {
	clean := norm.NFC.Append(nil, pass...) // a copy, to be cleared
	defer clear(clean)
	return argon2.IDKey(clean, salt, c.time, c.memory, c.threads, chacha20poly1305.KeySize)
}

func wrapScope(id string, head []byte) []byte {
	return fields("v1", "wrap", id, string(head))
}
