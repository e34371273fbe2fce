package gui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
)

// AtLogin has the desktop start the program when the person logs in to the
// computer; autostart.Entry does.
type AtLogin interface {
	Enabled() (bool, error)
	Set(on bool) error
}

// loginRow offers to start with the computer.
func (s *appSettings) loginRow() fyne.CanvasObject {
	on, err := s.m.login.Enabled()
	badge := look.NewBadge(lang.T("login.on"), look.Good).Bold()
	var turn *look.Button
	show := func() {
		badge.Hidden = !on
		turn.SetText(lang.T("login.turn_on"))
		if on {
			turn.SetText(lang.T("login.turn_off"))
		}
		s.root.Refresh()
	}
	turn = look.NewButton("", func() {
		to, done := !on, lang.T("login.is_off")
		if to {
			done = lang.T("login.is_on")
		}
		s.a.do(action{button: turn, done: done, failed: lang.T("login.failed"), then: func() {
			on = to
			show()
		}}, func(context.Context) error { return s.m.login.Set(to) })
	})
	means := lang.T("login.means")
	if err != nil {
		means = lang.T("login.unknown", "text", explain(err))
		turn.Disable()
	}
	s.shown = append(s.shown, show)
	return settingRow(lang.T("login.title"), means, container.NewCenter(look.Row(10, badge, turn)))
}
