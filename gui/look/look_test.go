package look

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// TestContrast: what is read can be read, in both themes.
func TestContrast(t *testing.T) {
	pairs := [][2]fyne.ThemeColorName{
		{theme.ColorNameForeground, theme.ColorNameBackground},
		{theme.ColorNameForeground, Panel},
		{theme.ColorNameForeground, Chosen},
		{Muted, Panel},
		{Muted, theme.ColorNameBackground},
		{Muted, Chosen},
		{theme.ColorNameHyperlink, Panel},
		{theme.ColorNamePlaceHolder, theme.ColorNameInputBackground},
		{RailText, Rail},
		{RailLit, RailOn},
		{GreenText, GreenSoft},
		{AmberText, AmberSoft},
		{RedText, RedSoft},
		{BlueText, BlueSoft},
		{GreyText, GreySoft},
		{RedText, Panel},
		{AmberText, Panel},
		{RedText, Chosen},
		{AmberText, Chosen},
		{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary},
	}
	for name, palette := range map[string]map[fyne.ThemeColorName]color.Color{"light": light, "dark": dark} {
		for _, p := range pairs {
			least := 4.5
			if p[0] == theme.ColorNameForegroundOnPrimary {
				least = 3.5 // bold shapes on a button
			}
			if got := contrast(palette[p[0]], palette[p[1]]); got < least {
				t.Errorf("%s: %s on %s has a contrast of %.1f", name, p[0], p[1], got)
			}
		}
		if len(palette) != len(light) {
			t.Errorf("%s has %d colours, light has %d", name, len(palette), len(light))
		}
	}
}

func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c color.Color) float64 {
	part := func(v uint32) float64 {
		f := float64(v) / 0xffff
		if f <= 0.03928 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	r, g, b, _ := c.RGBA()
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}

func TestAppearance(t *testing.T) {
	for a, want := range map[Appearance]color.Color{Light: light[Panel], Dark: dark[Panel]} {
		for _, variant := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
			if got := New(a).Color(Panel, variant); got != want {
				t.Errorf("%s follows the desktop", a)
			}
		}
	}
	if New(System).Color(Panel, theme.VariantDark) != dark[Panel] {
		t.Error("system does not follow the desktop")
	}
	if New(Light).Color("no such colour", theme.VariantLight) == nil || New(Light).Size("no such size") != 0 {
		t.Error("what is unknown is not Fyne's")
	}
}

func TestTextBreaksAndCuts(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(New(Light))
	long := "Importadora y Exportadora del Sur Sociedad Anónima de Capital Variable"
	cut := NewCut(long, Muted, theme.SizeNameText)
	cut.Resize(fyne.NewSize(150, 20))
	test.WidgetRenderer(cut).Layout(cut.Size())
	if len(cut.shown) != 1 || !strings.HasSuffix(cut.shown[0], "…") || cut.measure(cut.shown[0]) > 150 {
		t.Errorf("cut to %q", cut.shown)
	}
	lines := NewLines(long, Muted, theme.SizeNameText)
	lines.Resize(fyne.NewSize(150, 20))
	test.WidgetRenderer(lines).Layout(lines.Size())
	if got := strings.Join(lines.shown, " "); got != long || len(lines.shown) < 3 {
		t.Errorf("broken into %q", lines.shown)
	}
	if lines.MinSize().Height < 3*cut.MinSize().Height-1 {
		t.Errorf("%d lines ask for %v", len(lines.shown), lines.MinSize())
	}
	two := NewCut(long, Muted, theme.SizeNameText)
	two.Lines = 2
	two.Resize(fyne.NewSize(150, 40))
	test.WidgetRenderer(two).Layout(two.Size())
	if len(two.shown) != 2 || !strings.HasSuffix(two.shown[1], "…") {
		t.Errorf("two lines are %q", two.shown)
	}
}

func TestButton(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(New(Light))
	taps := 0
	b := NewPrimary("Go", func() { taps++ })
	w := test.NewWindow(b)
	defer w.Close()
	w.Canvas().Focus(b)
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter} {
		b.TypedKey(&fyne.KeyEvent{Name: key})
	}
	test.Tap(b)
	if taps != 4 {
		t.Errorf("pressed 4 times, heard %d", taps)
	}
	b.SetBusy(true)
	test.Tap(b)
	b.SetBusy(false)
	b.SetEnabled(false)
	test.Tap(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if taps != 4 {
		t.Error("a busy or disabled button was pressed")
	}
	b.SetEnabled(true)
	passed := fyne.KeyName("")
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { passed = e.Name })
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if passed != fyne.KeyEscape {
		t.Error("Escape does not reach the window")
	}
	b.MouseIn(&desktop.MouseEvent{})
	b.MouseDown(&desktop.MouseEvent{})
	b.MouseUp(&desktop.MouseEvent{})
	b.MouseOut()
	before := b.MinSize().Width
	b.SetText("Go a little further")
	if b.MinSize().Width <= before {
		t.Error("longer words ask for no more room")
	}
}
