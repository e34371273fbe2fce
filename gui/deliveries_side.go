package gui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// Widths of the card beside a table: its share of the screen, within limits.
const (
	sideShare = 0.36
	sideLeast = 320
	sideMost  = 560
)

// screenHead is the title of a screen with a line under it, and buttons at its right.
func screenHead(title, under string, buttons ...fyne.CanvasObject) fyne.CanvasObject {
	words := look.Column(0,
		look.NewCut(title, theme.ColorNameForeground, look.TitleText).Bold(),
		look.NewCut(under, look.Muted, theme.SizeNameText))
	return look.Edges(nil, nil, nil, look.Inset(container.NewVBox(look.Row(6, buttons...)), 4, 0, 12, 0), words)
}

// sidePanel is the card beside a table that shows the row in question: something
// to scroll, over buttons that stay in reach.
type sidePanel struct {
	inside *fyne.Container
	foot   *fyne.Container
	scroll *container.Scroll
	full   fyne.CanvasObject
	none   fyne.CanvasObject
	root   fyne.CanvasObject
}

// newSidePanel returns a card that says hint until something is shown.
func newSidePanel(hint string) *sidePanel {
	p := &sidePanel{inside: look.Column(14), foot: look.Row(6)}
	p.scroll = container.NewVScroll(look.Inset(p.inside, 16, 16, 16, 16))
	p.full = look.Edges(nil, look.Edges(look.Rule(), nil, nil, nil, look.Inset(p.foot, 12, 12, 16, 16)), nil, nil, p.scroll)
	words := look.NewLines(hint, look.Muted, theme.SizeNameText)
	words.Align = fyne.TextAlignCenter
	p.none = container.NewCenter(fixedWidth(240, words))
	p.root = container.NewStack(look.NewCard(look.Panel, theme.ColorNameSeparator, 8), p.full, p.none)
	p.empty()
	return p
}

// empty shows nothing but the hint.
func (p *sidePanel) empty() {
	p.full.Hide()
	p.none.Show()
	p.root.Refresh()
}

// show shows parts, and from their beginning when they are of another row.
func (p *sidePanel) show(another bool, parts []fyne.CanvasObject, buttons ...fyne.CanvasObject) {
	p.inside.Objects, p.foot.Objects = parts, buttons
	p.none.Hide()
	p.full.Show()
	p.inside.Refresh()
	p.foot.Refresh()
	if another {
		p.scroll.ScrollToTop()
	}
	p.root.Refresh()
}

// beside lays a panel at the right of the rest.
func beside(rest, panel fyne.CanvasObject) fyne.CanvasObject {
	return container.New(sideLayout{}, rest, panel)
}

type sideLayout struct{}

// MinSize implements fyne.Layout.
func (sideLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	rest, panel := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(rest.Width+sideLeast, max(rest.Height, panel.Height))
}

// Layout implements fyne.Layout.
func (sideLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	const gap = 14
	width := min(max(size.Width*sideShare, sideLeast), sideMost)
	objects[0].Resize(fyne.NewSize(max(size.Width-width-gap, 0), size.Height))
	objects[0].Move(fyne.Position{})
	objects[1].Resize(fyne.NewSize(width, size.Height))
	objects[1].Move(fyne.NewPos(size.Width-width, 0))
}

// middle puts an object into the middle of the height it is given, over all of
// its width.
func middle(o fyne.CanvasObject) fyne.CanvasObject { return container.New(middleLayout{}, o) }

type middleLayout struct{}

// MinSize implements fyne.Layout.
func (middleLayout) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

// Layout implements fyne.Layout.
func (middleLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	height := objects[0].MinSize().Height
	objects[0].Resize(fyne.NewSize(size.Width, height))
	objects[0].Move(fyne.NewPos(0, (size.Height-height)/2))
}

// part is a heading of a panel over what belongs to it, with a small button.
func part(title string, side fyne.CanvasObject, contents ...fyne.CanvasObject) fyne.CanvasObject {
	head := look.Edges(nil, nil, nil, side, middle(look.NewCut(title, theme.ColorNameForeground, look.SmallText).Bold()))
	return look.Column(6, append([]fyne.CanvasObject{head}, contents...)...)
}

// codeBlock is text in a fixed width on a soft ground. It can be selected, and is
// broken anywhere: nothing of it is left out.
func codeBlock(text string) fyne.CanvasObject {
	words := widget.NewLabel(text)
	words.TextStyle.Monospace = true
	words.SizeName = theme.SizeNameCaptionText
	words.Wrapping = fyne.TextWrapBreak
	words.Selectable = true
	return container.NewStack(look.NewCard(look.Code, "", 6), words)
}

// small is a line of a panel that says something beside.
func small(words string) *look.Text {
	return look.NewLines(words, look.Muted, theme.SizeNameCaptionText)
}

// copyButton puts a text on the clipboard.
func (a *App) copyButton(words, text string) *look.Button {
	return look.NewQuiet(words, func() { a.copyText(text) }).WithIcon(icons.Copy)
}

func (a *App) copyText(text string) {
	a.fyne.Clipboard().SetContent(text)
	a.toasts.good(lang.T("deliveries.copied"))
}

// clockWords writes a moment to the second: the time on the day of now, with the
// day otherwise.
func clockWords(t, now time.Time) string {
	clock := t.Local().Format(time.TimeOnly)
	if lang.Date(t) == lang.Date(now) {
		return clock
	}
	return lang.Date(t) + " " + clock
}

// accountOptions are the accounts to choose from, after all of them.
func (a *App) accountOptions() []widgets.Option {
	out := []widgets.Option{{ID: "", Text: lang.T("deliveries.every_account")}}
	for _, account := range a.over.Accounts {
		out = append(out, widgets.Option{ID: account.ID, Text: short(account.Name, 28)})
	}
	return out
}

// short cuts a text after so many characters.
func short(text string, most int) string {
	chars := []rune(text)
	if len(chars) <= most {
		return text
	}
	return string(chars[:most-1]) + "…"
}

// accountName is an account's name, or a dash for one that is gone.
func (a *App) accountName(id string) string {
	if account, ok := a.over.Find(id); ok {
		return account.Name
	}
	return "—"
}
