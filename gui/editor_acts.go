package gui

import (
	"context"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
)

// save keeps what was edited, as a draft when something is still missing.
func (v *settingsForm) save() {
	if v.ed == nil || !v.ed.Dirty() || v.saveNow.Busy() {
		return
	}
	done := lang.T("edit.saved")
	if missing := v.ed.Missing(); len(missing) > 0 {
		done = lang.T("edit.saved_draft", "fields", v.names(missing))
	}
	v.keep(v.saveNow, done, nil)
}

// further is what is done once the settings are stored, off Fyne's goroutine.
type further struct {
	work   func(context.Context) error // nil for nothing
	failed string                      // what did not work then
	then   func()                      // on Fyne's goroutine, after it went well
}

// keep saves and then does more, if anything. What keeps the form from being saved
// is said beside its field instead.
func (v *form) keep(button *look.Button, done string, more *further) {
	v.tried = true
	v.refresh()
	if wrong := v.ed.Blocking(); len(wrong) > 0 {
		v.goTo(wrong[0])
		return
	}
	sent, in := v.ed.Copy(), v.ed.Input()
	var stored core.Settings
	v.a.do(action{
		button: button, failed: lang.T("edit.not_saved"), refused: v.refused,
		then: func() {
			v.saved(sent, stored)
			switch {
			case more != nil && more.work != nil:
				v.a.do(action{button: button, done: done, failed: more.failed, then: more.then}, more.work)
			case more != nil:
				more.then()
			case done != "":
				v.a.toasts.good(done)
			}
		},
	}, func(ctx context.Context) (err error) {
		stored, err = v.a.core.SaveSettings(ctx, v.accountID, in, true, v.a.cfg.Actor)
		return err
	})
}

// saved shows the settings as they are stored now.
func (v *form) saved(sent model.Form, stored core.Settings) {
	v.ed.Saved(sent, stored)
	v.load()
}

// refused shows what core would not take.
func (v *form) refused(fields []core.FieldError) {
	v.ed.Refuse(fields)
	v.refresh()
	if !v.goTo(fields[0].Field) {
		v.a.toasts.bad(lang.T("edit.not_saved"), refusedWords(fields[0]))
	}
}

// saveAndRestart saves and lets the account in again. With the password the bank
// has refused, it asks first.
func (v *settingsForm) saveAndRestart() {
	restart := func() {
		v.keep(v.restart, lang.T("edit.saved_restarted"), &further{failed: lang.T("detail.not_restarted"), work: func(ctx context.Context) error {
			_, err := v.a.core.Restart(ctx, v.accountID, v.a.cfg.Actor)
			return err
		}})
	}
	if v.ed.Problems()[model.FieldPassword].Trouble != model.RefusedByBank {
		restart()
		return
	}
	v.a.confirm(lang.T("restart.title"), lang.T("edit.same_password")+" "+lang.T("restart.means"), lang.T("edit.save_restart"), true, restart)
}

// askDiscard takes the changes back, after asking.
func (v *settingsForm) askDiscard() {
	v.a.confirm(lang.T("discard.title"), lang.T("discard.means"), lang.T("discard.yes"), true, func() {
		v.ed.Discard()
		v.load()
		v.a.touch(model.Something(core.AccountsChanged, v.accountID)) // other settings may have been stored meanwhile
	})
}
