package core

import (
	"context"
	"sync"
	"time"

	"reconbanker/scrapers"
)

// stallLimit is how long a driver may make no step at all. A step of a page has
// a limit of its own, far below; long work that steps on is never cut short here.
const stallLimit = 2 * time.Minute

// watched is a tab whose steps are seen: the watchdog tells by them a hang from
// honest work. The tab beneath can be changed, for a window a person works in.
type watched struct {
	mu    sync.Mutex
	tab   scrapers.Tab
	stall *allowance // nil outside a run
}

var _ scrapers.Tab = (*watched)(nil)

// watch lets the steps hold off a stall until the function returned is called.
func (w *watched) watch(stall *allowance) (end func()) {
	w.mu.Lock()
	w.stall = stall
	w.mu.Unlock()
	return func() {
		stall.end()
		w.mu.Lock()
		w.stall = nil
		w.mu.Unlock()
	}
}

// step notes that the driver makes a step.
func (w *watched) step() scrapers.Tab {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stall != nil {
		w.stall.again()
	}
	return w.tab
}

// stalls returns the clock of the watchdog.
func (w *watched) stalls() *allowance {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stall
}

// become puts another tab in place and closes the one before.
func (w *watched) become(t scrapers.Tab) error {
	w.mu.Lock()
	old := w.tab
	w.tab = t
	w.mu.Unlock()
	return old.Close()
}

func (w *watched) Goto(ctx context.Context, url string) error { return w.step().Goto(ctx, url) }
func (w *watched) WaitAny(ctx context.Context, s ...scrapers.Sighting) (string, error) {
	return w.step().WaitAny(ctx, s...)
}

func (w *watched) Seen(ctx context.Context, selector string) (bool, error) {
	return w.step().Seen(ctx, selector)
}

func (w *watched) Text(ctx context.Context, selector string) (string, error) {
	return w.step().Text(ctx, selector)
}

func (w *watched) Fill(ctx context.Context, selector, text string) error {
	return w.step().Fill(ctx, selector, text)
}

func (w *watched) FillSecret(ctx context.Context, selector string, s scrapers.Secret) error {
	return w.step().FillSecret(ctx, selector, s)
}

func (w *watched) Select(ctx context.Context, selector, value string) error {
	return w.step().Select(ctx, selector, value)
}

func (w *watched) Click(ctx context.Context, selector string) error {
	return w.step().Click(ctx, selector)
}

func (w *watched) Submit(ctx context.Context, selector string) error {
	return w.step().Submit(ctx, selector)
}

func (w *watched) Read(ctx context.Context, expression string, out any) error {
	return w.step().Read(ctx, expression, out)
}
func (w *watched) URL(ctx context.Context) (string, error) { return w.step().URL(ctx) }
func (w *watched) Dialogs() []string                       { return w.step().Dialogs() }
func (w *watched) Evidence(ctx context.Context) (scrapers.Evidence, error) {
	return w.step().Evidence(ctx)
}
func (w *watched) State(ctx context.Context) ([]byte, error) { return w.step().State(ctx) }
func (w *watched) Done() <-chan struct{}                     { return w.step().Done() }
func (w *watched) Close() error                              { return w.step().Close() }
