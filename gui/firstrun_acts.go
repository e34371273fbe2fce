package gui

import (
	"context"
	"errors"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/model"
)

// goOn does what the step asks for and opens the next.
func (v *firstRunView) goOn() {
	switch v.st.at {
	case model.AskLanguage:
		v.a.prefs.Language = lang.Current() // chosen now, if it was not before
		v.a.savePrefs()
		v.open(model.AskMode)
	case model.AskMode:
		v.keepMode()
	case model.AskAccount:
		v.keepAccount()
	case model.AskLogin:
		v.open(model.AskSystem)
	case model.AskSystem:
		v.finish()
	}
}

func (v *firstRunView) keepMode() {
	mode := v.st.mode
	v.a.do(action{button: v.next, failed: lang.T("app_settings.mode_failed"), then: func() {
		if v.ed != nil {
			v.ed.Mode = mode
		}
		v.open(model.AskAccount)
	}}, func(ctx context.Context) error { return v.a.core.SetOperationMode(ctx, mode, v.a.cfg.Actor) })
}

// keepAccount makes the account, or renames it, and keeps its login.
func (v *firstRunView) keepAccount() {
	bad := checkName(v.st.name)
	if v.name != nil {
		v.name.SetError(bad)
	}
	if v.ed == nil {
		v.a.window.Canvas().Focus(v.bank)
		v.a.toasts.bad(lang.T("add.failed"), lang.T("add.no_bank"))
		return
	}
	v.tried = true
	v.refresh()
	switch wrong := append(v.ed.Blocking(), v.ed.MissingIn(model.InLogin)...); {
	case bad != "":
		v.a.window.Canvas().Focus(v.name.entry)
		return
	case len(wrong) > 0:
		v.goTo(wrong[0])
		return
	}
	id, name, bank, in, actor := v.accountID, v.st.name, v.ed.Bank.Code, v.ed.Input(), v.a.cfg.Actor
	changed := v.ed.CredentialsChanged()
	var ed *model.Editor
	v.a.do(action{
		button: v.next, failed: lang.T("add.failed"),
		refused: func(fields []core.FieldError) {
			v.made(id, nil)
			v.refusedFields(fields)
		},
		then: func() {
			v.st.signedIn = v.st.signedIn && !changed
			v.made(id, ed)
			v.open(model.AskLogin)
		},
	}, func(ctx context.Context) (err error) {
		id, err = keepFirst(ctx, v.a.core, id, bank, name, actor)
		if err != nil {
			return err
		}
		if _, err = v.a.core.SaveSettings(ctx, id, in, true, actor); err != nil {
			return err
		}
		ed, err = model.ReadEditor(ctx, v.a.core, id)
		return err
	})
}

// keepFirst makes the account or gives it another name, and returns its id.
func keepFirst(ctx context.Context, c Core, id, bank, name, actor string) (string, error) {
	if id == "" {
		a, err := c.CreateAccount(ctx, bank, name, actor)
		return a.ID, err
	}
	_, err := c.RenameAccount(ctx, id, name, actor)
	return id, err
}

// made notes that the account is there now.
func (v *firstRunView) made(id string, ed *model.Editor) {
	v.accountID, v.st.accountID = id, id
	if ed != nil {
		v.edit(ed)
	}
}

// refusedFields says beside the fields what core would not take.
func (v *firstRunView) refusedFields(fields []core.FieldError) {
	if fields[0].Field == "name" && v.name != nil {
		v.name.SetError(refusedWords(fields[0]))
		v.a.window.Canvas().Focus(v.name.entry)
		return
	}
	v.refused(fields)
}

// tryDemo starts the demo bank, makes an account at it and goes on to its login.
func (v *firstRunView) tryDemo() {
	a, name := v.a, lang.T("first.demo_name")
	mode, done := a.over.Mode, lang.T("first.demo_done")
	if mode == core.ModeUnset {
		done += " " + lang.T("first.demo_mode")
	}
	var id string
	var ed *model.Editor
	a.do(action{button: v.demo, failed: lang.T("first.demo_failed"), done: done, then: func() {
		v.st.name, v.st.mode, v.st.signedIn = name, ed.Mode, false
		v.made(id, ed)
		v.open(model.AskLogin)
	}}, func(ctx context.Context) error {
		if mode == core.ModeUnset { // the demo shows what comes in, and lists nothing that is expected
			if err := a.core.SetOperationMode(ctx, core.Passthrough, a.cfg.Actor); err != nil {
				return err
			}
		}
		bank, in, err := a.cfg.Demo(ctx)
		if err != nil {
			return err
		}
		account, err := a.core.CreateAccount(ctx, bank, name, a.cfg.Actor)
		if err != nil {
			return err
		}
		id = account.ID
		if _, err = a.core.SaveSettings(ctx, id, in, true, a.cfg.Actor); err != nil {
			return errors.Join(err, a.core.DeleteAccount(ctx, id, name, a.cfg.Actor))
		}
		ed, err = model.ReadEditor(ctx, a.core, id)
		return err
	})
}

// finish keeps where movements go and shows the account.
func (v *firstRunView) finish() {
	v.tried = true
	v.refresh()
	if missing := v.ed.Missing(); len(missing) > 0 {
		v.goTo(missing[0])
		return
	}
	id := v.accountID
	v.keep(v.next, "", &further{then: func() {
		v.a.welcomed()
		v.a.openAccount(id, tabMovements)
		v.a.toasts.good(lang.T("first.done", "scrape", lang.T("detail.scrape")))
	}})
}
