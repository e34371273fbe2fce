package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"

	"reconbanker/scrapers"
)

// nowhere is the proxy that does not exist: port 1 of this machine, which only
// its administrator could listen on.
const nowhere = "http://127.0.0.1:1"

const profilePrefix = "profile-"

// process is a browser this program started.
type process struct {
	cmd    *exec.Cmd
	dir    string // the profile
	tail   *tail
	leash  leash
	exited chan struct{}
	// dropped means that it runs as an unprivileged user because we are root.
	dropped bool

	mu   sync.Mutex
	dead bool
}

// start runs a browser with a fresh profile and returns it with the transport
// to it. The caller ends it with reap.
func start(cfg Config, bin Binary, visible bool) (*process, chromedp.Transport, error) {
	if visible && runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return nil, nil, scrapers.Fail(scrapers.BrowserMissing, "open a browser window",
			errors.New("this computer has no screen to show it on (DISPLAY and WAYLAND_DISPLAY are not set)"))
	}
	id, err := chooseIdentity(cfg)
	if err != nil {
		return nil, nil, err
	}
	dir, err := makeProfile(cfg.TempDir, id)
	if err != nil {
		return nil, nil, fmt.Errorf("make a profile: %w", err)
	}
	live.Store(dir, true)
	p := &process{dir: dir, dropped: id.drop, tail: &tail{most: 8 << 10}, exited: make(chan struct{})}
	p.cmd = exec.Command(bin.Path, flags(cfg, dir, visible, id)...) //nolint:gosec // the browser found or chosen in the settings
	p.cmd.Env = environment(os.Environ(), dir, id, cfg.SystemProxy)
	p.cmd.Dir = dir
	p.cmd.Stdout, p.cmd.Stderr = p.tail, p.tail
	p.cmd.WaitDelay = time.Second // a leftover child can hold the output open
	tr, err := p.run(id)
	if err != nil {
		_ = os.RemoveAll(dir)
		live.Delete(dir)
		return nil, nil, err
	}
	return p, tr, nil
}

// refuseRoot tells root what it can do.
func refuseRoot(cause error) error {
	return scrapers.Fail(scrapers.BrowserMissing, "start the browser as root",
		fmt.Errorf("it cannot be run as an unprivileged user here; use an ordinary account, "+
			"or --allow-root to run it without its sandbox: %w", cause))
}

// run starts the process with the two pipes of the protocol.
func (p *process) run(id identity) (tr chromedp.Transport, err error) {
	var files []*os.File
	shut := func() {
		for _, f := range files {
			_ = f.Close() // an end that is closed twice is closed
		}
	}
	childR, parentW, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make the command pipe: %w", err)
	}
	files = append(files, childR, parentW)
	parentR, childW, err := os.Pipe()
	if err != nil {
		shut()
		return nil, fmt.Errorf("make the answer pipe: %w", err)
	}
	files = append(files, parentR, childW)
	if err := givePipes(p.cmd, childR, childW); err != nil {
		shut()
		return nil, err
	}
	bind(p.cmd, id)

	started := make(chan error, 1)
	go func() {
		// On Linux the kernel kills the browser when the thread that started it
		// ends, so the goroutine keeps its thread until the browser has gone.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		if err == nil {
			p.leash = hold(p.cmd)
		}
		started <- err
		if err != nil {
			return
		}
		_ = p.cmd.Wait() // how it ended matters to nobody; its output is in tail
		p.mu.Lock()
		p.dead = true
		p.mu.Unlock()
		p.leash.release()
		close(p.exited)
	}()
	if err := <-started; err != nil {
		shut()
		return nil, fmt.Errorf("start %s: %w", p.cmd.Path, err)
	}
	_ = childR.Close() // the browser has its own copies now
	_ = childW.Close()
	return chromedp.NewPipeConn(parentR, parentW), nil
}

// kill ends the browser and its children at once. It does nothing once the
// process has been waited for, because its number may be another's by then.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dead {
		p.leash.kill(p.cmd)
	}
}

// reap waits until the browser has ended, by force when it does not end within
// grace, and removes what it left: stray children and the profile.
func (p *process) reap(grace time.Duration) error {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.exited:
	case <-timer.C:
		p.kill()
		<-p.exited
	}
	return removeProfile(p.dir)
}

// killUsers ends the processes whose command line names a profile of ours and
// returns how many there were.
func killUsers(dir string) int {
	pids := usersOf(dir)
	for _, pid := range pids {
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill() // it may have gone meanwhile
		}
	}
	return len(pids)
}

// removeSocket removes the directory in the temporary files where Chromium has
// its singleton socket; a killed browser leaves it.
func removeSocket(profile string) {
	socket, err := os.Readlink(filepath.Join(profile, "SingletonSocket"))
	if err != nil {
		return
	}
	dir := filepath.Dir(socket)
	name := filepath.Base(dir)
	if filepath.Dir(dir) == filepath.Clean(os.TempDir()) &&
		(strings.HasPrefix(name, "org.chromium.") || strings.HasPrefix(name, "com.google.") || strings.HasPrefix(name, "com.microsoft.")) {
		_ = os.RemoveAll(dir) // an empty directory at worst
	}
}

// removeProfile ends the processes that still use a profile and deletes it. A
// dying child may create a file meanwhile, hence the repetition.
func removeProfile(dir string) error {
	var err error
	for range 50 {
		n := killUsers(dir)
		removeSocket(dir)
		if err = os.RemoveAll(dir); err == nil && n == 0 {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("remove the browser profile: %w", err)
	}
	return nil
}

// makeProfile makes a profile directory that only the browser's user can read.
func makeProfile(temp string, id identity) (string, error) {
	base := temp
	if base == "" {
		return "", errors.New("no directory for browser profiles is set")
	}
	if err := os.MkdirAll(base, 0o700); err != nil {
		return "", err
	}
	if id.drop && !searchable(base) {
		// The unprivileged user cannot get into a directory of root's.
		base = os.TempDir()
		dir, err := os.MkdirTemp(base, strayPrefix(temp))
		if err != nil {
			return "", err
		}
		return dir, own(dir, id)
	}
	dir, err := os.MkdirTemp(base, profilePrefix)
	if err != nil {
		return "", err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", err
	}
	return dir, own(dir, id)
}

func own(dir string, id identity) error {
	if !id.drop {
		return nil
	}
	return os.Chown(dir, id.uid, id.gid)
}

// searchable tells whether any user can get to a directory through its parents.
func searchable(dir string) bool {
	for d := dir; ; d = filepath.Dir(d) {
		info, err := os.Stat(d)
		if err != nil || info.Mode()&0o001 == 0 {
			return false
		}
		if d == filepath.Dir(d) {
			return true
		}
	}
}

// tail keeps the last output of the browser, for the message of a failed start.
type tail struct {
	mu   sync.Mutex
	most int
	b    []byte
}

// Write implements io.Writer and never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b...)
	if n := len(t.b) - t.most; n > 0 {
		t.b = append(t.b[:0], t.b[n:]...)
	}
	return len(b), nil
}

// last returns the last lines that say something; D-Bus complaints do not.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines []string
	for line := range strings.Lines(string(t.b)) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.Contains(line, "dbus") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-5):], "; ")
}

// hello waits until the browser answers, so that a browser that cannot start is
// told by what it printed.
func hello(ctx context.Context, p *process, c *conn, ask func(context.Context) error) error {
	err := ask(ctx)
	if err == nil {
		return nil
	}
	if p == nil {
		return err
	}
	if errors.Is(err, errLost) {
		// The pipe closes before the process has ended; its last words follow.
		timer := time.NewTimer(5 * time.Second)
		defer timer.Stop()
		select {
		case <-p.exited:
		case <-timer.C:
		}
	}
	c.close()
	err = fmt.Errorf("the browser did not start: %w", err)
	if said := p.tail.last(); said != "" {
		err = fmt.Errorf("%w; it said: %s", err, said)
	}
	if p.dropped {
		return refuseRoot(err)
	}
	return err
}
