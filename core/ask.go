package core

import (
	"context"
	"errors"
	"fmt"
	"time"

	"reconbanker/scrapers"
)

// ask is how a driver asks for a code: it may come at any moment of a login.
func (s *session) ask(ctx context.Context, q scrapers.Question) (scrapers.Secret, error) {
	s.stage(ctx, StageCode)
	s.atCode = true
	s.asked++
	if code, ok := s.generate(ctx, q); ok {
		return s.hold(code), nil
	}
	limit := codesPerLogin(s.driver.Info())
	if s.asked > limit && !byHand(q.Kind) {
		return scrapers.Secret{}, scrapers.Fail(scrapers.OTPRejected, fmt.Sprintf("give a code: the bank takes %d a login", limit), nil)
	}
	if s.settings.LoginMode != Assisted && !s.c.present() && !s.c.relay(ctx, s.account.ID) {
		return scrapers.Secret{}, scrapers.Fail(scrapers.NeedsPresence, "the bank asks for a code", nil)
	}
	if q.Kind == scrapers.Finish {
		if err := s.handOver(ctx); err != nil {
			return scrapers.Secret{}, err
		}
	}
	id := newID()
	if s.request != nil {
		id = s.request.ID
	}
	// The login sits at the desk before anybody can read that it waits: a quick answer
	// finds it.
	w := s.c.desk.open(s.account.ID, id)
	defer s.c.desk.close(s.account.ID, w, true)
	if err := s.openRequest(ctx, q, id, limit); err != nil {
		return scrapers.Secret{}, err
	}
	s.c.desk.extend(w, s.request.ExpiresAt)
	close(w.ready)
	s.c.hint(AssistanceChanged, s.account.ID)
	defer s.rest()()
	a, err := s.await(ctx, w, q)
	if err != nil {
		return scrapers.Secret{}, err
	}
	if a.cancel {
		return scrapers.Secret{}, scrapers.Fail(scrapers.Cancelled, "a person ended the login at the code", nil)
	}
	return s.hold(a.code), nil
}

// rest gives up the slot and stops the clocks of the run while a person is waited
// for; the function it returns takes them up again.
func (s *session) rest() (back func()) {
	all := []func(){s.c.runner.slots.leave(), s.time.pause(), s.tab.stalls().pause()}
	s.c.runner.nudge()
	return func() {
		for _, f := range all {
			f()
		}
	}
}

// byHand tells whether a question is answered at the bank, not with a code.
func byHand(k scrapers.QuestionKind) bool { return k == scrapers.Approve || k == scrapers.Finish }

// codesPerLogin is how many codes a bank takes before it gives a login up.
func codesPerLogin(i scrapers.Info) int {
	if i.CodeLimit == 0 {
		return 3
	}
	return max(1, min(i.CodeLimit, 5))
}

// openRequest writes that this login waits for a person: a new request, or the
// same one again when the bank has refused a code.
func (s *session) openRequest(ctx context.Context, q scrapers.Question, id string, limit int) error {
	now := s.c.now()
	tell := s.c.tellers(ctx, s.account.ID)
	asks := func(a *Assistance) error {
		if a.Submitted && q.Refused {
			a.Attempts++
		}
		a.Kind, a.Length, a.Target, a.Purpose = q.Kind, q.Length, q.Target, q.Purpose
		a.Submitted, a.AskedAt, a.ExpiresAt = false, now, now.Add(codeWait)
		_, can := s.driver.(scrapers.Resender)
		a.CanResend = can && s.resent < resendLimit && (q.Kind == scrapers.Numeric || q.Kind == scrapers.Alphanumeric)
		a.Notices = tell.noticesForAssistance(*a, false)
		return nil
	}
	if s.request != nil {
		again, err := s.c.store.ChangeAssistance(ctx, s.request.ID, asks, Audit{})
		if err != nil {
			return storageFailure("write that the bank asks for another code", err)
		}
		s.request = &again
	} else {
		a := Assistance{ID: id, AccountID: s.account.ID, RunID: s.run.ID, Limit: limit, State: AssistancePending, CreatedAt: now}
		_ = asks(&a)
		if err := s.c.store.OpenAssistance(ctx, a); err != nil {
			return storageFailure("write that the bank asks for a code", err)
		}
		a.Notices = nil
		s.request = &a
	}
	s.c.deliverer.nudge()
	return nil
}

// await waits for a person, the bank's page, the deadline or the end of the login.
func (s *session) await(ctx context.Context, w *waiter, q scrapers.Question) (answer, error) {
	look := time.NewTicker(codeLook)
	defer look.Stop()
	for {
		select {
		case a := <-w.answers:
			return a, nil
		case done := <-w.resends:
			done <- s.resend(ctx, w)
		case <-look.C:
			if s.c.desk.expired(w, s.c.now()) && s.c.desk.close(s.account.ID, w, false) {
				return answer{}, unanswered(q.Kind)
			}
			if over, err := s.over(ctx, q); err != nil {
				return answer{}, err
			} else if over && s.c.desk.close(s.account.ID, w, false) {
				return answer{}, nil
			}
		case <-s.tab.Done():
			if q.Kind == scrapers.Finish {
				return answer{}, scrapers.Fail(scrapers.Cancelled, "the bank's window was closed before the login was finished", nil)
			}
			return answer{}, scrapers.Fail(scrapers.BrowserCrashed, "wait for a code", nil)
		case <-ctx.Done():
			return answer{}, scrapers.Fail(scrapers.Cancelled, "wait for a code", ctx.Err())
		}
	}
}

func unanswered(k scrapers.QuestionKind) error {
	if k == scrapers.Approve {
		return scrapers.Fail(scrapers.ApprovalExpired, "nobody approved the login in the bank's app within 5 minutes", nil)
	}
	return scrapers.Fail(scrapers.OTPTimeout, "nobody answered within 5 minutes", nil)
}

// over asks the page of a login that is finished elsewhere whether it has moved on.
func (s *session) over(ctx context.Context, q scrapers.Question) (bool, error) {
	if q.Over == nil {
		return false, nil
	}
	return q.Over(ctx)
}

// resend presses the bank's button for another code.
func (s *session) resend(ctx context.Context, w *waiter) error {
	r, ok := s.driver.(scrapers.Resender)
	if !ok || !s.request.CanResend {
		return fmt.Errorf("this bank cannot be asked for another code now: %w", ErrConflict)
	}
	if err := r.ResendCode(ctx, s.tab); err != nil {
		return err
	}
	s.resent++
	now, tell := s.c.now(), s.c.tellers(ctx, s.account.ID)
	again, err := s.c.store.ChangeAssistance(ctx, s.request.ID, func(a *Assistance) error {
		a.AskedAt, a.ExpiresAt = now, now.Add(codeWait)
		a.CanResend = s.resent < resendLimit
		a.Notices = tell.noticesForAssistance(*a, true)
		return nil
	}, Audit{})
	if err != nil {
		return storageFailure("write that the bank sent another code", err)
	}
	s.request = &again
	s.c.deliverer.nudge()
	s.c.desk.extend(w, again.ExpiresAt)
	s.c.hint(AssistanceChanged, s.account.ID)
	return nil
}

// endRequest writes how the login's request ended: with what the bank made of the
// answer, or with the login.
func (s *session) endRequest(ctx context.Context, cause error) {
	if s.request == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	kind, now := scrapers.KindOf(cause), s.c.now()
	_, err := s.c.store.ChangeAssistance(ctx, s.request.ID, func(a *Assistance) error {
		switch {
		case cause == nil:
			a.State = AssistanceFulfilled
		case kind == scrapers.OTPTimeout, kind == scrapers.ApprovalExpired:
			a.State = AssistanceExpired
		default:
			a.State = AssistanceCancelled
		}
		if a.Submitted && kind == scrapers.OTPRejected {
			a.Attempts++
		}
		a.Reason, a.Submitted, a.EndedAt = kind, false, now
		return nil
	}, Audit{})
	if err != nil && !errors.Is(err, ErrConflict) && !errors.Is(err, ErrNotFound) {
		s.c.log.Error().Err(err).Str("run", s.run.ID).Msg("record the end of an assistance request")
	}
	s.request = nil
	s.c.hint(AssistanceChanged, s.account.ID)
}

// hold keeps a code in memory until the page types it, once, and out of the log.
func (s *session) hold(code []byte) scrapers.Secret {
	s.mu.Lock()
	clear(s.code)
	s.code, s.handle = code, scrapers.Secret{}
	if len(code) > 0 {
		s.handle = scrapers.NewSecret(fmt.Sprintf("code %d", s.asked))
	}
	handle := s.handle
	s.mu.Unlock()
	if len(code) > 0 {
		s.onEnd(s.c.hide(code))
	}
	return handle
}

// revealCode gives the page the code behind a handle, the first time only.
func (s *session) revealCode(h scrapers.Secret) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.code) == 0 || h != s.handle {
		return nil, false
	}
	code := s.code
	s.code = nil
	return code, true
}

// outcome is what a login that ended with err teaches the ledger. Once the bank
// has asked for a code the password was taken, whatever ended the login.
func (s *session) outcome(err error) AttemptOutcome {
	o := outcomeOf(scrapers.KindOf(err))
	if o == AttemptUnresolved && s.atCode && scrapers.KindOf(err) != scrapers.Unexplained {
		return AttemptNoCode
	}
	return o
}
