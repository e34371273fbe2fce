package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"reconbanker/core"
)

const movementColumns = `id, account_id, run_id, key, content, bank_account, bank_id, direction,
	amount, currency, balance, balance_currency, booked_at, precision, bank_day,
	description, reference, sender, sender_document, reverses,
	ingested_at, before_start, notified_at, excluded_at, vanished_at, raw`

func scanMovement(r scanner) (core.Movement, error) {
	var m core.Movement
	var balance sql.NullInt64
	var balanceCurrency sql.NullString
	var raw []byte
	err := r.Scan(&m.ID, &m.AccountID, &m.RunID, &m.Key, &m.Content, &m.BankAccount, &m.BankID, &m.Direction,
		&m.Amount.Minor, &m.Amount.Currency, &balance, &balanceCurrency, moment{&m.BookedAt}, &m.Precision, &m.BankDay,
		&m.Description, &m.Reference, &m.Sender, &m.SenderDocument, &m.Reverses,
		moment{&m.IngestedAt}, &m.BeforeStart, moment{&m.NotifiedAt}, moment{&m.ExcludedAt}, moment{&m.VanishedAt}, &raw)
	if err != nil {
		return m, err
	}
	if balance.Valid {
		m.Balance = &core.Money{Minor: balance.Int64, Currency: balanceCurrency.String}
	}
	if raw != nil {
		if err := json.Unmarshal(raw, &m.Raw); err != nil {
			return m, fmt.Errorf("read the bank's row of movement %s: %w", m.ID, err)
		}
	}
	return m, nil
}

const movementValueCount = 27

// appendMovement adds the values of a row, in the order of insertMovements.
func appendMovement(args []any, m *core.Movement) ([]any, error) {
	var raw any
	if m.Raw != nil {
		b, err := json.Marshal(m.Raw)
		if err != nil {
			return nil, fmt.Errorf("write the bank's row as JSON: %w", err)
		}
		raw = string(b)
	}
	var balance, balanceCurrency any
	if m.Balance != nil {
		balance, balanceCurrency = m.Balance.Minor, m.Balance.Currency
	}
	return append(args, m.ID, m.AccountID, m.RunID, m.Key, m.Content, m.BankAccount, m.BankID, string(m.Direction),
		m.Amount.Minor, m.Amount.Currency, balance, balanceCurrency, m.BookedAt.UnixMilli(), string(m.Precision), m.BankDay,
		m.Description, m.Reference, m.Sender, m.SenderDocument, m.Reverses,
		m.IngestedAt.UnixMilli(), m.BeforeStart, stamp(m.NotifiedAt), stamp(m.ExcludedAt), stamp(m.VanishedAt), raw,
		searchText(m)), nil
}

func loadMovement(ctx context.Context, q querier, accountID, id string) (core.Movement, error) {
	m, err := scanMovement(q.QueryRowContext(ctx, "SELECT "+movementColumns+" FROM movement WHERE id = ? AND account_id = ?", id, accountID))
	if errors.Is(err, sql.ErrNoRows) {
		return m, notFound("movement", id)
	}
	return m, err
}

// Movement implements core.Store.
func (s *Store) Movement(ctx context.Context, accountID, id string) (core.Movement, error) {
	m, err := loadMovement(ctx, s.readers, accountID, id)
	return m, s.wrap(err)
}

// ChangeMovement implements core.Store. What identifies the line and what the
// bank's list showed of it never changes.
func (s *Store) ChangeMovement(ctx context.Context, accountID, id string, change func(*core.Movement) ([]core.Delivery, error), by core.Audit) (core.Movement, error) {
	var m core.Movement
	err := s.write(ctx, func(t *tx) (err error) {
		if m, err = loadMovement(t.ctx, t, accountID, id); err != nil {
			return err
		}
		owed, err := change(&m)
		if err != nil {
			return err
		}
		_, err = t.exec(`UPDATE movement SET sender = ?, sender_document = ?, search = ?,
				before_start = ?, notified_at = ?, excluded_at = ?, vanished_at = ? WHERE id = ?`,
			m.Sender, m.SenderDocument, searchText(&m),
			m.BeforeStart, stamp(m.NotifiedAt), stamp(m.ExcludedAt), stamp(m.VanishedAt), id)
		if err != nil {
			return err
		}
		if err := s.insertDeliveries(t, owed); err != nil {
			return err
		}
		if m, err = loadMovement(t.ctx, t, accountID, id); err != nil {
			return err
		}
		return s.audit(t, by, accountID)
	})
	return m, err
}

// Newest implements core.Store. It jumps from one bank account to the next in
// the index instead of reading all of it.
func (s *Store) Newest(ctx context.Context, accountID string) (map[string]string, error) {
	type newest struct{ number, day string }
	rows, err := all(ctx, s.readers, func(r scanner) (newest, error) {
		var n newest
		err := r.Scan(&n.number, &n.day)
		return n, err
	}, `WITH RECURSIVE each(number) AS (
			SELECT min(bank_account) FROM movement WHERE account_id = ?1
			UNION ALL
			SELECT (SELECT min(bank_account) FROM movement WHERE account_id = ?1 AND bank_account > number)
			FROM each WHERE number IS NOT NULL)
		SELECT number, (SELECT max(bank_day) FROM movement WHERE account_id = ?1 AND bank_account = number)
		FROM each WHERE number IS NOT NULL`, accountID)
	if err != nil {
		return nil, s.wrap(err)
	}
	out := make(map[string]string, len(rows))
	for _, n := range rows {
		out[n.number] = n.day
	}
	return out, nil
}
