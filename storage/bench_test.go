package storage_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"
)

const hook = "https://receiver.example/hook"

// BenchmarkKeep stores batches of new lines, each batch in one Keep.
func BenchmarkKeep(b *testing.B) {
	for _, size := range []int{1000, 5000} {
		for _, to := range []string{"", hook} {
			name := fmt.Sprintf("%d-lines", size)
			if to != "" {
				name += "-with-deliveries"
			}
			b.Run(name, func(b *testing.B) {
				s := storagetest.Open(b)
				a := storagetest.MustCreateAccount(b, s)
				n, start := 0, 0
				for b.Loop() {
					b.StopTimer()
					k := core.Keep{Run: storagetest.MustStartRun(b, s, a.ID), At: storagetest.Day, Lines: storagetest.Lines(start, size)}
					k.Covered = []core.Coverage{{BankAccount: "001", FromDay: k.Lines[0].BankDay}}
					start += (size/1440 + 1) * 1440 // the next batch is of other days
					if to != "" {
						k.Decide = storagetest.Owe(to)
					}
					n += size
					b.StartTimer()
					if _, err := s.Keep(context.Background(), k); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

// BenchmarkKeepAgain re-reads lines that are stored.
func BenchmarkKeepAgain(b *testing.B) {
	const size = 1000
	s := storagetest.Open(b)
	a := storagetest.MustCreateAccount(b, s)
	lines := storagetest.Lines(0, size)
	covered := core.Coverage{BankAccount: "001", FromDay: lines[0].BankDay}
	storagetest.MustKeep(b, s, a.ID, "", lines, covered)
	n := 0
	for b.Loop() {
		storagetest.MustKeep(b, s, a.ID, "", lines, covered)
		n += size
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkPlainInsert is what Keep is measured by: the same rows into the same
// table with one prepared statement per row and one transaction per batch.
func BenchmarkPlainInsert(b *testing.B) {
	for _, size := range []int{1000, 5000} {
		b.Run(fmt.Sprintf("%d-lines", size), func(b *testing.B) {
			s := storagetest.Open(b)
			a := storagetest.MustCreateAccount(b, s)
			db := plain(b, s)
			const columns = `id, account_id, run_id, key, content, bank_account, bank_id, direction, amount, currency,
				balance, balance_currency, booked_at, precision, bank_day, description, reference, sender, sender_document, reverses,
				ingested_at, before_start, notified_at, excluded_at, vanished_at, raw, search`
			insert, err := db.Prepare("INSERT INTO movement (" + columns + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for b.Loop() {
				b.StopTimer()
				lines := storagetest.Lines(n, size)
				rows := make([][]any, size)
				for i, m := range lines {
					rows[i] = []any{
						storagetest.ID(), a.ID, "run", m.Key, m.Content, m.BankAccount, m.BankID, string(m.Direction), m.Amount.Minor, m.Amount.Currency,
						m.Balance.Minor, m.Balance.Currency, m.BookedAt.UnixMilli(), string(m.Precision), m.BankDay, m.Description, m.Reference, m.Sender, "", "",
						m.IngestedAt.UnixMilli(), 0, nil, nil, nil, fmt.Sprintf(`{"amount":"%s","date":"%s"}`, m.Raw["amount"], m.Raw["date"]),
						"maria perez\n" + m.Description + "\n" + m.Reference + "\n" + m.BankID + "\n",
					}
				}
				n += size
				b.StartTimer()
				t, err := db.Begin()
				if err != nil {
					b.Fatal(err)
				}
				in := t.Stmt(insert)
				for _, row := range rows {
					if _, err := in.Exec(row...); err != nil {
						b.Fatal(err)
					}
				}
				if err := t.Commit(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// plain opens the store's file beside it, as anybody would.
func plain(b testing.TB, s *storage.Store) *sql.DB {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(s.File())}
	db, err := sql.Open("sqlite3", u.String()+"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000&_txlock=immediate&_foreign_keys=1")
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { _ = db.Close() })
	return db
}

// BenchmarkFinish records the outcome of deliveries in batches.
func BenchmarkFinish(b *testing.B) {
	for _, size := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("batch-%d", size), func(b *testing.B) {
			const backlog = 5000
			s := storagetest.Open(b)
			a := storagetest.MustCreateAccount(b, s)
			first, n := 0, 0
			refill := func() {
				storagetest.MustKeep(b, s, a.ID, hook, storagetest.Lines(first, backlog))
				first += backlog
			}
			refill()
			for b.Loop() {
				due, err := s.DueDeliveries(context.Background(), storagetest.Day, size, size, core.DeliverySkip{})
				if err != nil {
					b.Fatal(err)
				}
				if len(due) < size {
					b.StopTimer()
					refill()
					b.StartTimer()
					continue
				}
				if err := s.FinishDeliveries(context.Background(), delivered(due)); err != nil {
					b.Fatal(err)
				}
				n += len(due)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
}

func delivered(due []core.Delivery) []core.DeliveryResult {
	out := make([]core.DeliveryResult, len(due))
	for i, d := range due {
		d.Attempts++
		d.Tries++
		d.Status, d.DoneAt, d.LastStatus = core.DeliveryDelivered, storagetest.Day.Add(time.Second), 200
		out[i] = core.DeliveryResult{
			Delivery: d, Receiver: core.Receiver{Origin: d.Receiver},
			Attempt: &core.DeliveryAttempt{DeliveryID: d.ID, N: d.Attempts, At: storagetest.Day, Took: time.Millisecond, Status: 200, Response: "ok", ResponseOf: 2},
		}
	}
	return out
}
