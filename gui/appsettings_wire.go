package gui

// preferencesView is the page of the program's settings.
func (a *App) preferencesView() View {
	return newAppSettings(a, machine{
		backup: a.cfg.Backup, browser: a.cfg.BrowserPath, checkBrowser: a.cfg.CheckBrowser, saveBrowser: a.cfg.SaveBrowser, dir: a.cfg.Dir, version: a.cfg.Version,
		login: a.cfg.AtLogin,
	})
}
