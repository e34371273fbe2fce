package gui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

// find returns an account by its name.
func (d *desk) find(name string) model.Account {
	d.t.Helper()
	for _, a := range d.app.over.Accounts {
		if a.Name == name {
			return a
		}
	}
	d.t.Fatalf("there is no account %q", name)
	return model.Account{}
}

// pick chooses an account in the list, as a click on its row does.
func (d *desk) pick(name string) {
	d.t.Helper()
	screen := d.app.shell.accounts
	for i, row := range screen.rows {
		if row.Name == name {
			screen.list.Select(i)
			d.until(name+" beside the list", func() bool { return screen.chosen == row.ID && screen.detail != nil })
			return
		}
	}
	d.t.Fatalf("the list does not show %q", name)
}

// detail is the account beside the list.
func (d *desk) detail() *detail {
	d.t.Helper()
	if d.app.shell.accounts.detail == nil {
		d.t.Fatal("no account is chosen")
	}
	return d.app.shell.accounts.detail
}

// typeInto replaces the text of the last visible entry, which is in front.
func (d *desk) typeInto(text string) {
	d.t.Helper()
	var last *entry
	for _, o := range d.objects() {
		if e, ok := o.(*entry); ok {
			last = e
		}
	}
	if last == nil {
		d.t.Fatal("there is nothing to type into")
	}
	d.app.window.Canvas().Focus(last)
	last.SetText("")
	test.Type(last, text)
	d.queue.drain()
}

// choose picks an option of the drop-down in front.
func (d *desk) choose(option string) {
	d.t.Helper()
	var last *widgets.Choice
	for _, o := range d.objects() {
		if c, ok := o.(*widgets.Choice); ok {
			last = c
		}
	}
	if last == nil {
		d.t.Fatal("there is nothing to choose from")
	}
	test.Tap(last)
	for _, o := range d.objects() {
		item, ok := o.(interface {
			fyne.Tappable
			fyne.Widget
		})
		if !ok || !strings.HasSuffix(fmt.Sprintf("%T", o), "menuItem") {
			continue
		}
		for _, inside := range visible(nil, item) {
			if words, ok := inside.(*canvas.Text); ok && words.Text == option {
				item.Tapped(&fyne.PointEvent{})
				d.queue.drain()
				return
			}
		}
	}
	d.t.Fatalf("%q is not offered; on screen: %q", option, d.texts())
}
