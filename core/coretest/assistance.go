package coretest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

type sessionState struct {
	credentials int64
	sealed      []byte
}

func tidyAssistance(a core.Assistance) core.Assistance {
	a.CreatedAt, a.AskedAt, a.ExpiresAt, a.EndedAt = ms(a.CreatedAt), ms(a.AskedAt), ms(a.ExpiresAt), ms(a.EndedAt)
	return a
}

// OpenAssistance implements core.Store.
func (s *Store) OpenAssistance(_ context.Context, a core.Assistance) error {
	return s.write("OpenAssistance", func(st *state) error {
		if _, err := st.account(a.AccountID); err != nil {
			return err
		}
		for _, other := range st.requests {
			if other.ID == a.ID || other.AccountID == a.AccountID && other.State == core.AssistancePending {
				return fmt.Errorf("the account waits for a person already: %w", core.ErrConflict)
			}
		}
		a.State, a.EndedAt = core.AssistancePending, time.Time{}
		st.owe(a.Notices)
		a.Notices = nil
		st.requests = append(st.requests, tidyAssistance(a))
		return nil
	})
}

func (s *state) request(id string) (int, error) {
	i := slices.IndexFunc(s.requests, func(a core.Assistance) bool { return a.ID == id })
	if i < 0 {
		return 0, missing("assistance request", id)
	}
	return i, nil
}

// ChangeAssistance implements core.Store.
func (s *Store) ChangeAssistance(_ context.Context, id string, change func(*core.Assistance) error, by core.Audit) (a core.Assistance, err error) {
	err = s.write("ChangeAssistance", func(st *state) error {
		i, err := st.request(id)
		if err != nil {
			return err
		}
		was := st.requests[i]
		if was.State != core.AssistancePending {
			return fmt.Errorf("assistance request %q has ended already: %w", id, core.ErrConflict)
		}
		a = was
		if err := change(&a); err != nil {
			return err
		}
		a.ID, a.AccountID, a.RunID, a.CreatedAt = was.ID, was.AccountID, was.RunID, was.CreatedAt
		st.owe(a.Notices)
		a.Notices = nil
		a = tidyAssistance(a)
		st.requests[i] = a
		if by.AccountID == "" {
			by.AccountID = a.AccountID
		}
		st.note(by)
		return nil
	})
	if err != nil {
		return core.Assistance{}, err
	}
	return a, nil
}

// Assistance implements core.Store.
func (s *Store) Assistance(_ context.Context, id string) (a core.Assistance, err error) {
	err = s.read("Assistance", func(st *state) error {
		i, err := st.request(id)
		if err == nil {
			a = st.requests[i]
		}
		return err
	})
	return a, err
}

// PendingAssistances implements core.Store.
func (s *Store) PendingAssistances(_ context.Context, accountID string) (out []core.Assistance, err error) {
	err = s.read("PendingAssistances", func(st *state) error {
		for _, a := range st.requests {
			if a.State == core.AssistancePending && (accountID == "" || a.AccountID == accountID) {
				out = append(out, a)
			}
		}
		return nil
	})
	return out, err
}

// endAssistance cancels what is pending of a run, or of every run ("").
func (s *state) endAssistance(runID string, reason scrapers.Kind, at time.Time) {
	for i, a := range s.requests {
		if a.State == core.AssistancePending && (runID == "" || a.RunID == runID) {
			a.State, a.Reason, a.Submitted, a.EndedAt = core.AssistanceCancelled, reason, false, ms(at)
			s.requests[i] = a
		}
	}
}

// SaveSessionState implements core.Store.
func (s *Store) SaveSessionState(_ context.Context, accountID string, credentials int64, sealed []byte, _ time.Time) error {
	return s.write("SaveSessionState", func(st *state) error {
		_, err := st.account(accountID)
		if err == nil {
			st.sessions[accountID] = sessionState{credentials, bytes.Clone(sealed)}
		}
		return err
	})
}

// SessionState implements core.Store.
func (s *Store) SessionState(_ context.Context, accountID string, credentials int64) (sealed []byte, err error) {
	err = s.read("SessionState", func(st *state) error {
		kept, ok := st.sessions[accountID]
		if !ok || kept.credentials != credentials {
			return missing("session of account", accountID)
		}
		sealed = bytes.Clone(kept.sealed)
		return nil
	})
	return sealed, err
}

// DropSessionState implements core.Store.
func (s *Store) DropSessionState(_ context.Context, accountID string) error {
	return s.write("DropSessionState", func(st *state) error {
		delete(st.sessions, accountID)
		return nil
	})
}
