package autostart

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// Where Windows looks, and where it notes what a person turned off.
const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// Enabled tells whether the program is started at login.
func (e Entry) Enabled() (bool, error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read whether the program starts at login: %w", err)
	}
	defer key.Close() //nolint:errcheck // it was only read
	if _, _, err = key.GetStringValue(e.Name); errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read whether the program starts at login: %w", err)
	}
	return !e.turnedOff(), nil
}

// turnedOff tells whether the person turned it off in the task manager, which
// sets the lowest bit of its note.
func (e Entry) turnedOff() bool {
	key, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer key.Close() //nolint:errcheck // it was only read
	note, _, err := key.GetBinaryValue(e.Name)
	return err == nil && len(note) > 0 && note[0]&1 == 1
}

// Set has the program started at login, or no longer.
func (e Entry) Set(on bool) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	defer key.Close() //nolint:errcheck // what was set is set
	if !on {
		if err := key.DeleteValue(e.Name); err != nil && !errors.Is(err, registry.ErrNotExist) {
			return fmt.Errorf("no longer start at login: %w", err)
		}
		return nil
	}
	if err := key.SetStringValue(e.Name, windows.ComposeCommandLine(e.Command)); err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	if note, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.SET_VALUE); err == nil {
		_ = note.DeleteValue(e.Name) // what the person says here is newer
		_ = note.Close()
	}
	return nil
}
