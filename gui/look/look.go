// Package look is how the window looks: colours, in light and dark, and sizes.
// Widgets name colours; only this package knows what they are.
package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Appearance is what a person chose.
type Appearance string

// The appearances; System follows the desktop.
const (
	System Appearance = "system"
	Light  Appearance = "light"
	Dark   Appearance = "dark"
)

// Colours of our own, beside Fyne's.
const (
	Panel    fyne.ThemeColorName = "panel"     // lists, cards, bars
	Rail     fyne.ThemeColorName = "rail"      // the dark strip on the left
	RailOn   fyne.ThemeColorName = "railOn"    // its chosen entry
	RailOver fyne.ThemeColorName = "railHover" // an entry under the pointer
	RailText fyne.ThemeColorName = "railText"
	RailLit  fyne.ThemeColorName = "railLit" // the text of the chosen entry
	Muted    fyne.ThemeColorName = "muted"   // second lines, hints
	Border   fyne.ThemeColorName = "border"  // of fields and buttons
	Chosen   fyne.ThemeColorName = "chosen"  // a chosen row
	Code     fyne.ThemeColorName = "code"    // behind monospaced text

	Green     fyne.ThemeColorName = "green"
	GreenSoft fyne.ThemeColorName = "greenSoft"
	GreenText fyne.ThemeColorName = "greenText"
	Amber     fyne.ThemeColorName = "amber"
	AmberSoft fyne.ThemeColorName = "amberSoft"
	AmberText fyne.ThemeColorName = "amberText"
	Red       fyne.ThemeColorName = "red"
	RedSoft   fyne.ThemeColorName = "redSoft"
	RedText   fyne.ThemeColorName = "redText"
	RedLine   fyne.ThemeColorName = "redLine" // border of a red banner
	AmberLine fyne.ThemeColorName = "amberLine"
	Blue      fyne.ThemeColorName = "blue"
	BlueSoft  fyne.ThemeColorName = "blueSoft"
	BlueText  fyne.ThemeColorName = "blueText"
	BlueLine  fyne.ThemeColorName = "blueLine"
	Grey      fyne.ThemeColorName = "grey"
	GreySoft  fyne.ThemeColorName = "greySoft"
	GreyText  fyne.ThemeColorName = "greyText"
)

// Sizes of our own, beside Fyne's.
const (
	TitleText fyne.ThemeSizeName = "title"    // the name of a screen or an account
	SmallText fyne.ThemeSizeName = "small"    // buttons and table cells
	TinyText  fyne.ThemeSizeName = "tiny"     // captions in the rail
	Radius    fyne.ThemeSizeName = "radius"   // corners of panels
	Gap       fyne.ThemeSizeName = "gap"      // between panels
	ListText  fyne.ThemeSizeName = "listText" // first line of a list row

	ScreenText fyne.ThemeSizeName = "screen" // the title over a list
)

// Theme is the program's look.
type Theme struct{ appearance Appearance }

// New returns the look for an appearance.
func New(a Appearance) *Theme { return &Theme{appearance: a} }

// Color implements fyne.Theme.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	switch t.appearance {
	case Light:
		variant = theme.VariantLight
	case Dark:
		variant = theme.VariantDark
	}
	palette := light
	if variant == theme.VariantDark {
		palette = dark
	}
	if c, ok := palette[name]; ok {
		return c
	}
	return theme.DefaultTheme().Color(name, variant)
}

// Font implements fyne.Theme.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(style) }

// Icon implements fyne.Theme.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// Size implements fyne.Theme.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return theme.DefaultTheme().Size(name)
}

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText: 13, theme.SizeNameCaptionText: 11, theme.SizeNameHeadingText: 19, theme.SizeNameSubHeadingText: 15,
	theme.SizeNameInnerPadding: 6, theme.SizeNamePadding: 4, theme.SizeNameInlineIcon: 16, theme.SizeNameLineSpacing: 3,
	theme.SizeNameInputRadius: 6, theme.SizeNameButtonRadius: 6, theme.SizeNameSelectionRadius: 0, theme.SizeNameCardRadius: 8,
	theme.SizeNameDialogRadius: 12, theme.SizeNamePopupRadius: 8, theme.SizeNameMenuRadius: 8, theme.SizeNameModalBlurRadius: 0,
	theme.SizeNameScrollBar: 10, theme.SizeNameScrollBarSmall: 4, theme.SizeNameScrollBarRadius: 4, theme.SizeNameInputBorder: 1,
	TitleText: 19, SmallText: 12, TinyText: 9, Radius: 8, Gap: 16, ListText: 13, ScreenText: 17,
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255} //nolint:gosec // three bytes of it
}

func shade(v uint32, alpha uint8) color.NRGBA {
	c := rgb(v)
	c.A = alpha
	return c
}
