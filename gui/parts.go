package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
	"reconbanker/icons"
)

// newIcon returns a line icon of a size.
func newIcon(name icons.Name, colour fyne.ThemeColorName, side float32) *canvas.Image {
	i := canvas.NewImageFromResource(icons.In(name, colour))
	i.FillMode = canvas.ImageFillContain
	i.SetMinSize(fyne.NewSquareSize(side))
	return i
}

// entry is Fyne's, with Escape offered to whoever shows it.
type entry struct {
	widget.Entry
	onEscape func()
}

func newEntry(hint string) *entry {
	e := &entry{}
	e.PlaceHolder = hint
	e.ExtendBaseWidget(e)
	return e
}

// TypedShortcut implements fyne.Shortcutable.
func (e *entry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	look.PassShortcut(e, s)
}

// TypedKey implements fyne.Focusable.
func (e *entry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case k.Name == fyne.KeyEscape && e.onEscape != nil:
		e.onEscape()
	case k.Name == fyne.KeyEscape || k.Name == fyne.KeyF5:
		look.Pass(e, k)
	default:
		e.Entry.TypedKey(k)
	}
}

// tabs is a bar of titles over one body. Unlike Fyne's, its titles are reached by
// Tab and its bodies are made when they are first opened.
type tabs struct {
	bar      *fyne.Container
	body     *fyne.Container
	titles   []*tabTitle
	makers   []func() View
	views    []View
	at       int
	leaving  func(from View, then func()) // asked before another tab is opened
	switched func()
	root     fyne.CanvasObject
}

func newTabs(leaving func(View, func()), switched func()) *tabs {
	t := &tabs{bar: look.Row(0), body: container.NewStack(), at: -1, leaving: leaving, switched: switched}
	t.root = look.Edges(container.NewStack(look.Edges(nil, look.Rule(), nil, nil), t.bar), nil, nil, nil,
		look.Inset(t.body, 12, 0, 0, 0))
	return t
}

func (t *tabs) add(title string, maker func() View) {
	n := len(t.titles)
	head := newTabTitle(title, func() { t.open(n) })
	t.titles, t.makers, t.views = append(t.titles, head), append(t.makers, maker), append(t.views, nil)
	t.bar.Add(head)
}

// open opens a tab, unless something in the one in front is not saved.
func (t *tabs) open(n int) {
	if n == t.at || n < 0 || n >= len(t.makers) {
		return
	}
	if t.at < 0 {
		t.put(n)
		return
	}
	t.leaving(t.views[t.at], func() { t.put(n) })
}

func (t *tabs) put(n int) {
	if t.views[n] == nil {
		t.views[n] = t.makers[n]()
	}
	t.at = n
	for i, head := range t.titles {
		head.choose(i == n)
	}
	t.body.Objects = []fyne.CanvasObject{t.views[n].Object()}
	t.body.Refresh()
	if v, ok := t.views[n].(starter); ok {
		v.Shown()
	}
	t.switched()
}

func (t *tabs) front() View {
	if t.at < 0 {
		return nil
	}
	return t.views[t.at]
}

// tabTitle is the title of one tab.
type tabTitle struct {
	widget.BaseWidget
	words                    string
	tapped                   func()
	chosen, hovered, focused bool
}

func newTabTitle(words string, tapped func()) *tabTitle {
	t := &tabTitle{words: words, tapped: tapped}
	t.ExtendBaseWidget(t)
	return t
}

func (t *tabTitle) choose(on bool) {
	if t.chosen != on {
		t.chosen = on
		t.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (t *tabTitle) Tapped(*fyne.PointEvent) { t.tapped() }

// FocusGained implements fyne.Focusable.
func (t *tabTitle) FocusGained() { t.focused = true; t.Refresh() }

// FocusLost implements fyne.Focusable.
func (t *tabTitle) FocusLost() { t.focused = false; t.Refresh() }

// TypedRune implements fyne.Focusable.
func (t *tabTitle) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (t *tabTitle) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		t.tapped()
	default:
		look.Pass(t, k)
	}
}

// MouseIn implements desktop.Hoverable.
func (t *tabTitle) MouseIn(*desktop.MouseEvent) { t.hovered = true; t.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (t *tabTitle) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *tabTitle) MouseOut() { t.hovered = false; t.Refresh() }

// CreateRenderer implements fyne.Widget.
func (t *tabTitle) CreateRenderer() fyne.WidgetRenderer {
	r := &tabRenderer{t: t, words: look.NewText(t.words, look.Muted, theme.SizeNameText), line: look.NewArea(""), back: look.NewCard("", "", 6)}
	r.words.Align = fyne.TextAlignCenter
	r.Refresh()
	return r
}

type tabRenderer struct {
	t          *tabTitle
	words      *look.Text
	line, back *look.Area
}

func (r *tabRenderer) Destroy() {}

func (r *tabRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.words, r.line}
}

func (r *tabRenderer) MinSize() fyne.Size {
	bold := fyne.MeasureText(r.t.words, theme.TextSize(), fyne.TextStyle{Bold: true})
	return fyne.NewSize(bold.Width+28, bold.Height+18)
}

func (r *tabRenderer) Layout(size fyne.Size) {
	h := r.words.MinSize().Height
	r.words.Move(fyne.NewPos(14, (size.Height-h)/2-1))
	r.words.Resize(fyne.NewSize(size.Width-28, h))
	r.line.Move(fyne.NewPos(0, size.Height-2))
	r.line.Resize(fyne.NewSize(size.Width, 2))
	r.back.Move(fyne.NewPos(2, 3))
	r.back.Resize(size.SubtractWidthHeight(4, 8))
}

func (r *tabRenderer) Refresh() {
	t := r.t
	tone, line, back, ring := look.Muted, fyne.ThemeColorName(""), fyne.ThemeColorName(""), fyne.ThemeColorName("")
	if t.chosen {
		tone, line = theme.ColorNameHyperlink, theme.ColorNamePrimary
	} else if t.hovered {
		back = theme.ColorNameHover
	}
	if t.focused {
		ring = theme.ColorNamePrimary
	}
	r.words.Style.Bold = t.chosen
	r.words.Color = tone
	r.words.Refresh()
	r.line.Set(line, "")
	r.back.Set(back, ring)
	canvas.Refresh(t)
}
