package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
)

const captionSize = theme.SizeNameCaptionText

// options is a group of boxes of which one is chosen. Each is reached by Tab and
// chosen with Space; the arrows go from one to the next.
type options struct {
	boxes    []*optionBox
	chosen   string
	OnChosen func(id string)
	// onReached is called when a box gets the focus; nil for nobody.
	onReached func(fyne.CanvasObject)
}

// option is one box: what is chosen, in a word or two, and what that means.
type option struct {
	id    string
	title string
	means string    // "" for none
	badge string    // "" for none
	tone  look.Tone // of the badge
}

func newOptions(list []option, onChosen func(string)) *options {
	g := &options{OnChosen: onChosen}
	for _, o := range list {
		g.boxes = append(g.boxes, newOptionBox(g, o))
	}
	return g
}

// objects are the boxes, to be laid out.
func (g *options) objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(g.boxes))
	for i, b := range g.boxes {
		out[i] = b
	}
	return out
}

// set chooses without telling.
func (g *options) set(id string) {
	g.chosen = id
	for _, b := range g.boxes {
		b.Refresh()
	}
}

func (g *options) choose(id string) {
	if g.chosen == id {
		return
	}
	g.set(id)
	if g.OnChosen != nil {
		g.OnChosen(id)
	}
}

// step moves the choice, and the focus with it.
func (g *options) step(from *optionBox, by int) {
	for i, b := range g.boxes {
		if b != from || i+by < 0 || i+by >= len(g.boxes) {
			continue
		}
		next := g.boxes[i+by]
		g.choose(next.spec.id)
		if c := fyne.CurrentApp().Driver().CanvasForObject(from); c != nil {
			c.Focus(next)
		}
		return
	}
}

type optionBox struct {
	widget.BaseWidget
	of               *options
	spec             option
	hovered, focused bool
}

func newOptionBox(of *options, spec option) *optionBox {
	b := &optionBox{of: of, spec: spec}
	b.ExtendBaseWidget(b)
	return b
}

// Tapped implements fyne.Tappable.
func (b *optionBox) Tapped(*fyne.PointEvent) { b.of.choose(b.spec.id) }

// FocusGained implements fyne.Focusable.
func (b *optionBox) FocusGained() {
	b.focused = true
	b.Refresh()
	if b.of.onReached != nil {
		b.of.onReached(b)
	}
}

// FocusLost implements fyne.Focusable.
func (b *optionBox) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune implements fyne.Focusable.
func (b *optionBox) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (b *optionBox) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.of.choose(b.spec.id)
	case fyne.KeyDown, fyne.KeyRight:
		b.of.step(b, 1)
	case fyne.KeyUp, fyne.KeyLeft:
		b.of.step(b, -1)
	default:
		look.Pass(b, k)
	}
}

// MouseIn implements desktop.Hoverable.
func (b *optionBox) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *optionBox) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *optionBox) MouseOut() { b.hovered = false; b.Refresh() }

// CreateRenderer implements fyne.Widget.
func (b *optionBox) CreateRenderer() fyne.WidgetRenderer {
	r := &optionRenderer{
		b: b, back: look.NewCard(theme.ColorNameInputBackground, look.Border, 6), circle: &canvas.Circle{StrokeWidth: 1.5}, dot: &canvas.Circle{},
		title: look.NewLines(b.spec.title, theme.ColorNameForeground, theme.SizeNameText),
		means: look.NewLines(b.spec.means, look.Muted, captionSize),
	}
	r.means.Hidden = b.spec.means == ""
	if b.spec.means != "" {
		r.title.Bold()
		r.back.Corner = 8
	}
	if b.spec.badge != "" {
		r.title.Lines = 0
		r.badge = look.NewBadge(b.spec.badge, b.spec.tone)
	}
	r.Refresh()
	return r
}

type optionRenderer struct {
	b            *optionBox
	back         *look.Area
	circle, dot  *canvas.Circle
	title, means *look.Text
	badge        *look.Badge
}

const (
	optionSide   = 14 // of the round mark
	optionInset  = 10
	optionBeside = optionInset + optionSide + 8
)

func (r *optionRenderer) Destroy() {}

func (r *optionRenderer) Objects() []fyne.CanvasObject {
	list := []fyne.CanvasObject{r.back, r.circle, r.dot, r.title, r.means}
	if r.badge != nil {
		list = append(list, r.badge)
	}
	return list
}

// rim is the room above and below the words.
func (r *optionRenderer) rim() float32 {
	if r.b.spec.means == "" {
		return 7
	}
	return 12
}

func (r *optionRenderer) MinSize() fyne.Size {
	h := r.title.MinSize().Height
	if r.b.spec.means != "" {
		h += 3 + r.means.MinSize().Height
	}
	return fyne.NewSize(140, h+2*r.rim())
}

func (r *optionRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	width := size.Width - optionBeside - optionInset
	line := fyne.MeasureText("M", theme.Size(theme.SizeNameText), r.title.Style).Height
	y := r.rim()
	r.title.Move(fyne.NewPos(optionBeside, y))
	r.title.Resize(fyne.NewSize(width, r.title.MinSize().Height))
	mark := y + (line-optionSide)/2
	r.circle.Move(fyne.NewPos(optionInset, mark))
	r.circle.Resize(fyne.NewSquareSize(optionSide))
	r.dot.Move(fyne.NewPos(optionInset+4, mark+4))
	r.dot.Resize(fyne.NewSquareSize(optionSide - 8))
	if r.badge != nil {
		r.badge.Resize(r.badge.MinSize())
		r.badge.Move(fyne.NewPos(optionBeside+r.title.MinSize().Width+10, y+(line-r.badge.MinSize().Height)/2))
	}
	y += r.title.MinSize().Height + 3
	r.means.Move(fyne.NewPos(optionBeside, y))
	r.means.Resize(fyne.NewSize(width, r.means.MinSize().Height))
}

func (r *optionRenderer) Refresh() {
	b := r.b
	chosen := b.of.chosen == b.spec.id
	line, mark := look.Border, look.Grey
	if chosen {
		mark = theme.ColorNamePrimary
	}
	if b.hovered || chosen && b.spec.means != "" || b.focused {
		line = theme.ColorNamePrimary
	}
	fill := theme.ColorNameInputBackground
	if b.focused {
		fill = look.Chosen
	}
	r.back.Set(fill, line)
	r.circle.StrokeColor, r.circle.FillColor = theme.Color(mark), theme.Color(theme.ColorNameInputBackground)
	r.dot.FillColor = theme.Color(theme.ColorNamePrimary)
	r.dot.Hidden = !chosen
	r.circle.Refresh()
	r.dot.Refresh()
	canvas.Refresh(b)
}
