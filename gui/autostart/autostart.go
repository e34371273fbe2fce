// Package autostart has the desktop start the program when a person logs in: an
// entry of the desktop's autostart folder on Linux, a launch agent on macOS, a
// value of the Run key on Windows. It is for this person only and needs no rights.
package autostart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Entry is what is started.
type Entry struct {
	ID      string // of the program, as the desktop knows it
	Name    string // as people read it
	Command []string
}

// desktopFile is the entry as Linux desktops read it.
func (e Entry) desktopFile() []byte {
	quoted := make([]string, len(e.Command))
	for i, arg := range e.Command {
		// Once for the command line, once more for the file.
		arg = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`, `%`, `%%`).Replace(arg)
		quoted[i] = `"` + strings.ReplaceAll(arg, `\`, `\\`) + `"`
	}
	return []byte("[Desktop Entry]\nType=Application\nName=" + e.Name + "\nExec=" + strings.Join(quoted, " ") +
		"\nIcon=" + e.ID + "\nTerminal=false\nX-GNOME-Autostart-enabled=true\n")
}

// desktopEnabled tells whether an entry is in use: desktops let people turn one
// off without removing it.
func desktopEnabled(file []byte) bool {
	for line := range strings.Lines(string(file)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch strings.TrimSpace(key) + "=" + strings.ToLower(strings.TrimSpace(value)) {
		case "Hidden=true", "X-GNOME-Autostart-enabled=false":
			return false
		}
	}
	return true
}

// launchAgent is the entry as macOS reads it.
func (e Entry) launchAgent() []byte {
	var b bytes.Buffer
	text := func(s string) {
		b.WriteString("<string>")
		_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
		b.WriteString("</string>")
	}
	b.WriteString(xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` +
		"\n<plist version=\"1.0\"><dict>\n<key>Label</key>")
	text(e.ID)
	b.WriteString("\n<key>ProgramArguments</key><array>")
	for _, arg := range e.Command {
		text(arg)
	}
	b.WriteString("</array>\n<key>RunAtLoad</key><true/>\n</dict></plist>\n")
	return b.Bytes()
}

// fileEnabled reads an entry that is a file.
func fileEnabled(path string, enabled func([]byte) bool) (bool, error) {
	file, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read whether the program starts at login: %w", err)
	}
	return enabled(file), nil
}

// setFile writes an entry that is a file, whole or not at all, or removes it.
func setFile(path string, file []byte, on bool) error {
	if !on {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("no longer start at login: %w", err)
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	part := path + ".part"
	err := os.WriteFile(part, file, 0o600)
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
		return fmt.Errorf("start at login: %w", err)
	}
	return nil
}
