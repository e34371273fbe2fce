package gui

import (
	"context"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/gui/model"
)

// beginner is a desk whose person is at a step of the first run.
func beginner(d *desk) {
	d.greets = true
	d.core = core.New(core.Config{Store: d.store, Vault: &coretest.Vault{}, Sender: coretest.NewSender(), Now: func() time.Time { return now }})
}

func noDemo(context.Context) (string, core.SettingsInput, error) {
	return "", core.SettingsInput{}, context.Canceled
}

func TestDrawFirstRun(t *testing.T) {
	at := func(step model.FirstStep, then func(*firstRunView)) func(*desk) {
		return func(d *desk) {
			d.until("the first steps", func() bool { return d.app.shell.greeting != nil })
			v := d.app.shell.greeting.(*firstRunView) //nolint:forcetypeassert // the greeting is one
			v.edit(v.newEditorOf("plata"))
			v.st.name, v.ed.Mode = "Operating account", core.Reconcile
			v.ed.Form.Username = "acme.ops"
			v.open(step)
			if then != nil {
				then(v)
			}
		}
	}
	offer := func(c *Config) { c.Demo = noDemo }
	drawn(t, "first-1-language", beginner, at(model.AskLanguage, nil), offer)
	drawn(t, "first-2-mode", beginner, at(model.AskMode, nil), offer)
	drawn(t, "first-3-account", beginner, at(model.AskAccount, (*firstRunView).keepAccount), offer)
	drawn(t, "first-4-login", beginner, at(model.AskLogin, func(v *firstRunView) {
		v.test.live = true
		v.test.show(core.Run{Status: core.Succeeded, StartedAt: now, FinishedAt: now.Add(4100 * time.Millisecond)})
	}), offer)
	drawn(t, "first-5-system", beginner, at(model.AskSystem, nil), offer)
}

// openMovements opens the movements of all accounts and waits for them.
func (d *desk) openMovements() *movements {
	d.t.Helper()
	d.app.goTo(atMovements)
	v := d.app.shell.screens[atMovements].(*movements) //nolint:forcetypeassert // made by the rail
	d.until("the rows", func() bool { return v.pages.Known() && v.totals != nil })
	return v
}

func TestDrawMovements(t *testing.T) {
	drawn(t, "movements-all", withMovements, func(d *desk) { d.openMovements() })
	drawn(t, "movements-account", withMovements, func(d *desk) {
		d.pick("Treasury")
		v := d.app.shell.accounts.detail.tabs.front().(*movements) //nolint:forcetypeassert // the first tab
		d.until("the rows", func() bool { return v.pages.Known() && v.totals != nil })
		v.table.Select(0)
	})
	drawn(t, "movements-details", withMovements, func(d *desk) {
		v := d.openMovements()
		v.table.Select(0)
		v.openCurrent()
		d.until("the details", func() bool { return len(d.app.modals) == 1 })
	})
}

// crowd is what an installation of many accounts with long names shows.
func crowd(d *desk) {
	withMovements(d)
	for range 195 {
		d.account("pichincha", strings.Repeat("Importadora y Exportadora del Sur ", 2)[:60])
	}
}

// mainScreens are opened one after the other.
var mainScreens = []struct {
	name string
	open func(*desk)
}{
	{"accounts", func(d *desk) {
		d.app.goTo(atAccounts)
		d.pick("Treasury")
		d.sees("ACME SA")
	}},
	{"movements", func(d *desk) { d.openMovements() }},
	{"deliveries", func(d *desk) { d.openDeliveries() }},
	{"activity", func(d *desk) { d.openActivity() }},
	{"settings", func(d *desk) { d.openSettings() }},
}

// TestDrawCrowd draws the main screens with many accounts.
func TestDrawCrowd(t *testing.T) {
	d := newScreens(t, crowd)
	d.until("all accounts", func() bool { return len(d.app.over.Accounts) >= 195 })
	for _, s := range mainScreens {
		s.open(d)
		d.queue.drain()
		d.fits("crowd " + s.name)
		d.picture("crowd-" + s.name + ".png")
	}
}

// TestDrawTwice draws the main screens on a display with twice the points.
func TestDrawTwice(t *testing.T) {
	d := newScreens(t, withMovements)
	scaled, ok := d.app.window.Canvas().(interface{ SetScale(scale float32) })
	if !ok {
		t.Fatal("the canvas of the tests has no scale")
	}
	scaled.SetScale(2)
	for _, s := range mainScreens {
		s.open(d)
		d.queue.drain()
		d.fits("twice " + s.name)
		d.picture("twice-" + s.name + ".png")
	}
}
