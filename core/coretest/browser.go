package coretest

import (
	"context"
	"slices"
	"sync"

	"reconbanker/scrapers"
)

// Browser is a scrapers.Opener without a browser: its tabs know no pages, type
// secrets into a list and count what is sent.
type Browser struct {
	mu      sync.Mutex
	refuse  error
	shows   scrapers.Evidence
	opened  int
	open    int
	most    int
	typed   []string
	submits int

	restored string
	blind    bool
	tabs     map[*tab]bool // the open ones
}

var _ scrapers.Opener = (*Browser)(nil)

// TabState is what every tab of a Browser exports.
const TabState = "cookies of the session"

// Restored is the state the newest tab was opened with.
func (b *Browser) Restored() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.restored
}

// Blind makes Open refuse windows that a person can see, as without a screen.
func (b *Browser) Blind() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.blind = true
}

// Seen is how many windows that a person can see are open.
func (b *Browser) Seen() (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for t := range b.tabs {
		if t.options.Visible {
			n++
		}
	}
	return n
}

// Refuses makes Open fail; nil ends that.
func (b *Browser) Refuses(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = err
}

// Shows is the evidence that every tab gives.
func (b *Browser) Shows(e scrapers.Evidence) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shows = e
}

// Opened is how many tabs were ever opened, how many are open now and how many
// were at most open at once.
func (b *Browser) Opened() (ever, now, most int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.opened, b.open, b.most
}

// Typed is every secret typed, in order.
func (b *Browser) Typed() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.typed)
}

// Submits is how often a password was sent.
func (b *Browser) Submits() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.submits
}

// Open implements scrapers.Opener.
func (b *Browser) Open(_ context.Context, o scrapers.TabOptions) (scrapers.Tab, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse != nil {
		return nil, b.refuse
	}
	if b.blind && o.Visible {
		return nil, scrapers.Fail(scrapers.BrowserMissing, "open a window: there is no screen", nil)
	}
	b.opened++
	b.open++
	b.most = max(b.most, b.open)
	b.restored = string(o.State)
	t := &tab{browser: b, options: o, done: make(chan struct{}), fields: map[string]string{}}
	if b.tabs == nil {
		b.tabs = map[*tab]bool{}
	}
	b.tabs[t] = true
	return t, nil
}

// Crash ends every open tab, as a browser that dies does.
func (b *Browser) Crash() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for t := range b.tabs {
		t.gone.Do(func() { close(t.done) })
	}
}

type tab struct {
	browser *Browser
	options scrapers.TabOptions
	once    sync.Once
	gone    sync.Once
	done    chan struct{}
	fields  map[string]string // what was typed, by selector
}

// FillSecret implements scrapers.Page.
func (t *tab) FillSecret(_ context.Context, selector string, s scrapers.Secret) error {
	plain, err := t.options.Reveal(s)
	if err != nil {
		return err
	}
	defer clear(plain)
	t.browser.mu.Lock()
	defer t.browser.mu.Unlock()
	t.browser.typed = append(t.browser.typed, string(plain))
	t.fields[selector] = string(plain)
	return nil
}

// Submit implements scrapers.Page.
func (t *tab) Submit(ctx context.Context, _ string) error {
	if err := t.options.BeforeSubmit(ctx); err != nil {
		return err
	}
	t.browser.mu.Lock()
	defer t.browser.mu.Unlock()
	t.browser.submits++
	return nil
}

// Close implements scrapers.Tab.
func (t *tab) Close() error {
	t.once.Do(func() {
		t.gone.Do(func() { close(t.done) })
		t.browser.mu.Lock()
		defer t.browser.mu.Unlock()
		t.browser.open--
		delete(t.browser.tabs, t)
	})
	return nil
}

func (t *tab) Done() <-chan struct{}                        { return t.done }
func (t *tab) Goto(context.Context, string) error           { return nil }
func (t *tab) Seen(context.Context, string) (bool, error)   { return false, nil }
func (t *tab) Fill(context.Context, string, string) error   { return nil }
func (t *tab) Select(context.Context, string, string) error { return nil }
func (t *tab) Click(context.Context, string) error          { return nil }
func (t *tab) Read(context.Context, string, any) error      { return nil }
func (t *tab) URL(context.Context) (string, error)          { return "https://bank.example/", nil }
func (t *tab) Dialogs() []string                            { return nil }
func (t *tab) State(context.Context) ([]byte, error)        { return []byte(TabState), nil }

// Evidence implements scrapers.Tab.
func (t *tab) Evidence(context.Context) (scrapers.Evidence, error) {
	t.browser.mu.Lock()
	defer t.browser.mu.Unlock()
	return t.browser.shows, nil
}

// Text implements scrapers.Page: it shows what was typed.
func (t *tab) Text(_ context.Context, selector string) (string, error) {
	t.browser.mu.Lock()
	defer t.browser.mu.Unlock()
	return t.fields[selector], nil
}

func (t *tab) WaitAny(_ context.Context, s ...scrapers.Sighting) (string, error) {
	return s[0].Name, nil
}
