package gui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"reconbanker/gui/look"
	"reconbanker/icons"
)

const (
	toastWidth = 340
	goodFor    = 4 * time.Second
	badFor     = 12 * time.Second // long enough to be read twice
	mostToasts = 4
)

// toasts are the short words in the corner that say how something went.
type toasts struct {
	a    *App
	pile *fyne.Container
	root fyne.CanvasObject
}

func newToasts(a *App) *toasts {
	t := &toasts{a: a, pile: container.New(layout.NewCustomPaddedVBoxLayout(8))}
	// The rest of the layer is empty containers, which let taps through.
	t.root = container.NewVBox(layout.NewSpacer(),
		container.NewHBox(layout.NewSpacer(), look.Inset(t.pile, 0, 44, 0, 20)))
	return t
}

func (t *toasts) object() fyne.CanvasObject { return t.root }

func (t *toasts) good(words string) { t.add(look.Good, icons.Check, words, "", goodFor) }

func (t *toasts) bad(title, words string) { t.add(look.Bad, icons.Warning, title, words, badFor) }

func (t *toasts) add(tone look.Tone, icon icons.Name, title, words string, stay time.Duration) {
	head := look.NewLines(title, theme.ColorNameForeground, look.SmallText).Bold()
	text := container.New(layout.NewCustomPaddedVBoxLayout(2), head)
	if words != "" {
		text.Add(look.NewLines(words, look.Muted, theme.SizeNameCaptionText))
	}
	var card fyne.CanvasObject
	away := look.NewIconButton(icons.Cross, "", func() { t.remove(card) }).As(look.Quiet)
	picture := newIcon(icon, tone.Words(), 16)
	card = fixedWidth(toastWidth, container.NewStack(
		look.NewCard(tone.Soft(), tone.Light(), 8),
		look.Inset(look.Edges(nil, nil, look.Inset(container.NewVBox(picture), 2, 0, 0, 8), container.NewVBox(away), text), 10, 10, 12, 8),
	))
	if len(t.pile.Objects) >= mostToasts {
		t.remove(t.pile.Objects[0])
	}
	t.pile.Add(card)
	t.root.Refresh()
	ui := t.a.ui
	time.AfterFunc(stay, func() { ui(func() { t.remove(card) }) })
}

func (t *toasts) remove(card fyne.CanvasObject) {
	t.pile.Remove(card)
	t.root.Refresh()
}
