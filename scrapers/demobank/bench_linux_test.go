package demobank_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
	"reconbanker/scrapers/demobank"
)

// family is what the processes this one has started use: shared memory counted
// once, and processor time.
func family() (megabytes float64, cpu time.Duration) {
	parents := map[int]int{}
	ticks := map[int]int64{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		text, err := os.ReadFile(file) //nolint:gosec // of the system's own making
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		rest := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		parents[pid], _ = strconv.Atoi(rest[1])
		user, _ := strconv.ParseInt(rest[11], 10, 64)
		system, _ := strconv.ParseInt(rest[12], 10, 64)
		ticks[pid] = user + system
	}
	for pid := range parents {
		up := parents[pid]
		for up > 1 && up != os.Getpid() {
			up = parents[up]
		}
		if up != os.Getpid() {
			continue
		}
		cpu += time.Duration(ticks[pid]) * 10 * time.Millisecond
		f, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if kb, ok := strings.CutPrefix(lines.Text(), "Pss:"); ok {
				n, _ := strconv.ParseFloat(strings.Fields(kb)[0], 64)
				megabytes += n / 1024
			}
		}
		_ = f.Close()
	}
	return megabytes, cpu
}

// BenchmarkSessions keeps persistent sessions at the demo bank. An operation is
// one look at each of them; the memory is the browser's.
func BenchmarkSessions(b *testing.B) {
	for _, n := range []int{1, 5, 20} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			d := newBranch(b, failure{})
			accounts := make([]core.Account, n)
			for i := range accounts {
				user := d.bank.Enrol(i)
				accounts[i] = d.account(core.Persistent, user)
				if run := d.scrape(accounts[i], nil); run.Status != core.Succeeded {
					b.Fatalf("%s %s", run.Kind, run.Message)
				}
			}
			_, before := family()
			for b.Loop() {
				for _, a := range accounts {
					if run := d.scrape(a, nil); run.Status != core.Succeeded {
						b.Fatalf("%s %s", run.Kind, run.Message)
					}
				}
			}
			memory, after := family()
			looks := float64(b.N * n)
			b.ReportMetric(memory, "MB")
			b.ReportMetric(float64((after-before).Milliseconds())/looks, "browser-ms/look")
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/looks, "ms/look")
		})
	}
}

// BenchmarkLookWithoutSupervision is what a look costs the driver alone; the
// difference to BenchmarkSessions/1 is our supervision.
func BenchmarkLookWithoutSupervision(b *testing.B) {
	d := newBranch(b, failure{})
	c := visit(b, d.bank, d.address, d.bank.Enrol(0), nil) // as in BenchmarkSessions
	c.mustSignIn()
	for b.Loop() {
		if in, err := driver.Authenticated(b.Context(), c.tab); err != nil || !in {
			b.Fatal(in, err)
		}
		since := today.Add(-48 * time.Hour)
		if _, err := driver.Movements(b.Context(), c.tab, scrapers.Request{
			Since: since, Fields: map[string]string{demobank.FieldAddress: d.address}, Now: today,
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/look")
}
