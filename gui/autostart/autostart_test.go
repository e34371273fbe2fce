package autostart

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var entry = Entry{
	ID: "com.reconbanker.desktop", Name: "Reconbanker",
	Command: []string{"/opt/my programs/reconbanker", "window", "--hidden", "--data", "/home/a/\"$x`%\\"},
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "not", "there", "entry")
	enabled := func() bool {
		t.Helper()
		on, err := fileEnabled(path, desktopEnabled)
		if err != nil {
			t.Fatal(err)
		}
		return on
	}
	for _, on := range []bool{false, true, true, false, false} {
		if err := setFile(path, entry.desktopFile(), on); err != nil {
			t.Fatal(err)
		}
		if enabled() != on {
			t.Errorf("set to %v, and it is not", on)
		}
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := os.WriteFile(path, []byte("[Desktop Entry]\nHidden = True\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if enabled() {
		t.Error("an entry the person turned off counts as on")
	}
	if _, err := fileEnabled(filepath.Dir(path), desktopEnabled); err == nil {
		t.Error("a folder is read as an entry")
	}
	if err := setFile(filepath.Join(path, "below a file"), nil, true); err == nil {
		t.Error("an entry was written below a file")
	}
}

func TestDesktopFile(t *testing.T) {
	file := string(entry.desktopFile())
	want := `Exec="/opt/my programs/reconbanker" "window" "--hidden" "--data" "/home/a/\\"\\$x\\` + "`" + `%%\\\\"` + "\n"
	if !strings.Contains(file, want) {
		t.Errorf("got %s\nwant %s", file, want)
	}
	for text, on := range map[string]bool{
		file: true, "": true, "Hidden=true\n": false, "Hidden=false": true,
		"X-GNOME-Autostart-enabled=false\n": false, "X-GNOME-Autostart-enabled=true\n": true,
	} {
		if desktopEnabled([]byte(text)) != on {
			t.Errorf("%q counts as %v", text, !on)
		}
	}
}

func TestLaunchAgent(t *testing.T) {
	hard := entry
	hard.Command = []string{"/Applications/A & B.app/x", "--data", "</string><string>"}
	var plist struct {
		Strings []string `xml:"dict>string"`
		Args    []string `xml:"dict>array>string"`
	}
	if err := xml.Unmarshal(hard.launchAgent(), &plist); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(plist.Args, hard.Command) || !slices.Equal(plist.Strings, []string{hard.ID}) {
		t.Errorf("it reads %+v", plist)
	}
}
