package coretest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// orderBook is what a Store keeps of orders.
type orderBook struct {
	orders   []core.Order
	history  []core.OrderAttempt
	matches  []core.OrderMatch
	refusals []core.Refusal
	aliases  []alias
	alerts   []core.OrderAlert
	feeds    []core.Feed
}

type alias struct {
	core.Alias
	orderKey, bankKey string
}

func (b orderBook) copy() orderBook {
	return orderBook{
		slices.Clone(b.orders), slices.Clone(b.history), slices.Clone(b.matches), slices.Clone(b.refusals),
		slices.Clone(b.aliases), slices.Clone(b.alerts), slices.Clone(b.feeds),
	}
}

// drop removes everything of an account.
func (b *orderBook) drop(accountID string) {
	of := map[string]bool{}
	for _, o := range b.orders {
		of[o.ID] = o.AccountID == accountID
	}
	b.orders = slices.DeleteFunc(b.orders, func(o core.Order) bool { return o.AccountID == accountID })
	b.history = slices.DeleteFunc(b.history, func(a core.OrderAttempt) bool { return of[a.OrderID] })
	b.matches = slices.DeleteFunc(b.matches, func(m core.OrderMatch) bool { return of[m.OrderID] })
	b.refusals = slices.DeleteFunc(b.refusals, func(r core.Refusal) bool { return of[r.OrderID] })
	b.aliases = slices.DeleteFunc(b.aliases, func(a alias) bool { return a.AccountID == accountID })
	b.alerts = slices.DeleteFunc(b.alerts, func(a core.OrderAlert) bool { return a.AccountID == accountID })
	b.feeds = slices.DeleteFunc(b.feeds, func(f core.Feed) bool { return f.AccountID == accountID })
}

// ChangeOrders implements core.Store.
func (s *Store) ChangeOrders(_ context.Context, fn func(core.OrderTx) error) error {
	return s.write("ChangeOrders", func(st *state) error { return fn(&orderTx{state: st}) })
}

// orderTx is a write of a Store as the rules about orders see it.
type orderTx struct {
	*state
	owed int
}

var _ core.OrderTx = (*orderTx)(nil)

func (t *orderTx) Mode() (core.OperationMode, error) { return t.mode, nil }

func (t *orderTx) Settings(accountID string) (core.Settings, error) {
	s, ok := t.settings[accountID]
	if !ok {
		return s, missing("settings of account", accountID)
	}
	return tidySettings(s), nil
}

func (t *orderTx) Siblings(accountID string) (out []string, err error) {
	mine := t.settings[accountID]
	for _, a := range t.accounts {
		s := t.settings[a.ID]
		if a.ID != accountID && mine.PendingOrdersEndpoint != "" && s.PendingOrdersEndpoint == mine.PendingOrdersEndpoint &&
			s.PollingMethod == mine.PollingMethod && string(s.PollingBody) == string(mine.PollingBody) {
			out = append(out, a.ID)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (s *state) order(id string) (int, error) {
	i := slices.IndexFunc(s.book.orders, func(o core.Order) bool { return o.ID == id })
	if i < 0 {
		return 0, missing("order", id)
	}
	return i, nil
}

func (t *orderTx) Order(id string) (core.Order, error) {
	i, err := t.order(id)
	if err != nil {
		return core.Order{}, err
	}
	return t.book.orders[i], nil
}

func (t *orderTx) selected(keep func(core.Order) bool) []core.Order {
	out := []core.Order{}
	for _, o := range t.book.orders {
		if keep(o) {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b core.Order) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return out
}

func (t *orderTx) OrdersByExternalID(accountIDs, externalIDs []string) ([]core.Order, error) {
	return t.selected(func(o core.Order) bool {
		return slices.Contains(accountIDs, o.AccountID) && slices.Contains(externalIDs, o.ExternalID)
	}), nil
}

func (t *orderTx) OpenOrders(accountID string, amount *core.Money) ([]core.Order, error) {
	return t.selected(func(o core.Order) bool {
		return o.AccountID == accountID && o.Status.Open() && (amount == nil || o.Amount == *amount)
	}), nil
}

func (t *orderTx) LateOrders(accountID string, at time.Time) ([]core.Order, error) {
	out := t.selected(func(o core.Order) bool {
		return o.AccountID == accountID && o.Status.Open() && !o.ExpiresAt.After(ms(at))
	})
	slices.SortStableFunc(out, func(a, b core.Order) int { return a.ExpiresAt.Compare(b.ExpiresAt) })
	return out, nil
}

func (t *orderTx) AbsentOrders(accountID string, listed []string, at time.Time) error {
	for i, o := range t.book.orders {
		ended := o.Status == core.OrderExpired || o.Status == core.OrderCancelled
		if o.AccountID == accountID && ended && o.MissingAt.IsZero() && !slices.Contains(listed, o.ExternalID) {
			t.book.orders[i].MissingAt = ms(at)
		}
	}
	return nil
}

func tidyOrder(o core.Order) core.Order {
	for _, t := range []*time.Time{&o.CreatedAt, &o.ExpiresAt, &o.CheckedAt, &o.RetryAt, &o.DoubtAt, &o.MissingAt, &o.EndedAt} {
		*t = ms(*t)
	}
	return o
}

func (t *orderTx) AddOrder(o core.Order) error {
	if !slices.ContainsFunc(t.accounts, func(a core.Account) bool { return a.ID == o.AccountID }) {
		return missing("account", o.AccountID)
	}
	if slices.ContainsFunc(t.book.orders, func(b core.Order) bool {
		return b.ID == o.ID || b.AccountID == o.AccountID && b.ExternalID == o.ExternalID
	}) {
		return fmt.Errorf("order %q is there already: %w", o.ExternalID, core.ErrConflict)
	}
	t.book.orders = append(t.book.orders, tidyOrder(o))
	return nil
}

func (t *orderTx) PutOrder(o core.Order) error {
	i, err := t.order(o.ID)
	if err == nil {
		was := t.book.orders[i]
		o.AccountID, o.ExternalID = was.AccountID, was.ExternalID
		t.book.orders[i] = tidyOrder(o)
	}
	return err
}

func (t *orderTx) AddAttempt(a core.OrderAttempt) error {
	a.At = ms(a.At)
	a.Candidates, a.Others = slices.Clone(a.Candidates), slices.Clone(a.Others)
	t.book.history = append(t.book.history, a)
	return nil
}

func (s *state) matchOf(orderID, movementID string) int {
	return slices.IndexFunc(s.book.matches, func(m core.OrderMatch) bool {
		return m.UndoneAt.IsZero() && (orderID == "" || m.OrderID == orderID) && (movementID == "" || m.MovementID == movementID)
	})
}

func (t *orderTx) Free(accountID string, amount core.Money, from, to time.Time) ([]core.FreeMovement, error) {
	out := []core.FreeMovement{}
	for _, m := range t.movements {
		if m.AccountID != accountID || m.Amount != amount || m.Direction != scrapers.Credit || m.BookedAt.Before(ms(from)) ||
			m.BookedAt.After(ms(to)) || !m.ExcludedAt.IsZero() || !m.VanishedAt.IsZero() || t.matchOf("", m.ID) >= 0 {
			continue
		}
		undone := slices.ContainsFunc(t.book.matches, func(x core.OrderMatch) bool { return x.MovementID == m.ID })
		out = append(out, core.FreeMovement{ByHand: undone, Movement: core.Movement{
			ID: m.ID, AccountID: m.AccountID, BankAccount: m.BankAccount, BankID: m.BankID, Direction: m.Direction, Amount: m.Amount,
			BookedAt: m.BookedAt, Precision: m.Precision, BankDay: m.BankDay, Sender: m.Sender, SenderDocument: m.SenderDocument,
			IngestedAt: m.IngestedAt,
		}})
	}
	return out, nil
}

func (t *orderTx) Movement(accountID, id string) (core.Movement, error) {
	i, err := t.movement(accountID, id)
	if err != nil {
		return core.Movement{}, err
	}
	return tidyMovement(t.movements[i]), nil
}

func (t *orderTx) MovementByBankID(accountID, bankAccount, bankID string) (core.Movement, error) {
	for _, m := range t.movements {
		if bankID != "" && m.AccountID == accountID && m.BankAccount == bankAccount && m.BankID == bankID {
			return tidyMovement(m), nil
		}
	}
	return core.Movement{}, missing("movement", bankID)
}

func (t *orderTx) Exclude(movementID string, at time.Time) error {
	for i, m := range t.movements {
		if m.ID == movementID {
			t.movements[i].ExcludedAt = ms(at)
			return nil
		}
	}
	return missing("movement", movementID)
}

// Order implements core.Store.
func (s *Store) Order(_ context.Context, id string) (o core.Order, err error) {
	err = s.read("Order", func(st *state) error {
		o, err = (&orderTx{state: st}).Order(id)
		return err
	})
	return o, err
}

// Orders implements core.Store.
func (s *Store) Orders(_ context.Context, f core.OrderFilter) (rows []core.Order, total int, err error) {
	err = s.read("Orders", func(st *state) error {
		all := slices.Clone(st.book.orders)
		slices.SortStableFunc(all, func(a, b core.Order) int { return a.CreatedAt.Compare(b.CreatedAt) })
		rows, total = page(all, f.Limit, f.Offset, func(o core.Order) bool { return selectsOrder(f, o) })
		return nil
	})
	return rows, total, err
}

func selectsOrder(f core.OrderFilter, o core.Order) bool {
	switch {
	case f.AccountID != "" && o.AccountID != f.AccountID,
		len(f.Statuses) > 0 && !slices.Contains(f.Statuses, o.Status),
		f.Currency != "" && o.Amount.Currency != strings.ToUpper(f.Currency),
		!f.From.IsZero() && o.CreatedAt.Before(f.From),
		!f.To.IsZero() && !o.CreatedAt.Before(f.To):
		return false
	}
	text := strings.ToLower(o.ExternalID + "\n" + o.Name + "\n" + o.Amount.Decimal())
	for _, word := range strings.Fields(strings.ToLower(f.Search)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// OrderCounts implements core.Store.
func (s *Store) OrderCounts(_ context.Context, accountID string) (out map[core.OrderStatus]int, err error) {
	err = s.read("OrderCounts", func(st *state) error {
		out = map[core.OrderStatus]int{}
		for _, o := range st.book.orders {
			if accountID == "" || o.AccountID == accountID {
				out[o.Status]++
			}
		}
		return nil
	})
	return out, err
}

// OrderAttempts implements core.Store.
func (s *Store) OrderAttempts(_ context.Context, orderID string) (out []core.OrderAttempt, err error) {
	err = s.read("OrderAttempts", func(st *state) error {
		out = []core.OrderAttempt{}
		for _, a := range st.book.history {
			if a.OrderID == orderID {
				out = append(out, a)
			}
		}
		slices.SortStableFunc(out, func(a, b core.OrderAttempt) int { return cmp.Compare(a.N, b.N) })
		return nil
	})
	return out, err
}
