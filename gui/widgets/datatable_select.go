package widgets

// pickRow does what a click or a key on a row asks for.
func (t *DataTable[T]) pickRow(c choice) {
	t.kept, t.at = nil, ""
	switch {
	case c.row < 0:
		t.drop()
	case !t.Multi || c.only:
		t.chosen.only(c.row, c.row+1)
		t.anchor = c.row
	case c.extend:
		if t.anchor < 0 {
			t.anchor = max(t.cursor, 0)
		}
		t.chosen.only(min(t.anchor, c.row), max(t.anchor, c.row)+1)
	case c.toggle:
		t.chosen.toggle(c.row)
		t.anchor = c.row
	}
	t.cursor = c.row
	t.redraw()
	t.tell()
}

// drop empties the selection.
func (t *DataTable[T]) drop() {
	t.chosen.clear()
	t.kept, t.at, t.cursor, t.anchor = nil, "", -1, -1
}

func (t *DataTable[T]) tell() {
	if t.OnSelect != nil {
		t.OnSelect()
	}
}

// Select selects one row and shows it; a row that is not there selects none.
func (t *DataTable[T]) Select(row int) {
	if row < 0 || row >= t.source.Len() {
		t.ClearSelection()
		return
	}
	t.pickRow(choice{row: row, only: true})
	t.reveal(row)
}

// SelectAll selects every row, where more than one can be selected.
func (t *DataTable[T]) SelectAll() {
	n := t.source.Len()
	if !t.Multi || n == 0 {
		return
	}
	t.kept = nil
	t.chosen.only(0, n)
	if t.cursor < 0 {
		t.cursor, t.anchor = 0, 0
	}
	t.redraw()
	t.tell()
}

// ClearSelection selects nothing.
func (t *DataTable[T]) ClearSelection() {
	t.drop()
	t.redraw()
	t.tell()
}

// Count is how many rows are selected.
func (t *DataTable[T]) Count() int { return t.chosen.count() + len(t.kept) }

// Selected returns the selected rows that are at hand, at most 5,000; compare
// with Count to see whether these are all.
func (t *DataTable[T]) Selected() []T {
	var out []T
	for _, row := range t.kept {
		out = append(out, row)
	}
	for i := range t.chosen.rows() {
		if len(out) >= most {
			break
		}
		if row, loaded := t.peek(i); loaded {
			out = append(out, row)
		}
	}
	return out
}

// Current returns the row that keys start from.
func (t *DataTable[T]) Current() (row T, ok bool) {
	if t.cursor < 0 {
		return row, false
	}
	return t.peek(t.cursor)
}

// peek reads a row without asking the source to load it.
func (t *DataTable[T]) peek(i int) (T, bool) {
	if p, ok := t.source.(interface{ Peek(int) (T, bool) }); ok {
		return p.Peek(i)
	}
	return t.source.Row(i)
}

func (t *DataTable[T]) isSelected(row int) bool {
	if t.chosen.has(row) {
		return true
	}
	if len(t.kept) == 0 {
		return false
	}
	v, loaded := t.peek(row)
	if !loaded {
		return false
	}
	_, ok := t.kept[t.Key(v)]
	return ok
}

// renew carries the selection over when the source's rows have become others:
// selected rows are remembered by key and found again where they now are.
func (t *DataTable[T]) renew() {
	if gen := generation(t.source); gen != t.gen {
		t.gen = gen
		t.remember(t.before)
	}
	t.find()
	t.chosen.cut(t.source.Len())
}

// before returns a row as it was before the source's rows became others, as far
// as the source remembers.
func (t *DataTable[T]) before(i int) (row T, ok bool) {
	if b, remembers := t.source.(interface{ Before(int) (T, bool) }); remembers {
		return b.Before(i)
	}
	return row, false
}

func (t *DataTable[T]) remember(old func(int) (T, bool)) {
	switch n := t.chosen.count(); {
	case t.Key == nil:
		t.drop()
		return
	case n > most: // all, or nearly: what it means is the same rows still
		return
	}
	if t.kept == nil {
		t.kept = map[string]T{}
	}
	for i := range t.chosen.rows() {
		if row, loaded := old(i); loaded {
			t.kept[t.Key(row)] = row
		}
	}
	if row, loaded := old(t.cursor); loaded {
		t.at = t.Key(row)
	}
	t.chosen.clear()
	t.cursor, t.anchor = -1, -1
}

// find looks for remembered rows among those in view.
func (t *DataTable[T]) find() {
	if len(t.kept) == 0 && t.at == "" {
		return
	}
	first, to := t.visible()
	for i := first; i < to; i++ {
		row, loaded := t.peek(i)
		if !loaded {
			continue
		}
		key := t.Key(row)
		if _, ok := t.kept[key]; ok {
			delete(t.kept, key)
			t.chosen.add(i, i+1)
		}
		if key == t.at {
			t.cursor, t.anchor, t.at = i, i, ""
		}
	}
}
