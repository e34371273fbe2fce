//go:build unix && !darwin

package autostart

import (
	"path/filepath"
	"testing"
)

func TestWhereDesktopsLook(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	if err := entry.Set(true); err != nil {
		t.Fatal(err)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "autostart", "com.reconbanker.desktop.desktop")); len(found) != 1 {
		t.Errorf("found %v", found)
	}
	if on, err := entry.Enabled(); err != nil || !on {
		t.Errorf("enabled %v, %v", on, err)
	}
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("HOME", "")
	if _, err := entry.Enabled(); err == nil {
		t.Error("found without a home")
	}
	if entry.Set(true) == nil {
		t.Error("set without a home")
	}
}
