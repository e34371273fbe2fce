package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
)

// FormField is a control with its label above, and below it help or what is wrong.
type FormField struct {
	widget.BaseWidget
	control  fyne.CanvasObject
	label    *look.Text
	star     *look.Text
	help     *look.Text
	wrong    *look.Text
	outlined *outline
}

// NewFormField returns a field around a control.
func NewFormField(label string, control fyne.CanvasObject) *FormField {
	f := &FormField{
		control:  control,
		label:    look.NewText(label, look.Muted, theme.SizeNameCaptionText),
		star:     look.NewText("*", look.RedText, theme.SizeNameCaptionText).Bold(),
		help:     look.NewLines("", look.Muted, theme.SizeNameCaptionText),
		wrong:    look.NewLines("", look.RedText, theme.SizeNameCaptionText),
		outlined: newOutline(),
	}
	f.star.Hide()
	f.help.Hide()
	f.wrong.Hide()
	f.ExtendBaseWidget(f)
	return f
}

// Required marks the field as one that must be filled in, and returns it.
func (f *FormField) Required() *FormField {
	f.star.Show()
	return f
}

// Help says under the control what is meant, and returns the field.
func (f *FormField) Help(text string) *FormField {
	f.help.Set(text)
	f.help.Hidden = text == ""
	f.Refresh()
	return f
}

// SetError says under the control what is wrong with it and draws a red line
// around it; "" takes both away.
func (f *FormField) SetError(text string) {
	if f.wrong.Text == text && f.wrong.Hidden == (text == "") {
		return
	}
	f.wrong.Set(text)
	f.wrong.Hidden = text == ""
	f.outlined.set(text != "")
	f.Refresh()
}

// Error returns what is said to be wrong.
func (f *FormField) Error() string { return f.wrong.Text }

// Control returns what the field is around.
func (f *FormField) Control() fyne.CanvasObject { return f.control }

// CreateRenderer implements fyne.Widget.
func (f *FormField) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(look.Column(4,
		look.Row(3, f.label, f.star), container.NewStack(f.control, f.outlined), f.wrong, f.help))
}

// outline is a red line that lies over a control and lets taps through.
type outline struct {
	widget.BaseWidget
	line *canvas.Rectangle
	on   bool
}

func newOutline() *outline {
	o := &outline{line: &canvas.Rectangle{FillColor: color.Transparent, StrokeColor: color.Transparent, StrokeWidth: 1}}
	o.ExtendBaseWidget(o)
	return o
}

func (o *outline) set(on bool) {
	o.on = on
	o.Refresh()
}

// Refresh takes the colour from the theme.
func (o *outline) Refresh() {
	o.line.StrokeColor = color.Transparent
	if o.on {
		o.line.StrokeColor = paint(o.Theme(), theme.ColorNameError)
	}
	o.line.CornerRadius = o.Theme().Size(theme.SizeNameInputRadius)
	o.BaseWidget.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (o *outline) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(o.line) }
