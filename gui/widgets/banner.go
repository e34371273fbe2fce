package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
	"reconbanker/icons"
)

// Banner says across the width of a screen what is wrong, or wanted, and offers
// what to do about it.
type Banner struct {
	widget.BaseWidget
	tone  look.Tone
	title *look.Text
	text  *look.Text
	back  *look.Area
	icon  *fyne.Container
	row   *fyne.Container
}

// NewBanner returns a banner; text may be empty.
func NewBanner(tone look.Tone, title, text string, actions ...fyne.CanvasObject) *Banner {
	b := &Banner{
		title: look.NewLines(title, tone.Words(), theme.SizeNameText).Bold(),
		text:  look.NewLines(text, theme.ColorNameForeground, look.SmallText),
		back:  look.NewCard("", "", 8),
		icon:  container.NewVBox(),
		row:   look.Row(8, actions...),
	}
	b.ExtendBaseWidget(b)
	b.Set(tone, title, text)
	return b
}

// Set changes what the banner says.
func (b *Banner) Set(tone look.Tone, title, text string) {
	b.tone = tone
	b.title.SetColor(tone.Words())
	b.title.Set(title)
	b.text.Set(text)
	b.text.Hidden = text == ""
	b.back.Set(tone.Soft(), lineOf(tone))
	b.icon.Objects = []fyne.CanvasObject{picture(signOf(tone), tone.Words(), 18)}
	if text == "" { // one line stands in the middle, and the icon beside it
		b.icon.Objects = []fyne.CanvasObject{layout.NewSpacer(), b.icon.Objects[0], layout.NewSpacer()}
	}
	b.icon.Refresh()
	b.Refresh()
}

// SetActions changes what the banner offers.
func (b *Banner) SetActions(actions ...fyne.CanvasObject) {
	b.row.Objects = actions
	b.row.Refresh()
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	words := container.NewVBox(layout.NewSpacer(), look.Column(2, b.title, b.text), layout.NewSpacer())
	line := container.NewBorder(nil, nil,
		look.Inset(b.icon, 0, 0, 0, 10), look.Inset(container.NewCenter(b.row), 0, 0, 12, 0), words)
	return widget.NewSimpleRenderer(container.NewStack(b.back, look.Inset(line, 11, 11, 14, 14)))
}

func signOf(tone look.Tone) icons.Name {
	switch tone {
	case look.Good:
		return icons.Check
	case look.Warn, look.Bad:
		return icons.Warning
	}
	return icons.Info
}

// lineOf is the colour of the line around something in a tone.
func lineOf(tone look.Tone) fyne.ThemeColorName {
	switch tone {
	case look.Good:
		return look.Green
	case look.Active:
		return look.BlueLine
	case look.Warn:
		return look.AmberLine
	case look.Bad:
		return look.RedLine
	}
	return look.Border
}
