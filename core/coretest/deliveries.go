package coretest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"reconbanker/core"
)

func owed(d core.Delivery) bool {
	return d.Status == core.DeliveryPending || d.Status == core.DeliveryRetrying
}

func (s *state) owe(ds []core.Delivery) {
	for _, d := range ds {
		s.deliveries = append(s.deliveries, tidyDelivery(d))
	}
}

func (s *state) delivery(id string) (int, error) {
	i := slices.IndexFunc(s.deliveries, func(d core.Delivery) bool { return d.ID == id })
	if i < 0 {
		return 0, missing("delivery", id)
	}
	return i, nil
}

// DueDeliveries implements core.Store.
func (s *Store) DueDeliveries(_ context.Context, now time.Time, limit, perReceiver int, skip core.DeliverySkip) (out []core.Delivery, err error) {
	err = s.read("DueDeliveries", func(st *state) error {
		subjects, flying := map[string]bool{}, map[string]bool{}
		for _, d := range st.deliveries {
			flying[d.SubjectID] = flying[d.SubjectID] || slices.Contains(skip.IDs, d.ID)
		}
		var due []core.Delivery
		for _, d := range st.deliveries {
			if !owed(d) {
				continue
			}
			first := !subjects[d.SubjectID]
			subjects[d.SubjectID] = true
			if first && !d.NextAt.After(now) && !flying[d.SubjectID] && !slices.Contains(skip.Receivers, d.Receiver) {
				due = append(due, d)
			}
		}
		slices.SortStableFunc(due, func(a, b core.Delivery) int {
			return cmp.Or(a.NextAt.Compare(b.NextAt), a.CreatedAt.Compare(b.CreatedAt))
		})
		taken := maps.Clone(skip.Busy)
		if taken == nil {
			taken = map[string]int{}
		}
		for _, d := range due {
			if taken[d.Receiver] < perReceiver && len(out) < limit {
				taken[d.Receiver]++
				out = append(out, tidyDelivery(d))
			}
		}
		return nil
	})
	return out, err
}

// NextDelivery implements core.Store.
func (s *Store) NextDelivery(context.Context) (next time.Time, err error) {
	err = s.read("NextDelivery", func(st *state) error {
		for _, d := range st.deliveries {
			if owed(d) && (next.IsZero() || d.NextAt.Before(next)) {
				next = d.NextAt
			}
		}
		return nil
	})
	return next, err
}

// FinishDeliveries implements core.Store. Results of deliveries that are settled
// or gone are left out.
func (s *Store) FinishDeliveries(_ context.Context, results []core.DeliveryResult) error {
	return s.write("FinishDeliveries", func(st *state) error {
		for _, r := range results {
			st.finish(r)
			if r.Receiver.Origin != "" {
				r.Receiver.OpenUntil = ms(r.Receiver.OpenUntil)
				st.receivers[r.Receiver.Origin] = r.Receiver
			}
		}
		return nil
	})
}

func (s *state) finish(r core.DeliveryResult) {
	i, err := s.delivery(r.Delivery.ID)
	if err != nil || !owed(s.deliveries[i]) {
		return
	}
	if a := r.Attempt; a != nil {
		known := slices.ContainsFunc(s.tries, func(b core.DeliveryAttempt) bool { return b.DeliveryID == a.DeliveryID && b.N == a.N })
		if known {
			return
		}
		row := *a
		row.At = ms(row.At)
		s.tries = append(s.tries, row)
	}
	d, to := tidyDelivery(r.Delivery), &s.deliveries[i]
	to.Status, to.Attempts, to.Tries, to.NextAt, to.DoneAt = d.Status, d.Attempts, d.Tries, d.NextAt, d.DoneAt
	to.LastStatus, to.LastError = d.LastStatus, d.LastError
	if d.Status != core.DeliveryDelivered || d.Kind != core.MovementDelivery {
		return
	}
	for i, m := range s.movements {
		if m.ID == d.SubjectID && m.NotifiedAt.IsZero() {
			s.movements[i].NotifiedAt = d.DoneAt
		}
	}
}

// Delivery implements core.Store.
func (s *Store) Delivery(_ context.Context, id string) (d core.Delivery, err error) {
	err = s.read("Delivery", func(st *state) error {
		i, err := st.delivery(id)
		if err == nil {
			d = tidyDelivery(st.deliveries[i])
		}
		return err
	})
	return d, err
}

// Deliveries implements core.Store.
func (s *Store) Deliveries(_ context.Context, f core.DeliveryFilter) (rows []core.Delivery, total int, err error) {
	err = s.read("Deliveries", func(st *state) error {
		rows, total = page(st.deliveries, f.Limit, f.Offset, func(d core.Delivery) bool {
			return (f.AccountID == "" || d.AccountID == f.AccountID) && (f.SubjectID == "" || d.SubjectID == f.SubjectID) &&
				(f.Status == "" || d.Status == f.Status) && (f.Kind == "" || d.Kind == f.Kind) &&
				(f.From.IsZero() || !d.CreatedAt.Before(f.From)) && (f.To.IsZero() || d.CreatedAt.Before(f.To))
		})
		return nil
	})
	return rows, total, err
}

// DeliveryAttempts implements core.Store.
func (s *Store) DeliveryAttempts(_ context.Context, deliveryID string) (out []core.DeliveryAttempt, err error) {
	err = s.read("DeliveryAttempts", func(st *state) error {
		out = []core.DeliveryAttempt{}
		for _, a := range st.tries {
			if a.DeliveryID == deliveryID {
				out = append(out, a)
			}
		}
		slices.SortStableFunc(out, func(a, b core.DeliveryAttempt) int { return cmp.Compare(a.N, b.N) })
		_, err := st.delivery(deliveryID)
		return err
	})
	return out, err
}

// ChangeDelivery implements core.Store.
func (s *Store) ChangeDelivery(_ context.Context, id string, change func(*core.Delivery) error, by core.Audit) (d core.Delivery, err error) {
	err = s.write("ChangeDelivery", func(st *state) error {
		i, err := st.delivery(id)
		if err != nil {
			return err
		}
		was := st.deliveries[i]
		d = tidyDelivery(was)
		if err := change(&d); err != nil {
			return err
		}
		d.ID, d.AccountID, d.SubjectID, d.Kind, d.Payload = was.ID, was.AccountID, was.SubjectID, was.Kind, was.Payload
		d = tidyDelivery(d)
		st.deliveries[i] = tidyDelivery(d)
		if by.AccountID == "" {
			by.AccountID = d.AccountID
		}
		st.note(by)
		return nil
	})
	if err != nil {
		return core.Delivery{}, err
	}
	return d, nil
}

// Receivers implements core.Store.
func (s *Store) Receivers(context.Context) (out []core.Receiver, err error) {
	err = s.read("Receivers", func(st *state) error {
		for _, origin := range slices.Sorted(maps.Keys(st.receivers)) {
			out = append(out, st.receivers[origin])
		}
		return nil
	})
	return out, err
}

// DeliveryCounts implements core.Store.
func (s *Store) DeliveryCounts(_ context.Context, accountID string) (out map[core.DeliveryStatus]int, err error) {
	err = s.read("DeliveryCounts", func(st *state) error {
		out = map[core.DeliveryStatus]int{}
		for _, d := range st.deliveries {
			if accountID == "" || d.AccountID == accountID {
				out[d.Status]++
			}
		}
		return nil
	})
	return out, err
}

// LatestDeliveries implements core.Store.
func (s *Store) LatestDeliveries(_ context.Context, subjects []string) (out map[string]core.Delivery, err error) {
	err = s.read("LatestDeliveries", func(st *state) error {
		out = map[string]core.Delivery{}
		for _, d := range st.deliveries { // the last one stands
			if slices.Contains(subjects, d.SubjectID) {
				out[d.SubjectID] = tidyDelivery(d)
			}
		}
		return nil
	})
	return out, err
}
