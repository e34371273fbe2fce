package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"reconbanker/core/outbound/receiver"
	"reconbanker/scrapers/demobank/site"
)

// The canaries: a password and a token that stand nowhere else.
const (
	canaryPassword = "canary-Pass-9f3e1"
	canaryToken    = "canary-token-51b7"
)

// TestNothingSecretLeaks works with canaries, well, badly and until a crash, and
// then looks for them everywhere outside the memory of the program.
func TestNothingSecretLeaks(t *testing.T) {
	c := &child{t: t, dir: t.TempDir(), pass: passphraseFile(t)}
	bank, err := site.Start("", site.Config{Seed: 5, Quiet: true, SlowBy: 300 * time.Millisecond})
	must(t, err)
	defer bank.Close()
	hooks, err := receiver.Start("")
	must(t, err)
	defer hooks.Close()
	user := bank.Logins()[0]
	user.Password = canaryPassword
	must(t, bank.SetPassword(user.User, canaryPassword))
	c.serve()
	account := enrolChild(t, c, bank, hooks.URL, user)
	must(t, bank.Set(site.Slow, true)) // so that there is time to look while it works
	must(t, c.ask(nil, "", "scrape", account, "--no-wait"))
	looks := 0
	for running := true; running; looks++ {
		var runs []struct{ Status string }
		must(t, c.ask(&runs, "", "runs", "--account", account))
		running = runs[0].Status == "queued" || runs[0].Status == "running"
		lookAtProcesses(t, c.cmd.Process.Pid)
		nobodyListens(t, c.cmd.Process.Pid)
	}
	if looks < 3 {
		t.Fatalf("only %d looks while it worked", looks)
	}
	must(t, bank.SetPassword(user.User, "another"))
	if err := c.ask(nil, "", "scrape", account); err == nil {
		t.Fatal("a wrong password was accepted")
	} else if strings.Contains(err.Error(), canaryPassword) {
		t.Fatalf("an error tells the password: %v", err)
	}
	must(t, bank.SetPassword(user.User, canaryPassword))
	must(t, c.ask(nil, "", "restart", account, "--no-wait"))
	waitForBrowser(t, c)
	must(t, c.cmd.Process.Signal(syscall.SIGABRT)) // a crash, with whatever it leaves behind
	_ = c.cmd.Wait()
	noCanary(t, "the crash's output", c.errs.Bytes())
	lookAtFiles(t, c.dir)
}

func waitForBrowser(t *testing.T, c *child) {
	t.Helper()
	until := time.Now().Add(30 * time.Second)
	for len(processesOf(t, filepath.Join(c.dir, "browser"))) == 0 {
		if time.Now().After(until) {
			t.Fatal("no browser started")
		}
		<-time.After(10 * time.Millisecond)
	}
}

// noCanary fails when data holds a canary, plain or in a usual disguise.
func noCanary(t *testing.T, where string, data []byte) {
	t.Helper()
	for _, canary := range []string{canaryPassword, canaryToken} {
		for _, form := range []string{
			canary, hex.EncodeToString([]byte(canary)), base64.StdEncoding.EncodeToString([]byte(canary))[:20],
			strings.Join(strings.Split(canary, ""), "\x00"),
		} {
			if bytes.Contains(data, []byte(form)) {
				t.Errorf("%s holds %q", where, form)
			}
		}
	}
}

func lookAtFiles(t *testing.T, dir string) {
	t.Helper()
	seen := 0
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 && !strings.Contains(path, string(filepath.Separator)+"browser"+string(filepath.Separator)) {
			t.Errorf("%s is open to others: %s", path, info.Mode())
		}
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			seen++
			noCanary(t, path, data)
		}
		return nil
	}))
	if seen < 3 {
		t.Errorf("only %d files were looked at", seen)
	}
}

// family lists a process and everything below it.
func family(t *testing.T, pid int) []int {
	t.Helper()
	below := map[int][]int{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	must(t, err)
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		rest := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
		parent, _ := strconv.Atoi(rest[1])
		child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		below[parent] = append(below[parent], child)
	}
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		all = append(all, below[all[i]]...)
	}
	return all
}

func lookAtProcesses(t *testing.T, pid int) {
	t.Helper()
	for _, p := range family(t, pid) {
		for _, file := range []string{"cmdline", "environ"} {
			if data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p), file)); err == nil {
				noCanary(t, file+" of process "+strconv.Itoa(p), data)
			}
		}
	}
}

// nobodyListens fails when the process or anything below it listens on TCP.
func nobodyListens(t *testing.T, pid int) {
	t.Helper()
	listening := map[string]string{} // socket inode → address
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		data, err := os.ReadFile(table)
		must(t, err)
		for _, line := range strings.Split(string(data), "\n")[1:] {
			if f := strings.Fields(line); len(f) > 9 && f[3] == "0A" {
				listening["socket:["+f[9]+"]"] = f[1]
			}
		}
	}
	for _, p := range family(t, pid) {
		fds, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(p), "fd", "*"))
		for _, fd := range fds {
			if target, err := os.Readlink(fd); err == nil && listening[target] != "" {
				t.Errorf("process %d listens on %s", p, listening[target])
			}
		}
	}
}
