package coretest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// Keep implements core.Store.
func (s *Store) Keep(_ context.Context, k core.Keep) (kept core.Kept, err error) {
	err = s.write("Keep", func(st *state) (err error) {
		kept, err = st.keep(k)
		return err
	})
	if err != nil {
		return core.Kept{}, err
	}
	return kept, nil
}

func (s *state) keep(k core.Keep) (kept core.Kept, err error) {
	i, err := s.run(k.Run.ID)
	if err != nil {
		return kept, err
	}
	run := s.runs[i]
	kept.Vanished = s.vanish(k, run.AccountID)
	late := s.sift(k, run, &kept)
	var decided []core.Delivery
	if k.Decide != nil {
		undecided := append(slices.Clone(kept.Fresh), late...)
		if decided, err = decide(k, s.mode, undecided); err != nil {
			return kept, err
		}
		copy(kept.Fresh, undecided)
		late = undecided[len(kept.Fresh):]
		s.settle(late)
	}
	kept.Named = late
	r := k.Run
	for _, m := range kept.Fresh {
		s.movements = append(s.movements, m)
		if m.Direction == scrapers.Credit {
			r.New++
		}
	}
	s.owe(decided)
	orders := &orderTx{state: s}
	if k.Settle != nil {
		if err := k.Settle(orders, kept); err != nil {
			return kept, err
		}
	}
	r.Lines, r.Owed = len(k.Lines), len(decided)+orders.owed
	if kept.Run, err = s.endRun(r); err != nil {
		return kept, err
	}
	_, err = s.changeAccount(run.AccountID, func(a *core.Account) error {
		if k.Change != nil {
			k.Change(a)
		}
		return nil
	})
	return kept, err
}

// settle writes what was decided about lines that were stored before.
func (s *state) settle(late []core.Movement) {
	for _, l := range late {
		if i, err := s.movement(l.AccountID, l.ID); err == nil {
			s.movements[i].BeforeStart, s.movements[i].NotifiedAt = l.BeforeStart, l.NotifiedAt
		}
	}
}

// sift tells new lines from stored ones, which learn what this reading adds. The
// stored ones whose sender comes late, and of which nothing was sent, are returned.
func (s *state) sift(k core.Keep, run core.Run, kept *core.Kept) (late []core.Movement) {
	for _, l := range k.Lines {
		at := slices.IndexFunc(s.movements, func(m core.Movement) bool { return m.AccountID == run.AccountID && m.Key == l.Key })
		if at < 0 {
			if slices.ContainsFunc(kept.Fresh, func(m core.Movement) bool { return m.Key == l.Key }) {
				continue
			}
			l.ID, l.AccountID, l.RunID = cmp.Or(l.ID, newID()), run.AccountID, cmp.Or(l.RunID, run.ID)
			l.IngestedAt = k.At
			kept.Fresh = append(kept.Fresh, tidyMovement(l))
			continue
		}
		m := &s.movements[at]
		told := slices.ContainsFunc(s.deliveries, func(d core.Delivery) bool { return d.SubjectID == m.ID })
		named := m.Sender == "" && l.Sender != "" && m.NotifiedAt.IsZero() && m.ExcludedAt.IsZero() && !told
		m.Sender, m.SenderDocument = cmp.Or(m.Sender, l.Sender), cmp.Or(m.SenderDocument, l.SenderDocument)
		returned := !m.VanishedAt.IsZero()
		m.VanishedAt = time.Time{}
		if named {
			late = append(late, tidyMovement(*m))
		}
		if m.Direction != l.Direction || m.Amount != l.Amount {
			kept.Changed = append(kept.Changed, tidyMovement(*m))
		} else if returned {
			kept.Returned = append(kept.Returned, tidyMovement(*m))
		}
	}
	return late
}

// vanish marks the stored lines of the covered days that were not read again.
func (s *state) vanish(k core.Keep, accountID string) (gone []core.Movement) {
	read := map[string]bool{}
	for _, l := range k.Lines {
		read[l.Key] = true
	}
	for i, m := range s.movements {
		covered := slices.ContainsFunc(k.Covered, func(c core.Coverage) bool {
			return c.BankAccount == m.BankAccount && m.BankDay >= c.FromDay
		})
		if m.AccountID == accountID && covered && !read[m.Key] && m.VanishedAt.IsZero() {
			s.movements[i].VanishedAt = ms(k.At)
			gone = append(gone, tidyMovement(s.movements[i]))
		}
	}
	return gone
}

func decide(k core.Keep, mode core.OperationMode, fresh []core.Movement) (decided []core.Delivery, err error) {
	decisions := k.Decide(slices.Clone(fresh), mode)
	if len(decisions) != len(fresh) {
		return nil, fmt.Errorf("%d new lines were decided as %d", len(fresh), len(decisions))
	}
	for i, d := range decisions {
		fresh[i] = tidyMovement(d.Movement)
		decided = append(decided, d.Deliveries...)
	}
	return decided, nil
}

// Newest implements core.Store.
func (s *Store) Newest(_ context.Context, accountID string) (out map[string]string, err error) {
	err = s.read("Newest", func(st *state) error {
		out = map[string]string{}
		for _, m := range st.movements {
			if m.AccountID == accountID {
				out[m.BankAccount] = max(out[m.BankAccount], m.BankDay)
			}
		}
		return nil
	})
	return out, err
}

func (s *state) movement(accountID, id string) (int, error) {
	i := slices.IndexFunc(s.movements, func(m core.Movement) bool { return m.ID == id && m.AccountID == accountID })
	if i < 0 {
		return 0, missing("movement", id)
	}
	return i, nil
}

// Movement implements core.Store.
func (s *Store) Movement(_ context.Context, accountID, id string) (m core.Movement, err error) {
	err = s.read("Movement", func(st *state) error {
		i, err := st.movement(accountID, id)
		if err == nil {
			m = tidyMovement(st.movements[i])
		}
		return err
	})
	return m, err
}

// Movements implements core.Store.
func (s *Store) Movements(_ context.Context, f core.MovementFilter) (rows []core.Movement, total int, err error) {
	err = s.read("Movements", func(st *state) error {
		all := slices.Clone(st.movements)
		slices.SortStableFunc(all, func(a, b core.Movement) int { return a.BookedAt.Compare(b.BookedAt) })
		if f.Ascending {
			slices.Reverse(all)
		}
		since := st.newest(f)
		rows, total = page(all, f.Limit, f.Offset, func(m core.Movement) bool { return !m.BookedAt.Before(since) && st.selects(f, m) })
		return nil
	})
	return rows, total, err
}

// newest is when the last of the newest was booked that a filter looks at.
func (s *state) newest(f core.MovementFilter) time.Time {
	var at []time.Time
	for _, m := range s.movements {
		if f.AccountID == "" || m.AccountID == f.AccountID {
			at = append(at, m.BookedAt)
		}
	}
	if f.Newest == 0 || len(at) < f.Newest {
		return time.Time{}
	}
	slices.SortFunc(at, time.Time.Compare)
	return at[len(at)-f.Newest]
}

func (s *state) selects(f core.MovementFilter, m core.Movement) bool {
	text := strings.ToLower(strings.Join([]string{m.Sender, m.Description, m.Reference, m.ExternalID()}, "\n"))
	switch {
	case f.AccountID != "" && m.AccountID != f.AccountID,
		m.Direction != scrapers.Credit && (!f.Debits || f.Delivery != ""),
		f.Currency != "" && m.Amount.Currency != strings.ToUpper(f.Currency),
		!f.From.IsZero() && m.BookedAt.Before(f.From),
		!f.To.IsZero() && !m.BookedAt.Before(f.To),
		f.Delivery != "" && s.deliveryState(m) != f.Delivery:
		return false
	}
	for _, word := range strings.Fields(strings.ToLower(f.Search)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func (s *state) deliveryState(m core.Movement) string {
	for _, d := range slices.Backward(s.deliveries) {
		if d.SubjectID == m.ID {
			return string(d.Status)
		}
	}
	switch {
	case !m.NotifiedAt.IsZero():
		return "silent"
	case m.BeforeStart:
		return "before_start"
	case m.Sender == "":
		return "no_sender"
	}
	return "pending"
}

// ChangeMovement implements core.Store.
func (s *Store) ChangeMovement(_ context.Context, accountID, id string, change func(*core.Movement) ([]core.Delivery, error), by core.Audit) (m core.Movement, err error) {
	err = s.write("ChangeMovement", func(st *state) error {
		i, err := st.movement(accountID, id)
		if err != nil {
			return err
		}
		m = tidyMovement(st.movements[i])
		owed, err := change(&m)
		if err != nil {
			return err
		}
		m = tidyMovement(m)
		st.movements[i] = m
		st.owe(owed)
		st.note(by)
		return nil
	})
	if err != nil {
		return core.Movement{}, err
	}
	m.Raw = maps.Clone(m.Raw)
	return m, nil
}

// Totals implements core.Store.
func (s *Store) Totals(_ context.Context, f core.MovementFilter) (out []core.Total, err error) {
	f.Debits = false
	err = s.read("Totals", func(st *state) error {
		sums := map[string]core.Total{}
		for _, m := range st.movements {
			if st.selects(f, m) {
				t := sums[m.Amount.Currency]
				t.Currency, t.Sum.Currency = m.Amount.Currency, m.Amount.Currency
				t.Count++
				t.Sum.Minor += m.Amount.Minor
				sums[t.Currency] = t
			}
		}
		for _, code := range slices.Sorted(maps.Keys(sums)) {
			out = append(out, sums[code])
		}
		return nil
	})
	return out, err
}
