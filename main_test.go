package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"reconbanker/core"
	"reconbanker/core/outbound"
	"reconbanker/core/outbound/receiver"
	"reconbanker/core/vault"
	"reconbanker/scrapers/browser"
	"reconbanker/scrapers/demobank/site"
	"reconbanker/storage"
)

// childEnv makes the test binary be the program, so that it can be killed; its
// value moves the program's clock, in seconds.
const childEnv = "RECONBANKER_TEST_CHILD"

// inChild is what else the test binary does before it is the program.
var inChild []func()

func TestMain(m *testing.M) {
	if shift, child := os.LookupEnv(childEnv); child {
		for _, do := range inChild {
			do()
		}
		seconds, _ := strconv.Atoi(shift)
		clock = func() time.Time { return time.Now().Add(time.Duration(seconds) * time.Second) }
		main()
	}
	os.Exit(m.Run())
}

// wallClock is a clock that only moves when told.
type wallClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *wallClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *wallClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A Wednesday noon at the bank.
func noon() *wallClock { return &wallClock{now: time.Date(2026, 5, 13, 15, 0, 0, 0, time.UTC)} }

// desk is a whole installation in this process, with a bank and a receiver of
// its own: real SQLite, real browser, real HTTP.
type desk struct {
	*core.Core
	t       *testing.T
	dir     string
	clock   *wallClock
	bank    *site.Server
	hooks   *receiver.Receiver
	store   *storage.Store
	account core.Account
	user    site.Login
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), clock: noon()}
	var err error
	if d.bank, err = site.Start("", site.Config{Seed: 7, Now: d.clock.Now, Quiet: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.bank.Close() })
	if d.hooks, err = receiver.Start(""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.hooks.Close() })
	d.user = d.bank.Logins()[0]
	if d.store, err = storage.Open(t.Context(), storage.Options{Dir: d.dir, Now: d.clock.Now}); err != nil {
		t.Fatal(err)
	}
	secrets, err := vault.Open(t.Context(), vault.Config{Keys: d.store, Unlocker: vault.FromFile(passphraseFile(t))})
	if err != nil {
		t.Fatal(err)
	}
	pool := browser.New(browser.Config{AllowRoot: true, TempDir: filepath.Join(d.dir, "browser"), Log: t.Logf})
	sender := outbound.New(outbound.Config{Version: "test"})
	d.Core = core.New(core.Config{
		Store: d.store, Vault: secrets, Browser: pool, Sender: sender, Fetcher: sender, Now: d.clock.Now,
		Log: zerolog.New(zerolog.NewTestWriter(t)),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		sender.Close()
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
		if err := d.store.Close(); err != nil {
			t.Error(err)
		}
	})
	d.enrol()
	return d
}

func passphraseFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(path, []byte("a long enough passphrase\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// enrol makes the account, passthrough, with a start date 30 days back.
func (d *desk) enrol() {
	d.t.Helper()
	ctx := d.t.Context()
	must(d.t, d.SetOperationMode(ctx, core.Passthrough, "test"))
	var err error
	d.account, err = d.CreateAccount(ctx, "demobank", "Operating account", "test")
	must(d.t, err)
	start := d.clock.Now().AddDate(0, 0, -30).Format(time.DateOnly)
	token := "hook-token-1"
	in := d.input(d.user.Password)
	in.WebhookAuthToken, in.Own.StartDate = &token, &start
	in.WebhookExtraFields = json.RawMessage(`{"tenant":"acme"}`)
	_, err = d.SaveSettings(ctx, d.account.ID, in, false, "test")
	must(d.t, err)
}

func (d *desk) input(password string) core.SettingsInput {
	keep := core.KeepSecret
	return core.SettingsInput{
		WebhookURL: &d.hooks.URL, WebhookAuthToken: &keep, BankUsername: &d.user.User, BankPassword: &password,
		WebhookExtraFields: json.RawMessage(`{"tenant":"acme"}`),
		Own:                &core.OwnInput{BankFields: map[string]string{"address": d.bank.URL()}},
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// scrape asks for a run, as a person does, and waits for its end.
func (d *desk) scrape() core.Run {
	d.t.Helper()
	run, err := d.Scrape(d.t.Context(), d.account.ID, "test")
	must(d.t, err)
	return d.wait(run)
}

func (d *desk) restart() core.Run {
	d.t.Helper()
	run, err := d.Restart(d.t.Context(), d.account.ID, "test")
	must(d.t, err)
	return d.wait(run)
}

func (d *desk) wait(run core.Run) core.Run {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 2*time.Minute)
	defer cancel()
	run, err := d.WaitRun(ctx, run.ID)
	must(d.t, err)
	must(d.t, d.WaitDelivered(ctx, d.account.ID))
	return run
}

// credits are what the bank booked for the user since the start date.
func (d *desk) credits() map[string]site.Movement {
	zone, _ := time.LoadLocation("America/Montevideo")
	start := d.clock.Now().In(zone).AddDate(0, 0, -30)
	start = time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, zone)
	out := map[string]site.Movement{}
	for _, number := range d.bank.Accounts(d.user.User) {
		for _, m := range d.bank.Credits(number) {
			if !m.At.Before(start) {
				out[number+"/"+m.ID] = m
			}
		}
	}
	return out
}

// movements reads every stored credit.
func (d *desk) movements() []core.Movement {
	d.t.Helper()
	return allMovements(d.t, func(f core.MovementFilter) ([]core.Movement, int, error) {
		return d.Movements(d.t.Context(), f)
	}, d.account.ID)
}

func allMovements(t *testing.T, list func(core.MovementFilter) ([]core.Movement, int, error), account string) []core.Movement {
	t.Helper()
	var all []core.Movement
	for {
		rows, total, err := list(core.MovementFilter{AccountID: account, Limit: 500, Offset: len(all)})
		must(t, err)
		all = append(all, rows...)
		if len(all) >= total || len(rows) == 0 {
			return all
		}
	}
}

// command runs the program's command line in this process.
func command(t *testing.T, stdin string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	var in io.Reader = strings.NewReader(stdin)
	code = run(t.Context(), args, in, &o, &e)
	return code, o.String(), e.String()
}

func decimal(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }
