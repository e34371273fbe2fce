package widgets

import (
	"iter"
	"sort"
)

// span is the rows from the first to before the second.
type span struct{ from, to int }

// selection is a set of rows kept as sorted, disjoint spans, so that all of a
// million rows cost as much as one.
type selection struct{ spans []span }

func (s *selection) clear() { s.spans = nil }

// only makes the span the whole selection.
func (s *selection) only(from, to int) {
	s.spans = nil
	s.add(from, to)
}

func (s *selection) add(from, to int) {
	if from >= to {
		return
	}
	out := make([]span, 0, len(s.spans)+1)
	for _, sp := range s.spans {
		if sp.to < from || sp.from > to { // neither overlaps nor touches
			out = append(out, sp)
			continue
		}
		from, to = min(from, sp.from), max(to, sp.to)
	}
	out = append(out, span{from, to})
	sort.Slice(out, func(i, j int) bool { return out[i].from < out[j].from })
	s.spans = out
}

func (s *selection) remove(from, to int) {
	var out []span
	for _, sp := range s.spans {
		if before := (span{sp.from, min(sp.to, from)}); before.from < before.to {
			out = append(out, before)
		}
		if after := (span{max(sp.from, to), sp.to}); after.from < after.to {
			out = append(out, after)
		}
	}
	s.spans = out
}

func (s *selection) toggle(row int) {
	if s.has(row) {
		s.remove(row, row+1)
	} else {
		s.add(row, row+1)
	}
}

func (s *selection) has(row int) bool {
	i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].to > row })
	return i < len(s.spans) && s.spans[i].from <= row
}

func (s *selection) count() (n int) {
	for _, sp := range s.spans {
		n += sp.to - sp.from
	}
	return n
}

// cut drops rows from n on.
func (s *selection) cut(n int) {
	if k := len(s.spans); k > 0 && s.spans[k-1].to > n {
		s.remove(n, s.spans[k-1].to)
	}
}

// rows are the selected rows, first to last.
func (s *selection) rows() iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, sp := range s.spans {
			for i := sp.from; i < sp.to; i++ {
				if !yield(i) {
					return
				}
			}
		}
	}
}
