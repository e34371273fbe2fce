package core

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"reconbanker/scrapers"
)

// totpSlack is how much of a code's time must be left for it to reach the bank.
const totpSlack = 4 * time.Second

// totpCode is the code of RFC 6238 for a seed at a time.
func totpCode(seed []byte, at time.Time, digits int) []byte {
	code := fmt.Appendf(nil, "%010d", totpNumber(seed, at.Unix()/int64(totpStep/time.Second)))
	return code[len(code)-digits:]
}

// totpSeed reads a seed as banks print it: base32, in groups, in either case.
func totpSeed(text string) ([]byte, error) {
	clean := strings.NewReplacer(" ", "", "-", "", "=", "").Replace(strings.ToUpper(strings.TrimSpace(text)))
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(clean)
	if err != nil || len(seed) < 10 {
		return nil, errors.New("the seed of the authenticator must be the bank's key in base32: letters A to Z and digits 2 to 7, at least 16 of them")
	}
	return seed, nil
}

// generate makes the code of an authenticator app when its seed is stored. One
// that the bank refused is not made again: then a person is asked.
func (s *session) generate(ctx context.Context, q scrapers.Question) ([]byte, bool) {
	field := SecretBankField + scrapers.FieldTOTPSeed
	if q.Kind != scrapers.TOTP || q.Refused || !s.settings.Stored[field] {
		return nil, false
	}
	plain, err := s.secret(ctx, field)
	if err != nil {
		s.c.log.Warn().Err(err).Str("run", s.run.ID).Msg("open the seed of the authenticator")
		return nil, false
	}
	defer clear(plain)
	seed, err := totpSeed(string(plain))
	if err != nil {
		s.c.log.Warn().Err(err).Str("run", s.run.ID).Msg("read the seed of the authenticator")
		return nil, false
	}
	defer clear(seed)
	now := s.c.now()
	if left := now.Truncate(totpStep).Add(totpStep).Sub(now); left < totpSlack {
		select {
		case <-time.After(left):
			now = now.Add(left)
		case <-ctx.Done():
			return nil, false
		}
	}
	digits := q.Length
	if digits < 6 || digits > 8 {
		digits = 6
	}
	return totpCode(seed, now, digits), true
}
