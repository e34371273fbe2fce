package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
	"reconbanker/icons"
)

// SecretChange is what a person wants done with a stored secret.
type SecretChange int

// What can be done with a secret.
const (
	SecretKeep    SecretChange = iota // leave the stored one, or none, as it is
	SecretReplace                     // store what was typed
	SecretRemove                      // forget the stored one
)

// SecretWords are the texts of a SecretEntry.
type SecretWords struct {
	Saved   string // "Saved"
	Removed string // "Will be removed when you save"
	Replace string // button
	Remove  string // button
	Keep    string // button: take the change back
	Hint    string // in the empty entry
}

// SecretEntry asks for a password or token. One that is stored already is never
// shown: the program does not give it back, so this widget only knows that it is
// there. A person keeps it, replaces it, or removes it.
type SecretEntry struct {
	widget.BaseWidget
	OnChanged func()

	words     SecretWords
	stored    bool
	removable bool
	change    SecretChange
	entry     *FormEntry
	note      *look.Text
	saved     *fyne.Container
	typing    *fyne.Container
	remove    *look.Button
	replace   *look.Button
	keep      *fyne.Container // the button beside the entry that takes a change back
	undo      *look.Button
	back      *look.Button
}

// NewSecretEntry returns an entry; removable offers to forget a stored secret.
func NewSecretEntry(words SecretWords, stored, removable bool) *SecretEntry {
	s := &SecretEntry{words: words, stored: stored, removable: removable, entry: newSecretField(words.Hint)}
	s.entry.OnChanged = func(text string) {
		s.change = pick(text == "", SecretKeep, SecretReplace)
		s.changed()
	}
	s.note = look.NewCut("", look.Muted, look.SmallText)
	s.replace = look.NewQuiet(words.Replace, s.startReplacing)
	s.remove = look.NewQuiet(words.Remove, func() { s.set(SecretRemove) })
	s.undo = look.NewQuiet(words.Keep, func() { s.set(SecretKeep) })
	s.back = look.NewQuiet(words.Keep, func() { s.set(SecretKeep) })
	s.keep = container.NewCenter(s.back)
	box := look.NewCard(look.Code, look.Border, 6)
	line := container.NewBorder(nil, nil, look.Inset(container.NewCenter(picture(icons.Lock, look.Muted, 14)), 0, 0, 0, 8),
		look.Row(6, s.replace, s.remove, s.undo), container.NewVBox(look.Space(0, 0), s.note, look.Space(0, 0)))
	s.saved = container.NewStack(box, look.Inset(line, 3, 3, 10, 6))
	s.typing = container.NewBorder(nil, nil, nil, s.keep, s.entry)
	s.ExtendBaseWidget(s)
	s.arrange(!stored)
	return s
}

// Change returns what is to be done, and the new secret where it is replaced.
func (s *SecretEntry) Change() (SecretChange, string) {
	if s.change == SecretReplace {
		return s.change, s.entry.Text
	}
	return s.change, ""
}

// Reset shows whether a secret is stored now, as after saving, and forgets what
// was typed.
func (s *SecretEntry) Reset(stored bool) {
	s.stored = stored
	s.set(SecretKeep)
}

// Entry is where a new secret is typed, to be given the focus.
func (s *SecretEntry) Entry() *FormEntry { return s.entry }

// SetReached makes reached be called when a part of it gets the focus, so that a long
// form scrolls to it.
func (s *SecretEntry) SetReached(reached func(fyne.CanvasObject)) {
	s.entry.OnReached = reached
	for _, b := range []*look.Button{s.replace, s.remove, s.undo, s.back} {
		b.OnReached = reached
	}
}

// CreateRenderer implements fyne.Widget.
func (s *SecretEntry) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(s.saved, s.typing))
}

func (s *SecretEntry) startReplacing() {
	s.arrange(true)
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil {
		c.Focus(s.entry)
	}
}

func (s *SecretEntry) set(change SecretChange) {
	told := s.OnChanged
	s.OnChanged = nil
	s.entry.SetText("")
	s.OnChanged = told
	s.change = change
	s.arrange(!s.stored)
	s.changed()
}

// arrange shows the entry, or in its place the note that a secret is stored.
func (s *SecretEntry) arrange(typing bool) {
	s.typing.Hidden, s.saved.Hidden = !typing, typing
	s.keep.Hidden = !s.stored
	removing := s.change == SecretRemove
	s.replace.Hidden, s.remove.Hidden, s.undo.Hidden = removing, removing || !s.removable, !removing
	if removing {
		s.note.SetColor(look.RedText)
		s.note.Set(s.words.Removed)
	} else {
		s.note.SetColor(theme.ColorNameForeground)
		s.note.Set("••••••••  " + s.words.Saved)
	}
	s.Refresh()
}

func (s *SecretEntry) changed() {
	if s.OnChanged != nil {
		s.OnChanged()
	}
}
