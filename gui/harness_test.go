package gui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/gui/look"
	"reconbanker/scrapers"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"
)

// now is the moment of the tests' world, a little before noon at the desk.
var now = time.Date(2026, 5, 13, 12, 50, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	zone, err := time.LoadLocation("America/Montevideo")
	if err != nil {
		panic(err)
	}
	time.Local = zone
	os.Setenv("LC_ALL", "en_GB.UTF-8")
	for _, b := range []scrapers.Info{
		{Code: "demobank", Name: "Demo Bank", Currencies: []string{"UYU"}, Demo: true},
		{Code: "itau", Name: "Itaú", Currencies: []string{"UYU", "USD"}},
		{Code: "midinero", Name: "Mi Dinero", Currencies: []string{"USD"}},
		{Code: "pichincha", Name: "Banco Pichincha Empresas", Currencies: []string{"USD"}},
	} {
		b.TimeZone = "America/Montevideo"
		scrapers.Register(bank{b})
	}
	os.Exit(m.Run())
}

// bank is a driver that is never asked to drive.
type bank struct{ info scrapers.Info }

func (b bank) Info() scrapers.Info { return b.info }

func (bank) Login(context.Context, scrapers.Page, scrapers.Credentials, scrapers.Ask) error {
	return nil
}
func (bank) Authenticated(context.Context, scrapers.Page) (bool, error) { return false, nil }

func (bank) Movements(context.Context, scrapers.Page, scrapers.Request) (scrapers.Statement, error) {
	return scrapers.Statement{}, nil
}

// queue is a dispatcher that runs nothing until the test says so, as Fyne's
// goroutine would run it between two frames.
type queue struct {
	mu   sync.Mutex
	work []func()
	more chan struct{}
}

func newQueue() *queue { return &queue{more: make(chan struct{}, 1)} }

func (q *queue) add(f func()) {
	q.mu.Lock()
	q.work = append(q.work, f)
	q.mu.Unlock()
	select {
	case q.more <- struct{}{}:
	default:
	}
}

func (q *queue) drain() {
	for {
		q.mu.Lock()
		work := q.work
		q.work = nil
		q.mu.Unlock()
		if len(work) == 0 {
			return
		}
		for _, f := range work {
			f()
		}
	}
}

// desk is a window over a real core and a real store, without a browser.
type desk struct {
	t     testing.TB
	dir   string
	store *storage.Store
	vault *coretest.Vault
	core  *core.Core
	fyne  fyne.App
	app   *App
	queue *queue
	quits int
	// greets has a new person led through the first steps; other tests have no use
	// for them.
	greets bool
	room   int64 // bytes left on the disk
	notes  board
}

// newDesk opens a window after fill has put something into the store.
func newDesk(t testing.TB, fill func(*desk), change ...func(*Config)) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), queue: newQueue(), vault: &coretest.Vault{}, room: 1 << 40}
	d.store = storagetest.OpenIn(t, d.dir)
	d.core = core.New(core.Config{Store: d.store, Vault: d.vault, Version: "0.1.0", Now: func() time.Time { return now }, Free: func() (int64, error) { return d.room, nil }})
	if fill != nil {
		fill(d)
	}
	cfg := Config{
		Core: d.core, Version: "0.1.0", Dir: d.dir, Actor: "ana", Dispatch: d.queue.add, Now: func() time.Time { return now },
		Notify:   func(pressed func(key, action string)) Notifier { d.notes.pressed = pressed; return &d.notes },
		TrayHost: func(context.Context) bool { return false }, Quit: func() { d.quits++ },
	}
	for _, c := range change {
		c(&cfg)
	}
	d.fyne = test.NewApp()
	d.app = New(cfg)
	if !d.greets {
		d.app.views.welcome = nil
	}
	d.app.start(context.Background(), d.fyne)
	t.Cleanup(func() {
		d.app.end()
		d.app.working.Wait()
	})
	d.until("the first overview", func() bool { return d.app.shown })
	return d
}

// until lets the window work until something holds.
func (d *desk) until(what string, holds func() bool) {
	d.t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		d.queue.drain()
		if holds() {
			return
		}
		select {
		case <-d.queue.more:
		case <-limit.C:
			d.t.Fatalf("waited in vain for %s; on screen: %q", what, d.texts())
		}
	}
}

// sees waits until a text is on screen.
func (d *desk) sees(text string) {
	d.t.Helper()
	text = strings.ReplaceAll(text, "\u00a0", " ")
	d.until("“"+text+"” on screen", func() bool {
		for _, s := range d.texts() {
			if strings.Contains(s, text) {
				return true
			}
		}
		return false
	})
}

// objects are all that is visible, dialogs included.
func (d *desk) objects() []fyne.CanvasObject {
	c := d.app.window.Canvas()
	out := visible(nil, c.Content())
	for _, o := range c.Overlays().List() {
		out = visible(out, o)
	}
	return out
}

func visible(out []fyne.CanvasObject, o fyne.CanvasObject) []fyne.CanvasObject {
	if o == nil || !o.Visible() {
		return out
	}
	out = append(out, o)
	var inside []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		inside = o.Objects
	case fyne.Widget:
		inside = test.WidgetRenderer(o).Objects()
	}
	for _, child := range inside {
		out = visible(out, child)
	}
	return out
}

// texts are the words on screen; spaces that do not break are ordinary ones.
func (d *desk) texts() []string {
	var out []string
	for _, o := range d.objects() {
		if t, ok := o.(*canvas.Text); ok && t.Visible() && t.Text != "" {
			out = append(out, strings.ReplaceAll(t.Text, "\u00a0", " "))
		}
	}
	return out
}

// button finds a visible button by its words; of several, the last, which is in
// front.
func (d *desk) button(words string) *look.Button {
	d.t.Helper()
	var found *look.Button
	for _, o := range d.objects() {
		if b, ok := o.(*look.Button); ok && b.Visible() && b.Text == words {
			found = b
		}
	}
	if found == nil {
		d.t.Fatalf("no button says %q; on screen: %q", words, d.texts())
	}
	return found
}

func (d *desk) press(words string) {
	d.t.Helper()
	test.Tap(d.button(words))
	d.queue.drain()
}

func (d *desk) key(name fyne.KeyName) {
	c := d.app.window.Canvas()
	if f := c.Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: name})
	} else {
		c.OnTypedKey()(&fyne.KeyEvent{Name: name})
	}
	d.queue.drain()
}

// account adds a complete account.
func (d *desk) account(bank, name string, change ...func(*core.Account)) core.Account {
	d.t.Helper()
	a := storagetest.MustCreateAccount(d.t, d.store, append([]func(*core.Account){func(a *core.Account) {
		a.Bank, a.Name, a.CreatedAt = bank, name, now.Add(-48*time.Hour)
	}}, change...)...)
	st := core.Settings{
		ID: storagetest.ID(), AccountID: a.ID, WebhookURL: "https://erp.acme.example/hook", RetryLimit: 3, PollingMethod: "GET",
		AuthType: core.Bearer, SessionType: core.OneShot, LoginMode: core.Simple, BankUsername: "acme.ops", Schedule: core.DefaultSchedule,
		DailyLogins: 3, CredentialsVersion: 1, CreatedAt: now, UpdatedAt: now,
	}
	if err := d.store.SaveSettings(context.Background(), st, map[string][]byte{core.SecretPassword: []byte("sealed")}, nil, core.Audit{}); err != nil {
		d.t.Fatal(err)
	}
	return a
}

// change alters a stored account.
func (d *desk) change(id string, change func(*core.Account)) {
	d.t.Helper()
	_, err := d.store.ChangeAccount(context.Background(), id, func(a *core.Account) error {
		change(a)
		return nil
	}, core.Audit{})
	if err != nil {
		d.t.Fatal(err)
	}
}

// begin starts a run and leads it to a stage.
func (d *desk) begin(accountID string, at time.Time, stages ...string) core.Run {
	d.t.Helper()
	ctx := context.Background()
	if _, _, err := d.store.EnqueueRun(ctx, core.Run{AccountID: accountID, Trigger: core.BySchedule, QueuedAt: at}); err != nil {
		d.t.Fatal(err)
	}
	run, err := d.store.ClaimRun(ctx, at)
	if err != nil {
		d.t.Fatal(err)
	}
	for i, stage := range stages {
		run.Stage = stage
		if err := d.store.StageRun(ctx, run.ID, stage, at.Add(time.Duration(i)*900*time.Millisecond), ""); err != nil {
			d.t.Fatal(err)
		}
	}
	return run
}

// finish ends a run: well with fresh movements, or with a kind of failure.
func (d *desk) finish(run core.Run, took time.Duration, fresh int, kind scrapers.Kind, said string) {
	d.t.Helper()
	ctx := context.Background()
	run.FinishedAt = run.StartedAt.Add(took)
	if kind != "" {
		run.Status, run.Kind, run.Said, run.Message = core.Failed, kind, said, "sign in"
		if _, err := d.store.EndRun(ctx, run, func(*core.Account) {}); err != nil {
			d.t.Fatal(err)
		}
		return
	}
	run.Status, run.Stage = core.Succeeded, ""
	lines := storagetest.Lines(0, fresh)
	for i := range lines {
		lines[i].Key = run.ID + lines[i].Key
	}
	if _, err := d.store.Keep(ctx, core.Keep{Run: run, At: run.FinishedAt, Lines: lines}); err != nil {
		d.t.Fatal(err)
	}
}

// demo fills the store as the pictures show it.
func demo(d *desk) {
	ctx := context.Background()
	if err := d.store.SetOperationMode(ctx, core.Passthrough, core.Audit{}); err != nil {
		d.t.Fatal(err)
	}
	all := []string{core.StageCredentials, core.StageLaunch, core.StageLogin, core.StageRead, core.StageKeep}
	at := func(h, m int) time.Time { return time.Date(2026, 5, 13, h+3, m, 0, 0, time.UTC) }

	operating := d.account("demobank", "Operating account")
	d.finish(d.begin(operating.ID, at(9, 0), all[:3]...), 31*time.Second, 0, scrapers.BankUnavailable, "")
	d.finish(d.begin(operating.ID, at(9, 20), all...), 3900*time.Millisecond, 0, "", "")
	d.finish(d.begin(operating.ID, at(9, 40), all...), 4100*time.Millisecond, 12, "", "")
	d.change(operating.ID, func(a *core.Account) { a.LastReadAt, a.NextRunAt = at(9, 40), at(10, 0) })

	collections := d.account("pichincha", "Collections Ecuador")
	d.begin(collections.ID, at(9, 48), core.StageCredentials, core.StageLaunch, core.StageLogin, core.StageCode)

	market := d.account("midinero", "ACME marketplace USD")
	d.finish(d.begin(market.ID, at(8, 2), all[:3]...), 6300*time.Millisecond, 0, scrapers.InvalidCredentials, "Usuario o contraseña incorrectos. Le quedan 2 intentos.")
	d.change(market.ID, func(a *core.Account) {
		a.Block = &core.Block{At: at(8, 2), Kind: scrapers.InvalidCredentials, Reason: "The bank refused the user name or password.", Credentials: 1}
	})

	client := d.account("itau", "Client X – Itaú")
	d.begin(client.ID, at(9, 49), all[:4]...)

	bse := d.account("itau", "Suppliers")
	d.change(bse.ID, func(a *core.Account) {
		a.Health = core.Health{Kind: scrapers.BankUnavailable, Since: at(9, 30), Failures: 1}
		a.LastReadAt, a.NextRunAt = at(9, 10), at(10, 5)
	})
	storagetest.MustCreateAccount(d.t, d.store, func(a *core.Account) { a.Name = "Payroll" })
	storagetest.MustCreateAccount(d.t, d.store, func(a *core.Account) { a.Name, a.Status = "Old till", core.Archived })
}

// path is a file of the desk's data folder.
func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }
