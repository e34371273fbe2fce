package icons

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// TestLines draws every line icon: its file is there, and it takes the colour.
func TestLines(t *testing.T) {
	test.NewTempApp(t)
	for _, name := range Names {
		r := In(name, theme.ColorNamePrimary)
		svg := string(r.Content())
		if !strings.Contains(svg, hex(theme.Color(theme.ColorNamePrimary))) || strings.Contains(svg, "currentColor") {
			t.Errorf("%s does not take its colour: %s", name, svg)
		}
		if other := In(name, theme.ColorNameError); other.Name() == r.Name() {
			t.Errorf("%s in two colours would be cached as one", name)
		}
	}
}

// TestPictures looks at the sizes of the pictures.
func TestPictures(t *testing.T) {
	for side, names := range map[int][]string{512: {"app"}, 64: {"tray", "tray-working", "tray-attention"}} {
		for _, name := range names {
			p, err := png.Decode(bytes.NewReader(picture(name).Content()))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if p.Bounds().Dx() != side || p.Bounds().Dy() != side {
				t.Errorf("%s is %v", name, p.Bounds())
			}
		}
	}
}
