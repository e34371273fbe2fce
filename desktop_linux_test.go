package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"reconbanker/gui/desktest"
)

// shots is a folder that gets a picture of the screen at every step of the tests
// that drive the window; without it none is made.
var shots = flag.String("shots", "", "write a picture of the screen at every step of the window's tests into this folder")

// desktop is a screen of its own: an X server without a monitor, a window manager,
// and a session bus on which nothing is started and tray icons are shown.
type desktop struct {
	t    testing.TB
	home string
	env  []string
	tray *desktest.Tray
	shot int
}

// newDesktop starts a desktop that ends with the test.
func newDesktop(t testing.TB) *desktop {
	t.Helper()
	d := &desktop{t: t, home: t.TempDir()}
	for _, dir := range []string{"Downloads", ".config", ".cache", ".local/share", "run"} {
		if err := os.MkdirAll(filepath.Join(d.home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + d.home, "TMPDIR=" + os.TempDir(), "LC_ALL=en_US.UTF-8", "TZ=America/Montevideo",
		"XDG_CONFIG_HOME=" + d.home + "/.config", "XDG_CACHE_HOME=" + d.home + "/.cache", "XDG_DATA_HOME=" + d.home + "/.local/share",
		"XDG_RUNTIME_DIR=" + d.home + "/run", "XDG_DOWNLOAD_DIR=" + d.home + "/Downloads", "FYNE_SCALE=1", "FYNE_THEME=light",
	}
	d.env = append(d.env, "DISPLAY=:"+d.server())
	bus, _ := desktest.StartBus(t)
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS="+bus)
	d.tray = desktest.StartTray(t, bus)
	d.manager()
	return d
}

// background starts a program that is ended with the test, or with this process
// if that is killed.
func (d *desktop) background(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), name, args...)
	cmd.Env = d.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	d.t.Cleanup(func() {
		if cmd.Process != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // killed is what we wanted
		}
	})
	return cmd
}

// server starts the X server and returns its number, which it finds itself.
func (d *desktop) server() string {
	d.t.Helper()
	number, tell, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	cmd := d.background("Xvfb", "-displayfd", "3", "-screen", "0", "1440x960x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{tell}
	if err := cmd.Start(); err != nil {
		d.t.Fatalf("start a screen: %v (make setup-test installs it)", err)
	}
	tell.Close()
	return d.line(number, "the X server")
}

// line reads the first line of what a program says about itself.
func (d *desktop) line(from *os.File, who string) string {
	d.t.Helper()
	defer from.Close()
	if err := from.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		d.t.Fatal(err)
	}
	said, err := bufio.NewReader(from).ReadString('\n')
	if err != nil {
		d.t.Fatalf("%s does not answer: %v", who, err)
	}
	return strings.TrimSpace(said)
}

// manager starts a window manager: without one no window has the focus, or is in
// front of another.
func (d *desktop) manager() {
	d.t.Helper()
	if err := d.background("openbox", "--sm-disable").Start(); err != nil {
		d.t.Fatalf("start a window manager: %v", err)
	}
	d.until("the window manager", func() bool {
		_, err := d.run("xdotool", "get_num_desktops")
		return err == nil
	})
}

// run runs a program on the desktop.
func (d *desktop) run(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = d.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %v: %w: %s", name, args, err, out)
	}
	return strings.TrimSpace(string(out)), err
}

func (d *desktop) xdotool(args ...string) string {
	d.t.Helper()
	out, err := d.run("xdotool", args...)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

// endurance is how long something that must happen may take on a busy machine.
const endurance = 90 * time.Second

// until waits for something that another program does.
func (d *desktop) until(what string, holds func() bool) {
	d.t.Helper()
	limit := time.Now().Add(endurance)
	for !holds() {
		if time.Now().After(limit) {
			d.t.Fatalf("waited in vain for %s", what)
		}
		<-time.After(60 * time.Millisecond)
	}
}

// picture keeps what is on the screen, when pictures are wanted.
func (d *desktop) picture(name string) {
	if *shots == "" {
		return
	}
	d.shot++
	file := filepath.Join(*shots, fmt.Sprintf("%s-%02d-%s.png", strings.ReplaceAll(d.t.Name(), "/", "-"), d.shot, name))
	if _, err := d.run("import", "-window", "root", file); err != nil {
		d.t.Log(err)
	}
}

// window waits for the one window with a title and returns its number.
func (d *desktop) window(title string) string {
	d.t.Helper()
	var id string
	d.until("the window", func() bool {
		out, err := d.run("xdotool", "search", "--onlyvisible", "--name", "^"+title+"$")
		id = out
		return err == nil && isNumber(out)
	})
	return id
}

// shown tells whether a window is on the screen, and active whether it has the focus.
func (d *desktop) shown(id string) bool {
	out, _ := d.run("xdotool", "search", "--onlyvisible", "--name", ".") // fails when it finds none
	for line := range strings.Lines(out) {
		if strings.TrimSpace(line) == id {
			return true
		}
	}
	return false
}

func (d *desktop) active(id string) bool {
	out, err := d.run("xdotool", "getactivewindow")
	return err == nil && out == id
}

func isNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}
