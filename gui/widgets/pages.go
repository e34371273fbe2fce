package widgets

import (
	"context"
	"errors"
	"slices"
)

const (
	pageSize = 500 // the most that core hands out at once
	maxPages = 40  // kept in memory
)

// Pages is a Source of rows that are read page by page as they come into view.
//
// Its methods are called on the UI goroutine. Reading happens in what run starts,
// one reading at a time: while one is under way, only the rows now in view are
// waiting, so that a scroll bar pulled through a million rows reads what it stops
// at and not what it passed. Rows stay on screen until those of a Reload are
// there; what an outdated reading brings is dropped.
type Pages[T any] struct {
	OnChange func()      // rows arrived; the table is refreshed here
	OnError  func(error) // a reading failed; Reload tries again

	life context.Context //nolint:containedctx // of whoever shows the rows
	load func(ctx context.Context, offset, limit int) (rows []T, total int, err error)
	peep func(ctx context.Context, limit int) ([]T, error) // set by Glance, for the next reading

	next func(ctx context.Context, offset, limit int) (rows []T, total int, err error) // from the next Reload on
	run  func(work func())                                                             // starts work off the UI goroutine
	ui   func(f func())                                                                // calls f on the UI goroutine

	pages   map[int]*page[T]
	old     map[int]*page[T] // of the generation before, while OnChange runs
	total   int
	known   bool
	shown   uint64 // generation of the rows at hand
	asked   uint64 // generation being read
	cancel  context.CancelFunc
	ctx     context.Context //nolint:containedctx // of the generation being read
	reading bool
	failed  bool
	first   int // rows in view
	to      int
	tick    uint64
}

type page[T any] struct {
	rows []T
	used uint64
}

// NewPages returns a source that reads with load, until life ends. Nothing is read
// before Reload.
func NewPages[T any](life context.Context, load func(ctx context.Context, offset, limit int) ([]T, int, error), run, ui func(func())) *Pages[T] {
	return &Pages[T]{life: life, load: load, next: load, run: run, ui: ui, pages: map[int]*page[T]{}}
}

// SetLoad reads with another function from the next Reload or Restart on. The
// function shares nothing with the screen: what is asked for is bound to it here.
func (p *Pages[T]) SetLoad(load func(ctx context.Context, offset, limit int) ([]T, int, error)) {
	p.next = load
}

// Glance has the next Restart show first what can be found quickly, while the whole
// is still being read: the first rows, in their order. Until the reading is over the
// number of rows is that of the rows at hand, and Loading says so.
func (p *Pages[T]) Glance(peep func(ctx context.Context, limit int) ([]T, error)) { p.peep = peep }

// Reload reads again what is in view. Use it when the rows may have changed.
func (p *Pages[T]) Reload() {
	p.Stop()
	p.asked++
	p.failed = false
	p.load = p.next
	p.ctx, p.cancel = context.WithCancel(p.life)
	p.read(p.inView())
}

// Restart reads from the first row on. Use it when other rows are asked for.
func (p *Pages[T]) Restart() {
	p.first, p.to = 0, min(p.to-p.first, pageSize)
	p.Reload()
}

// Stop ends what is being read; what it brings is dropped.
func (p *Pages[T]) Stop() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
	p.reading = false
}

// Len implements Source.
func (p *Pages[T]) Len() int { return p.total }

// Known tells whether a first reading has come back.
func (p *Pages[T]) Known() bool { return p.known }

// Loading tells whether rows of another generation are on their way.
func (p *Pages[T]) Loading() bool { return p.reading && p.asked != p.shown }

// Generation counts the readings whose rows are shown.
func (p *Pages[T]) Generation() uint64 { return p.shown }

// Row implements Source: a row that is missing is asked for by View.
func (p *Pages[T]) Row(i int) (T, bool) { return p.at(p.pages, i, true) }

// Peek returns a row that is at hand.
func (p *Pages[T]) Peek(i int) (T, bool) { return p.at(p.pages, i, false) }

// Before returns a row of the generation before, while OnChange is told of a new one.
func (p *Pages[T]) Before(i int) (T, bool) { return p.at(p.old, i, false) }

func (p *Pages[T]) at(pages map[int]*page[T], i int, use bool) (row T, ok bool) {
	pg := pages[i/pageSize]
	if i < 0 || pg == nil || i%pageSize >= len(pg.rows) {
		return row, false
	}
	if use {
		p.tick++
		pg.used = p.tick
	}
	return pg.rows[i%pageSize], true
}

// View is told which rows are drawn, and reads those that are missing.
func (p *Pages[T]) View(first, to int) {
	if p.asked != p.shown || !p.known {
		if to > first {
			p.first, p.to = first, to
		}
		return
	}
	p.first, p.to = first, to
	if p.reading || p.failed {
		return
	}
	missing := slices.DeleteFunc(p.inView(), func(n int) bool { return p.pages[n] != nil })
	if len(missing) > 0 && p.total > 0 {
		p.read(missing)
	}
}

// inView lists the pages that the rows in view are on, at least one.
func (p *Pages[T]) inView() (pages []int) {
	for n := p.first / pageSize; n <= max(p.to-1, p.first)/pageSize; n++ {
		pages = append(pages, n)
	}
	return pages
}

// read starts reading pages and has what came handed to accept.
func (p *Pages[T]) read(pages []int) {
	p.reading = true
	ctx, load, generation, peep := p.ctx, p.load, p.asked, p.peep
	p.peep = nil
	p.run(func() {
		if peep != nil {
			if rows, err := peep(ctx, pageSize); err == nil && len(rows) > 0 {
				p.ui(func() { p.glimpse(generation, rows) })
			}
		}
		got := map[int]*page[T]{}
		total := 0
		var err error
		for _, n := range pages {
			var rows []T
			if rows, total, err = load(ctx, n*pageSize, pageSize); err != nil {
				break
			}
			got[n] = &page[T]{rows: rows}
		}
		p.ui(func() { p.accept(generation, got, total, err) })
	})
}

// glimpse shows the first rows of a reading that goes on.
func (p *Pages[T]) glimpse(generation uint64, rows []T) {
	if generation != p.asked || p.cancel == nil {
		return // outdated, or stopped
	}
	p.known, p.total = true, len(rows)
	p.old, p.pages = p.pages, map[int]*page[T]{0: {rows: rows, used: p.tick}}
	if p.OnChange != nil {
		p.OnChange()
	}
	p.old = nil
}

func (p *Pages[T]) accept(generation uint64, got map[int]*page[T], total int, err error) {
	if generation != p.asked || p.cancel == nil {
		return // outdated, or stopped
	}
	p.reading = false
	if err != nil {
		p.failed = true
		if p.OnError != nil && !errors.Is(err, context.Canceled) {
			p.OnError(err)
		}
		return
	}
	p.known, p.total = true, total
	if p.shown != generation {
		p.old, p.pages, p.shown = p.pages, map[int]*page[T]{}, generation
	}
	for n, pg := range got {
		p.tick++
		pg.used = p.tick
		p.pages[n] = pg
	}
	p.forget()
	if p.OnChange != nil {
		p.OnChange()
	}
	p.old = nil
}

// forget drops the pages that were looked at longest ago.
func (p *Pages[T]) forget() {
	for len(p.pages) > maxPages {
		oldest := -1
		for n, pg := range p.pages {
			if oldest < 0 || pg.used < p.pages[oldest].used {
				oldest = n
			}
		}
		delete(p.pages, oldest)
	}
}
