package browser_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"reconbanker/scrapers"
	"reconbanker/scrapers/browser"
)

func TestDescribeTakesBrowsersOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // there a browser is known by its path alone
	}
	dir := t.TempDir()
	script := func(name, says string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+says+"\n"), 0o700); err != nil { //nolint:gosec // a program must be executable
			t.Fatal(err)
		}
		return path
	}
	tests := []struct {
		name, path, want string
	}{
		{"a browser", script("chromium", `echo "Chromium 156.0.1 built on Debian"`), "Chromium 156.0.1 built on Debian, "},
		{"another program", script("other", "echo 'other 1.0'"), ""},
		{"one that fails", script("broken", "echo Chromium; exit 1"), ""},
		{"nothing", filepath.Join(dir, "none"), ""},
		{"a folder", dir, ""},
	}
	for _, tt := range tests {
		got, err := browser.Describe(t.Context(), tt.path)
		switch {
		case tt.want == "" && scrapers.KindOf(err) != scrapers.BrowserMissing:
			t.Errorf("%s: %q, %v", tt.name, got, err)
		case tt.want != "" && (err != nil || !strings.HasPrefix(got, tt.want) || !strings.HasSuffix(got, tt.path)):
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
	}
}
