package main

import (
	"fmt"
	"strconv"
)

// hands are how a person works: with the mouse, or with the keyboard alone.
type hands interface {
	// press presses the control that says the words; kind "" is any.
	press(kind, words string)
	// into brings the caret into the entry with a label or a hint.
	into(label string)
	// pick chooses an entry of the menu that is open, by its place and words.
	pick(nth int, words string)
	// row selects the table's first row, which begins with a cell of these words.
	row(words string)
}

func (p *person) choose(words string)        { p.hands.press("", words) }
func (p *person) chooseA(kind, words string) { p.hands.press(kind, words) }

// fill types into the entry with a label or a hint, in place of what is there.
func (p *person) fill(label, text string) {
	p.desktop.t.Helper()
	p.hands.into(label)
	p.write(text)
}

// still waits for a thing that has come to rest and can be used.
func (p *person) still(what string, find func(scene) (thing, bool)) thing {
	p.desktop.t.Helper()
	var last thing
	p.waits(what, func(s scene) bool {
		t, ok := find(s)
		at := ok && !t.Off && t.X == last.X && t.Y == last.Y && t.W == last.W && t.H == last.H
		last = t
		return at
	})
	return last
}

// write replaces what the entry with the caret holds.
func (p *person) write(text string) {
	p.desktop.t.Helper()
	typing := func(done func(thing) bool) func(scene) bool {
		return func(s scene) bool { t, ok := s.focused(); return ok && isEntry(t) && done(t) }
	}
	p.waits("an entry with the caret", typing(func(thing) bool { return true }))
	p.key("ctrl+a", "BackSpace")
	if text != "" {
		p.xdotool("type", "--delay", "4", "--", text)
	}
	p.waits("what was typed", typing(func(t thing) bool { return t.Typed == text }))
}

// key presses keys, one after the other.
func (p *person) key(keys ...string) {
	p.desktop.t.Helper()
	p.xdotool(append([]string{"key", "--delay", "15"}, keys...)...)
}

type mouse struct{ *person }

func (m mouse) click(t thing) {
	m.desktop.t.Helper()
	x, y := strconv.Itoa(int(t.X+t.W/2)), strconv.Itoa(int(t.Y+t.H/2))
	m.xdotool("mousemove", "--sync", "--window", m.win, x, y, "click", "1")
}

func (m mouse) press(kind, words string) {
	m.desktop.t.Helper()
	m.click(m.still(fmt.Sprintf("%s %q to click", kind, words), func(s scene) (thing, bool) { return s.find(words, kind) }))
}

func (m mouse) into(label string) {
	m.desktop.t.Helper()
	e := m.still("the entry "+strconv.Quote(label), func(s scene) (thing, bool) { return s.entry(label) })
	m.click(e)
	m.waits("the caret in "+strconv.Quote(label), func(s scene) bool { t, _ := s.focused(); return t.ID == e.ID })
}

func (m mouse) pick(_ int, words string) { m.press("", words) }

func (m mouse) row(words string) {
	m.desktop.t.Helper()
	m.click(m.still("a row of "+words, func(s scene) (thing, bool) { return s.cell(words) }))
}

type keyboard struct{ *person }

// tab goes on with the Tab key until what is sought has the focus.
func (k keyboard) tab(what string, sought func(scene, thing) bool) {
	k.desktop.t.Helper()
	const most = 80
	for range most {
		s, err := k.look()
		must(k.desktop.t, err)
		at, on := s.focused()
		if on && sought(s, at) {
			return
		}
		k.key("Tab")
		k.waits("the focus to go on from "+at.Text, func(s scene) bool {
			t, on := s.focused()
			return on && t.ID != at.ID
		})
	}
	k.desktop.t.Fatalf("Tab does not lead to %s", what)
}

func (k keyboard) press(kind, words string) {
	k.desktop.t.Helper()
	k.still(fmt.Sprintf("%s %q to press", kind, words), func(s scene) (thing, bool) { return s.find(words, kind) })
	k.tab(words, func(_ scene, t thing) bool { return t.Text == words && (kind == "" || t.Kind == kind) })
	k.key("space")
}

func (k keyboard) into(label string) {
	k.desktop.t.Helper()
	k.tab(label, func(s scene, t thing) bool {
		e, ok := s.entry(label)
		return ok && t.ID == e.ID
	})
}

func (k keyboard) pick(nth int, words string) {
	k.desktop.t.Helper()
	k.sees(words)
	for range nth {
		k.key("Down")
	}
	k.key("Return")
}

func (k keyboard) row(words string) {
	k.desktop.t.Helper()
	k.still("a row of "+words, func(s scene) (thing, bool) { return s.cell(words) })
	k.tab("the table", func(_ scene, t thing) bool { return isTable(t) })
	k.key("Home")
}
