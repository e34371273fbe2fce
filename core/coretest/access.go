package coretest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"reconbanker/core"
)

// access is what the Store keeps about who may use the API.
type access struct {
	owner   *core.Owner
	revoked map[string]time.Time
	keys    []core.AccessKey
	api     core.APISettings
}

func (a access) copy() access {
	if a.owner != nil {
		o := tidyOwner(*a.owner)
		a.owner = &o
	}
	a.revoked, a.keys = maps.Clone(a.revoked), slices.Clone(a.keys)
	return a
}

func tidyOwner(o core.Owner) core.Owner {
	o.CreatedAt = ms(o.CreatedAt)
	o.TokenKey, o.TOTPSecret, o.BackupCodes = bytes.Clone(o.TokenKey), bytes.Clone(o.TOTPSecret), slices.Clone(o.BackupCodes)
	return o
}

// Owner implements core.Store.
func (s *Store) Owner(context.Context) (o core.Owner, err error) {
	err = s.read("Owner", func(st *state) error {
		if st.access.owner == nil {
			return missing("owner", "")
		}
		o = tidyOwner(*st.access.owner)
		return nil
	})
	return o, err
}

// CreateOwner implements core.Store.
func (s *Store) CreateOwner(_ context.Context, o core.Owner, by core.Audit) error {
	return s.write("CreateOwner", func(st *state) error {
		if st.access.owner != nil {
			return fmt.Errorf("there is an owner already: %w", core.ErrConflict)
		}
		o = tidyOwner(o)
		st.access.owner = &o
		st.note(by)
		return nil
	})
}

// ChangeOwner implements core.Store.
func (s *Store) ChangeOwner(_ context.Context, change func(*core.Owner) error, by core.Audit) (o core.Owner, err error) {
	err = s.write("ChangeOwner", func(st *state) error {
		if st.access.owner == nil {
			return missing("owner", "")
		}
		was := *st.access.owner
		o = tidyOwner(was)
		if err := change(&o); err != nil {
			return err
		}
		o.ID, o.CreatedAt = was.ID, was.CreatedAt
		kept := tidyOwner(o)
		st.access.owner = &kept
		st.note(by)
		return nil
	})
	return o, err
}

// RevokeToken implements core.Store.
func (s *Store) RevokeToken(_ context.Context, id string, expires, forget time.Time) error {
	return s.write("RevokeToken", func(st *state) error {
		maps.DeleteFunc(st.access.revoked, func(_ string, at time.Time) bool { return at.Before(forget) })
		if st.access.revoked == nil {
			st.access.revoked = map[string]time.Time{}
		}
		st.access.revoked[id] = expires
		return nil
	})
}

// TokenRevoked implements core.Store.
func (s *Store) TokenRevoked(_ context.Context, id string) (revoked bool, err error) {
	err = s.read("TokenRevoked", func(st *state) error {
		_, revoked = st.access.revoked[id]
		return nil
	})
	return revoked, err
}

// CreateAccessKey implements core.Store.
func (s *Store) CreateAccessKey(_ context.Context, k core.AccessKey, by core.Audit) error {
	return s.write("CreateAccessKey", func(st *state) error {
		if slices.ContainsFunc(st.access.keys, func(old core.AccessKey) bool { return old.Prefix == k.Prefix }) {
			return fmt.Errorf("an API key with this prefix: %w", core.ErrConflict)
		}
		k.CreatedAt, k.LastUsedAt, k.RevokedAt = ms(k.CreatedAt), ms(k.LastUsedAt), ms(k.RevokedAt)
		st.access.keys = append(st.access.keys, k)
		st.note(by)
		return nil
	})
}

// AccessKeys implements core.Store.
func (s *Store) AccessKeys(context.Context) (out []core.AccessKey, err error) {
	err = s.read("AccessKeys", func(st *state) error {
		out = slices.Clone(st.access.keys)
		slices.Reverse(out)
		return nil
	})
	return out, err
}

// AccessKey implements core.Store.
func (s *Store) AccessKey(_ context.Context, prefix string) (k core.AccessKey, err error) {
	err = s.read("AccessKey", func(st *state) error {
		i := slices.IndexFunc(st.access.keys, func(k core.AccessKey) bool { return k.Prefix == prefix })
		if i < 0 {
			return missing("API key", prefix)
		}
		k = st.access.keys[i]
		return nil
	})
	return k, err
}

// UseAccessKey implements core.Store.
func (s *Store) UseAccessKey(_ context.Context, id string, at time.Time) error {
	return s.write("UseAccessKey", func(st *state) error {
		for i := range st.access.keys {
			if st.access.keys[i].ID == id {
				st.access.keys[i].LastUsedAt = ms(at)
			}
		}
		return nil
	})
}

// RevokeAccessKey implements core.Store.
func (s *Store) RevokeAccessKey(_ context.Context, id string, at time.Time, by core.Audit) error {
	return s.write("RevokeAccessKey", func(st *state) error {
		i := slices.IndexFunc(st.access.keys, func(k core.AccessKey) bool { return k.ID == id && k.RevokedAt.IsZero() })
		if i < 0 {
			return missing("API key", id)
		}
		st.access.keys[i].RevokedAt = ms(at)
		st.note(by)
		return nil
	})
}

// APISettings implements core.Store.
func (s *Store) APISettings(context.Context) (out core.APISettings, err error) {
	err = s.read("APISettings", func(st *state) error {
		out = st.access.api
		return nil
	})
	return out, err
}

// SetAPISettings implements core.Store.
func (s *Store) SetAPISettings(_ context.Context, api core.APISettings, by core.Audit) error {
	return s.write("SetAPISettings", func(st *state) error {
		st.access.api = api
		st.note(by)
		return nil
	})
}
