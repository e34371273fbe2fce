package gui

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/notify"
	"reconbanker/gui/widgets"
	"reconbanker/scrapers"
)

// board is a desktop's notifications.
type board struct {
	mu      sync.Mutex
	pressed func(key, action string)
	shown   []notify.Note // in the order they came
	up      map[string]notify.Note
	closed  bool
}

// Show implements Notifier.
func (b *board) Show(n notify.Note) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.up == nil {
		b.up = map[string]notify.Note{}
	}
	b.shown, b.up[n.Key] = append(b.shown, n), n
}

// Withdraw implements Notifier.
func (b *board) Withdraw(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.up, key)
}

// Close implements Notifier.
func (b *board) Close() { b.closed = true }

// counter is the core's part that asks for codes: everything else is the real one.
type counter struct {
	Core
	mu      sync.Mutex
	rows    []core.Assistance
	given   []string // code and request, as they came
	refuse  error    // what the next answer meets
	resends int
	begins  []string // accounts that were asked to log in again
}

func (c *counter) PendingAssistances(context.Context) ([]core.Assistance, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.rows), func(a core.Assistance) bool { return a.State != core.AssistancePending }), nil
}

func (c *counter) Assistance(_ context.Context, id string) (core.Assistance, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.rows {
		if a.ID == id {
			return a, nil
		}
	}
	return core.Assistance{}, core.ErrNotFound
}

func (c *counter) answer(what, id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.refuse; err != nil {
		c.refuse = nil
		return err
	}
	c.given = append(c.given, what+" "+id)
	for i := range c.rows {
		if c.rows[i].ID == id {
			c.rows[i].Submitted = true
		}
	}
	return nil
}

func (c *counter) SubmitCode(_ context.Context, _, id string, code []byte, _ string) error {
	return c.answer(string(code), id)
}

func (c *counter) ConfirmFinished(_ context.Context, _, id, _ string) error {
	return c.answer("done", id)
}

func (c *counter) CancelAssistance(_ context.Context, _, id, _ string) error {
	return c.answer("cancel", id)
}

func (c *counter) ResendCode(context.Context, string, string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.refuse
	c.refuse = nil
	if err == nil {
		c.resends++
	}
	return err
}

func (c *counter) Scrape(ctx context.Context, accountID, actor string) (core.Run, error) {
	c.mu.Lock()
	c.begins = append(c.begins, accountID)
	c.mu.Unlock()
	return c.Core.Scrape(ctx, accountID, actor)
}

// askDesk is a desk whose logins wait for what the test says.
type askDesk struct {
	*desk
	asks *counter
	ids  map[string]string // accounts by name
	time *testTime
}

// testTime is a clock that only moves when told.
type testTime struct {
	mu sync.Mutex
	at time.Time
}

func (c *testTime) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *testTime) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newAskDesk(t testing.TB, change ...func(*Config)) *askDesk {
	t.Helper()
	d := &askDesk{asks: &counter{}, ids: map[string]string{}, time: &testTime{at: now}}
	fill := func(k *desk) {
		for bank, name := range map[string]string{"pichincha": "Collections Ecuador", "demobank": "Operating account", "itau": "Suppliers"} {
			d.ids[name] = k.account(bank, name).ID
		}
	}
	d.desk = newDesk(t, fill, append([]func(*Config){func(c *Config) {
		d.asks.Core, c.Core, c.Now = c.Core, d.asks, d.time.now
	}}, change...)...)
	return d
}

// ask makes an account's login wait, and returns the request's id.
func (d *askDesk) ask(name string, change ...func(*core.Assistance)) string {
	d.t.Helper()
	at := d.time.now()
	a := core.Assistance{
		ID: "request-" + name, AccountID: d.ids[name], Kind: scrapers.Numeric, Length: 6, Purpose: "login", Limit: 3, CanResend: true,
		State: core.AssistancePending, CreatedAt: at, AskedAt: at, ExpiresAt: at.Add(5 * time.Minute),
	}
	for _, f := range change {
		f(&a)
	}
	d.asks.mu.Lock()
	d.asks.rows = append(slices.DeleteFunc(d.asks.rows, func(row core.Assistance) bool { return row.ID == a.ID }), a)
	d.asks.mu.Unlock()
	d.app.touch(model.Something(core.AssistanceChanged, a.AccountID))
	return a.ID
}

// turn changes a request, as the login does.
func (d *askDesk) turn(name string, change func(*core.Assistance)) {
	d.t.Helper()
	d.asks.mu.Lock()
	for i := range d.asks.rows {
		if d.asks.rows[i].AccountID == d.ids[name] {
			change(&d.asks.rows[i])
		}
	}
	d.asks.mu.Unlock()
	d.app.touch(model.Something(core.AssistanceChanged, d.ids[name]))
}

func (d *askDesk) end(name string, state core.AssistanceState, reason scrapers.Kind) {
	d.turn(name, func(a *core.Assistance) { a.State, a.Reason, a.Submitted = state, reason, false })
}

// inside are the things in the window of the codes.
func (d *askDesk) inside() []fyne.CanvasObject {
	if !d.app.codes.on {
		return nil
	}
	return visible(nil, d.app.codes.window.Canvas().Content())
}

// says are the words in it.
func (d *askDesk) says() string {
	var out []string
	for _, o := range d.inside() {
		if t, ok := o.(*canvas.Text); ok && t.Visible() && t.Text != "" {
			out = append(out, t.Text)
		}
	}
	return strings.ReplaceAll(strings.Join(out, " "), "\u00a0", " ")
}

func (d *askDesk) reads(words string) {
	d.t.Helper()
	d.until("“"+words+"” in the window of the codes", func() bool { return strings.Contains(d.says(), words) })
}

// does presses a button in it.
func (d *askDesk) does(words string) {
	d.t.Helper()
	for _, o := range d.inside() {
		if b, ok := o.(*look.Button); ok && b.Visible() && b.Text == words {
			test.Tap(b)
			d.queue.drain()
			return
		}
	}
	d.t.Fatalf("no button says %q; the window says %q", words, d.says())
}

// boxes is where the code is typed.
func (d *askDesk) boxes() *widgets.CodeEntry {
	d.t.Helper()
	for _, o := range d.inside() {
		if e, ok := o.(*widgets.CodeEntry); ok {
			return e
		}
	}
	d.t.Fatalf("there is nothing to type a code into; the window says %q", d.says())
	return nil
}

// types types with the keyboard after a pause, into whatever has the keys there.
func (d *askDesk) types(text string) {
	d.t.Helper()
	d.app.codes.guard.Open()
	d.keys(text)
}

// keys types on without a pause.
func (d *askDesk) keys(text string) {
	d.t.Helper()
	f := d.app.codes.window.Canvas().Focused()
	if f == nil {
		d.t.Fatal("nothing there takes keys")
	}
	for _, r := range text {
		f.TypedRune(r)
	}
	d.queue.drain()
}

func (d *askDesk) given() []string {
	d.asks.mu.Lock()
	defer d.asks.mu.Unlock()
	return slices.Clone(d.asks.given)
}

// gives waits until an answer has arrived.
func (d *askDesk) gives(want string) {
	d.t.Helper()
	d.until("the answer "+want, func() bool { return slices.Contains(d.given(), want) })
}
