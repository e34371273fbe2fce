package gui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

// listing is a screen's table of rows with the row in question beside it. Rows are
// read page by page as they come into view.
type listing[R any] struct {
	a     *App
	of    listed[R]
	asked bool // what the table shows was asked for
	top   bool // from its first row on

	pages  *widgets.Pages[R]
	table  *widgets.DataTable[R]
	chips  *widgets.Chips
	who    *widgets.Choice // whose rows: an account's, or all
	names  []widgets.Option
	none   *fyne.Container
	panel  *sidePanel
	chosen string // id of the row in question
	root   fyne.CanvasObject
}

// listed is what a screen says about its rows.
type listed[R any] struct {
	columns []widgets.Column[R]
	id      func(R) string
	account func(R) string // id of a row's account
	hint    string         // in place of the row in question, when there is none
	// load returns what reads rows; what it filters by is taken as values here.
	load    func() loader[R]
	whyNone func() fyne.CanvasObject
	// empty forgets the row in question.
	empty func()
	// status and from are called when a person filters.
	status, from func(id string)
}

func newListing[R any](a *App, of listed[R]) *listing[R] {
	l := &listing[R]{a: a, of: of, none: container.NewStack(), panel: newSidePanel(of.hint)}
	l.pages = widgets.NewPages[R](a.ctx, nil, func(work func()) { a.working.Go(work) }, a.ui)
	l.pages.OnChange, l.pages.OnError = l.arrived, func(err error) { a.shell.status.trouble(err) }
	l.table = widgets.NewDataTable(of.columns)
	l.table.Key = of.id
	l.table.OnSelect = l.picked
	l.table.SetSource(l.pages)
	l.table.SetEmpty(l.none)
	l.chips = widgets.NewChips(nil, "", func(id string) {
		of.status(id)
		l.restart()
	})
	l.names = a.accountOptions()
	l.who = widgets.NewChoice(l.names, "", func(id string) {
		of.from(id)
		l.restart()
	})
	return l
}

// lay makes the screen of its head and its filters.
func (l *listing[R]) lay(head, filters fyne.CanvasObject) {
	top := look.Column(12, head, filters)
	l.root = look.Inset(look.Edges(look.Inset(top, 0, 12, 0, 0), nil, nil, nil, beside(l.table, l.panel.root)), 16, 16, 20, 20)
}

// Object implements View.
func (l *listing[R]) Object() fyne.CanvasObject { return l.root }

// freshen has the rows in view read again when something of theirs has changed, and
// tells whether it did.
func (l *listing[R]) freshen(changed bool) bool {
	if names := l.a.accountOptions(); !slices.Equal(names, l.names) {
		l.names = names
		l.who.SetOptions(names)
	}
	if l.asked && !changed {
		return false
	}
	l.pages.SetLoad(l.of.load())
	if l.top {
		l.pages.Restart()
	} else {
		l.pages.Reload()
	}
	l.asked, l.top = true, false
	return true
}

// restart has other rows read, from the first on.
func (l *listing[R]) restart() {
	l.pages.Stop() // what comes now is not what is asked for
	l.table.ClearSelection()
	l.table.ScrollToTop()
	l.asked, l.top = false, true
	l.a.touch(model.Everything())
}

// unfilter shows the rows of all accounts, in every state.
func (l *listing[R]) unfilter() {
	l.chips.SetChosen("")
	l.who.SetChosen("")
	l.restart()
}

// arrived shows rows that were read, and the first of them in full when there was
// no choice yet.
func (l *listing[R]) arrived() {
	l.none.Objects = []fyne.CanvasObject{l.of.whyNone()}
	l.table.Refresh()
	l.none.Refresh() // lays out what it now holds
	if l.chosen == "" && l.pages.Len() > 0 {
		l.table.Select(0)
	}
}

func (l *listing[R]) picked() {
	row, ok := l.table.Current()
	if !ok {
		l.gone()
		return
	}
	if id := l.of.id(row); id != l.chosen {
		l.chosen = id
		l.a.touch(model.Something("", l.of.account(row)))
	}
}

// gone shows nothing in place of a row that is there no longer.
func (l *listing[R]) gone() {
	l.chosen = ""
	l.of.empty()
	l.panel.empty()
}

// loader reads some rows from an offset on, and tells how many there are in all.
type loader[R any] = func(ctx context.Context, offset, limit int) (rows []R, total int, err error)
