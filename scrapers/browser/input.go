package browser

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"

	"reconbanker/scrapers"
)

// ErrArmed is why Click refuses while a typed secret waits for Submit.
var ErrArmed = errors.New("a typed secret waits to be sent: that click is Submit's")

// codePrefix begins the names of one-time codes, which do not arm the tab.
const codePrefix = "code"

// spot is where an element is, or why it cannot be used.
type spot struct {
	OK   bool    `json:"ok"`
	Why  string  `json:"why"`
	Href string  `json:"href"`
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
	Type string  `json:"type"`
}

// locate waits until an element can be clicked ("click") or edited ("edit").
func (t *Tab) locate(ctx context.Context, selector, need string) (spot, error) {
	return t.persist(ctx, "locate", selector, need)
}

// persist repeats an operation of page.js until it says that it could. The first
// look is without patience, so that a reason is known when the step ends.
func (t *Tab) persist(ctx context.Context, op string, args ...any) (spot, error) {
	why := ""
	for patience := int64(0); ; patience = slice(ctx) {
		var s spot
		err := t.watched(ctx, func(ctx context.Context) error {
			return t.run(ctx, &s, op, append(slices.Clone(args), patience)...)
		})
		switch {
		case err != nil && ctx.Err() != nil && why != "":
			return s, &missing{why}
		case err != nil || s.OK:
			return s, err
		}
		why = s.Why
	}
}

// Fill implements scrapers.Page.
func (t *Tab) Fill(ctx context.Context, selector, text string) error {
	return t.do(ctx, "fill "+selector, func(ctx context.Context) error {
		t.note("fill %s", selector)
		s, err := t.locate(ctx, selector, "edit")
		if err != nil {
			return err
		}
		switch s.Type {
		case "date", "time", "month", "week", "datetime-local", "color", "range":
			var done bool
			if err := t.run(ctx, &done, "set", selector, text); err != nil {
				return err
			}
			if !done {
				return &missing{"the field does not take this value"}
			}
			return nil
		}
		loader := t.committed().loader
		if err := t.empty(ctx, selector); err != nil {
			return err
		}
		return t.typeText(ctx, []byte(text), loader)
	})
}

// FillSecret implements scrapers.Page.
func (t *Tab) FillSecret(ctx context.Context, selector string, secret scrapers.Secret) error {
	doing := "type " + secret.Name() + " into " + selector
	return t.do(ctx, doing, func(ctx context.Context) error {
		t.note("%s", doing)
		if t.o.Reveal == nil {
			return errors.New("this tab was opened without secrets")
		}
		if err := t.trustedNow(ctx, doing); err != nil {
			return err
		}
		s, err := t.locate(ctx, selector, "edit")
		if err != nil {
			return err
		}
		loader := t.committed().loader
		if err := t.trustedAt(s.Href, doing); err != nil {
			return err
		}
		if err := t.empty(ctx, selector); err != nil {
			return err
		}
		value, err := t.o.Reveal(secret)
		if err != nil {
			return fmt.Errorf("open the secret: %w", err)
		}
		defer clear(value)
		t.secrets.remember(value)
		if !strings.HasPrefix(secret.Name(), codePrefix) {
			t.mu.Lock()
			t.armed = true
			t.mu.Unlock()
		}
		if err := t.typeText(ctx, value, loader); err != nil {
			return err
		}
		var n int
		if err := t.run(ctx, &n, "length", selector); err != nil {
			return err
		}
		if n <= 0 && len(value) > 0 && !strings.HasPrefix(secret.Name(), codePrefix) {
			return &missing{"the field did not take what was typed"}
		}
		return nil
	})
}

// trustedNow refuses when the top document may not be given a secret.
func (t *Tab) trustedNow(ctx context.Context, doing string) error {
	if e := t.wrong(); e != nil {
		return e
	}
	var href string
	if err := t.run(ctx, &href, "href"); err != nil {
		return err
	}
	return t.trustedAt(href, doing)
}

func (t *Tab) trustedAt(href, doing string) error {
	for _, address := range []string{href, t.committed().url} {
		u, err := url.Parse(address)
		if err != nil {
			err = errors.New("the address of the page cannot be read")
		} else {
			err = t.w.trusted(u)
		}
		if err != nil {
			return &scrapers.Error{Kind: scrapers.OriginNotAllowed, Doing: doing, URL: originOf(address), Err: err}
		}
	}
	return nil
}

// empty focuses a field and removes what it holds.
func (t *Tab) empty(ctx context.Context, selector string) error {
	var got struct{ OK, Full bool }
	if err := t.run(ctx, &got, "focus", selector); err != nil {
		return err
	}
	if !got.OK {
		return &missing{"it does not take the keyboard"}
	}
	if !got.Full {
		return nil
	}
	for _, k := range kb.Encode([]rune(kb.Delete)[0]) {
		if _, err := call(ctx, t.pageSession(), input.DispatchKeyEvent, *k); err != nil {
			return err
		}
	}
	return nil
}

// typeText types with one key press per character, so that at no time more of a
// secret than that stands in a message. It stops when the document is replaced:
// what follows may be another page.
func (t *Tab) typeText(ctx context.Context, text []byte, loader cdp.LoaderID) error {
	s := t.pageSession()
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if t.committed().loader != loader {
			return &missing{"the page was replaced while it was being filled"}
		}
		if err := press(ctx, s, r); err != nil {
			return err
		}
	}
	return nil
}

func press(ctx context.Context, s *session, r rune) error {
	if _, known := kb.Keys[r]; !known {
		return first(call(ctx, s, input.InsertText, input.InsertTextParams{Text: string(r)}))
	}
	for _, k := range kb.Encode(r) {
		if _, err := call(ctx, s, input.DispatchKeyEvent, *k); err != nil {
			return err
		}
	}
	return nil
}

// Select implements scrapers.Page.
func (t *Tab) Select(ctx context.Context, selector, value string) error {
	return t.do(ctx, "choose in "+selector, func(ctx context.Context) error {
		t.note("choose in %s", selector)
		return first(t.persist(ctx, "select", selector, value))
	})
}

// Click implements scrapers.Page.
func (t *Tab) Click(ctx context.Context, selector string) error {
	return t.do(ctx, "click "+selector, func(ctx context.Context) error {
		t.note("click %s", selector)
		t.mu.Lock()
		armed := t.armed
		t.mu.Unlock()
		if armed {
			return ErrArmed
		}
		s, err := t.locate(ctx, selector, "click")
		if err != nil {
			return err
		}
		return t.clickAt(ctx, s)
	})
}

// Submit implements scrapers.Page. Nothing is tried again once the click has
// been made.
func (t *Tab) Submit(ctx context.Context, selector string) error {
	doing := "submit with " + selector
	ready := func(ctx context.Context) error {
		t.note("%s", doing)
		if err := t.trustedNow(ctx, doing); err != nil {
			return err
		}
		s, err := t.locate(ctx, selector, "click")
		if err != nil {
			return err
		}
		return t.trustedAt(s.Href, doing)
	}
	if err := t.do(ctx, doing, ready); err != nil {
		return err
	}
	if t.o.BeforeSubmit != nil {
		if err := t.o.BeforeSubmit(ctx); err != nil {
			t.note("submit was refused")
			return err
		}
	}
	return t.do(ctx, doing, func(ctx context.Context) error {
		// The owner may have taken its time, and the page may have moved.
		var s spot
		if err := t.run(ctx, &s, "locate", selector, "click", 2*slice(ctx)); err != nil {
			return err
		}
		if !s.OK {
			return &missing{s.Why}
		}
		if err := t.trustedAt(s.Href, doing); err != nil {
			return err
		}
		if err := t.clickAt(ctx, s); err != nil {
			return err
		}
		t.mu.Lock()
		t.armed = false
		t.mu.Unlock()
		return nil
	})
}

// clickAt moves the mouse there and clicks. A click whose answer is lost because
// the page went away has been made.
func (t *Tab) clickAt(ctx context.Context, at spot) error {
	t.mu.Lock()
	t.trouble = nil
	s := t.page
	t.mu.Unlock()
	p := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: at.X, Y: at.Y}
	if _, err := call(ctx, s, input.DispatchMouseEvent, p); err != nil {
		return err
	}
	p.Button, p.ClickCount = input.MouseButtonLeft, 1
	p.Type, p.Buttons = input.DispatchMouseEventTypeMousePressed, 1
	if _, err := call(ctx, s, input.DispatchMouseEvent, p); err != nil {
		return err
	}
	p.Type, p.Buttons = input.DispatchMouseEventTypeMouseReleased, 0
	released, cancel := context.WithCancel(ctx)
	defer cancel()
	defer t.onReplaced(cancel)()
	_, err := call(released, s, input.DispatchMouseEvent, p)
	if replaced(err) || released.Err() != nil && ctx.Err() == nil {
		return nil
	}
	return err
}
