//go:build unix && !darwin

package vault

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/godbus/dbus/v5"
)

// reachable tells whether a session bus is there. Without one the library would
// start a dbus-daemon with every call and leave it behind.
func reachable() error {
	given := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	found := findBus(given, os.Getenv("XDG_RUNTIME_DIR"), "/run/user/"+strconv.Itoa(os.Getuid()))
	if found == "" {
		return errAbsent
	}
	if found == given {
		return nil
	}
	// The library looks only under /run/user; the variable leads it anywhere.
	if err := os.Setenv("DBUS_SESSION_BUS_ADDRESS", found); err != nil {
		return fmt.Errorf("naming the session bus: %w", err)
	}
	return nil
}

// findBus returns the address of the session bus: the one given, or a socket in a
// runtime folder; "" when there is none.
func findBus(given string, dirs ...string) string {
	if given != "" && given != "autolaunch:" {
		return given
	}
	for _, dir := range dirs {
		if dir == "" {
			continue
		}
		bus := filepath.Join(dir, "bus")
		if info, err := os.Stat(bus); err == nil && info.Mode()&os.ModeSocket != 0 {
			return "unix:path=" + dbus.EscapeBusAddressValue(bus)
		}
	}
	return ""
}

// mayPrompt tells whether a keychain could show a window and wait for a person.
func mayPrompt() bool {
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}
