package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// tick is Fyne's check box, which tells a long form when it gets the focus, so that
// the form scrolls to it.
type tick struct {
	widget.Check
	reached func(fyne.CanvasObject)
}

func newTick(label string, changed func(bool), reached func(fyne.CanvasObject)) *tick {
	t := &tick{reached: reached}
	t.Text, t.OnChanged = label, changed
	t.ExtendBaseWidget(t)
	return t
}

// FocusGained implements fyne.Focusable.
func (t *tick) FocusGained() {
	t.Check.FocusGained()
	t.reached(t)
}
