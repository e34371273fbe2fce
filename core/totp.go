package core

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // what RFC 6238 and every authenticator app use
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	totpStep  = 30 * time.Second
	totpDrift = 5 * time.Second // a code typed just before its end arrives after it

	backupCodes    = 10
	backupAlphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
)

// totpAt is the code of a step (RFC 6238, six digits).
func totpAt(secret []byte, step int64) string {
	return fmt.Sprintf("%06d", totpNumber(secret, step)%1_000_000)
}

// totpNumber is what the digits of a step's code are cut from.
func totpNumber(secret []byte, step int64) uint32 {
	m := hmac.New(sha1.New, secret)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := m.Sum(nil)
	off := sum[len(sum)-1] & 15
	return binary.BigEndian.Uint32(sum[off:]) & 0x7fffffff
}

// totpMatch returns the step a code belongs to: the present one, or the one that
// ended less than totpDrift ago. A step that was used before is refused.
func totpMatch(secret []byte, code string, now time.Time, used int64) (int64, bool) {
	code = strings.TrimSpace(code)
	if len(code) != 6 || strings.ContainsFunc(code, func(r rune) bool { return r < '0' || r > '9' }) {
		return 0, false
	}
	for _, at := range []time.Time{now, now.Add(-totpDrift)} {
		step := at.Unix() / int64(totpStep/time.Second)
		if step > used && subtle.ConstantTimeCompare([]byte(totpAt(secret, step)), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// newBackupCode is ten characters that are hard to confuse.
func newBackupCode() string {
	var b strings.Builder
	for i := range 10 {
		if i == 5 {
			b.WriteByte('-')
		}
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(backupAlphabet)))) // never fails since Go 1.24
		b.WriteByte(backupAlphabet[n.Int64()])
	}
	return b.String()
}

// plainCode is a backup code without the freedom people take in typing it.
func plainCode(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(code))
}

// EnrolTOTP prepares two-factor sign-in and returns the address to put into an
// authenticator app. It works only after ConfirmTOTP.
func (c *Core) EnrolTOTP(ctx context.Context, actor string) (string, error) {
	o, err := c.store.Owner(ctx)
	if err != nil {
		return "", err
	}
	secret := make([]byte, 20)
	rand.Read(secret) // never fails since Go 1.24
	defer clear(secret)
	sealed, err := c.vault.Seal(ctx, ownerScope(o.ID, "totp"), secret)
	if err != nil {
		return "", fmt.Errorf("seal the secret of two-factor sign-in: %w", err)
	}
	_, err = c.store.ChangeOwner(ctx, func(o *Owner) error {
		if o.TOTPEnabled {
			return fmt.Errorf("2FA is already enabled: %w", ErrConflict)
		}
		o.TOTPSecret = sealed
		return nil
	}, c.audit(actor, ActEnrol2FA, "", ""))
	if err != nil {
		return "", err
	}
	q := url.Values{
		"secret": {base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)},
		"issuer": {"Reconbanker"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"},
	}
	return "otpauth://totp/" + url.PathEscape("Reconbanker:"+o.Email) + "?" + q.Encode(), nil
}

// ConfirmTOTP switches two-factor sign-in on and returns the backup codes, which
// nobody can read again.
func (c *Core) ConfirmTOTP(ctx context.Context, code, actor string) ([]string, error) {
	o, err := c.store.Owner(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case o.TOTPEnabled:
		return nil, fmt.Errorf("2FA is already enabled: %w", ErrConflict)
	case o.TOTPSecret == nil:
		return nil, Invalid("code", "No enrollment in progress")
	}
	step, err := c.totpStepOf(ctx, o, code)
	if err != nil {
		return nil, err
	}
	codes, prints := make([]string, backupCodes), make([]string, backupCodes)
	for i := range codes {
		codes[i] = newBackupCode()
		if prints[i], err = c.backupPrint(ctx, o, codes[i]); err != nil {
			return nil, err
		}
	}
	_, err = c.store.ChangeOwner(ctx, func(now *Owner) error {
		if now.TOTPEnabled || !slices.Equal(now.TOTPSecret, o.TOTPSecret) {
			return fmt.Errorf("2FA was changed meanwhile: %w", ErrConflict)
		}
		now.TOTPEnabled, now.TOTPStep, now.BackupCodes = true, step, prints
		return nil
	}, c.audit(actor, Act2FAOn, "", ""))
	if err != nil {
		return nil, err
	}
	c.hint(APIChanged, "")
	return codes, nil
}

// DisableTOTP switches two-factor sign-in off; it takes the password and a code.
func (c *Core) DisableTOTP(ctx context.Context, password, code, actor string) error {
	o, err := c.store.Owner(ctx)
	if err != nil {
		return err
	}
	if !o.TOTPEnabled {
		return Invalid("code", "2FA is not enabled")
	}
	if !c.passwords.matches(o.PasswordHash, password) {
		return ErrCredentials
	}
	if err := c.UseCode(ctx, code, true); err != nil {
		return err
	}
	return c.ResetTOTP(ctx, actor)
}

// ResetTOTP switches two-factor sign-in off without a code: for a person at this
// machine whose phone is lost.
func (c *Core) ResetTOTP(ctx context.Context, actor string) error {
	_, err := c.store.ChangeOwner(ctx, func(o *Owner) error {
		o.TOTPSecret, o.TOTPEnabled, o.BackupCodes = nil, false, nil
		return nil
	}, c.audit(actor, Act2FAOff, "", ""))
	if err == nil {
		c.hint(APIChanged, "")
	}
	return err
}

// ErrCode means that a code of two-factor sign-in is wrong, or was used before.
var ErrCode = fmt.Errorf("Invalid code: %w", ErrCredentials) //nolint:staticcheck // as the API spells it

// UseCode takes a code of two-factor sign-in, once: of the authenticator, or a
// backup code where those are allowed. A wrong one is ErrCode.
func (c *Core) UseCode(ctx context.Context, code string, backup bool) error {
	o, err := c.store.Owner(ctx)
	if err != nil {
		return err
	}
	step, err := c.totpStepOf(ctx, o, code)
	if err == nil {
		_, err = c.store.ChangeOwner(ctx, func(o *Owner) error {
			if o.TOTPStep >= step {
				return ErrCode
			}
			o.TOTPStep = step
			return nil
		}, Audit{})
		return err
	}
	if !backup {
		return err
	}
	print, failed := c.backupPrint(ctx, o, code)
	if failed != nil {
		return failed
	}
	_, err = c.store.ChangeOwner(ctx, func(o *Owner) error {
		i := slices.Index(o.BackupCodes, print) // a keyed hash: comparing it tells nothing
		if i < 0 {
			return ErrCode
		}
		o.BackupCodes = slices.Delete(slices.Clone(o.BackupCodes), i, i+1)
		return nil
	}, c.audit("owner", ActUseBackupCode, "", ""))
	return err
}

func (c *Core) totpStepOf(ctx context.Context, o Owner, code string) (int64, error) {
	if o.TOTPSecret == nil {
		return 0, ErrCode
	}
	secret, err := c.vault.Open(ctx, ownerScope(o.ID, "totp"), o.TOTPSecret)
	if err != nil {
		return 0, fmt.Errorf("open the secret of two-factor sign-in: %w", err)
	}
	defer clear(secret)
	step, ok := totpMatch(secret, code, c.now(), o.TOTPStep)
	if !ok {
		return 0, ErrCode
	}
	return step, nil
}

func (c *Core) backupPrint(ctx context.Context, o Owner, code string) (string, error) {
	return c.vault.Print(ctx, ownerScope(o.ID, "backup_code"), []byte(plainCode(code)))
}
