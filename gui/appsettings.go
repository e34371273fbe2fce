package gui

import (
	"context"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// settingsWidth is as wide as a line can be read with ease.
const settingsWidth = 760

// machine is what the settings page asks of the program around the window. What
// is nil is not offered.
type machine struct {
	backup       func(ctx context.Context) (string, error)
	checkBrowser func(path string) (string, error)
	saveBrowser  func(path string) error
	browser      string // the path in use, "" for the browser that is found
	dir          string
	version      string
	login        AtLogin
}

// appSettings is the page of what belongs to the installation and to the window.
type appSettings struct {
	a *App
	m machine

	modes   map[core.OperationMode]*modeRow
	running *look.Badge
	words   *look.Text
	pause   *look.Button

	path   *entry
	found  *look.Text
	check  *look.Button
	save   *look.Button
	saved  string // the path as it was last saved
	backup *look.Button
	copied *fyne.Container // where the last backup went
	scroll *container.Scroll

	appearance, language *widgets.Choice
	alerts               *alertSettings
	api                  *apiSettings
	shown                []func() // parts that show themselves once the page is there
	root                 fyne.CanvasObject
}

func newAppSettings(a *App, m machine) *appSettings {
	s := &appSettings{a: a, m: m, saved: m.browser, modes: map[core.OperationMode]*modeRow{}}
	column := look.Column(14, s.modeSection(), s.scheduleSection(), s.alertSection(), s.browserSection(), s.windowSection(), s.apiSection(), s.dataSection(), s.aboutSection())
	s.scroll = container.NewVScroll(look.Inset(container.New(narrowLayout{settingsWidth}, column), 0, 20, 20, 20))
	head := look.Inset(screenHead(lang.T("rail.settings"), lang.T("app_settings.means")), 16, 12, 20, 20)
	s.root = look.Edges(head, nil, nil, nil, s.scroll)
	for _, show := range s.shown {
		show()
	}
	s.show(a.over.Mode)
	return s
}

// Object implements View.
func (s *appSettings) Object() fyne.CanvasObject { return s.root }

// Ask implements View: what is shown is part of the overview.
func (s *appSettings) Ask(model.Changes) Read {
	return func(ctx context.Context) (func(), error) {
		prefs, err := s.a.core.Preferences(ctx)
		if err != nil {
			return nil, err
		}
		access, err := s.api.read(ctx)
		if err != nil {
			return nil, err
		}
		return func() {
			s.show(s.a.over.Mode)
			s.alerts.show(prefs)
			s.api.show(access)
		}, nil
	}
}

// Unsaved implements editor.
func (s *appSettings) Unsaved() bool {
	return s.m.saveBrowser != nil && model.CleanPath(s.path.Text) != s.saved
}

func (s *appSettings) show(mode core.OperationMode) {
	for m, row := range s.modes {
		row.show(m == mode)
	}
	tone, badge, words, button := look.Good, lang.T("app_settings.running"), lang.T("app_settings.running_means"), lang.T("tray.pause")
	icon := icons.Pause
	if s.a.over.Paused {
		tone, badge, words, button = look.Warn, lang.T("app_settings.paused"), lang.T("app_settings.paused_means"), lang.T("tray.resume")
		icon = icons.Play
	}
	s.running.Set(badge, tone)
	s.words.Set(words)
	s.pause.Icon = icon
	s.pause.SetText(button)
}

// modeRow is one of the modes: what it does, and whether it is in use.
type modeRow struct {
	badge *look.Badge
	use   *look.Button
}

func (r *modeRow) show(used bool) {
	r.badge.Hidden = !used
	r.use.Hidden = used
	r.badge.Refresh()
	r.use.Refresh()
}

func (s *appSettings) modeSection() fyne.CanvasObject {
	return widgets.NewSection(lang.T("app_settings.mode"),
		s.modeRow(core.Passthrough, lang.T("app_settings.passthrough"), lang.T("app_settings.passthrough_means")),
		look.Rule(),
		s.modeRow(core.Reconcile, lang.T("app_settings.reconcile"), lang.T("app_settings.reconcile_means")),
		small(lang.T("app_settings.mode_safe")))
}

func (s *appSettings) modeRow(mode core.OperationMode, title, means string) fyne.CanvasObject {
	r := &modeRow{badge: look.NewBadge(lang.T("app_settings.in_use"), look.Good).Bold()}
	r.use = look.NewButton(lang.T("app_settings.use"), func() { s.askMode(mode, title, r.use) })
	s.modes[mode] = r
	return settingRow(title, means, container.NewCenter(look.Row(0, r.badge, r.use)))
}

// askMode asks before the mode is changed, and says that nothing is deleted.
func (s *appSettings) askMode(mode core.OperationMode, title string, button *look.Button) {
	means := lang.T("app_settings.to_passthrough")
	if mode == core.Reconcile {
		means = lang.T("app_settings.to_reconcile")
	}
	a := s.a
	a.confirm(lang.T("app_settings.mode_title", "mode", inSentence(title)), means+" "+lang.T("app_settings.mode_safe"), lang.T("app_settings.use"), false, func() {
		a.do(action{button: button, done: lang.T("app_settings.mode_done"), failed: lang.T("app_settings.mode_failed")}, func(ctx context.Context) error {
			return a.core.SetOperationMode(ctx, mode, a.cfg.Actor)
		})
	})
}

func (s *appSettings) scheduleSection() fyne.CanvasObject {
	s.running = look.NewBadge("", look.Good).Bold()
	s.words = look.NewLines("", look.Muted, look.SmallText)
	s.pause = look.NewIconButton(icons.Pause, "", s.a.pauseSchedule)
	section := widgets.NewSection(lang.T("app_settings.schedule"), look.Edges(nil, nil, nil, look.Inset(s.pause, 0, 0, 16, 0), middle(s.words)))
	return section.SetSide(s.running)
}

func (s *appSettings) windowSection() fyne.CanvasObject {
	a := s.a
	s.appearance = widgets.NewChoice([]widgets.Option{
		{ID: string(look.System), Text: lang.T("app_settings.system")},
		{ID: string(look.Light), Text: lang.T("app_settings.light")},
		{ID: string(look.Dark), Text: lang.T("app_settings.dark")},
	}, string(a.prefs.Appearance), func(id string) {
		a.setAppearance(look.Appearance(id))
		a.goTo(atSettings) // the window was made anew
	})
	names := []widgets.Option{{ID: "", Text: lang.T("app_settings.system")}}
	for _, code := range lang.Codes {
		names = append(names, widgets.Option{ID: code, Text: lang.Own[code]})
	}
	s.language = widgets.NewChoice(names, a.prefs.Language, func(id string) {
		a.setLanguage(id)
		a.goTo(atSettings)
	})
	rows := []fyne.CanvasObject{
		settingRow(lang.T("app_settings.appearance"), lang.T("app_settings.appearance_means"), s.appearance),
		look.Rule(),
		settingRow(lang.T("app_settings.language"), lang.T("app_settings.language_means"), s.language),
	}
	if s.m.login != nil {
		rows = append(rows, look.Rule(), s.loginRow())
	}
	return widgets.NewSection(lang.T("app_settings.window"), rows...)
}

func (s *appSettings) aboutSection() fyne.CanvasObject {
	logs := filepath.Join(s.m.dir, "logs")
	return widgets.NewSection(lang.T("app_settings.about"),
		settingRow(lang.T("app.name")+" "+lang.T("app.version", "version", s.m.version), lang.T("app_settings.licence"), nil),
		look.Rule(),
		s.folderRow(lang.T("app_settings.logs"), lang.T("app_settings.logs_means"), logs))
}

// settingRow is a setting with what it means below it, and its control at the right.
func settingRow(title, means string, control fyne.CanvasObject, below ...fyne.CanvasObject) fyne.CanvasObject {
	words := look.Column(2, look.NewLines(title, theme.ColorNameForeground, theme.SizeNameText), small(means))
	if len(below) > 0 {
		words = look.Column(6, append([]fyne.CanvasObject{words}, below...)...)
	}
	if control == nil {
		return words
	}
	return look.Edges(nil, nil, nil, look.Inset(container.NewCenter(control), 0, 0, 16, 0), words)
}

// narrowLayout makes an object no wider than told.
type narrowLayout struct{ width float32 }

// MinSize implements fyne.Layout.
func (l narrowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

// Layout implements fyne.Layout.
func (l narrowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(min(size.Width, l.width), size.Height))
	objects[0].Move(fyne.Position{})
}
