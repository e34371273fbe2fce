package gui

import (
	"os"
	"testing"

	"reconbanker/gui/look"
)

func TestMovementsLook(t *testing.T) {
	for _, appearance := range []look.Appearance{look.Light, look.Dark} {
		t.Run(string(appearance), func(t *testing.T) {
			dress := func(d *desk) {
				withMovements(d)
				if err := os.WriteFile(d.path("window.json"), []byte(`{"appearance":"`+string(appearance)+`"}`), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			d, v := movementsDesk(t, dress, "Treasury")
			d.sees("ACME SA")
			v.table.Select(0)
			d.shot("account-" + string(appearance))
			v.table.Select(3)
			v.showAll()
			d.until("all", func() bool { return v.pages.Len() == 11 })
			d.shot("account-all-" + string(appearance))
			v.openRow(d, 4)
			d.shot("details-" + string(appearance))
		})
		t.Run("all accounts "+string(appearance), func(t *testing.T) {
			dress := func(d *desk) {
				withMovements(d)
				if err := os.WriteFile(d.path("window.json"), []byte(`{"appearance":"`+string(appearance)+`"}`), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			d, v := movementsDesk(t, dress, "")
			d.sees("ACME SA")
			v.askDays()
			d.shot("days-" + string(appearance))
			d.app.escape()
			v.askPath("xlsx")
			d.shot("path-" + string(appearance))
			d.app.escape()
			v.search.SetText("nothing like it")
			v.search.OnSubmitted(v.search.Text)
			d.sees("Nothing matches")
			d.shot("all-none-" + string(appearance))
		})
	}
}

func (v *movements) openRow(d *desk, i int) {
	v.table.Select(i)
	v.openCurrent()
	d.sees("As the bank shows it")
}
