package gui

import (
	"encoding/json"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"

	"reconbanker/gui/look"
)

// The window's first size, and the least that shows everything.
const (
	firstWidth, firstHeight = 1280, 800
	leastWidth, leastHeight = 900, 560
)

// prefs are the person's choices about the window. They hold no secret and no
// data: losing them costs a click.
type prefs struct {
	path string

	Language   string          `json:"language"` // "" is the system's
	Appearance look.Appearance `json:"appearance"`
	Width      float32         `json:"width"`
	Height     float32         `json:"height"`
	// TrayTold is set when the person knows that closing the window keeps it running.
	TrayTold bool `json:"tray_told"`
}

// loadPrefs reads the preferences of a data folder; what is missing or broken is
// what a new person gets.
func loadPrefs(dir string) *prefs {
	p := &prefs{path: filepath.Join(dir, "window.json")}
	if raw, err := os.ReadFile(p.path); err == nil {
		if json.Unmarshal(raw, p) != nil {
			*p = prefs{path: p.path}
		}
	}
	if p.Appearance != look.Light && p.Appearance != look.Dark {
		p.Appearance = look.System
	}
	return p
}

func (p *prefs) size() fyne.Size {
	if p.Width < leastWidth || p.Height < leastHeight {
		return fyne.NewSize(firstWidth, firstHeight)
	}
	return fyne.NewSize(p.Width, p.Height)
}

// savePrefs writes the preferences: a few bytes, whole or not at all. A failure
// is not worth a word: the choice holds until the program ends.
func (a *App) savePrefs() {
	raw, err := json.MarshalIndent(a.prefs, "", "  ")
	if err != nil {
		return
	}
	part := a.prefs.path + ".part"
	if os.WriteFile(part, append(raw, '\n'), 0o600) != nil || os.Rename(part, a.prefs.path) != nil {
		_ = os.Remove(part)
	}
}
