package gui

import (
	"context"

	"github.com/godbus/dbus/v5"

	"reconbanker/gui/notify"
)

// trayPossible tells whether there is a bus to ask for a tray. Without an address
// the library would start a bus of its own, which nobody ends.
func trayPossible() bool { return notify.Bus() != "" }

// trayHost asks the desktop whether it shows tray icons: some do only with an
// extension.
func trayHost(ctx context.Context) bool {
	if !trayPossible() {
		return false
	}
	bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer bus.Close() //nolint:errcheck // it was only asked
	const watcher = "org.kde.StatusNotifierWatcher"
	var shown dbus.Variant
	err = bus.Object(watcher, "/StatusNotifierWatcher").CallWithContext(ctx,
		"org.freedesktop.DBus.Properties.Get", 0, watcher, "IsStatusNotifierHostRegistered").Store(&shown)
	if err != nil {
		return false
	}
	on, ok := shown.Value().(bool)
	return ok && on
}
