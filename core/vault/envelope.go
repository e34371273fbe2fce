package vault

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"reconbanker/core"
)

const (
	keySize   = 32 // bytes of the key that encrypts everything
	checkSize = 16 // bytes kept of the check value
	printSize = 16 // bytes kept of a print

	sealVersion = 1 // first byte of every sealed secret
)

// keys are the master key and what is derived from it. Each purpose has its own
// key, so that a print can never help against a sealed text.
type keys struct {
	id    string
	kek   []byte
	seal  cipher.AEAD
	print []byte
}

func newKeys(id string, kek []byte) (*keys, error) {
	sealKey, err := hkdf.Key(sha256.New, kek, nil, "reconbanker/v1/seal", chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("deriving the sealing key: %w", err)
	}
	defer clear(sealKey)
	aead, err := chacha20poly1305.NewX(sealKey)
	if err != nil {
		return nil, fmt.Errorf("preparing the cipher: %w", err)
	}
	printKey, err := hkdf.Key(sha256.New, kek, nil, "reconbanker/v1/print", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("deriving the print key: %w", err)
	}
	return &keys{id: id, kek: kek, seal: aead, print: printKey}, nil
}

// clear forgets what can be forgotten; the cipher keeps its own copy.
func (k *keys) clear() {
	clear(k.kek)
	clear(k.print)
	k.seal = nil
}

// checkValue tells one key from another without revealing it.
func checkValue(kek []byte) []byte {
	m := hmac.New(sha256.New, kek)
	m.Write([]byte("kcv"))
	return m.Sum(nil)[:checkSize]
}

func isKey(kek, kcv []byte) bool {
	return len(kek) == keySize && subtle.ConstantTimeCompare(checkValue(kek), kcv) == 1
}

// fields joins strings so that no two different lists give the same bytes.
func fields(parts ...string) []byte {
	var b []byte
	for _, p := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	return b
}

func (k *keys) associated(s core.Scope) []byte {
	return fields("v1", k.id, s.Table, s.Row, s.Field)
}

// sealed is version (1) | nonce (24) | text | tag (16), with a random nonce,
// which XChaCha20 makes safe (draft-irtf-cfrg-xchacha-03).
func (k *keys) sealText(s core.Scope, plain []byte) []byte {
	out := make([]byte, 1+chacha20poly1305.NonceSizeX, 1+chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	out[0] = sealVersion
	nonce := out[1:]
	rand.Read(nonce) // never fails since Go 1.24
	return k.seal.Seal(out, nonce, plain, k.associated(s))
}

func (k *keys) openText(s core.Scope, sealed []byte) ([]byte, error) {
	if len(sealed) < 1+chacha20poly1305.NonceSizeX+chacha20poly1305.Overhead || sealed[0] != sealVersion {
		return nil, damaged(s)
	}
	nonce := sealed[1 : 1+chacha20poly1305.NonceSizeX]
	plain, err := k.seal.Open(nil, nonce, sealed[1+chacha20poly1305.NonceSizeX:], k.associated(s))
	if err != nil {
		return nil, damaged(s)
	}
	return plain, nil
}

func damaged(s core.Scope) error {
	return fmt.Errorf("%w: %s cannot be opened; enter it again", core.ErrSecretDamaged, s.Field)
}

func (k *keys) printText(s core.Scope, plain []byte) string {
	m := hmac.New(sha256.New, k.print)
	m.Write(fields("v1", s.Table, s.Row, s.Field))
	m.Write(plain)
	return hex.EncodeToString(m.Sum(nil)[:printSize])
}
