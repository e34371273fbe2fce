package gui

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

// modal is a card over the dimmed window: a title, something, and buttons. The
// first button is the way out without doing anything; Escape presses it.
type modal struct {
	a     *App
	popup *widget.PopUp
	out   *look.Button
}

func (a *App) newModal(width float32, title string, body fyne.CanvasObject, buttons ...fyne.CanvasObject) *modal {
	m := &modal{a: a}
	m.out, _ = buttons[0].(*look.Button)
	head := look.NewLines(title, theme.ColorNameForeground, theme.SizeNameSubHeadingText).Bold()
	foot := look.Edges(nil, nil, nil, look.Row(8, buttons...))
	m.popup = widget.NewModalPopUp(fixedWidth(width, look.Inset(look.Column(12, head, body, look.Space(0, 2), foot), 20, 16, 20, 20)), a.window.Canvas())
	return m
}

func (m *modal) show() {
	m.a.modals = append(m.a.modals, m)
	m.popup.Show()
}

func (m *modal) close() {
	m.popup.Hide()
	m.a.modals = slices.DeleteFunc(m.a.modals, func(other *modal) bool { return other == m })
}

// escape leaves the modal in front; false when there is none.
func (a *App) escape() bool {
	if len(a.modals) == 0 {
		return false
	}
	if m := a.modals[len(a.modals)-1]; m.out != nil {
		m.out.Tapped(nil)
	}
	return true
}

// confirm asks before something that cannot simply be taken back.
func (a *App) confirm(title, words, yes string, danger bool, then func()) {
	var m *modal
	no := look.NewButton(lang.T("dialog.cancel"), func() { m.close() })
	ok := look.NewPrimary(yes, func() {
		m.close()
		then()
	})
	if danger {
		ok.As(look.Danger)
	}
	m = a.newModal(420, title, look.NewLines(words, look.Muted, theme.SizeNameText), no, ok)
	m.show()
	a.window.Canvas().Focus(no)
}

// leave goes on with then, after asking when v holds something not saved.
func (a *App) leave(v View, then func()) {
	if e, ok := v.(editor); ok && e.Unsaved() {
		a.confirm(lang.T("discard.title"), lang.T("discard.means"), lang.T("discard.yes"), true, then)
		return
	}
	then()
}

// checkName says what is wrong with an account's name, "" when nothing is. Core
// checks again; this is for the person's language.
func checkName(name string) string {
	switch name = strings.TrimSpace(name); {
	case name == "":
		return lang.T("name.empty")
	case utf8.RuneCountInString(name) > 100:
		return lang.T("name.long")
	}
	return ""
}

// nameField asks for the name of an account.
type nameField struct {
	*widgets.FormField
	entry *entry
}

func newNameField(label, hint string) *nameField {
	e := newEntry(hint)
	return &nameField{widgets.NewFormField(label, e).Required(), e}
}

// bankOptions are the banks to choose from, after the advice to choose one; where
// there is one bank only, that is chosen.
func (a *App) bankOptions() []widgets.Option {
	options := []widgets.Option{{Text: lang.T("add.bank_hint")}}
	for _, b := range a.core.Banks() {
		words := b.Name
		if b.Demo {
			words = lang.T("add.demo", "bank", b.Name)
		}
		options = append(options, widgets.Option{ID: b.Code, Text: words})
	}
	if len(options) == 2 {
		options = options[1:]
	}
	return options
}

// addAccount asks for a bank and a name.
func (a *App) addAccount() {
	options := a.bankOptions()
	name := newNameField(lang.T("add.name"), lang.T("add.name_hint"))
	choice := widgets.NewChoice(options, options[0].ID, nil)
	bank := widgets.NewFormField(lang.T("add.bank"), choice).Required()
	choice.OnChosen = func(string) { bank.SetError("") }
	name.entry.OnChanged = func(string) { name.SetError("") }
	form := look.Column(12,
		look.NewLines(lang.T("add.means"), look.Muted, theme.SizeNameText),
		bank, name.FormField)
	var m *modal
	no := look.NewButton(lang.T("dialog.cancel"), func() { m.close() })
	add := look.NewPrimary(lang.T("add.yes"), nil)
	add.OnTapped = func() {
		bad := checkName(name.entry.Text)
		name.SetError(bad)
		switch {
		case choice.Chosen() == "":
			bank.SetError(lang.T("add.no_bank"))
		case bad == "":
			a.create(add, choice.Chosen(), name, func() { m.close() })
		}
	}
	name.entry.OnSubmitted = func(string) { add.Tapped(nil) }
	name.entry.onEscape = func() { m.close() }
	m = a.newModal(440, lang.T("add.title"), form, no, add)
	m.show()
	if len(options) == 1 {
		a.window.Canvas().Focus(name.entry)
	} else {
		a.window.Canvas().Focus(choice)
	}
}

func (a *App) create(button *look.Button, bank string, name *nameField, done func()) {
	text := name.entry.Text
	var made core.Account
	a.do(action{
		button: button, failed: lang.T("add.failed"),
		done:    lang.T("add.done", "name", strings.TrimSpace(text)),
		refused: func(fields []core.FieldError) { name.SetError(refusedWords(fields[0])) },
		then: func() {
			done()
			a.shell.open(atAccounts)
			a.openAccount(made.ID, tabSettings)
		},
	}, func(ctx context.Context) (err error) {
		made, err = a.core.CreateAccount(ctx, bank, text, a.cfg.Actor)
		return err
	})
}

// openAccount shows an account that may not be in the overview yet.
func (a *App) openAccount(id string, tab int) {
	a.shell.accounts.wanted, a.shell.accounts.wantedTab = id, tab
	a.touch(model.Everything())
}

// renameAccount asks for another name.
func (a *App) renameAccount(account model.Account) {
	a.askName(lang.T("rename.title"), "", account.Name, lang.T("rename.yes"), action{failed: lang.T("rename.failed"), done: lang.T("rename.done")},
		func(ctx context.Context, name string) error {
			_, err := a.core.RenameAccount(ctx, account.ID, name, a.cfg.Actor)
			return err
		})
}

// duplicateAccount asks for the name of a copy, and opens its settings.
func (a *App) duplicateAccount(account model.Account) {
	var made core.Account
	a.askName(lang.T("duplicate.title", "name", account.Name), lang.T("duplicate.means"), lang.T("duplicate.name", "name", account.Name), lang.T("duplicate.yes"),
		action{failed: lang.T("duplicate.failed"), then: func() {
			a.toasts.good(lang.T("duplicate.done", "name", made.Name))
			a.openAccount(made.ID, tabSettings)
		}},
		func(ctx context.Context, name string) (err error) {
			made, err = a.core.DuplicateAccount(ctx, account.ID, name, a.cfg.Actor)
			return err
		})
}

// askName asks for a name and does something with it. What the action does then is
// done with the dialog closed.
func (a *App) askName(title, means, name, yes string, act action, work func(ctx context.Context, name string) error) {
	field := newNameField(lang.T("add.name"), "")
	field.entry.SetText(name)
	field.entry.OnChanged = func(string) { field.SetError("") }
	var m *modal
	no := look.NewButton(lang.T("dialog.cancel"), func() { m.close() })
	ok := look.NewPrimary(yes, nil)
	then := act.then
	act.button = ok
	act.refused = func(fields []core.FieldError) { field.SetError(refusedWords(fields[0])) }
	act.then = func() {
		m.close()
		if then != nil {
			then()
		}
	}
	ok.OnTapped = func() {
		if bad := checkName(field.entry.Text); bad != "" {
			field.SetError(bad)
			return
		}
		text := field.entry.Text
		a.do(act, func(ctx context.Context) error { return work(ctx, text) })
	}
	field.entry.OnSubmitted = func(string) { ok.Tapped(nil) }
	field.entry.onEscape = func() { m.close() }
	body := look.Column(12, field.FormField)
	if means != "" {
		body = look.Column(12, look.NewLines(means, look.Muted, theme.SizeNameText), field.FormField)
	}
	m = a.newModal(420, title, body, no, ok)
	m.show()
	a.window.Canvas().Focus(field.entry)
}

// deleteAccount asks for the name, against a slip.
func (a *App) deleteAccount(account model.Account) {
	name := newNameField(lang.T("delete.type", "name", account.Name), "")
	var m *modal
	no := look.NewButton(lang.T("dialog.cancel"), func() { m.close() })
	ok := look.NewDanger(lang.T("delete.yes"), nil)
	ok.Disable()
	name.entry.OnChanged = func(text string) {
		name.SetError("")
		ok.SetEnabled(strings.TrimSpace(text) == account.Name)
	}
	ok.OnTapped = func() {
		text := name.entry.Text
		a.do(action{
			button: ok, failed: lang.T("delete.failed"), done: lang.T("delete.done", "name", account.Name), then: m.close,
			refused: func([]core.FieldError) { name.SetError(lang.T("delete.differs")) },
		}, func(ctx context.Context) error {
			return a.core.DeleteAccount(ctx, account.ID, text, a.cfg.Actor)
		})
	}
	name.entry.OnSubmitted = func(string) { ok.Tapped(nil) }
	name.entry.onEscape = func() { m.close() }
	m = a.newModal(440, lang.T("delete.title", "name", account.Name),
		look.Column(12, look.NewLines(lang.T("delete.means"), look.Muted, theme.SizeNameText), name.FormField), no, ok)
	m.show()
	a.window.Canvas().Focus(name.entry)
}
