package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
)

// Chip is one filter of a row of chips.
type Chip struct {
	ID   string
	Text string // with its count: "Retrying 1"
	Tone look.Tone
}

// Chips is a row of filters of which one is chosen; each is reached by Tab.
type Chips struct {
	widget.BaseWidget
	OnChosen func(id string)

	chosen string
	row    *fyne.Container
	chips  []*chip
}

// NewChips returns a row of chips with one chosen.
func NewChips(chips []Chip, chosen string, onChosen func(id string)) *Chips {
	c := &Chips{OnChosen: onChosen, chosen: chosen, row: look.Row(8)}
	c.ExtendBaseWidget(c)
	c.Set(chips)
	return c
}

// Chosen returns the chosen filter.
func (c *Chips) Chosen() string { return c.chosen }

// SetChosen chooses without telling.
func (c *Chips) SetChosen(id string) {
	c.chosen = id
	for _, ch := range c.chips {
		ch.Refresh()
	}
}

// Set changes words and counts. Chips that stay keep the focus they have.
func (c *Chips) Set(chips []Chip) {
	for len(c.chips) < len(chips) {
		ch := &chip{of: c}
		ch.ExtendBaseWidget(ch)
		c.chips = append(c.chips, ch)
	}
	c.chips = c.chips[:len(chips)]
	c.row.Objects = nil
	for i, spec := range chips {
		c.chips[i].spec = spec
		c.chips[i].Refresh()
		c.row.Add(c.chips[i])
	}
	c.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (c *Chips) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.row) }

type chip struct {
	widget.BaseWidget
	of               *Chips
	spec             Chip
	hovered, focused bool
}

// Tapped chooses the chip.
func (c *chip) Tapped(*fyne.PointEvent) {
	c.of.SetChosen(c.spec.ID)
	if c.of.OnChosen != nil {
		c.of.OnChosen(c.spec.ID)
	}
}

// TypedKey implements fyne.Focusable.
func (c *chip) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		c.Tapped(nil)
	default:
		look.Pass(c, e)
	}
}

// TypedRune implements fyne.Focusable.
func (c *chip) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (c *chip) FocusGained() { c.focused = true; c.Refresh() }

// FocusLost implements fyne.Focusable.
func (c *chip) FocusLost() { c.focused = false; c.Refresh() }

// MouseIn implements desktop.Hoverable.
func (c *chip) MouseIn(*desktop.MouseEvent) { c.hovered = true; c.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (c *chip) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *chip) MouseOut() { c.hovered = false; c.Refresh() }

// CreateRenderer implements fyne.Widget.
func (c *chip) CreateRenderer() fyne.WidgetRenderer {
	r := &chipRenderer{c: c, back: &canvas.Rectangle{StrokeWidth: 1}, over: &canvas.Rectangle{}, text: &canvas.Text{}}
	r.Refresh()
	return r
}

type chipRenderer struct {
	c          *chip
	back, over *canvas.Rectangle
	text       *canvas.Text
}

func (r *chipRenderer) Destroy() {}

func (r *chipRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.over, r.text}
}

func (r *chipRenderer) words() fyne.Size {
	return fyne.MeasureText(r.c.spec.Text, r.c.Theme().Size(theme.SizeNameCaptionText), fyne.TextStyle{Bold: true})
}

// MinSize leaves room for bold words, so that choosing moves nothing.
func (r *chipRenderer) MinSize() fyne.Size { return r.words().AddWidthHeight(22, 9) }

func (r *chipRenderer) Layout(size fyne.Size) {
	for _, o := range []*canvas.Rectangle{r.back, r.over} {
		o.Resize(size)
		o.CornerRadius = size.Height / 2
	}
	h := r.words().Height
	r.text.Move(fyne.NewPos(0, (size.Height-h)/2))
	r.text.Resize(fyne.NewSize(size.Width, h))
}

func (r *chipRenderer) Refresh() {
	c, th := r.c, r.c.Theme()
	chosen := c.of.chosen == c.spec.ID
	r.back.FillColor = paint(th, c.spec.Tone.Soft())
	r.back.StrokeColor = paint(th, c.spec.Tone.Soft())
	if chosen {
		r.back.StrokeColor = paint(th, c.spec.Tone.Words())
	}
	if c.focused {
		r.back.StrokeColor = paint(th, theme.ColorNamePrimary)
	}
	r.over.FillColor = paint(th, theme.ColorNameHover)
	r.over.Hidden = !c.hovered
	r.text.Text, r.text.Alignment = c.spec.Text, fyne.TextAlignCenter
	r.text.Color, r.text.TextSize = paint(th, c.spec.Tone.Words()), th.Size(theme.SizeNameCaptionText)
	r.text.TextStyle.Bold = chosen
	r.Layout(c.Size())
	canvas.Refresh(c)
}
