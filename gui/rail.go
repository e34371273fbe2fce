package gui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
	"reconbanker/icons"
)

const (
	railWidth = 64
	railItem  = 50
)

// rail is the dark strip on the left: one entry per screen.
type rail struct {
	items [places]*railEntry
	root  fyne.CanvasObject
}

func newRail(open func(place)) *rail {
	r := &rail{}
	top := container.New(layout.NewCustomPaddedVBoxLayout(4))
	bottom := container.New(layout.NewCustomPaddedVBoxLayout(4))
	for p := atAccounts; p < places; p++ {
		words, icon := placeWords(p)
		r.items[p] = newRailEntry(words, icon, func() { open(p) })
		if p == atSettings {
			bottom.Add(r.items[p])
		} else {
			top.Add(r.items[p])
		}
	}
	r.root = container.NewStack(
		look.NewArea(look.Rail),
		look.Inset(look.Edges(top, bottom, nil, nil, look.Space(railWidth-8, 0)), 14, 14, 4, 4),
	)
	return r
}

func (r *rail) object() fyne.CanvasObject { return r.root }

func (r *rail) offer(p place, on bool) {
	if r.items[p].Visible() == on {
		return
	}
	if on {
		r.items[p].Show()
	} else {
		r.items[p].Hide()
	}
	r.root.Refresh()
}

func (r *rail) choose(chosen place) {
	for p, item := range r.items {
		item.choose(place(p) == chosen)
	}
}

// railEntry is one entry: a picture over a word.
type railEntry struct {
	widget.BaseWidget
	words                    string
	icon                     icons.Name
	tapped                   func()
	chosen, hovered, focused bool
}

func newRailEntry(words string, icon icons.Name, tapped func()) *railEntry {
	e := &railEntry{words: words, icon: icon, tapped: tapped}
	e.ExtendBaseWidget(e)
	return e
}

func (e *railEntry) choose(on bool) {
	if e.chosen != on {
		e.chosen = on
		e.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (e *railEntry) Tapped(*fyne.PointEvent) { e.tapped() }

// FocusGained implements fyne.Focusable.
func (e *railEntry) FocusGained() { e.focused = true; e.Refresh() }

// FocusLost implements fyne.Focusable.
func (e *railEntry) FocusLost() { e.focused = false; e.Refresh() }

// TypedRune implements fyne.Focusable.
func (e *railEntry) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (e *railEntry) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		e.tapped()
	default:
		look.Pass(e, k)
	}
}

// MouseIn implements desktop.Hoverable.
func (e *railEntry) MouseIn(*desktop.MouseEvent) { e.hovered = true; e.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (e *railEntry) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (e *railEntry) MouseOut() { e.hovered = false; e.Refresh() }

// CreateRenderer implements fyne.Widget.
func (e *railEntry) CreateRenderer() fyne.WidgetRenderer {
	r := &railRenderer{
		e: e, back: &canvas.Rectangle{CornerRadius: 8}, icon: canvas.NewImageFromResource(nil),
		words: &canvas.Text{Alignment: fyne.TextAlignCenter},
	}
	r.icon.FillMode = canvas.ImageFillContain
	r.Refresh()
	return r
}

type railRenderer struct {
	e     *railEntry
	back  *canvas.Rectangle
	icon  *canvas.Image
	words *canvas.Text
}

func (r *railRenderer) Destroy() {}

func (r *railRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.icon, r.words}
}

func (r *railRenderer) MinSize() fyne.Size { return fyne.NewSize(railWidth-8, railItem) }

func (r *railRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.icon.Resize(fyne.NewSquareSize(20))
	r.icon.Move(fyne.NewPos((size.Width-20)/2, 8))
	h := r.words.MinSize().Height
	r.words.Resize(fyne.NewSize(size.Width, h))
	r.words.Move(fyne.NewPos(0, size.Height-h-5))
}

func (r *railRenderer) Refresh() {
	e, tone := r.e, look.RailText
	fill := color.Color(color.Transparent)
	switch {
	case e.chosen:
		fill, tone = theme.Color(look.RailOn), look.RailLit
	case e.hovered || e.focused:
		fill, tone = theme.Color(look.RailOver), look.RailLit
	}
	r.back.FillColor, r.back.StrokeColor, r.back.StrokeWidth = fill, color.Transparent, 0
	if e.focused {
		r.back.StrokeColor, r.back.StrokeWidth = theme.Color(look.RailText), 1
	}
	r.icon.Resource = icons.In(e.icon, tone)
	r.words.Text, r.words.Color, r.words.TextSize = e.words, theme.Color(tone), theme.Size(look.TinyText)
	for r.words.MinSize().Width > railWidth-10 && r.words.TextSize > 7 {
		r.words.TextSize -= 0.5 // a long word in another language
	}
	r.back.Refresh()
	r.icon.Refresh()
	r.Layout(e.Size())
	canvas.Refresh(e)
}
