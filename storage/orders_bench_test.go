package storage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"
)

// shop is an account in reconcile mode over a real store, with a history:
// one movement in ten was never matched, and 5,000 different amounts occur.
type shop struct {
	*core.Core
	b     testing.TB
	a     core.Account
	lists *coretest.Lists
	next  int
}

var (
	givenNames = []string{"Juan", "María", "José", "Ana", "Luis", "Carmen", "Pedro", "Lucía", "Diego", "Sofía", "Martín", "Elena", "Raúl", "Paula", "Hugo", "Nora", "Iván", "Rosa", "Óscar", "Inés"}
	surnames   = []string{"Pérez", "Gómez", "Suárez", "Rodríguez", "Silva", "Fernández", "Castro", "Medina", "Acosta", "Núñez", "Vega", "Rojas", "Molina", "Ortiz", "Cabrera", "Ibarra", "Luna", "Paz", "Ríos", "Soto", "Torres", "Vidal", "Quiroga", "Zamora", "Herrera"}
)

func personOf(i int) string {
	return givenNames[i%len(givenNames)] + " " + surnames[i/len(givenNames)%len(surnames)] + " " + surnames[i/7%len(surnames)]
}

func openShop(b testing.TB, history int) *shop {
	b.Helper()
	store := storagetest.Open(b)
	s := &shop{b: b, lists: &coretest.Lists{}}
	s.Core = core.New(core.Config{Store: store, Vault: &coretest.Vault{}, Sender: coretest.NewSender(), Fetcher: s.lists, Log: zerolog.Nop()})
	if err := s.SetOperationMode(b.Context(), core.Reconcile, "bench"); err != nil {
		b.Fatal(err)
	}
	s.a = storagetest.MustCreateAccount(b, store)
	storagetest.MustSaveSettings(b, store, s.a.ID, func(st *core.Settings) { st.PendingOrdersEndpoint = "https://erp.example/pending" })
	fillHistory(b, store, s.a.ID, history)
	return s
}

// fillHistory writes movements beside every rule: a million a year, up to now.
func fillHistory(b testing.TB, store *storage.Store, accountID string, n int) {
	b.Helper()
	db, _ := store.Pools()
	var people []string
	for i := range 500 {
		people = append(people, strings.ToUpper(personOf(i)))
	}
	every := (365 * 24 * time.Hour).Milliseconds() / 1_000_000
	now := time.Now().UnixMilli()
	_, err := db.Exec(`CREATE TEMP TABLE person (i INTEGER PRIMARY KEY, name TEXT)`)
	for i, p := range people {
		if err == nil {
			_, err = db.Exec("INSERT INTO person VALUES (?, ?)", i, p)
		}
	}
	if err == nil {
		_, err = db.Exec(`INSERT INTO movement (`+plainColumns+`)
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
			SELECT printf('m%d', n.i), ?2, 'run', printf('id:001:%d', n.i), printf('%032x', n.i), '001', n.i, 'credit', 10000 + 100 * (n.i * 7919 % 5000), 'UYU',
				NULL, NULL, ?3 - (?1 - n.i) * ?4, 'second', '2026-05-13', 'TRF. PLAZA', '', person.name, '', '',
				?3 - (?1 - n.i) * ?4, 0, NULL, CASE WHEN n.i % 10 THEN ?3 END, NULL, NULL, person.name
			FROM n JOIN person ON person.i = n.i % 500`, n, accountID, now, every)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// person is the payer of the amount for every other order.
func person(k int) string {
	if k%20 < 10 {
		return personOf(k % 500)
	}
	return personOf(k * 31 % 500)
}

// rows are n orders that were never listed before.
func (s *shop) rows(n int) string {
	out := make([]string, n)
	for i := range out {
		k := s.next
		s.next++
		out[i] = fmt.Sprintf(`{"external_id":"ORD-%d","amount":"%d.00","currency":"UYU","name":%q}`, k, 100+k*7919%5000, person(k))
	}
	return "[" + strings.Join(out, ",") + "]"
}

func (s *shop) poll(body string) core.Feed {
	s.b.Helper()
	s.lists.Serve(body)
	f, err := s.PollNow(s.b.Context(), s.a.ID, "bench")
	if err != nil {
		s.b.Fatal(err)
	}
	return f
}

// BenchmarkMatching registers and matches orders beside histories of different
// length. Aim: the same cost whatever the history, at most 0.2 ms an order.
func BenchmarkMatching(b *testing.B) {
	for _, history := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(history), func(b *testing.B) {
			const batch = 500
			s := openShop(b, history)
			// Lists without a readable id cancel nothing: the orders pile up as they would.
			list := func() string { return strings.Replace(s.rows(batch), "[", `[{},`, 1) }
			s.poll(list())
			n := 0
			for b.Loop() {
				b.StopTimer()
				body := list()
				n += batch
				b.StartTimer()
				s.poll(body)
			}
			counts, err := s.OrderCounts(b.Context(), s.a.ID)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/order")
			b.ReportMetric(float64(counts[core.OrderMatched]), "matched")
			b.ReportMetric(float64(counts[core.OrderAmbiguous]), "ambiguous")
			b.ReportMetric(float64(counts[core.OrderNotFound]), "not-found")
		})
	}
}

// BenchmarkPolling polls a list of 10,000 orders: new, and as it was before.
func BenchmarkPolling(b *testing.B) {
	const size = 10_000
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := openShop(b, 10_000)
			body := s.rows(size)
			b.StartTimer()
			if f := s.poll(body); f.Accepted != size {
				b.Fatalf("feed %+v", f)
			}
		}
		b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "orders/s")
	})
	b.Run("unchanged", func(b *testing.B) {
		s := openShop(b, 10_000)
		body := s.rows(size)
		s.poll(body)
		for b.Loop() {
			s.poll(body)
		}
		b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "orders/s")
	})
}
