package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Bar shows how far something is, as a thin line. It has no words: those of Fyne's own
// bar, in a theme that makes it thin, cost a set of fonts of their own.
type Bar struct {
	widget.BaseWidget
	height      float32
	value       float64
	track, fill *Area
}

// NewBar returns a bar of a height.
func NewBar(height float32) *Bar {
	b := &Bar{height: height, track: NewCard(BlueLine, "", height/2), fill: NewCard(theme.ColorNamePrimary, "", height/2)}
	b.ExtendBaseWidget(b)
	return b
}

// SetValue shows how far it is, from 0 to 1.
func (b *Bar) SetValue(v float64) {
	if v = min(max(v, 0), 1); v != b.value {
		b.value = v
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer { return &barRenderer{b} }

type barRenderer struct{ *Bar }

// MinSize implements fyne.WidgetRenderer.
func (r *barRenderer) MinSize() fyne.Size { return fyne.NewSize(r.height, r.height) }

// Layout implements fyne.WidgetRenderer.
func (r *barRenderer) Layout(size fyne.Size) {
	top := (size.Height - r.height) / 2
	r.track.Move(fyne.NewPos(0, top))
	r.track.Resize(fyne.NewSize(size.Width, r.height))
	r.fill.Move(fyne.NewPos(0, top))
	r.fill.Resize(fyne.NewSize(size.Width*float32(r.value), r.height))
	r.fill.Hidden = r.value == 0
}

// Refresh implements fyne.WidgetRenderer.
func (r *barRenderer) Refresh() {
	r.Layout(r.Size())
	r.track.Refresh()
	r.fill.Refresh()
}

// Objects implements fyne.WidgetRenderer.
func (r *barRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.track, r.fill} }

// Destroy implements fyne.WidgetRenderer.
func (r *barRenderer) Destroy() {}
