package api

import (
	"errors"
	"net/http"

	"reconbanker/core"
)

// assistance is a pending request as the seed shows it.
type assistance struct {
	ID         string     `json:"id"`
	Type       string     `json:"type"`
	Descriptor descriptor `json:"descriptor"`
	Attempts   int        `json:"attempts"`
}

type descriptor struct {
	Length  int    `json:"length"`
	Type    string `json:"type"`
	Purpose string `json:"purpose,omitempty"`
}

// fromAssistance returns the wire's shape of what a login waits for, nil for
// nothing. What is approved or finished at the bank takes no code: its type is
// "approval".
func fromAssistance(a *core.Assistance) any {
	if a == nil {
		return null
	}
	out := assistance{ID: a.ID, Type: "otp", Descriptor: descriptor{a.Length, string(a.Kind), a.Purpose}, Attempts: a.Attempts}
	switch out.Descriptor.Type {
	case "totp":
		out.Descriptor.Type = "numeric"
	case "app", "window":
		out.Type = "approval"
	}
	return out
}

func pendingOTP(c *call) (reply, error) {
	a, err := c.account()
	if err != nil {
		return reply{}, err
	}
	pending, err := c.s.core.PendingAssistance(c.Context(), a.ID)
	if err != nil {
		return reply{}, missing(err, "Account")
	}
	return ok(fromAssistance(pending))
}

func submitOTP(c *call) (reply, error) {
	a, err := c.account()
	if err != nil {
		return reply{}, err
	}
	return c.submit(a.ID)
}

// submit hands a code to the login that waits for it. How often is counted by
// core, for every way a code can come.
func (c *call) submit(accountID string) (reply, error) {
	var in codeBody
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Code == "" {
		return reply{}, badRequest("code is required")
	}
	if err := c.s.core.SubmitCode(c.Context(), accountID, "", []byte(in.Code), c.actor()); err != nil {
		return reply{}, missing(err, "Account")
	}
	return reply{http.StatusAccepted, struct {
		Submitted bool `json:"submitted"`
	}{true}}, nil
}

// relayCode is how a machine gives a code.
func relayCode(c *call, accountID string) (reply, error) {
	if _, err := c.account(); err != nil {
		return reply{}, err
	}
	return c.submit(accountID)
}

// status tells a machine whether an account's session runs, and what it waits for.
func status(c *call, accountID string) (reply, error) {
	if _, err := c.account(); err != nil {
		return reply{}, err
	}
	running, err := c.sessionRuns(accountID)
	if err != nil {
		return reply{}, err
	}
	pending, err := c.s.core.PendingAssistance(c.Context(), accountID)
	if err != nil {
		return reply{}, missing(err, "Account")
	}
	return ok(struct {
		AccountID string `json:"account_id"`
		Running   bool   `json:"session_running"`
		Pending   any    `json:"pending_assistance"`
	}{accountID, running, fromAssistance(pending)})
}

// sessionRuns tells whether an account is signed in, or is about to be: a run is
// at work, or its persistent session lives.
func (c *call) sessionRuns(accountID string) (bool, error) {
	live, _, err := c.s.core.Runs(c.Context(), core.RunFilter{AccountID: accountID, Status: core.Running, Limit: 1})
	if err != nil || len(live) > 0 {
		return len(live) > 0, err
	}
	s, err := c.s.core.Session(c.Context(), accountID)
	if errors.Is(err, core.ErrNotFound) {
		return false, nil
	}
	return s.State == core.SessionStarting || s.State == core.SessionWaiting || s.State == core.SessionRunning, err
}
