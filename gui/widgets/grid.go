package widgets

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
)

// Look is how a cell writes its text.
type Look int

// Looks of a cell.
const (
	Plain  Look = iota
	Strong      // bold
	Faint       // in the muted colour
	Mono        // in a fixed-width font
	Pill        // as a badge in the colours of the cell's Tone
	Lit         // behind a status light of the cell's Tone
)

// Cell is what one field of a table shows.
type Cell struct {
	Text string
	Tone look.Tone
	Look Look
}

// grid is the part of a table that does not know what its rows are.
//
// It draws its rows itself instead of standing on widget.Table: that widget
// counts positions in float32 pixels, which are no longer whole beyond about
// 400,000 rows, leaves gaps between the cells of a row, and knows neither rows
// nor their selection. Here a row's position is worked out in float64 from the
// scroll offset, only rows in view exist as objects, and nothing depends on how
// many rows there are.
//
// It is one widget: what lies under the pointer is found by position, so a
// pointer that moves over a table of a thousand objects costs one comparison.
type grid struct {
	widget.BaseWidget
	me fyne.Focusable // the whole widget, of which this is a part

	length  func() (rows int, known bool)
	cell    func(row, col int) (c Cell, loaded bool)
	picked  func(row int) bool  // drawn as selected
	inView  func(first, to int) // told which rows are drawn
	choose  func(choice)        // a person chose a row
	opened  func(row int)       // double click or Enter
	menu    func() *fyne.Menu   // of the selection
	sorted  func(col int)       // a click on a header
	resized func()              // a column was given another width
	copied  func()              // Ctrl+C
	all     func()              // Ctrl+A
	empty   fyne.CanvasObject   // shown when there are no rows
	columns []column
	sortCol int // -1: none
	sortAsc bool

	scroll  float64 // pixels above the first visible line of the body
	shift   float32 // pixels left of the body
	cursor  int     // the row that keys start from; -1: none
	hover   int     // row under the pointer; -1: none
	focused bool
	held    fyne.KeyModifier // shift and control, as far as the keyboard told us
	pointer fyne.Position    // where it was last
	press   press            // what it went down on
	stamp   uint64           // grows with every change of the data or the look
	size    gridSizes
	draw    *gridRenderer
}

// choice is a row chosen by a person and the keys held meanwhile.
type choice struct {
	row    int
	extend bool // Shift: up to here
	toggle bool // Ctrl: in or out
	only   bool // neither: nothing but this row
}

// gridSizes are the measures of the present theme.
type gridSizes struct {
	text, caption   float32 // font sizes
	line, smallLine float32 // heights of a line of each
	row, head       float32 // heights
	pad             float32 // left and right of a cell's text
}

// init is called once by the widget that this is a part of.
func (g *grid) init(me fyne.Focusable) {
	g.me = me
	g.cursor, g.hover, g.sortCol = -1, -1, -1
	g.size.row, g.size.head = 33, 30 // until the theme is asked, when it is drawn first
}

// self is the widget that canvases and drivers know.
func (g *grid) self() fyne.CanvasObject { return g.me.(fyne.CanvasObject) }

// measure reads the sizes of the theme.
func (g *grid) measure() {
	th := g.Theme()
	s := gridSizes{text: th.Size(look.SmallText), caption: th.Size(theme.SizeNameCaptionText), pad: 12}
	if s.text <= 0 { // a theme of tests that does not know the name
		s.text = th.Size(theme.SizeNameText)
	}
	s.line = fyne.MeasureText("Áy", s.text, fyne.TextStyle{}).Height
	s.smallLine = fyne.MeasureText("Áy", s.caption, fyne.TextStyle{}).Height
	s.row = float32(math.Round(float64(s.line + 16)))
	s.head = float32(math.Round(float64(s.smallLine + 16)))
	g.size = s
}

// body is the height left for rows.
func (g *grid) body() float32 { return max(0, g.Size().Height-g.size.head) }

func (g *grid) rows() int {
	n, _ := g.length()
	return n
}

// overflow is how far the rows can be scrolled.
func (g *grid) overflow() float64 {
	return max(0, float64(g.rows())*float64(g.size.row)-float64(g.body()))
}

// visible returns the rows that show, if only in part: first to before to.
func (g *grid) visible() (first, to int) {
	n, row := g.rows(), float64(g.size.row)
	first = min(int(g.scroll/row), n)
	to = min(int(math.Ceil((g.scroll+float64(g.body()))/row)), n)
	return max(first, 0), max(to, first)
}

// top returns where a row begins, below the upper edge of the widget.
func (g *grid) top(row int) float32 {
	return g.size.head + float32(float64(row)*float64(g.size.row)-g.scroll)
}

// rowAt returns the row at a height of the widget, or -1.
func (g *grid) rowAt(y float32) int {
	if y < g.size.head || y >= g.Size().Height {
		return -1
	}
	row := int((g.scroll + float64(y-g.size.head)) / float64(g.size.row))
	if row >= g.rows() {
		return -1
	}
	return row
}

// scrollTo moves the body to an offset, as far as there are rows, and redraws.
func (g *grid) scrollTo(offset float64) {
	offset = min(max(offset, 0), g.overflow())
	if offset != g.scroll {
		g.scroll = offset
		g.hover = -1
		g.redraw()
	}
}

// shiftTo moves the columns sideways.
func (g *grid) shiftTo(x float32) {
	x = min(max(x, 0), max(0, g.columnsWidth()-g.Size().Width))
	if x != g.shift {
		g.shift = x
		g.restamp()
	}
}

// reveal scrolls as little as shows a row whole.
func (g *grid) reveal(row int) {
	from := float64(row) * float64(g.size.row)
	to := from + float64(g.size.row)
	switch body := float64(g.body()); {
	case from < g.scroll:
		g.scrollTo(from)
	case to > g.scroll+body:
		g.scrollTo(to - body)
	}
}

// page is how many rows PageUp and PageDown move by.
func (g *grid) page() int { return max(1, int(g.body()/g.size.row)-1) }

// restamp redraws every cell; redraw only moves rows and fills those that are new.
func (g *grid) restamp() {
	g.stamp++
	g.redraw()
}

func (g *grid) redraw() {
	if g.draw != nil {
		g.draw.fill()
	}
}

// clamp keeps the offsets and the rows remembered within what there is.
func (g *grid) clamp() {
	n := g.rows()
	g.scroll = min(g.scroll, g.overflow())
	g.shift = min(g.shift, max(0, g.columnsWidth()-g.Size().Width))
	if g.cursor >= n {
		g.cursor = n - 1
	}
	if g.hover >= n {
		g.hover = -1
	}
}
