package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"reconbanker/core"
	"reconbanker/core/outbound/receiver"
)

// DemoCmd runs the main job once against the demo bank.
type DemoCmd struct {
	Listen string `help:"Address of the demo bank; a free port unless given." placeholder:"ADDR"`
	Seed   int64  `help:"Seed of the demo bank's data." default:"1"`
	Window bool   `help:"Open the window on it; without a display the report is printed as ever."`
}

// demoName is what the demo account is called.
const demoName = "Demo account"

// report is what a demo prints.
type report struct {
	Bank      string  `json:"bank"`
	Account   string  `json:"account"`
	AccountID string  `json:"account_id"`
	Run       string  `json:"run"`
	Lines     int     `json:"lines_read"`
	New       int     `json:"movements_new"`
	Stored    int     `json:"movements_stored"`
	Receiver  string  `json:"receiver"`
	Delivered int     `json:"webhooks_delivered"`
	Owed      int     `json:"webhooks_owed"`
	Dead      int     `json:"webhooks_dead"`
	Seconds   float64 `json:"seconds"`
	Problem   string  `json:"problem,omitempty"`
}

// Demo is a demo bank with a receiver for its webhooks.
type Demo struct {
	bank  DemoBank
	hooks *receiver.Receiver
}

// NewDemo starts a receiver beside a demo bank that runs, and owns both from then
// on. listen is the receiver's address; "" means a free port.
func NewDemo(bank DemoBank, listen string) (*Demo, error) {
	hooks, err := receiver.Start(listen)
	if err != nil {
		return nil, errors.Join(err, bank.Close())
	}
	return &Demo{bank: bank, hooks: hooks}, nil
}

// Settings point an account at the demo.
func (d *Demo) Settings() (bank string, in core.SettingsInput) {
	code, user, password := d.bank.Login()
	return code, core.SettingsInput{
		WebhookURL: &d.hooks.URL, BankUsername: &user, BankPassword: &password,
		WebhookExtraFields: json.RawMessage(`{"tenant":"demo"}`),
		Own:                &core.OwnInput{BankFields: map[string]string{"address": d.bank.URL()}},
	}
}

// URLs are where the bank and the receiver are.
func (d *Demo) URLs() (bank, receiver string) { return d.bank.URL(), d.hooks.URL }

// Close ends both.
func (d *Demo) Close() error { return errors.Join(d.bank.Close(), d.hooks.Close()) }

// DemoStart is from when on a demo's movements are sent: with a history, there is
// something to see.
func DemoStart(created time.Time) *string {
	return new(created.AddDate(0, 0, -30).Format(time.DateOnly))
}

// Run implements the command.
func (c *DemoCmd) Run(ctx context.Context, h *Host) (err error) {
	began := time.Now()
	h.Work()
	bank, err := h.StartDemoBank(c.Listen, c.Seed)
	if err != nil {
		return err
	}
	d, err := NewDemo(bank, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	code, in := d.Settings()
	a, err := h.enrolDemo(ctx, code, in)
	if err != nil {
		return fmt.Errorf("enrol the demo account: %w", err)
	}
	if c.Window && h.Window != nil {
		return h.Window(ctx)
	}
	if !h.JSON {
		fmt.Fprintf(h.Out, "Demo bank at %s, webhook receiver at %s. Reading…\n", d.bank.URL(), d.hooks.URL)
	}
	run, err := h.Core.Scrape(ctx, a.ID, h.Actor)
	if err != nil {
		return err
	}
	if run, err = h.Core.WaitRun(ctx, run.ID); err != nil {
		return err
	}
	patience, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := h.Core.WaitDelivered(patience, a.ID); err != nil {
		fmt.Fprintln(h.Err, "reconbanker: "+err.Error())
	}
	r := report{Bank: d.bank.URL(), Account: a.Name, AccountID: a.ID, Receiver: d.hooks.URL}
	if err := h.check(ctx, &r, run, d.hooks); err != nil {
		return err
	}
	r.Seconds = time.Since(began).Seconds()
	if err := h.print(r, func(w io.Writer) { r.text(w) }); err != nil {
		return err
	}
	if r.Problem != "" {
		return &quietError{}
	}
	return nil
}

// enrolDemo makes the demo account, or points the one there is at this bank and
// this receiver. A mode a person has chosen is never changed.
func (h *Host) enrolDemo(ctx context.Context, bank string, in core.SettingsInput) (core.Account, error) {
	mode, err := h.Core.OperationMode(ctx)
	if err != nil {
		return core.Account{}, err
	}
	switch mode {
	case core.ModeUnset:
		if err := h.Core.SetOperationMode(ctx, core.Passthrough, h.Actor); err != nil {
			return core.Account{}, err
		}
	case core.Reconcile:
		return core.Account{}, errors.New("this data folder works in reconcile mode and the demo shows passthrough: use another --data")
	}
	a, err := h.account(ctx, demoName)
	if err != nil {
		if a, err = h.Core.CreateAccount(ctx, bank, demoName, h.Actor); err != nil {
			return core.Account{}, err
		}
	}
	in.Own.StartDate = DemoStart(a.CreatedAt)
	_, err = h.Core.SaveSettings(ctx, a.ID, in, false, h.Actor)
	return a, err
}

// check gathers the report and compares what was done with what had to be.
func (h *Host) check(ctx context.Context, r *report, run core.Run, hooks *receiver.Receiver) error {
	r.Run, r.Lines, r.New = runLine(run), run.Lines, run.New
	_, stored, err := h.Core.Movements(ctx, core.MovementFilter{AccountID: r.AccountID, Limit: 1})
	if err != nil {
		return err
	}
	counts, err := h.Core.DeliveryCounts(ctx, r.AccountID)
	if err != nil {
		return err
	}
	r.Stored, r.Dead = stored, counts[core.DeliveryDead]
	r.Delivered, r.Owed = counts[core.DeliveryDelivered], counts[core.DeliveryPending]+counts[core.DeliveryRetrying]
	received, altered := hooks.Distinct()
	switch {
	case run.Status != core.Succeeded:
		r.Problem = "the run failed: " + run.Message
	case stored == 0:
		r.Problem = "no movement was stored"
	case r.Owed+r.Dead > 0:
		r.Problem = fmt.Sprintf("%d webhooks were not delivered", r.Owed+r.Dead)
	case received < run.Owed || altered > 0:
		r.Problem = fmt.Sprintf("the receiver got %d webhooks of %d, %d of them altered", received, run.Owed, altered)
	}
	return nil
}

func (r report) text(w io.Writer) {
	fmt.Fprintf(w, "  account   %s (%s)\n", r.Account, r.AccountID)
	fmt.Fprintf(w, "  %s\n", r.Run)
	fmt.Fprintf(w, "  movements %d stored, %d of them new\n", r.Stored, r.New)
	fmt.Fprintf(w, "  webhooks  %d delivered, %d waiting, %d dead\n", r.Delivered, r.Owed, r.Dead)
	fmt.Fprintf(w, "  time      %.1f s\n", r.Seconds)
	if r.Problem != "" {
		fmt.Fprintf(w, "FAILED: %s\n", r.Problem)
		return
	}
	fmt.Fprintln(w, "All of it worked.")
}

// DemoBankCmd runs the demo bank alone.
type DemoBankCmd struct {
	Listen string `help:"Loopback address to listen on; a free port unless given." placeholder:"ADDR"`
	Seed   int64  `help:"Seed of its data." default:"1"`
}

// Run implements the command: one JSON line, then wait.
func (c *DemoBankCmd) Run(ctx context.Context, h *Host) error {
	bank, err := h.StartDemoBank(c.Listen, c.Seed)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(h.Out).Encode(bank.Describe()); err != nil {
		return errors.Join(err, bank.Close())
	}
	<-ctx.Done()
	return bank.Close()
}
