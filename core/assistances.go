package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"

	"reconbanker/scrapers"
)

// PendingAssistance returns what an account's login waits for, or nil.
func (c *Core) PendingAssistance(ctx context.Context, accountID string) (*Assistance, error) {
	if _, err := c.store.Account(ctx, accountID); err != nil {
		return nil, err
	}
	rows, err := c.store.PendingAssistances(ctx, accountID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// PendingAssistances returns what the logins of all accounts wait for, oldest first.
func (c *Core) PendingAssistances(ctx context.Context) ([]Assistance, error) {
	return c.store.PendingAssistances(ctx, "")
}

// Assistance returns a request, pending or ended: its outcome is seen here.
func (c *Core) Assistance(ctx context.Context, id string) (Assistance, error) {
	return c.store.Assistance(ctx, id)
}

// SubmitCode hands a one-time code to the login that waits for it; requestID ""
// means whichever request is pending. The first code wins: later ones, and those
// that come too late, get ErrNoPending. A TooManyError says when the next code
// may be given. The caller keeps the bytes; the login clears its copy.
func (c *Core) SubmitCode(ctx context.Context, accountID, requestID string, code []byte, actor string) error {
	if _, err := c.store.Account(ctx, accountID); err != nil {
		return err
	}
	code = bytes.TrimSpace(code)
	if n := utf8.RuneCount(code); n < 1 || n > codeMaxLength || bytes.ContainsFunc(code, unicode.IsControl) || !utf8.Valid(code) {
		return Invalid("code", "code must have 1 to %d characters", codeMaxLength)
	}
	if err := c.desk.count(accountID, c.now()); err != nil {
		return err
	}
	return c.answer(ctx, accountID, requestID, ActSubmitCode, actor, answer{code: bytes.Clone(code)}, wantsCode)
}

// ConfirmFinished tells a login that a person has approved it in the bank's app,
// or has finished it in the bank's window.
func (c *Core) ConfirmFinished(ctx context.Context, accountID, requestID, actor string) error {
	if _, err := c.store.Account(ctx, accountID); err != nil {
		return err
	}
	return c.answer(ctx, accountID, requestID, ActConfirm, actor, answer{}, func(a *Assistance) error {
		if wantsCode(a) == nil {
			return fmt.Errorf("this login waits for a code: %w", ErrConflict)
		}
		return nil
	})
}

// CancelAssistance ends the login that waits for a person, or that has its
// answer and not the bank's yet.
func (c *Core) CancelAssistance(ctx context.Context, accountID, requestID, actor string) error {
	if _, err := c.store.Account(ctx, accountID); err != nil {
		return err
	}
	err := c.answer(ctx, accountID, requestID, ActCancelLogin, actor, answer{cancel: true}, func(*Assistance) error { return nil })
	if !errors.Is(err, ErrNoPending) {
		return err
	}
	rows, list := c.store.PendingAssistances(ctx, accountID)
	if list != nil {
		return list
	}
	for _, r := range rows {
		if (requestID == "" || requestID == r.ID) && c.runner.cancel(r.RunID) {
			return c.note(ctx, r, ActCancelLogin, actor)
		}
	}
	return err
}

// note writes down who did what to a request that may have ended meanwhile.
func (c *Core) note(ctx context.Context, r Assistance, action Action, actor string) error {
	_, err := c.store.ChangeAssistance(ctx, r.ID, func(*Assistance) error { return nil }, c.audit(actor, action, r.AccountID, r.ID))
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

func wantsCode(a *Assistance) error {
	if a.Kind == scrapers.Approve || a.Kind == scrapers.Finish {
		return fmt.Errorf("this login takes no code, it is finished at the bank: %w", ErrConflict)
	}
	return nil
}

// answer records that somebody answers a login and hands it the answer.
func (c *Core) answer(ctx context.Context, accountID, requestID string, action Action, actor string, a answer, check func(*Assistance) error) error {
	w, ok := c.desk.take(ctx, accountID, requestID, c.now())
	if !ok {
		clear(a.code)
		return ErrNoPending
	}
	_, err := c.store.ChangeAssistance(ctx, w.id, func(r *Assistance) error {
		if err := check(r); err != nil {
			return err
		}
		r.Submitted = !a.cancel
		return nil
	}, c.audit(actor, action, accountID, w.id))
	if err != nil {
		c.desk.release(w)
		clear(a.code)
		if errors.Is(err, ErrNotFound) {
			return ErrNoPending
		}
		return err
	}
	w.answers <- a
	c.hint(AssistanceChanged, accountID)
	return nil
}

// ResendCode asks the bank for another code and waits until it has done so.
func (c *Core) ResendCode(ctx context.Context, accountID, actor string) error {
	if _, err := c.store.Account(ctx, accountID); err != nil {
		return err
	}
	w := c.desk.find(accountID)
	if w == nil {
		return ErrNoPending
	}
	done := make(chan error, 1)
	select {
	case w.resends <- done:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.gone:
		return ErrNoPending
	}
	select {
	case err := <-done:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	return c.note(ctx, Assistance{ID: w.id, AccountID: accountID}, ActResendCode, actor)
}
