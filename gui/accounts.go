package gui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/icons"
)

const listWidth = 292

// accountsScreen is the list of accounts with one of them beside it.
type accountsScreen struct {
	a        *App
	list     *rowList
	search   *entry
	add      *look.Button
	old      *look.Button // shows the archived ones
	none     fyne.CanvasObject
	side     *fyne.Container // list, or why there is none
	rows     []model.Account
	archived bool
	chosen   string // id of the account beside the list
	moving   bool   // the list's choice follows ours, not the person's
	// wanted is an account to open once it is in the overview, with its tab.
	wanted    string
	wantedTab int
	detail    *detail
	right     *fyne.Container
	root      fyne.CanvasObject
}

func newAccountsScreen(a *App) *accountsScreen {
	s := &accountsScreen{a: a, right: container.NewStack(), side: container.NewStack()}
	s.search = newEntry(lang.T("accounts.search"))
	s.search.OnChanged = func(string) { s.fill() }
	s.search.onEscape = func() { s.search.SetText("") }
	s.add = look.NewPrimary(lang.T("accounts.add"), s.a.addAccount).WithIcon(icons.Plus)
	s.old = look.NewQuiet("", func() {
		s.archived = !s.archived
		s.fill()
	})
	s.old.Hide()
	s.list = newRowList(func() int { return len(s.rows) },
		func() fyne.CanvasObject { return newAccountRow() },
		func(i widget.ListItemID, o fyne.CanvasObject) {
			if row, ok := o.(*accountRow); ok && i < len(s.rows) {
				row.show(s.rows[i], s.rows[i].ID == s.chosen, s.a.now())
			}
		})
	s.list.OnSelected = func(i widget.ListItemID) { s.picked(i) }
	s.list.OnHighlighted = func(i widget.ListItemID) {
		if s.list.typing { // the mouse passing over a row chooses nothing
			s.list.Select(i)
		}
	}
	s.list.entered = func() {
		if i := s.index(); i >= 0 {
			s.list.Highlight(i)
		}
	}
	s.none = look.Inset(look.NewLines(lang.T("accounts.not_found"), look.Muted, theme.SizeNameText), 16, 16, 16, 16)
	head := look.Row(8, look.NewCut(lang.T("rail.accounts"), theme.ColorNameForeground, look.ScreenText).Bold(), s.add)
	top := look.Inset(look.Column(10, head, s.search), 16, 10, 16, 16)
	s.side.Objects = []fyne.CanvasObject{s.list}
	panel := container.NewStack(look.NewArea(look.Panel), look.Edges(nil, nil, nil, look.Rule(), look.Edges(
		look.Edges(nil, look.Rule(), nil, nil, top), look.Row(0, look.Inset(s.old, 4, 6, 12, 0)), nil, nil, s.side)))
	s.root = look.Edges(nil, nil, fixedWidth(listWidth, panel), nil, s.right)
	s.openDetail()
	return s
}

// rowList is Fyne's list, which keeps the keys of the window to itself.
type rowList struct {
	widget.List
	typing  bool   // an arrow key is at work
	entered func() // when it gets the focus
}

// FocusGained implements fyne.Focusable: the arrows go on from the row that is chosen.
func (l *rowList) FocusGained() {
	l.entered()
	l.List.FocusGained()
}

func newRowList(length func() int, create func() fyne.CanvasObject, update func(widget.ListItemID, fyne.CanvasObject)) *rowList {
	l := &rowList{}
	l.Length, l.CreateItem, l.UpdateItem = length, create, update
	l.ExtendBaseWidget(l)
	return l
}

// TypedKey implements fyne.Focusable.
func (l *rowList) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyUp, fyne.KeyDown, fyne.KeySpace:
		l.typing = true
		l.List.TypedKey(k)
		l.typing = false
	default:
		look.Pass(l, k)
	}
}

// Object implements View.
func (s *accountsScreen) Object() fyne.CanvasObject { return s.root }

// Ask implements View. The list is part of the overview; the tab in front asks.
func (s *accountsScreen) Ask(c model.Changes) Read {
	if s.detail == nil || s.detail.tabs.front() == nil {
		return nil
	}
	return s.detail.tabs.front().Ask(c)
}

// FocusSearch implements searcher.
func (s *accountsScreen) FocusSearch() {
	if s.detail != nil {
		if v, ok := s.detail.tabs.front().(searcher); ok {
			v.FocusSearch()
			return
		}
	}
	s.a.window.Canvas().Focus(s.search)
}

// Unsaved implements editor.
func (s *accountsScreen) Unsaved() bool {
	if s.detail == nil {
		return false
	}
	v, ok := s.detail.tabs.front().(editor)
	return ok && v.Unsaved()
}

// show takes the newest overview.
func (s *accountsScreen) show(model.Overview) {
	if _, ok := s.a.over.Find(s.wanted); ok {
		s.chosen, s.wanted = s.wanted, ""
		s.openDetail()
		s.detail.tabs.open(s.wantedTab)
	}
	if _, ok := s.a.over.Find(s.chosen); !ok {
		s.chosen = ""
		if rows := model.Search(s.a.over.Accounts, "", false); len(rows) > 0 {
			s.chosen = rows[0].ID
		}
		s.openDetail()
	}
	s.fill()
	if s.detail != nil {
		if account, ok := s.a.over.Find(s.chosen); ok {
			s.detail.show(account)
		}
	}
}

// count shows what is left to those that wait for a code.
func (s *accountsScreen) count() {
	for i, row := range s.rows {
		if row.State == model.CodeNeeded {
			s.list.RefreshItem(i)
		}
	}
	if s.detail != nil {
		s.detail.count()
	}
}

// fill shows the accounts the search leaves.
func (s *accountsScreen) fill() {
	s.rows = model.Search(s.a.over.Accounts, s.search.Text, s.archived)
	n := s.a.over.Count(model.Archived)
	s.old.SetText(lang.N("accounts.show_archived", n))
	if s.archived {
		s.old.SetText(lang.T("accounts.hide_archived"))
	}
	if n > 0 && s.search.Text == "" {
		s.old.Show()
	} else {
		s.old.Hide()
	}
	if len(s.rows) == 0 && s.search.Text != "" {
		s.none.Show()
		s.side.Objects = []fyne.CanvasObject{s.side.Objects[0], s.none}
	} else {
		s.none.Hide()
	}
	s.list.Refresh()
	s.root.Refresh()
	s.follow()
}

// follow makes the list's choice ours.
func (s *accountsScreen) follow() {
	s.moving = true
	defer func() { s.moving = false }()
	if i := s.index(); i >= 0 {
		s.list.Select(i)
		return
	}
	s.list.UnselectAll()
}

// index is where the list has the account beside it, -1 when it does not show it.
func (s *accountsScreen) index() int {
	return slices.IndexFunc(s.rows, func(row model.Account) bool { return row.ID == s.chosen })
}

// picked is called when the person chooses a row.
func (s *accountsScreen) picked(i int) {
	if s.moving || i >= len(s.rows) || s.rows[i].ID == s.chosen {
		return
	}
	id := s.rows[i].ID
	if s.Unsaved() {
		s.follow() // the row stays chosen until the person has answered
	}
	s.a.leave(s, func() { s.choose(id) })
}

// choose opens an account beside the list.
func (s *accountsScreen) choose(id string) {
	s.chosen = id
	s.openDetail()
	s.fill()
	s.a.touch(model.Something("", id))
}

func (s *accountsScreen) openDetail() {
	account, ok := s.a.over.Find(s.chosen)
	if !ok {
		s.detail = nil
		s.right.Objects = []fyne.CanvasObject{s.emptyRight()}
		s.right.Refresh()
		return
	}
	tab := tabMovements
	if s.detail != nil {
		tab = max(s.detail.tabs.at, 0) // the same tab of the next account
	}
	s.detail = newDetail(s.a, account)
	s.right.Objects = []fyne.CanvasObject{s.detail.root}
	s.right.Refresh()
	s.detail.tabs.open(tab)
}

func (s *accountsScreen) emptyRight() fyne.CanvasObject {
	if !s.a.shown {
		return look.Space(0, 0) // not read yet: nothing is not the same as none
	}
	return emptyState(lang.T("accounts.none"), lang.T("accounts.none_do"),
		look.NewPrimary(lang.T("accounts.add_first"), s.a.addAccount).WithIcon(icons.Plus))
}
