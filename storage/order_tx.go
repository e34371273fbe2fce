package storage

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// weighing is what an attempt weighed, as JSON.
type weighing struct {
	Candidates []core.Candidate `json:"candidates,omitempty"`
	Others     []core.Candidate `json:"others,omitempty"`
}

// AddAttempt implements core.OrderTx.
func (o *orderTx) AddAttempt(a core.OrderAttempt) error {
	var candidates any
	if len(a.Candidates)+len(a.Others) > 0 {
		b, err := json.Marshal(weighing{a.Candidates, a.Others})
		if err != nil {
			return fmt.Errorf("write the candidates of an order as JSON: %w", err)
		}
		candidates = string(b)
	}
	return o.run(`INSERT INTO order_attempt (order_id, n, at, result, reason, actor, movement_id, candidates) VALUES (?,?,?,?,?,?,?,?)`,
		a.OrderID, a.N, stamp(a.At), string(a.Result), string(a.Reason), a.Actor, a.MovementID, candidates)
}

// Free implements core.OrderTx.
func (o *orderTx) Free(accountID string, amount core.Money, from, to time.Time) ([]core.FreeMovement, error) {
	seqs := map[string]int64{}
	rows, err := all(o.t.ctx, o, func(r scanner) (core.FreeMovement, error) {
		m := core.Movement{AccountID: accountID, Amount: amount, Direction: scrapers.Credit}
		var c core.FreeMovement
		var seq int64
		err := r.Scan(&seq, &m.ID, &m.BankAccount, &m.BankID, moment{&m.BookedAt}, &m.Precision, &m.BankDay, &m.Sender, &m.SenderDocument,
			moment{&m.IngestedAt}, &c.ByHand)
		seqs[m.ID] = seq
		c.Movement = m
		return c, err
	}, `SELECT seq, id, bank_account, bank_id, booked_at, precision, bank_day, sender, sender_document, ingested_at,
			EXISTS (SELECT 1 FROM match AS u WHERE u.movement_id = movement.id)
		FROM movement INDEXED BY movement_free
		WHERE account_id = ? AND currency = ? AND amount = ? AND booked_at >= ? AND booked_at <= ?
			AND direction = 'credit' AND excluded_at IS NULL AND vanished_at IS NULL
			AND NOT EXISTS (SELECT 1 FROM match AS m WHERE m.movement_id = movement.id AND m.undone_at IS NULL)`, accountID, amount.Currency, amount.Minor, stamp(from), stamp(to))
	slices.SortFunc(rows, func(a, b core.FreeMovement) int { return cmp.Compare(seqs[a.Movement.ID], seqs[b.Movement.ID]) })
	return rows, err
}

// Movement implements core.OrderTx.
func (o *orderTx) Movement(accountID, id string) (core.Movement, error) {
	return loadMovement(o.t.ctx, o.t, accountID, id)
}

// MovementByBankID implements core.OrderTx.
func (o *orderTx) MovementByBankID(accountID, bankAccount, bankID string) (core.Movement, error) {
	m, err := scanMovement(o.QueryRowContext(o.t.ctx, "SELECT "+movementColumns+` FROM movement
		WHERE account_id = ? AND bank_account = ? AND bank_id = ? AND bank_id <> '' ORDER BY seq LIMIT 1`, accountID, bankAccount, bankID))
	if errors.Is(err, sql.ErrNoRows) {
		return m, notFound("movement", bankID)
	}
	return m, err
}

// Exclude implements core.OrderTx.
func (o *orderTx) Exclude(movementID string, at time.Time) error {
	n, err := o.exec("UPDATE movement SET excluded_at = ? WHERE id = ?", stamp(at), movementID)
	if err == nil && n == 0 {
		return notFound("movement", movementID)
	}
	return err
}

const matchColumns = "id, account_id, order_id, movement_id, person, actor, reason, score, matched_at, undone_at, undone_by"

func scanMatch(r scanner) (core.OrderMatch, error) {
	var m core.OrderMatch
	err := r.Scan(&m.ID, &m.AccountID, &m.OrderID, &m.MovementID, &m.Person, &m.Actor, &m.Reason, &m.Score,
		moment{&m.MatchedAt}, moment{&m.UndoneAt}, &m.UndoneBy)
	return m, err
}

// AddMatch implements core.OrderTx.
func (o *orderTx) AddMatch(m core.OrderMatch) error {
	err := o.run("INSERT INTO match ("+matchColumns+") VALUES (?,?,?,?,?,?,?,?,?,?,?)", m.ID, m.AccountID, m.OrderID, m.MovementID,
		m.Person, m.Actor, string(m.Reason), m.Score, stamp(m.MatchedAt), stamp(m.UndoneAt), m.UndoneBy)
	switch {
	case taken(err):
		return fmt.Errorf("the order or the movement is matched already: %w", core.ErrConflict)
	case orphanRow(err):
		return notFound("order or movement", m.OrderID)
	}
	return err
}

// EndMatch implements core.OrderTx.
func (o *orderTx) EndMatch(id string, at time.Time, actor string) error {
	n, err := o.exec("UPDATE match SET undone_at = ?, undone_by = ? WHERE id = ? AND undone_at IS NULL", stamp(at), actor, id)
	if err == nil && n == 0 {
		return notFound("match", id)
	}
	return err
}

// MatchOf implements core.OrderTx.
func (o *orderTx) MatchOf(orderID, movementID string) (core.OrderMatch, error) {
	var w where
	w.add(orderID != "", "order_id = ?", orderID)
	w.add(movementID != "", "movement_id = ?", movementID)
	w.add(true, "undone_at IS NULL")
	m, err := scanMatch(o.QueryRowContext(o.t.ctx, "SELECT "+matchColumns+" FROM match"+w.sql(), w.args...))
	if errors.Is(err, sql.ErrNoRows) {
		return m, notFound("match of", orderID+movementID)
	}
	return m, err
}

// Matched implements core.OrderTx. There are few, mostly none: that is found out
// first.
func (o *orderTx) Matched(accountID string, amount core.Money, since time.Time) ([]core.Pair, error) {
	ids, err := all(o.t.ctx, o, scanOne[string], `SELECT id FROM orders INDEXED BY orders_matched
		WHERE account_id = ? AND currency = ? AND amount = ? AND status = 'matched' AND expires_at > ?`,
		accountID, amount.Currency, amount.Minor, stamp(since))
	if err != nil {
		return nil, err
	}
	out := make([]core.Pair, len(ids))
	for i, id := range ids {
		if out[i].Order, err = o.Order(id); err != nil {
			return nil, err
		}
		if out[i].Match, err = o.MatchOf(id, ""); err != nil {
			return nil, err
		}
		if out[i].Movement, err = o.Movement(accountID, out[i].Match.MovementID); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b core.Pair) int { return a.Match.MatchedAt.Compare(b.Match.MatchedAt) })
	return out, nil
}
