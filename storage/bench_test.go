package storage_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"reconbanker/core"
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

// plainColumns are the columns of movement in the order of plainRow.
const plainColumns = `id, account_id, run_id, key, content, bank_account, bank_id, direction, amount, currency,
	balance, balance_currency, booked_at, precision, bank_day, description, reference, sender, sender_document, reverses,
	ingested_at, before_start, notified_at, excluded_at, vanished_at, raw, search`

func plainRow(accountID string, m core.Movement) []any {
	return []any{
		storagetest.ID(), accountID, "run", m.Key, m.Content, m.BankAccount, m.BankID, string(m.Direction), m.Amount.Minor, m.Amount.Currency,
		m.Balance.Minor, m.Balance.Currency, m.BookedAt.UnixMilli(), string(m.Precision), m.BankDay, m.Description, m.Reference, m.Sender, "", "",
		m.IngestedAt.UnixMilli(), 0, nil, nil, nil, fmt.Sprintf(`{"amount":"%s","date":"%s"}`, m.Raw["amount"], m.Raw["date"]),
		"maria perez\n" + m.Description + "\n" + m.Reference + "\n" + m.BankID + "\n",
	}
}

// plainInsert is what Keep is measured by: ready-made rows into the same table
// with one prepared statement, row by row, in one transaction per batch.
func plainInsert(db *sql.DB, rows [][]any) error {
	t, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = t.Rollback() }()
	insert, err := t.Prepare("INSERT INTO movement (" + plainColumns + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, row := range rows {
		if _, err := insert.Exec(row...); err != nil {
			return err
		}
	}
	return t.Commit()
}

// BenchmarkPlainInsert is plainInsert by itself.
func BenchmarkPlainInsert(b *testing.B) {
	for _, size := range []int{1000, 5000} {
		b.Run(fmt.Sprintf("%d-lines", size), func(b *testing.B) {
			s := storagetest.Open(b)
			a := storagetest.MustCreateAccount(b, s)
			db, _ := s.Pools()
			n := 0
			for b.Loop() {
				b.StopTimer()
				rows := make([][]any, size)
				for i := range rows {
					rows[i] = plainRow(a.ID, storagetest.Line(n+i))
				}
				n += size
				b.StartTimer()
				if err := plainInsert(db, rows); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkKeepAgainstPlain takes turns between Keep and plain inserts in one
// database, so that whatever else the machine does weighs on both alike.
func BenchmarkKeepAgainstPlain(b *testing.B) {
	for _, size := range []int{1000, 5000} {
		b.Run(fmt.Sprintf("%d-lines", size), func(b *testing.B) {
			s := storagetest.Open(b)
			kept, plain := storagetest.MustCreateAccount(b, s), storagetest.MustCreateAccount(b, s)
			db, _ := s.Pools()
			var keeping, inserting time.Duration
			rounds, start := 0, 0
			for b.Loop() {
				lines := storagetest.Lines(start, size)
				start += (size/1440 + 1) * 1440
				rows := make([][]any, size)
				for i := range rows {
					rows[i] = plainRow(plain.ID, lines[i])
				}
				k := core.Keep{
					Run: storagetest.MustStartRun(b, s, kept.ID), At: storagetest.Day, Lines: lines,
					Covered: []core.Coverage{{BankAccount: "001", FromDay: lines[0].BankDay}},
				}
				t0 := time.Now()
				if _, err := s.Keep(ctx, k); err != nil {
					b.Fatal(err)
				}
				t1 := time.Now()
				if err := plainInsert(db, rows); err != nil {
					b.Fatal(err)
				}
				keeping, inserting = keeping+t1.Sub(t0), inserting+time.Since(t1)
				rounds++
			}
			n := float64(rounds * size)
			b.ReportMetric(n/keeping.Seconds(), "keep-rows/s")
			b.ReportMetric(n/inserting.Seconds(), "plain-rows/s")
			b.ReportMetric(100*inserting.Seconds()/keeping.Seconds(), "%-of-plain")
		})
	}
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

// BenchmarkPage opens pages of a long list, of one account and of all.
func BenchmarkPage(b *testing.B) {
	const lines, batch = 100_000, 5_000
	s := storagetest.Open(b)
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	accounts := []core.Account{storagetest.MustCreateAccount(b, s), storagetest.MustCreateAccount(b, s)}
	for i := range lines / batch {
		storagetest.MustKeep(b, s, accounts[i%10/9].ID, hook, storagetest.Lines(i*batch, batch))
		due, err := s.DueDeliveries(ctx, storagetest.Day, batch, batch, core.DeliverySkip{})
		must(err)
		must(s.FinishDeliveries(ctx, delivered(due[:batch-batch/100])))
	}
	of := accounts[0].ID
	for _, c := range []struct {
		name string
		f    core.MovementFilter
	}{
		{"all/first-100", core.MovementFilter{Limit: 100}},
		{"all/first-500", core.MovementFilter{Limit: 500}},
		{"all/middle-100", core.MovementFilter{Limit: 100, Offset: lines / 2}},
		{"all/deepest-100", core.MovementFilter{Limit: 100, Offset: lines - 100}},
		{"account/first-100", core.MovementFilter{Limit: 100, AccountID: of}},
		{"account/first-500", core.MovementFilter{Limit: 500, AccountID: of}},
		{"account/deepest-100", core.MovementFilter{Limit: 100, AccountID: of, Offset: lines*9/10 - 100}},
		{"currency", core.MovementFilter{Limit: 100, Currency: "UYU"}},
		{"search-rare", core.MovementFilter{Limit: 100, Search: "ref012345"}},
		{"search-common", core.MovementFilter{Limit: 100, Search: "perez"}},
		{"pending", core.MovementFilter{Limit: 100, Delivery: "pending"}},
		{"delivered", core.MovementFilter{Limit: 100, Delivery: "delivered"}},
		{"dead", core.MovementFilter{Limit: 100, Delivery: "dead"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				_, _, err := s.Movements(ctx, c.f)
				must(err)
			}
		})
	}
	b.Run("totals", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Totals(ctx, core.MovementFilter{})
			must(err)
		}
	})
	b.Run("counts", func(b *testing.B) {
		for b.Loop() {
			_, err := s.DeliveryCounts(ctx, "")
			must(err)
		}
	})
	b.Run("due", func(b *testing.B) {
		for b.Loop() {
			_, err := s.DueDeliveries(ctx, storagetest.Day, 32, 4, core.DeliverySkip{})
			must(err)
		}
	})
	b.Run("keep-20-more", func(b *testing.B) {
		n := lines
		for b.Loop() {
			storagetest.MustKeep(b, s, of, "", storagetest.Lines(n, 20), core.Coverage{BankAccount: "001", FromDay: storagetest.Line(n).BankDay})
			n += 20
		}
	})
}
