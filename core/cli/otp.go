package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// OTPCmd gives a one-time code to the login that waits for it.
type OTPCmd struct {
	accountArg `embed:""`
	Resend     bool `help:"Ask the bank for another code instead." xor:"what"`
	Done       bool `help:"Say that the login was approved in the bank's app, or finished in its window." xor:"what"`
	Cancel     bool `help:"End the login instead." xor:"what"`
	NoWait     bool `help:"Do not wait for what the bank makes of it." name:"no-wait"`
}

// Run implements the command. The code comes on standard input, never as an
// argument, which others on the machine could read.
func (c *OTPCmd) Run(ctx context.Context, h *Host) error {
	a, err := h.account(ctx, c.Account)
	if err != nil {
		return err
	}
	pending, err := h.Core.PendingAssistance(ctx, a.ID)
	if err != nil {
		return err
	}
	if pending == nil {
		return fmt.Errorf("no login of %q waits for a code now", a.Name)
	}
	switch {
	case c.Resend:
		if err := h.Core.ResendCode(ctx, a.ID, h.Actor); err != nil {
			return err
		}
		return h.said("resent", "The bank has sent another code.")
	case c.Cancel:
		if err := h.Core.CancelAssistance(ctx, a.ID, pending.ID, h.Actor); err != nil {
			return err
		}
		return h.said("cancelled", "The login was ended.")
	case c.Done:
		err = h.Core.ConfirmFinished(ctx, a.ID, pending.ID, h.Actor)
	default:
		err = h.giveCode(ctx, a, *pending)
	}
	if err != nil {
		return err
	}
	if c.NoWait {
		return h.said("submitted", "It was handed to the login.")
	}
	return h.outcome(ctx, *pending)
}

// giveCode asks for the code and hands it over.
func (h *Host) giveCode(ctx context.Context, a core.Account, r core.Assistance) error {
	if r.Kind == scrapers.Approve || r.Kind == scrapers.Finish {
		return fmt.Errorf("this login takes no code: finish it at the bank, then say --done")
	}
	what := "a code"
	if r.Length > 0 {
		what = fmt.Sprintf("a code of %d characters", r.Length)
	}
	if r.Target != "" {
		what += " sent to " + r.Target
	}
	fmt.Fprintf(h.Err, "%s asks for %s, until %s: ", a.Name, what, r.ExpiresAt.Local().Format("15:04:05"))
	code, err := bufio.NewReader(io.LimitReader(h.In, 256)).ReadBytes('\n')
	defer clear(code)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the code: %w", err)
	}
	trimmed := bytes.TrimSpace(code)
	if len(trimmed) == 0 {
		return errors.New("no code was given on standard input")
	}
	return h.Core.SubmitCode(ctx, a.ID, r.ID, trimmed, h.Actor)
}

func (h *Host) said(outcome, sentence string) error {
	return h.print(map[string]string{"outcome": outcome}, func(w io.Writer) { fmt.Fprintln(w, sentence) })
}

// outcome waits for what the bank makes of an answer. One it did not take fails
// the command.
func (h *Host) outcome(ctx context.Context, given core.Assistance) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	hints, stop := h.Core.Subscribe()
	defer stop()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		now, err := h.Core.Assistance(ctx, given.ID)
		if err != nil {
			return err
		}
		switch {
		case now.State == core.AssistanceFulfilled:
			return h.said("accepted", "The bank accepted it.")
		case now.State != core.AssistancePending:
			return fmt.Errorf("the login ended without it: %s", or(string(now.Reason), string(now.State)))
		case now.Attempts > given.Attempts:
			return fmt.Errorf("the bank refused the code: %d of %d were tried", now.Attempts, now.Limit)
		}
		select {
		case <-hints:
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("the bank has not answered yet: %w", ctx.Err())
		}
	}
}

// SessionsCmd lists persistent sessions.
type SessionsCmd struct{}

// Run implements the command.
func (*SessionsCmd) Run(ctx context.Context, h *Host) error {
	rows, err := h.Core.Sessions(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	accounts, err := h.Core.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		names[a.ID] = a.Name
	}
	type row struct {
		Account  string `json:"account"`
		Name     string `json:"name"`
		State    string `json:"state"`
		Since    string `json:"since"`
		LastPoll string `json:"last_poll"`
		Polls    int    `json:"polls"`
		Next     string `json:"next"`
		Reason   string `json:"reason"`
	}
	out := make([]row, len(rows))
	for i, s := range rows {
		out[i] = row{
			s.AccountID, names[s.AccountID], string(s.State), stampOf(s.Since), stampOf(s.LastPollAt), s.Polls, stampOf(s.NextAt), string(s.Reason),
		}
	}
	return h.print(out, func(w io.Writer) {
		if len(rows) == 0 {
			fmt.Fprintln(w, "No account keeps a session: choose session_type persistent in its settings.")
		}
		for _, s := range rows {
			fmt.Fprintf(w, "%-24s %-12s since %s, last look %s, next %s %s\n",
				names[s.AccountID], s.State, when(s.Since), when(s.LastPollAt), when(s.NextAt), s.Reason)
		}
	})
}

func stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
