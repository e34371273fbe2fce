package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
)

// DataDir makes the data folder, private to its owner. The demo has one of its
// own, so that trying things out touches nothing real.
func DataDir(given, command string) (string, error) {
	dir := given
	if dir == "" {
		dir = filepath.Join(xdg.DataHome, "reconbanker")
		if command == "demo" {
			dir += "-demo"
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the data folder: %w. Choose another with --data", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder needs the x bit
		return "", fmt.Errorf("make the data folder private: %w. Choose another with --data", err)
	}
	return dir, nil
}

// DemoPassphrase returns the file with the passphrase of a demo's data folder,
// made on first use.
func DemoPassphrase(dir string) (string, error) {
	path := filepath.Join(dir, "demo.passphrase")
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = os.WriteFile(path, []byte(rand.Text()+"\n"), 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("prepare the demo's data folder: %w", err)
	}
	return path, nil
}
