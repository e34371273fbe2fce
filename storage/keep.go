package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// Keep implements core.Store.
func (s *Store) Keep(ctx context.Context, k core.Keep) (core.Kept, error) {
	var kept core.Kept
	err := s.write(ctx, func(t *tx) (err error) {
		kept, err = s.keep(t, k)
		return err
	})
	if err != nil {
		return core.Kept{}, err
	}
	return kept, nil
}

func (s *Store) keep(t *tx, k core.Keep) (core.Kept, error) {
	var kept core.Kept
	run, err := loadRun(t.ctx, t, k.Run.ID)
	if err != nil {
		return kept, err
	}
	if k.At.IsZero() {
		k.At = s.opts.Now()
	}
	stored, err := storedLines(t, run.AccountID, k.Lines)
	if err != nil {
		return kept, err
	}
	if kept.Vanished, err = vanish(t, k, run.AccountID); err != nil {
		return kept, err
	}
	fresh, late, noted, err := sift(t, k, run, stored)
	if err != nil {
		return kept, err
	}
	if kept.Changed, err = movementsBySeq(t, noted.changed); err != nil {
		return kept, err
	}
	if kept.Returned, err = movementsBySeq(t, noted.returned); err != nil {
		return kept, err
	}
	undecided := append(fresh, late...)
	owed, err := decide(t, k, undecided)
	if err != nil {
		return kept, err
	}
	fresh, late = undecided[:len(fresh)], undecided[len(fresh):]
	kept.Fresh, kept.Named = fresh, late
	if err := settleLate(t, late); err != nil {
		return kept, err
	}
	if err := insertMovements(t, fresh); err != nil {
		return kept, err
	}
	if err := s.insertDeliveries(t, owed); err != nil {
		return kept, err
	}
	orders := &orderTx{s: s, t: t}
	if k.Settle != nil {
		if err := k.Settle(orders, kept); err != nil {
			return kept, err
		}
	}
	kept.Run, err = s.endKept(t, k, run, fresh, len(owed)+orders.owed)
	return kept, err
}

// storedLine is what Keep must know of a line it has already.
type storedLine struct {
	seq       int64
	direction scrapers.Direction
	amount    core.Money
	noSender  bool // its sender is not known
	noPapers  bool // the sender's document is not known
	vanished  bool
}

// storedLines finds the lines that are stored already, by key.
func storedLines(t *tx, accountID string, lines []core.Movement) (map[string]storedLine, error) {
	keys := make([]string, len(lines))
	for i := range lines {
		keys[i] = lines[i].Key
	}
	rows, err := t.rows(`SELECT m.key, m.seq, m.direction, m.amount, m.currency,
			m.sender = '', m.sender_document = '', m.vanished_at IS NOT NULL
		FROM json_each(?) AS k CROSS JOIN movement AS m ON m.account_id = ? AND m.key = k.value`, set(keys), accountID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]storedLine{}
	for rows.Next() {
		var key string
		var l storedLine
		err := rows.Scan(&key, &l.seq, &l.direction, &l.amount.Minor, &l.amount.Currency, &l.noSender, &l.noPapers, &l.vanished)
		if err != nil {
			return nil, err
		}
		out[key] = l
	}
	return out, rows.Err()
}

// notes are the numbers of stored lines that the bank now shows with other money,
// which are left alone, and of those that had vanished and are shown again.
type notes struct{ changed, returned []int64 }

// sift tells the new lines from those stored. Of the latter it fills in a sender
// that was not known and takes back that they vanished; those whose sender has
// arrived late and about which nothing was sent are returned, and what else is to
// be told of the others.
func sift(t *tx, k core.Keep, run core.Run, stored map[string]storedLine) (fresh, late []core.Movement, noted notes, err error) {
	fresh = make([]core.Movement, 0, max(0, len(k.Lines)-len(stored)))
	seen := make(map[string]bool, len(k.Lines))
	for i := range k.Lines {
		m := &k.Lines[i]
		if seen[m.Key] {
			continue
		}
		seen[m.Key] = true
		old, known := stored[m.Key]
		if !known {
			fresh = append(fresh, *m)
			arrive(&fresh[len(fresh)-1], run, k)
			continue
		}
		if old.direction != m.Direction || old.amount != m.Amount {
			noted.changed = append(noted.changed, old.seq)
		} else if old.vanished {
			noted.returned = append(noted.returned, old.seq)
		}
		now, err := refresh(t, old, m)
		if err != nil {
			return nil, nil, noted, err
		}
		if now != nil {
			late = append(late, *now)
		}
	}
	return fresh, late, noted, nil
}

// arrive gives a new line what it has as a stored one.
func arrive(m *core.Movement, run core.Run, k core.Keep) {
	if m.ID == "" {
		m.ID = newID()
	}
	m.AccountID, m.RunID = run.AccountID, cmp.Or(m.RunID, run.ID)
	if m.IngestedAt.IsZero() {
		m.IngestedAt = k.At
	}
}

// refresh brings a stored line up to what this reading adds to it. A line that
// has a sender only now, and was neither sent nor set aside, is returned.
func refresh(t *tx, old storedLine, m *core.Movement) (late *core.Movement, err error) {
	fill := (old.noSender && m.Sender != "") || (old.noPapers && m.SenderDocument != "")
	if !fill && !old.vanished {
		return nil, nil
	}
	if _, err := t.exec("UPDATE movement SET vanished_at = NULL WHERE seq = ?", old.seq); err != nil || !fill {
		return nil, err
	}
	now, err := scanMovement(t.row("SELECT "+movementColumns+" FROM movement WHERE seq = ?", old.seq))
	if err != nil {
		return nil, err
	}
	now.Sender = cmp.Or(now.Sender, m.Sender)
	now.SenderDocument = cmp.Or(now.SenderDocument, m.SenderDocument)
	_, err = t.exec("UPDATE movement SET sender = ?, sender_document = ?, search = ? WHERE seq = ?",
		now.Sender, now.SenderDocument, searchText(&now), old.seq)
	if err != nil || !old.noSender || m.Sender == "" || !now.NotifiedAt.IsZero() || !now.ExcludedAt.IsZero() {
		return nil, err
	}
	var told bool
	err = t.row("SELECT EXISTS (SELECT 1 FROM delivery WHERE subject_id = ?)", now.ID).Scan(&told)
	if err != nil || told {
		return nil, err
	}
	return &now, nil
}

// settleLate writes what was decided about lines that were stored before.
func settleLate(t *tx, late []core.Movement) error {
	for _, m := range late {
		if _, err := t.exec("UPDATE movement SET before_start = ?, notified_at = ? WHERE id = ?", m.BeforeStart, stamp(m.NotifiedAt), m.ID); err != nil {
			return err
		}
	}
	return nil
}

// vanish marks the stored lines of the covered days that the reading lacks. It
// comes before the new lines are written, so that it cannot meet them.
func vanish(t *tx, k core.Keep, accountID string) ([]core.Movement, error) {
	read := make(map[string]bool, len(k.Lines))
	for i := range k.Lines {
		read[k.Lines[i].Key] = true
	}
	var gone []int64
	for _, c := range k.Covered {
		rows, err := t.rows(`SELECT seq, key FROM movement
			WHERE account_id = ? AND bank_account = ? AND bank_day >= ? AND vanished_at IS NULL`, accountID, c.BankAccount, c.FromDay)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var seq int64
			var key string
			if err := rows.Scan(&seq, &key); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			if !read[key] {
				gone = append(gone, seq)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	_, err := t.exec("UPDATE movement SET vanished_at = ? WHERE vanished_at IS NULL AND seq IN (SELECT value FROM json_each(?))", stamp(k.At), set(gone))
	if err != nil {
		return nil, err
	}
	return movementsBySeq(t, gone)
}

func movementsBySeq(t *tx, seqs []int64) ([]core.Movement, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	return all(t.ctx, t, scanMovement, "SELECT "+movementColumns+` FROM movement
		WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq`, set(seqs))
}

// decide asks core what to do with lines and writes its answers into them. An
// answer that leaves a line out is refused: nothing read is lost.
func decide(t *tx, k core.Keep, fresh []core.Movement) ([]core.Delivery, error) {
	mode, err := operationMode(t.ctx, t)
	if err != nil || k.Decide == nil {
		return nil, err
	}
	decisions := k.Decide(fresh, mode)
	if len(decisions) != len(fresh) {
		return nil, fmt.Errorf("%d new lines were decided as %d", len(fresh), len(decisions))
	}
	var owed []core.Delivery
	for i, d := range decisions {
		if d.Movement.ID != fresh[i].ID || d.Movement.Key != fresh[i].Key {
			return nil, fmt.Errorf("the decision about new line %d is about another", i+1)
		}
		fresh[i] = d.Movement
		owed = append(owed, d.Deliveries...)
	}
	return owed, nil
}

// movementsAtOnce is how many rows one statement inserts.
const movementsAtOnce = 32

var (
	insertOne  = insertSQL(1)
	insertMany = insertSQL(movementsAtOnce)
)

func insertSQL(rows int) string {
	one := "(" + strings.Repeat("?,", movementValueCount-1) + "?)"
	return "INSERT INTO movement (" + movementColumns + ", search) VALUES " + strings.Repeat(one+",", rows-1) + one
}

func insertMovements(t *tx, ms []core.Movement) error {
	args := make([]any, 0, movementsAtOnce*movementValueCount)
	for len(ms) > 0 {
		n, query := 1, insertOne
		if len(ms) >= movementsAtOnce {
			n, query = movementsAtOnce, insertMany
		}
		args = args[:0]
		var err error
		for i := range n {
			if args, err = appendMovement(args, &ms[i]); err != nil {
				return err
			}
		}
		if err := t.put(query, args...); err != nil {
			return err
		}
		ms = ms[n:]
	}
	return nil
}

// endKept ends the run with its counts and brings the account up to date.
func (s *Store) endKept(t *tx, k core.Keep, stored core.Run, fresh []core.Movement, owed int) (core.Run, error) {
	credits := 0
	for i := range fresh {
		if fresh[i].Direction == scrapers.Credit {
			credits++
		}
	}
	r := k.Run
	if r.Status == "" || r.Status.Live() {
		r.Status = core.Succeeded
	}
	if r.FinishedAt.IsZero() {
		r.FinishedAt = k.At
	}
	r.Lines, r.New, r.Owed = len(k.Lines), credits, owed
	ended, err := s.endRun(t, r)
	if err != nil {
		return ended, err
	}
	_, err = t.exec("UPDATE account SET credits = credits + ?, debits = debits + ? WHERE id = ?", credits, len(fresh)-credits, stored.AccountID)
	if err != nil {
		return ended, err
	}
	_, err = changeAccount(t, stored.AccountID, always(k.Change))
	return ended, err
}
