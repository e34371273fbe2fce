package widgets

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"reconbanker/gui/look"
)

// show opens a window of the test driver with o in it, in the program's look.
func show(t testing.TB, appearance look.Appearance, o fyne.CanvasObject, size fyne.Size) (fyne.App, fyne.Window) {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(look.New(appearance))
	w := test.NewTempWindow(t, o)
	w.SetPadded(false)
	w.Resize(size)
	return a, w
}

// keepPicture keeps what a window shows where SHOTS says, for a person to look at.
func keepPicture(t testing.TB, w fyne.Window, name string) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, w.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// typeKey types a key into what has the focus.
func typeKey(w fyne.Window, keys ...fyne.KeyName) {
	for _, k := range keys {
		w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k})
	}
}
