package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"reconbanker/core"
	"reconbanker/core/outbound/receiver"
	"reconbanker/core/wire"
)

// DeliveriesCmd lists deliveries.
type DeliveriesCmd struct {
	List   DeliveriesList   `cmd:"" default:"withargs" help:"List webhooks, newest first."`
	Show   DeliveriesShow   `cmd:"" help:"Show one with its body and attempts."`
	Resend DeliveriesResend `cmd:"" help:"Send an owed or dead one now, or all that a filter selects."`
	Test   DeliveriesTest   `cmd:"" help:"Send a sample webhook of an account and show the answer."`
}

// DeliveriesList lists deliveries.
type DeliveriesList struct {
	Account string `help:"Only this account's." placeholder:"ACCOUNT"`
	Status  string `help:"Only those: pending, retrying, delivered or dead." enum:",pending,retrying,delivered,dead" default:""`
	Limit   int    `help:"At most so many, up to 500." default:"100"`
	Offset  int    `help:"Skip so many." default:"0"`
}

// Run implements the command.
func (c *DeliveriesList) Run(ctx context.Context, h *Host) error {
	f := core.DeliveryFilter{Status: core.DeliveryStatus(c.Status), Limit: c.Limit, Offset: c.Offset}
	if c.Account != "" {
		a, err := h.account(ctx, c.Account)
		if err != nil {
			return err
		}
		f.AccountID = a.ID
	}
	rows, total, err := h.Core.Deliveries(ctx, f)
	if err != nil {
		return err
	}
	out := make([]wire.Delivery, len(rows))
	for i, d := range rows {
		out[i] = wire.FromDelivery(d, nil)
	}
	return h.print(out, func(w io.Writer) {
		t := table(w, "ID", "STATUS", "TRIES", "NEXT", "TO", "LAST ANSWER")
		for _, d := range rows {
			next := when(d.NextAt)
			if !d.DoneAt.IsZero() {
				next = "-"
			}
			row(t, d.ID, string(d.Status), strconv.Itoa(d.Attempts), next, d.Receiver, or(d.LastError, strconv.Itoa(d.LastStatus)))
		}
		t.Flush()
		fmt.Fprintf(w, "%d of %d\n", len(rows), total)
	})
}

// DeliveriesShow shows one delivery.
type DeliveriesShow struct {
	ID string `arg:"" help:"Id of the webhook."`
}

// Run implements the command.
func (c *DeliveriesShow) Run(ctx context.Context, h *Host) error {
	d, attempts, err := h.Core.Delivery(ctx, c.ID)
	if err != nil {
		return err
	}
	return h.print(wire.FromDelivery(d, attempts), func(w io.Writer) {
		fmt.Fprintf(w, "%s\nto    %s\nbody  %s\n", deliveryLine(d), d.URL, d.Payload)
		for _, a := range attempts {
			fmt.Fprintf(w, "%3d  %s  %4d ms  %d  %s\n", a.N, when(a.At), a.Took.Milliseconds(), a.Status, a.Error)
		}
	})
}

// DeliveriesResend resends one delivery, or many.
type DeliveriesResend struct {
	ID      string `arg:"" optional:"" help:"Id of the webhook; without it, all that the flags select."`
	Account string `help:"Only this account's." placeholder:"ACCOUNT"`
	Status  string `help:"Those that are pending, retrying, delivered or dead." enum:",pending,retrying,delivered,dead" default:""`
	From    string `help:"Written at this moment or later, such as 2026-05-13 or 2026-05-13T10:00:00-03:00." placeholder:"TIME"`
	To      string `help:"Written before this moment." placeholder:"TIME"`
}

// Run implements the command.
func (c *DeliveriesResend) Run(ctx context.Context, h *Host) error {
	if c.ID != "" {
		d, err := h.Core.ResendDelivery(ctx, c.ID, h.Actor)
		if err != nil {
			return err
		}
		return h.followDelivery(ctx, d)
	}
	f := core.DeliveryFilter{Status: core.DeliveryStatus(c.Status)}
	var err error
	if f.From, err = parseMoment("--from", c.From); err != nil {
		return err
	}
	if f.To, err = parseMoment("--to", c.To); err != nil {
		return err
	}
	if c.Account != "" {
		a, err := h.account(ctx, c.Account)
		if err != nil {
			return err
		}
		f.AccountID = a.ID
	}
	done, err := h.Core.ResendDeliveries(ctx, f, h.Actor)
	if err != nil {
		return err
	}
	if done.Sent > 0 {
		h.Work()
		limited, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := h.Core.WaitDelivered(limited, f.AccountID); err != nil {
			return err
		}
	}
	return h.print(map[string]int{"sent": done.Sent, "skipped": done.Skipped}, func(w io.Writer) {
		fmt.Fprintf(w, "%d webhooks are sent again, %d are not: they hold no more, or a newer one follows them\n", done.Sent, done.Skipped)
	})
}

// parseMoment reads a day or a moment; "" is none.
func parseMoment(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		return t, fmt.Errorf("%s must be a day such as 2026-05-13, or a moment such as 2026-05-13T10:00:00-03:00", flag)
	}
	return t, nil
}

// DeliveriesTest sends a sample webhook.
type DeliveriesTest struct {
	accountArg `embed:""`
}

// Run implements the command.
func (c *DeliveriesTest) Run(ctx context.Context, h *Host) error {
	a, err := h.account(ctx, c.Account)
	if err != nil {
		return err
	}
	s, err := h.Core.Settings(ctx, a.ID)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(wire.FromSettings(s, false))
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	var in core.SettingsInput
	if err := json.Unmarshal(raw, &in); err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	ans, err := h.Core.SendTest(ctx, a.ID, in)
	if err != nil {
		return err
	}
	out := map[string]any{"status": ans.Status, "took_ms": ans.Took.Milliseconds(), "response": ans.Body}
	if err := h.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "the receiver answered %d in %d ms\n%s\n", ans.Status, ans.Took.Milliseconds(), ans.Body)
	}); err != nil {
		return err
	}
	if ans.Status < 200 || ans.Status > 299 {
		return &quietError{}
	}
	return nil
}

// ReceiverCmd runs a webhook receiver on this machine.
type ReceiverCmd struct {
	Listen string `help:"Address to listen on; a free loopback port unless given." placeholder:"ADDR"`
	Answer int    `help:"Status to answer with." default:"200" placeholder:"STATUS"`
	Count  int    `help:"End after so many; 0 means when interrupted." default:"0"`
}

// Run implements the command.
func (c *ReceiverCmd) Run(ctx context.Context, h *Host) (err error) {
	if c.Answer < 200 || c.Answer > 599 {
		return errors.New("--answer must be a status from 200 to 599")
	}
	r, err := receiver.Start(c.Listen)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	r.AnswerWith(func(receiver.Webhook) int { return c.Answer })
	fmt.Fprintln(h.Out, r.URL)
	for shown := 0; c.Count == 0 || shown < c.Count; {
		more := r.Changed()
		for _, hook := range r.Received()[shown:] {
			shown++
			fmt.Fprintf(h.Out, "%s %s %s\n", hook.At.Format(time.RFC3339), hook.Header.Get("Webhook-Id"), hook.Body)
		}
		if c.Count > 0 && shown >= c.Count {
			break
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}
