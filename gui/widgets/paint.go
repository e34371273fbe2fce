package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"reconbanker/icons"
)

// paint looks a colour up in a theme, in the variant the program shows.
func paint(th fyne.Theme, name fyne.ThemeColorName) color.Color {
	c := th.Color(name, fyne.CurrentApp().Settings().ThemeVariant())
	if c == nil { // a theme that does not know our names
		return color.Transparent
	}
	return c
}

// picture is a line icon of a size in a colour of the theme.
func picture(name icons.Name, ink fyne.ThemeColorName, side float32) *canvas.Image {
	i := canvas.NewImageFromResource(icons.In(name, ink))
	i.FillMode = canvas.ImageFillContain
	i.SetMinSize(fyne.NewSquareSize(side))
	return i
}
