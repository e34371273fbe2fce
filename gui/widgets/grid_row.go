package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/gui/look"
)

// rowView is the objects of one row in view; it is used again for other rows as
// the body scrolls.
type rowView struct {
	box   *fyne.Container // moved as one
	back  *canvas.Rectangle
	bar   *canvas.Rectangle // marks the row that keys start from
	line  *canvas.Rectangle
	cells []cellView
	row   int // -1: none
	stamp uint64
	state rowState
}

type rowState struct{ picked, cursor, hover bool }

// cellView is the objects of one field.
type cellView struct {
	text *canvas.Text
	pill *canvas.Rectangle // behind a badge, the light, or the placeholder while loading
}

func newRowView(columns int) *rowView {
	v := &rowView{back: &canvas.Rectangle{}, bar: &canvas.Rectangle{}, line: &canvas.Rectangle{}, row: -1}
	v.box = container.NewWithoutLayout(v.back)
	for range columns {
		c := cellView{text: &canvas.Text{}, pill: &canvas.Rectangle{}}
		v.cells = append(v.cells, c)
		v.box.Objects = append(v.box.Objects, c.pill, c.text)
	}
	v.box.Objects = append(v.box.Objects, v.line, v.bar)
	return v
}

// show fills the view with a row, unless it shows just that already.
func (v *rowView) show(r *gridRenderer, row int) {
	g := r.g
	state := rowState{picked: g.picked(row), cursor: g.focused && row == g.cursor, hover: row == g.hover}
	if v.row == row && v.stamp == g.stamp && v.state == state {
		return
	}
	fresh := v.row != row || v.stamp != g.stamp
	v.row, v.stamp, v.state = row, g.stamp, state
	v.shade(r)
	if fresh {
		for col := range v.cells {
			v.fill(r, col)
		}
	}
}

func (v *rowView) shade(r *gridRenderer) {
	width := r.g.Size().Width
	v.box.Resize(fyne.NewSize(width, r.g.size.row))
	v.back.Resize(fyne.NewSize(width, r.g.size.row-1))
	v.line.Move(fyne.NewPos(0, r.g.size.row-1))
	v.line.Resize(fyne.NewSize(width, 1))
	v.line.FillColor = paint(r.theme, theme.ColorNameSeparator)
	v.bar.Resize(fyne.NewSize(3, r.g.size.row-1))
	v.bar.FillColor = paint(r.theme, theme.ColorNamePrimary)
	v.bar.Hidden = !v.state.cursor
	v.back.Hidden = false
	switch {
	case v.state.picked:
		v.back.FillColor = paint(r.theme, theme.ColorNameSelection)
	case v.state.hover:
		v.back.FillColor = paint(r.theme, theme.ColorNameHover)
	default:
		v.back.Hidden = true
	}
}

func (v *rowView) fill(r *gridRenderer, col int) {
	g, c, view := r.g, r.g.columns[col], v.cells[col]
	cell, loaded := g.cell(v.row, col)
	view.text.Text, view.pill.Hidden = "", true
	room := c.width - 2*g.size.pad
	if room <= 0 {
		return
	}
	left := c.x - g.shift + g.size.pad
	if !loaded {
		view.wait(r, left, room, v.row+col, c.align)
		return
	}
	size, style, extra := g.typeset(cell)
	text, width := fit(oneLine(cell.Text), max(0, room-extra), size, style)
	if text == "" && cell.Look != Lit {
		return
	}
	x := left
	switch c.align {
	case fyne.TextAlignTrailing:
		x = left + room - width - extra
	case fyne.TextAlignCenter:
		x = left + (room-width-extra)/2
	}
	height := g.size.line
	ink := theme.ColorNameForeground
	switch cell.Look {
	case Pill:
		height, ink = g.size.smallLine, cell.Tone.Words()
		view.badge(r, x, width, cell.Tone)
		x += pillPad
	case Lit:
		view.light(r, x, cell.Tone)
		x += extra
	case Faint:
		ink = look.Muted
	default:
		if cell.Tone != look.Neutral {
			ink = cell.Tone.Words()
		}
	}
	view.text.Text, view.text.TextSize, view.text.TextStyle = text, size, style
	view.text.Color = paint(r.theme, ink)
	view.text.Move(fyne.NewPos(x, (g.size.row-1-height)/2))
	view.text.Resize(fyne.NewSize(width, height))
}

func (c cellView) badge(r *gridRenderer, x, width float32, tone look.Tone) {
	height := r.g.size.smallLine + 5
	c.pill.Hidden = false
	c.pill.CornerRadius = height / 2
	c.pill.FillColor = paint(r.theme, tone.Soft())
	c.pill.Move(fyne.NewPos(x, (r.g.size.row-1-height)/2))
	c.pill.Resize(fyne.NewSize(width+2*pillPad, height))
}

func (c cellView) light(r *gridRenderer, x float32, tone look.Tone) {
	c.pill.Hidden = false
	c.pill.CornerRadius = lightSize / 2.0
	c.pill.FillColor = paint(r.theme, tone.Light())
	c.pill.Move(fyne.NewPos(x, (r.g.size.row-1-lightSize)/2))
	c.pill.Resize(fyne.NewSize(lightSize, lightSize))
}

// wait draws a bar in place of a text that is being read. Its length varies with
// the row, so that it looks like text; it does not move, so that it costs nothing.
func (c cellView) wait(r *gridRenderer, left, room float32, seed int, align fyne.TextAlign) {
	const height = 8
	width := min(room, room*float32(4+seed*7%5)/10)
	if align == fyne.TextAlignTrailing {
		left += room - width
	}
	c.pill.Hidden = false
	c.pill.CornerRadius = height / 2
	c.pill.FillColor = paint(r.theme, look.GreySoft)
	c.pill.Move(fyne.NewPos(left, (r.g.size.row-1-height)/2))
	c.pill.Resize(fyne.NewSize(width, height))
}
