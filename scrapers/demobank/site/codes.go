package site

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // authenticators use it: RFC 6238
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"time"
)

// codeLife is how long a code sent to the phone is good for.
const codeLife = 5 * time.Minute

// sendCode makes a new code for a user and puts it on the phone page.
func (b *Bank) sendCode(u *user) {
	b.codes++
	r := b.random("code", u.name, fmt.Sprint(b.codes))
	u.code, u.codeAt = fmt.Sprintf("%06d", r.IntN(1_000_000)), b.now()
}

// acceptCode tells whether a code is good, and uses it up.
func (b *Bank) acceptCode(u *user, code string) bool {
	now := b.now()
	switch {
	case b.on(CodesRefused):
		return false
	case u.factor == TOTPFactor:
		seed := b.totpSeed(u.name)
		return code == totp(seed, now) || code == totp(seed, now.Add(-totpStep))
	case u.code == "" || code != u.code || now.Sub(u.codeAt) > codeLife:
		return false
	}
	u.code = ""
	return true
}

const totpStep = 30 * time.Second

func (b *Bank) totpSeed(user string) string {
	r := b.random("totp", user)
	var raw [20]byte
	for i := range raw {
		raw[i] = byte(r.Uint32())
	}
	return base32.StdEncoding.EncodeToString(raw[:])
}

// totp is the code of RFC 6238 with SHA-1, 30 seconds and six digits.
func totp(seed string, at time.Time) string {
	key, err := base32.StdEncoding.DecodeString(seed)
	if err != nil {
		return ""
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/int64(totpStep/time.Second)) // a hash never fails to write
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000)
}
