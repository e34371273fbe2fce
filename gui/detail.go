package gui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/icons"
)

// The tabs of an account.
const (
	tabMovements = iota
	tabRuns
	tabSettings
)

// detail is one account: what it is, what can be done with it, and its tabs.
type detail struct {
	a       *App
	account model.Account

	name     *look.Text
	badge    *look.Badge
	subtitle *look.Text
	scrape   *look.Button
	restart  *look.Button
	more     *look.Button
	banner   *banner
	progress *progress
	tabs     *tabs
	runs     *runList // the runs tab, once it was opened
	root     fyne.CanvasObject
}

func newDetail(a *App, account model.Account) *detail {
	d := &detail{
		a: a, account: account,
		name:     look.NewCut("", theme.ColorNameForeground, look.TitleText).Bold(),
		badge:    look.NewBadge("", look.Neutral).Bold(),
		subtitle: look.NewCut("", look.Muted, theme.SizeNameText),
		banner:   newBanner(), progress: newProgress(),
	}
	d.scrape = look.NewPrimary(lang.T("detail.scrape"), d.scrapeNow).WithIcon(icons.Refresh)
	d.restart = look.NewButton(lang.T("detail.restart"), d.restartNow)
	d.more = look.NewIconButton(icons.More, "", d.openMenu)
	d.progress.cancel.OnTapped = d.cancel
	d.tabs = newTabs(a.leave, func() { a.touch(model.Everything()) }) // much may have changed behind the tab
	d.tabs.add(lang.T("tab.movements"), func() View { return a.views.movements(account.ID) })
	d.tabs.add(lang.T("tab.runs"), func() View {
		v := a.views.runs(account.ID)
		d.runs, _ = v.(*runList)
		return v
	})
	d.tabs.add(lang.T("tab.settings"), func() View { return a.views.settings(account.ID) })
	words := look.Column(0, container.New(look.Tail{Gap: 10}, d.name, d.badge), d.subtitle)
	buttons := container.NewVBox(look.Row(6, d.scrape, d.restart, d.more))
	head := look.Edges(nil, nil, nil, look.Inset(buttons, 4, 0, 12, 0), words)
	d.root = look.Inset(look.Edges(
		look.Column(12, head, d.banner.root, d.progress.root), nil, nil, nil, look.Inset(d.tabs.root, 6, 0, 0, 0)), 16, 16, 20, 20)
	d.show(account)
	return d
}

// show takes the account as it now stands.
func (d *detail) show(account model.Account) {
	d.account = account
	now := d.a.now()
	d.name.Set(account.Name)
	d.badge.Set(stateWords(account.State), toneOf(account.State.Light()))
	d.subtitle.Set(subtitle(account, now))
	blocked := account.Block != nil
	d.scrape.SetEnabled(account.CanScrape())
	d.restart.SetEnabled(account.CanScrape())
	if blocked {
		d.scrape.As(look.Plain)
		d.restart.As(look.Primary).SetText(lang.T("detail.restart_blocked"))
	} else {
		d.scrape.As(look.Primary)
		d.restart.As(look.Plain).SetText(lang.T("detail.restart"))
	}
	d.showBanner(account)
	d.progress.show(account.Live)
	d.root.Refresh()
}

func (d *detail) showBanner(account model.Account) {
	switch {
	case account.Asks != nil && !account.Asks.Submitted:
		d.banner.show(look.Warn, askTitle(*account.Asks), askLeft(*account.Asks, d.a.now()), askButton(*account.Asks),
			func() { d.a.codes.openAccount(account.ID) })
	case account.Status == core.Archived:
		d.banner.show(look.Neutral, lang.T("banner.archived"), lang.T("banner.archived_do"), lang.T("menu.unarchive"), func() { d.setStatus(core.Active) })
	case account.Block != nil:
		w := lang.Failure(string(account.Block.Kind))
		words := lang.T("banner.stopped", "at", lang.When(account.Block.At, d.a.now())) + " " + w.Do
		if said := saidOf(account); said != "" {
			words += " " + lang.T("banner.said", "words", said)
		}
		mend := ""
		if wantsPassword(account.Block.Kind) {
			mend = lang.T("activity.password")
		}
		d.banner.showTwo(look.Bad, w.Title, words, lang.T("banner.what"), d.whatHappened, mend, func() { d.openSettings(model.InLogin) })
	case len(account.Missing) > 0:
		d.banner.show(look.Neutral, lang.T("banner.unfinished"), lang.T("banner.unfinished_do", "fields", d.missing(account)), lang.T("banner.fill"), d.openMissing)
	case account.State == model.Failing:
		w := lang.Failure(string(account.Health.Kind))
		d.banner.show(look.Warn, w.Title, w.Means+" "+w.Do, lang.T("banner.what"), d.whatHappened)
	default:
		d.banner.hide()
	}
}

// count shows how long the login still waits.
func (d *detail) count() {
	if q := d.account.Asks; q != nil && !q.Submitted {
		d.banner.words.Set(askLeft(*q, d.a.now()))
	}
}

func saidOf(account model.Account) string {
	if r := account.FailedRun(); r != nil {
		return r.Said
	}
	return ""
}

func (d *detail) missing(account model.Account) string {
	var names []string
	for _, f := range account.Missing {
		names = append(names, missingWords(f))
	}
	return strings.Join(names, ", ")
}

// openSettings opens a section of the settings, wherever they were scrolled to. A
// form that is not read yet begins with the bank login.
func (d *detail) openSettings(s model.Section) {
	d.tabs.open(tabSettings)
	if v, ok := d.tabs.front().(*settingsForm); ok && v.ed != nil {
		v.open(s)
	}
}

// openMissing opens the settings at the first thing that is missing.
func (d *detail) openMissing() {
	d.tabs.open(tabSettings)
	if v, ok := d.tabs.front().(*settingsForm); ok && v.ed != nil {
		if missing := v.ed.Missing(); len(missing) > 0 {
			v.open(model.SectionOf(missing[0]))
		}
	}
}

// whatHappened opens the run that failed.
func (d *detail) whatHappened() {
	d.tabs.open(tabRuns)
	if r := d.account.FailedRun(); r != nil && d.runs != nil {
		d.runs.open(r.ID)
	}
}

func (d *detail) scrapeNow() {
	if !d.account.CanScrape() {
		return
	}
	id := d.account.ID
	d.a.do(action{button: d.scrape, failed: lang.T("detail.not_scraped")}, func(ctx context.Context) error {
		_, err := d.a.core.Scrape(ctx, id, d.a.cfg.Actor)
		return err
	})
}

func (d *detail) restartNow() {
	id, blocked := d.account.ID, d.account.Block
	restart := func() {
		d.a.do(action{button: d.restart, done: lang.T("detail.restarted"), failed: lang.T("detail.not_restarted")}, func(ctx context.Context) error {
			_, err := d.a.core.Restart(ctx, id, d.a.cfg.Actor)
			return err
		})
	}
	if blocked == nil {
		restart()
		return
	}
	// A restart may send a refused password again, which can cost the login.
	w := lang.Failure(string(blocked.Kind))
	d.a.confirm(lang.T("restart.title"), w.Title+". "+lang.T("restart.means"), lang.T("detail.restart_blocked"), false, restart)
}

func (d *detail) cancel() {
	live := d.account.Live
	if live == nil {
		return
	}
	id := live.ID
	d.a.do(action{button: d.progress.cancel, failed: lang.T("detail.not_cancelled")}, func(ctx context.Context) error {
		return d.a.core.CancelRun(ctx, id, d.a.cfg.Actor)
	})
}

func (d *detail) setStatus(status core.AccountStatus) {
	id := d.account.ID
	done := map[core.AccountStatus]string{
		core.Active: lang.T("status_set.active"), core.Paused: lang.T("status_set.paused"), core.Archived: lang.T("status_set.archived"),
	}[status]
	d.a.do(action{done: done, failed: lang.T("status_set.failed")}, func(ctx context.Context) error {
		_, err := d.a.core.SetAccountStatus(ctx, id, status, d.a.cfg.Actor)
		return err
	})
}

// openMenu shows what else can be done with the account.
func (d *detail) openMenu() {
	item := func(key string, do func()) *fyne.MenuItem { return fyne.NewMenuItem(lang.T(key), do) }
	items := []*fyne.MenuItem{
		item("menu.rename", func() { d.a.renameAccount(d.account) }),
		item("menu.duplicate", func() { d.a.duplicateAccount(d.account) }),
	}
	switch d.account.Status {
	case core.Active:
		items = append(items, item("menu.pause", func() { d.setStatus(core.Paused) }), item("menu.archive", func() { d.archive() }))
	case core.Paused:
		items = append(items, item("menu.resume", func() { d.setStatus(core.Active) }), item("menu.archive", func() { d.archive() }))
	case core.Archived:
		items = append(items, item("menu.unarchive", func() { d.setStatus(core.Active) }))
	}
	items = append(items, fyne.NewMenuItemSeparator(), item("menu.delete", func() { d.a.deleteAccount(d.account) }))
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), d.a.window.Canvas())
	menu.ShowAtRelativePosition(fyne.NewPos(d.more.Size().Width-menu.MinSize().Width, d.more.Size().Height+4), d.more)
}

func (d *detail) archive() {
	d.a.confirm(lang.T("archive.title"), lang.T("archive.means", "name", d.account.Name), lang.T("menu.archive"), false,
		func() { d.setStatus(core.Archived) })
}
