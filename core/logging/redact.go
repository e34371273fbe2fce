package logging

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Mark stands where something was taken out.
const Mark = "[redacted]"

// minSecret is the shortest secret that is looked for, in bytes: shorter ones
// would take out half of every line.
const minSecret = 4

// Redactor takes secrets out of text. It may be used by many goroutines.
type Redactor struct {
	mu      sync.RWMutex
	secrets []*hidden
}

// hidden is a live secret in the forms in which it may turn up.
type hidden struct {
	forms [][]byte // longest first
}

// NewRedactor returns one that knows the patterns and no secret.
func NewRedactor() *Redactor { return &Redactor{} }

// Hide registers a secret while it is in use. The function returned forgets it and
// may be called more than once. Secrets of fewer than 4 bytes are not registered.
func (r *Redactor) Hide(secret []byte) (forget func()) {
	if len(secret) < minSecret {
		return func() {}
	}
	h := &hidden{forms: forms(secret)}
	r.mu.Lock()
	r.secrets = append(r.secrets, h)
	r.mu.Unlock()
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if i := slices.Index(r.secrets, h); i >= 0 {
			r.secrets = slices.Delete(r.secrets, i, i+1)
			for _, f := range h.forms {
				clear(f)
			}
		}
	}
}

// forms lists a secret as it is and as errors and addresses quote it.
func forms(secret []byte) [][]byte {
	s := string(secret)
	quoted := strconv.Quote(s)
	plain, _ := json.Marshal(s)
	texts := []string{
		s,
		quoted[1 : len(quoted)-1],
		string(plain[1 : len(plain)-1]),
		strings.Trim(jsonText(s), `"`),
		url.QueryEscape(s),
		url.PathEscape(s),
		base64.StdEncoding.EncodeToString(secret),
		base64.RawStdEncoding.EncodeToString(secret),
		base64.URLEncoding.EncodeToString(secret),
		base64.RawURLEncoding.EncodeToString(secret),
		hex.EncodeToString(secret),
	}
	slices.SortFunc(texts, func(a, b string) int {
		if d := len(b) - len(a); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	out := make([][]byte, 0, len(texts))
	for _, t := range slices.Compact(texts) {
		out = append(out, []byte(t))
	}
	return out
}

// Text takes secrets out of any text, such as a crash report before it is shared.
func (r *Redactor) Text(s string) string {
	return patterns(string(r.live([]byte(s))))
}

// holds tells whether a registered secret is in a text as it stands.
func (r *Redactor) holds(text []byte) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, h := range r.secrets {
		for _, form := range h.forms {
			if bytes.Contains(text, form) {
				return true
			}
		}
	}
	return false
}

// live replaces registered secrets. It returns text itself when there are none.
func (r *Redactor) live(text []byte) []byte {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, h := range r.secrets {
		for _, form := range h.forms {
			if bytes.Contains(text, form) {
				text = bytes.ReplaceAll(text, form, []byte(Mark))
			}
		}
	}
	return text
}

// Writer returns a writer that takes what zerolog writes, one JSON object per
// call, and passes it on without secrets. What is not one JSON object becomes one.
func (r *Redactor) Writer(out io.Writer) io.Writer { return &lineWriter{r: r, out: out} }

type lineWriter struct {
	r   *Redactor
	out io.Writer
}

// Write implements io.Writer. It claims to have written all of p, since the line
// that was written has another length.
func (w *lineWriter) Write(p []byte) (int, error) {
	if _, err := w.out.Write(w.r.line(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// line redacts one line of the log.
func (r *Redactor) line(p []byte) []byte {
	trimmed := bytes.TrimSpace(p)
	if len(trimmed) > 0 && trimmed[0] == '{' && json.Valid(trimmed) && !bytes.ContainsAny(trimmed, "\r\n") {
		if out := r.object(trimmed); json.Valid(out) {
			return append(out, '\n')
		}
		return []byte(`{"level":"error","message":"a line could not be redacted and was left out"}` + "\n")
	}
	out := []byte(`{"level":"error","message":`)
	out = append(out, jsonText(clip(r.Text(string(p))))...)
	return append(out, "}\n"...)
}
