// Package storagetest opens real stores for tests and fills them.
package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
	"reconbanker/storage"

	"github.com/google/uuid"
)

// Day is the first moment of the tests' world.
var Day = time.Date(2026, 5, 13, 0, 0, 0, 0, time.UTC)

// Open opens a store in a directory of its own; it is closed when the test ends.
func Open(t testing.TB) *storage.Store {
	t.Helper()
	return OpenIn(t, t.TempDir())
}

// OpenIn opens the store of a data directory; it is closed when the test ends.
func OpenIn(t testing.TB, dir string) *storage.Store {
	t.Helper()
	s, err := storage.Open(context.Background(), storage.Options{Dir: dir})
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// ID returns a new UUIDv7.
func ID() string { return uuid.Must(uuid.NewV7()).String() }

// MustCreateAccount adds an active account; change, if any, alters it first.
func MustCreateAccount(t testing.TB, s *storage.Store, change ...func(*core.Account)) core.Account {
	t.Helper()
	a := core.Account{ID: ID(), Bank: "demobank", Name: "Cuenta de prueba", Status: core.Active, CreatedAt: Day}
	for _, c := range change {
		c(&a)
	}
	if err := s.CreateAccount(context.Background(), a, core.Audit{}); err != nil {
		t.Fatalf("create an account: %v", err)
	}
	return a
}

// MustSaveSettings gives an account settings; change, if any, alters them first.
func MustSaveSettings(t testing.TB, s *storage.Store, accountID string, change ...func(*core.Settings)) core.Settings {
	t.Helper()
	st := core.Settings{
		ID: ID(), AccountID: accountID, WebhookURL: "https://receiver.example/hook", RetryLimit: 3,
		PollingMethod: "GET", AuthType: core.Bearer, SessionType: core.OneShot, LoginMode: core.Simple,
		BankUsername: "user", Schedule: core.DefaultSchedule, DailyLogins: 3, CredentialsVersion: 1,
		CreatedAt: Day, UpdatedAt: Day,
	}
	for _, c := range change {
		c(&st)
	}
	if err := s.SaveSettings(context.Background(), st, nil, nil, core.Audit{}); err != nil {
		t.Fatalf("save settings: %v", err)
	}
	return st
}

// MustStartRun enqueues and claims a run of an account.
func MustStartRun(t testing.TB, s *storage.Store, accountID string) core.Run {
	t.Helper()
	ctx := context.Background()
	if _, _, err := s.EnqueueRun(ctx, core.Run{AccountID: accountID, Trigger: core.ByPerson, QueuedAt: Day}); err != nil {
		t.Fatalf("enqueue a run: %v", err)
	}
	r, err := s.ClaimRun(ctx, Day)
	if err != nil {
		t.Fatalf("claim a run: %v", err)
	}
	if r.AccountID != accountID {
		t.Fatalf("claimed a run of another account, %s", r.AccountID)
	}
	return r
}

// Line is the n-th credit of the tests' bank: a minute after the one before, with
// a key of its own.
func Line(n int) core.Movement {
	at := Day.Add(time.Duration(n) * time.Minute)
	m := core.Movement{
		Key: fmt.Sprintf("id:001:%d", n), Content: fmt.Sprintf("%032x", n),
		BankAccount: "001", BankID: fmt.Sprint(n), Direction: scrapers.Credit,
		Amount:   core.Money{Minor: int64(100 + n), Currency: "UYU"},
		Balance:  &core.Money{Minor: int64(1_000_000 + n), Currency: "UYU"},
		BookedAt: at, Precision: scrapers.Minute, BankDay: at.Format(time.DateOnly),
		Description: fmt.Sprintf("TRF. PLAZA %d", n), Reference: fmt.Sprintf("REF%06d", n), Sender: "María Pérez",
		Raw: map[string]string{"date": at.Format("02/01/2006"), "amount": fmt.Sprint(100 + n)},
	}
	m.IngestedAt = at
	return m
}

// Lines are n lines from the first.
func Lines(first, n int) []core.Movement {
	out := make([]core.Movement, n)
	for i := range out {
		out[i] = Line(first + i)
	}
	return out
}

// Owe decides that every new credit is owed one delivery to url.
func Owe(url string) func([]core.Movement, core.OperationMode) []core.Decision {
	return func(fresh []core.Movement, _ core.OperationMode) []core.Decision {
		out := make([]core.Decision, len(fresh))
		for i, m := range fresh {
			out[i].Movement = m
			if m.Direction != scrapers.Credit {
				continue
			}
			id := ID()
			out[i].Deliveries = []core.Delivery{{
				ID: id, WebhookID: "msg_" + id, AccountID: m.AccountID, Kind: core.MovementDelivery, SubjectID: m.ID,
				URL: url, Receiver: core.ReceiverOf(url), Payload: []byte(`{"id":"` + m.ID + `","amount":` + m.Amount.Decimal() + `}`),
				Status: core.DeliveryPending, NextAt: Day, CreatedAt: Day, QueuedAt: Day,
			}}
		}
		return out
	}
}

// MustKeep runs the account once and keeps lines, with deliveries to url ("" owes none).
func MustKeep(t testing.TB, s *storage.Store, accountID, url string, lines []core.Movement, covered ...core.Coverage) core.Kept {
	t.Helper()
	k := core.Keep{Run: MustStartRun(t, s, accountID), At: Day, Lines: lines, Covered: covered}
	k.Run.Status = core.Succeeded
	if url != "" {
		k.Decide = Owe(url)
	}
	kept, err := s.Keep(context.Background(), k)
	if err != nil {
		t.Fatalf("keep %d lines: %v", len(lines), err)
	}
	return kept
}
