//go:build unix

package vault

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestPassphraseDescriptor(t *testing.T) {
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		t.Fatal(err)
	}
	if _, err := syscall.Write(ends[1], []byte(goodPass+"\n")); err != nil {
		t.Fatal(err)
	}
	syscall.Close(ends[1])
	got, err := FromFD(uintptr(ends[0]))(ctx, Reason{Attempt: 1})
	if err != nil || string(got) != goodPass {
		t.Fatalf("%q, %v", got, err)
	}
	if _, err := ReadPassphraseFD(9999); err == nil {
		t.Fatal("a descriptor that is not open gave a passphrase")
	}
}

func TestPassphraseFileOthersMayRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pass")
	if err := os.WriteFile(path, []byte(goodPass), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o644, 0o660, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadPassphraseFile(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

func TestFolderIDIsPrivate(t *testing.T) {
	dir := t.TempDir()
	if _, err := FolderID(dir); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "id"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
}
