package demobank_test

import (
	"cmp"
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
	"reconbanker/scrapers/demobank"
	"reconbanker/scrapers/demobank/site"
)

// steps opens tabs whose steps have a limit of the test's.
type steps struct {
	scrapers.Opener
	limit time.Duration
}

func (s steps) Open(ctx context.Context, o scrapers.TabOptions) (scrapers.Tab, error) {
	o.Step = s.limit
	if o.Visible { // there is no screen here: the window is one that nobody sees
		o.Visible = false
	}
	return s.Opener.Open(ctx, o)
}

// failure is one way in which the demo bank fails a login or a reading.
type failure struct {
	name    string
	user    string // "" is demo
	present bool   // a person is there
	fault   func(d *branch) error
	reading bool                                     // it happens after the login
	act     func(d *branch, r core.Assistance) error // when a person is asked
	kind    scrapers.Kind                            // "" when it ends well
	class   core.Class
	submits int // passwords counted at the bank
	step    time.Duration
	chosen  []string // bank accounts to read; "" is the user's first, none are all
}

func turn(switches ...site.Switch) func(*branch) error {
	return func(d *branch) error {
		for _, s := range switches {
			if err := d.bank.Set(s, true); err != nil {
				return err
			}
		}
		return nil
	}
}

func gives(code func(d *branch) string) func(*branch, core.Assistance) error {
	return func(d *branch, r core.Assistance) error {
		return d.core.SubmitCode(d.t.Context(), r.AccountID, r.ID, []byte(code(d)), "ana")
	}
}

func right(d *branch) string { return d.bank.CurrentCode(d.user) }
func wrong(*branch) string   { return "00000x" }

func late(d *branch, _ core.Assistance) error {
	d.shift.Store(int64(6 * time.Minute))
	return nil
}

func approves(yes bool) func(*branch, core.Assistance) error {
	return func(d *branch, _ core.Assistance) error { return d.bank.Approve(d.user, yes) }
}

var failures = []failure{
	{name: "nothing", submits: 1},
	{name: "wrong password", fault: func(d *branch) error { return d.bank.SetPassword(d.user, "otra") }, kind: scrapers.InvalidCredentials, class: "F", submits: 1},
	{name: "locked", fault: func(d *branch) error { return d.bank.Lock(d.user) }, kind: scrapers.AccountLocked, class: "F", submits: 1},
	{name: "new password", fault: turn(site.ChangePassword), kind: scrapers.PasswordChange, class: "F", submits: 1},
	{name: "foreign host", fault: turn(site.ForeignHost), kind: scrapers.OriginNotAllowed, class: "F"},
	{name: "bad certificate", fault: (*branch).secure, kind: scrapers.TLSProblem, class: "F"},
	{name: "silence", fault: turn(site.NothingAfterSubmit), kind: scrapers.Unexplained, class: "H", submits: 1, step: noPatience},
	{name: "terms", fault: turn(site.Terms), kind: scrapers.UserAction, class: "H", submits: 1},
	{name: "one credential more", fault: turn(site.ExtraCredential), kind: scrapers.ExtraCredential, class: "H", submits: 1},
	{name: "no accounts", fault: turn(site.NoAccounts), kind: scrapers.NoAccounts, class: "H", submits: 1},
	{name: "robot", fault: turn(site.Captcha), kind: scrapers.BotChallenge, class: "H", submits: 1},
	{name: "another session", fault: turn(site.OtherSession), kind: scrapers.SessionConflict, class: "T", submits: 1},
	{name: "forbidden", fault: turn(site.Forbidden), kind: scrapers.AccessDenied, class: "H"},
	{name: "too many", fault: turn(site.TooMany), kind: scrapers.RateLimited, class: "T"},
	{name: "maintenance", fault: turn(site.Maintenance), kind: scrapers.BankUnavailable, class: "T"},
	{name: "server error", fault: turn(site.ServerError), kind: scrapers.BankUnavailable, class: "T"},
	{name: "no server", fault: (*branch).away, kind: scrapers.Network, class: "T"},
	{name: "another form", fault: turn(site.RenamedIDs), kind: scrapers.LoginPageChanged, class: "R"},
	{name: "nobody for the code", fault: turn(site.CodeAlways), kind: scrapers.NeedsPresence, class: "H", submits: 1},
	{name: "somebody for the code", fault: turn(site.CodeAlways), present: true, act: gives(right), submits: 1},
	{name: "code", user: "codigo", present: true, act: gives(right), submits: 1},
	{name: "two codes", user: "codigo", present: true, fault: turn(site.CodeTwice), act: gives(right), submits: 1},
	{name: "codes refused", user: "codigo", present: true, act: gives(wrong), kind: scrapers.OTPRejected, class: "H", submits: 1},
	{name: "no code in time", user: "codigo", present: true, act: late, kind: scrapers.OTPTimeout, class: "H", submits: 1},
	{name: "authenticator", user: "totp", submits: 1},
	{name: "approved in the app", user: "app", present: true, act: approves(true), submits: 1},
	{name: "denied in the app", user: "app", present: true, act: approves(false), kind: scrapers.ApprovalDenied, class: "H", submits: 1},
	{name: "no approval in time", user: "app", present: true, act: late, kind: scrapers.ApprovalExpired, class: "H", submits: 1},
	{name: "finished in the window", user: "ventana", present: true, act: approves(true), submits: 1},
	{name: "signed out while reading", reading: true, fault: turn(site.LoggedOutMidway), kind: scrapers.SessionExpired, class: "T", submits: 1},
	{name: "another column", reading: true, fault: turn(site.RenamedColumn), kind: scrapers.LayoutChanged, class: "R", submits: 1},
	{name: "a row nobody understands", reading: true, fault: turn(site.StrangeRow), kind: scrapers.UnparsableRow, class: "D", submits: 1},
	{name: "a balance that does not follow", reading: true, fault: turn(site.WrongBalance), kind: scrapers.DataInconsistent, class: "D", submits: 1},
	{name: "one account of two", reading: true, fault: turn(site.AccountDown), kind: core.Partial, class: "T", submits: 1},
	{name: "an account that is gone", chosen: []string{gone}, kind: scrapers.AccountNotFound, class: "H", submits: 1},
	{name: "one of two is gone", chosen: []string{"", gone}, kind: core.Partial, class: "T", submits: 1},
	{name: "too slow", fault: turn(site.Slow), kind: scrapers.StepTimeout, class: "T", step: time.Second},
}

// gone is the number of no account.
const gone = "000-000000-00"

// noPatience is the limit of a step where nothing will ever come.
const noPatience = 4 * time.Second

// branch is a core, a real browser and a demo bank.
type branch struct {
	t       testing.TB
	core    *core.Core
	bank    *site.Bank
	server  *site.Server
	store   *coretest.Store
	sender  *coretest.Sender
	user    string
	chosen  []string
	address string
	shift   atomic.Int64
}

func newBranch(t testing.TB, f failure) *branch {
	t.Helper()
	d := &branch{t: t, user: "demo", store: coretest.NewStore(), sender: coretest.NewSender()}
	if f.user != "" {
		d.user = f.user
	}
	began := time.Now()
	clock := func() time.Time { return today.Add(time.Since(began) + time.Duration(d.shift.Load())) }
	var err error
	if d.server, err = site.Start("", site.Config{Seed: 7, Now: clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.server.Close() })
	d.bank, d.address = d.server.Bank, d.server.URL()
	for _, number := range f.chosen {
		d.chosen = append(d.chosen, cmp.Or(number, d.bank.Accounts(d.user)[0]))
	}
	limit := 25 * time.Second
	if f.step > 0 {
		limit = f.step
	}
	d.core = core.New(core.Config{
		Store: d.store, Vault: &coretest.Vault{}, Sender: d.sender, Browser: steps{opener, limit}, Now: clock,
		Drivers: func(code string) (scrapers.Driver, bool) { return driver, code == "demobank" },
		Present: func() bool { return f.present }, CatchUp: time.Hour,
	})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.core.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return d
}

// secure puts the bank behind a certificate nobody trusts.
func (d *branch) secure() error {
	s, err := site.StartTLS("", config())
	if err == nil {
		d.t.Cleanup(func() { _ = s.Close() })
		d.address = s.URL()
	}
	return err
}

// away moves the bank to a port where nothing listens.
func (d *branch) away() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		d.address = "http://" + l.Addr().String()
		err = l.Close()
	}
	return err
}

func (d *branch) account(kind core.SessionType, user string) core.Account {
	d.t.Helper()
	ctx := d.t.Context()
	if err := d.core.SetOperationMode(ctx, core.Passthrough, "ana"); err != nil {
		d.t.Fatal(err)
	}
	a, err := d.core.CreateAccount(ctx, "demobank", "Caja", "ana")
	if err != nil {
		d.t.Fatal(err)
	}
	in := core.SettingsInput{
		WebhookURL: new(coretest.Hook), BankUsername: &user, BankPassword: new(user + "-2468"), SessionType: new(string(kind)),
		Own: &core.OwnInput{BankFields: map[string]string{demobank.FieldAddress: d.address}, Schedule: new("0 12 31 12 *")},
	}
	if d.chosen != nil {
		in.Own.BankAccounts = &d.chosen
	}
	for _, l := range d.bank.Logins() {
		if l.User == user && l.TOTPSeed != "" {
			in.Own.BankSecrets = map[string]string{scrapers.FieldTOTPSeed: l.TOTPSeed}
		}
	}
	if _, err := d.core.SaveSettings(ctx, a.ID, in, false, "ana"); err != nil {
		d.t.Fatal(err)
	}
	return a
}

// scrape runs the account once; act answers each question once.
func (d *branch) scrape(a core.Account, act func(*branch, core.Assistance) error) core.Run {
	d.t.Helper()
	hints, end := d.core.Subscribe()
	defer end()
	run, err := d.core.Scrape(d.t.Context(), a.ID, "ana")
	if err != nil {
		d.t.Fatal(err)
	}
	answered := time.Time{}
	for {
		run, err := d.core.RunByID(d.t.Context(), run.ID)
		if err != nil {
			d.t.Fatal(err)
		}
		if !run.Status.Live() {
			return run
		}
		r, err := d.core.PendingAssistance(d.t.Context(), a.ID)
		if err != nil {
			d.t.Fatal(err)
		}
		if r != nil && act != nil && !r.Submitted && r.AskedAt.After(answered) {
			answered = r.AskedAt
			if err := act(d, *r); err != nil && !errors.Is(err, core.ErrNoPending) {
				d.t.Fatal(err)
			}
			continue
		}
		select {
		case <-hints:
		case <-time.After(time.Second): // a hint can be missed
		}
	}
}

func TestFailuresInBothKindsOfSession(t *testing.T) {
	for _, kind := range []core.SessionType{core.OneShot, core.Persistent} {
		for _, f := range failures {
			t.Run(string(kind)+", "+f.name, func(t *testing.T) {
				t.Parallel()
				d := newBranch(t, f)
				if f.fault != nil && !f.reading {
					if err := f.fault(d); err != nil {
						t.Fatal(err)
					}
				}
				a := d.account(kind, d.user)
				if f.reading {
					if run := d.scrape(a, nil); kind == core.Persistent && run.Status != core.Succeeded {
						t.Fatalf("the session did not begin: %s %s", run.Kind, run.Message)
					}
					if err := f.fault(d); err != nil {
						t.Fatal(err)
					}
				}
				before := d.bank.Submits(d.user)
				run := d.scrape(a, f.act)
				sent := d.bank.Submits(d.user)
				if f.reading && kind == core.OneShot {
					sent -= before // its first reading was a login of its own
				}
				d.expect(a, kind, f, run, sent)
			})
		}
	}
}

// expect checks how a run ended and what follows it.
func (d *branch) expect(a core.Account, kind core.SessionType, f failure, run core.Run, sent int) {
	d.t.Helper()
	if run.Kind != f.kind {
		d.t.Errorf("it ended %s %q (%s), want %q", run.Status, run.Kind, run.Message, f.kind)
	}
	if sent != f.submits {
		d.t.Errorf("the bank counted %d passwords, want %d", sent, f.submits)
	}
	about := core.About(run.Kind)
	now, err := d.core.Account(d.t.Context(), a.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	if f.kind != "" && about.Class != f.class {
		d.t.Errorf("class %s, want %s", about.Class, f.class)
	}
	_, again := core.TriedNext(now)
	switch {
	case f.kind == "":
		if now.Health != (core.Health{}) || now.Block != nil {
			d.t.Errorf("after a good run: %+v, %+v", now.Health, now.Block)
		}
	case about.Next == core.TryNever:
		if now.Block == nil || again {
			d.t.Errorf("block %+v, tried again %v", now.Block, again)
		}
	case now.Block != nil:
		d.t.Errorf("blocked: %+v", now.Block)
	case now.Health.Absent != (f.kind == scrapers.NeedsPresence || f.kind == scrapers.OTPTimeout || f.kind == scrapers.ApprovalExpired):
		d.t.Errorf("health %+v", now.Health)
	case !again && !now.Health.Absent:
		d.t.Error("nothing says when it is tried next")
	}
	if pending, err := d.core.PendingAssistances(d.t.Context()); err != nil || len(pending) > 0 {
		d.t.Errorf("ghosts %+v, %v", pending, err)
	}
	if kind == core.Persistent && f.kind == "" {
		if s, err := d.core.Session(d.t.Context(), a.ID); err != nil || s.State != core.SessionRunning {
			d.t.Errorf("session %+v, %v", s, err)
		}
	}
	if dump := d.store.Dump(); strings.Contains(dump, d.user+"-2468") {
		d.t.Error("the password is stored in the clear")
	}
}

// A session that the bank ended is begun again with one more login, by whoever
// comes next; one whose cookies were kept needs none.
func TestSessionsAtTheDemoBank(t *testing.T) {
	d := newBranch(t, failure{})
	a := d.account(core.Persistent, "demo")
	for i, want := range []int{1, 1, 2} {
		if i == 2 {
			d.bank.ExpireSessions()
		}
		if run := d.scrape(a, nil); run.Status != core.Succeeded {
			t.Fatalf("%s %s", run.Kind, run.Message)
		}
		if got := d.bank.Submits("demo"); got != want || d.bank.Sessions() != 1 {
			t.Errorf("after %d readings the bank counted %d passwords and %d sessions", i+1, got, d.bank.Sessions())
		}
	}
	if _, err := d.core.SetAccountStatus(t.Context(), a.ID, core.Paused, "ana"); err != nil {
		t.Fatal(err)
	}
	hints, end := d.core.Subscribe()
	defer end()
	for d.bank.Sessions() > 0 { // it signs out
		select {
		case <-hints:
		case <-time.After(time.Second):
		}
	}
}
