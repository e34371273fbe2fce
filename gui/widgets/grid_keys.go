package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
)

// FocusGained implements fyne.Focusable.
func (g *grid) FocusGained() {
	g.focused = true
	g.redraw()
}

// FocusLost implements fyne.Focusable.
func (g *grid) FocusLost() {
	g.focused, g.held = false, 0
	g.redraw()
}

// TypedRune implements fyne.Focusable.
func (g *grid) TypedRune(rune) {}

// KeyDown remembers the modifiers, which TypedKey is not told.
func (g *grid) KeyDown(e *fyne.KeyEvent) { g.held |= modifier(e.Name) }

// KeyUp implements desktop.Keyable.
func (g *grid) KeyUp(e *fyne.KeyEvent) { g.held &^= modifier(e.Name) }

func modifier(name fyne.KeyName) fyne.KeyModifier {
	switch name {
	case desktop.KeyShiftLeft, desktop.KeyShiftRight:
		return fyne.KeyModifierShift
	}
	return 0
}

// TypedKey moves by rows and pages, opens, and asks for the menu.
func (g *grid) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyDown:
		g.step(g.cursor + 1)
	case fyne.KeyUp:
		g.step(pick(g.cursor < 0, 0, g.cursor-1))
	case fyne.KeyPageDown:
		g.step(max(g.cursor, 0) + g.page())
	case fyne.KeyPageUp:
		g.step(g.cursor - g.page())
	case fyne.KeyHome:
		g.step(0)
	case fyne.KeyEnd:
		g.step(g.rows() - 1)
	case fyne.KeyLeft:
		g.shiftTo(g.shift - 40)
	case fyne.KeyRight:
		g.shiftTo(g.shift + 40)
	case fyne.KeySpace:
		if g.cursor >= 0 {
			g.choose(choice{row: g.cursor, toggle: true})
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		if g.cursor >= 0 {
			g.opened(g.cursor)
		}
	case desktop.KeyMenu:
		g.menuByKey()
	case fyne.KeyF10:
		if g.held&fyne.KeyModifierShift != 0 {
			g.menuByKey()
		}
	default:
		look.Pass(g.self(), e)
	}
}

// step moves the cursor to a row, or as near as there are rows, and shows it.
func (g *grid) step(row int) {
	n := g.rows()
	if n == 0 {
		return
	}
	row = min(max(row, 0), n-1)
	extend := g.held&fyne.KeyModifierShift != 0
	g.choose(choice{row: row, extend: extend, only: !extend})
	g.reveal(row)
}

// TypedShortcut implements fyne.Shortcutable: copy, select all, and the first and
// last row with Ctrl held.
func (g *grid) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutCopy:
		g.copied()
	case *fyne.ShortcutSelectAll:
		g.all()
	case *desktop.CustomShortcut:
		switch ctrl := s.Modifier&command() != 0; {
		case ctrl && s.KeyName == fyne.KeyHome:
			g.step(0)
		case ctrl && s.KeyName == fyne.KeyEnd:
			g.step(g.rows() - 1)
		default:
			look.PassShortcut(g.self(), s)
		}
	}
}

// menuByKey opens the menu below the row that keys start from.
func (g *grid) menuByKey() {
	if g.cursor < 0 {
		return
	}
	g.reveal(g.cursor)
	origin := fyne.CurrentApp().Driver().AbsolutePositionForObject(g.self())
	g.showMenu(origin.AddXY(g.size.pad, g.top(g.cursor)+g.size.row))
}

func (g *grid) showMenu(at fyne.Position) {
	c := fyne.CurrentApp().Driver().CanvasForObject(g.self())
	if c == nil || g.menu == nil {
		return
	}
	if m := g.menu(); m != nil {
		widget.ShowPopUpMenuAtPosition(m, c, at)
	}
}
