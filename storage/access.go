package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"reconbanker/core"
)

// list scans a list of texts that is stored as JSON; NULL is nil.
type list struct{ to *[]string }

// Scan implements sql.Scanner.
func (l list) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*l.to = nil
		return nil
	case string:
		return json.Unmarshal([]byte(v), l.to)
	}
	return fmt.Errorf("a list is stored as %T", v)
}

const ownerColumns = `id, email, name, password_hash, token_key, totp_secret, totp_enabled, totp_step, backup_codes, created_at`

func loadOwner(ctx context.Context, q querier) (core.Owner, error) {
	var o core.Owner
	err := q.QueryRowContext(ctx, "SELECT "+ownerColumns+" FROM owner").Scan(&o.ID, &o.Email, &o.Name, &o.PasswordHash,
		&o.TokenKey, &o.TOTPSecret, &o.TOTPEnabled, &o.TOTPStep, list{&o.BackupCodes}, moment{&o.CreatedAt})
	if errors.Is(err, sql.ErrNoRows) {
		return o, fmt.Errorf("the owner: %w", core.ErrNotFound)
	}
	return o, err
}

// Owner implements core.Store.
func (s *Store) Owner(ctx context.Context) (core.Owner, error) {
	o, err := loadOwner(ctx, s.readers)
	return o, s.wrap(err)
}

// CreateOwner implements core.Store.
func (s *Store) CreateOwner(ctx context.Context, o core.Owner, by core.Audit) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec("INSERT INTO owner (one, "+ownerColumns+") VALUES (1, ?,?,?,?,?,?,?,?,?,?)", o.ID, o.Email, o.Name,
			o.PasswordHash, o.TokenKey, o.TOTPSecret, o.TOTPEnabled, o.TOTPStep, set(o.BackupCodes), stamp(o.CreatedAt))
		if taken(err) {
			return fmt.Errorf("there is an owner already: %w", core.ErrConflict)
		}
		if err != nil {
			return err
		}
		return s.audit(t, by, "")
	})
}

// ChangeOwner implements core.Store. The id and the time of creation stay.
func (s *Store) ChangeOwner(ctx context.Context, change func(*core.Owner) error, by core.Audit) (core.Owner, error) {
	var o core.Owner
	err := s.write(ctx, func(t *tx) (err error) {
		if o, err = loadOwner(t.ctx, t); err != nil {
			return err
		}
		if err := change(&o); err != nil {
			return err
		}
		_, err = t.exec(`UPDATE owner SET email = ?, name = ?, password_hash = ?, token_key = ?,
			totp_secret = ?, totp_enabled = ?, totp_step = ?, backup_codes = ?`, o.Email, o.Name, o.PasswordHash, o.TokenKey,
			o.TOTPSecret, o.TOTPEnabled, o.TOTPStep, set(o.BackupCodes))
		if err != nil {
			return err
		}
		if o, err = loadOwner(t.ctx, t); err != nil {
			return err
		}
		return s.audit(t, by, "")
	})
	return o, err
}

// RevokeToken implements core.Store.
func (s *Store) RevokeToken(ctx context.Context, id string, expires, forget time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.exec("DELETE FROM revoked_token WHERE expires_at < ?", stamp(forget)); err != nil {
			return err
		}
		_, err := t.exec("INSERT INTO revoked_token (id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING", id, stamp(expires))
		return err
	})
}

// TokenRevoked implements core.Store.
func (s *Store) TokenRevoked(ctx context.Context, id string) (bool, error) {
	var revoked bool
	err := s.readers.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM revoked_token WHERE id = ?)", id).Scan(&revoked)
	return revoked, s.wrap(err)
}

const accessKeyColumns = `id, name, prefix, hash, scopes, account_ids, created_at, last_used_at, revoked_at`

func scanAccessKey(r scanner) (core.AccessKey, error) {
	var k core.AccessKey
	err := r.Scan(&k.ID, &k.Name, &k.Prefix, &k.Hash, list{&k.Scopes}, list{&k.AccountIDs},
		moment{&k.CreatedAt}, moment{&k.LastUsedAt}, moment{&k.RevokedAt})
	return k, err
}

// CreateAccessKey implements core.Store.
func (s *Store) CreateAccessKey(ctx context.Context, k core.AccessKey, by core.Audit) error {
	var accounts any
	if k.AccountIDs != nil {
		accounts = set(k.AccountIDs)
	}
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec("INSERT INTO access_key ("+accessKeyColumns+") VALUES (?,?,?,?,?,?,?,?,?)", k.ID, k.Name, k.Prefix,
			k.Hash, set(k.Scopes), accounts, stamp(k.CreatedAt), stamp(k.LastUsedAt), stamp(k.RevokedAt))
		if taken(err) {
			return fmt.Errorf("an API key with this prefix: %w", core.ErrConflict)
		}
		if err != nil {
			return err
		}
		return s.audit(t, by, "")
	})
}

// AccessKeys implements core.Store.
func (s *Store) AccessKeys(ctx context.Context) ([]core.AccessKey, error) {
	rows, err := all(ctx, s.readers, scanAccessKey, "SELECT "+accessKeyColumns+" FROM access_key ORDER BY seq DESC")
	return rows, s.wrap(err)
}

// AccessKey implements core.Store.
func (s *Store) AccessKey(ctx context.Context, prefix string) (core.AccessKey, error) {
	k, err := scanAccessKey(s.readers.QueryRowContext(ctx, "SELECT "+accessKeyColumns+" FROM access_key WHERE prefix = ?", prefix))
	return k, s.wrap(err)
}

// UseAccessKey implements core.Store.
func (s *Store) UseAccessKey(ctx context.Context, id string, at time.Time) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec("UPDATE access_key SET last_used_at = ? WHERE id = ?", stamp(at), id)
		return err
	})
}

// RevokeAccessKey implements core.Store.
func (s *Store) RevokeAccessKey(ctx context.Context, id string, at time.Time, by core.Audit) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE access_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", stamp(at), id)
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("API key", id)
		}
		return s.audit(t, by, "")
	})
}

// APISettings implements core.Store.
func (s *Store) APISettings(ctx context.Context) (core.APISettings, error) {
	var doc string
	var out core.APISettings
	if err := s.readers.QueryRowContext(ctx, "SELECT api FROM installation").Scan(&doc); err != nil {
		return out, s.wrap(err)
	}
	if err := json.Unmarshal([]byte(doc), &out); err != nil {
		return out, fmt.Errorf("read the stored settings of the API: %w", err)
	}
	return out, nil
}

// SetAPISettings implements core.Store.
func (s *Store) SetAPISettings(ctx context.Context, st core.APISettings, by core.Audit) error {
	doc, err := json.Marshal(st)
	if err != nil {
		return fmt.Errorf("write the settings of the API as JSON: %w", err)
	}
	return s.write(ctx, func(t *tx) error {
		if _, err := t.exec("UPDATE installation SET api = ?", string(doc)); err != nil {
			return err
		}
		return s.audit(t, by, "")
	})
}
