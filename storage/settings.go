package storage

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"reconbanker/core"
)

// document is what is kept of settings as JSON: all but what has a place of its
// own, which the fields here hide.
type document struct {
	core.Settings
	ID, AccountID, Stored, CreatedAt, UpdatedAt *struct{} `json:",omitempty"`
}

func encodeSettings(st core.Settings) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a person's JSON comes back as it was written
	if err := e.Encode(document{Settings: st}); err != nil {
		return "", fmt.Errorf("write the settings as JSON: %w", err)
	}
	return b.String(), nil
}

func decodeSettings(doc string) (core.Settings, error) {
	var d document
	if err := json.Unmarshal([]byte(doc), &d); err != nil {
		return core.Settings{}, fmt.Errorf("read the stored settings: %w", err)
	}
	for _, raw := range []*json.RawMessage{&d.PollingBody, &d.WebhookExtraFields} {
		if string(*raw) == "null" {
			*raw = nil
		}
	}
	return d.Settings, nil
}

// Settings implements core.Store.
func (s *Store) Settings(ctx context.Context, accountID string) (core.Settings, error) {
	var st core.Settings
	err := s.read(ctx, func(q querier) (err error) {
		st, err = loadSettings(ctx, q, accountID)
		return err
	})
	return st, err
}

func loadSettings(ctx context.Context, q querier, accountID string) (core.Settings, error) {
	var id, doc string
	var created, updated time.Time
	err := q.QueryRowContext(ctx, "SELECT id, doc, created_at, updated_at FROM settings WHERE account_id = ?", accountID).
		Scan(&id, &doc, moment{&created}, moment{&updated})
	if errors.Is(err, sql.ErrNoRows) {
		return core.Settings{}, notFound("settings of account", accountID)
	}
	if err != nil {
		return core.Settings{}, err
	}
	st, err := decodeSettings(doc)
	if err != nil {
		return core.Settings{}, err
	}
	fields, err := all(ctx, q, scanOne[string], "SELECT field FROM secret WHERE account_id = ?", accountID)
	if err != nil {
		return core.Settings{}, err
	}
	st.ID, st.AccountID, st.CreatedAt, st.UpdatedAt = id, accountID, created, updated
	st.Stored = map[string]bool{}
	for _, f := range fields {
		st.Stored[f] = true
	}
	return st, nil
}

// SaveSettings implements core.Store. The id and the time of creation of settings
// that are there already stay.
func (s *Store) SaveSettings(ctx context.Context, st core.Settings, put map[string][]byte, drop []string, by core.Audit) error {
	doc, err := encodeSettings(st)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		updated := st.UpdatedAt
		if updated.IsZero() {
			updated = s.opts.Now()
		}
		created := st.CreatedAt
		if created.IsZero() {
			created = updated
		}
		_, err := t.exec(`INSERT INTO settings (account_id, id, doc, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (account_id) DO UPDATE SET doc = excluded.doc, updated_at = excluded.updated_at`,
			st.AccountID, cmp.Or(st.ID, newID()), doc, stamp(created), stamp(updated))
		if orphanRow(err) {
			return notFound("account", st.AccountID)
		}
		if err != nil {
			return err
		}
		if err := saveSecrets(t, st.AccountID, put, drop, updated); err != nil {
			return err
		}
		if err := redirect(t, st, updated); err != nil {
			return err
		}
		return s.audit(t, by, st.AccountID)
	})
}

func saveSecrets(t *tx, accountID string, put map[string][]byte, drop []string, at time.Time) error {
	for _, field := range drop {
		if _, err := t.exec("DELETE FROM secret WHERE account_id = ? AND field = ?", accountID, field); err != nil {
			return err
		}
	}
	for field, sealed := range put {
		_, err := t.exec(`INSERT INTO secret (account_id, field, sealed, updated_at) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at`,
			accountID, field, sealed, stamp(at))
		if err != nil {
			return err
		}
	}
	return nil
}

// redirect lets what is still owed follow the webhook's new address, and notices
// theirs. Unfinished settings without an address leave webhooks where they were.
func redirect(t *tx, st core.Settings, at time.Time) error {
	move := func(url, receiver string, kind core.DeliveryKind) error {
		_, err := t.exec(`UPDATE delivery SET url = ?1, receiver = ?2
			WHERE account_id = ?3 AND kind = ?4 AND status IN ('pending', 'retrying') AND (url <> ?1 OR receiver <> ?2)`,
			url, receiver, st.AccountID, kind)
		return err
	}
	if st.WebhookURL != "" {
		for _, kind := range []core.DeliveryKind{core.MovementDelivery, core.OrderDelivery} {
			if err := move(st.WebhookURL, core.ReceiverOf(st.WebhookURL), kind); err != nil {
				return err
			}
		}
	}
	kind, url := st.NoticeRoute()
	if url != "" {
		if err := move(url, core.NoticeReceiver(url), kind); err != nil {
			return err
		}
	}
	_, err := t.exec(`UPDATE delivery SET status = 'dead', done_at = ?1, last_error = ?2
		WHERE account_id = ?3 AND status IN ('pending', 'retrying') AND kind IN ('notice', 'notice_slack', 'notice_chat') AND kind <> ?4`,
		stamp(at), core.NoticeMoved, st.AccountID, kind)
	return err
}

// Secret implements core.Store.
func (s *Store) Secret(ctx context.Context, accountID, field string) ([]byte, error) {
	var sealed []byte
	err := s.readers.QueryRowContext(ctx, "SELECT sealed FROM secret WHERE account_id = ? AND field = ?", accountID, field).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("secret", field)
	}
	return sealed, s.wrap(err)
}
