package storage

import (
	"cmp"
	"context"

	"reconbanker/core"
)

// audit writes who did what, in the transaction that did it. Changes that nobody
// answers for come without an action and leave no line.
func (s *Store) audit(t *tx, by core.Audit, accountID string) error {
	if by.Action == "" {
		return nil
	}
	if by.At.IsZero() {
		by.At = s.opts.Now()
	}
	_, err := t.exec("INSERT INTO audit (at, actor, action, account_id, detail) VALUES (?, ?, ?, ?, ?)",
		stamp(by.At), by.Actor, string(by.Action), cmp.Or(by.AccountID, accountID), by.Detail)
	return err
}

// AuditLog implements core.Store.
func (s *Store) AuditLog(ctx context.Context, limit, offset int) ([]core.Audit, error) {
	rows, err := all(ctx, s.readers, func(r scanner) (core.Audit, error) {
		var a core.Audit
		err := r.Scan(moment{&a.At}, &a.Actor, &a.Action, &a.AccountID, &a.Detail)
		return a, err
	}, "SELECT at, actor, action, account_id, detail FROM audit ORDER BY seq DESC LIMIT ? OFFSET ?", limit, offset)
	return rows, s.wrap(err)
}
