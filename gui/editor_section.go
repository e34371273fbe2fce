package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/icons"
)

// sectionEntry is a section in the list of sections: its mark and its name.
type sectionEntry struct {
	widget.BaseWidget
	tapped func()
	danger bool
	mark   model.Mark
	chosen bool
	words  *look.Text
	back   *look.Area
	icon   *canvas.Image
	dot    *look.Dot

	hovered, focused bool
}

func newSectionEntry(words string, danger bool, tapped func()) *sectionEntry {
	e := &sectionEntry{
		tapped: tapped, danger: danger, words: look.NewCut(words, theme.ColorNameForeground, theme.SizeNameText),
		back: look.NewCard("", "", 6), icon: canvas.NewImageFromResource(nil), dot: look.NewDot(look.Warn),
	}
	e.icon.FillMode = canvas.ImageFillContain
	e.dot.Side = 8
	e.ExtendBaseWidget(e)
	return e
}

// show shows how the section stands, and whether it is the one in view.
func (e *sectionEntry) show(mark model.Mark, chosen bool) {
	if e.mark == mark && e.chosen == chosen && e.icon.Resource != nil {
		return
	}
	e.mark, e.chosen = mark, chosen
	e.Refresh()
}

// Tapped implements fyne.Tappable.
func (e *sectionEntry) Tapped(*fyne.PointEvent) { e.tapped() }

// FocusGained implements fyne.Focusable.
func (e *sectionEntry) FocusGained() { e.focused = true; e.Refresh() }

// FocusLost implements fyne.Focusable.
func (e *sectionEntry) FocusLost() { e.focused = false; e.Refresh() }

// TypedRune implements fyne.Focusable.
func (e *sectionEntry) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (e *sectionEntry) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		e.tapped()
	default:
		look.Pass(e, k)
	}
}

// MouseIn implements desktop.Hoverable.
func (e *sectionEntry) MouseIn(*desktop.MouseEvent) { e.hovered = true; e.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (e *sectionEntry) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (e *sectionEntry) MouseOut() { e.hovered = false; e.Refresh() }

// CreateRenderer implements fyne.Widget.
func (e *sectionEntry) CreateRenderer() fyne.WidgetRenderer {
	r := &sectionRenderer{e}
	r.Refresh()
	return r
}

type sectionRenderer struct{ e *sectionEntry }

func (r *sectionRenderer) Destroy() {}

func (r *sectionRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.e.back, r.e.icon, r.e.dot, r.e.words}
}

func (r *sectionRenderer) MinSize() fyne.Size { return fyne.NewSize(100, 26) }

func (r *sectionRenderer) Layout(size fyne.Size) {
	const side, left = 14, 8
	e := r.e
	e.back.Resize(size)
	e.icon.Move(fyne.NewPos(left, (size.Height-side)/2))
	e.icon.Resize(fyne.NewSquareSize(side))
	e.dot.Move(fyne.NewPos(left, (size.Height-side)/2))
	e.dot.Resize(fyne.NewSquareSize(side))
	h := e.words.MinSize().Height
	e.words.Move(fyne.NewPos(left+side+8, (size.Height-h)/2))
	e.words.Resize(fyne.NewSize(size.Width-left-side-12, h))
}

func (r *sectionRenderer) Refresh() {
	e := r.e
	words, tone := theme.ColorNameForeground, look.GreenText
	switch {
	case e.danger || e.mark == model.Wrong:
		words, tone = look.RedText, look.RedText
	case e.chosen:
		words = theme.ColorNameHyperlink
	}
	e.words.Style.Bold = e.chosen
	e.words.Color = words
	e.words.Refresh()
	name, drawn := markIcons[e.mark]
	if !drawn {
		name = icons.Check
	}
	e.icon.Resource = icons.In(name, tone)
	e.icon.Hidden = !drawn
	e.icon.Refresh()
	e.dot.Hidden = e.mark != model.ToDo
	back, line := fyne.ThemeColorName(""), fyne.ThemeColorName("")
	switch {
	case e.chosen:
		back = look.Chosen
	case e.hovered:
		back = theme.ColorNameHover
	}
	if e.focused {
		line = theme.ColorNamePrimary
	}
	e.back.Set(back, line)
	canvas.Refresh(e)
}
