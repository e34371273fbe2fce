package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/gui/look"
	"reconbanker/gui/model"
)

// views makes the screens and tabs that the shell does not make itself. Each is
// made anew whenever it is opened.
type views struct {
	// Of an account, or of all of them for "".
	movements func(accountID string) View
	runs      func(accountID string) View
	settings  func(accountID string) View
	// Screens of their own; without one its entry in the rail is not shown.
	orders      func() View
	deliveries  func() View
	activity    func() View
	preferences func() View
	// welcome leads a new person through the first steps, in place of everything
	// else, and calls App.welcomed at their end; nil shows the empty list of accounts.
	welcome func() View
}

// builtIn are the views of this package.
func (a *App) builtIn() views {
	return views{
		movements:   a.newMovementsView,
		runs:        a.runsView,
		settings:    a.editorView,
		orders:      a.ordersView,
		deliveries:  a.deliveriesView,
		activity:    a.activityView,
		preferences: a.preferencesView,
		welcome:     a.firstRunView,
	}
}

// Optional parts of a view.
type (
	// searcher has a search field, for Ctrl+F.
	searcher interface{ FocusSearch() }
	// editor holds what a person typed and has not saved.
	editor interface{ Unsaved() bool }
	// starter wants to be told that it is on screen now.
	starter interface{ Shown() }
)

// still is a view that never changes.
type still struct{ object fyne.CanvasObject }

func (s still) Object() fyne.CanvasObject { return s.object }
func (s still) Ask(model.Changes) Read    { return nil }

// emptyState says that there is nothing, and what to do next.
func emptyState(title, next string, button *look.Button) fyne.CanvasObject {
	head := look.NewText(title, theme.ColorNameForeground, theme.SizeNameSubHeadingText).Bold()
	head.Align = fyne.TextAlignCenter
	words := look.NewLines(next, look.Muted, theme.SizeNameText)
	words.Align = fyne.TextAlignCenter
	parts := []fyne.CanvasObject{container.NewCenter(head), fixedWidth(460, words)}
	if button != nil {
		parts = append(parts, look.Space(0, 4), container.NewCenter(button))
	}
	return container.NewCenter(look.Column(6, parts...))
}

// fixedWidth makes an object as wide as told, whatever it asks for.
func fixedWidth(width float32, o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(widthLayout{width}, o)
}

type widthLayout struct{ width float32 }

func (l widthLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.width, objects[0].MinSize().Height)
}

func (l widthLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	objects[0].Move(fyne.Position{})
}
