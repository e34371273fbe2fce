package storage_test

import (
	"errors"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"
)

func ids(ds []core.Delivery) []string {
	out := []string{}
	for _, d := range ds {
		out = append(out, d.ID)
	}
	return out
}

func due(t testing.TB, s *storage.Store, now time.Time, limit, per int, skip core.DeliverySkip) []core.Delivery {
	t.Helper()
	rows, err := s.DueDeliveries(ctx, now, limit, per, skip)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestDueDeliveries(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	storagetest.MustKeep(t, s, a.ID, "https://one.example/x", storagetest.Lines(0, 6))
	storagetest.MustKeep(t, s, a.ID, "https://two.example/x", storagetest.Lines(10, 2))
	all := due(t, s, day, 100, 100, core.DeliverySkip{})
	same(t, 8, len(all))
	one, two := all[:6], all[6:]
	same(t, []int{0, 4, 3, 5}, []int{
		len(due(t, s, day.Add(-time.Millisecond), 100, 100, core.DeliverySkip{})),
		len(due(t, s, day, 100, 2, core.DeliverySkip{})),
		len(due(t, s, day, 3, 100, core.DeliverySkip{})),
		len(due(t, s, day, 100, 4, core.DeliverySkip{Busy: map[string]int{"https://one.example": 1, "https://two.example": 2}})),
	})
	same(t, ids(two), ids(due(t, s, day, 100, 100, core.DeliverySkip{Receivers: []string{"https://one.example"}})))
	same(t, ids(one[2:4]), ids(due(t, s, day, 2, 2, core.DeliverySkip{IDs: ids(one[:2])})))

	next, err := s.NextDelivery(ctx)
	must(t, err)
	same(t, day, next)
	later := delivered(all)
	for i := range later {
		later[i].Delivery.Status, later[i].Delivery.DoneAt = core.DeliveryRetrying, time.Time{}
		later[i].Delivery.NextAt = day.Add(time.Duration(9-i) * time.Minute)
	}
	must(t, s.FinishDeliveries(ctx, later))
	next, err = s.NextDelivery(ctx)
	must(t, err)
	same(t, day.Add(2*time.Minute), next)
	same(t, []string{all[7].ID, all[6].ID, all[5].ID}, ids(due(t, s, day.Add(4*time.Minute), 100, 100, core.DeliverySkip{})))
}

func TestOrderIsKeptWithinASubject(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	m := storagetest.MustKeep(t, s, a.ID, hook, storagetest.Lines(0, 1)).Fresh[0]
	for range 2 {
		_, err := s.ChangeMovement(ctx, a.ID, m.ID, func(m *core.Movement) ([]core.Delivery, error) {
			return storagetest.Owe(hook)([]core.Movement{*m}, "")[0].Deliveries, nil
		}, by)
		must(t, err)
	}
	rows, n, err := s.Deliveries(ctx, core.DeliveryFilter{SubjectID: m.ID, Limit: 10})
	must(t, err)
	same(t, 3, n)
	latest, err := s.LatestDeliveries(ctx, []string{m.ID, storagetest.ID()})
	must(t, err)
	same(t, map[string]core.Delivery{m.ID: rows[0]}, latest)
	for i := 2; i >= 0; i-- { // the oldest is last in the list
		got := due(t, s, day, 10, 10, core.DeliverySkip{})
		same(t, ids(rows[i:i+1]), ids(got))
		same(t, []string{}, ids(due(t, s, day, 10, 10, core.DeliverySkip{IDs: ids(got)})))
		r := delivered(got)
		r[0].Delivery.Status, r[0].Delivery.NextAt, r[0].Delivery.DoneAt = core.DeliveryRetrying, day.Add(time.Hour), time.Time{}
		must(t, s.FinishDeliveries(ctx, r))
		same(t, []string{}, ids(due(t, s, day, 10, 10, core.DeliverySkip{}))) // the others wait for it
		again := delivered([]core.Delivery{r[0].Delivery})
		if i == 1 {
			again[0].Delivery.Status = core.DeliveryDead
		}
		must(t, s.FinishDeliveries(ctx, again))
	}
}

func TestFinishStampsTheMovement(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	fresh := storagetest.MustKeep(t, s, a.ID, hook, storagetest.Lines(0, 2)).Fresh
	results := delivered(due(t, s, day, 10, 10, core.DeliverySkip{}))
	results[1].Delivery.Status, results[1].Delivery.LastError = core.DeliveryDead, "gone"
	results[1].Receiver = core.Receiver{Origin: "https://receiver.example", Failures: 3, OpenUntil: day, OpenFor: time.Minute}
	must(t, s.FinishDeliveries(ctx, results))
	for i, want := range []time.Time{results[0].Delivery.DoneAt, {}} {
		m, err := s.Movement(ctx, a.ID, fresh[i].ID)
		must(t, err)
		same(t, want, m.NotifiedAt)
		d, err := s.Delivery(ctx, results[i].Delivery.ID)
		must(t, err)
		same(t, results[i].Delivery, d)
		tries, err := s.DeliveryAttempts(ctx, d.ID)
		must(t, err)
		same(t, []core.DeliveryAttempt{*results[i].Attempt}, tries)
	}
	receivers, err := s.Receivers(ctx)
	must(t, err)
	same(t, []core.Receiver{results[1].Receiver}, receivers)
	n, err := s.DeliveryCounts(ctx, a.ID)
	must(t, err)
	same(t, map[core.DeliveryStatus]int{core.DeliveryDelivered: 1, core.DeliveryDead: 1}, n)
	n, err = s.DeliveryCounts(ctx, "")
	must(t, err)
	same(t, map[core.DeliveryStatus]int{core.DeliveryDelivered: 1, core.DeliveryDead: 1}, n)
}

func TestFinishAgainChangesNothing(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	storagetest.MustKeep(t, s, a.ID, hook, storagetest.Lines(0, 1))
	first := delivered(due(t, s, day, 1, 1, core.DeliverySkip{}))
	first[0].Delivery.Status, first[0].Delivery.DoneAt = core.DeliveryRetrying, time.Time{}
	must(t, s.FinishDeliveries(ctx, first))
	second := delivered(due(t, s, day, 1, 1, core.DeliverySkip{}))
	must(t, s.FinishDeliveries(ctx, second))
	want, err := s.Delivery(ctx, second[0].Delivery.ID)
	must(t, err)
	for _, r := range [][]core.DeliveryResult{first, second, first} { // late and repeated reports
		must(t, s.FinishDeliveries(ctx, r))
		got, err := s.Delivery(ctx, want.ID)
		must(t, err)
		same(t, want, got)
	}
	tries, err := s.DeliveryAttempts(ctx, want.ID)
	must(t, err)
	same(t, 2, len(tries))

	// Putting off spends no attempt.
	storagetest.MustKeep(t, s, a.ID, hook, storagetest.Lines(5, 1))
	d := due(t, s, day, 1, 1, core.DeliverySkip{})[0]
	d.NextAt = day.Add(time.Hour)
	must(t, s.FinishDeliveries(ctx, []core.DeliveryResult{{Delivery: d}}))
	got, err := s.Delivery(ctx, d.ID)
	must(t, err)
	same(t, d, got)
}

func TestChangeAndListDeliveries(t *testing.T) {
	s := storagetest.Open(t)
	a, b := storagetest.MustCreateAccount(t, s), storagetest.MustCreateAccount(t, s)
	storagetest.MustKeep(t, s, a.ID, hook, storagetest.Lines(0, 3))
	storagetest.MustKeep(t, s, b.ID, hook, storagetest.Lines(0, 2))
	rows, total, err := s.Deliveries(ctx, core.DeliveryFilter{AccountID: a.ID, Limit: 2})
	must(t, err)
	same(t, []int{2, 3}, []int{len(rows), total})
	d, err := s.ChangeDelivery(ctx, rows[0].ID, func(d *core.Delivery) error {
		d.Status, d.DoneAt, d.Payload, d.AccountID = core.DeliveryDead, day, []byte("x"), b.ID
		return nil
	}, by)
	must(t, err)
	want := rows[0]
	want.Status, want.DoneAt = core.DeliveryDead, day
	same(t, want, d)
	refuse := errors.New("no")
	_, err = s.ChangeDelivery(ctx, d.ID, func(*core.Delivery) error { return refuse }, by)
	isErr(t, err, refuse)
	for _, c := range []struct {
		f     core.DeliveryFilter
		total int
	}{
		{core.DeliveryFilter{Limit: 10}, 5},
		{core.DeliveryFilter{Limit: 10, Status: core.DeliveryPending}, 4},
		{core.DeliveryFilter{Limit: 10, Status: core.DeliveryDead, AccountID: a.ID}, 1},
		{core.DeliveryFilter{Limit: 10, Status: core.DeliveryDead, AccountID: b.ID}, 0},
		{core.DeliveryFilter{Limit: 10, Status: core.DeliveryDelivered}, 0},
	} {
		rows, total, err := s.Deliveries(ctx, c.f)
		must(t, err)
		same(t, []int{c.total, c.total}, []int{len(rows), total})
		for i := 1; i < len(rows); i++ {
			if rows[i-1].ID < rows[i].ID {
				t.Errorf("%+v: not newest first", c.f)
			}
		}
	}
	n, err := s.DeliveryCounts(ctx, b.ID)
	must(t, err)
	same(t, map[core.DeliveryStatus]int{core.DeliveryPending: 2}, n)
}
