package gui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
)

// statusBar is the line at the bottom: what works right now, and how.
type statusBar struct {
	a          *App
	light      *look.Dot
	schedule   *look.Text
	browsers   *look.Text
	deliveries *look.Text
	space      *look.Text
	problem    *look.Text
	right      *look.Text
	root       fyne.CanvasObject
}

func newStatusBar(a *App) *statusBar {
	text := func() *look.Text { return look.NewText("", look.Muted, look.SmallText) }
	s := &statusBar{
		a: a, light: look.NewDot(look.Neutral), schedule: text(), browsers: text(), deliveries: text(), space: look.NewText("", look.AmberText, look.SmallText),
		problem: look.NewCut("", look.RedText, look.SmallText), right: text(),
	}
	s.light.Side = 8
	row := look.Row(22, look.Row(6, s.light, s.schedule), s.browsers, s.deliveries, s.space, s.problem, s.right)
	s.root = container.NewStack(
		look.NewArea(look.Panel),
		look.Edges(look.Rule(), nil, nil, nil, look.Inset(row, 4, 5, 16, 16)),
	)
	s.show(model.Overview{})
	return s
}

func (s *statusBar) object() fyne.CanvasObject { return s.root }

func (s *statusBar) show(over model.Overview) {
	tone, words := look.Good, lang.T("status.running")
	switch {
	case over.Paused:
		tone, words = look.Warn, lang.T("status.paused")
	case over.Active == 0:
		tone, words = look.Neutral, lang.T("status.idle")
	}
	s.light.Set(tone)
	s.schedule.Set(words)
	browsers := lang.N("status.browsers", over.AtWork)
	if over.Queued > 0 {
		browsers += ", " + lang.N("status.queued", over.Queued)
	}
	s.browsers.Set(browsers)
	s.deliveries.Set(deliveryWords(over))
	s.deliveries.SetColor(look.Muted)
	if over.Dead > 0 {
		s.deliveries.SetColor(look.RedText)
	}
	s.space.Set(spaceWords(over.Space))
	s.space.SetColor(look.AmberText)
	if over.Space.Full() {
		s.space.SetColor(look.RedText)
	}
	s.right.Set(strings.Join([]string{lang.T("status.mode", "mode", modeWords(over.Mode)), lang.T("app.version", "version", s.a.cfg.Version)}, " · "))
	s.root.Refresh()
}

// trouble says that the data cannot be read, or no longer does.
func (s *statusBar) trouble(err error) {
	words := ""
	if err != nil {
		words = lang.T("status.unreadable", "text", explain(err))
	}
	s.problem.Set(words)
}

func deliveryWords(over model.Overview) string {
	var parts []string
	if over.Owed > 0 {
		parts = append(parts, lang.N("status.owed", over.Owed))
	}
	if over.Retrying > 0 {
		parts = append(parts, lang.N("status.retrying", over.Retrying))
	}
	if over.Dead > 0 {
		parts = append(parts, lang.N("status.failed", over.Dead))
	}
	if len(parts) == 0 {
		return lang.T("status.all_delivered")
	}
	return lang.T("status.deliveries", "what", strings.Join(parts, ", "))
}

// spaceWords says that the disk of the data is nearly full; "" while it is not.
func spaceWords(s core.Space) string {
	switch {
	case s.Full():
		return lang.T("status.disk_full")
	case s.Low():
		return lang.T("status.disk_low", "mb", s.Megabytes())
	}
	return ""
}

func modeWords(m core.OperationMode) string {
	switch m {
	case core.Reconcile:
		return lang.T("mode.reconcile")
	case core.Passthrough:
		return lang.T("mode.passthrough")
	}
	return lang.T("mode.unset")
}
