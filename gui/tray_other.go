//go:build !linux

package gui

import "context"

// trayPossible: every other desktop has a tray.
func trayPossible() bool { return true }

// trayHost: every other desktop shows its icons.
func trayHost(context.Context) bool { return true }
