package gui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"reconbanker/gui/lang"
	"reconbanker/gui/model"
	"reconbanker/icons"
)

// trayState is what the tray shows; its icon and menu are made anew only when it
// changes, because every change makes the desktop read all of it again.
type trayState struct {
	icon   fyne.Resource
	paused bool
	lang   string
	asks   string // who asks for what
}

// tray is the icon beside the clock. It is never the only way in.
type tray struct {
	a     *App
	desk  desktop.App // nil when there is none
	on    bool
	state trayState
}

func newTray(a *App) *tray {
	t := &tray{a: a}
	if desk, ok := a.fyne.(desktop.App); ok && trayPossible() {
		t.desk, t.on = desk, true
		t.refresh()
		desk.SetSystemTrayWindow(a.window)
	}
	return t
}

// show takes the newest overview.
func (t *tray) show(model.Overview) { t.refresh() }

// refresh makes the tray show how things stand.
func (t *tray) refresh() {
	if !t.on {
		return
	}
	next := trayState{icon: trayIcon(t.a.over), paused: t.a.over.Paused, lang: lang.Current()}
	for _, item := range t.asks() {
		next.asks += item.Label + "\n"
	}
	if next == t.state {
		return
	}
	was := t.state
	t.state = next
	if next.icon != was.icon {
		t.desk.SetSystemTrayIcon(next.icon)
	}
	if next.paused != was.paused || next.lang != was.lang || next.asks != was.asks {
		t.desk.SetSystemTrayMenu(fyne.NewMenu(lang.T("app.name"), t.items()...))
	}
}

// trayIcon is blue while a run is at work, and has a red mark when a person is
// wanted, which matters more.
func trayIcon(over model.Overview) fyne.Resource {
	switch {
	case over.Count(model.Blocked, model.CodeNeeded) > 0 || over.Dead > 0:
		return icons.TrayAttention
	case over.AtWork > 0:
		return icons.TrayWorking
	}
	return icons.Tray
}

func (t *tray) items() []*fyne.MenuItem {
	a := t.a
	items := t.asks()
	if len(items) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	items = append(items,
		fyne.NewMenuItem(lang.T("tray.open"), a.raise),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(lang.T("tray.scrape_all"), a.scrapeAll))
	words := lang.T("tray.pause")
	if a.over.Paused {
		words = lang.T("tray.resume")
	}
	items = append(items, fyne.NewMenuItem(words, a.pauseSchedule))
	// Fyne adds an item of its own to quit unless one says that it does; set at run
	// time that one does nothing.
	quit := fyne.NewMenuItem(lang.T("tray.quit"), a.askQuit)
	quit.IsQuit = true
	return append(items, fyne.NewMenuItemSeparator(), quit)
}

// asks are the entries of the logins that wait for the person.
func (t *tray) asks() []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, q := range t.a.over.Asking {
		if q.Submitted {
			continue
		}
		key := "codes.enter_for"
		if !q.Typed() {
			key = "codes.answer_for"
		}
		items = append(items, fyne.NewMenuItem(lang.T(key, "account", q.Account), func() { t.a.codes.openAccount(q.AccountID) }))
	}
	return items
}

// scrapeAll asks for a run of every account that can be read now.
func (a *App) scrapeAll() {
	var ids []string
	for _, account := range a.over.Accounts {
		if account.CanScrape() && account.Block == nil && account.State != model.Paused {
			ids = append(ids, account.ID)
		}
	}
	if len(ids) == 0 {
		a.toasts.bad(lang.T("scrape_all.none"), lang.T("scrape_all.none_do"))
		return
	}
	a.do(action{done: lang.N("scrape_all.done", len(ids)), failed: lang.T("detail.not_scraped")}, func(ctx context.Context) error {
		for _, id := range ids {
			if _, err := a.core.Scrape(ctx, id, a.cfg.Actor); err != nil {
				return err
			}
		}
		return nil
	})
}

// pauseSchedule stops all accounts from being entered by themselves, or lets them
// be entered again.
func (a *App) pauseSchedule() {
	pause := !a.over.Paused
	done := lang.T("schedule.resumed")
	if pause {
		done = lang.T("schedule.paused")
	}
	a.do(action{done: done, failed: lang.T("schedule.failed")}, func(ctx context.Context) error {
		return a.core.SetSchedulePaused(ctx, pause, a.cfg.Actor)
	})
}
