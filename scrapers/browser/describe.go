package browser

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"reconbanker/scrapers"
)

// Describe names the browser at path, or the one that is found for "", with its
// version where the system tells it. What is no such browser is refused.
func Describe(ctx context.Context, path string) (string, error) {
	bin, err := Find(path)
	if err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" {
		return bin.Name + ", " + bin.Path, nil // asked for its version, it would open a window
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, bin.Path, "--version").Output() //nolint:gosec // the browser a person chose
	said, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	for _, name := range []string{"Chromium", "Chrome", "Edge"} {
		if err == nil && strings.Contains(said, name) {
			return said + ", " + bin.Path, nil
		}
	}
	if err == nil {
		err = errors.New("it does not say that it is Chromium, Google Chrome or Microsoft Edge")
	}
	return "", scrapers.Fail(scrapers.BrowserMissing, "use "+bin.Path+" as a browser", fmt.Errorf("ask it for its version: %w", err))
}
