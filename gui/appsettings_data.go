package gui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// browserSection is where the browser is.
func (s *appSettings) browserSection() fyne.CanvasObject {
	s.path = newEntry(lang.T("app_settings.browser_hint"))
	s.path.SetText(s.m.browser)
	s.found = look.NewLines("", look.Muted, theme.SizeNameCaptionText)
	s.found.Hide()
	s.check = look.NewButton(lang.T("app_settings.check"), s.checkBrowser)
	s.check.Hidden = s.m.checkBrowser == nil
	s.save = look.NewPrimary(lang.T("app_settings.save"), s.saveBrowser)
	s.save.Hidden = s.m.saveBrowser == nil
	s.save.Disable()
	s.path.OnChanged = func(string) {
		s.sayBrowser("", "")
		s.save.SetEnabled(s.Unsaved())
	}
	s.path.OnSubmitted = func(string) { s.check.Tapped(nil) }
	s.path.onEscape = func() { s.path.SetText(s.saved) }
	if s.m.saveBrowser == nil {
		s.path.Disable() // shown, and chosen on the command line
	}
	line := look.Edges(nil, nil, nil, look.Inset(look.Row(6, s.check, s.save), 0, 0, 8, 0), s.path)
	section := widgets.NewSection(lang.T("app_settings.browser"), small(lang.T("app_settings.browser_means")), line, s.found)
	if s.m.checkBrowser == nil && s.m.saveBrowser == nil && s.m.browser == "" {
		section.Hide()
	}
	return section
}

func (s *appSettings) sayBrowser(words string, color fyne.ThemeColorName) {
	s.found.Set(words)
	s.found.SetColor(color)
	s.found.Hidden = words == ""
	s.root.Refresh()
}

// checkBrowser says which browser is at the path, or why none can be used.
func (s *appSettings) checkBrowser() {
	if s.m.checkBrowser == nil {
		return
	}
	path, what := model.CleanPath(s.path.Text), ""
	var refused error
	s.a.do(action{button: s.check, then: func() {
		switch {
		case path != model.CleanPath(s.path.Text): // it was edited meanwhile
		case refused != nil:
			s.sayBrowser(lang.T("app_settings.not_usable")+" "+explain(refused), look.RedText)
		default:
			s.sayBrowser(lang.T("app_settings.usable", "browser", what), look.GreenText)
		}
	}}, func(context.Context) error {
		what, refused = s.m.checkBrowser(path)
		return nil // said beside the field
	})
}

func (s *appSettings) saveBrowser() {
	path := model.CleanPath(s.path.Text)
	s.a.do(action{
		button: s.save, done: lang.T("app_settings.browser_saved"), failed: lang.T("app_settings.browser_failed"),
		then: func() {
			s.saved = path
			s.save.SetEnabled(s.Unsaved())
		},
	}, func(context.Context) error { return s.m.saveBrowser(path) })
}

// dataSection is where everything is kept, and how to keep it twice.
func (s *appSettings) dataSection() fyne.CanvasObject {
	s.copied = look.Column(2)
	s.copied.Hide()
	s.backup = look.NewButton(lang.T("app_settings.backup_now"), s.backUp)
	rows := []fyne.CanvasObject{s.folderRow(lang.T("app_settings.folder"), lang.T("app_settings.folder_means"), s.m.dir)}
	if s.m.backup != nil {
		rows = append(rows, look.Rule(), settingRow(lang.T("app_settings.backup"), lang.T("app_settings.backup_means"), s.backup, s.copied))
	}
	var log *look.Button
	log = look.NewButton(lang.T("did.show"), func() { s.a.showDid(log) })
	rows = append(rows, look.Rule(), settingRow(lang.T("did.button"), lang.T("did.means"), log))
	return widgets.NewSection(lang.T("app_settings.data"), rows...)
}

// folderRow shows where a folder is, opens it and copies its path.
func (s *appSettings) folderRow(title, means, path string) fyne.CanvasObject {
	buttons := look.Row(6,
		look.NewIconButton(icons.Folder, lang.T("app_settings.open"), func() { s.openFolder(path) }),
		look.NewIconButton(icons.Copy, lang.T("app_settings.copy"), func() { s.a.copyText(path) }))
	return settingRow(title, means, buttons, codeBlock(path))
}

func (s *appSettings) openFolder(path string) {
	if err := s.a.fyne.OpenURL(model.FileURL(path)); err != nil {
		s.a.toasts.bad(lang.T("app_settings.not_opened"), explain(err))
	}
}

// backUp makes a backup now and says where it is.
func (s *appSettings) backUp() {
	where := ""
	s.a.do(action{
		button: s.backup, done: lang.T("app_settings.backed_up"), failed: lang.T("app_settings.not_backed_up"),
		then: func() {
			s.copied.Objects = []fyne.CanvasObject{
				look.NewLines(lang.T("app_settings.backup_at", "at", clockWords(s.a.now(), s.a.now())), look.GreenText, theme.SizeNameCaptionText),
				codeBlock(where), container.NewHBox(s.a.copyButton(lang.T("app_settings.copy"), where)),
			}
			s.copied.Show()
			s.root.Refresh()
		},
	}, func(ctx context.Context) (err error) {
		where, err = s.m.backup(ctx)
		return err
	})
}
