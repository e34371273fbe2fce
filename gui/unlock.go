package gui

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/widgets"
)

// Secrets is the lock on the stored passwords and tokens. What it answers are the
// names core's vault gives.
type Secrets interface {
	// Why says why they are locked; "" when they are not.
	Why() string
	// Opener is what a person could give to open them: "passphrase", or
	// "new_passphrase" where nothing was ever stored, or "" for nothing.
	Opener(ctx context.Context) (string, error)
	// Unlock asks the keychain, and tries a passphrase, which it clears; nil for
	// none. A wrong or weak one is a core.InvalidError.
	Unlock(ctx context.Context, passphrase []byte) error
}

// leastPassphrase is how many letters a new passphrase has at least; the vault
// holds to it too.
const leastPassphrase = 12

// showLock says that the secrets are locked for as long as they are, and asks the
// person to open them the first time they look.
func (a *App) showLock() {
	if a.cfg.Secrets == nil {
		return
	}
	why := a.cfg.Secrets.Why()
	if why == "" {
		a.shell.locked("")
		return
	}
	a.shell.locked(lockWords(why))
	if !a.lockSaid && !a.hidden {
		a.lockSaid = true
		a.askUnlock()
	}
}

func lockWords(why string) string {
	if key := "unlock.why." + why; lang.Has(key) {
		return lang.T(key)
	}
	return lang.T("unlock.why.no_keychain")
}

// askUnlock asks for what would open the secrets.
func (a *App) askUnlock() {
	var opener string
	a.do(action{button: a.shell.lock.button, failed: lang.T("unlock.failed"), then: func() {
		if why := a.cfg.Secrets.Why(); why != "" && !slices.Contains(a.modals, a.lockAsked) {
			a.showUnlock(why, opener)
		}
	}}, func(ctx context.Context) (err error) {
		opener, err = a.cfg.Secrets.Opener(ctx)
		return err
	})
}

// unlocking is the dialog that opens the secrets.
type unlocking struct {
	a      *App
	modal  *modal
	fresh  bool // the passphrase is chosen now
	pass   *entry
	again  *entry
	field  *widgets.FormField
	repeat *widgets.FormField
	said   *look.Text
	open   *look.Button
}

func (a *App) showUnlock(why, opener string) {
	u := &unlocking{a: a, fresh: opener == "new_passphrase", said: look.NewLines("", look.RedText, look.SmallText)}
	u.said.Hide()
	u.pass, u.field = u.secret(lang.T("unlock.passphrase"))
	u.again, u.repeat = u.secret(lang.T("unlock.again"))
	later := look.NewButton(lang.T("unlock.later"), func() { u.modal.close() })
	keychain := look.NewButton(lang.T("unlock.keychain"), nil)
	keychain.OnTapped = func() { u.try(keychain, nil) }
	u.open = look.NewPrimary(lang.T("unlock.yes"), u.submit)

	title, words := lang.T("unlock.title"), lockWords(why)
	var parts []fyne.CanvasObject
	buttons := []fyne.CanvasObject{later, keychain}
	switch {
	case u.fresh:
		title, words = lang.T("unlock.fresh"), lang.T("unlock.fresh_means")+"\n\n"+lang.T("unlock.choose")
		u.field.Help(lang.T("unlock.weak", "n", leastPassphrase))
		u.open.SetText(lang.T("unlock.set"))
		parts, buttons = append(parts, u.field, u.repeat), append(buttons, u.open)
	case opener != "":
		parts, buttons = append(parts, u.field), append(buttons, u.open)
	}
	parts = append([]fyne.CanvasObject{look.NewLines(words, look.Muted, theme.SizeNameText)}, append(parts, u.said)...)
	u.modal = a.newModal(460, title, look.Column(12, parts...), buttons...)
	a.lockAsked = u.modal
	u.modal.show()
	if opener == "" {
		a.window.Canvas().Focus(keychain)
		return
	}
	a.window.Canvas().Focus(u.pass)
}

// secret is a field for a passphrase.
func (u *unlocking) secret(label string) (*entry, *widgets.FormField) {
	e := newEntry("")
	e.Password = true
	e.OnSubmitted = func(string) { u.submit() }
	e.onEscape = func() { u.modal.close() }
	f := widgets.NewFormField(label, e)
	e.OnChanged = func(string) { f.SetError("") }
	return e, f
}

func (u *unlocking) submit() {
	switch {
	case u.fresh && utf8.RuneCountInString(u.pass.Text) < leastPassphrase:
		u.refuse(u.field, u.pass, lang.T("unlock.weak", "n", leastPassphrase))
	case u.fresh && u.pass.Text != u.again.Text:
		u.refuse(u.repeat, u.again, lang.T("unlock.differs"))
	case u.pass.Text == "":
		u.refuse(u.field, u.pass, lang.T("unlock.wrong"))
	default:
		u.try(u.open, []byte(u.pass.Text))
	}
}

// refuse says beside a field what is wrong with it, and puts the person there.
func (u *unlocking) refuse(f *widgets.FormField, e *entry, words string) {
	f.SetError(words)
	u.a.window.Canvas().Focus(e)
}

// try opens the secrets, and says beside the field or in the dialog what did not
// work.
func (u *unlocking) try(button *look.Button, passphrase []byte) {
	var failed error
	u.a.do(action{button: button, failed: lang.T("unlock.failed"), then: func() {
		var wrong *core.InvalidError
		switch {
		case failed == nil:
			u.pass.SetText("")
			u.again.SetText("")
			u.modal.close()
			u.a.toasts.good(lang.T("unlock.done"))
			u.a.showLock()
		case errors.As(failed, &wrong):
			u.refuse(u.field, u.pass, lang.T(map[bool]string{true: "unlock.weak", false: "unlock.wrong"}[u.fresh], "n", leastPassphrase))
		default:
			u.said.Set(lockWords(u.a.cfg.Secrets.Why()))
			u.said.Show()
			u.modal.popup.Refresh()
		}
	}}, func(ctx context.Context) error {
		failed = u.a.cfg.Secrets.Unlock(ctx, passphrase)
		return nil // the dialog says it
	})
}
