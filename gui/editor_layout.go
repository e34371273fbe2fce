package gui

import (
	"fyne.io/fyne/v2"

	"reconbanker/gui/look"
)

// pairs lays objects side by side, two in a row, where there is room for two; in
// one column where there is not. What it needs depends on its width, so it says
// what it needed last.
type pairs struct {
	width float32
}

const (
	pairGap   = 14
	pairRow   = 10
	leastPair = 480 // narrower than that, one column
)

func newPairs(objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &pairs{}, Objects: objects}
}

func (p *pairs) columns() int {
	if p.width > 0 && p.width < leastPair {
		return 1
	}
	return 2
}

// MinSize implements fyne.Layout.
func (p *pairs) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height, row := float32(0), float32(0)
	n, width := 0, float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		size := o.MinSize()
		width = max(width, size.Width)
		if n%p.columns() == 0 {
			if n > 0 {
				height += row + pairRow
			}
			row = 0
		}
		row = max(row, size.Height)
		n++
	}
	return fyne.NewSize(width, height+row)
}

// Layout implements fyne.Layout.
func (p *pairs) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	p.width = size.Width
	columns := p.columns()
	width := (size.Width - pairGap*float32(columns-1)) / float32(columns)
	y, row, n := float32(0), float32(0), 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		if n%columns == 0 && n > 0 {
			y += row + pairRow
			row = 0
		}
		// The width comes first: how high words are depends on it.
		o.Resize(fyne.NewSize(width, o.Size().Height))
		height := o.MinSize().Height
		o.Resize(fyne.NewSize(width, height))
		o.Move(fyne.NewPos(float32(n%columns)*(width+pairGap), y))
		row = max(row, height)
		n++
	}
}

// newBeside puts a small control before a wide one, as tall as each other.
func newBeside(small, wide fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: besideLayout{}, Objects: []fyne.CanvasObject{small, wide}}
}

// besideLayout gives one of two objects the width it asks for, and the other what
// is left.
type besideLayout struct{ wideFirst bool }

const besideGap = 8

// MinSize implements fyne.Layout.
func (l besideLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	a, b := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(a.Width+besideGap+b.Width, max(a.Height, b.Height))
}

// Layout implements fyne.Layout.
func (l besideLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	first := o[0].MinSize().Width
	if l.wideFirst {
		first = size.Width - besideGap - o[1].MinSize().Width
	}
	o[0].Resize(fyne.NewSize(first, size.Height))
	o[1].Move(fyne.NewPos(first+besideGap, 0))
	o[1].Resize(fyne.NewSize(size.Width-first-besideGap, size.Height))
}

// left keeps an object at the width it asks for.
func left(objects ...fyne.CanvasObject) *fyne.Container { return look.Row(10, objects...) }

// sectionsLayout puts the list of sections beside the cards, where there is room
// for both. In a narrow window the cards have all of it.
type sectionsLayout struct{}

const (
	sectionsWidth = 186
	leastCards    = 400 // narrower than that, no list
)

// MinSize implements fyne.Layout.
func (sectionsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[1].MinSize().Width, max(o[1].MinSize().Height, 120))
}

// Layout implements fyne.Layout.
func (sectionsLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	if size.Width >= sectionsWidth+leastCards {
		x = sectionsWidth
		o[0].Show()
		o[0].Resize(fyne.NewSize(sectionsWidth, size.Height))
	} else {
		o[0].Hide()
	}
	o[1].Move(fyne.NewPos(x, 0))
	o[1].Resize(fyne.NewSize(size.Width-x, size.Height))
}
