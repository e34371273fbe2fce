package coretest

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// Hook is where the webhooks of a World's accounts go.
const Hook = "https://receiver.example/hook"

// Password is the password of a World's accounts.
const Password = "Canario-7431-no-decir"

// World is a Core with everything around it in memory. Its clock is time.Now, so
// that a synctest bubble gives it virtual time.
type World struct {
	Store   *Store
	Vault   *Vault
	Sender  *Sender
	Browser *Browser
	Bank    *Bank
	Lists   *Lists
	Core    *core.Core
	Log     *Log
	Hidden  *Hidden

	change []func(*core.Config)
	stop   context.CancelFunc
	done   chan error
}

// NewWorld builds a World in passthrough mode; change alters the Core's config.
// Nothing works until Start.
func NewWorld(t testing.TB, change ...func(*core.Config)) *World {
	t.Helper()
	w := &World{
		Store: NewStore(), Vault: &Vault{}, Sender: NewSender(), Browser: &Browser{}, Bank: NewBank(),
		Lists: &Lists{}, Log: &Log{}, Hidden: &Hidden{}, change: change,
	}
	w.Reboot()
	if err := w.Core.SetOperationMode(t.Context(), core.Passthrough, "test"); err != nil {
		t.Fatalf("set the mode: %v", err)
	}
	return w
}

// Reboot puts a new Core over the same store, as a start of the program does.
func (w *World) Reboot() {
	cfg := core.Config{
		Store: w.Store, Vault: w.Vault, Browser: w.Browser, Sender: w.Sender, Fetcher: w.Lists, Hide: w.Hidden.hide,
		Log:     zerolog.New(w.Log),
		Drivers: func(code string) (scrapers.Driver, bool) { return w.Bank, code == w.Bank.Info().Code },
		CatchUp: time.Second,
	}
	for _, c := range w.change {
		c(&cfg)
	}
	w.Core = core.New(cfg)
}

// Start lets the Core work until Stop, or until the test ends.
func (w *World) Start(t testing.TB) {
	ctx, stop := context.WithCancel(context.Background())
	w.stop, w.done = stop, make(chan error, 1)
	c, done := w.Core, w.done
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() { w.Stop(t) })
}

// Stop ends the Core and waits until everything it started has stopped.
func (w *World) Stop(t testing.TB) {
	t.Helper()
	if w.stop == nil {
		return
	}
	w.stop()
	w.stop = nil
	if err := <-w.done; err != nil {
		t.Errorf("run: %v", err)
	}
}

// Account enrols a complete account of the bank user "ana"; change alters what
// is saved. It is due only by hand: its schedule is a yearly one.
func (w *World) Account(t testing.TB, change ...func(*core.SettingsInput)) core.Account {
	t.Helper()
	a, err := w.Core.CreateAccount(t.Context(), w.Bank.Info().Code, "Caja", "test")
	if err != nil {
		t.Fatalf("create an account: %v", err)
	}
	in := core.SettingsInput{
		WebhookURL: new(Hook), BankUsername: new("ana"), BankPassword: new(Password),
		Own: &core.OwnInput{Schedule: new("0 12 31 12 *"), StartDate: new("1999-01-01")},
	}
	for _, c := range change {
		c(&in)
	}
	if _, err := w.Core.SaveSettings(t.Context(), a.ID, in, false, "test"); err != nil {
		t.Fatalf("save the settings: %v", err)
	}
	if a, err = w.Core.Account(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	return a
}

// Owe stores n movements of an account, each owed one delivery to address, due
// now. They are returned in order.
func (w *World) Owe(t testing.TB, accountID, address string, n int) []core.Delivery {
	t.Helper()
	out := make([]core.Delivery, n)
	for i := range out {
		m := core.Movement{
			ID: newID(), AccountID: accountID, Direction: scrapers.Credit, BankAccount: "001", BankDay: "2000-01-01",
			Amount: core.Money{Minor: int64(100 + i), Currency: "UYU"}, Sender: "ACME SA", BookedAt: time.Now(),
		}
		m.Key = "id:001:" + m.ID
		out[i] = OwedTo(address, m, time.Now())
		w.Store.AddMovement(m, out[i])
	}
	return out
}

// OwedTo is a delivery of a movement to address, due now.
func OwedTo(address string, m core.Movement, now time.Time) core.Delivery {
	id := newID()
	return core.Delivery{
		ID: id, WebhookID: "msg_" + id, AccountID: m.AccountID, Kind: core.MovementDelivery, SubjectID: m.ID,
		URL: address, Receiver: core.ReceiverOf(address), Payload: json.RawMessage(`{"id":"` + m.ID + `"}`),
		Status: core.DeliveryPending, NextAt: now, CreatedAt: now, QueuedAt: now,
	}
}

// Scrape asks for a run and waits for its end.
func (w *World) Scrape(t testing.TB, accountID string) core.Run {
	t.Helper()
	run, err := w.Core.Scrape(t.Context(), accountID, "test")
	if err != nil {
		t.Fatalf("scrape: %v", err)
	}
	return w.Wait(t, run.ID)
}

// Wait waits for the end of a run.
func (w *World) Wait(t testing.TB, runID string) core.Run {
	t.Helper()
	run, err := w.Core.WaitRun(t.Context(), runID)
	if err != nil {
		t.Fatalf("wait for the run: %v", err)
	}
	return run
}

// Log keeps what was logged.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// Count is how many lines hold text.
func (l *Log) Count(text string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.buf.String()) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// Hidden knows which secrets the log was asked to keep out, and for how many that
// has not ended.
type Hidden struct {
	mu   sync.Mutex
	seen []string
	now  int
}

func (h *Hidden) hide(secret []byte) func() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, string(secret))
	h.now++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.now--
	}
}

// Seen returns every secret that was ever hidden, and how many are hidden now.
func (h *Hidden) Seen() ([]string, int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen[:len(h.seen):len(h.seen)], h.now
}
