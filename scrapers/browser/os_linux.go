package browser

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// identity is the user the browser runs as.
type identity struct {
	drop      bool // to uid and gid, because we are root
	uid, gid  int
	noSandbox bool
}

// chooseIdentity decides as whom the browser runs: as ourselves, and when that
// is root as an unprivileged user, or without its sandbox when that is allowed.
func chooseIdentity(cfg Config) (identity, error) {
	if os.Geteuid() != 0 {
		return identity{}, nil
	}
	if cfg.AllowRoot {
		return identity{noSandbox: true}, nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return identity{}, refuseRoot(err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2); err != nil {
		return identity{}, refuseRoot(err)
	}
	return identity{drop: true, uid: uid, gid: gid}, nil
}

// bind ties the browser to us: its own process group, so that all of it can be
// ended at once, and a death signal, so that it does not outlive us.
func bind(cmd *exec.Cmd, id identity) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if id.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(id.uid), Gid: uint32(id.gid)} //nolint:gosec // from the user database
	}
}

func givePipes(cmd *exec.Cmd, r, w *os.File) error {
	cmd.ExtraFiles = []*os.File{r, w} // descriptors 3 and 4
	return nil
}

// leash is what ends a browser together with its children.
type leash struct{}

func hold(*exec.Cmd) leash { return leash{} }

func (leash) kill(cmd *exec.Cmd) {
	if syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) != nil {
		_ = cmd.Process.Kill() // it has gone already
	}
}

func (leash) release() {}

// usersOf lists the processes started with a profile directory. Chromium hands
// --user-data-dir to its children, so the whole family is found; children have
// their command line rewritten with spaces between the arguments.
func usersOf(dir string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	want := " --user-data-dir=" + dir
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		line, err := os.ReadFile("/proc/" + e.Name() + "/cmdline")
		args := strings.ReplaceAll(string(line), "\x00", " ") + " "
		if err == nil && strings.Contains(args, want+" ") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// smallShm tells whether shared memory is too small for a browser, as in a
// container with the usual 64 MB.
func smallShm() bool {
	var st syscall.Statfs_t
	if syscall.Statfs("/dev/shm", &st) != nil {
		return true
	}
	return st.Bavail*uint64(st.Bsize) < 512<<20 //nolint:gosec // a block size is positive
}
