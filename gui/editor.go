package gui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// settingsForm is the tab in which an account's settings are edited: sections on
// the left, their cards on the right, and what to do with the changes below.
//
// What is typed lives in model.Editor; the controls write it there and show what
// the model makes of it.
type settingsForm struct {
	form
	elsewhere bool // other settings were saved while these were edited

	cards   map[model.Section]fyne.CanvasObject
	entries []*sectionEntry
	at      model.Section

	saveNow, restart, discard *look.Button
	says                      *look.Text
	test                      *loginTest
	send                      *sendTest

	scroll *container.Scroll
	notice *fyne.Container
	body   *fyne.Container
}

// editorView edits the settings of an account.
func (a *App) editorView(accountID string) View {
	v := &settingsForm{form: form{a: a, accountID: accountID}, body: container.NewStack()}
	v.onChange, v.onSubmit, v.reached = v.follows, v.save, v.bring
	return v
}

// Object implements View.
func (v *settingsForm) Object() fyne.CanvasObject { return v.body }

// Unsaved implements editor.
func (v *settingsForm) Unsaved() bool { return v.ed != nil && v.ed.Dirty() }

// Shown implements starter.
func (v *settingsForm) Shown() {
	v.a.window.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyS, Modifier: fyne.KeyModifierShortcutDefault},
		func(fyne.Shortcut) {
			if v.inFront() && len(v.a.modals) == 0 {
				v.save()
			}
		})
}

// inFront tells whether the form is what a person sees.
func (v *settingsForm) inFront() bool {
	d := v.a.shell.accounts.detail
	return v.a.shell.at == atAccounts && d != nil && d.tabs.front() == View(v)
}

// Ask implements View.
func (v *settingsForm) Ask(c model.Changes) Read {
	wanted := v.ed == nil || c.Has(core.AccountsChanged, core.ModeChanged) && c.Of(v.accountID)
	follow := v.test.following()
	if !wanted && follow == "" {
		return nil
	}
	id, src := v.accountID, v.a.core
	return func(ctx context.Context) (func(), error) {
		var fresh *model.Editor
		var run core.Run
		var err error
		if wanted {
			if fresh, err = model.ReadEditor(ctx, src, id); err != nil {
				if errors.Is(err, core.ErrNotFound) {
					return nil, nil //nolint:nilnil // deleted: the list shows it
				}
				return nil, err
			}
		}
		if follow != "" {
			if run, err = src.RunByID(ctx, follow); err != nil && !errors.Is(err, core.ErrNotFound) {
				return nil, err
			}
		}
		return func() {
			if fresh != nil {
				v.take(fresh)
			}
			if run.ID != "" {
				v.test.show(run)
			}
		}, nil
	}
}

// take shows what is stored now. What a person is editing stays, and they are
// told when something else was stored meanwhile.
func (v *settingsForm) take(fresh *model.Editor) {
	switch {
	case v.ed == nil:
		v.ed = fresh
		v.build()
	case v.ed.Mode != fresh.Mode && !v.ed.Dirty():
		v.ed = fresh
		v.build()
	case v.ed.Stale(fresh) && !v.ed.Dirty():
		v.ed, v.elsewhere = fresh, false
		v.load()
	default:
		v.elsewhere = v.ed.Stale(fresh)
		v.ed.Account, v.ed.Mode = fresh.Account, fresh.Mode
		v.refresh()
	}
}

// build makes the screen of the form.
func (v *settingsForm) build() {
	v.controls, v.also, v.entries = nil, nil, nil
	v.cards = map[model.Section]fyne.CanvasObject{
		model.InLogin: v.loginCard(), model.InSession: v.sessionCard(), model.InReading: v.readingCard(), model.InWebhook: v.webhookCard(),
		model.InOrders: v.ordersCard(), model.InNotices: v.noticesCard(), model.InDeletion: v.deletionCard(),
	}
	column := look.Column(14)
	list := look.Column(2)
	for _, s := range model.Sections {
		column.Add(v.cards[s])
		e := newSectionEntry(sectionWords(s), s == model.InDeletion, func() { v.open(s) })
		v.entries = append(v.entries, e)
		if s == model.InDeletion {
			list.Add(look.Space(0, 8))
		}
		list.Add(e)
	}
	v.scroll = container.NewVScroll(look.Inset(column, 0, 14, 0, 12))
	v.scroll.OnScrolled = func(fyne.Position) {
		v.follow()
		v.putAway(v.scroll)
	}
	side := container.NewStack(look.NewCard(look.Panel, theme.ColorNameSeparator, 8), look.Inset(list, 12, 12, 8, 8))
	v.notice = look.Inset(widgets.NewBanner(look.Warn, lang.T("edit.elsewhere"), lang.T("edit.elsewhere_do")), 0, 12, 0, 0)
	v.notice.Hide()
	v.body.Objects = []fyne.CanvasObject{look.Edges(nil, v.foot(), nil, nil, container.New(sectionsLayout{},
		look.Inset(side, 0, 0, 0, 14), look.Edges(v.notice, nil, nil, nil, v.scroll)))}
	v.load()
	v.body.Refresh()
	v.choose(model.InLogin)
}

// foot is the line with what to do about the changes.
func (v *settingsForm) foot() fyne.CanvasObject {
	v.says = look.NewCut("", look.Muted, look.SmallText)
	v.discard = look.NewButton(lang.T("edit.discard"), v.askDiscard)
	v.saveNow = look.NewPrimary(lang.T("edit.save"), v.save)
	v.restart = look.NewPrimary(lang.T("edit.save_restart"), v.saveAndRestart)
	row := look.Row(8, v.says, v.discard, v.saveNow, v.restart)
	return container.NewStack(look.NewArea(theme.ColorNameBackground), look.Inset(row, 8, 0, 0, 12))
}

// follows is called after anything has changed: marks and buttons follow.
func (v *settingsForm) follows() {
	marks := v.ed.Marks()
	for i, s := range model.Sections {
		v.entries[i].show(marks[s], s == v.at)
	}
	v.notice.Hidden = !v.elsewhere
	v.refreshFoot()
	v.test.refresh()
	v.settle()
}

// settle gives every card the room its words now need.
func (v *settingsForm) settle() {
	v.scroll.Content.Refresh()
	v.body.Refresh()
	v.putAway(v.scroll)
}

func (v *settingsForm) refreshFoot() {
	dirty, missing := v.ed.Dirty(), v.ed.Missing()
	blocked := v.ed.Account.Block != nil
	v.discard.SetEnabled(dirty)
	v.saveNow.SetEnabled(dirty)
	v.restart.SetEnabled(dirty && len(v.ed.ReadMissing()) == 0)
	if blocked {
		v.restart.Show()
		v.saveNow.As(look.Plain)
	} else {
		v.restart.Hide()
		v.saveNow.As(look.Primary)
	}
	v.saveNow.SetText(lang.T("edit.save"))
	words := ""
	switch {
	case len(missing) > 0:
		v.saveNow.SetText(lang.T("edit.save_draft"))
		words = lang.T("edit.missing", "fields", v.names(missing))
	case dirty:
		words = lang.T("edit.unsaved")
	}
	v.says.Set(words)
}

// open brings a section into view and goes to its first field.
func (v *settingsForm) open(s model.Section) {
	v.choose(s)
	v.scroll.ScrollToOffset(fyne.NewPos(0, v.cards[s].Position().Y))
	for _, c := range v.controls {
		if c.focus != nil && model.SectionOf(c.field) == s && c.field != "" {
			v.a.window.Canvas().Focus(c.focus)
			break
		}
	}
	v.choose(s)
}

func (v *settingsForm) choose(s model.Section) {
	v.at = s
	marks := v.ed.Marks()
	for i, section := range model.Sections {
		v.entries[i].show(marks[section], section == s)
	}
}

// follow chooses the section that has come to the top.
func (v *settingsForm) follow() {
	at := model.InLogin
	for _, s := range model.Sections {
		if v.cards[s].Position().Y <= v.scroll.Offset.Y+40 {
			at = s
		}
	}
	if at != v.at {
		v.choose(at)
	}
}

// bring brings a field that has the focus into view.
func (v *settingsForm) bring(o fyne.CanvasObject) {
	if v.scroll != nil {
		bringInto(v.scroll, o)
	}
}

var markIcons = map[model.Mark]icons.Name{model.Done: icons.Check, model.Wrong: icons.Warning}
