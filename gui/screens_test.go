package gui

import (
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
)

// screensDir is where the pictures of all screens are written: make screenshots
// says where; without it they are laid out and checked, and not drawn.
var screensDir = flag.String("screens", "", "write pictures of all screens into this folder")

// A screen is one picture.
type screen struct {
	name string
	fill func(*desk)
	open func(*desk)
}

var screens = []screen{
	{"accounts-healthy", demo, func(d *desk) { d.pick("Operating account") }},
	{"accounts-runs", demo, func(d *desk) {
		d.pick("Operating account")
		d.app.shell.accounts.detail.tabs.open(tabRuns)
		d.sees("31")
	}},
	{"accounts-blocked", demo, func(d *desk) {
		d.pick("ACME marketplace USD")
		d.app.shell.accounts.detail.whatHappened()
		d.until("the stages", func() bool { return len(d.app.shell.accounts.detail.runs.page.Stages) > 0 })
	}},
	{"accounts-working", demo, func(d *desk) { d.pick("Client X – Itaú") }},
	{"accounts-failing", demo, func(d *desk) { d.pick("Suppliers") }},
	{"accounts-unfinished", demo, func(d *desk) { d.pick("Payroll") }},
	{"accounts-none", nil, func(*desk) {}},
	{"dialog-add", demo, func(d *desk) { d.app.addAccount() }},
	{"dialog-rename", demo, func(d *desk) { d.app.renameAccount(d.find("Operating account")) }},
	{"dialog-duplicate", demo, func(d *desk) { d.app.duplicateAccount(d.find("Operating account")) }},
	{"dialog-delete", demo, func(d *desk) { d.app.deleteAccount(d.find("Operating account")) }},
	{"dialog-archive", demo, func(d *desk) { d.pick("Operating account"); d.app.shell.accounts.detail.archive() }},
	{"dialog-restart", demo, func(d *desk) { d.pick("ACME marketplace USD"); d.app.shell.accounts.detail.restartNow() }},
	{"dialog-keys", demo, func(d *desk) { d.app.showKeys() }},
	{"dialog-did", deeds, func(d *desk) { d.showDid() }},
	{"dialog-close", demo, func(d *desk) { d.app.hide() }},
	{"menu", demo, func(d *desk) { d.pick("Operating account"); d.app.shell.accounts.detail.openMenu() }},
	{"toasts", demo, func(d *desk) {
		d.app.toasts.good(lang.T("rename.done"))
		d.app.toasts.bad(lang.T("detail.not_scraped"), lang.T("error.gone"))
	}},
}

// TestScreens lays out every screen in both themes and every language, and looks for
// words that do not fit.
func TestScreens(t *testing.T) {
	for _, s := range screens {
		t.Run(s.name, func(t *testing.T) {
			d := newDesk(t, s.fill)
			for _, appearance := range []look.Appearance{look.Light, look.Dark} {
				for _, code := range lang.Codes {
					if plain(appearance, code) {
						continue
					}
					d.app.modals = nil
					d.app.window.Canvas().Overlays().Remove(d.app.window.Canvas().Overlays().Top())
					d.app.setAppearance(appearance)
					d.app.setLanguage(code)
					d.queue.drain()
					s.open(d)
					d.queue.drain()
					d.fits(s.name + " " + code)
					d.picture(fmt.Sprintf("%s-%s-%s.png", s.name, appearance, code))
				}
			}
		})
	}
}

// plain tells what need not be laid out when nobody looks at pictures: words take
// as much room in the dark.
func plain(appearance look.Appearance, code string) bool {
	return appearance == look.Dark && code != "en" && *screensDir == ""
}

// fits complains about words that are wider than the room they have.
func (d *desk) fits(where string) {
	d.t.Helper()
	d.fit(where, d.app.window, d.objects())
}

func (d *desk) fit(where string, window fyne.Window, objects []fyne.CanvasObject) {
	d.t.Helper()
	size := window.Canvas().Size()
	for _, o := range objects {
		text, ok := o.(*canvas.Text)
		if !ok || text.Text == "" || !text.Visible() {
			continue
		}
		if need := text.MinSize(); need.Width > text.Size().Width+1.5 {
			d.t.Errorf("%s: %q needs %.0f and has %.0f", where, text.Text, need.Width, text.Size().Width)
		}
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(text)
		if at.X < 0 || at.X+text.MinSize().Width > size.Width+1 {
			d.t.Errorf("%s: %q lies outside the window", where, text.Text)
		}
	}
}

func (d *desk) picture(name string) {
	d.t.Helper()
	d.draw(d.app.window, name)
}

func (d *desk) draw(window fyne.Window, name string) {
	d.t.Helper()
	if *screensDir == "" {
		return // drawing takes most of the time
	}
	image := window.Canvas().Capture()
	if err := os.MkdirAll(*screensDir, 0o755); err != nil { //nolint:gosec // pictures for everybody
		d.t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(*screensDir, name))
	if err != nil {
		d.t.Fatal(err)
	}
	if err := png.Encode(f, image); err != nil {
		d.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		d.t.Fatal(err)
	}
}
