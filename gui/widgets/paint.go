package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
)

// paint looks a colour up in a theme, in the variant the program shows.
func paint(th fyne.Theme, name fyne.ThemeColorName) color.Color {
	c := th.Color(name, fyne.CurrentApp().Settings().ThemeVariant())
	if c == nil { // a theme that does not know our names
		return color.Transparent
	}
	return c
}
