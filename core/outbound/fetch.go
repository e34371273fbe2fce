package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"reconbanker/core"
)

const (
	fetchTime = 15 * time.Second // for a whole list
	maxList   = 10 << 20         // bytes of a list
	maxETag   = 1 << 10
)

var _ core.Fetcher = (*Client)(nil)

// Fetch implements core.Fetcher.
func (c *Client) Fetch(ctx context.Context, f core.Fetch, read func(io.Reader) error) (core.Fetched, error) {
	began := time.Now()
	got, err := c.fetch(ctx, f, read)
	got.Took = time.Since(began)
	if err != nil {
		return got, err
	}
	return got, nil
}

func (c *Client) fetch(ctx context.Context, f core.Fetch, read func(io.Reader) error) (core.Fetched, error) {
	var got core.Fetched
	limit := min(fetchTime, c.cfg.Timeouts.Whole)
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	t := &trace{}
	req, e := c.fetchRequest(t.on(limited), f)
	if e != nil {
		return got, e
	}
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return got, c.explain(ctx, err, t, req.URL.Host)
	}
	defer res.Body.Close()
	got.RetryAfter = retryAfter(res.Header.Get("Retry-After"), c.cfg.Now())
	if tag := res.Header.Get("ETag"); len(tag) <= maxETag {
		got.ETag = tag
	}
	if f.ETag != "" && res.StatusCode == http.StatusNotModified {
		got.NotModified = true
		return got, nil
	}
	if e := acceptable(res); e != nil {
		return got, e
	}
	body := &listBody{r: res.Body}
	err = read(body)
	switch {
	case body.large:
		return got, fail(BadAnswer, "the list is larger than %d MiB: list only what is still expected", maxList>>20)
	case ctx.Err() != nil:
		return got, &Error{Kind: Canceled, Message: "the request was given up before the list was whole", err: ctx.Err()}
	case body.err != nil && isTimeout(body.err):
		return got, fail(Timeout, "%s did not finish its list within %s", req.URL.Host, limit)
	case body.err != nil:
		return got, fail(Cut, "%s ended the connection in the middle of its list", req.URL.Host)
	}
	return got, err
}

func (c *Client) fetchRequest(ctx context.Context, f core.Fetch) (*http.Request, *Error) {
	u, e := c.parse(f.URL)
	if e != nil {
		return nil, e
	}
	var body io.Reader
	if f.Method == http.MethodPost {
		body = bytes.NewReader(f.Body)
	}
	req, err := http.NewRequestWithContext(ctx, f.Method, u.String(), body)
	if err != nil {
		return nil, fail(BadRequest, "the address cannot be understood: it must look like https://example.com/path")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "Reconbanker/"+c.cfg.Version)
	if f.ETag != "" {
		req.Header.Set("If-None-Match", f.ETag)
	}
	return req, authorize(req.Header, core.Outgoing{Auth: f.Auth, Token: f.Token})
}

// acceptable tells whether an answer may hold a list.
func acceptable(res *http.Response) *Error {
	switch s := res.StatusCode; {
	case s >= 300 && s <= 399:
		return fail(BadAnswer, "the list's address answered %d, a redirect, which is not followed: enter the final address", s)
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		return fail(BadAnswer, "the list's address answered %d: check its token", s)
	case s == http.StatusNotFound, s == http.StatusMethodNotAllowed:
		return fail(BadAnswer, "the list's address answered %d: check the address and the method", s)
	case s < 200 || s > 299:
		return fail(BadAnswer, "the list's address answered %d", s)
	}
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && !(strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")) {
		if kind == "" {
			kind = "nothing that says what it is"
		}
		return fail(BadAnswer, "the list's address answered with %s instead of application/json", printable([]byte(kind), 80))
	}
	return nil
}

// listBody bounds a list, and tells what ended the reading of it.
type listBody struct {
	r     io.Reader
	n     int
	large bool
	err   error
}

var errLarge = errors.New("the list is too large")

// Read implements io.Reader.
func (b *listBody) Read(p []byte) (int, error) {
	if b.n >= maxList {
		var one [1]byte
		if n, _ := b.r.Read(one[:]); n > 0 {
			b.large = true
			return 0, errLarge
		}
	}
	n, err := b.r.Read(p[:min(len(p), max(maxList-b.n, 1))])
	b.n += n
	if b.n > maxList {
		b.large = true
		return 0, errLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
		return n, fmt.Errorf("read the list: %w", err)
	}
	return n, err
}
