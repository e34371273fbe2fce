package gui

import (
	"testing"

	"fyne.io/fyne/v2"
)

// TestTabStaysInView: wherever Tab leads in the long form, the form scrolls there.
func TestTabStaysInView(t *testing.T) {
	d := newDesk(t, demo)
	d.pick("Operating account")
	d.detail().tabs.open(tabSettings)
	d.sees("Bank login")
	form, ok := d.detail().tabs.front().(*settingsForm)
	if !ok {
		t.Fatal("the settings are not in front")
	}
	inside := map[fyne.CanvasObject]bool{}
	for _, o := range visible(nil, form.scroll.Content) {
		inside[o] = true
	}
	canvas, driver := d.app.window.Canvas(), d.fyne.Driver()
	inForm, low := 0, float32(0)
	for range 120 {
		canvas.FocusNext()
		d.queue.drain()
		o, ok := canvas.Focused().(fyne.CanvasObject)
		if !ok || !inside[o] {
			continue
		}
		at, top := driver.AbsolutePositionForObject(o), driver.AbsolutePositionForObject(form.scroll)
		foot := top.Y + form.scroll.Size().Height
		inForm++
		low = max(low, form.scroll.Offset.Y)
		if at.Y < top.Y || at.Y+o.Size().Height > foot {
			t.Errorf("Tab leads to %T at %v, the form shows %v to %v", o, at.Y, top.Y, foot)
		}
	}
	if inForm < 20 || low == 0 {
		t.Fatalf("Tab led to %d things and scrolled to %v", inForm, low)
	}
}
