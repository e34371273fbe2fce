package browser

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	protocol "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// graceful is how long a browser may take to end when asked to.
const graceful = 5 * time.Second

// browser is one running browser: a process of ours or a remote one.
type browser struct {
	cfg     Config
	visible bool
	name    string   // "Chromium"
	product string   // "Chrome/156.0.1.2"
	agent   string   // its own User-Agent
	proc    *process // nil when remote
	c       *conn
	root    *session

	mu      sync.Mutex
	tabs    map[cdp.BrowserContextID]*Tab
	closing bool
	brand   *hints // filled by the first tab
}

// newBrowser starts a browser, or connects to the remote one, and waits until it
// answers.
func newBrowser(ctx context.Context, cfg Config, visible bool) (*browser, error) {
	b := &browser{cfg: cfg, visible: visible, name: "Chromium", tabs: map[cdp.BrowserContextID]*Tab{}}
	tr, err := b.connect(ctx)
	if err != nil {
		return nil, err
	}
	b.c, b.root = newConn(tr, b.onEvent)
	err = hello(ctx, b.proc, b.c, func(ctx context.Context) error {
		v, err := call(ctx, b.root, protocol.GetVersion, cdp.Empty{})
		if err != nil {
			return err
		}
		b.product, b.agent = v.Product, v.UserAgent
		_, err = call(ctx, b.root, target.SetAutoAttach, target.SetAutoAttachParams{
			AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: new(true),
			Filter: target.Filter{{Type: "browser", Exclude: true}, {Type: "tab", Exclude: true}, {}},
		})
		return err
	})
	if err == nil {
		return b, nil
	}
	b.c.close()
	b.c.wg.Wait()
	if b.proc != nil {
		_ = b.proc.reap(0) // the start has failed; that is what is told
		live.Delete(b.proc.dir)
	}
	return nil, err
}

func (b *browser) connect(ctx context.Context) (chromedp.Transport, error) {
	if b.cfg.RemoteURL != "" {
		return dialRemote(ctx, b.cfg.RemoteURL)
	}
	bin, err := Find(b.cfg.Path)
	if err != nil {
		return nil, err
	}
	b.name = bin.Name
	p, tr, err := start(b.cfg, bin, b.visible)
	if err != nil {
		return nil, err
	}
	b.proc = p
	return tr, nil
}

// onEvent handles events of the browser itself, on the reading goroutine.
func (b *browser) onEvent(_ *session, method string, params jsonv2.Value) {
	switch method {
	case target.AttachedToTarget.Method:
		e := event(target.AttachedToTarget, params)
		if e.TargetInfo != nil {
			b.adopt(&e)
		}
	case target.DetachedFromTarget.Method:
		id := event(target.DetachedFromTarget, params).SessionID
		b.c.detach(id)
		b.eachTab(func(t *Tab) {
			if s := t.pageSession(); s != nil && s.id == id {
				t.die(errors.New("the page was closed"))
			}
		})
	case target.TargetCrashed.Method:
		e := event(target.TargetCrashed, params)
		b.eachTab(func(t *Tab) {
			if t.isPage(e.TargetID) {
				t.die(fmt.Errorf("the page crashed (%s)", e.Status))
			}
		})
	}
}

// adopt gives a new target, which waits, to the tab it belongs to. Targets of
// nobody's are let go: on a shared remote browser they are other people's.
func (b *browser) adopt(e *target.EventAttachedToTarget) {
	b.mu.Lock()
	t := b.tabs[e.TargetInfo.BrowserContextID]
	b.mu.Unlock()
	if t != nil {
		t.adopt(e)
		return
	}
	s := b.c.attach(e.SessionID, func(*session, string, jsonv2.Value) {})
	post(s, runtime.RunIfWaitingForDebugger, cdp.Empty{}, nil)
	post(b.root, target.DetachFromTarget, target.DetachFromTargetParams{SessionID: e.SessionID}, nil)
}

func (b *browser) eachTab(f func(*Tab)) {
	b.mu.Lock()
	tabs := make([]*Tab, 0, len(b.tabs))
	for _, t := range b.tabs {
		tabs = append(tabs, t)
	}
	b.mu.Unlock()
	for _, t := range tabs {
		f(t)
	}
}

func (b *browser) isDead() bool {
	select {
	case <-b.c.lost:
		return true
	default:
		return false
	}
}

// watch waits for the end of the browser, whatever the reason, and leaves
// nothing of it behind.
func (b *browser) watch() {
	if b.proc == nil {
		<-b.c.lost
	} else {
		select {
		case <-b.c.lost:
		case <-b.proc.exited:
		}
	}
	b.c.close()
	b.mu.Lock()
	closing := b.closing
	b.mu.Unlock()
	cause := errPoolClosed
	if !closing {
		cause = errLost
		b.cfg.Log("browser: it ended by itself")
	}
	b.eachTab(func(t *Tab) { t.die(cause) })
	b.c.wg.Wait()
	if b.proc == nil {
		return
	}
	grace := time.Duration(0)
	if closing {
		grace = graceful
	}
	if err := b.proc.reap(grace); err != nil {
		b.cfg.Log("browser: %v", err)
	}
	live.Delete(b.proc.dir)
}

// close ends the browser as asked, by force when it does not follow; watch does
// the rest. A remote browser is only left.
func (b *browser) close() {
	b.mu.Lock()
	b.closing = true
	b.mu.Unlock()
	b.eachTab(func(t *Tab) { t.die(errPoolClosed) })
	ctx, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	if b.proc == nil {
		b.eachTab(func(t *Tab) { t.dispose(ctx) })
	} else if _, err := call(ctx, b.root, protocol.Close, cdp.Empty{}); err == nil {
		select {
		case <-b.proc.exited:
		case <-ctx.Done():
		}
	}
	b.c.close()
}

// kill ends a browser that no longer answers.
func (b *browser) kill() {
	b.c.close()
	if b.proc != nil {
		b.proc.kill()
	}
}
