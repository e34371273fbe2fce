package outbound

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The published example of the scheme.
const (
	exampleID   = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	exampleBody = `{"test": 2432232314}`
	exampleSign = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var exampleTime = time.Unix(1614265330, 0)

// independent is a checker written from the text of the specification.
func independent(secret, id, stamp, body, header string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strings.Join([]string{id, stamp, body}, ".")))
	sum := mac.Sum(nil)
	for _, s := range strings.Split(header, " ") {
		version, text, _ := strings.Cut(s, ",")
		if given, err := base64.StdEncoding.DecodeString(text); version == "v1" && err == nil && hmac.Equal(given, sum) {
			return true
		}
	}
	return false
}

func TestSignatureOfThePublishedExample(t *testing.T) {
	got, err := signatures([]string{secret}, exampleID, "1614265330", []byte(exampleBody))
	if err != nil || got != exampleSign {
		t.Errorf("%q, %v", got, err)
	}
}

func TestSignaturesOnTheWire(t *testing.T) {
	s := plainServer(t, ok)
	c := client(t, Config{})
	old, young := NewSecret(), NewSecret()
	o := outgoing("http://" + s.addr)
	o.Signing = []string{old, young}
	if _, err := send(t, c, o); err != nil {
		t.Fatal(err)
	}
	h := s.last().Header
	if n := len(strings.Split(h.Get("webhook-signature"), " ")); n != 2 {
		t.Fatalf("%d signatures", n)
	}
	for _, secret := range o.Signing {
		if !independent(secret, "msg_1", "1614265330", payload, h.Get("webhook-signature")) {
			t.Error("the independent checker refuses")
		}
		if err := verify(secret, h, []byte(payload), 0, exampleTime); err != nil {
			t.Error(err)
		}
	}
	if independent(NewSecret(), "msg_1", "1614265330", payload, h.Get("webhook-signature")) {
		t.Error("any secret will do")
	}
}

func TestVerify(t *testing.T) {
	good := func() http.Header {
		h := http.Header{}
		h.Set("webhook-id", exampleID)
		h.Set("webhook-timestamp", "1614265330")
		h.Set("webhook-signature", "v1,AAAA v1a,other "+exampleSign)
		return h
	}
	with := func(name, value string) http.Header { h := good(); h.Set(name, value); return h }
	for name, c := range map[string]struct {
		h    http.Header
		body string
		now  time.Time
		want error
	}{
		"good":           {good(), exampleBody, exampleTime, nil},
		"at the limit":   {good(), exampleBody, exampleTime.Add(5 * time.Minute), nil},
		"too old":        {good(), exampleBody, exampleTime.Add(5*time.Minute + time.Second), ErrTooOld},
		"too young":      {good(), exampleBody, exampleTime.Add(-6 * time.Minute), ErrTooOld},
		"another body":   {good(), exampleBody + " ", exampleTime, ErrBadSignature},
		"another id":     {with("webhook-id", "msg_2"), exampleBody, exampleTime, ErrBadSignature},
		"another time":   {with("webhook-timestamp", "1614265331"), exampleBody, exampleTime, ErrBadSignature},
		"not v1":         {with("webhook-signature", strings.Replace(exampleSign, "v1,", "v2,", 1)), exampleBody, exampleTime, ErrBadSignature},
		"no signature":   {with("webhook-signature", ""), exampleBody, exampleTime, ErrNoSignature},
		"no id":          {with("webhook-id", ""), exampleBody, exampleTime, ErrNoSignature},
		"time in words":  {with("webhook-timestamp", "now"), exampleBody, exampleTime, ErrNoSignature},
		"time too large": {with("webhook-timestamp", "99999999999999999999"), exampleBody, exampleTime, ErrNoSignature},
		"nothing":        {http.Header{}, "", exampleTime, ErrNoSignature},
	} {
		if err := verify(secret, c.h, []byte(c.body), 0, c.now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := Verify(secret, good(), []byte(exampleBody), time.Minute); !errors.Is(err, ErrTooOld) {
		t.Errorf("years later: %v", err)
	}
	if err := Verify("whsec_", good(), nil, 0); err == nil {
		t.Error("no secret verifies")
	}
}

func TestSecrets(t *testing.T) {
	for range 3 {
		if s := NewSecret(); CheckSecret(s) != nil || len(s) != 50 || s == NewSecret() {
			t.Errorf("%q", s)
		}
	}
	for _, bad := range []string{"", "whsec_", "whsec_AAAA", "whsec_not base64 at all, is it", secret[6:], secret + "!", "whsec_" + strings.Repeat("A", 100)} {
		if CheckSecret(bad) == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
	if err := CheckSecret("whsec_" + base64.RawStdEncoding.EncodeToString(make([]byte, 20))); err != nil {
		t.Errorf("without padding: %v", err)
	}
}
