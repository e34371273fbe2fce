package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
)

// FormEntry is an entry of a long form: shortcuts it has no use for go on to the
// window, Tab leaves it even when it has many lines, and it can say that it was
// reached, so that the form scrolls to it.
type FormEntry struct {
	widget.Entry
	OnReached func(fyne.CanvasObject) // when it gets the focus; nil for nobody

	away bool // scrolled out of view
}

// NewFormEntry returns an entry of one line.
func NewFormEntry(hint string) *FormEntry {
	e := &FormEntry{}
	e.PlaceHolder = hint
	e.ExtendBaseWidget(e)
	return e
}

// NewJSONEntry returns an entry of several lines for a JSON text.
func NewJSONEntry(hint string) *FormEntry {
	e := &FormEntry{}
	e.PlaceHolder, e.MultiLine, e.TextStyle.Monospace = hint, true, true
	e.Wrapping = fyne.TextWrapBreak
	e.SetMinRowsVisible(4)
	e.ExtendBaseWidget(e)
	return e
}

// newSecretField returns an entry that shows dots.
func newSecretField(hint string) *FormEntry {
	e := &FormEntry{}
	e.PlaceHolder, e.Password = hint, true
	e.ExtendBaseWidget(e)
	return e
}

// SetAway takes what the entry draws off the screen while the form has scrolled it
// out of view. An entry clips its text to itself, whatever it lies in, so that the
// text would show, and take taps, beside the form.
func (e *FormEntry) SetAway(away bool) {
	if e.away != away {
		e.away = away
		canvas.Refresh(e)
	}
}

// CreateRenderer implements fyne.Widget.
func (e *FormEntry) CreateRenderer() fyne.WidgetRenderer {
	e.ExtendBaseWidget(e)
	return &formEntryRenderer{e.Entry.CreateRenderer(), e}
}

type formEntryRenderer struct {
	fyne.WidgetRenderer
	e *FormEntry
}

func (r *formEntryRenderer) Objects() []fyne.CanvasObject {
	if r.e.away {
		return nil
	}
	return r.WidgetRenderer.Objects()
}

// AcceptsTab implements fyne.Tabbable: no field is a trap for the keyboard.
func (e *FormEntry) AcceptsTab() bool { return false }

// FocusGained implements fyne.Focusable.
func (e *FormEntry) FocusGained() {
	e.Entry.FocusGained()
	if e.OnReached != nil {
		e.OnReached(e)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (e *FormEntry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	look.PassShortcut(e, s)
}

// TypedKey implements fyne.Focusable.
func (e *FormEntry) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape || k.Name == fyne.KeyF5 {
		look.Pass(e, k)
		return
	}
	e.Entry.TypedKey(k)
}
