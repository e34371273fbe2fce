//go:build unix

package api_test

import (
	"bytes"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"reconbanker/storage/storagetest"
)

// BenchmarkMovementList is one client that lists movements of an account with
// 100,000 of them, over real HTTP.
func BenchmarkMovementList(b *testing.B) {
	const rows, part = 100_000, 10_000
	d := signedIn(b)
	a := storagetest.MustCreateAccount(b, d.store)
	storagetest.MustSaveSettings(b, d.store, a.ID)
	for first := 0; first < rows; first += part {
		storagetest.MustKeep(b, d.store, a.ID, "", storagetest.Lines(first, part))
	}
	for name, query := range map[string]string{"first": "", "deepest": "&offset=99900", "middle": "&offset=50000"} {
		b.Run(name, func(b *testing.B) {
			r, err := http.NewRequestWithContext(b.Context(), "GET", d.url+"/accounts/"+a.ID+"/movements?limit=100"+query, nil)
			if err != nil {
				b.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+d.token)
			before, began := spent(b), time.Now()
			for b.Loop() {
				got, err := client.Do(r)
				if err != nil || got.StatusCode != 200 || got.ContentLength < 10_000 {
					b.Fatal(err, got)
				}
				_, _ = new(bytes.Buffer).ReadFrom(got.Body)
				got.Body.Close()
			}
			b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "req/s")
			b.ReportMetric(float64((spent(b)-before).Microseconds())/float64(b.N), "cpu-µs/req")
		})
	}
}

// spent is the processor time of this process, both ends of the connection.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(os.NewSyscallError("getrusage", err))
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
