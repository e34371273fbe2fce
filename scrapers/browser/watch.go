package browser

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"

	"reconbanker/scrapers"
)

// adopt takes a target of this tab's context that waits to start: the page
// itself, a frame in another process, a worker; or a popup, which is closed
// before it loads anything. It runs on a reading goroutine.
func (t *Tab) adopt(e *target.EventAttachedToTarget) {
	info := e.TargetInfo
	if info.Type != "page" {
		t.guard(t.b.c.attach(e.SessionID, t.onEvent), info)
		return
	}
	if info.OpenerID == "" && info.Subtype == "" {
		t.mu.Lock()
		helper := t.helper
		t.mu.Unlock()
		if t.take(e) || helper != nil && helper.take(e) {
			return
		}
	}
	t.expel(e)
}

// expel closes a popup. It must be let run first, because it holds up the page
// that opened it, and until it has gone it can load nothing.
func (t *Tab) expel(e *target.EventAttachedToTarget) {
	t.note("closed a popup")
	s := t.b.c.attach(e.SessionID, func(s *session, method string, params jsonv2.Value) {
		if method == fetch.RequestPaused.Method {
			post(s, fetch.FailRequest, fetch.FailRequestParams{
				RequestID: event(fetch.RequestPaused, params).RequestID, ErrorReason: network.ErrorReasonAborted,
			}, nil)
		}
	})
	post(s, fetch.Enable, intercept, nil)
	post(s, runtime.RunIfWaitingForDebugger, cdp.Empty{}, nil)
	post(t.b.root, target.CloseTarget, target.CloseTargetParams{TargetID: e.TargetInfo.TargetID}, nil)
}

// take makes a new page this tab's own, unless it has one.
func (t *Tab) take(e *target.EventAttachedToTarget) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.page != nil {
		return false
	}
	t.page = t.b.c.attach(e.SessionID, t.onEvent)
	t.pageID, t.frame = e.TargetInfo.TargetID, cdp.FrameID(e.TargetInfo.TargetID)
	t.attached <- t.page // has room for one
	return true
}

// guard puts the wall around a frame or worker and lets it run. What cannot be
// walled in never starts.
func (t *Tab) guard(s *session, info *target.Info) {
	post(s, target.SetAutoAttach, autoAttach, nil) // not every kind has children
	if a := t.agent(); a != nil {
		post(s, setAgent, *a, nil)
	}
	id := info.TargetID
	post(s, fetch.Enable, intercept, func(err error) {
		if err != nil && !errors.Is(err, errLost) && !errors.Is(err, errGone) && !t.shielded(info.Type) {
			t.note("ended a %s that could not be watched", info.Type)
			post(t.b.root, target.CloseTarget, target.CloseTargetParams{TargetID: id}, nil)
			return
		}
		post(s, runtime.RunIfWaitingForDebugger, cdp.Empty{}, nil)
	})
}

// shielded tells whether the requests of a kind of target are watched elsewhere:
// those of a dedicated worker pass through its page.
func (t *Tab) shielded(kind string) bool {
	return kind == "worker" || !t.b.cfg.SystemProxy
}

var (
	autoAttach = target.SetAutoAttachParams{AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: new(true)}
	intercept  = fetch.EnableParams{
		Patterns:           []*fetch.RequestPattern{{URLPattern: "*"}},
		HandleAuthRequests: new(true),
	}
)

// prepare switches on what the tab watches, walls the page in and lets it run.
func (t *Tab) prepare(ctx context.Context, s *session) error {
	return together(ctx,
		command(s, fetch.Enable, intercept),
		command(s, target.SetAutoAttach, autoAttach),
		command(s, page.Enable, page.EnableParams{}),
		// No bodies are kept, and none is reported: a form body has the password.
		command(s, network.Enable, network.EnableParams{
			MaxTotalBufferSize: new(int64(0)), MaxResourceBufferSize: new(int64(0)), MaxPostDataSize: new(int64(0)),
		}),
		command(s, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}),
		command(s, inspector.Enable, cdp.Empty{}),
		command(s, runtime.RunIfWaitingForDebugger, cdp.Empty{}),
	)
}

func first[R any](_ R, err error) error { return err }

// onEvent handles events of the page and of everything under it.
func (t *Tab) onEvent(s *session, method string, params jsonv2.Value) {
	switch method {
	case fetch.RequestPaused.Method:
		e := event(fetch.RequestPaused, params)
		t.judge(s, &e)
		return
	case fetch.AuthRequired.Method:
		e := event(fetch.AuthRequired, params)
		post(s, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{
			RequestID:             e.RequestID,
			AuthChallengeResponse: &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth},
		}, nil)
		return
	case target.AttachedToTarget.Method:
		e := event(target.AttachedToTarget, params)
		if e.TargetInfo != nil {
			t.adopt(&e)
		}
		return
	case target.DetachedFromTarget.Method:
		t.b.c.detach(event(target.DetachedFromTarget, params).SessionID)
		return
	}
	if s == t.pageSession() {
		t.onPage(s, method, params)
	}
}

// onPage handles what happens to the page itself.
func (t *Tab) onPage(s *session, method string, params jsonv2.Value) {
	switch method {
	case page.JavascriptDialogOpening.Method:
		t.onDialog(s, event(page.JavascriptDialogOpening, params))
	case page.FrameNavigated.Method:
		if e := event(page.FrameNavigated, params); e.Frame != nil && e.Frame.ParentID == "" {
			t.onCommit(e.Frame)
		}
	case page.NavigatedWithinDocument.Method:
		e := event(page.NavigatedWithinDocument, params)
		t.mu.Lock()
		if e.FrameID == t.frame {
			t.doc.url = e.URL
		}
		t.mu.Unlock()
	case network.RequestWillBeSent.Method:
		e := event(network.RequestWillBeSent, params)
		t.mu.Lock()
		if e.Type == network.ResourceTypeDocument && e.FrameID == t.frame {
			t.request = e.RequestID
		}
		t.mu.Unlock()
	case network.ResponseReceived.Method:
		e := event(network.ResponseReceived, params)
		t.mu.Lock()
		if e.Type == network.ResourceTypeDocument && e.FrameID == t.frame && e.Response != nil {
			t.doc.answered, t.doc.status = e.LoaderID, e.Response.Status
		}
		t.mu.Unlock()
	case network.LoadingFailed.Method:
		t.onFailed(event(network.LoadingFailed, params))
	case inspector.TargetCrashed.Method:
		t.die(errors.New("the page crashed"))
	case inspector.Detached.Method:
		t.die(errors.New("the page was closed"))
	}
}

func (t *Tab) pageSession() *session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.page
}

// judge lets a paused request go on or fails it. A top document is aborted, so
// that the bank's page stays for the evidence; anything else is an error to the
// page.
func (t *Tab) judge(s *session, e *fetch.EventRequestPaused) {
	if e.Request == nil {
		post(s, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonBlockedByClient}, nil)
		return
	}
	address := e.Request.URL
	t.mu.Lock()
	top := e.ResourceType == network.ResourceTypeDocument && e.FrameID == t.frame && s == t.page
	blank := t.blank != "" && e.ResourceType == network.ResourceTypeDocument && originOf(address) == t.blank
	t.mu.Unlock()
	if blank {
		post(s, fetch.FulfillRequest, fetch.FulfillRequestParams{
			RequestID: e.RequestID, ResponseCode: 200,
			ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html"}, {Name: "Cache-Control", Value: "no-store"}},
			Body:            []byte(`<!doctype html><link rel="icon" href="data:,">`),
		}, nil)
		return
	}
	if t.w.verdict(address, top) {
		if top {
			t.visited(address)
		}
		post(s, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID}, nil)
		return
	}
	reason := network.ErrorReasonBlockedByClient
	if top {
		reason = network.ErrorReasonAborted
	}
	t.refuse(address, top)
	post(s, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: reason}, nil)
}

func (t *Tab) refuse(address string, top bool) {
	where := originOf(address)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refused[where] == 0 {
		t.noteLocked("refused %s", where)
	}
	t.refused[where]++
	if top {
		t.troubleLocked(&scrapers.Error{
			Kind: scrapers.OriginNotAllowed, Doing: "follow the page to another host", URL: where,
			Err: errors.New("this host is not one of the bank's"),
		})
	}
}

// visited remembers the origins of top documents, whose storage State exports.
func (t *Tab) visited(address string) {
	const most = 20
	u, err := url.Parse(address)
	if err != nil || !t.w.allows(u) {
		return
	}
	o := origin(u)
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.origins) < most && !slices.Contains(t.origins, o) {
		t.origins = append(t.origins, o)
	}
}

func (t *Tab) onDialog(s *session, e page.EventJavascriptDialogOpening) {
	t.mu.Lock()
	if len(t.dialogs) < mostDialogs && e.Type != page.DialogTypeBeforeunload {
		t.dialogs = append(t.dialogs, strings.Join(strings.Fields(e.Message), " "))
	}
	t.noteLocked("dismissed a dialog (%s)", e.Type)
	t.mu.Unlock()
	post(s, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{
		Accept: e.Type == page.DialogTypeBeforeunload,
	}, nil)
}

func (t *Tab) onCommit(f *cdp.Frame) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.LoaderID != t.doc.loader {
		t.world = 0
		t.armed = false // what was typed went with its document
		for _, f := range t.replaced {
			f()
		}
	}
	t.frame = f.ID
	t.doc.loader, t.doc.url = f.LoaderID, f.URL
	if f.UnreachableURL != "" {
		t.doc.url = f.UnreachableURL
		return
	}
	t.trouble = nil
}

// onReplaced calls f when another top document is committed, until the function
// it returns is called. Some commands that meet a navigation are never answered.
func (t *Tab) onReplaced(f func()) func() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.replaced == nil {
		t.replaced = map[int]func(){}
	}
	t.hooks++
	n := t.hooks
	t.replaced[n] = f
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.replaced, n)
	}
}

// onFailed notices that the top document could not be loaded. One that was
// aborted was replaced by another, or refused by us.
func (t *Tab) onFailed(e network.EventLoadingFailed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.RequestID != t.request || e.ErrorText == "net::ERR_ABORTED" || t.request == "" {
		return
	}
	const doing = "load the next page"
	if e.ErrorText == noPage {
		if bad := statusError(doing, t.doc.status, ""); bad != nil {
			t.troubleLocked(bad)
			return
		}
	}
	t.troubleLocked(netError(doing, e.ErrorText, ""))
}

// troubleLocked keeps what is wrong with the top document and wakes who waits.
func (t *Tab) troubleLocked(e *scrapers.Error) {
	if t.trouble == nil {
		t.trouble = e
	}
	if t.interrupt != nil {
		t.interrupt()
	}
}

// netError gives a network failure of Chromium's its kind.
func netError(doing, text, address string) *scrapers.Error {
	kind := scrapers.Network
	if strings.HasPrefix(text, "net::ERR_CERT_") || strings.HasPrefix(text, "net::ERR_SSL_") ||
		strings.Contains(text, "CERTIFICATE") || text == "net::ERR_BAD_SSL_CLIENT_AUTH_CERT" {
		kind = scrapers.TLSProblem
	}
	return &scrapers.Error{Kind: kind, Doing: doing, URL: plain(address), Err: errors.New(text)}
}

// statusError gives an HTTP status its kind; nil means it is fine.
func statusError(doing string, status int64, address string) *scrapers.Error {
	e := &scrapers.Error{Doing: doing, URL: plain(address), Err: errors.New("the bank answered with HTTP status " + strconv.FormatInt(status, 10))}
	switch {
	case status >= 500:
		e.Kind = scrapers.BankUnavailable
	case status == 429:
		e.Kind = scrapers.RateLimited
	case status == 403:
		e.Kind = scrapers.AccessDenied
	default:
		return nil
	}
	return e
}
