package logging

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxText is the most bytes of one string in the log.
const maxText = 16 << 10

// sensitive are names of fields whose text never belongs in a log, in lower case
// without - and _.
var sensitive = map[string]bool{
	"authorization": true, "password": true, "bankpassword": true, "passphrase": true,
	"token": true, "authtoken": true, "webhookauthtoken": true, "notificationauthtoken": true,
	"secret": true, "signingsecret": true, "cookie": true, "setcookie": true, "apikey": true, "otp": true,
}

// object redacts valid JSON in its strings and numbers and leaves the rest as it
// stands, so that the order of fields and the time survive.
func (r *Redactor) object(p []byte) []byte {
	out := make([]byte, 0, len(p))
	key := ""
	// Only an escape can hide a secret that is not in the line as it stands.
	clean := patterns
	if bytes.IndexByte(p, '\\') >= 0 || r.holds(p) {
		clean = r.Text
	}
	for i := 0; i < len(p); {
		switch c := p[i]; {
		case c == '"':
			end := stringEnd(p, i)
			if bytes.HasPrefix(bytes.TrimLeft(p[end:], " \t"), []byte(":")) {
				key = unquote(p[i:end])
				out = append(out, text(p[i:end], "", clean)...)
			} else {
				out = append(out, text(p[i:end], key, clean)...)
			}
			i = end
		case c == '-' || c >= '0' && c <= '9':
			end := i + 1
			for end < len(p) && bytes.IndexByte([]byte("0123456789+-.eE"), p[end]) >= 0 {
				end++
			}
			number := string(p[i:end])
			if clean(number) != number || sensitive[fold(key)] {
				out = append(out, `"`+Mark+`"`...)
			} else {
				out = append(out, number...)
			}
			i = end
		default:
			out = append(out, c)
			i++
		}
	}
	return out
}

// text redacts one JSON string, given with its quotes.
func text(quoted []byte, key string, clean func(string) string) []byte {
	if sensitive[fold(key)] && len(quoted) > 2 {
		return []byte(`"` + Mark + `"`)
	}
	plain := unquote(quoted)
	cleaned := clip(clean(plain))
	if cleaned == plain {
		return quoted
	}
	return []byte(jsonText(cleaned))
}

// stringEnd is the index after the quote that closes the string beginning at i.
func stringEnd(p []byte, i int) int {
	for i++; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(p)
}

func unquote(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 && utf8.Valid(quoted) {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		return string(quoted)
	}
	return s
}

// jsonText quotes without the escapes meant for HTML.
func jsonText(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `"` + Mark + `"`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

var hyphens = strings.NewReplacer("-", "", "_", "")

func fold(key string) string { return hyphens.Replace(strings.ToLower(key)) }

// clip cuts at a character and says how much is gone.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	cut := maxText
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return fmt.Sprintf("%s… (%d bytes more)", s[:cut], len(s)-cut)
}
