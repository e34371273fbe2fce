package gui

import "testing"

// A disk that fills up is told at the bottom of the window, before anything fails.
func TestADiskThatFillsUp(t *testing.T) {
	for room, words := range map[int64]string{
		432<<20 + 7: "Disk nearly full: 432 MB left",
		99 << 20:    "Disk full: nothing is read until there is room",
	} {
		d := newDesk(t, func(d *desk) { d.room = room })
		d.sees(words)
	}
	d := newDesk(t, nil)
	if words := spaceWords(d.app.over.Space); words != "" {
		t.Errorf("with room enough it says %q", words)
	}
}
