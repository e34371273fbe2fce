package gui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
)

// didAtOnce is how many lines are read with one press.
const didAtOnce = 50

// did is the list of who did what, newest first.
type did struct {
	a     *App
	lines *fyne.Container
	older *look.Button
	shown int
}

// showDid opens the list.
func (a *App) showDid(button *look.Button) {
	d := &did{a: a, lines: look.Column(6)}
	var m *modal
	out := look.NewButton(lang.T("dialog.close"), func() { m.close() })
	d.older = look.NewButton(lang.T("did.older"), func() { d.read(d.older, nil) })
	scroll := container.NewVScroll(look.Inset(d.lines, 0, 0, 0, 14))
	scroll.SetMinSize(fyne.NewSize(0, 380))
	d.read(button, func() {
		m = a.newModal(720, lang.T("did.button"), scroll, out, d.older)
		m.show()
		a.window.Canvas().Focus(out)
	})
}

// read adds the next lines to the list.
func (d *did) read(button *look.Button, then func()) {
	var rows []core.Audit
	from := d.shown
	d.a.do(action{button: button, failed: lang.T("did.failed"), then: func() {
		d.add(rows)
		if then != nil {
			then()
		}
	}}, func(ctx context.Context) (err error) {
		rows, err = d.a.core.AuditLog(ctx, didAtOnce+1, from)
		return err
	})
}

func (d *did) add(rows []core.Audit) {
	more := len(rows) > didAtOnce
	rows = rows[:min(len(rows), didAtOnce)]
	d.shown += len(rows)
	if d.shown == 0 {
		d.lines.Add(look.NewLines(lang.T("did.none"), look.Muted, theme.SizeNameText))
	}
	for _, r := range rows {
		d.lines.Add(d.line(r))
	}
	d.older.Hidden = !more
	d.lines.Refresh()
}

func (d *did) line(r core.Audit) fyne.CanvasObject {
	cell := func(width float32, words string, color fyne.ThemeColorName) fyne.CanvasObject {
		return fixedWidth(width, look.NewCut(words, color, look.SmallText))
	}
	return look.Row(12, cell(112, lang.DateTime(r.At), look.Muted), cell(110, r.Actor, theme.ColorNameForeground),
		cell(220, didWords(r.Action), theme.ColorNameForeground), cell(186, d.about(r), look.Muted))
}

// didWords says what was done.
func didWords(action core.Action) string {
	key := "did." + strings.ReplaceAll(string(action), ".", "_")
	if !lang.Has(key) {
		return string(action)
	}
	return lang.T(key)
}

// about is what it was done to: an account, and what names the thing to people.
func (d *did) about(r core.Audit) string {
	var parts []string
	if r.AccountID != "" && r.Action != core.ActDeleteAccount {
		if account, ok := d.a.over.Find(r.AccountID); ok {
			parts = append(parts, account.Name)
		} else {
			parts = append(parts, lang.T("did.gone"))
		}
	}
	switch r.Action {
	case core.ActSettle, core.ActRefuse, core.ActUndo, core.ActMatch, core.ActResendResult,
		core.ActCreateKey, core.ActAPIOn, core.ActCreateOwner, core.ActChangeOwner, core.ActDeleteAccount:
		parts = append(parts, r.Detail)
	case core.ActCreateAccount, core.ActRenameAccount: // the name it got then
		if !slices.Contains(parts, r.Detail) {
			parts = append(parts, r.Detail)
		}
	case core.ActSetMode:
		parts = append(parts, modeWords(core.OperationMode(r.Detail)))
	case core.ActRestart:
		if r.Detail != "" {
			parts = append(parts, lang.Failure(r.Detail).Short)
		}
	}
	return strings.Join(parts, " · ")
}
