package logging

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/DeRuina/timberjack"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"
)

func TestFilesArePrivateAndRotate(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := filepath.Join(t.TempDir(), "log")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, fileName), []byte("{\"old\":1}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	log, r, closer, err := New(Config{Dir: dir, Level: zerolog.InfoLevel})
	if err != nil {
		t.Fatal(err)
	}
	r.Hide([]byte("canary"))
	log.Debug().Msg("below the level")
	log.Info().Msg("one canary")
	if err := closer.(*timberjack.Logger).Rotate(); err != nil {
		t.Fatal(err)
	}
	log.Info().Msg("two canary")
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}

	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %04o", name, info.Mode().Perm())
		}
		text, err := os.ReadFile(name)
		if err != nil || bytes.Contains(text, []byte("canary")) || bytes.Contains(text, []byte("below")) {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	text, _ := os.ReadFile(filepath.Join(dir, fileName))
	if o := mustBeLines(t, text, 1)[0]; o["message"] != "two "+Mark || o["time"] == nil || o["level"] != "info" {
		t.Errorf("%v", o)
	}
}

func TestConsole(t *testing.T) {
	var out bytes.Buffer
	log, r, closer, err := New(Config{Console: &out})
	if err != nil {
		t.Fatal(err)
	}
	defer closer.Close()
	r.Hide([]byte("canary"))
	log.Error().Err(fmt.Errorf("said %s", "\x1b[2J\u202e\r\nforged")).Str("f", "\x07bell canary").Msg("a \x1b[31mred\nmessage")
	log.Info().Msg("plain")
	text := out.String()
	if strings.Count(text, "\n") != 2 || strings.ContainsAny(text, "\x1b\x07\r\u202e") || strings.Contains(text, "canary") {
		t.Errorf("%q", text)
	}
	if !strings.Contains(text, "ERR") || !strings.Contains(text, "message") || !strings.Contains(text, "plain") {
		t.Errorf("%q", text)
	}
}

func TestFolderThatCannotBeUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := New(Config{Dir: file}); err == nil {
		t.Error("a file was taken for the folder of the log")
	}
	if err := HardenProcess(file); err == nil {
		t.Error("a file was taken for the folder of crash reports")
	}
}
