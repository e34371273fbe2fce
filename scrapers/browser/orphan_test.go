//go:build !windows

package browser

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// startOrphan runs such a program and returns it with the profile it uses.
func startOrphan(t *testing.T, temp string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$") //nolint:gosec // this test binary
	cmd.Env = append(os.Environ(), orphanVariable+"="+temp)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	dir := strings.TrimSpace(line)
	if !strings.HasPrefix(dir, temp) {
		t.Fatalf("the child said %q", dir)
	}
	return cmd, dir
}

func TestKilledProgramLeavesNoBrowser(t *testing.T) {
	temp := t.TempDir()
	cmd, dir := startOrphan(t, temp)
	if len(usersOf(dir)) == 0 {
		t.Fatal("the child runs no browser")
	}
	must(t, cmd.Process.Kill())
	_ = cmd.Wait() // killed, as asked
	until(t, "no browser process is left", func() bool { return len(usersOf(dir)) == 0 })
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("the profile should wait for Sweep: %v", err)
	}
	must(t, Sweep(temp))
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Fatalf("the profile is still there: %v", err)
	}
}

func TestSweepEndsStrayBrowsers(t *testing.T) {
	temp := t.TempDir()
	// Its program is still there to hold the pipes, so that nothing else ends it.
	cmd, dir := startOrphan(t, temp)
	s := serve(t, map[string]string{"/": "mine"}, nil)
	p := New(Config{AllowRoot: true, TempDir: temp})
	defer p.Close() //nolint:errcheck // never fails
	mine := openIn(t, p, s)
	must(t, Sweep(temp))
	until(t, "the stray browser has ended", func() bool { return len(usersOf(dir)) == 0 })
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Fatalf("its profile is still there: %v", err)
	}
	must(t, mine.Goto(t.Context(), s.URL+"/")) // ours was not touched
	must(t, cmd.Process.Kill())
	_ = cmd.Wait() // killed, as asked
}
