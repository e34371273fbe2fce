package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Every pair of text and background here has a contrast of at least 4.5 to 1.

var light = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameBackground:          rgb(0xF4F6F8),
	theme.ColorNameForeground:          rgb(0x17202B),
	theme.ColorNameButton:              rgb(0xFFFFFF),
	theme.ColorNameDisabledButton:      rgb(0xEEF1F4),
	theme.ColorNameDisabled:            rgb(0x93A0AE),
	theme.ColorNamePlaceHolder:         rgb(0x66758A),
	theme.ColorNamePrimary:             rgb(0x1565C8),
	theme.ColorNameHyperlink:           rgb(0x1565C8),
	theme.ColorNameForegroundOnPrimary: rgb(0xFFFFFF),
	theme.ColorNameForegroundOnError:   rgb(0xFFFFFF),
	theme.ColorNameForegroundOnSuccess: rgb(0xFFFFFF),
	theme.ColorNameForegroundOnWarning: rgb(0xFFFFFF),
	theme.ColorNameError:               rgb(0xC62F2F),
	theme.ColorNameSuccess:             rgb(0x1A7F43),
	theme.ColorNameWarning:             rgb(0x9A6A00),
	theme.ColorNameFocus:               shade(0x1565C8, 0x55),
	theme.ColorNameHover:               shade(0x17202B, 0x0C),
	theme.ColorNamePressed:             shade(0x17202B, 0x20),
	theme.ColorNameSelection:           rgb(0xE7F0FB),
	theme.ColorNameInputBackground:     rgb(0xFFFFFF),
	theme.ColorNameInputBorder:         rgb(0xC3CBD5),
	theme.ColorNameMenuBackground:      rgb(0xFFFFFF),
	theme.ColorNameOverlayBackground:   rgb(0xFFFFFF),
	theme.ColorNameHeaderBackground:    rgb(0xFAFBFC),
	theme.ColorNameSeparator:           rgb(0xE1E6EC),
	theme.ColorNameScrollBar:           shade(0x17202B, 0x50),
	theme.ColorNameScrollBarBackground: shade(0x17202B, 0x08),
	theme.ColorNameShadow:              shade(0x0B1520, 0x55),

	Panel: rgb(0xFFFFFF), Border: rgb(0xC9D1DA), Muted: rgb(0x5A6A7E), Chosen: rgb(0xE7F0FB), Code: rgb(0xF4F6F8),
	Rail: rgb(0x12263A), RailOn: rgb(0x1D3C5E), RailOver: rgb(0x18314D), RailText: rgb(0xA9BACD), RailLit: rgb(0xFFFFFF),
	Green: rgb(0x1E9E55), GreenSoft: rgb(0xE3F5EA), GreenText: rgb(0x166A39),
	Amber: rgb(0xE0A100), AmberSoft: rgb(0xFFF2CC), AmberText: rgb(0x7A5200), AmberLine: rgb(0xECCB76),
	Red: rgb(0xD64545), RedSoft: rgb(0xFDE8E6), RedText: rgb(0xA32020), RedLine: rgb(0xF0B7B1),
	Blue: rgb(0x1667C9), BlueSoft: rgb(0xE0EEFD), BlueText: rgb(0x134F99), BlueLine: rgb(0xA9CBF2),
	Grey: rgb(0xA7B4C2), GreySoft: rgb(0xECEFF3), GreyText: rgb(0x566477),
}

var dark = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameBackground:          rgb(0x131A22),
	theme.ColorNameForeground:          rgb(0xE8EDF3),
	theme.ColorNameButton:              rgb(0x1B232D),
	theme.ColorNameDisabledButton:      rgb(0x1A2129),
	theme.ColorNameDisabled:            rgb(0x65727F),
	theme.ColorNamePlaceHolder:         rgb(0x94A3B5),
	theme.ColorNamePrimary:             rgb(0x2F80F7),
	theme.ColorNameHyperlink:           rgb(0x6AABFF),
	theme.ColorNameForegroundOnPrimary: rgb(0xFFFFFF),
	theme.ColorNameForegroundOnError:   rgb(0xFFFFFF),
	theme.ColorNameForegroundOnSuccess: rgb(0xFFFFFF),
	theme.ColorNameForegroundOnWarning: rgb(0x17202B),
	theme.ColorNameError:               rgb(0xE25C5C),
	theme.ColorNameSuccess:             rgb(0x35A866),
	theme.ColorNameWarning:             rgb(0xE0A100),
	theme.ColorNameFocus:               shade(0x2F80F7, 0x77),
	theme.ColorNameHover:               shade(0xE8EDF3, 0x10),
	theme.ColorNamePressed:             shade(0xE8EDF3, 0x28),
	theme.ColorNameSelection:           rgb(0x1D3557),
	theme.ColorNameInputBackground:     rgb(0x1B232D),
	theme.ColorNameInputBorder:         rgb(0x3A4654),
	theme.ColorNameMenuBackground:      rgb(0x222C38),
	theme.ColorNameOverlayBackground:   rgb(0x1E2732),
	theme.ColorNameHeaderBackground:    rgb(0x1E2732),
	theme.ColorNameSeparator:           rgb(0x2A3441),
	theme.ColorNameScrollBar:           shade(0xE8EDF3, 0x60),
	theme.ColorNameScrollBarBackground: shade(0xE8EDF3, 0x0C),
	theme.ColorNameShadow:              shade(0x000000, 0x99),

	Panel: rgb(0x1B232D), Border: rgb(0x3A4654), Muted: rgb(0x9AA9BA), Chosen: rgb(0x1D3557), Code: rgb(0x131A22),
	Rail: rgb(0x0A1018), RailOn: rgb(0x1D3C5E), RailOver: rgb(0x14273D), RailText: rgb(0x93A6BB), RailLit: rgb(0xFFFFFF),
	Green: rgb(0x23A35C), GreenSoft: rgb(0x14301F), GreenText: rgb(0x6FD598),
	Amber: rgb(0xE0A100), AmberSoft: rgb(0x3A2C0B), AmberText: rgb(0xF2C65A), AmberLine: rgb(0x6B531A),
	Red: rgb(0xDB4F4F), RedSoft: rgb(0x401A1C), RedText: rgb(0xF5A3A0), RedLine: rgb(0x74302F),
	Blue: rgb(0x2F80F7), BlueSoft: rgb(0x142C4D), BlueText: rgb(0x8CC0FF), BlueLine: rgb(0x2B5288),
	Grey: rgb(0xA7B4C2), GreySoft: rgb(0x2A343F), GreyText: rgb(0xAAB7C5),
}
