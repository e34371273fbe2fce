package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
)

// Bar is one value of a chart, and the part of it that is done.
type Bar struct {
	Whole, Part int
}

// Bars is a small chart of values side by side, each with the part of it that is
// done drawn over it. It moves only when it is told something new.
type Bars struct {
	widget.BaseWidget
	// OnPointed is called with the bar under the mouse, -1 when there is none.
	OnPointed func(i int)

	bars    []Bar
	pointed int
}

// NewBars returns an empty chart.
func NewBars(onPointed func(i int)) *Bars {
	b := &Bars{OnPointed: onPointed, pointed: -1}
	b.ExtendBaseWidget(b)
	return b
}

// Set shows other values.
func (b *Bars) Set(bars []Bar) {
	b.bars = bars
	b.Refresh()
}

// MouseIn implements desktop.Hoverable.
func (b *Bars) MouseIn(e *desktop.MouseEvent) { b.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (b *Bars) MouseMoved(e *desktop.MouseEvent) {
	i := -1
	if width := b.Size().Width; width > 0 && len(b.bars) > 0 {
		i = min(max(int(e.Position.X/width*float32(len(b.bars))), 0), len(b.bars)-1)
	}
	b.point(i)
}

// MouseOut implements desktop.Hoverable.
func (b *Bars) MouseOut() { b.point(-1) }

func (b *Bars) point(i int) {
	if i == b.pointed {
		return
	}
	b.pointed = i
	b.Refresh()
	if b.OnPointed != nil {
		b.OnPointed(i)
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Bars) CreateRenderer() fyne.WidgetRenderer {
	r := &barsRenderer{b: b, line: canvas.NewRectangle(nil)}
	r.Refresh()
	return r
}

type barsRenderer struct {
	b           *Bars
	line        *canvas.Rectangle // the ground they stand on
	whole, part []*canvas.Rectangle
}

func (r *barsRenderer) Destroy() {}

func (r *barsRenderer) MinSize() fyne.Size { return fyne.NewSize(120, 36) }

func (r *barsRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.line}
	for i := range r.whole {
		out = append(out, r.whole[i], r.part[i])
	}
	return out
}

func (r *barsRenderer) Layout(size fyne.Size) {
	r.line.Resize(fyne.NewSize(size.Width, 1))
	r.line.Move(fyne.NewPos(0, size.Height-1))
	most := 1
	for _, bar := range r.b.bars {
		most = max(most, bar.Whole)
	}
	step := size.Width / float32(max(len(r.b.bars), 1))
	thick := max(step*0.7, 1)
	place := func(rect *canvas.Rectangle, i, value int) {
		height := (size.Height - 2) * float32(value) / float32(most)
		if value > 0 {
			height = max(height, 2) // something is never drawn as nothing
		}
		rect.Resize(fyne.NewSize(thick, height))
		rect.Move(fyne.NewPos(float32(i)*step+(step-thick)/2, size.Height-1-height))
	}
	for i, bar := range r.b.bars {
		place(r.whole[i], i, bar.Whole)
		place(r.part[i], i, bar.Part)
	}
}

func (r *barsRenderer) Refresh() {
	for len(r.whole) < len(r.b.bars) {
		r.whole, r.part = append(r.whole, &canvas.Rectangle{CornerRadius: 1}), append(r.part, &canvas.Rectangle{CornerRadius: 1})
	}
	r.whole, r.part = r.whole[:len(r.b.bars)], r.part[:len(r.b.bars)]
	r.line.FillColor = theme.Color(look.Border)
	for i := range r.whole {
		r.whole[i].FillColor, r.part[i].FillColor = theme.Color(look.Active.Soft()), theme.Color(look.Good.Light())
		if i == r.b.pointed {
			r.whole[i].FillColor = theme.Color(look.Active.Light())
		}
	}
	r.Layout(r.b.Size())
	canvas.Refresh(r.b)
}
