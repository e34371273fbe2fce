package storage

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"reconbanker/core"
)

// LoadKey returns the record that recognises the key of the secrets, or
// core.ErrNotFound. The key itself is not stored; wrapped is nil unless a
// passphrase opens it.
func (s *Store) LoadKey(ctx context.Context) (id string, kcv, wrapped []byte, err error) {
	err = s.readers.QueryRowContext(ctx, "SELECT id, kcv, wrapped FROM kek ORDER BY created_at DESC, rowid DESC LIMIT 1").
		Scan(&id, &kcv, &wrapped)
	return id, kcv, wrapped, s.wrap(err)
}

// SaveKey stores the record of a key, or gives the same key another wrapping.
// While secrets are stored another key is refused with core.ErrConflict: they
// would never open again.
func (s *Store) SaveKey(ctx context.Context, id string, kcv, wrapped []byte) error {
	return s.write(ctx, func(t *tx) error {
		var known []byte
		switch err := t.row("SELECT kcv FROM kek WHERE id = ?", id).Scan(&known); {
		case err == nil && !bytes.Equal(known, kcv):
			return fmt.Errorf("another key is stored under this id: %w", core.ErrConflict)
		case err == nil:
			_, err = t.exec("UPDATE kek SET wrapped = ? WHERE id = ?", wrapped, id)
			return err
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		var secrets bool
		if err := t.row("SELECT EXISTS (SELECT 1 FROM secret UNION ALL SELECT 1 FROM owner)").Scan(&secrets); err != nil {
			return err
		}
		if secrets {
			return fmt.Errorf("secrets sealed with another key are stored: %w", core.ErrConflict)
		}
		if _, err := t.exec("DELETE FROM kek"); err != nil {
			return err
		}
		_, err := t.exec("INSERT INTO kek (id, created_at, kcv, wrapped) VALUES (?, ?, ?, ?)", id, stamp(s.opts.Now()), kcv, wrapped)
		return err
	})
}

// HasSecrets tells whether anything sealed is stored.
func (s *Store) HasSecrets(ctx context.Context) (bool, error) {
	var has bool
	err := s.readers.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM secret UNION ALL SELECT 1 FROM owner)").Scan(&has)
	return has, s.wrap(err)
}
