package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
)

// Section is a white card with a title over what belongs together.
type Section struct {
	widget.BaseWidget
	title *look.Text
	side  *fyne.Container
	body  *fyne.Container
}

// NewSection returns a card; without a title its contents begin at the top.
func NewSection(title string, contents ...fyne.CanvasObject) *Section {
	s := &Section{
		title: look.NewCut(title, theme.ColorNameForeground, theme.SizeNameText).Bold(),
		side:  look.Row(8), body: look.Column(10, contents...),
	}
	s.title.Hidden = title == ""
	s.ExtendBaseWidget(s)
	return s
}

// SetTitle changes the title.
func (s *Section) SetTitle(title string) {
	s.title.Hidden = title == ""
	s.title.Set(title)
	s.Refresh()
}

// SetSide puts something on the right of the title, such as a badge.
func (s *Section) SetSide(objects ...fyne.CanvasObject) *Section {
	s.side.Objects = objects
	s.side.Refresh()
	return s
}

// SetContents changes what the card holds.
func (s *Section) SetContents(contents ...fyne.CanvasObject) {
	s.body.Objects = contents
	s.body.Refresh()
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *Section) CreateRenderer() fyne.WidgetRenderer {
	head := container.NewBorder(nil, nil, nil, s.side, s.title)
	if s.title.Hidden {
		head.Hide()
	}
	return widget.NewSimpleRenderer(container.NewStack(
		look.NewCard(look.Panel, theme.ColorNameSeparator, 8),
		look.Inset(look.Column(12, head, s.body), 16, 16, 16, 16),
	))
}
