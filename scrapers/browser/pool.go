package browser

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"reconbanker/scrapers"
)

// Config says which browser a Pool runs and how.
type Config struct {
	// Path is the browser's executable; "" finds one, see Find.
	Path string
	// AllowRoot lets root run the browser, without its sandbox. Without it a
	// browser of root's runs as the user nobody (Linux) or not at all.
	AllowRoot bool
	// TempDir is a directory of ours for profiles, which live as long as their
	// browser. It is made with mode 0700 when missing.
	TempDir string
	// IdleClose is how long a browser without tabs is kept; 0 means two minutes.
	IdleClose time.Duration
	// Launch is how long a browser may take to start; 0 means a minute.
	Launch time.Duration
	// SystemProxy lets pages use the proxy settings of the system, for networks
	// without another way out. Foreign hosts are then kept away by interception
	// alone, without the second layer beneath it.
	SystemProxy bool
	// RemoteURL is the DevTools endpoint of a browser that runs elsewhere,
	// instead of one of ours: wss://, or ws:// or http:// on a loopback address.
	RemoteURL string
	// Log hears of starts, ends and failures, never of what a page shows; nil is
	// silent.
	Log func(format string, args ...any)
}

// Pool opens tabs in one warm browser, or in a second one for tabs a person can
// see. It implements scrapers.Opener.
type Pool struct {
	cfg  Config
	life context.Context // of launches
	end  context.CancelFunc

	mu     sync.Mutex
	slots  [2]slot // hidden, visible
	closed bool
	wg     sync.WaitGroup
}

// slot holds the browser of one kind.
type slot struct {
	b       *browser // running, or nil
	ready   chan struct{}
	err     error // of the launch that closed ready
	tabs    int
	idle    *time.Timer
	pending bool // a launch is under way
}

var (
	errPoolClosed = errors.New("the program is closing its browsers")
	errTabClosed  = errors.New("the tab was closed")
)

// New returns a Pool; the browser starts with the first tab.
func New(cfg Config) *Pool {
	if cfg.IdleClose == 0 {
		cfg.IdleClose = 2 * time.Minute
	}
	if cfg.Launch == 0 {
		cfg.Launch = time.Minute
	}
	if cfg.Log == nil {
		cfg.Log = func(string, ...any) {}
	}
	if abs, err := filepath.Abs(cfg.TempDir); err == nil && cfg.TempDir != "" {
		cfg.TempDir = abs
	}
	p := &Pool{cfg: cfg}
	p.life, p.end = context.WithCancel(context.Background())
	return p
}

// Open implements scrapers.Opener. ctx bounds the opening, not the tab.
func (p *Pool) Open(ctx context.Context, o scrapers.TabOptions) (scrapers.Tab, error) {
	const doing = "open a browser tab"
	w, err := newWall(o.Hosts)
	if err != nil {
		return nil, scrapers.Fail(scrapers.OriginNotAllowed, doing, err)
	}
	// A warm browser may turn out to have died; then another one is started.
	for try := 0; ; try++ {
		b, err := p.acquire(ctx, o.Visible)
		if err != nil {
			return nil, openError(ctx, doing, err)
		}
		t, err := openTab(ctx, b, w, o, func() { p.release(b) })
		if err == nil {
			return t, nil
		}
		p.release(b)
		if ctx.Err() != nil || !b.isDead() || try == 2 {
			return nil, openError(ctx, doing, err)
		}
	}
}

func openError(ctx context.Context, doing string, err error) error {
	var known *scrapers.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(ctx.Err(), context.Canceled), errors.Is(err, errPoolClosed):
		return scrapers.Fail(scrapers.Cancelled, doing, err)
	case ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded):
		return scrapers.Fail(scrapers.StepTimeout, doing, err)
	default:
		return scrapers.Fail(scrapers.BrowserCrashed, doing, err)
	}
}

func (p *Pool) slot(visible bool) *slot {
	if visible {
		return &p.slots[1]
	}
	return &p.slots[0]
}

// acquire returns a running browser and counts one tab on it. Callers share one
// launch, which goes on when the caller that began it gives up.
func (p *Pool) acquire(ctx context.Context, visible bool) (*browser, error) {
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return nil, errPoolClosed
		}
		s := p.slot(visible)
		if s.b != nil && !s.b.isDead() {
			s.tabs++
			if s.idle != nil {
				s.idle.Stop()
			}
			b := s.b
			p.mu.Unlock()
			return b, nil
		}
		if !s.pending {
			s.pending, s.err, s.b, s.tabs = true, nil, nil, 0
			s.ready = make(chan struct{})
			p.wg.Go(func() { p.launch(s, visible) })
		}
		ready := s.ready
		p.mu.Unlock()
		select {
		case <-ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		p.mu.Lock()
		err := s.err
		p.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
}

func (p *Pool) launch(s *slot, visible bool) {
	ctx, cancel := context.WithTimeout(p.life, p.cfg.Launch)
	defer cancel()
	began := time.Now()
	b, err := newBrowser(ctx, p.cfg, visible)
	p.mu.Lock()
	defer p.mu.Unlock()
	s.pending = false
	close(s.ready)
	if err != nil {
		s.err = err
		if p.closed {
			s.err = errPoolClosed
		}
		p.cfg.Log("browser: %v", err)
		return
	}
	p.cfg.Log("browser: %s started in %v", b.product, time.Since(began).Round(time.Millisecond))
	p.wg.Go(b.watch)
	if p.closed {
		p.wg.Go(b.close)
		return
	}
	s.b = b
	p.arm(s, b)
}

// arm starts the idle clock of a browser without tabs; p.mu is held.
func (p *Pool) arm(s *slot, b *browser) {
	if s.idle != nil {
		s.idle.Stop()
	}
	s.idle = time.AfterFunc(p.cfg.IdleClose, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if s.b != b || s.tabs > 0 || p.closed {
			return
		}
		s.b = nil
		p.cfg.Log("browser: closed after %v without work", p.cfg.IdleClose)
		p.wg.Go(b.close)
	})
}

// release counts one tab less on a browser.
func (p *Pool) release(b *browser) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.slots {
		s := &p.slots[i]
		if s.b != b {
			continue
		}
		if s.tabs--; s.tabs == 0 && !p.closed {
			p.arm(s, b)
		}
	}
}

// Close closes every tab and browser and waits until they have gone.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	for i := range p.slots {
		s := &p.slots[i]
		if s.idle != nil {
			s.idle.Stop()
		}
		if s.b != nil {
			p.wg.Go(s.b.close)
			s.b = nil
		}
	}
	p.mu.Unlock()
	p.end()
	p.wg.Wait()
	return nil
}
