package browser

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/page"

	"reconbanker/scrapers"
)

const mostText = 16 << 10

// Evidence implements scrapers.Tab. Fields that can hold a credential are
// covered in the page itself before the picture is taken, and a picture of
// another document or of a field that came meanwhile is thrown away. When a
// typed secret stands in the page's text all the same, it is cut from the text
// and there is no picture.
func (t *Tab) Evidence(ctx context.Context) (scrapers.Evidence, error) {
	e := scrapers.Evidence{At: time.Now(), Steps: t.report()}
	err := t.do(ctx, "take the evidence", func(ctx context.Context) error {
		const tries = 3
		for range tries {
			done, err := t.capture(ctx, &e)
			if done || err != nil {
				return err
			}
		}
		return nil // without a picture, then
	})
	return e, err
}

// capture tries once to fill e; it reports false when the page changed under it
// or the picture could not be taken.
func (t *Tab) capture(ctx context.Context, e *scrapers.Evidence) (bool, error) {
	const patience = 5 * time.Second // a capture that meets a navigation is never answered
	shotCtx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer t.onReplaced(cancel)()

	var seen struct{ Title, Text, Href string }
	if err := t.run(ctx, &seen, "mask", mostText); err != nil {
		return false, err
	}
	var inTitle, inText bool
	e.URL = plain(seen.Href)
	e.Title, inTitle = t.secrets.redact(seen.Title)
	e.Text, inText = t.secrets.redact(seen.Text)
	e.Text = clip(e.Text, mostText)

	var shot page.CaptureScreenshotResult
	var err error
	if !inTitle && !inText {
		shot, err = call(shotCtx, t.pageSession(), page.CaptureScreenshot, page.CaptureScreenshotParams{
			Format: page.CaptureScreenshotFormatPng,
		})
	}
	// Also when ctx has ended: the page may be used on.
	again, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer stop()
	var whole bool
	if failed := t.run(again, &whole, "unmask"); failed != nil || err != nil {
		return false, ctx.Err()
	}
	if inTitle || inText {
		return true, nil
	}
	if whole {
		e.Screenshot = shot.Data
	}
	return whole, nil
}

func (t *Tab) report() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.steps)
}

func clip(s string, most int) string {
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// ledger recognises typed secrets in a text without keeping them: it has their
// lengths and keyed digests, under a key of this tab only.
type ledger struct {
	mu    sync.Mutex
	key   []byte
	known map[int][][]byte // by length
}

func (l *ledger) init() {
	l.key = make([]byte, sha256.Size)
	_, _ = rand.Read(l.key) // never fails
	l.known = map[int][][]byte{}
}

func (l *ledger) digest(b []byte) []byte {
	m := hmac.New(sha256.New, l.key)
	_, _ = m.Write(b) // never fails
	return m.Sum(nil)
}

// remember notes a secret; one shorter than four bytes would match anything.
func (l *ledger) remember(value []byte) {
	if len(value) < 4 {
		return
	}
	d := l.digest(value)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.known[len(value)] {
		if bytes.Equal(k, d) {
			return
		}
	}
	l.known[len(value)] = append(l.known[len(value)], d)
}

// redact replaces every secret in a text and tells whether there was one.
func (l *ledger) redact(text string) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := false
	for n, digests := range l.known {
		b := []byte(text)
		for i := 0; i+n <= len(b); i++ {
			d := l.digest(b[i : i+n])
			if slices.ContainsFunc(digests, func(k []byte) bool { return bytes.Equal(k, d) }) {
				b = slices.Replace(b, i, i+n, []byte("[secret]")...)
				found = true
			}
		}
		text = string(b)
	}
	return text, found
}
