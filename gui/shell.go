package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/icons"
)

// A place is an entry of the rail.
type place int

// The places, in the order of the rail and of Ctrl+1 to Ctrl+6.
const (
	atAccounts place = iota
	atMovements
	atOrders
	atDeliveries
	atActivity
	atSettings
	places
)

// shell is what stays on screen: the rail, the status bar, and room for one screen.
type shell struct {
	a        *App
	rail     *rail
	status   *statusBar
	lock     *banner // while the stored passwords cannot be opened
	top      *fyne.Container
	page     *fyne.Container
	body     *fyne.Container
	accounts *accountsScreen
	at       place
	screens  map[place]View
	// greeting leads a new person through the first steps, in place of all else.
	greeting View
	begun    bool // something is on screen
	main     fyne.CanvasObject
	root     *fyne.Container
}

func newShell(a *App) *shell {
	s := &shell{a: a, screens: map[place]View{}, body: container.NewStack(), at: -1}
	s.accounts = newAccountsScreen(a)
	s.screens[atAccounts] = s.accounts
	s.rail = newRail(func(p place) { s.open(p) })
	s.status = newStatusBar(a)
	s.lock = newBanner()
	s.top = look.Inset(s.lock.root, 12, 0, 16, 16)
	s.top.Hide()
	s.page = look.Edges(s.top, s.status.object(), nil, nil, s.body)
	s.main = newWatcher(look.Edges(nil, nil, s.rail.object(), nil, s.page), a.acted)
	// Until it is known what there is, nothing is shown: the screens of an empty
	// installation would flash up before its first steps.
	s.root = container.NewStack(look.NewArea(theme.ColorNameBackground), look.Space(0, 0), a.toasts.object())
	s.arrange(core.ModeUnset)
	s.put(atAccounts)
	return s
}

func (s *shell) object() fyne.CanvasObject { return s.root }

// maker returns what makes a screen, nil when there is none. The accounts are
// there from the start.
func (s *shell) maker(p place) func() View {
	v := s.a.views
	switch p {
	case atMovements:
		if v.movements == nil {
			return nil
		}
		return func() View { return v.movements("") }
	case atOrders:
		return v.orders
	case atDeliveries:
		return v.deliveries
	case atActivity:
		return v.activity
	case atSettings:
		return v.preferences
	}
	return nil
}

// available tells whether a place has a screen in this mode.
func (s *shell) available(p place) bool {
	switch {
	case p == atAccounts:
		return true
	case p == atOrders && s.a.over.Mode != core.Reconcile:
		return false
	}
	return s.maker(p) != nil
}

// arrange shows the entries of the rail that lead somewhere.
func (s *shell) arrange(core.OperationMode) {
	for p := atAccounts; p < places; p++ {
		s.rail.offer(p, s.available(p))
	}
}

// open goes to a place, unless something there is not saved.
func (s *shell) open(p place) {
	if p == s.at || !s.available(p) {
		return
	}
	s.a.leave(s.screens[s.at], func() { s.put(p) })
}

func (s *shell) put(p place) {
	if s.screens[p] == nil {
		s.screens[p] = s.maker(p)()
	}
	s.a.acted()
	s.at = p
	s.rail.choose(p)
	s.body.Objects = []fyne.CanvasObject{s.screens[p].Object()}
	s.body.Refresh()
	if v, ok := s.screens[p].(starter); ok {
		v.Shown()
	}
	s.a.touch(model.Everything())
}

// show shows what every screen needs.
func (s *shell) show(over model.Overview) {
	if s.a.greet && s.greeting == nil {
		s.greeting = s.a.views.welcome()
		s.front(s.greeting.Object())
		if v, ok := s.greeting.(starter); ok {
			v.Shown()
		}
	}
	s.begin()
	s.arrange(over.Mode)
	s.status.show(over)
	s.accounts.show(over)
}

// locked says in front of every screen why the stored passwords cannot be opened;
// "" says nothing.
func (s *shell) locked(words string) {
	if s.top.Visible() == (words != "") {
		return
	}
	if words == "" {
		s.lock.hide()
	} else {
		s.lock.show(look.Warn, lang.T("unlock.title"), words, lang.T("unlock.open"), s.a.askUnlock)
	}
	setHidden(s.top, words == "")
	s.page.Refresh()
}

// begin puts the main part on screen, unless something is there.
func (s *shell) begin() {
	if s.begun || s.greeting != nil {
		return
	}
	s.front(s.main)
}

// front puts the greeting, or the main part, under the toasts.
func (s *shell) front(o fyne.CanvasObject) {
	s.begun = true
	s.root.Objects[1] = o
	s.root.Refresh()
}

// asks collects what the screen in front wants to read.
func (s *shell) asks(c model.Changes) []Read {
	front := s.screens[s.at]
	if s.greeting != nil {
		front = s.greeting
	}
	if r := front.Ask(c); r != nil {
		return []Read{r}
	}
	return nil
}

// title and icon of a place.
func placeWords(p place) (string, icons.Name) {
	switch p {
	case atMovements:
		return lang.T("rail.movements"), icons.Movements
	case atOrders:
		return lang.T("rail.orders"), icons.Orders
	case atDeliveries:
		return lang.T("rail.deliveries"), icons.Deliveries
	case atActivity:
		return lang.T("rail.activity"), icons.Activity
	case atSettings:
		return lang.T("rail.settings"), icons.Settings
	}
	return lang.T("rail.accounts"), icons.Accounts
}
