package outbound

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The scheme is Standard Webhooks 1.0 (standardwebhooks.com), symmetric part.
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"

	secretPrefix = "whsec_"
	// DefaultTolerance is how far a timestamp may be from now, either way.
	DefaultTolerance = 5 * time.Minute
)

// Answers of Verify.
var (
	ErrNoSignature  = errors.New("the webhook-id, webhook-timestamp or webhook-signature header is missing or malformed")
	ErrTooOld       = errors.New("the webhook-timestamp is too far from now")
	ErrBadSignature = errors.New("no webhook-signature matches")

	errSecret = fail(BadRequest, "the signing secret is not usable: it must be whsec_ followed by base64 of 16 to 64 bytes")
)

// NewSecret makes a signing secret: whsec_ and base64 of 32 random bytes.
func NewSecret() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return secretPrefix + base64.StdEncoding.EncodeToString(raw)
}

// CheckSecret refuses a signing secret that cannot be used, with a sentence.
func CheckSecret(secret string) error {
	key, err := secretKey(secret)
	if err != nil {
		return err
	}
	clear(key)
	return nil
}

func secretKey(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if !ok || err != nil || len(key) < 16 || len(key) > 64 {
		return nil, errSecret
	}
	return key, nil
}

// signature is v1,base64(HMAC-SHA256(key, id.timestamp.body)).
func signature(key []byte, id, timestamp string, body []byte) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(id + "." + timestamp + "."))
	m.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// signatures joins one signature per secret, so that a receiver may know the old
// secret or the new one while they rotate.
func signatures(secrets []string, id, timestamp string, body []byte) (string, error) {
	list := make([]string, len(secrets))
	for i, s := range secrets {
		key, err := secretKey(s)
		if err != nil {
			return "", err
		}
		list[i] = signature(key, id, timestamp, body)
		clear(key)
	}
	return strings.Join(list, " "), nil
}

// Verify is for receivers: it tells whether a request was signed with secret not
// longer than tolerance ago (0 means DefaultTolerance). It compares in constant
// time.
func Verify(secret string, h http.Header, body []byte, tolerance time.Duration) error {
	return verify(secret, h, body, tolerance, time.Now())
}

func verify(secret string, h http.Header, body []byte, tolerance time.Duration, now time.Time) error {
	key, err := secretKey(secret)
	if err != nil {
		return err
	}
	defer clear(key)
	id, stamp, given := h.Get(headerID), h.Get(headerTimestamp), h.Get(headerSignature)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if id == "" || given == "" || err != nil {
		return ErrNoSignature
	}
	if tolerance <= 0 {
		tolerance = DefaultTolerance
	}
	if at := time.Unix(seconds, 0); at.Before(now.Add(-tolerance)) || at.After(now.Add(tolerance)) {
		return ErrTooOld
	}
	want := []byte(signature(key, id, stamp, body))
	matched := false
	for _, s := range strings.Fields(given) {
		matched = hmac.Equal([]byte(s), want) || matched
	}
	if !matched {
		return ErrBadSignature
	}
	return nil
}
