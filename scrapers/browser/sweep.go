package browser

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// live are the profiles of browsers this process runs now; Sweep leaves them.
var live sync.Map

// Sweep ends the browsers a crashed run of ours left behind and removes their
// profiles. It touches only profiles in tempDir and processes whose command line
// names one of them. Call it at start-up, when no other instance uses tempDir.
func Sweep(tempDir string) error {
	abs, err := filepath.Abs(tempDir)
	if err != nil {
		return fmt.Errorf("sweep browser profiles: %w", err)
	}
	var errs []error
	for _, place := range []struct{ dir, prefix string }{
		{abs, profilePrefix},
		{os.TempDir(), strayPrefix(tempDir)},
	} {
		entries, err := os.ReadDir(place.dir)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, fmt.Errorf("sweep browser profiles: %w", err))
			}
			continue
		}
		for _, e := range entries {
			dir := filepath.Join(place.dir, e.Name())
			if _, ours := live.Load(dir); ours || !e.IsDir() || !strings.HasPrefix(e.Name(), place.prefix) {
				continue
			}
			errs = append(errs, removeProfile(dir))
		}
	}
	return errors.Join(errs...)
}

// strayPrefix begins the names of profiles that could not be made in tempDir; it
// tells those of one tempDir from those of another.
func strayPrefix(tempDir string) string {
	abs, err := filepath.Abs(tempDir)
	if err != nil {
		abs = tempDir
	}
	sum := sha256.Sum256([]byte(abs))
	return "reconbanker-" + hex.EncodeToString(sum[:6]) + "-"
}
