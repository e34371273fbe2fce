package widgets

import "fyne.io/fyne/v2"

// column is a column's specification and where it is drawn.
type column struct {
	id, title string
	least     float32 // smallest width a person can give it
	wish      float32 // width by default, or as a person set it
	grow      float32 // share of the room left over; 0 once a person has set a width
	align     fyne.TextAlign
	sortable  bool

	x, width float32 // as laid out, before the sideways shift
}

// grip is how near to a column's edge the pointer takes hold of it.
const grip = 4

// layoutColumns gives every column its width and deals out what room is left.
func (g *grid) layoutColumns() {
	room, shares := g.Size().Width, float32(0)
	for i := range g.columns {
		c := &g.columns[i]
		c.width = max(c.wish, c.least)
		room -= c.width
		shares += c.grow
	}
	x := float32(0)
	for i := range g.columns {
		c := &g.columns[i]
		if room > 0 && shares > 0 {
			c.width += room * c.grow / shares
		}
		c.x = x
		x += c.width
	}
}

// columnsWidth is how wide all columns are.
func (g *grid) columnsWidth() float32 {
	if len(g.columns) == 0 {
		return 0
	}
	last := g.columns[len(g.columns)-1]
	return last.x + last.width
}

// columnAt returns the column at a position of the widget, or -1.
func (g *grid) columnAt(x float32) int {
	x += g.shift
	for i, c := range g.columns {
		if x >= c.x && x < c.x+c.width {
			return i
		}
	}
	return -1
}

// edgeAt returns the column whose right edge is at a position, or -1.
func (g *grid) edgeAt(x float32) int {
	x += g.shift
	for i, c := range g.columns {
		if edge := c.x + c.width; x >= edge-grip && x <= edge+grip {
			return i
		}
	}
	return -1
}

// setWidth gives a column a width of its own; the others keep theirs, so that
// nothing moves under the pointer but what is pulled.
func (g *grid) setWidth(col int, width float32) {
	for i := range g.columns {
		c := &g.columns[i]
		c.wish, c.grow = c.width, 0
	}
	c := &g.columns[col]
	c.wish = max(width, c.least)
	g.layoutColumns()
	g.clamp()
	g.restamp()
}

// fitColumn makes a column as wide as what it shows.
func (g *grid) fitColumn(col int) {
	c := g.columns[col]
	bold := fyne.TextStyle{Bold: true}
	widest := fyne.MeasureText(c.title, g.size.caption, bold).Width + sortMarkWidth
	first, to := g.visible()
	for row := first; row < to; row++ {
		cell, loaded := g.cell(row, col)
		if !loaded {
			continue
		}
		size, style, extra := g.typeset(cell)
		widest = max(widest, fyne.MeasureText(oneLine(cell.Text), size, style).Width+extra)
	}
	g.setWidth(col, widest+2*g.size.pad+1)
}

// typeset returns how a cell's text is set and how much room is taken beside it.
func (g *grid) typeset(c Cell) (size float32, style fyne.TextStyle, extra float32) {
	switch c.Look {
	case Strong:
		style.Bold = true
	case Mono:
		style.Monospace = true
	case Pill:
		return g.size.caption, style, 2 * pillPad
	case Lit:
		extra = lightSize + lightGap
	}
	return g.size.text, style, extra
}
