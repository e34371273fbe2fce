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
	if a := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" && a != "autolaunch:" {
		return nil
	}
	for _, dir := range []string{os.Getenv("XDG_RUNTIME_DIR"), "/run/user/" + strconv.Itoa(os.Getuid())} {
		bus := filepath.Join(dir, "bus")
		info, err := os.Stat(bus)
		if dir == "" || err != nil || info.Mode()&os.ModeSocket == 0 {
			continue
		}
		// The library looks only under /run/user; the variable leads it anywhere.
		if err := os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+dbus.EscapeBusAddressValue(bus)); err != nil {
			return fmt.Errorf("naming the session bus: %w", err)
		}
		return nil
	}
	return errAbsent
}

// mayPrompt tells whether a keychain could show a window and wait for a person.
func mayPrompt() bool {
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}
