package gui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"reconbanker/core"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

// million is a core with a million movements that exist only as they are asked for.
type million struct {
	Core
	n int
}

func (m million) Movements(_ context.Context, f core.MovementFilter) ([]core.Movement, int, error) {
	n := m.n
	if f.Search != "" {
		n /= 10
	}
	out := make([]core.Movement, 0, f.Limit)
	for i := f.Offset; i < min(f.Offset+f.Limit, n); i++ {
		at := now.Add(-time.Duration(i) * time.Minute)
		out = append(out, core.Movement{
			ID: fmt.Sprint(i), AccountID: "a", Direction: scrapers.Credit, BookedAt: at, Precision: scrapers.Minute,
			Amount: core.Money{Minor: int64(i), Currency: "UYU"}, Sender: fmt.Sprint("Sender ", i), Reference: fmt.Sprint("TRF-", i),
		})
	}
	return out, n, nil
}

func (m million) LatestDeliveries(_ context.Context, ids []string) (map[string]core.Delivery, error) {
	out := map[string]core.Delivery{}
	for _, id := range ids {
		out[id] = core.Delivery{ID: id, Status: core.DeliveryDelivered, DoneAt: now}
	}
	return out, nil
}

func (m million) Totals(context.Context, core.MovementFilter) ([]core.Total, error) {
	return []core.Total{{Currency: "UYU", Count: m.n, Sum: core.Money{Minor: 1, Currency: "UYU"}}}, nil
}

func ofMillion(c *Config) { c.Core = million{Core: c.Core, n: 1_000_000} }

func TestAMillionMovements(t *testing.T) {
	d, v := movementsDesk(t, demo, "Operating account", ofMillion)
	d.sees("1,000,000 movements")
	v.table.Select(999_999)
	d.sees("TRF-999999")
	v.table.Select(500_250)
	d.sees("TRF-500250")

	v.table.SelectAll()
	if !v.resend.Disabled() || !v.exclude.Disabled() || !v.copy.Disabled() {
		t.Error("a million movements can be changed with one click")
	}
	v.copyRows()
	d.sees("At most 5,000 lines fit on the clipboard.")
}

func TestRowsThatWereNeverReadAreReadToBeCopied(t *testing.T) {
	d, v := movementsDesk(t, demo, "Operating account", func(c *Config) { c.Core = million{Core: c.Core, n: 3100} })
	v.table.Select(100)
	v.table.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	v.table.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	v.table.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	if v.table.Count() != 3000 || len(v.table.Selected()) == 3000 {
		t.Fatalf("%d are selected, %d at hand", v.table.Count(), len(v.table.Selected()))
	}
	d.press("Copy")
	d.sees("3,000 lines copied")
	lines := strings.Split(d.fyne.Clipboard().Content(), "\n")
	if len(lines) != 3000 || !strings.Contains(lines[0], "TRF-100\t") || !strings.Contains(lines[2999], "TRF-3099\t") {
		t.Errorf("%d lines from %q to %q", len(lines), lines[0], lines[len(lines)-1])
	}
}

// BenchmarkOpenMillion opens the table until its first rows are on screen.
func BenchmarkOpenMillion(b *testing.B) {
	d, v := movementsDesk(b, demo, "Operating account", ofMillion)
	id := v.query.AccountID
	for b.Loop() {
		fresh := newMovements(d.app, d.app.core, id)
		fresh.root.Resize(v.root.Size())
		fresh.Ask(model.Everything())
		d.until("rows", func() bool { return len(senders(fresh)) > 10 })
	}
}

// BenchmarkFilterMillion types a search until its first rows are on screen.
func BenchmarkFilterMillion(b *testing.B) {
	d, v := movementsDesk(b, demo, "Operating account", ofMillion)
	words := []string{"sender", ""}
	for i := 0; b.Loop(); i++ {
		v.find(words[i%2])
		want := []int{100_000, 1_000_000}[i%2]
		d.until("rows", func() bool { return v.pages.Len() == want && !v.pages.Loading() })
	}
}

// BenchmarkScrollMillion scrolls by the height of the table, far apart, until the
// rows are on screen.
func BenchmarkScrollMillion(b *testing.B) {
	d, v := movementsDesk(b, demo, "Operating account", ofMillion)
	for i := 0; b.Loop(); i++ {
		row := i * 7919 % 1_000_000
		v.table.Select(row)
		d.until("the row", func() bool { _, ok := v.pages.Peek(row); return ok })
	}
}

// BenchmarkExportRows turns a million movements into the rows of a file.
func BenchmarkExportRows(b *testing.B) {
	src := million{n: 500}
	page, _, err := model.ReadMovements(b.Context(), src, core.MovementFilter{Limit: 500})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for _, r := range page {
			exportRow(r, "Operating account", core.Passthrough, now)
		}
	}
	b.ReportMetric(float64(500*b.N)/b.Elapsed().Seconds(), "rows/s")
}
