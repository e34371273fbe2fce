package storage_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"

	"pgregory.net/rapid"
)

func movements(t testing.TB, s *storage.Store, f core.MovementFilter) []core.Movement {
	t.Helper()
	if f.Limit == 0 {
		f.Limit = 500
	}
	rows, _, err := s.Movements(ctx, f)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestKeepStoresDecidesAndEndsTheRun(t *testing.T) {
	s := storagetest.Open(t)
	must(t, s.SetOperationMode(ctx, core.Passthrough, by))
	a := storagetest.MustCreateAccount(t, s)
	r := storagetest.MustStartRun(t, s, a.ID)
	must(t, s.StageRun(ctx, r.ID, core.StageKeep, day, ""))
	lines := storagetest.Lines(0, 3)
	lines[1].Direction, lines[1].Balance, lines[1].Raw = scrapers.Debit, nil, nil
	lines[2].IngestedAt = time.Time{}
	at := day.Add(time.Hour)
	var mode core.OperationMode
	k := core.Keep{Run: core.Run{ID: r.ID}, At: at, Lines: lines, Change: func(a *core.Account) { a.LastReadAt = at }}
	k.Decide = func(fresh []core.Movement, m core.OperationMode) []core.Decision {
		mode = m
		out := storagetest.Owe(hook)(fresh, m)
		out[2].Movement.BeforeStart, out[2].Movement.NotifiedAt, out[2].Movement.ExcludedAt = true, at, at
		return out
	}
	kept, err := s.Keep(ctx, k)
	must(t, err)
	same(t, core.Passthrough, mode)
	same(t, []int{3, 0, 0}, []int{len(kept.Fresh), len(kept.Changed), len(kept.Vanished)})

	got, err := s.Run(ctx, r.ID)
	must(t, err)
	same(t, kept.Run, got)
	same(t, []any{core.Succeeded, at, 3, 2, 2}, []any{got.Status, got.FinishedAt, got.Lines, got.New, got.Owed})
	stages, err := s.Stages(ctx, r.ID)
	must(t, err)
	same(t, at, stages[0].EndedAt)
	account, err := s.Account(ctx, a.ID)
	must(t, err)
	same(t, at, account.LastReadAt)

	for i, want := range lines {
		want.ID, want.AccountID, want.RunID = kept.Fresh[i].ID, a.ID, r.ID
		if i == 2 {
			want.IngestedAt, want.BeforeStart, want.NotifiedAt, want.ExcludedAt = at, true, at, at
		}
		same(t, want, kept.Fresh[i])
		got, err := s.Movement(ctx, a.ID, want.ID)
		must(t, err)
		same(t, want, got)
		_, err = s.Movement(ctx, storagetest.ID(), want.ID)
		isErr(t, err, core.ErrNotFound)
	}
	deliveries, n, err := s.Deliveries(ctx, core.DeliveryFilter{SubjectID: kept.Fresh[0].ID, Limit: 5})
	must(t, err)
	same(t, 1, n)
	same(t, fmt.Sprintf(`{"id":%q,"amount":1.00}`, kept.Fresh[0].ID), string(deliveries[0].Payload))
}

func TestKeepAgainAddsNothing(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	lines := storagetest.Lines(0, 50)
	covered := core.Coverage{BankAccount: "001", FromDay: lines[0].BankDay}
	storagetest.MustKeep(t, s, a.ID, hook, lines, covered)
	before := movements(t, s, core.MovementFilter{})
	kept := storagetest.MustKeep(t, s, a.ID, hook, append(slices.Clone(lines), lines...), covered)
	same(t, []int{0, 0, 0, 0}, []int{len(kept.Fresh), len(kept.Changed), len(kept.Vanished), kept.Run.Owed})
	same(t, before, movements(t, s, core.MovementFilter{}))
}

func TestKeepFillsInALateSender(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	lines := storagetest.Lines(0, 1)
	lines[0].Sender = ""
	storagetest.MustKeep(t, s, a.ID, "", lines)
	lines[0].Sender, lines[0].SenderDocument = "Núñez", "123"
	storagetest.MustKeep(t, s, a.ID, "", lines)
	lines[0].Sender, lines[0].SenderDocument = "Somebody else", ""
	storagetest.MustKeep(t, s, a.ID, "", lines)
	got := movements(t, s, core.MovementFilter{Search: "nunez 123"})
	same(t, 1, len(got))
	same(t, []string{"Núñez", "123"}, []string{got[0].Sender, got[0].SenderDocument})
}

func TestKeepReportsChangedLinesAndLeavesThem(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	lines := storagetest.Lines(0, 4)
	first := storagetest.MustKeep(t, s, a.ID, "", lines)
	lines[0].Amount.Minor++
	lines[1].Amount.Currency = "USD"
	lines[2].Direction = scrapers.Debit
	lines[3].Description = "another text"
	kept := storagetest.MustKeep(t, s, a.ID, "", lines)
	same(t, first.Fresh[:3], kept.Changed)
	same(t, 0, len(kept.Fresh))
	got := movements(t, s, core.MovementFilter{Ascending: true})
	same(t, first.Fresh, got)
}

func TestVanishAndReturn(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	lines := storagetest.Lines(0, 5)
	lines[3].BankAccount, lines[4].BankDay = "002", "2026-05-12"
	covered := core.Coverage{BankAccount: "001", FromDay: "2026-05-13"}
	first := storagetest.MustKeep(t, s, a.ID, "", lines, covered)

	kept := storagetest.MustKeep(t, s, a.ID, "", lines[:1], covered)
	same(t, 2, len(kept.Vanished)) // another bank account and an older day are not covered
	for i, m := range kept.Vanished {
		want := first.Fresh[i+1]
		want.VanishedAt = day
		same(t, want, m)
	}
	kept = storagetest.MustKeep(t, s, a.ID, "", lines[:1], covered)
	same(t, 0, len(kept.Vanished)) // reported once
	kept = storagetest.MustKeep(t, s, a.ID, hook, lines[:2], covered)
	same(t, []int{0, 0}, []int{len(kept.Vanished), len(kept.Fresh)})
	got, err := s.Movement(ctx, a.ID, first.Fresh[1].ID)
	must(t, err)
	same(t, first.Fresh[1], got)
}

func TestKeepRefusesDecisionsThatLoseALine(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	r := storagetest.MustStartRun(t, s, a.ID)
	for _, decide := range []func([]core.Movement, core.OperationMode) []core.Decision{
		func([]core.Movement, core.OperationMode) []core.Decision { return nil },
		func(m []core.Movement, _ core.OperationMode) []core.Decision { return make([]core.Decision, len(m)) },
	} {
		if _, err := s.Keep(ctx, core.Keep{Run: r, Lines: storagetest.Lines(0, 2), Decide: decide}); err == nil {
			t.Error("kept")
		}
	}
	same(t, 0, len(movements(t, s, core.MovementFilter{})))
	got, err := s.Run(ctx, r.ID)
	must(t, err)
	same(t, core.Running, got.Status)
}

func TestPanicInACallbackReleasesTheLock(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	func() {
		defer func() { _ = recover() }()
		_, _ = s.ChangeAccount(ctx, a.ID, func(*core.Account) error { panic("oops") }, by)
	}()
	storagetest.MustCreateAccount(t, s)
}

func TestNewestPerBankAccount(t *testing.T) {
	s := storagetest.Open(t)
	a, b := storagetest.MustCreateAccount(t, s), storagetest.MustCreateAccount(t, s)
	lines := storagetest.Lines(0, 6)
	for i := range lines {
		lines[i].BankAccount = []string{"001", "002", "003"}[i%3]
		lines[i].BankDay = fmt.Sprintf("2026-05-%02d", 20-i)
	}
	storagetest.MustKeep(t, s, a.ID, "", lines)
	got, err := s.Newest(ctx, a.ID)
	must(t, err)
	same(t, map[string]string{"001": "2026-05-20", "002": "2026-05-19", "003": "2026-05-18"}, got)
	got, err = s.Newest(ctx, b.ID)
	must(t, err)
	same(t, map[string]string{}, got)
}

func TestChangeMovement(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	m := storagetest.MustKeep(t, s, a.ID, "", storagetest.Lines(0, 1)).Fresh[0]
	got, err := s.ChangeMovement(ctx, a.ID, m.ID, func(m *core.Movement) ([]core.Delivery, error) {
		m.ExcludedAt, m.Amount.Minor = day, 1
		return storagetest.Owe(hook)([]core.Movement{*m}, "")[0].Deliveries, nil
	}, by)
	must(t, err)
	m.ExcludedAt = day
	same(t, m, got) // the amount is the bank's
	_, n, err := s.Deliveries(ctx, core.DeliveryFilter{SubjectID: m.ID, Limit: 1})
	must(t, err)
	same(t, 1, n)
	isErr(t, func() error {
		_, err := s.ChangeMovement(ctx, storagetest.ID(), m.ID, func(*core.Movement) ([]core.Delivery, error) { return nil, nil }, by)
		return err
	}(), core.ErrNotFound)
}

// dayOfPayments is a bank day: kinds of payment, of which some come several times.
func keyed(payments []int) []core.Movement {
	seen := map[int]int{}
	out := make([]core.Movement, len(payments))
	for i, p := range payments {
		seen[p]++
		m := storagetest.Line(p)
		m.BankID, m.BankDay, m.BookedAt = "", "2026-05-13", day
		m.Content = fmt.Sprintf("%032x", p)
		m.Key = fmt.Sprintf("c:%s:%d", m.Content, seen[p])
		out[i] = m
	}
	return out
}

// However a growing day is read, in whatever order and how often, what is stored
// and not vanished is what the bank showed last, payment for payment.
func TestReadingsKeepTheMultiset(t *testing.T) {
	s := storagetest.Open(t)
	rapid.Check(t, func(rt *rapid.T) {
		a := storagetest.MustCreateAccount(t, s)
		covered := core.Coverage{BankAccount: "001", FromDay: "2026-05-13"}
		booked := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 12).Draw(rt, "payments of the day")
		ever := map[string]bool{}
		shown, deliveries := 0, 0
		for range rapid.IntRange(1, 5).Draw(rt, "readings") {
			shown = rapid.IntRange(0, len(booked)).Draw(rt, "lines the bank shows") // fewer: some were taken back
			reading := slices.Clone(booked[:shown])
			rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "order"), 1))
			rnd.Shuffle(len(reading), func(i, j int) { reading[i], reading[j] = reading[j], reading[i] })
			lines := keyed(reading)
			fresh := 0
			for _, l := range lines {
				if !ever[l.Key] {
					fresh++
				}
				ever[l.Key] = true
			}
			kept := storagetest.MustKeep(t, s, a.ID, hook, lines, covered)
			if len(kept.Fresh) != fresh || kept.Run.Owed != fresh {
				rt.Fatalf("%d fresh and %d owed, want %d", len(kept.Fresh), kept.Run.Owed, fresh)
			}
			deliveries += fresh
			again := storagetest.MustKeep(t, s, a.ID, hook, lines, covered)
			if len(again.Fresh)+len(again.Vanished)+len(again.Changed) != 0 {
				rt.Fatalf("the same reading again gave %+v", again)
			}
		}
		want, got, stored := map[int64]int{}, map[int64]int{}, 0
		for _, l := range keyed(booked[:shown]) {
			want[l.Amount.Minor]++
		}
		for _, m := range movements(t, s, core.MovementFilter{AccountID: a.ID}) {
			stored++
			if m.VanishedAt.IsZero() {
				got[m.Amount.Minor]++
			}
		}
		if !maps.Equal(want, got) || stored != len(ever) {
			rt.Fatalf("the bank shows %v, stored are %v; %d lines in all, want %d", want, got, stored, len(ever))
		}
		if _, n, err := s.Deliveries(ctx, core.DeliveryFilter{AccountID: a.ID, Limit: 1}); err != nil || n != deliveries {
			rt.Fatalf("%d deliveries, want %d, %v", n, deliveries, err)
		}
	})
}
