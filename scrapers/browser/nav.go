package browser

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"reconbanker/scrapers"
)

// slice is how long one look at the page waits there, in milliseconds, before it
// reports back: short enough to hear why a step fails before its limit.
func slice(ctx context.Context) int64 {
	const longest = 250 * time.Millisecond
	end, ok := ctx.Deadline()
	if !ok {
		return longest.Milliseconds()
	}
	return max(min(longest, time.Until(end)/3), 0).Milliseconds()
}

// Goto implements scrapers.Page.
func (t *Tab) Goto(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		err = errors.New("the address cannot be read") // it may have a secret in its query
		return scrapers.Fail(scrapers.OriginNotAllowed, "open a page", err)
	}
	doing := "open " + origin(u)
	return t.do(ctx, doing, func(ctx context.Context) error {
		if !t.w.allows(u) {
			return &scrapers.Error{
				Kind: scrapers.OriginNotAllowed, Doing: doing, URL: origin(u),
				Err: errors.New("this host is not one of the bank's"),
			}
		}
		t.note("%s", doing)
		t.forget()
		return t.navigate(ctx, doing, address)
	})
}

// noPage is what Chromium says to an HTTP error without a body.
const noPage = "net::ERR_HTTP_RESPONSE_CODE_FAILURE"

// forget drops what was wrong before a new step sets out.
func (t *Tab) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.trouble, t.armed = nil, false
}

func (t *Tab) navigate(ctx context.Context, doing, address string) error {
	s := t.pageSession()
	res, err := call(ctx, s, page.Navigate, page.NavigateParams{URL: address})
	if err != nil {
		if ctx.Err() != nil {
			post(s, page.StopLoading, cdp.Empty{}, nil)
		}
		return err
	}
	if wrong := t.wrong(); wrong != nil && wrong.Kind == scrapers.OriginNotAllowed {
		return wrong
	}
	doc := t.committed()
	if res.LoaderID != "" && doc.answered == res.LoaderID {
		if e := statusError(doing, doc.status, address); e != nil {
			return e
		}
	}
	switch {
	case res.IsDownload:
		return &missing{"the address is a download, not a page"}
	case res.ErrorText == noPage && doc.status == 401:
		return &scrapers.Error{Kind: scrapers.AccessDenied, Doing: doing, URL: plain(address), Err: errors.New("the bank asks the browser itself for a password")}
	case res.ErrorText == noPage:
		return &missing{"the bank answered with HTTP status " + strconv.FormatInt(doc.status, 10) + " and no page"}
	case res.ErrorText != "":
		return netError(doing, res.ErrorText, address)
	}
	for {
		var ready bool
		if err := t.run(ctx, &ready, "ready", slice(ctx)); err != nil || ready {
			return err
		}
	}
}

// wrong returns what keeps the top document from loading, if anything does.
func (t *Tab) wrong() *scrapers.Error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.trouble
}

// refusal returns the error the top document's HTTP status stands for.
func (t *Tab) refusal(doing string) *scrapers.Error {
	doc := t.committed()
	if doc.answered != doc.loader {
		return nil
	}
	return statusError(doing, doc.status, doc.url)
}

// sighting is scrapers.Sighting as page.js reads it.
type sighting struct {
	Name     string `json:"name"`
	Selector string `json:"selector,omitempty"`
	Gone     string `json:"gone,omitempty"`
	Text     string `json:"text,omitempty"`
	Within   string `json:"within,omitempty"`
	Path     string `json:"path,omitempty"`
}

// WaitAny implements scrapers.Page. A page that answered with an HTTP error is
// given the chance to show one of the sightings before its status counts.
func (t *Tab) WaitAny(ctx context.Context, sightings ...scrapers.Sighting) (string, error) {
	list := make([]sighting, len(sightings))
	doing := "wait for"
	for i, s := range sightings {
		list[i] = sighting(s)
		doing += " " + s.Name
	}
	var name string
	err := t.do(ctx, doing, func(ctx context.Context) error {
		var err error
		name, err = t.await(ctx, doing, list)
		return err
	})
	if err == nil {
		t.note("saw %s", name)
	}
	return name, err
}

func (t *Tab) await(ctx context.Context, doing string, list []sighting) (string, error) {
	for {
		var got struct {
			Name, Bad string
			Loaded    bool
		}
		err := t.watched(ctx, func(ctx context.Context) error { return t.run(ctx, &got, "wait", list, slice(ctx)) })
		switch {
		case err != nil:
			return "", err
		case got.Bad != "":
			return "", fmt.Errorf("the sighting %s", got.Bad)
		case got.Name != "":
			return got.Name, nil
		case got.Loaded:
			if e := t.refusal(doing); e != nil {
				return "", e
			}
		}
	}
}

// watched runs f and ends it at once when the top document runs into trouble.
func (t *Tab) watched(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t.mu.Lock()
	if e := t.trouble; e != nil {
		t.mu.Unlock()
		return e
	}
	t.interrupt = cancel
	t.mu.Unlock()
	err := f(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.interrupt = nil
	if t.trouble != nil && err != nil {
		return t.trouble
	}
	return err
}
