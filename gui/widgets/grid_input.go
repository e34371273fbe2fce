package widgets

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

var (
	_ fyne.Scrollable        = (*grid)(nil)
	_ fyne.Draggable         = (*grid)(nil)
	_ fyne.DoubleTappable    = (*grid)(nil)
	_ fyne.SecondaryTappable = (*grid)(nil)
	_ fyne.Shortcutable      = (*grid)(nil)
	_ desktop.Hoverable      = (*grid)(nil)
	_ desktop.Mouseable      = (*grid)(nil)
	_ desktop.Cursorable     = (*grid)(nil)
	_ desktop.Keyable        = (*grid)(nil)
)

// target is what the pointer can be on.
type target int

const (
	onNothing target = iota
	onRow
	onHeader
	onEdge // between two headers
	onBar
	onSideBar
)

// press is what the pointer went down on and where.
type press struct {
	on    target
	index int // row or column
	at    fyne.Position
	start float64 // offset or width when it went down
	moved bool
}

// hit finds what is at a position.
func (g *grid) hit(p fyne.Position) press {
	size := g.Size()
	h := press{at: p, index: -1}
	switch _, bar := g.handle(); {
	case p.Y < g.size.head:
		if h.index = g.edgeAt(p.X); h.index >= 0 {
			h.on, h.start = onEdge, float64(g.columns[h.index].width)
		} else if h.index = g.columnAt(p.X); h.index >= 0 {
			h.on = onHeader
		}
		return h
	case bar > 0 && p.X >= size.Width-barReach:
		h.on, h.start = onBar, g.scroll
		return h
	}
	if _, side := g.sideHandle(); side > 0 && p.Y >= size.Height-barReach {
		h.on, h.start = onSideBar, float64(g.shift)
		return h
	}
	if h.index = g.rowAt(p.Y); h.index >= 0 {
		h.on = onRow
	}
	return h
}

// handle returns where the handle of the vertical scroll bar is, length 0: none.
func (g *grid) handle() (from, length float32) {
	overflow, track := g.overflow(), g.body()-4
	if overflow <= 0 || track <= shortestBar {
		return 0, 0
	}
	length = max(shortestBar, track*float32(float64(g.body())/(overflow+float64(g.body()))))
	return g.size.head + 2 + float32(g.scroll/overflow*float64(track-length)), length
}

func (g *grid) sideHandle() (from, length float32) {
	track := g.Size().Width - 4
	overflow := g.columnsWidth() - g.Size().Width
	if overflow < 0.5 || track <= shortestBar {
		return 0, 0
	}
	length = max(shortestBar, track*g.Size().Width/g.columnsWidth())
	return 2 + g.shift/overflow*(track-length), length
}

// MouseDown chooses at once: waiting for the tap would wait for a second one.
func (g *grid) MouseDown(e *desktop.MouseEvent) {
	g.press = g.hit(e.Position)
	if c := fyne.CurrentApp().Driver().CanvasForObject(g.self()); c != nil {
		c.Focus(g.me)
	}
	switch g.press.on {
	case onRow:
		g.mouseChoose(g.press.index, e)
	case onBar:
		if from, length := g.handle(); e.Position.Y < from {
			g.scrollTo(g.scroll - float64(g.body()))
		} else if e.Position.Y > from+length {
			g.scrollTo(g.scroll + float64(g.body()))
		}
		g.press.start = g.scroll
	case onNothing:
		if e.Button == desktop.MouseButtonPrimary && e.Position.Y >= g.size.head {
			g.choose(choice{row: -1, only: true})
		}
	}
}

func (g *grid) mouseChoose(row int, e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonSecondary && g.picked(row) {
		g.cursor = row // the menu is about the whole selection
		g.redraw()
		return
	}
	extend := e.Modifier&fyne.KeyModifierShift != 0
	toggle := e.Modifier&(fyne.KeyModifierControl|fyne.KeyModifierSuper) != 0
	g.choose(choice{row: row, extend: extend, toggle: toggle && !extend, only: !extend && !toggle})
}

// MouseUp sorts when a header was pressed and not pulled.
func (g *grid) MouseUp(e *desktop.MouseEvent) {
	was := g.press
	if !was.moved {
		g.press = press{}
	}
	if was.on != onHeader || was.moved || e.Button != desktop.MouseButtonPrimary {
		return
	}
	if now := g.hit(e.Position); now.on == onHeader && now.index == was.index && g.columns[was.index].sortable {
		g.sorted(was.index)
	}
}

// Dragged pulls a column's edge or a scroll bar.
func (g *grid) Dragged(e *fyne.DragEvent) {
	g.press.moved = true
	by := e.Position.Subtract(g.press.at)
	switch g.press.on {
	case onEdge:
		g.setWidth(g.press.index, float32(g.press.start)+by.X)
	case onBar:
		_, length := g.handle()
		if track := float64(g.body() - 4 - length); track > 0 {
			g.scrollTo(g.press.start + float64(by.Y)/track*g.overflow())
		}
	case onSideBar:
		_, length := g.sideHandle()
		if track := g.Size().Width - 4 - length; track > 0 {
			g.shiftTo(float32(g.press.start) + by.X/track*(g.columnsWidth()-g.Size().Width))
		}
	}
}

// DragEnd tells that a column has its new width.
func (g *grid) DragEnd() {
	if g.press.on == onEdge && g.press.moved {
		g.resized()
	}
	g.press = press{}
}

// DoubleTapped opens a row, or fits a column to what it shows.
func (g *grid) DoubleTapped(e *fyne.PointEvent) {
	switch h := g.hit(e.Position); h.on {
	case onRow:
		g.opened(h.index)
	case onEdge:
		g.fitColumn(h.index)
		g.resized()
	}
}

// TappedSecondary opens the menu of the selection.
func (g *grid) TappedSecondary(e *fyne.PointEvent) {
	if g.hit(e.Position).on == onRow {
		g.showMenu(e.AbsolutePosition)
	}
}

// Scrolled implements fyne.Scrollable.
func (g *grid) Scrolled(e *fyne.ScrollEvent) {
	if e.Scrolled.DY != 0 {
		g.scrollTo(g.scroll - float64(e.Scrolled.DY))
	}
	if e.Scrolled.DX != 0 {
		g.shiftTo(g.shift - e.Scrolled.DX)
	}
}

// MouseIn implements desktop.Hoverable.
func (g *grid) MouseIn(e *desktop.MouseEvent) { g.MouseMoved(e) }

// MouseMoved lights the row under the pointer.
func (g *grid) MouseMoved(e *desktop.MouseEvent) {
	g.pointer = e.Position
	row := -1
	at := g.hit(e.Position)
	if at.on == onRow {
		row = at.index
	}
	if row != g.hover {
		g.hover = row
		g.redraw()
	}
}

// MouseOut implements desktop.Hoverable.
func (g *grid) MouseOut() {
	if g.hover >= 0 {
		g.hover = -1
		g.redraw()
	}
}

// Cursor implements desktop.Cursorable.
func (g *grid) Cursor() desktop.Cursor {
	if g.press.on == onEdge || g.pointer.Y < g.size.head && g.edgeAt(g.pointer.X) >= 0 {
		return desktop.HResizeCursor
	}
	return desktop.DefaultCursor
}

// command is the key that, held with a click, adds to a selection.
func command() fyne.KeyModifier {
	if runtime.GOOS == "darwin" {
		return fyne.KeyModifierSuper
	}
	return fyne.KeyModifierControl
}

func pick[V any](first bool, a, b V) V {
	if first {
		return a
	}
	return b
}
