package logging

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
)

const (
	crashName = "crash.txt"
	lastCrash = "crash.last.txt"
)

// HardenProcess keeps memory out of files and away from other programs: no core
// dumps, no attaching debugger on Linux, one goroutine per crash report, and the
// report in crash.txt (0600) in dir. The report of an earlier crash is moved to
// crash.last.txt. Pass it through Redactor.Text before showing it to anybody.
//
// On Linux the process becomes undumpable: for any user but root the files of
// /proc/self then belong to root, so that it cannot read its own environ, mem or
// fd details by opening them. Programs it starts are not affected.
//
// It does what it can; the error says what it could not.
func HardenProcess(dir string) error {
	debug.SetTraceback("single")
	return errors.Join(noDumps(), crashTo(dir))
}

func crashTo(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder of crash reports: %w", err)
	}
	path := filepath.Join(dir, crashName)
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		if err := os.Rename(path, filepath.Join(dir, lastCrash)); err != nil {
			return fmt.Errorf("keeping the last crash report: %w", err)
		}
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("examining the last crash report: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("opening the crash report: %w", err)
	}
	defer f.Close() // the runtime keeps its own copy of the descriptor
	if err := errors.Join(f.Chmod(0o600), debug.SetCrashOutput(f, debug.CrashOptions{})); err != nil {
		return fmt.Errorf("preparing the crash report: %w", err)
	}
	return nil
}
