package widgets

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"

	"fyne.io/fyne/v2"

	"reconbanker/gui/look"
)

// later is a place where work waits until a test lets it go on.
type later struct{ work []func() }

func (l *later) add(f func()) { l.work = append(l.work, f) }

// one does the first thing that waits.
func (l *later) one(t *testing.T) {
	t.Helper()
	if len(l.work) == 0 {
		t.Fatal("nothing waits to be done")
	}
	f := l.work[0]
	l.work = l.work[1:]
	f()
}

// book is a store of numbers that notes what is read from it.
type book struct {
	size  int
	shift int // what the first row says
	fail  error
	read  []int // pages
	ctx   context.Context
}

func (b *book) load(ctx context.Context, offset, limit int) ([]int, int, error) {
	b.ctx = ctx
	b.read = append(b.read, offset/pageSize)
	if b.fail != nil {
		return nil, 0, b.fail
	}
	var rows []int
	for i := offset; i < min(offset+limit, b.size); i++ {
		rows = append(rows, i+b.shift)
	}
	return rows, b.size, nil
}

func pagedTable(b *book, l *later) (*DataTable[int], *Pages[int]) {
	tb := NewDataTable([]Column[int]{{ID: "n", Title: "N", Width: 120, Cell: func(i int) Cell { return Cell{Text: strconv.Itoa(i)} }}})
	tb.Multi, tb.Key = true, strconv.Itoa
	p := NewPages(context.Background(), b.load, l.add, func(f func()) { f() })
	p.OnChange = func() { tb.Refresh() }
	tb.SetSource(p)
	return tb, p
}

func TestPagesComeAsTheyAreSeen(t *testing.T) {
	b, l := &book{size: 1_000_000}, &later{}
	tb, p := pagedTable(b, l)
	show(t, look.Light, tb, fyne.NewSize(300, 400))
	if p.Known() || len(l.work) != 0 {
		t.Fatal("nothing is read before Reload")
	}
	p.Reload()
	l.one(t)
	if p.Len() != b.size || cellTexts(&tb.grid, 0)[0] != "0" {
		t.Fatalf("after the first page there are %d rows, the first says %q", p.Len(), cellTexts(&tb.grid, 0)[0])
	}
	for place := range 50 { // a scroll bar pulled far
		tb.scrollTo(float64(place*20_000) * float64(tb.size.row))
	}
	if got := cellTexts(&tb.grid, 0)[0]; got != "" {
		t.Errorf("a row that is not read yet says %q", got)
	}
	l.one(t)
	l.one(t)
	if len(l.work) != 0 || len(b.read) != 3 {
		t.Errorf("pages %v were read: only the first place seen and the last are wanted", b.read)
	}
	if got := cellTexts(&tb.grid, 0)[0]; got != "980000" {
		t.Errorf("the first row in view says %q, want 980000", got)
	}
	for place := range 3 * maxPages {
		tb.scrollTo(float64(place*pageSize) * float64(tb.size.row))
		for len(l.work) > 0 {
			l.one(t)
		}
	}
	if len(p.pages) > maxPages {
		t.Errorf("%d pages are kept in memory", len(p.pages))
	}
}

func TestOutdatedPagesAreDropped(t *testing.T) {
	b, l := &book{size: 700}, &later{}
	tb, p := pagedTable(b, l)
	show(t, look.Light, tb, fyne.NewSize(300, 400))
	p.Reload()
	l.one(t)
	b.shift = 1000
	p.Restart()
	first := b.ctx
	slow := l.work[0]
	l.work = nil
	b.shift = 2000
	p.Restart()
	if first.Err() == nil {
		t.Error("the reading that nobody waits for was not cancelled")
	}
	if got := cellTexts(&tb.grid, 0)[0]; got != "0" || !p.Loading() {
		t.Errorf("until the new rows are there the old ones stay, got %q", got)
	}
	l.one(t)
	slow() // what it brings is dropped
	if got := cellTexts(&tb.grid, 0)[0]; got != "2000" || p.Loading() {
		t.Errorf("the first row says %q, want 2000", got)
	}
	p.Reload()
	p.Stop()
	b.shift = 3000
	l.one(t)
	if got := cellTexts(&tb.grid, 0)[0]; got != "2000" {
		t.Errorf("a stopped reading still brought %q", got)
	}
}

func TestFailedReadingIsToldOnceAndTriedAgainWhenAsked(t *testing.T) {
	b, l := &book{size: 700, fail: errors.New("disk")}, &later{}
	tb, p := pagedTable(b, l)
	told := 0
	p.OnError = func(error) { told++ }
	show(t, look.Light, tb, fyne.NewSize(300, 400))
	p.Reload()
	l.one(t)
	tb.Refresh()
	if told != 1 || len(l.work) != 0 {
		t.Errorf("told %d times, %d readings wait", told, len(l.work))
	}
	b.fail = nil
	p.Reload()
	l.one(t)
	if p.Len() != 700 {
		t.Errorf("after another try there are %d rows", p.Len())
	}
}

func TestSelectionSurvivesReload(t *testing.T) {
	b, l := &book{size: 1200}, &later{}
	tb, p := pagedTable(b, l)
	show(t, look.Light, tb, fyne.NewSize(300, 400))
	p.Reload()
	l.one(t)
	click(tb, 20, tb.top(4)+5, 0)
	click(tb, 20, tb.top(6)+5, fyne.KeyModifierControl)
	b.shift, b.size = -2, 1202 // two rows came in above
	p.Reload()
	l.one(t)
	if got := slices.Collect(tb.Indexes()); !slices.Equal(got, []int{6, 8}) {
		t.Errorf("rows %v are selected, want 6 and 8, where they are now", got)
	}
	if got := tb.Selected(); !slices.Equal(got, []int{4, 6}) || tb.Count() != 2 {
		t.Errorf("the selected rows are %v of %d, want 4 and 6", got, tb.Count())
	}
	tb.scrollTo(500 * float64(tb.size.row))
	for len(l.work) > 0 {
		l.one(t)
	}
	b.shift, b.size = -3, 1203
	p.Reload()
	l.one(t)
	if got := tb.Selected(); len(got) != 2 || tb.Count() != 2 {
		t.Errorf("out of view, the selected rows are %v of %d, want 4 and 6", got, tb.Count())
	}
	tb.scrollTo(0)
	for len(l.work) > 0 {
		l.one(t)
	}
	if !tb.isSelected(7) || !tb.isSelected(9) || tb.isSelected(8) {
		t.Error("back in view, the rows are not drawn as selected")
	}
}

func TestEmptyIsShownOnlyWhenKnown(t *testing.T) {
	b, l := &book{}, &later{}
	tb, p := pagedTable(b, l)
	empty := look.NewText("Nothing here", look.Muted, look.SmallText)
	tb.SetEmpty(empty)
	show(t, look.Light, tb, fyne.NewSize(300, 400))
	if empty.Visible() {
		t.Error("it says there is nothing before anything was read")
	}
	p.Reload()
	l.one(t)
	if !empty.Visible() {
		t.Error("it does not say that there is nothing")
	}
	b.size = 3
	p.Reload()
	l.one(t)
	if empty.Visible() {
		t.Error("it still says that there is nothing")
	}
}

func BenchmarkScrollMillion(b *testing.B) {
	tb := numberTable(1_000_000)
	show(b, look.Light, tb, fyne.NewSize(1200, 800))
	for b.Loop() {
		tb.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -25)})
		if tb.scroll >= tb.overflow() {
			tb.scrollTo(0)
		}
	}
}

func BenchmarkRefreshMillion(b *testing.B) {
	tb := numberTable(1_000_000)
	show(b, look.Light, tb, fyne.NewSize(1200, 800))
	for b.Loop() {
		tb.Refresh()
	}
}

// TestPagesShowAGlanceFirst has the first rows on screen before the whole is read,
// without saying that they are all.
func TestPagesShowAGlanceFirst(t *testing.T) {
	b, l := &book{size: 700}, &later{}
	_, p := pagedTable(b, l)
	p.Restart()
	l.one(t)
	b.size = 900
	var lens []int
	var loading []bool
	p.OnChange = func() { lens, loading = append(lens, p.Len()), append(loading, p.Loading()) }
	p.Glance(func(_ context.Context, limit int) ([]int, error) {
		if limit != pageSize {
			t.Errorf("a glance at %d rows", limit)
		}
		return []int{0, 1, 2}, nil
	})
	p.Restart()
	l.one(t)
	if !slices.Equal(lens, []int{3, 900}) || !slices.Equal(loading, []bool{true, false}) {
		t.Errorf("%v rows were shown, loading %v", lens, loading)
	}
	p.Reload() // looks at all of it at once
	l.one(t)
	if len(lens) != 3 || lens[2] != 900 {
		t.Errorf("%v rows were shown", lens)
	}

	for name, peep := range map[string]func(context.Context, int) ([]int, error){
		"nothing":   func(context.Context, int) ([]int, error) { return nil, nil },
		"a failure": func(context.Context, int) ([]int, error) { return []int{7}, errors.New("no") },
		"something that nobody waits for any more": func(context.Context, int) ([]int, error) {
			p.Stop()
			return []int{7}, nil
		},
	} {
		lens = nil
		p.Glance(peep)
		p.Restart()
		l.one(t)
		if slices.Contains(lens, 0) || slices.Contains(lens, 1) {
			t.Errorf("%s: %v rows were shown", name, lens)
		}
	}
}
