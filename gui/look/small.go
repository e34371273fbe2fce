package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// paint fills and outlines a rectangle with colours of the theme; "" is none.
func paint(r *canvas.Rectangle, fill, line fyne.ThemeColorName, radius float32) {
	r.FillColor, r.StrokeColor, r.StrokeWidth = color.Transparent, color.Transparent, 0
	if fill != "" {
		r.FillColor = theme.Color(fill)
	}
	if line != "" {
		r.StrokeColor, r.StrokeWidth = theme.Color(line), 1
	}
	r.CornerRadius = radius
	r.Refresh()
}

// Area is a rectangle in colours of the theme that follows it.
type Area struct {
	widget.BaseWidget
	Fill, Line fyne.ThemeColorName
	Corner     float32
	Min        fyne.Size
}

// NewArea returns a plain rectangle.
func NewArea(fill fyne.ThemeColorName) *Area {
	a := &Area{Fill: fill}
	a.ExtendBaseWidget(a)
	return a
}

// NewCard returns a rounded rectangle with a border.
func NewCard(fill, line fyne.ThemeColorName, radius float32) *Area {
	a := NewArea(fill)
	a.Line, a.Corner = line, radius
	return a
}

// Rule returns a thin line, as long as its container makes it.
func Rule() *Area {
	a := NewArea(theme.ColorNameSeparator)
	a.Min = fyne.NewSize(1, 1)
	return a
}

// Set changes the colours.
func (a *Area) Set(fill, line fyne.ThemeColorName) {
	if a.Fill == fill && a.Line == line {
		return
	}
	a.Fill, a.Line = fill, line
	a.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (a *Area) CreateRenderer() fyne.WidgetRenderer {
	a.ExtendBaseWidget(a)
	r := &areaRenderer{a: a, rect: &canvas.Rectangle{}}
	r.Refresh()
	return r
}

type areaRenderer struct {
	a    *Area
	rect *canvas.Rectangle
}

func (r *areaRenderer) Destroy()                     {}
func (r *areaRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *areaRenderer) MinSize() fyne.Size           { return r.a.Min }
func (r *areaRenderer) Layout(size fyne.Size)        { r.rect.Resize(size) }

func (r *areaRenderer) Refresh() {
	paint(r.rect, r.a.Fill, r.a.Line, r.a.Corner)
	canvas.Refresh(r.a)
}

// Tone is the meaning of a badge or a light.
type Tone int

// The tones.
const (
	Neutral Tone = iota
	Good
	Active
	Warn
	Bad
)

// Light, soft and text colours of each tone.
var tones = map[Tone][3]fyne.ThemeColorName{
	Neutral: {Grey, GreySoft, GreyText},
	Good:    {Green, GreenSoft, GreenText},
	Active:  {Blue, BlueSoft, BlueText},
	Warn:    {Amber, AmberSoft, AmberText},
	Bad:     {Red, RedSoft, RedText},
}

// Light is the colour of a tone's dot.
func (t Tone) Light() fyne.ThemeColorName { return tones[t][0] }

// Soft is the background of a tone's badge.
func (t Tone) Soft() fyne.ThemeColorName { return tones[t][1] }

// Words is the colour of a tone's text.
func (t Tone) Words() fyne.ThemeColorName { return tones[t][2] }

// Badge is a word or two on a soft, rounded background.
type Badge struct {
	widget.BaseWidget
	text *Text
	back *Area
}

// NewBadge returns a badge.
func NewBadge(text string, tone Tone) *Badge {
	b := &Badge{text: NewText(text, tone.Words(), theme.SizeNameCaptionText), back: NewCard(tone.Soft(), "", 9)}
	b.ExtendBaseWidget(b)
	return b
}

// Bold makes the words bold and returns the badge.
func (b *Badge) Bold() *Badge {
	b.text.Bold()
	return b
}

// Set changes words and tone.
func (b *Badge) Set(text string, tone Tone) {
	b.text.SetColor(tone.Words())
	b.text.Set(text)
	b.back.Set(tone.Soft(), "")
	b.Refresh()
}

// Text returns the words.
func (b *Badge) Text() string { return b.text.Text }

// CreateRenderer implements fyne.Widget.
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(b.back, Inset(b.text, 2, 2, 10, 10)))
}

// Dot is a status light.
type Dot struct {
	widget.BaseWidget
	Tone Tone
	Side float32
}

// NewDot returns a light of the list's size.
func NewDot(tone Tone) *Dot {
	d := &Dot{Tone: tone, Side: 10}
	d.ExtendBaseWidget(d)
	return d
}

// Set changes the tone.
func (d *Dot) Set(tone Tone) {
	if d.Tone != tone {
		d.Tone = tone
		d.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (d *Dot) CreateRenderer() fyne.WidgetRenderer {
	r := &dotRenderer{d: d, circle: canvas.NewCircle(color.Transparent)}
	r.Refresh()
	return r
}

type dotRenderer struct {
	d      *Dot
	circle *canvas.Circle
}

func (r *dotRenderer) Destroy()                     {}
func (r *dotRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.circle} }
func (r *dotRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(r.d.Side) }

func (r *dotRenderer) Layout(size fyne.Size) {
	r.circle.Resize(fyne.NewSquareSize(r.d.Side))
	r.circle.Move(fyne.NewPos((size.Width-r.d.Side)/2, (size.Height-r.d.Side)/2))
}

func (r *dotRenderer) Refresh() {
	r.circle.FillColor = theme.Color(r.d.Tone.Light())
	r.circle.Refresh()
	canvas.Refresh(r.d)
}

// Inset puts room around an object.
func Inset(o fyne.CanvasObject, top, bottom, left, right float32) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(top, bottom, left, right), o)
}

// Row lays objects beside each other with a gap, centred in their height.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&rowLayout{gap: gap}, objects...)
}

// Column lays objects below each other with a gap.
func Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(gap), objects...)
}

// Space is empty room of a width and height.
func Space(width, height float32) fyne.CanvasObject {
	r := canvas.NewRectangle(color.Transparent)
	r.SetMinSize(fyne.NewSize(width, height))
	return r
}

// rowLayout gives every object the height it asks for, which Fyne's boxes do not.
// A text that may be cut shares what room is left.
type rowLayout struct{ gap float32 }

func (l *rowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	n := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		size.Width += m.Width
		size.Height = max(size.Height, m.Height)
		n++
	}
	size.Width += l.gap * float32(max(n-1, 0))
	return size
}

func (l *rowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	left := size.Width - l.MinSize(objects).Width
	stretchy := 0
	for _, o := range objects {
		if o.Visible() && stretches(o) {
			stretchy++
		}
	}
	x := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if stretches(o) && left > 0 {
			m.Width += left / float32(stretchy)
		}
		o.Resize(m)
		o.Move(fyne.NewPos(x, (size.Height-m.Height)/2))
		x += m.Width + l.gap
	}
}

func stretches(o fyne.CanvasObject) bool {
	if t, ok := o.(*Text); ok {
		return t.Lines == 1
	}
	if s, ok := o.(layout.SpacerObject); ok {
		return s.ExpandHorizontal()
	}
	return false
}

// Tail is a layout for a title and what follows it: the title takes what it needs
// and is cut when there is not enough, the tail stays beside it.
type Tail struct{ Gap float32 }

// MinSize implements fyne.Layout.
func (l Tail) MinSize(objects []fyne.CanvasObject) fyne.Size {
	row := rowLayout{gap: l.Gap}
	return row.MinSize(objects)
}

// Layout implements fyne.Layout.
func (l Tail) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	rest := float32(0)
	for _, o := range objects[1:] {
		if o.Visible() {
			rest += o.MinSize().Width + l.Gap
		}
	}
	title, _ := objects[0].(*Text)
	want := size.Width - rest
	if title != nil {
		want = min(want, title.measure(title.Text)+1)
	}
	x := float32(0)
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if i == 0 {
			m.Width = max(want, 0)
		}
		o.Resize(m)
		o.Move(fyne.NewPos(x, (size.Height-m.Height)/2))
		x += m.Width + l.Gap
	}
}

// PassShortcut hands a shortcut that a focused widget has no use for to the window.
func PassShortcut(o fyne.CanvasObject, s fyne.Shortcut) {
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(o).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

// Pass hands a key that a focused widget has no use for to the window.
func Pass(o fyne.CanvasObject, e *fyne.KeyEvent) {
	if o == nil {
		return
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return
	}
	if window := c.OnTypedKey(); window != nil {
		window(e)
	}
}
