package widgets

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
)

// longestCode is how much is taken of a code whose length nobody knows.
const longestCode = 16

// CodeEntry takes a one-time code: one box per character where the length is
// known, one wide box where it is not. Typing goes on from box to box, a pasted
// code is spread over them, and spaces and dashes between its parts are dropped.
type CodeEntry struct {
	widget.BaseWidget
	OnChanged  func(code string)
	OnComplete func(code string) // every box is filled; only where the length is known
	OnSubmit   func(code string) // Enter
	// Takes is asked before anything that is typed or pasted is taken; nil takes all.
	Takes func() bool
	// OnTouched is called when the mouse turns to the boxes.
	OnTouched func()

	length   int // 0: unknown
	digits   bool
	code     []rune
	at       int // the box that takes the next character
	focused  bool
	disabled bool
}

var (
	_ fyne.Focusable    = (*CodeEntry)(nil)
	_ fyne.Tappable     = (*CodeEntry)(nil)
	_ fyne.Shortcutable = (*CodeEntry)(nil)
	_ fyne.Disableable  = (*CodeEntry)(nil)
)

// NewCodeEntry returns boxes for a code of a length, 0 when it is not known, of
// digits only or of letters too.
func NewCodeEntry(length int, digits bool) *CodeEntry {
	c := &CodeEntry{length: min(max(length, 0), longestCode), digits: digits}
	c.ExtendBaseWidget(c)
	return c
}

// Code returns what is typed so far.
func (c *CodeEntry) Code() string { return string(c.code) }

// Complete tells whether the code can be sent.
func (c *CodeEntry) Complete() bool {
	return len(c.code) > 0 && (c.length == 0 || len(c.code) == c.length)
}

// Clear empties the boxes, as after a code was refused.
func (c *CodeEntry) Clear() {
	c.code, c.at = nil, 0
	c.changed()
}

func (c *CodeEntry) most() int { return pick(c.length > 0, c.length, longestCode) }

func (c *CodeEntry) allowed(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsDigit(r) || !c.digits && unicode.IsLetter(r))
}

// TypedRune puts a character into the box in front and goes on to the next.
func (c *CodeEntry) TypedRune(r rune) {
	if !c.takes() || !c.allowed(r) || c.at >= c.most() {
		return
	}
	c.put(r)
	c.changed()
}

func (c *CodeEntry) takes() bool { return !c.disabled && (c.Takes == nil || c.Takes()) }

func (c *CodeEntry) put(r rune) {
	if c.at < len(c.code) {
		c.code[c.at] = r
	} else {
		c.code = append(c.code, r)
	}
	c.at++
}

// TypedKey moves between the boxes and takes characters back.
func (c *CodeEntry) TypedKey(e *fyne.KeyEvent) {
	if c.disabled {
		return
	}
	switch e.Name {
	case fyne.KeyBackspace:
		if c.at > 0 {
			c.at--
			c.code = append(c.code[:c.at], c.code[c.at+1:]...)
			c.changed()
		}
	case fyne.KeyDelete:
		if c.at < len(c.code) {
			c.code = append(c.code[:c.at], c.code[c.at+1:]...)
			c.changed()
		}
	case fyne.KeyLeft:
		c.moveTo(c.at - 1)
	case fyne.KeyRight:
		c.moveTo(c.at + 1)
	case fyne.KeyHome:
		c.moveTo(0)
	case fyne.KeyEnd:
		c.moveTo(len(c.code))
	case fyne.KeyReturn, fyne.KeyEnter:
		if c.takes() && c.Complete() && c.OnSubmit != nil {
			c.OnSubmit(c.Code())
		}
	default:
		look.Pass(c, e)
	}
}

func (c *CodeEntry) moveTo(box int) {
	c.at = min(max(box, 0), len(c.code))
	c.Refresh()
}

// TypedShortcut takes a pasted code: the whole of it, wherever the caret stands.
func (c *CodeEntry) TypedShortcut(s fyne.Shortcut) {
	p, ok := s.(*fyne.ShortcutPaste)
	if !ok || !c.takes() || p.Clipboard == nil {
		return
	}
	c.Paste(p.Clipboard.Content())
}

// Paste replaces the code by what of a text can be one.
func (c *CodeEntry) Paste(text string) {
	var kept []rune
	for _, r := range strings.TrimSpace(text) {
		if c.allowed(r) && len(kept) < c.most() {
			kept = append(kept, r)
		}
	}
	if len(kept) == 0 {
		return
	}
	c.code, c.at = kept, len(kept)
	c.changed()
}

func (c *CodeEntry) changed() {
	c.Refresh()
	if c.OnChanged != nil {
		c.OnChanged(c.Code())
	}
	if c.length > 0 && len(c.code) == c.length && c.OnComplete != nil {
		c.OnComplete(c.Code())
	}
}

// Tapped takes the focus and puts the caret into the box that was hit.
func (c *CodeEntry) Tapped(e *fyne.PointEvent) {
	if c.disabled {
		return
	}
	if c.OnTouched != nil {
		c.OnTouched()
	}
	if cv := fyne.CurrentApp().Driver().CanvasForObject(c); cv != nil {
		cv.Focus(c)
	}
	if c.length > 0 {
		width, gap := c.boxes(c.Size().Width)
		c.moveTo(int(e.Position.X / (width + gap)))
	}
}

// FocusGained implements fyne.Focusable.
func (c *CodeEntry) FocusGained() { c.focused = true; c.Refresh() }

// FocusLost implements fyne.Focusable.
func (c *CodeEntry) FocusLost() { c.focused = false; c.Refresh() }

// Cursor implements desktop.Cursorable.
func (c *CodeEntry) Cursor() desktop.Cursor { return desktop.TextCursor }

// Enable implements fyne.Disableable.
func (c *CodeEntry) Enable() { c.disabled = false; c.Refresh() }

// Disable implements fyne.Disableable.
func (c *CodeEntry) Disable() { c.disabled = true; c.Refresh() }

// Disabled implements fyne.Disableable.
func (c *CodeEntry) Disabled() bool { return c.disabled }

const (
	boxWidth, boxHeight, boxGap = 54, 54, 10
	boxText                     = 24
	// Of the boxes of a long code.
	boxNarrow, boxLess = 18, 4
	boxMany            = 6 // more than these are a long code
)

// boxes returns how wide a box is, and the gap to the next, in a width.
func (c *CodeEntry) boxes(in float32) (width, gap float32) {
	n := float32(max(c.length, 1))
	if gap = boxGap; n > boxMany {
		gap = boxLess
	}
	return min(boxWidth, max(boxNarrow, (in-(n-1)*gap)/n)), gap
}

// CreateRenderer implements fyne.Widget.
func (c *CodeEntry) CreateRenderer() fyne.WidgetRenderer {
	r := &codeRenderer{c: c, caret: &canvas.Rectangle{}}
	for range max(c.length, 1) {
		box := &canvas.Rectangle{CornerRadius: 8, StrokeWidth: 1}
		text := &canvas.Text{TextSize: boxText, Alignment: fyne.TextAlignCenter, TextStyle: fyne.TextStyle{Monospace: true}}
		r.boxes, r.texts = append(r.boxes, box), append(r.texts, text)
		r.objects = append(r.objects, box, text)
	}
	r.objects = append(r.objects, r.caret)
	r.Refresh()
	return r
}

type codeRenderer struct {
	c       *CodeEntry
	boxes   []*canvas.Rectangle
	texts   []*canvas.Text
	caret   *canvas.Rectangle
	objects []fyne.CanvasObject
}

func (r *codeRenderer) Destroy()                     {}
func (r *codeRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *codeRenderer) MinSize() fyne.Size {
	if r.c.length == 0 {
		return fyne.NewSize(260, boxHeight)
	}
	n := float32(r.c.length)
	if n > boxMany {
		return fyne.NewSize(n*boxNarrow+(n-1)*boxLess, boxHeight)
	}
	return fyne.NewSize(n*boxWidth+(n-1)*boxGap, boxHeight)
}

func (r *codeRenderer) Layout(size fyne.Size) {
	width, gap := r.c.boxes(size.Width)
	if r.c.length == 0 {
		width = size.Width
	}
	for i, box := range r.boxes {
		x := float32(i) * (width + gap)
		box.Move(fyne.NewPos(x, 0))
		box.Resize(fyne.NewSize(width, boxHeight))
		h := r.texts[i].MinSize().Height
		r.texts[i].Move(fyne.NewPos(x, (boxHeight-h)/2))
		r.texts[i].Resize(fyne.NewSize(width, h))
	}
	r.placeCaret(width, gap)
}

func (r *codeRenderer) placeCaret(width, gap float32) {
	c := r.c
	r.caret.Hidden = !c.focused || c.disabled || c.at >= c.most()
	x := float32(c.at)*(width+gap) + width/2
	if c.length == 0 {
		style := r.texts[0].TextStyle
		all := fyne.MeasureText(string(c.code), boxText, style).Width
		x = (width-all)/2 + fyne.MeasureText(string(c.code[:c.at]), boxText, style).Width
	} else if c.at < len(c.code) {
		x += min(14, width/2-2) // behind the character that will be replaced
	}
	r.caret.Move(fyne.NewPos(x, (boxHeight-28)/2))
	r.caret.Resize(fyne.NewSize(1.5, 28))
}

func (r *codeRenderer) Refresh() {
	c, th := r.c, r.c.Theme()
	r.caret.FillColor = paint(th, theme.ColorNamePrimary)
	ink := pick(c.disabled, theme.ColorNameDisabled, theme.ColorNameForeground)
	for i, box := range r.boxes {
		box.FillColor = paint(th, theme.ColorNameInputBackground)
		box.StrokeColor, box.StrokeWidth = paint(th, look.Border), 1
		if c.focused && !c.disabled && (c.length == 0 || i == min(c.at, c.length-1)) {
			box.StrokeColor, box.StrokeWidth = paint(th, theme.ColorNamePrimary), 2
		}
		text := r.texts[i]
		text.Color, text.Text = paint(th, ink), ""
		switch {
		case c.length == 0:
			text.Text = string(c.code)
		case i < len(c.code):
			text.Text = string(c.code[i])
		}
	}
	r.Layout(c.Size())
	canvas.Refresh(c)
}
