//go:build unix && !darwin

package autostart

import (
	"errors"
	"os"
	"path/filepath"
)

// path is where desktops look, now rather than when the program began.
func (e Entry) path() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", errors.Join(errors.New("find the folder of what starts at login"), err)
	}
	return filepath.Join(dir, "autostart", e.ID+".desktop"), nil
}

// Enabled tells whether the program is started at login.
func (e Entry) Enabled() (bool, error) {
	path, err := e.path()
	if err != nil {
		return false, err
	}
	return fileEnabled(path, desktopEnabled)
}

// Set has the program started at login, or no longer.
func (e Entry) Set(on bool) error {
	path, err := e.path()
	if err != nil {
		return err
	}
	return setFile(path, e.desktopFile(), on)
}
