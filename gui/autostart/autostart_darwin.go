package autostart

import (
	"errors"
	"os"
	"path/filepath"
)

func (e Entry) path() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", errors.Join(errors.New("find the folder of what starts at login"), err)
	}
	return filepath.Join(home, "Library", "LaunchAgents", e.ID+".plist"), nil
}

// Enabled tells whether the program is started at login.
func (e Entry) Enabled() (bool, error) {
	path, err := e.path()
	if err != nil {
		return false, err
	}
	return fileEnabled(path, func([]byte) bool { return true })
}

// Set has the program started at login, or no longer.
func (e Entry) Set(on bool) error {
	path, err := e.path()
	if err != nil {
		return err
	}
	return setFile(path, e.launchAgent(), on)
}
