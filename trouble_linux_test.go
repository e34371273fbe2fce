package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/ipc"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"
)

// spoilt makes a data folder with an account, a backup, and a database that was
// damaged afterwards.
func spoilt(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := storagetest.OpenIn(t, dir)
	must(t, s.SetOperationMode(t.Context(), core.Passthrough, core.Audit{}))
	storagetest.MustCreateAccount(t, s, func(a *core.Account) { a.Name = "Operating account" })
	_, err := s.Backup(t.Context())
	must(t, err)
	must(t, s.Close())
	must(t, os.WriteFile(filepath.Join(dir, storage.FileName), []byte(strings.Repeat("spoilt", 4000)), 0o600))
	return dir
}

// TestRestore goes back to a backup on the command line.
func TestRestore(t *testing.T) {
	dir, pass := spoilt(t), passphraseFile(t)
	says := func(want string, fails bool, args ...string) {
		t.Helper()
		code, out, errOut := command(t, "", append(args, "--data", dir, "--passphrase-file", pass)...)
		if (code != 0) != fails || !strings.Contains(out+errOut, want) {
			t.Fatalf("%v: exit %d, %s%s", args, code, out, errOut)
		}
	}
	says("reconbanker restore goes back to it", true, "accounts")
	says("The data are those of", false, "restore")
	says("Operating account", false, "accounts")
	says("paused", false, "schedule")
	says("running", false, "schedule", "resume")
	says("backup.restore", false, "audit")
	says("limit must be", true, "audit", "--limit", "0")
	kept, err := filepath.Glob(filepath.Join(dir, "*.replaced-*"))
	if err != nil || len(kept) == 0 {
		t.Errorf("what was damaged is not kept: %v, %v", kept, err)
	}
	says("no such file", true, "restore", filepath.Join(dir, "none.db"))
	must(t, os.RemoveAll(filepath.Join(dir, "backups")))
	says("there is no good backup", true, "restore")

	c := &child{t: t, dir: dir, pass: pass}
	c.serve()
	defer c.stop()
	says("already running", true, "restore")
}

// TestDayOfADamagedDatabase opens the window over a damaged database, as from an
// icon: a person sees why nothing comes up, and goes back to the backup.
func TestDayOfADamagedDatabase(t *testing.T) {
	d, dir := newDesktop(t), spoilt(t)
	p := d.sit(dir, passphraseFile(t))
	p.cmd.WaitDelay = time.Second // the program it starts speaks where it did
	p.hands = mouse{p}
	p.sees("The database is damaged", "The newest good backup is from")
	p.picture("damaged")
	p.choose("Go back to the backup")
	_ = p.cmd.Wait() // it failed to start, and has said so

	next := d.window("Reconbanker")
	p.until("the restored accounts", func() bool {
		var out, errOut bytes.Buffer
		code, err := ipc.Call(t.Context(), dir, ipc.Request{Verb: ipc.Exec, Args: []string{"accounts"}}, &out, &errOut)
		return err == nil && code == 0 && strings.Contains(out.String(), "Operating account")
	})
	p.until("the window", func() bool { return d.shown(next) })
	p.picture("restored")
	_, err := ipc.Acquire(dir, "test")
	held, ok := err.(*ipc.HeldError) //nolint:errorlint // as Acquire returns it
	if !ok {
		t.Fatalf("nobody holds the folder: %v", err)
	}
	must(t, syscall.Kill(held.PID, syscall.SIGTERM))
	p.until("its end", func() bool { return syscall.Kill(held.PID, 0) != nil || !d.shown(next) })
}

// TestDayOfAServer opens the window while the program works without one.
func TestDayOfAServer(t *testing.T) {
	d := newDesktop(t)
	c := &child{t: t, dir: t.TempDir(), pass: passphraseFile(t)}
	c.serve()
	defer c.stop()
	p := d.sit(c.dir, c.pass)
	p.hands = keyboard{p}
	p.sees("Reconbanker already works without a window")
	p.picture("held")
	p.key("Return")
	if err := p.cmd.Wait(); err == nil {
		t.Error("a start that failed says that all is well")
	}
}
