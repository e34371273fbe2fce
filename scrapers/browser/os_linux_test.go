package browser

import (
	"bufio"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNothingListens proves that neither this process nor the browser has a
// listening TCP socket while a tab is open.
func TestNothingListens(t *testing.T) {
	s := serve(t, map[string]string{"/": "x"}, nil)
	tab := open(t, s)
	must(t, tab.Goto(t.Context(), s.URL+"/"))
	pids := usersOf(tab.b.proc.dir)
	if len(pids) < 3 {
		t.Fatalf("only processes %v belong to the browser", pids)
	}
	listening := map[string]string{} // socket inode → address
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		f, err := os.Open(table)
		if os.IsNotExist(err) {
			continue
		}
		must(t, err)
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if c := strings.Fields(lines.Text()); len(c) > 9 && c[3] == "0A" {
				listening[c[9]] = c[1]
			}
		}
		must(t, f.Close())
	}
	if len(listening) == 0 {
		t.Fatal("the test server itself was not seen")
	}
	for _, pid := range pids {
		fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		must(t, err)
		for _, fd := range fds {
			link, err := os.Readlink(fd)
			if err != nil {
				continue // closed meanwhile
			}
			inode := strings.TrimSuffix(strings.TrimPrefix(link, "socket:["), "]")
			if at, ok := listening[inode]; ok {
				t.Errorf("process %d of the browser listens on %s", pid, at)
			}
		}
	}
}

// TestRootRunsAnUnprivilegedBrowser: without AllowRoot the browser never runs as
// root and always has its sandbox.
func TestRootRunsAnUnprivilegedBrowser(t *testing.T) {
	s := serve(t, map[string]string{"/": "<p id=x>x</p>"}, nil)
	temp := t.TempDir() // which another user cannot enter
	p := New(Config{TempDir: temp})
	tab := openIn(t, p, s)
	must(t, tab.Goto(t.Context(), s.URL+"/"))
	dir := tab.b.proc.dir
	for _, pid := range usersOf(dir) {
		info, err := os.Stat(fmt.Sprintf("/proc/%d", pid))
		if err != nil {
			continue // ended meanwhile
		}
		if uid := info.Sys().(*syscall.Stat_t).Uid; uid == 0 {
			t.Errorf("process %d runs as root", pid)
		}
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err == nil && strings.Contains(string(line), "--no-sandbox") {
			t.Errorf("process %d has no sandbox", pid)
		}
		if env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)); err == nil && strings.Contains(string(env), "GOFLAGS") {
			t.Errorf("process %d has our environment", pid)
		}
	}
	if os.Geteuid() == 0 {
		nobody, err := user.Lookup("nobody")
		must(t, err)
		info, err := os.Stat(dir)
		must(t, err)
		if got := fmt.Sprint(info.Sys().(*syscall.Stat_t).Uid); got != nobody.Uid || info.Mode().Perm() != 0o700 {
			t.Errorf("the profile belongs to %s with mode %v", got, info.Mode())
		}
		if strings.HasPrefix(dir, temp) {
			t.Errorf("%s cannot be reached by the browser", dir)
		}
	}
	must(t, p.Close())
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Fatalf("the profile is left: %v", err)
	}
	// One that a crash left there is swept, too.
	stray, err := os.MkdirTemp("", strayPrefix(temp))
	must(t, err)
	must(t, Sweep(temp))
	if _, err := os.Stat(stray); !os.IsNotExist(err) {
		t.Fatalf("the stray profile is left: %v", err)
	}
}
