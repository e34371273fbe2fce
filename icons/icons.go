// Package icons holds the program's own pictures.
//
// Line icons take a colour of the theme and follow it when the theme changes;
// the program's sign and the tray's states are pictures of their own.
package icons

import (
	"embed"
	"fmt"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

//go:embed svg/*.svg png/*.png
var files embed.FS

// Name is a line icon.
type Name string

// The line icons.
const (
	Accounts   Name = "accounts"
	Movements  Name = "movements"
	Orders     Name = "orders"
	Deliveries Name = "deliveries"
	Activity   Name = "activity"
	Settings   Name = "settings"
	Search     Name = "search"
	Plus       Name = "plus"
	Refresh    Name = "refresh"
	More       Name = "more"
	Check      Name = "check"
	Cross      Name = "cross"
	Warning    Name = "warning"
	Info       Name = "info"
	Down       Name = "down"
	Right      Name = "right"
	Pause      Name = "pause"
	Play       Name = "play"
	Export     Name = "export"
	Copy       Name = "copy"
	Lock       Name = "lock"
	Folder     Name = "folder"
	Clock      Name = "clock"
	Stop       Name = "stop"
)

// Names lists the line icons.
var Names = []Name{
	Accounts, Movements, Orders, Deliveries, Activity, Settings, Search, Plus, Refresh, More, Check, Cross,
	Warning, Info, Down, Right, Pause, Play, Export, Copy, Lock, Folder, Clock, Stop,
}

// The program's sign, and the states of its tray icon: nothing to do, at work,
// and somebody is wanted.
var (
	App           fyne.Resource = picture("app")
	Tray          fyne.Resource = picture("tray")
	TrayWorking   fyne.Resource = picture("tray-working")
	TrayAttention fyne.Resource = picture("tray-attention")
)

// In returns a line icon in a colour of the theme.
func In(name Name, colour fyne.ThemeColorName) fyne.Resource {
	return &line{name: name, colour: colour}
}

// line is an SVG whose currentColor is a colour of the theme. Fyne's own themed
// resources recolour fills only, and these icons are strokes.
type line struct {
	name   Name
	colour fyne.ThemeColorName
}

// Name implements fyne.Resource. It is what pictures are cached by, so it changes
// with the colour.
func (l *line) Name() string { return string(l.name) + "-" + hex(theme.Color(l.colour))[1:] + ".svg" }

// Content implements fyne.Resource.
func (l *line) Content() []byte {
	svg := read("svg/" + string(l.name) + ".svg")
	return []byte(strings.ReplaceAll(string(svg), "currentColor", hex(theme.Color(l.colour))))
}

// ThemeColorName implements fyne.ThemedResource.
func (l *line) ThemeColorName() fyne.ThemeColorName { return l.colour }

func hex(c color.Color) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA) //nolint:forcetypeassert // what the model is for
	return fmt.Sprintf("#%02x%02x%02x", n.R, n.G, n.B)
}

// picture is a PNG: a tray takes nothing else, and it looks the same everywhere.
func picture(name string) fyne.Resource {
	return fyne.NewStaticResource(name+".png", read("png/"+name+".png"))
}

// read returns an embedded file. That every one is there is known at build time
// and checked by the tests.
func read(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return b
}
