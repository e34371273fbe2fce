package widgets

import (
	"iter"
	"strings"

	"fyne.io/fyne/v2"
)

// Column says how one field of a row is shown.
type Column[T any] struct {
	ID       string // names the column in widths and sorting
	Title    string
	Width    float32 // by default
	Min      float32 // smallest width a person can give it; 0 means 40
	Grow     float32 // its share of the room left over
	Align    fyne.TextAlign
	Sortable bool
	Cell     func(T) Cell
	Copy     func(T) string // text for the clipboard; nil means the cell's
}

// Source is where a table's rows come from. A row that is not loaded yet is drawn
// as a placeholder; the source loads it and has the table refreshed.
type Source[T any] interface {
	Len() int
	Row(i int) (row T, loaded bool)
}

// Rows is a Source of rows that are all there.
type Rows[T any] []T

// Len implements Source.
func (r Rows[T]) Len() int { return len(r) }

// Row implements Source.
func (r Rows[T]) Row(i int) (row T, loaded bool) {
	if i < 0 || i >= len(r) {
		return row, false
	}
	return r[i], true
}

// A Source may also tell whether its length is known yet, which rows it would
// best load, and when its rows have become others.
type (
	knower  interface{ Known() bool }
	viewer  interface{ View(first, to int) }
	renewer interface{ Generation() uint64 }
)

// most is how many selected rows are remembered when the data is read again.
const most = 5000

// DataTable shows rows of T: a header that sorts and resizes, selection of whole
// rows by mouse and keyboard, copying as tab-separated text, a context menu. It
// stays exact and quick with a million rows.
type DataTable[T any] struct {
	grid

	OnOpen   func(row T)                         // double click or Enter
	OnSelect func()                              // the selection changed
	OnSort   func(column string, ascending bool) // a header was clicked
	OnResize func()                              // a column was pulled; see Widths
	OnMenu   func() *fyne.Menu                   // right click or the menu key
	OnCopy   func()                              // Ctrl+C; nil copies the rows that are loaded

	// Multi allows more than one selected row; Shift, Ctrl, Space and Ctrl+A add.
	Multi bool
	// Key identifies a row when the data is read again, so that it stays selected;
	// nil lets a reload end the selection.
	Key func(T) string

	specs  []Column[T]
	source Source[T]
	chosen selection
	anchor int          // where a Shift selection starts
	kept   map[string]T // selected rows of the last reading, not found again yet
	at     string       // key of the row that keys start from, while it is not found again
	gen    uint64
}

// NewDataTable returns an empty table with these columns.
func NewDataTable[T any](columns []Column[T]) *DataTable[T] {
	t := &DataTable[T]{specs: columns, source: Rows[T](nil), anchor: -1}
	for _, c := range columns {
		least := c.Min
		if least <= 0 {
			least = 40
		}
		t.columns = append(t.columns, column{
			id: c.ID, title: c.Title, least: least, wish: c.Width, grow: c.Grow, align: c.Align, sortable: c.Sortable,
		})
	}
	t.length, t.cell, t.picked, t.inView = t.count, t.cellAt, t.isSelected, t.view
	t.choose, t.opened, t.menu, t.sorted = t.pickRow, t.open, t.popUp, t.sortBy
	t.resized, t.copied, t.all = t.widthsChanged, t.copy, t.SelectAll
	t.ExtendBaseWidget(t)
	t.init(t)
	return t
}

// SetSource shows other rows, from the first on and with none selected.
func (t *DataTable[T]) SetSource(s Source[T]) {
	t.source = s
	t.gen = generation(s)
	t.drop()
	t.scroll = 0
	t.Refresh()
}

// Renew shows the same rows as they are now: what is selected stays selected,
// wherever it has moved to.
func (t *DataTable[T]) Renew(s Source[T]) {
	t.remember(t.peek)
	t.source = s
	t.gen = generation(s)
	t.Refresh()
}

// Refresh reads what is in view again, after the rows or the theme changed.
func (t *DataTable[T]) Refresh() {
	t.renew()
	if t.draw != nil { // else it is not on screen yet, and reads all when it comes there
		t.BaseWidget.Refresh()
	}
}

// SetTitles gives the columns other headers, in their order.
func (t *DataTable[T]) SetTitles(titles ...string) {
	for i := range min(len(titles), len(t.columns)) {
		t.columns[i].title, t.specs[i].Title = titles[i], titles[i]
	}
	t.Refresh()
}

// SetEmpty gives what is shown in place of rows when there are none.
func (t *DataTable[T]) SetEmpty(o fyne.CanvasObject) {
	t.empty = o
	t.Refresh()
}

// SetSort shows which column the rows are sorted by; "" is none.
func (t *DataTable[T]) SetSort(columnID string, ascending bool) {
	t.sortCol, t.sortAsc = t.columnIndex(columnID), ascending
	t.redraw()
}

// Widths returns the width of each column by its ID, to be kept.
func (t *DataTable[T]) Widths() map[string]float32 {
	out := map[string]float32{}
	for _, c := range t.columns {
		out[c.id] = c.width
	}
	return out
}

// SetWidths gives columns the widths a person chose before.
func (t *DataTable[T]) SetWidths(widths map[string]float32) {
	for i := range t.columns {
		if w, ok := widths[t.columns[i].id]; ok && w > 0 {
			t.columns[i].wish = w
		}
	}
	t.Refresh()
}

// InView returns the rows in view: first to before to.
func (t *DataTable[T]) InView() (first, to int) { return t.visible() }

// ScrollToTop shows the first row.
func (t *DataTable[T]) ScrollToTop() { t.scrollTo(0) }

func (t *DataTable[T]) columnIndex(id string) int {
	for i, c := range t.columns {
		if c.id == id {
			return i
		}
	}
	return -1
}

func (t *DataTable[T]) count() (rows int, known bool) {
	k, ok := t.source.(knower)
	return t.source.Len(), !ok || k.Known()
}

func (t *DataTable[T]) cellAt(row, col int) (Cell, bool) {
	v, loaded := t.source.Row(row)
	if !loaded {
		return Cell{}, false
	}
	return t.specs[col].Cell(v), true
}

func (t *DataTable[T]) view(first, to int) {
	if v, ok := t.source.(viewer); ok {
		v.View(first, to)
	}
}

func (t *DataTable[T]) open(row int) {
	if v, loaded := t.source.Row(row); loaded && t.OnOpen != nil {
		t.OnOpen(v)
	}
}

func (t *DataTable[T]) popUp() *fyne.Menu {
	if t.OnMenu == nil {
		return nil
	}
	return t.OnMenu()
}

func (t *DataTable[T]) sortBy(col int) {
	if t.OnSort == nil {
		return
	}
	t.sortAsc = col != t.sortCol || !t.sortAsc
	t.sortCol = col
	t.redraw()
	t.OnSort(t.specs[col].ID, t.sortAsc)
}

func (t *DataTable[T]) widthsChanged() {
	if t.OnResize != nil {
		t.OnResize()
	}
}

func (t *DataTable[T]) copy() {
	if t.OnCopy != nil {
		t.OnCopy()
		return
	}
	var b strings.Builder
	for _, row := range t.Selected() {
		b.WriteString(t.Line(row) + "\n")
	}
	if b.Len() > 0 {
		fyne.CurrentApp().Clipboard().SetContent(strings.TrimSuffix(b.String(), "\n"))
	}
}

// Line returns a row as tab-separated text.
func (t *DataTable[T]) Line(row T) string {
	fields := make([]string, len(t.specs))
	for i, c := range t.specs {
		if c.Copy != nil {
			fields[i] = c.Copy(row)
		} else {
			fields[i] = c.Cell(row).Text
		}
		fields[i] = oneLine(strings.ReplaceAll(fields[i], "\t", " "))
	}
	return strings.Join(fields, "\t")
}

// Indexes are the selected rows, first to last.
func (t *DataTable[T]) Indexes() iter.Seq[int] { return t.chosen.rows() }

func generation[T any](s Source[T]) uint64 {
	if r, ok := s.(renewer); ok {
		return r.Generation()
	}
	return 0
}
