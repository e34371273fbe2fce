package look

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Text is words without the padding of Fyne's labels, in a colour and size of the
// theme. It is cut with an ellipsis where there is no room, or broken into lines.
type Text struct {
	widget.BaseWidget
	Text  string
	Color fyne.ThemeColorName
	Font  fyne.ThemeSizeName
	Style fyne.TextStyle
	Align fyne.TextAlign
	// Lines is how many lines it may take: 1 cuts it, 0 asks for the room of all of
	// it on one line, a negative number breaks it into as many as it needs.
	Lines int

	shown []string
	width float32
	last  broken // a layout asks the same several times, and measuring is dear
}

// broken is a text as it was broken up, and what that depends on.
type broken struct {
	text        string
	width, size float32
	style       fyne.TextStyle
	lines       int
	out         []string
}

// NewText returns a text of one line that asks for the room it needs.
func NewText(text string, color fyne.ThemeColorName, size fyne.ThemeSizeName) *Text {
	t := &Text{Text: text, Color: color, Font: size}
	t.ExtendBaseWidget(t)
	return t
}

// NewCut returns a text that is cut where there is no room.
func NewCut(text string, color fyne.ThemeColorName, size fyne.ThemeSizeName) *Text {
	t := NewText(text, color, size)
	t.Lines = 1
	return t
}

// NewLines returns a text that is broken into as many lines as it needs.
func NewLines(text string, color fyne.ThemeColorName, size fyne.ThemeSizeName) *Text {
	t := NewText(text, color, size)
	t.Lines = -1
	return t
}

// Bold makes the text bold and returns it.
func (t *Text) Bold() *Text {
	t.Style.Bold = true
	return t
}

// Set changes the text.
func (t *Text) Set(text string) {
	if t.Text == text {
		return
	}
	t.Text = text
	t.Refresh()
}

// SetColor changes the colour.
func (t *Text) SetColor(color fyne.ThemeColorName) {
	if t.Color == color {
		return
	}
	t.Color = color
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &textRenderer{t: t}
	r.Refresh()
	return r
}

type textRenderer struct {
	t     *Text
	lines []fyne.CanvasObject
}

func (r *textRenderer) Destroy() {}

func (r *textRenderer) Objects() []fyne.CanvasObject { return r.lines }

func (r *textRenderer) lineHeight() float32 {
	return fyne.MeasureText("M", theme.Size(r.t.Font), r.t.Style).Height
}

func (r *textRenderer) MinSize() fyne.Size {
	t := r.t
	switch {
	case t.Lines == 0:
		return fyne.MeasureText(t.Text, theme.Size(t.Font), t.Style)
	case t.Lines > 0:
		return fyne.NewSize(10, r.lineHeight()*float32(t.Lines))
	}
	n := 1
	if t.width > 0 {
		n = len(t.breakUp(t.width))
	}
	return fyne.NewSize(40, r.lineHeight()*float32(max(n, 1)))
}

func (r *textRenderer) Layout(size fyne.Size) {
	before := len(r.t.shown)
	r.t.width = size.Width
	r.fill()
	h := r.lineHeight()
	for i, o := range r.lines {
		o.Move(fyne.NewPos(0, float32(i)*h))
		o.Resize(fyne.NewSize(size.Width, h))
	}
	if r.t.Lines < 0 && len(r.t.shown) != before {
		canvas.Refresh(r.t) // another height: whoever holds it lays it out again
	}
}

func (r *textRenderer) Refresh() {
	r.fill()
	r.place()
	canvas.Refresh(r.t)
}

func (r *textRenderer) place() {
	h := r.lineHeight()
	for i, o := range r.lines {
		o.Move(fyne.NewPos(0, float32(i)*h))
		o.Resize(fyne.NewSize(r.t.width, h))
	}
}

// fill makes one canvas text per line that is shown.
func (r *textRenderer) fill() {
	t := r.t
	switch {
	case t.Lines == 0 || t.width <= 0:
		t.shown = []string{t.Text}
	default:
		t.shown = t.breakUp(t.width)
	}
	for len(r.lines) < len(t.shown) {
		r.lines = append(r.lines, &canvas.Text{})
	}
	r.lines = r.lines[:len(t.shown)]
	for i, o := range r.lines {
		line := o.(*canvas.Text) //nolint:forcetypeassert // made above
		line.Text, line.Color, line.TextSize = t.shown[i], theme.Color(t.Color), theme.Size(t.Font)
		line.TextStyle, line.Alignment = t.Style, t.Align
		line.Refresh()
	}
}

// breakUp breaks the text into lines of a width, at spaces where it can; the last
// line allowed is cut.
func (t *Text) breakUp(width float32) []string {
	now := broken{text: t.Text, width: width, size: theme.Size(t.Font), style: t.Style, lines: t.Lines}
	if b := &t.last; b.out == nil || b.text != now.text || b.width != width || b.size != now.size || b.style != now.style || b.lines != now.lines {
		now.out = t.breakAnew(width)
		t.last = now
	}
	return t.last.out
}

func (t *Text) breakAnew(width float32) []string {
	var out []string
	for paragraph := range strings.SplitSeq(t.Text, "\n") {
		words := strings.Split(paragraph, " ")
		line := ""
		for i, w := range words {
			next := w
			if line != "" {
				next = line + " " + w
			}
			if line == "" || t.measure(next) <= width {
				line = next
				continue
			}
			if t.Lines > 0 && len(out) == t.Lines-1 {
				line = line + " " + strings.Join(words[i:], " ")
				break
			}
			out = append(out, t.cut(line, width))
			line = w
		}
		out = append(out, t.cut(line, width))
		if t.Lines > 0 && len(out) >= t.Lines {
			return out[:t.Lines]
		}
	}
	return out
}

// cut shortens a line to a width, with an ellipsis.
func (t *Text) cut(line string, width float32) string {
	if t.measure(line) <= width {
		return line
	}
	chars := []rune(line)
	low, high := 0, len(chars)
	for low < high {
		mid := (low + high + 1) / 2
		if t.measure(strings.TrimRight(string(chars[:mid]), " ")+"…") <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return strings.TrimRight(string(chars[:low]), " ") + "…"
}

func (t *Text) measure(text string) float32 {
	return fyne.MeasureText(text, theme.Size(t.Font), t.Style).Width
}
