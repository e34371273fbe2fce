package coretest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"reconbanker/core"
)

// OperationMode implements core.Store.
func (s *Store) OperationMode(context.Context) (mode core.OperationMode, err error) {
	err = s.read("OperationMode", func(st *state) error {
		mode = st.mode
		return nil
	})
	return mode, err
}

// SetOperationMode implements core.Store.
func (s *Store) SetOperationMode(_ context.Context, mode core.OperationMode, by core.Audit) error {
	return s.write("SetOperationMode", func(st *state) error {
		if st.mode != mode {
			st.mode = mode
			st.note(by)
		}
		return nil
	})
}

// SchedulePaused implements core.Store.
func (s *Store) SchedulePaused(context.Context) (paused bool, err error) {
	err = s.read("SchedulePaused", func(st *state) error {
		paused = st.paused
		return nil
	})
	return paused, err
}

// SetSchedulePaused implements core.Store.
func (s *Store) SetSchedulePaused(_ context.Context, paused bool, by core.Audit) error {
	return s.write("SetSchedulePaused", func(st *state) error {
		if st.paused != paused {
			st.paused = paused
			st.note(by)
		}
		return nil
	})
}

// Accounts implements core.Store.
func (s *Store) Accounts(context.Context) (out []core.Account, err error) {
	err = s.read("Accounts", func(st *state) error {
		for _, a := range st.accounts {
			out = append(out, tidyAccount(a))
		}
		slices.SortStableFunc(out, func(a, b core.Account) int {
			return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
		return nil
	})
	return out, err
}

// Account implements core.Store.
func (s *Store) Account(_ context.Context, id string) (a core.Account, err error) {
	err = s.read("Account", func(st *state) error {
		i, err := st.account(id)
		if err == nil {
			a = tidyAccount(st.accounts[i])
		}
		return err
	})
	return a, err
}

func (s *state) account(id string) (int, error) {
	i := slices.IndexFunc(s.accounts, func(a core.Account) bool { return a.ID == id })
	if i < 0 {
		return 0, missing("account", id)
	}
	return i, nil
}

// CreateAccount implements core.Store.
func (s *Store) CreateAccount(_ context.Context, a core.Account, by core.Audit) error {
	return s.write("CreateAccount", func(st *state) error {
		if _, err := st.account(a.ID); err == nil {
			return fmt.Errorf("account %q is there already: %w", a.ID, core.ErrConflict)
		}
		st.accounts = append(st.accounts, tidyAccount(a))
		st.note(by)
		return nil
	})
}

func (s *state) changeAccount(id string, change func(*core.Account) error) (core.Account, error) {
	i, err := s.account(id)
	if err != nil {
		return core.Account{}, err
	}
	a := tidyAccount(s.accounts[i])
	if err := change(&a); err != nil {
		return core.Account{}, err
	}
	a.ID = id
	s.owe(a.Notices)
	a.Notices = nil
	s.accounts[i] = tidyAccount(a)
	return tidyAccount(a), nil
}

// ChangeAccount implements core.Store.
func (s *Store) ChangeAccount(_ context.Context, id string, change func(*core.Account) error, by core.Audit) (a core.Account, err error) {
	err = s.write("ChangeAccount", func(st *state) (err error) {
		if a, err = st.changeAccount(id, change); err == nil {
			st.note(by)
		}
		return err
	})
	return a, err
}

// DeleteAccount implements core.Store. The ledger of the bank's user stays.
func (s *Store) DeleteAccount(_ context.Context, id string, by core.Audit) error {
	return s.write("DeleteAccount", func(st *state) error {
		i, err := st.account(id)
		if err != nil {
			return err
		}
		st.accounts = slices.Delete(st.accounts, i, i+1)
		delete(st.settings, id)
		for k := range st.secrets {
			if k.account == id {
				delete(st.secrets, k)
			}
		}
		runs, owed := map[string]bool{}, map[string]bool{}
		for _, r := range st.runs {
			runs[r.ID] = r.AccountID == id
		}
		for _, d := range st.deliveries {
			owed[d.ID] = d.AccountID == id
		}
		delete(st.sessions, id)
		st.requests = slices.DeleteFunc(st.requests, func(a core.Assistance) bool { return a.AccountID == id })
		st.runs = slices.DeleteFunc(st.runs, func(r core.Run) bool { return r.AccountID == id })
		maps.DeleteFunc(st.stages, func(run string, _ []core.RunStage) bool { return runs[run] })
		st.movements = slices.DeleteFunc(st.movements, func(m core.Movement) bool { return m.AccountID == id })
		st.deliveries = slices.DeleteFunc(st.deliveries, func(d core.Delivery) bool { return d.AccountID == id })
		st.evidence = slices.DeleteFunc(st.evidence, func(e core.SealedEvidence) bool { return runs[e.RunID] })
		st.tries = slices.DeleteFunc(st.tries, func(a core.DeliveryAttempt) bool { return owed[a.DeliveryID] })
		st.book.drop(id)
		st.note(by)
		return nil
	})
}

// Settings implements core.Store.
func (s *Store) Settings(_ context.Context, accountID string) (out core.Settings, err error) {
	err = s.read("Settings", func(st *state) error {
		stored, ok := st.settings[accountID]
		if !ok {
			return missing("settings of account", accountID)
		}
		out = tidySettings(stored)
		out.Stored = map[string]bool{}
		for k := range st.secrets {
			if k.account == accountID {
				out.Stored[k.field] = true
			}
		}
		return nil
	})
	return out, err
}

// SaveSettings implements core.Store.
func (s *Store) SaveSettings(_ context.Context, next core.Settings, put map[string][]byte, drop []string, by core.Audit) error {
	return s.write("SaveSettings", func(st *state) error {
		if _, err := st.account(next.AccountID); err != nil {
			return err
		}
		st.settings[next.AccountID] = tidySettings(next)
		for _, field := range drop {
			delete(st.secrets, secretKey{next.AccountID, field})
		}
		for field, sealed := range put {
			st.secrets[secretKey{next.AccountID, field}] = bytes.Clone(sealed)
		}
		st.redirect(next)
		st.note(by)
		return nil
	})
}

// Secret implements core.Store.
func (s *Store) Secret(_ context.Context, accountID, field string) (sealed []byte, err error) {
	err = s.read("Secret", func(st *state) error {
		box, ok := st.secrets[secretKey{accountID, field}]
		if !ok {
			return missing("secret", field)
		}
		sealed = bytes.Clone(box)
		return nil
	})
	return sealed, err
}

// AuditLog implements core.Store.
func (s *Store) AuditLog(_ context.Context, limit, offset int) (out []core.Audit, err error) {
	err = s.read("AuditLog", func(st *state) error {
		out, _ = page(st.audits, limit, offset, func(core.Audit) bool { return true })
		return nil
	})
	return out, err
}

// PruneAudit implements core.Store.
func (s *Store) PruneAudit(_ context.Context, before time.Time, limit int) (n int, err error) {
	err = s.write("PruneAudit", func(st *state) error {
		st.audits = slices.DeleteFunc(st.audits, func(a core.Audit) bool {
			old := a.At.Before(before) && n < limit
			if old {
				n++
			}
			return old
		})
		return nil
	})
	return n, err
}

// Due implements core.Store.
func (s *Store) Due(_ context.Context, now time.Time) (out []core.Account, err error) {
	err = s.read("Due", func(st *state) error {
		for _, a := range st.accounts {
			_, set := st.settings[a.ID]
			if set && a.Status == core.Active && a.Block == nil && !a.NextRunAt.IsZero() && !a.NextRunAt.After(now) {
				out = append(out, tidyAccount(a))
			}
		}
		slices.SortStableFunc(out, func(a, b core.Account) int { return a.NextRunAt.Compare(b.NextRunAt) })
		return nil
	})
	return out, err
}
