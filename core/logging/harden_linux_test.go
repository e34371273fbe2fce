package logging

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestCrash lets a hardened process panic and looks at what it leaves behind.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	for run := 1; run <= 2; run++ {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrashChild$")
		cmd.Env = append(os.Environ(), "LOGGING_CRASH_DIR="+dir, "GOTRACEBACK=all")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("hardened: core 0, dumpable 0")) {
			t.Fatalf("run %d: %v\n%s", run, err, out)
		}
	}
	for _, name := range []string{crashName, lastCrash} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%s: %v, %v", name, info, err)
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), "panic: on purpose, Authorization: Bearer canary-4f7a91") {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if clean := NewRedactor().Text(string(text)); strings.Contains(clean, "canary") || !strings.Contains(clean, "goroutine") {
			t.Errorf("redacted: %s", clean)
		}
	}
	left, _ := filepath.Glob(filepath.Join(dir, "core*"))
	if len(left) != 0 {
		t.Errorf("a core file: %q", left)
	}
}

func TestCrashChild(t *testing.T) {
	dir := os.Getenv("LOGGING_CRASH_DIR")
	if dir == "" {
		return // TestCrash starts it
	}
	if err := HardenProcess(dir); err != nil {
		t.Fatal(err)
	}
	var core unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &core); err != nil {
		t.Fatal(err)
	}
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil || core.Cur != 0 || core.Max != 0 || dumpable != 0 {
		t.Fatalf("core %+v, dumpable %d, %v", core, dumpable, err)
	}
	os.Stdout.WriteString("hardened: core 0, dumpable 0\n")
	done := make(chan struct{})
	go func() {
		defer close(done)
		panic("on purpose, Authorization: Bearer canary-4f7a91")
	}()
	<-done
}
