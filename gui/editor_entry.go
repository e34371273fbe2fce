package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
)

// formEntry is an entry of a long form: shortcuts it has no use for go on to the
// window, Tab leaves it even when it has many lines, and it can say that it was
// reached, so that the form scrolls to it.
type formEntry struct {
	widget.Entry
	reached func(fyne.CanvasObject)
	away    bool // scrolled out of view
}

func newFormEntry(hint string, reached func(fyne.CanvasObject)) *formEntry {
	e := &formEntry{reached: reached}
	e.PlaceHolder = hint
	e.ExtendBaseWidget(e)
	return e
}

// newCodeBox is an entry of several lines for a JSON text.
func newCodeBox(hint string, reached func(fyne.CanvasObject)) *formEntry {
	e := &formEntry{reached: reached}
	e.PlaceHolder, e.MultiLine, e.TextStyle.Monospace = hint, true, true
	e.Wrapping = fyne.TextWrapBreak
	e.SetMinRowsVisible(4)
	e.ExtendBaseWidget(e)
	return e
}

// setAway takes what the entry draws off the screen while the form has scrolled it
// out of view. An entry clips its text to itself, whatever it lies in, so that the
// text would show, and take taps, beside the form.
func (e *formEntry) setAway(away bool) {
	if e.away != away {
		e.away = away
		canvas.Refresh(e)
	}
}

// CreateRenderer implements fyne.Widget.
func (e *formEntry) CreateRenderer() fyne.WidgetRenderer {
	e.ExtendBaseWidget(e)
	return &formEntryRenderer{e.Entry.CreateRenderer(), e}
}

type formEntryRenderer struct {
	fyne.WidgetRenderer
	e *formEntry
}

func (r *formEntryRenderer) Objects() []fyne.CanvasObject {
	if r.e.away {
		return nil
	}
	return r.WidgetRenderer.Objects()
}

// AcceptsTab implements fyne.Tabbable: no field is a trap for the keyboard.
func (e *formEntry) AcceptsTab() bool { return false }

// FocusGained implements fyne.Focusable.
func (e *formEntry) FocusGained() {
	e.Entry.FocusGained()
	if e.reached != nil {
		e.reached(e)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (e *formEntry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(e).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

// TypedKey implements fyne.Focusable.
func (e *formEntry) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape || k.Name == fyne.KeyF5 {
		look.Pass(e, k)
		return
	}
	e.Entry.TypedKey(k)
}
