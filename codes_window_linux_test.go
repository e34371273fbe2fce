package main

import (
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The window that asks, by its title, and how it is called once the login is over.
const (
	finishing = "Finish the login of Operating account"
	over      = ".+ · Operating account"
)

// bankWindows lists the windows of the bank's that are on the screen.
func (s *seat) bankWindows() []string {
	out, _ := s.run("xdotool", "search", "--onlyvisible", "--name", "Banco Demo.*Chromium") // fails when it finds none
	var ids []string
	for line := range strings.Lines(out) {
		if id := strings.TrimSpace(line); isNumber(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// bankWindow waits for the bank's page in a browser's window, and gives it the
// keyboard.
func (s *seat) bankWindow() string {
	s.desktop.t.Helper()
	s.until("the bank's window", func() bool { return len(s.bankWindows()) == 1 })
	id := s.bankWindows()[0]
	s.front(id)
	return id
}

// click clicks into a window, so far from its left edge, or from its right one where
// that is negative, and from its top.
func (s *seat) click(window string, x, y int) {
	s.desktop.t.Helper()
	if x < 0 {
		x += s.width(window)
	}
	s.xdotool("mousemove", "--window", window, strconv.Itoa(x), strconv.Itoa(y), "click", "1")
}

func (s *seat) width(window string) (width int) {
	s.desktop.t.Helper()
	for line := range strings.Lines(s.xdotool("getwindowgeometry", "--shell", window)) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "WIDTH="); ok {
			width, _ = strconv.Atoi(n)
		}
	}
	return width
}

// gaveUp waits for the end of a run that a person gave up, and for everything of it to
// be gone from the screen but what its window says.
func (s *seat) gaveUp(run <-chan error) {
	t := s.child.t
	t.Helper()
	if err := within(2*time.Minute, run); err == nil || !strings.Contains(err.Error(), `"kind": "CANCELLED"`) {
		t.Errorf("a login that was given up ended with %v", err)
	}
	s.picture("given-up")
	s.putOff(s.window(over))
	s.until("the bank's window to go", func() bool { return len(s.bankWindows()) == 0 })
	s.tray.Until("a tray that asks for nothing", func(menu map[string]int32) bool { return !in(entry)(menu) })
}

// TestCodeAtTheDeskInTheBanksWindow is a login that only a person can finish, in a
// window of the bank's: closed, given up, and finished, each time with one password.
func TestCodeAtTheDeskInTheBanksWindow(t *testing.T) {
	s := takeSeatOf(t, "ventana")
	submits := func(want int) {
		t.Helper()
		if n := s.bank.Submits(s.user.User); n != want {
			t.Errorf("%d passwords were sent, not %d", n, want)
		}
	}
	run := s.scrape()
	s.window(finishing)
	bank := s.bankWindow()
	s.picture("the-bank")
	s.click(bank, -18, 18) // the button that closes it
	s.gaveUp(run)
	submits(1)

	run = s.scrape()
	window := s.window(finishing)
	s.bankWindow()
	s.front(window)
	s.picture("asked")
	s.xdotool("key", "Escape") // put off: the bank's window stays
	s.until("the window to go", func() bool { return !s.shown(window) })
	bank = s.bankWindow()
	s.click(bank, s.width(bank)/2, 345) // the page's one button
	must(t, within(2*time.Minute, run))
	s.until("the bank's window to go", func() bool { return len(s.bankWindows()) == 0 })
	submits(2)
	if len(s.hooks.Received()) == 0 {
		t.Error("nothing was read")
	}
	must(t, s.cmd.Process.Signal(syscall.SIGTERM))
	must(t, within(time.Minute, s.ended))
	if left := processesOf(t, s.child.dir+"/browser"); len(left) > 0 {
		t.Errorf("browsers that outlive the program: %v", left)
	}
}
