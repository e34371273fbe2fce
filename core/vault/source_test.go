package vault

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPassphraseFile(t *testing.T) {
	dir := t.TempDir()
	write := func(text string, mode os.FileMode) string {
		path := filepath.Join(dir, "pass")
		os.Remove(path)
		if err := errors.Join(os.WriteFile(path, []byte(text), mode), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for text, want := range map[string]string{
		"one two three":             "one two three",
		"one two three\n":           "one two three",
		"one two three\r\n":         "one two three",
		" kept as it is \nsecond\n": " kept as it is ",
		strings.Repeat("x", 4096):   strings.Repeat("x", 4096),
	} {
		if got, err := ReadPassphraseFile(write(text, 0o600)); err != nil || string(got) != want {
			t.Errorf("%.20q: %.20q, %v", text, got, err)
		}
	}
	for name, path := range map[string]string{
		"empty":  write("\n", 0o600),
		"folder": dir,
		"absent": filepath.Join(dir, "absent"),
	} {
		if got, err := ReadPassphraseFile(path); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
	if _, err := ReadPassphraseFile(write(strings.Repeat("x", 4097), 0o400)); err == nil || !strings.Contains(err.Error(), "longer") {
		t.Errorf("too long: %v", err)
	}

	ask := FromFile(write(goodPass+"\n", 0o600))
	if got, err := ask(ctx, Reason{Attempt: 1}); err != nil || string(got) != goodPass {
		t.Errorf("FromFile: %q, %v", got, err)
	}
	if _, err := ask(ctx, Reason{Attempt: 2}); err == nil {
		t.Error("a file was asked twice")
	}
}

func TestNoTerminal(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := FromTerminal(f, os.Stderr)(ctx, Reason{}); err == nil {
		t.Fatal("something that is no terminal gave a passphrase")
	}
}
