package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"reconbanker/gui/look"
)

const (
	pillPad       = 9  // left and right of a badge's text
	lightSize     = 9  // diameter of a status light
	lightGap      = 8  // between a light and its text
	sortMarkWidth = 14 // room for the arrow behind a header
	barWidth      = 6  // of a scroll bar's handle
	barReach      = 12 // how near to the edge a pointer takes hold of it
	shortestBar   = 28
)

// gridRenderer draws a grid: the rows in view, the header over them, the scroll
// bars and the frame over all.
type gridRenderer struct {
	g       *grid
	back    *canvas.Rectangle
	views   []*rowView
	head    *canvas.Rectangle
	rule    *canvas.Rectangle // below the header
	titles  []*canvas.Text
	marks   []*canvas.Text      // arrows of the sorted column
	edges   []*canvas.Rectangle // short lines between headers
	barDown *canvas.Rectangle
	barSide *canvas.Rectangle
	frame   [4]*canvas.Rectangle // thin ones: a stroke would reach beyond what is clipped
	objects []fyne.CanvasObject
	theme   fyne.Theme
}

// CreateRenderer implements fyne.Widget.
func (g *grid) CreateRenderer() fyne.WidgetRenderer {
	r := &gridRenderer{
		g: g, theme: g.Theme(),
		back: &canvas.Rectangle{}, head: &canvas.Rectangle{}, rule: &canvas.Rectangle{},
		barDown: &canvas.Rectangle{CornerRadius: barWidth / 2}, barSide: &canvas.Rectangle{CornerRadius: barWidth / 2},
		frame: [4]*canvas.Rectangle{{}, {}, {}, {}},
	}
	for range g.columns {
		r.titles = append(r.titles, &canvas.Text{TextStyle: fyne.TextStyle{Bold: true}})
		r.marks = append(r.marks, &canvas.Text{})
		r.edges = append(r.edges, &canvas.Rectangle{})
	}
	g.draw = r
	r.Refresh()
	return r
}

// Destroy implements fyne.WidgetRenderer.
func (r *gridRenderer) Destroy() { r.g.draw = nil }

// MinSize implements fyne.WidgetRenderer.
func (r *gridRenderer) MinSize() fyne.Size {
	return fyne.NewSize(160, r.g.size.head+3*r.g.size.row)
}

// Objects implements fyne.WidgetRenderer.
func (r *gridRenderer) Objects() []fyne.CanvasObject { return r.objects }

// Refresh takes the colours and sizes of the theme anew and redraws everything.
func (r *gridRenderer) Refresh() {
	r.theme = r.g.Theme()
	r.g.measure()
	r.color()
	r.Layout(r.g.Size())
}

// Layout implements fyne.WidgetRenderer.
func (r *gridRenderer) Layout(size fyne.Size) {
	g := r.g
	g.layoutColumns()
	g.clamp()
	r.back.Resize(size)
	r.layFrame(size)
	r.head.Resize(fyne.NewSize(size.Width, g.size.head))
	r.rule.Resize(fyne.NewSize(size.Width, 1))
	r.rule.Move(fyne.NewPos(0, g.size.head-1))
	r.fitViews()
	if g.empty != nil {
		area := fyne.NewSize(size.Width, g.body())
		least := g.empty.MinSize()
		room := fyne.NewSize(min(area.Width, max(least.Width, 420)), least.Height)
		g.empty.Resize(room)
		g.empty.Move(fyne.NewPos((area.Width-room.Width)/2, g.size.head+max(0, (area.Height-room.Height)*2/5)))
	}
	g.restamp()
}

// layFrame draws around the table: top, bottom, left, right.
func (r *gridRenderer) layFrame(size fyne.Size) {
	for i, line := range r.frame {
		if i < 2 {
			line.Resize(fyne.NewSize(size.Width, 1))
		} else {
			line.Resize(fyne.NewSize(1, size.Height))
		}
	}
	r.frame[1].Move(fyne.NewPos(0, size.Height-1))
	r.frame[3].Move(fyne.NewPos(size.Width-1, 0))
}

func (r *gridRenderer) color() {
	r.back.FillColor = paint(r.theme, look.Panel)
	r.head.FillColor = paint(r.theme, theme.ColorNameHeaderBackground)
	r.rule.FillColor = paint(r.theme, theme.ColorNameSeparator)
	for _, bar := range []*canvas.Rectangle{r.barDown, r.barSide} {
		bar.FillColor = paint(r.theme, theme.ColorNameScrollBar)
	}
	for _, e := range r.edges {
		e.FillColor = paint(r.theme, theme.ColorNameSeparator)
	}
}

// fitViews keeps as many row views as can show at once, and one more.
func (r *gridRenderer) fitViews() {
	need := 0
	if body := r.g.body(); body > 0 {
		need = int(body/r.g.size.row) + 2
	}
	for len(r.views) < need {
		r.views = append(r.views, newRowView(len(r.g.columns)))
	}
	r.views = r.views[:need]
	r.objects = append(r.objects[:0], r.back)
	for _, v := range r.views {
		v.row = -1
		r.objects = append(r.objects, v.box)
	}
	if r.g.empty != nil {
		r.objects = append(r.objects, r.g.empty)
	}
	r.objects = append(r.objects, r.head)
	for i := range r.titles {
		r.objects = append(r.objects, r.titles[i], r.marks[i], r.edges[i])
	}
	r.objects = append(r.objects, r.rule, r.barDown, r.barSide)
	for _, line := range r.frame {
		r.objects = append(r.objects, line)
	}
}

// fill brings what is drawn in line with the offset, the data and the selection.
func (r *gridRenderer) fill() {
	g := r.g
	first, to := g.visible()
	if g.inView != nil {
		g.inView(first, to)
	}
	for _, v := range r.views {
		if v.row < first || v.row >= to {
			v.row = -1
		}
	}
	if n := len(r.views); n > 0 {
		for row := first; row < to; row++ {
			v := r.views[row%n]
			v.show(r, row)
			v.box.Move(fyne.NewPos(0, g.top(row)))
		}
	}
	for _, v := range r.views {
		v.box.Hidden = v.row < 0
	}
	r.fillHeader()
	r.fillBars()
	frame := paint(r.theme, pick(g.focused, theme.ColorNamePrimary, theme.ColorNameSeparator))
	for _, line := range r.frame {
		line.FillColor = frame
	}
	if g.empty != nil {
		rows, known := g.length()
		if rows == 0 && known {
			g.empty.Show()
		} else {
			g.empty.Hide()
		}
	}
	canvas.Refresh(g.self())
}

func (r *gridRenderer) fillHeader() {
	g := r.g
	for i, c := range g.columns {
		title, mark, edge := r.titles[i], r.marks[i], r.edges[i]
		name := look.Muted
		mark.Text = ""
		if i == g.sortCol {
			name = theme.ColorNameForeground
			mark.Text = "▼"
			if g.sortAsc {
				mark.Text = "▲"
			}
		}
		title.Color, mark.Color = paint(r.theme, name), paint(r.theme, name)
		title.TextSize, mark.TextSize = g.size.caption, g.size.caption-2
		room := c.width - 2*g.size.pad
		if mark.Text != "" {
			room -= sortMarkWidth
		}
		var width float32
		title.Text, width = fit(c.title, room, g.size.caption, title.TextStyle)
		x := c.x - g.shift + g.size.pad
		markX := x + width + 4
		if c.align == fyne.TextAlignTrailing {
			x = c.x - g.shift + c.width - g.size.pad - width
			markX = x - sortMarkWidth
		}
		mark.Resize(mark.MinSize())
		mark.Move(fyne.NewPos(markX, (g.size.head-mark.Size().Height)/2+1))
		title.Move(fyne.NewPos(x, (g.size.head-g.size.smallLine)/2))
		title.Resize(fyne.NewSize(width, g.size.smallLine))
		edge.Move(fyne.NewPos(c.x-g.shift+c.width-0.5, 8))
		edge.Resize(fyne.NewSize(1, g.size.head-16))
		edge.Hidden = i == len(g.columns)-1
	}
}

// fillBars places the handles of the scroll bars; they lie over the rows.
func (r *gridRenderer) fillBars() {
	g, size := r.g, r.g.Size()
	from, length := g.handle()
	r.barDown.Hidden = length == 0
	r.barDown.Move(fyne.NewPos(size.Width-barWidth-2, from))
	r.barDown.Resize(fyne.NewSize(barWidth, length))
	from, length = g.sideHandle()
	r.barSide.Hidden = length == 0
	r.barSide.Move(fyne.NewPos(from, size.Height-barWidth-2))
	r.barSide.Resize(fyne.NewSize(length, barWidth))
}
