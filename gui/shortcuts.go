package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
)

// A shortcut is a key of the window and what it does.
type shortcut struct {
	key  fyne.KeyName
	ctrl bool
	show string // as printed on a keyboard
	what string // text key; "" leaves it out of the list
	do   func()
	// always is set for what makes sense during the first steps, too.
	always bool
}

// keys lists the shortcuts, in the order of the list on Ctrl+/.
func (a *App) keys() []shortcut {
	list := []shortcut{
		{key: fyne.KeyN, ctrl: true, show: "Ctrl+N", what: "keys.add", do: a.addAccount},
		{key: fyne.KeyR, ctrl: true, show: "Ctrl+R", what: "keys.scrape", do: a.scrapeChosen},
		{key: fyne.KeyF, ctrl: true, show: "Ctrl+F", what: "keys.search", do: a.focusSearch},
		{key: fyne.KeyF5, show: "F5", what: "keys.refresh", do: func() { a.touch(model.Everything()) }, always: true},
		{key: fyne.Key1, ctrl: true, show: "Ctrl+1 … 6", what: "keys.screens", do: func() { a.goTo(atAccounts) }},
		{key: fyne.KeyComma, ctrl: true, show: "Ctrl+,", what: "keys.settings", do: func() { a.goTo(atSettings) }},
		{key: fyne.KeySlash, ctrl: true, show: "Ctrl+/", what: "keys.list", do: a.showKeys, always: true},
		{key: fyne.KeyQ, ctrl: true, show: "Ctrl+Q", what: "keys.quit", do: a.askQuit, always: true},
	}
	for i, key := range []fyne.KeyName{fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6} {
		list = append(list, shortcut{key: key, ctrl: true, do: func() { a.goTo(place(i + 1)) }})
	}
	return list
}

// shortcuts makes the window listen to its keys.
func (a *App) shortcuts() {
	canvas := a.window.Canvas()
	for _, k := range a.keys() {
		if k.ctrl {
			combo := &desktop.CustomShortcut{KeyName: k.key, Modifier: fyne.KeyModifierShortcutDefault}
			canvas.RemoveShortcut(combo)
			canvas.AddShortcut(combo, func(fyne.Shortcut) { a.typed(k.key, true) })
		}
	}
	canvas.SetOnTypedKey(func(e *fyne.KeyEvent) { a.typed(e.Name, false) })
}

// typed does what a key stands for. A dialog keeps what is behind it as it is.
func (a *App) typed(key fyne.KeyName, ctrl bool) {
	a.acted()
	if len(a.modals) > 0 {
		if key == fyne.KeyEscape {
			a.escape()
		}
		return
	}
	for _, k := range a.keys() {
		if k.key == key && k.ctrl == ctrl && (!a.greet || k.always) {
			k.do()
			return
		}
	}
}

func (a *App) goTo(p place) { a.shell.open(p) }

func (a *App) scrapeChosen() {
	if d := a.shell.accounts.detail; d != nil && a.shell.at == atAccounts {
		d.scrapeNow()
	}
}

func (a *App) focusSearch() {
	if v, ok := a.shell.screens[a.shell.at].(searcher); ok {
		v.FocusSearch()
	}
}

// showKeys lists the shortcuts.
func (a *App) showKeys() {
	list := look.Column(8)
	for _, k := range a.keys() {
		if k.what == "" {
			continue
		}
		list.Add(look.Row(12, fixedWidth(110, look.NewText(k.show, look.Muted, look.SmallText).Bold()),
			look.NewCut(lang.T(k.what), theme.ColorNameForeground, theme.SizeNameText)))
	}
	list.Add(look.NewLines(lang.T("keys.tab"), look.Muted, look.SmallText))
	var m *modal
	ok := look.NewPrimary(lang.T("dialog.close"), func() { m.close() })
	m = a.newModal(420, lang.T("keys.title"), list, ok)
	m.show()
	a.window.Canvas().Focus(ok)
}
