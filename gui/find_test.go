package gui

import "reconbanker/gui/model"

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
