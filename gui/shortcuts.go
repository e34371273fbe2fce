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
}

// keys lists the shortcuts, in the order of the list on Ctrl+/.
func (a *App) keys() []shortcut {
	list := []shortcut{
		{fyne.KeyN, true, "Ctrl+N", "keys.add", a.addAccount},
		{fyne.KeyR, true, "Ctrl+R", "keys.scrape", a.scrapeChosen},
		{fyne.KeyF, true, "Ctrl+F", "keys.search", a.focusSearch},
		{fyne.KeyF5, false, "F5", "keys.refresh", func() { a.touch(model.Everything()) }},
		{fyne.Key1, true, "Ctrl+1 … 6", "keys.screens", func() { a.goTo(atAccounts) }},
		{fyne.KeyComma, true, "Ctrl+,", "keys.settings", func() { a.goTo(atSettings) }},
		{fyne.KeySlash, true, "Ctrl+/", "keys.list", a.showKeys},
		{fyne.KeyQ, true, "Ctrl+Q", "keys.quit", a.askQuit},
	}
	for i, key := range []fyne.KeyName{fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6} {
		list = append(list, shortcut{key, true, "", "", func() { a.goTo(place(i + 1)) }})
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
	if len(a.modals) > 0 {
		if key == fyne.KeyEscape {
			a.escape()
		}
		return
	}
	for _, k := range a.keys() {
		if k.key == key && k.ctrl == ctrl {
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
