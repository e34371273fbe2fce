package core

import (
	"context"
	"errors"
	"time"

	"reconbanker/scrapers"
)

// keepsState tells whether the cookies of an account are kept: those of a login
// that lasts, and those by which a bank knows this browser and asks no code.
func keepsState(s Settings) bool { return s.SessionType == Persistent || s.LoginMode == Assisted }

func stateScope(accountID string) Scope {
	return Scope{Table: "session_state", Row: accountID, Field: "state"}
}

// state returns what an earlier browser of this login knew, or nil. What cannot
// be opened is left out: the login goes on without.
func (s *session) state(ctx context.Context) []byte {
	if !keepsState(s.settings) {
		return nil
	}
	sealed, err := s.c.store.SessionState(ctx, s.account.ID, s.settings.CredentialsVersion)
	if err != nil {
		if !errors.Is(err, ErrNotFound) {
			s.c.log.Error().Err(err).Str("account", s.account.ID).Msg("read the kept session")
		}
		return nil
	}
	plain, err := s.c.vault.Open(ctx, stateScope(s.account.ID), sealed)
	if err != nil {
		s.c.log.Warn().Err(err).Str("account", s.account.ID).Msg("open the kept session")
		return nil
	}
	return plain
}

// saveState keeps what the browser knows, sealed. It is a convenience: that it
// failed is noted and costs a login later.
func (s *session) saveState(ctx context.Context) {
	if !keepsState(s.settings) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	plain, err := s.tab.State(ctx)
	if err != nil || len(plain) == 0 {
		s.c.log.Debug().Str("account", s.account.ID).Str("kind", string(scrapers.KindOf(err))).Msg("export the session")
		return
	}
	defer clear(plain)
	sealed, err := s.c.vault.Seal(ctx, stateScope(s.account.ID), plain)
	if err == nil {
		err = s.c.store.SaveSessionState(ctx, s.account.ID, s.settings.CredentialsVersion, sealed, s.c.now())
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		s.c.log.Warn().Err(err).Str("account", s.account.ID).Msg("keep the session")
	}
}
