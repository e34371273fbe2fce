package outbound

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"reconbanker/core"
)

const (
	maxRead = 64 << 10 // bytes of an answer that are read
	maxKept = 16 << 10 // bytes of it that are kept as text

	maxRetryAfter = 24 * time.Hour
)

// readAnswer reads at most maxRead bytes. Nothing is decompressed, so that a small
// answer cannot grow.
func readAnswer(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	_, err := io.CopyN(&b, r, maxRead)
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return b.Bytes(), err
}

// redact removes what a server may have echoed of the request.
func redact(text []byte, o core.Outgoing) []byte {
	for _, secret := range append([]string{o.Token}, o.Signing...) {
		if len(secret) >= 4 {
			text = bytes.ReplaceAll(text, []byte(secret), []byte("[redacted]"))
		}
	}
	return text
}

// printable makes inert text of at most limit bytes: bytes that are not UTF-8,
// control characters (ANSI escapes begin with one) and characters that change the
// direction of writing become U+FFFD; line ends become \n.
func printable(text []byte, limit int) string {
	var b strings.Builder
	b.Grow(min(len(text), limit))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		switch {
		case r == '\r' && len(text) > 0 && text[0] == '\n':
			continue
		case r == '\r':
			r = '\n'
		case r == '\n' || r == '\t':
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029', r == '\ufeff':
			r = utf8.RuneError
		}
		if b.Len()+utf8.RuneLen(r) > limit {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// retryAfter reads the header of RFC 9110 §10.2.3: seconds or a date. What cannot
// be read, or is past, is 0; more than a day is a day.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || seconds > int64(maxRetryAfter/time.Second) {
			return maxRetryAfter
		}
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
