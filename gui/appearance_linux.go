package gui

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"

	"reconbanker/gui/look"
)

// unlitDesktop is what System means on a desktop that says neither light nor
// dark: Fyne would take dark, people expect paper. It is asked once, before there
// is a window, and does not wait long.
func unlitDesktop() look.Appearance {
	if !trayPossible() { // no bus, so nobody to ask
		return look.Light
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return look.Light
	}
	defer bus.Close() //nolint:errcheck // it was only asked
	err = bus.Object("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop").CallWithContext(ctx,
		"org.freedesktop.portal.Settings.Read", 0, "org.freedesktop.appearance", "color-scheme").Err
	if err != nil {
		return look.Light
	}
	return look.System
}
