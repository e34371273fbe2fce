package browser

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	protocol "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"

	"reconbanker/scrapers"
)

const (
	defaultStep = 30 * time.Second
	mostSteps   = 30
	mostDialogs = 50
)

// Tab is one tab with its own isolated, in-memory browser context. It implements
// scrapers.Tab; a driver uses it from one goroutine at a time.
type Tab struct {
	b       *browser
	w       wall
	o       scrapers.TabOptions
	step    time.Duration
	release func()
	closing sync.Once
	secrets ledger

	life context.Context // ends with the tab; its cause says why
	end  context.CancelCauseFunc

	context  cdp.BrowserContextID
	attached chan *session // the page, when it has attached

	mu        sync.Mutex
	page      *session
	pageID    target.ID
	helper    *Tab // a second page of ours in the same context, while there is one
	frame     cdp.FrameID
	doc       document
	request   network.RequestID // of the top document under way
	world     runtime.ExecutionContextID
	trouble   *scrapers.Error
	interrupt func() // called on trouble
	hooks     int
	replaced  map[int]func() // called when another top document is committed
	armed     bool
	blank     string                       // origin served empty by ourselves, for storage and identity
	origins   []string                     // of top documents, whose storage State exports
	carried   map[string]map[string]string // session storage put back, by origin
	dialogs   []string
	steps     []string
	refused   map[string]int
}

// document is the top document as last committed.
type document struct {
	loader   cdp.LoaderID
	url      string
	answered cdp.LoaderID // document the status belongs to
	status   int64
}

// grantPermissions grants the permissions listed and refuses all others, without
// asking anybody. The generated protocol package leaves it out.
var grantPermissions = cdp.Command[grantParams, cdp.Empty]{Method: "Browser.grantPermissions"}

type grantParams struct {
	Permissions      []string             `json:"permissions"`
	BrowserContextID cdp.BrowserContextID `json:"browserContextId"`
}

// openTab makes the context and the page and prepares both. release is called
// once, by Close.
func openTab(ctx context.Context, b *browser, w wall, o scrapers.TabOptions, release func()) (*Tab, error) {
	t := &Tab{
		b: b, w: w, o: o, step: o.Step, release: release,
		attached: make(chan *session, 1),
		refused:  map[string]int{},
	}
	t.secrets.init()
	if t.step == 0 {
		t.step = defaultStep
	}
	t.life, t.end = context.WithCancelCause(context.Background())
	ctx, cancel := context.WithTimeout(ctx, max(t.step, defaultStep))
	defer cancel()
	stop := context.AfterFunc(t.life, cancel)
	defer stop()
	if err := t.open(ctx); err != nil {
		t.shut(fmt.Errorf("the tab did not open: %w", err))
		return nil, err
	}
	return t, nil
}

func (t *Tab) open(ctx context.Context) error {
	p := target.CreateBrowserContextParams{DisposeOnDetach: new(true)}
	if !t.b.cfg.SystemProxy {
		p.ProxyServer, p.ProxyBypassList = nowhere, t.w.bypass()
	}
	made, err := call(ctx, t.b.root, target.CreateBrowserContext, p)
	if err != nil {
		return fmt.Errorf("make a browser context: %w", err)
	}
	t.context = made.BrowserContextID
	t.b.mu.Lock()
	t.b.tabs[t.context] = t
	t.b.mu.Unlock()
	if t.b.isDead() {
		return errLost
	}
	// Downloads are refused, and so is every permission a page can ask for.
	page := target.CreateTargetParams{URL: "about:blank", BrowserContextID: t.context}
	if t.b.visible {
		page.NewWindow = new(true)
	}
	if err := together(ctx,
		command(t.b.root, protocol.SetDownloadBehavior, protocol.SetDownloadBehaviorParams{
			Behavior: protocol.SetDownloadBehaviorBehaviorDeny, BrowserContextID: t.context,
		}),
		command(t.b.root, grantPermissions, grantParams{Permissions: []string{}, BrowserContextID: t.context}),
		command(t.b.root, target.CreateTarget, page),
	); err != nil {
		return fmt.Errorf("make a page: %w", err)
	}
	select {
	case s := <-t.attached:
		if err := t.prepare(ctx, s); err != nil {
			return fmt.Errorf("prepare the page: %w", err)
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := t.assume(ctx); err != nil {
		return fmt.Errorf("set language and time zone: %w", err)
	}
	if err := t.restore(ctx); err != nil {
		return fmt.Errorf("put the session back: %w", err)
	}
	return nil
}

// Done implements scrapers.Tab.
func (t *Tab) Done() <-chan struct{} { return t.life.Done() }

// Close implements scrapers.Tab.
func (t *Tab) Close() error {
	t.shut(errTabClosed)
	t.closing.Do(t.release)
	return nil
}

// shut ends the tab and throws its context away.
func (t *Tab) shut(cause error) {
	t.die(cause)
	ctx, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	t.dispose(ctx)
	t.b.mu.Lock()
	delete(t.b.tabs, t.context)
	t.b.mu.Unlock()
}

// die marks the tab as gone and ends everything that waits in it. It may be
// called on the reading goroutine.
func (t *Tab) die(cause error) { t.end(cause) }

// dispose removes the context from the browser, or the whole browser when it no
// longer answers.
func (t *Tab) dispose(ctx context.Context) {
	t.b.mu.Lock()
	_, known := t.b.tabs[t.context]
	t.b.mu.Unlock()
	if t.context == "" || !known {
		return
	}
	_, err := call(ctx, t.b.root, target.DisposeBrowserContext,
		target.DisposeBrowserContextParams{BrowserContextID: t.context})
	if errors.Is(err, context.DeadlineExceeded) {
		t.b.cfg.Log("browser: it does not answer any more and is ended")
		t.b.kill()
	}
}

func (t *Tab) isPage(id target.ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pageID == id && id != ""
}

// Refused returns the foreign hosts this tab asked for and how often, for a
// report. None of them was reached.
func (t *Tab) Refused() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := make(map[string]int, len(t.refused))
	for h, n := range t.refused {
		m[h] = n
	}
	return m
}

// Dialogs implements scrapers.Page.
func (t *Tab) Dialogs() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.dialogs)
}

// note keeps a short sentence of what was done, for the evidence of a failure.
func (t *Tab) note(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.noteLocked(format, args...)
}

func (t *Tab) noteLocked(format string, args ...any) {
	t.steps = append(t.steps, fmt.Sprintf(format, args...))
	if n := len(t.steps) - mostSteps; n > 0 {
		t.steps = slices.Delete(t.steps, 0, n)
	}
}

// do runs one page step under its limit and turns what went wrong into an Error.
func (t *Tab) do(parent context.Context, doing string, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(parent, t.step)
	defer cancel()
	stop := context.AfterFunc(t.life, cancel)
	defer stop()
	err := t.life.Err()
	if err == nil {
		err = f(ctx)
	}
	if err == nil {
		return nil
	}
	err = t.explain(parent, ctx, doing, err)
	t.note("%s: %s", doing, scrapers.KindOf(err))
	return err
}

// explain gives an error its kind.
func (t *Tab) explain(parent, ctx context.Context, doing string, err error) error {
	e := &scrapers.Error{Doing: doing, URL: plain(t.committed().url), Err: err}
	var known *scrapers.Error
	var lack *missing
	cause := context.Cause(t.life)
	switch {
	case errors.Is(parent.Err(), context.Canceled):
		e.Kind, e.Err = scrapers.Cancelled, parent.Err()
	case errors.Is(cause, errTabClosed), errors.Is(cause, errPoolClosed):
		e.Kind, e.Err = scrapers.Cancelled, cause
	case cause != nil:
		e.Kind, e.Err = scrapers.BrowserCrashed, cause
	case errors.Is(err, errLost), errors.Is(err, errGone):
		e.Kind = scrapers.BrowserCrashed
	case errors.As(err, &known):
		return known
	case parent.Err() != nil:
		e.Kind, e.Err = scrapers.StepTimeout, parent.Err()
	case errors.As(err, &lack):
		e.Kind = scrapers.LayoutChanged
	case ctx.Err() != nil:
		e.Kind, e.Err = scrapers.StepTimeout, nil
	default:
		e.Kind = scrapers.LayoutChanged
	}
	return e
}

func (t *Tab) committed() document {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.doc
}

// missing says why an element could not be used.
type missing struct{ why string }

func (m *missing) Error() string { return m.why }
