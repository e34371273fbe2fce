package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/icons"
)

// Kind is what a button stands for.
type Kind int

// The kinds of button.
const (
	Plain   Kind = iota // white, with a border
	Primary             // blue: the one thing to do here
	Danger              // red words, with a red border
	Quiet               // words only, blue
)

// Button is a button as the pictures draw it: flat, with a thin border. It can be
// reached by Tab and pressed with Space or Enter, and can say that it is busy.
type Button struct {
	widget.DisableableWidget
	Text     string
	Icon     icons.Name // "" for none
	Trailing bool       // the icon stands at the right edge, the words at the left
	Kind     Kind
	OnTapped func()
	// OnReached is called when it gets the focus, so that a long form scrolls to it;
	// nil for nobody.
	OnReached func(fyne.CanvasObject)

	busy, hovered, focused, pressed bool
	// inside is something drawn by this button: what embeds it is on screen, the
	// button itself is not.
	inside fyne.CanvasObject
}

// NewButton returns a plain button.
func NewButton(text string, tapped func()) *Button { return newButton(Plain, "", text, tapped) }

// NewPrimary returns a blue button.
func NewPrimary(text string, tapped func()) *Button { return newButton(Primary, "", text, tapped) }

// NewDanger returns a red button.
func NewDanger(text string, tapped func()) *Button { return newButton(Danger, "", text, tapped) }

// NewQuiet returns a button that looks like a link.
func NewQuiet(text string, tapped func()) *Button { return newButton(Quiet, "", text, tapped) }

// NewIconButton returns a plain button with an icon before its words, if any.
func NewIconButton(icon icons.Name, text string, tapped func()) *Button {
	return newButton(Plain, icon, text, tapped)
}

func newButton(kind Kind, icon icons.Name, text string, tapped func()) *Button {
	b := &Button{Text: text, Icon: icon, Kind: kind, OnTapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// As changes the kind and returns the button.
func (b *Button) As(kind Kind) *Button {
	if b.Kind != kind {
		b.Kind = kind
		b.Refresh()
	}
	return b
}

// WithIcon gives the button an icon and returns it.
func (b *Button) WithIcon(icon icons.Name) *Button {
	b.Icon = icon
	return b
}

// SetText changes the words.
func (b *Button) SetText(text string) {
	if b.Text != text {
		b.Text = text
		b.Refresh()
	}
}

// SetBusy says that what the button started is at work: it takes no taps then.
func (b *Button) SetBusy(busy bool) {
	if b.busy != busy {
		b.busy = busy
		b.Refresh()
	}
}

// Busy tells whether the button is busy.
func (b *Button) Busy() bool { return b.busy }

// SetEnabled enables or disables the button.
func (b *Button) SetEnabled(on bool) {
	if on == !b.Disabled() {
		return
	}
	if on {
		b.Enable()
	} else {
		b.Disable()
	}
}

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(*fyne.PointEvent) {
	if b.Disabled() || b.busy || b.OnTapped == nil {
		return
	}
	b.OnTapped()
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() {
	b.focused = true
	b.Refresh()
	if b.OnReached != nil && b.inside != nil {
		b.OnReached(b.inside)
	}
}

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune implements fyne.Focusable.
func (b *Button) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		Pass(b.inside, e)
	}
}

// MouseIn implements desktop.Hoverable.
func (b *Button) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *Button) MouseOut() { b.hovered, b.pressed = false, false; b.Refresh() }

// MouseDown implements desktop.Mouseable.
func (b *Button) MouseDown(*desktop.MouseEvent) { b.pressed = true; b.Refresh() }

// MouseUp implements desktop.Mouseable.
func (b *Button) MouseUp(*desktop.MouseEvent) { b.pressed = false; b.Refresh() }

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	b.ExtendBaseWidget(b)
	r := &buttonRenderer{
		b: b, ring: &canvas.Rectangle{}, back: &canvas.Rectangle{}, over: &canvas.Rectangle{},
		text: canvas.NewText("", nil), icon: canvas.NewImageFromResource(nil),
	}
	r.icon.FillMode = canvas.ImageFillContain
	b.inside = r.back
	r.Refresh()
	return r
}

type buttonRenderer struct {
	b                *Button
	ring, back, over *canvas.Rectangle
	text             *canvas.Text
	icon             *canvas.Image
}

const (
	buttonHeight = 30
	buttonInset  = 12
	iconInset    = 7
	iconSide     = 15
)

func (r *buttonRenderer) Destroy() {}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ring, r.back, r.over, r.icon, r.text}
}

func (r *buttonRenderer) MinSize() fyne.Size {
	w := float32(0)
	if r.b.Text != "" {
		w = fyne.MeasureText(r.b.Text, theme.Size(SmallText), r.text.TextStyle).Width
	}
	if r.b.Icon != "" {
		w += iconSide
		if r.b.Text != "" {
			w += iconInset
		}
	}
	if r.b.Kind == Quiet {
		return fyne.NewSize(w+8, buttonHeight-8)
	}
	return fyne.NewSize(w+2*buttonInset, buttonHeight)
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	r.ring.Move(fyne.NewPos(-2, -2))
	r.ring.Resize(size.AddWidthHeight(4, 4))
	r.back.Resize(size)
	r.over.Resize(size)
	text := fyne.Size{}
	if r.b.Text != "" {
		text = fyne.MeasureText(r.b.Text, theme.Size(SmallText), r.text.TextStyle)
	}
	whole := text.Width
	if r.b.Icon != "" {
		whole += iconSide
		if r.b.Text != "" {
			whole += iconInset
		}
	}
	x := (size.Width - whole) / 2
	iconX, textX := x, x
	if r.b.Icon != "" {
		if r.b.Trailing {
			textX, iconX = buttonInset, size.Width-iconSide-buttonInset+2
		} else if r.b.Text != "" {
			textX = x + iconSide + iconInset
		}
	}
	r.icon.Move(fyne.NewPos(iconX, (size.Height-iconSide)/2))
	r.icon.Resize(fyne.NewSquareSize(iconSide))
	r.text.Move(fyne.NewPos(textX, (size.Height-text.Height)/2))
	r.text.Resize(text)
}

func (r *buttonRenderer) Refresh() {
	b := r.b
	fill, line, words := theme.ColorNameButton, Border, theme.ColorNameForeground
	switch b.Kind {
	case Primary:
		fill, line, words = theme.ColorNamePrimary, theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
	case Danger:
		line, words = RedLine, RedText
	case Quiet:
		fill, line, words = "", "", theme.ColorNameHyperlink
	}
	if b.Disabled() || b.busy {
		words = theme.ColorNameDisabled
		if b.Kind != Quiet {
			fill, line = theme.ColorNameDisabledButton, theme.ColorNameSeparator
		}
	}
	paint(r.back, fill, line, theme.Size(theme.SizeNameButtonRadius))
	over := fyne.ThemeColorName("")
	switch {
	case b.Disabled() || b.busy:
	case b.pressed:
		over = theme.ColorNamePressed
	case b.hovered:
		over = theme.ColorNameHover
	}
	paint(r.over, over, "", theme.Size(theme.SizeNameButtonRadius))
	ring := fyne.ThemeColorName("")
	if b.focused {
		ring = theme.ColorNameFocus
	}
	paint(r.ring, ring, "", theme.Size(theme.SizeNameButtonRadius)+2)
	r.text.Text, r.text.Color, r.text.TextSize = b.Text, theme.Color(words), theme.Size(SmallText)
	if b.Icon == "" {
		r.icon.Hide()
	} else {
		r.icon.Resource = icons.In(b.Icon, words)
		r.icon.Show()
		r.icon.Refresh()
	}
	r.text.Refresh()
	r.Layout(r.back.Size())
}
