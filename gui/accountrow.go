package gui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
	"reconbanker/gui/model"
)

const rowHeight = 66

// accountRow is one account in the list: light, name, a word in the corner, and
// what it does in up to two lines.
type accountRow struct {
	widget.BaseWidget
	bar    *look.Area
	light  *look.Dot
	name   *look.Text
	corner *look.Text
	second *look.Text
}

func newAccountRow() *accountRow {
	r := &accountRow{
		bar: look.NewArea(""), light: look.NewDot(look.Neutral),
		name:   look.NewCut("", theme.ColorNameForeground, look.ListText).Bold(),
		corner: look.NewText("", look.Muted, theme.SizeNameCaptionText),
		second: look.NewCut("", look.Muted, theme.SizeNameCaptionText),
	}
	r.second.Lines = 2
	r.ExtendBaseWidget(r)
	return r
}

func (r *accountRow) show(a model.Account, chosen bool, now time.Time) {
	tone := toneOf(a.State.Light())
	r.light.Set(tone)
	r.name.Set(a.Name)
	r.corner.Set(cornerWords(a))
	r.corner.SetColor(look.Muted)
	if tone == look.Warn || tone == look.Bad {
		r.corner.SetColor(tone.Words())
	}
	r.second.Set(secondLine(a, now))
	if chosen {
		r.bar.Set(theme.ColorNamePrimary, "")
	} else {
		r.bar.Set("", "")
	}
	r.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *accountRow) CreateRenderer() fyne.WidgetRenderer { return &accountRowRenderer{r} }

type accountRowRenderer struct{ r *accountRow }

func (r *accountRowRenderer) Destroy() {}

func (r *accountRowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.r.bar, r.r.light, r.r.name, r.r.corner, r.r.second}
}

func (r *accountRowRenderer) MinSize() fyne.Size { return fyne.NewSize(120, rowHeight) }

func (r *accountRowRenderer) Layout(size fyne.Size) {
	const left, right, top = 39, 16, 10
	w := r.r
	w.bar.Resize(fyne.NewSize(3, size.Height))
	w.light.Move(fyne.NewPos(15, top+4))
	w.light.Resize(fyne.NewSize(12, 12))
	corner := w.corner.MinSize()
	w.corner.Resize(corner)
	w.corner.Move(fyne.NewPos(size.Width-right-corner.Width, top+3))
	w.name.Move(fyne.NewPos(left, top))
	w.name.Resize(fyne.NewSize(size.Width-left-right-corner.Width-8, w.name.MinSize().Height))
	w.second.Move(fyne.NewPos(left, top+19))
	w.second.Resize(fyne.NewSize(size.Width-left-right-30, w.second.MinSize().Height))
}

func (r *accountRowRenderer) Refresh() {
	r.Layout(r.r.Size())
}
