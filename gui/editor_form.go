package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

// form is a part of the settings on screen: the controls, the model they write
// to, and what is said about it.
type form struct {
	a         *App
	accountID string
	ed        *model.Editor
	controls  []*control
	also      []func() // what follows the form beside the controls
	loading   bool     // controls show what the form holds; nobody typed it
	tried     bool     // a person asked to save: what is empty is said to be missing
	onChange  func()   // after anything has changed
	onSubmit  func()   // Enter in a field
	reached   func(fyne.CanvasObject)
}

// submit is what Enter does.
func (v *form) submit() {
	if v.onSubmit != nil {
		v.onSubmit()
	}
}

// reach brings what has the focus into view.
func (v *form) reach(o fyne.CanvasObject) {
	if v.reached != nil {
		v.reached(o)
	}
}

// changed is called after a person has changed a field.
func (v *form) changed(field string) {
	v.ed.Touch(field)
	v.refresh()
}

// load makes every control show what the form holds.
func (v *form) load() {
	v.loading = true
	for _, c := range v.controls {
		if c.load != nil {
			c.load()
		}
	}
	v.loading = false
	v.tried = false
	v.refresh()
}

// refresh shows what is wrong beside the fields.
func (v *form) refresh() {
	problems := v.ed.Problems()
	for _, c := range v.controls {
		if c.box == nil {
			continue
		}
		words := ""
		if p, wrong := problems[c.field]; wrong && v.saysNow(c.field, p) {
			words = v.problemWords(c.field, p)
		}
		c.box.SetError(words)
	}
	for _, f := range v.also {
		f()
	}
	if v.onChange != nil {
		v.onChange()
	}
}

// saysNow tells whether a problem is said already: not while a person has not got
// to it yet.
func (v *form) saysNow(field string, p model.Problem) bool {
	if v.tried {
		return true
	}
	if p.Trouble == model.BadAddress && model.Typing(v.addressIn(field)) {
		return false
	}
	return !p.Quiet()
}

func (v *form) addressIn(field string) string {
	switch field {
	case model.FieldWebhookURL:
		return v.ed.Form.WebhookURL
	case model.FieldOrdersURL:
		return v.ed.Form.OrdersURL
	}
	return v.ed.Form.NotifyURL
}

// goTo gives the focus to a field, and tells whether there is one.
func (v *form) goTo(field string) bool {
	for _, c := range v.controls {
		if c.field == field && c.focus != nil {
			v.a.window.Canvas().Focus(c.focus)
			if o, ok := c.focus.(fyne.CanvasObject); ok {
				v.reach(o)
			}
			return true
		}
	}
	return false
}

// putAway tells every entry whether it is in view of the scroller it lies in.
func (v *form) putAway(in *container.Scroll) {
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(in).Y
	for _, c := range v.controls {
		if e, ok := c.focus.(*widgets.FormEntry); ok {
			y := driver.AbsolutePositionForObject(e).Y
			drawn := driver.CanvasForObject(e) != nil // else it has no position yet
			e.SetAway(drawn && (y+e.Size().Height <= top || y >= top+in.Size().Height))
		}
	}
}

// bringInto scrolls an object into view, with what belongs above and below it.
func bringInto(scroll *container.Scroll, o fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(scroll.Content).Y
	const room = 44 // for the label above and a line below
	switch {
	case top-room < scroll.Offset.Y:
		scroll.ScrollToOffset(fyne.NewPos(0, max(top-room, 0)))
	case top+o.Size().Height+room > scroll.Offset.Y+scroll.Size().Height:
		scroll.ScrollToOffset(fyne.NewPos(0, top+o.Size().Height+room-scroll.Size().Height))
	}
}

// control is one setting on screen.
type control struct {
	field  string
	box    *widgets.FormField // nil where nothing can be wrong
	warn   *look.Text         // said although it can be saved
	object fyne.CanvasObject
	load   func() // shows what the form holds
	focus  fyne.Focusable
}

// binding is where a control's value is in the form.
type binding struct {
	get func() string
	set func(string)
}

// bound binds to a text of the form that is being edited, whichever that is.
func (v *form) bound(where func(*model.Form) *string) binding {
	return binding{
		get: func() string { return *where(&v.ed.Form) },
		set: func(s string) { *where(&v.ed.Form) = s },
	}
}

// add makes a control known to the form.
func (v *form) add(c *control) *control {
	c.warn = look.NewLines("", look.AmberText, captionSize)
	c.warn.Hide()
	if c.object == nil {
		c.object = look.Column(4, c.box, c.warn)
	}
	v.controls = append(v.controls, c)
	return c
}

// entryFor binds an entry to a setting.
func (v *form) entryFor(field, label string, e *widgets.FormEntry, b binding) *control {
	e.OnReached = v.reach
	e.OnChanged = func(text string) {
		if !v.loading {
			b.set(text)
			v.changed(field)
		}
	}
	if !e.MultiLine {
		e.OnSubmitted = func(string) { v.submit() }
	}
	return v.add(&control{
		field: field, box: widgets.NewFormField(label, e), focus: e,
		load: func() { e.SetText(b.get()) },
	})
}

func (v *form) line(field, label, hint string, b binding) *control {
	return v.entryFor(field, label, widgets.NewFormEntry(hint), b)
}

func (v *form) code(field, label, hint string, b binding) *control {
	return v.entryFor(field, label, widgets.NewJSONEntry(hint), b)
}

func secretWords(hint string) widgets.SecretWords {
	return widgets.SecretWords{
		Saved: lang.T("edit.secret.saved"), Removed: lang.T("edit.secret.removed"), Replace: lang.T("edit.secret.replace"),
		Remove: lang.T("edit.secret.remove"), Keep: lang.T("edit.secret.keep"), Hint: hint,
	}
}

// secretEntry binds a stored secret; before may stand in front of it.
func (v *form) secretEntry(field, label, hint string, removable bool, where func(*model.Form) *model.Secret, before fyne.CanvasObject) *control {
	words := secretWords(hint)
	if before != nil {
		words.Saved = "" // there is no room, and the dots say it
	}
	s := widgets.NewSecretEntry(words, where(&v.ed.Form).Stored, removable)
	s.OnChanged = func() {
		if v.loading {
			return
		}
		change, text := s.Change()
		secret := where(&v.ed.Form)
		secret.Fate, secret.Text = fates[change], text
		v.changed(field)
	}
	s.SetReached(v.reach)
	s.Entry().OnSubmitted = func(string) { v.submit() }
	var inside fyne.CanvasObject = s
	if before != nil {
		inside = newBeside(before, s)
	}
	return v.add(&control{
		field: field, box: widgets.NewFormField(label, inside), focus: s.Entry(),
		load: func() {
			if secret := where(&v.ed.Form); secret.Fate == model.Keep { // what was typed meanwhile stays
				s.Reset(secret.Stored)
			}
		},
	})
}

var fates = map[widgets.SecretChange]model.Fate{
	widgets.SecretKeep: model.Keep, widgets.SecretReplace: model.Replace, widgets.SecretRemove: model.Remove,
}

// choice binds a drop-down.
func (v *form) choice(field, label string, options []widgets.Option, b binding) *control {
	c := v.dropDown(field, options, b)
	ctl := v.add(&control{field: field, box: widgets.NewFormField(label, c), focus: c, load: func() { c.SetChosen(b.get()) }})
	return ctl
}

// dropDown is a drop-down without a label, whose value others show.
func (v *form) dropDown(field string, options []widgets.Option, b binding) *widgets.Choice {
	c := widgets.NewChoice(options, b.get(), func(id string) {
		b.set(id)
		v.changed(field)
	})
	c.OnReached = v.reach
	return c
}

// check binds a switch.
func (v *form) check(label string, get func(*model.Form) bool, set func(*model.Form, bool)) (*tick, *control) {
	c := newTick(label, func(on bool) {
		if !v.loading {
			set(&v.ed.Form, on)
			v.changed("")
		}
	}, v.reach)
	return c, v.add(&control{object: c, focus: c, load: func() { c.SetChecked(get(&v.ed.Form)) }})
}
