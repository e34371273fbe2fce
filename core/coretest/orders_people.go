package coretest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"reconbanker/core"
)

func (t *orderTx) AddMatch(m core.OrderMatch) error {
	if t.matchOf(m.OrderID, "") >= 0 || t.matchOf("", m.MovementID) >= 0 {
		return fmt.Errorf("the order or the movement is matched already: %w", core.ErrConflict)
	}
	m.MatchedAt, m.UndoneAt = ms(m.MatchedAt), ms(m.UndoneAt)
	t.book.matches = append(t.book.matches, m)
	return nil
}

func (t *orderTx) EndMatch(id string, at time.Time, actor string) error {
	for i, m := range t.book.matches {
		if m.ID == id && m.UndoneAt.IsZero() {
			t.book.matches[i].UndoneAt, t.book.matches[i].UndoneBy = ms(at), actor
			return nil
		}
	}
	return missing("match", id)
}

func (t *orderTx) MatchOf(orderID, movementID string) (core.OrderMatch, error) {
	i := t.matchOf(orderID, movementID)
	if i < 0 {
		return core.OrderMatch{}, missing("match of", orderID+movementID)
	}
	return t.book.matches[i], nil
}

func (t *orderTx) Matched(accountID string, amount core.Money, since time.Time) ([]core.Pair, error) {
	out := []core.Pair{}
	for _, m := range t.book.matches {
		o, err := t.Order(m.OrderID)
		if err != nil || !m.UndoneAt.IsZero() || o.AccountID != accountID || o.Amount != amount || !o.ExpiresAt.After(ms(since)) {
			continue
		}
		v, err := t.Movement(accountID, m.MovementID)
		if err != nil {
			return nil, err
		}
		out = append(out, core.Pair{Match: m, Order: o, Movement: v})
	}
	return out, nil
}

func (t *orderTx) RefusalsOf(orderIDs []string) ([]core.Refusal, error) {
	out := []core.Refusal{}
	for _, r := range t.book.refusals {
		if slices.Contains(orderIDs, r.OrderID) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (t *orderTx) refusal(orderID, movementID string) int {
	return slices.IndexFunc(t.book.refusals, func(r core.Refusal) bool { return r.OrderID == orderID && r.MovementID == movementID })
}

func (t *orderTx) AddRefusal(r core.Refusal) error {
	if t.refusal(r.OrderID, r.MovementID) < 0 {
		r.CreatedAt = ms(r.CreatedAt)
		t.book.refusals = append(t.book.refusals, r)
	}
	return nil
}

func (t *orderTx) DropRefusal(orderID, movementID string) error {
	i := t.refusal(orderID, movementID)
	if i < 0 {
		return missing("refusal of order", orderID)
	}
	t.book.refusals = slices.Delete(t.book.refusals, i, i+1)
	return nil
}

func (t *orderTx) AliasesOf(accountID string, bankKeys []string) ([]core.Alias, error) {
	out := []core.Alias{}
	for _, a := range t.book.aliases {
		if a.AccountID == accountID && slices.Contains(bankKeys, a.bankKey) {
			out = append(out, a.Alias)
		}
	}
	return out, nil
}

func (t *orderTx) AddAlias(a core.Alias, orderKey, bankKey string) error {
	a.CreatedAt = ms(a.CreatedAt)
	t.book.aliases = append(t.book.aliases, alias{a, orderKey, bankKey})
	return nil
}

func (t *orderTx) DropAlias(id string) error {
	i := slices.IndexFunc(t.book.aliases, func(a alias) bool { return a.ID == id })
	if i < 0 {
		return missing("alias", id)
	}
	is := t.book.aliases[i]
	t.book.aliases = slices.DeleteFunc(t.book.aliases, func(a alias) bool {
		return a.AccountID == is.AccountID && a.orderKey == is.orderKey && a.bankKey == is.bankKey
	})
	return nil
}

func (t *orderTx) DropTaught(matchID string) error {
	t.book.aliases = slices.DeleteFunc(t.book.aliases, func(a alias) bool { return a.MatchID == matchID })
	return nil
}

func (t *orderTx) AddAlert(a core.OrderAlert) error {
	if !slices.ContainsFunc(t.book.alerts, func(b core.OrderAlert) bool {
		return b.Kind == a.Kind && b.OrderID == a.OrderID && b.MovementID == a.MovementID && b.OtherID == a.OtherID
	}) {
		a.At, a.ClosedAt = ms(a.At), ms(a.ClosedAt)
		t.book.alerts = append(t.book.alerts, a)
	}
	return nil
}

func (t *orderTx) CloseAlert(id string, at time.Time, actor string) error {
	for i, a := range t.book.alerts {
		if a.ID == id && a.ClosedAt.IsZero() {
			t.book.alerts[i].ClosedAt, t.book.alerts[i].ClosedBy = ms(at), actor
			return nil
		}
	}
	return missing("alert", id)
}

func (t *orderTx) Feed(accountID string) (core.Feed, error) {
	for _, f := range t.book.feeds {
		if f.AccountID == accountID {
			return f, nil
		}
	}
	return core.Feed{}, missing("list of orders of account", accountID)
}

func (t *orderTx) PutFeed(f core.Feed) error {
	if !slices.ContainsFunc(t.accounts, func(a core.Account) bool { return a.ID == f.AccountID }) {
		return missing("account", f.AccountID)
	}
	f.PolledAt, f.GoodAt, f.NextAt = ms(f.PolledAt), ms(f.GoodAt), ms(f.NextAt)
	f.RejectedTop = slices.Clone(f.RejectedTop)
	t.book.feeds = slices.DeleteFunc(t.book.feeds, func(b core.Feed) bool { return b.AccountID == f.AccountID })
	t.book.feeds = append(t.book.feeds, f)
	return nil
}

func (t *orderTx) Owe(ds ...core.Delivery) error {
	t.owed += len(ds)
	t.owe(ds)
	return nil
}

func (t *orderTx) LastDelivery(subjectID string) (core.Delivery, error) {
	for _, d := range slices.Backward(t.deliveries) {
		if d.SubjectID == subjectID {
			return tidyDelivery(d), nil
		}
	}
	return core.Delivery{}, missing("delivery about", subjectID)
}

func (t *orderTx) Supersede(subjectID, reason string, at time.Time) error {
	for i, d := range t.deliveries {
		if d.SubjectID == subjectID && owed(d) {
			t.deliveries[i].Status, t.deliveries[i].DoneAt, t.deliveries[i].LastError = core.DeliveryDead, ms(at), reason
		}
	}
	return nil
}

func (t *orderTx) Audit(a core.Audit) error {
	t.note(a)
	return nil
}

// Matches implements core.Store.
func (s *Store) Matches(_ context.Context, orderID, movementID string) (out []core.OrderMatch, err error) {
	err = s.read("Matches", func(st *state) error {
		out, _ = page(st.book.matches, 500, 0, func(m core.OrderMatch) bool {
			return (orderID == "" || m.OrderID == orderID) && (movementID == "" || m.MovementID == movementID)
		})
		return nil
	})
	return out, err
}

// MovementsByID implements core.Store.
func (s *Store) MovementsByID(_ context.Context, ids []string) (out []core.Movement, err error) {
	err = s.read("MovementsByID", func(st *state) error {
		out = []core.Movement{}
		for _, m := range st.movements {
			if slices.Contains(ids, m.ID) {
				out = append(out, tidyMovement(m))
			}
		}
		return nil
	})
	return out, err
}

// Refusals implements core.Store.
func (s *Store) Refusals(_ context.Context, accountID string, limit, offset int) (out []core.Refusal, total int, err error) {
	err = s.read("Refusals", func(st *state) error {
		out, total = page(st.book.refusals, limit, offset, func(r core.Refusal) bool {
			i, err := st.order(r.OrderID)
			return accountID == "" || err == nil && st.book.orders[i].AccountID == accountID
		})
		return nil
	})
	return out, total, err
}

// Aliases implements core.Store.
func (s *Store) Aliases(_ context.Context, accountID string, limit, offset int) (out []core.KnownAlias, total int, err error) {
	err = s.read("Aliases", func(st *state) error {
		rows, n := page(st.book.aliases, limit, offset, func(a alias) bool { return accountID == "" || a.AccountID == accountID })
		for _, a := range rows {
			two := slices.ContainsFunc(st.book.aliases, func(b alias) bool {
				return b.AccountID == a.AccountID && b.bankKey == a.bankKey && b.orderKey != a.orderKey
			})
			out = append(out, core.KnownAlias{Alias: a.Alias, Counts: !two})
		}
		total = n
		return nil
	})
	return out, total, err
}

// OrderAlerts implements core.Store.
func (s *Store) OrderAlerts(_ context.Context, accountID string, closed bool, limit, offset int) (out []core.OrderAlert, total int, err error) {
	err = s.read("OrderAlerts", func(st *state) error {
		out, total = page(st.book.alerts, limit, offset, func(a core.OrderAlert) bool {
			return (accountID == "" || a.AccountID == accountID) && (closed || a.ClosedAt.IsZero())
		})
		return nil
	})
	return out, total, err
}

// Feeds implements core.Store.
func (s *Store) Feeds(context.Context) (out []core.Feed, err error) {
	err = s.read("Feeds", func(st *state) error {
		out = slices.Clone(st.book.feeds)
		slices.SortFunc(out, func(a, b core.Feed) int { return slices.Compare([]string{a.AccountID}, []string{b.AccountID}) })
		return nil
	})
	return out, err
}

// StaleOrders implements core.Store.
func (s *Store) StaleOrders(_ context.Context, now time.Time, limit int) (out []core.Order, err error) {
	err = s.read("StaleOrders", func(st *state) error {
		t := &orderTx{state: st}
		for _, o := range t.selected(func(o core.Order) bool {
			return o.Status.Open() && o.Status != core.OrderFailed && !o.RetryAt.After(now)
		}) {
			free, _ := t.Free(o.AccountID, o.Amount, o.CreatedAt.AddDate(0, 0, -7), o.ExpiresAt)
			newer := slices.ContainsFunc(free, func(f core.FreeMovement) bool { return f.Movement.IngestedAt.After(o.CheckedAt) })
			if (newer || o.CheckedAt.IsZero() || !o.RetryAt.IsZero()) && len(out) < limit {
				out = append(out, o)
			}
		}
		return nil
	})
	return out, err
}
