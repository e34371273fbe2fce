package storage

import (
	"context"

	"reconbanker/core"

	"github.com/google/uuid"
)

// install writes the one row of the installation when there is none.
func (s *Store) install(ctx context.Context) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO installation (id, data_id, operation_mode, created_at)
			VALUES (1, ?, '', ?) ON CONFLICT DO NOTHING`, uuid.NewString(), stamp(s.opts.Now()))
		return err
	})
}

// DataID names this data directory for ever, in the keychain for example.
func (s *Store) DataID(ctx context.Context) (string, error) {
	var id string
	err := s.readers.QueryRowContext(ctx, "SELECT data_id FROM installation").Scan(&id)
	return id, s.wrap(err)
}

// OperationMode implements core.Store.
func (s *Store) OperationMode(ctx context.Context) (core.OperationMode, error) {
	mode, err := operationMode(ctx, s.readers)
	return mode, s.wrap(err)
}

func operationMode(ctx context.Context, q querier) (core.OperationMode, error) {
	var mode core.OperationMode
	err := q.QueryRowContext(ctx, "SELECT operation_mode FROM installation").Scan(&mode)
	return mode, err
}

// SetOperationMode implements core.Store; the mode that is set already changes
// nothing and leaves no audit line.
func (s *Store) SetOperationMode(ctx context.Context, mode core.OperationMode, by core.Audit) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE installation SET operation_mode = ?1 WHERE operation_mode <> ?1", mode)
		if err != nil || n == 0 {
			return err
		}
		return s.audit(t, by, "")
	})
}

// SchedulePaused implements core.Store.
func (s *Store) SchedulePaused(ctx context.Context) (bool, error) {
	var paused bool
	err := s.readers.QueryRowContext(ctx, "SELECT schedule_paused FROM installation").Scan(&paused)
	return paused, s.wrap(err)
}

// SetSchedulePaused implements core.Store; what is so already leaves no audit line.
func (s *Store) SetSchedulePaused(ctx context.Context, paused bool, by core.Audit) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE installation SET schedule_paused = ?1 WHERE schedule_paused <> ?1", paused)
		if err != nil || n == 0 {
			return err
		}
		return s.audit(t, by, "")
	})
}
