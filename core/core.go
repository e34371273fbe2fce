package core

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"reconbanker/scrapers"
)

// Config is what a Core stands on. Store, Vault, Browser and Sender are required.
type Config struct {
	Store   Store
	Vault   Vault
	Browser scrapers.Opener
	Sender  Sender
	Log     zerolog.Logger
	// Drivers finds a bank's driver; nil means the registry.
	Drivers func(code string) (scrapers.Driver, bool)
	// Hide is told of every secret in use, so that logs can be kept clean of it;
	// the function it returns ends that. nil hides nothing.
	Hide func(secret []byte) (forget func())
	// Now is the clock that rules read; nil means time.Now.
	Now func() time.Time
	// Workers is how many runs may be at work at once; 0 means 2.
	Workers int
	// RunLimit bounds one run; 0 means 13 minutes.
	RunLimit time.Duration
	// Present tells whether a person is there to be asked for a code; nil means nobody.
	Present func() bool
	// Relay tells whether codes of an account can be given by a machine; nil means
	// where an API key may do so.
	Relay func(ctx context.Context, accountID string) bool
	// Match decides about orders; nil means Match.
	Match func(MatchInput) []Verdict
	// Fetcher reads customers' lists of orders; without one no list is polled.
	Fetcher Fetcher
	// Local is the zone of attended hours; nil means this computer's.
	Local *time.Location
	// CatchUp is how long after the start missed slots wait, for the network to
	// come up; 0 means 20 to 60 seconds.
	CatchUp time.Duration
	// Slack is the address notices for Slack are sent to; "" means Slack's own.
	Slack string
	// Free tells how many bytes are left on the disk that holds the data; nil when
	// nobody knows.
	Free func() (int64, error)
	// Version is the program's, for diagnostics.
	Version string
}

// Core is the program without a front end. Its verbs may be called from any
// goroutine, before, while and after Run works.
type Core struct {
	store   Store
	vault   Vault
	browser scrapers.Opener
	sender  Sender
	log     zerolog.Logger
	now     func() time.Time
	hide    func([]byte) func()
	drivers func(string) (scrapers.Driver, bool)
	match   func(MatchInput) []Verdict

	local   *time.Location
	present func() bool
	free    func() (int64, error)
	relay   func(context.Context, string) bool

	hub       hub
	desk      desk
	runner    *runner
	keeper    *keeper
	deliverer *deliverer
	poller    *poller
	catchUp   time.Duration
	passwords *passwords
	slack     string
	version   string
	saving    sync.Mutex // settings are compared and saved by one at a time
}

// New builds a Core. Nothing works until Run.
func New(cfg Config) *Core {
	c := &Core{
		store: cfg.Store, vault: cfg.Vault, browser: cfg.Browser, sender: cfg.Sender,
		log: cfg.Log, now: cfg.Now, hide: cfg.Hide, drivers: cfg.Drivers, catchUp: cfg.CatchUp,
		passwords: newPasswords(),
		present:   cfg.Present, free: cfg.Free, relay: cfg.Relay,
		slack: cmp.Or(cfg.Slack, slackAddress), version: cfg.Version,
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.local = cfg.Local; c.local == nil {
		c.local = time.Local
	}
	if c.present == nil {
		c.present = func() bool { return false }
	}
	if c.relay == nil {
		c.relay = c.relayByKey
	}
	if c.hide == nil {
		c.hide = func([]byte) func() { return func() {} }
	}
	if c.drivers == nil {
		c.drivers = scrapers.Lookup
	}
	if c.match = cfg.Match; c.match == nil {
		c.match = Match
	}
	if c.catchUp == 0 {
		c.catchUp = 20*time.Second + rand.N(40*time.Second) //nolint:gosec // spreading load, not a secret
	}
	c.keeper = newKeeper(c)
	c.runner = newRunner(c, cfg.Workers, cfg.RunLimit)
	c.deliverer = newDeliverer(c)
	c.poller = newPoller(c, cfg.Fetcher)
	return c
}

// Run recovers what an earlier process left half done, then works until ctx ends
// and everything it started has stopped. It is called once.
func (c *Core) Run(ctx context.Context) error {
	if err := c.recover(ctx); err != nil {
		return fmt.Errorf("recover from the last run of the program: %w", err)
	}
	var wg sync.WaitGroup
	for _, work := range []func(context.Context){c.deliverer.run, c.runner.run, c.keeper.run, c.poller.run, c.schedule, c.upkeep} {
		wg.Go(func() { work(ctx) })
	}
	wg.Wait()
	return nil
}

// recover turns runs and password attempts left open by a crash into what they
// are: orphaned, and unexplained.
func (c *Core) recover(ctx context.Context) error {
	now := c.now()
	accounts, err := c.store.Accounts(ctx)
	if err != nil {
		return err
	}
	credentials, tellers := map[string]int64{}, map[string]teller{} // a block remembers which ones met it
	for _, a := range accounts {
		tellers[a.ID] = c.tellers(ctx, a.ID)
		if s, err := c.store.Settings(ctx, a.ID); err == nil {
			credentials[a.ID] = s.CredentialsVersion
		}
	}
	n, err := c.store.Orphans(ctx, now, func(a *Account, open []Attempt) {
		if len(open) == 0 {
			return
		}
		blocked := a.Block != nil
		afterFailure(a, scrapers.Unexplained, "The program ended while a login was under way, twice in a row.", credentials[a.ID], now, now.Add(unexplainedGap))
		tellers[a.ID].failed(a, blocked, Run{Status: Orphaned, Kind: scrapers.Unexplained, Stage: StageLogin})
	})
	if n > 0 {
		c.log.Warn().Int("runs", n).Msg("runs were interrupted by the end of the program")
	}
	return err
}

// jitter is a random number in [-1, 1).
func (c *Core) jitter() float64 { return 2*rand.Float64() - 1 } //nolint:gosec // spreading load, not a secret

// newID returns a UUIDv7: ids sort by the time they were made.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// ValidID tells whether a text is a UUID; an id that is not is a mistake of the
// caller, not a missing row.
func ValidID(id string) bool { return len(id) == 36 && uuid.Validate(id) == nil }

func secretScope(accountID, field string) Scope {
	return Scope{Table: "secret", Row: accountID, Field: field}
}

// driverOf returns the driver and zone of an account's bank.
func (c *Core) driverOf(bank string) (scrapers.Driver, *time.Location, error) {
	d, ok := c.drivers(bank)
	if !ok {
		return nil, nil, fmt.Errorf("this version knows no bank %q: %w", bank, ErrNotFound)
	}
	zone, err := time.LoadLocation(d.Info().TimeZone)
	if err != nil {
		return nil, nil, fmt.Errorf("load the time zone of %s: %w", d.Info().Name, err)
	}
	return d, zone, nil
}

// Banks lists the banks this program can read, sorted by name.
func (c *Core) Banks() []scrapers.Info {
	var out []scrapers.Info
	for _, d := range scrapers.All() {
		out = append(out, d.Info())
	}
	return out
}

// OperationMode returns what the installation does with movements.
func (c *Core) OperationMode(ctx context.Context) (OperationMode, error) {
	return c.store.OperationMode(ctx)
}

// SetOperationMode changes it; nothing is deleted, and the same mode again is
// nothing done.
func (c *Core) SetOperationMode(ctx context.Context, mode OperationMode, actor string) error {
	if mode != Reconcile && mode != Passthrough {
		return Invalid("mode", "mode must be reconcile or passthrough")
	}
	if was, err := c.store.OperationMode(ctx); err != nil || was == mode {
		return err
	}
	err := c.store.SetOperationMode(ctx, mode, c.audit(actor, ActSetMode, "", string(mode)))
	if err == nil {
		c.hint(ModeChanged, "")
		c.poller.nudge()
	}
	return err
}

// SchedulePaused tells whether the schedule of all accounts is paused.
func (c *Core) SchedulePaused(ctx context.Context) (bool, error) {
	return c.store.SchedulePaused(ctx)
}

// SetSchedulePaused pauses the schedule of all accounts, or lets it go on. Runs a
// person asks for and deliveries are not affected.
func (c *Core) SetSchedulePaused(ctx context.Context, paused bool, actor string) error {
	action := ActResumeSchedule
	if paused {
		action = ActPauseSchedule
	}
	err := c.store.SetSchedulePaused(ctx, paused, c.audit(actor, action, "", ""))
	if err == nil {
		c.hint(ModeChanged, "")
	}
	return err
}

// IsMissing tells whether err says that there is no such row.
func IsMissing(err error) bool { return errors.Is(err, ErrNotFound) }
