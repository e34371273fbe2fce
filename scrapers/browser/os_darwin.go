package browser

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// identity is the user the browser runs as.
type identity struct {
	drop      bool // never here
	uid, gid  int
	noSandbox bool
}

func chooseIdentity(cfg Config) (identity, error) {
	if os.Geteuid() != 0 {
		return identity{}, nil
	}
	if cfg.AllowRoot {
		return identity{noSandbox: true}, nil
	}
	return identity{}, refuseRoot(errors.New("this system has no unprivileged user for it"))
}

func bind(cmd *exec.Cmd, _ identity) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
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

func usersOf(dir string) []int {
	out, err := exec.Command("/bin/ps", "-axww", "-o", "pid=,command=").Output()
	if err != nil {
		return nil
	}
	var pids []int
	for line := range strings.Lines(string(out)) {
		number, command, _ := strings.Cut(strings.TrimSpace(line), " ")
		pid, err := strconv.Atoi(number)
		if err == nil && pid != os.Getpid() && strings.Contains(command+" ", "--user-data-dir="+dir+" ") {
			pids = append(pids, pid)
		}
	}
	return pids
}

func smallShm() bool { return false }
