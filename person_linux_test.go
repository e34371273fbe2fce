package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// person sits at a desktop with the program, sees what its window shows, and has a
// mouse and a keyboard. The program is the real one, in a process of its own.
type person struct {
	*desktop
	child
	win  string // number of the window
	eyes net.Conn
	said *bufio.Reader
	hands
}

// sit starts the program and waits for its window.
func (d *desktop) sit(dir, pass string, env ...string) *person {
	d.t.Helper()
	p := d.open(dir, pass, env...)
	p.win = d.window("Reconbanker")
	p.until("the focus", func() bool { return d.active(p.win) })
	return p
}

// open starts the program.
func (d *desktop) open(dir, pass string, env ...string) *person {
	d.t.Helper()
	p := &person{desktop: d, child: child{t: d.t, dir: dir, pass: pass}}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		d.t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "eyes"), os.NewFile(uintptr(pair[1]), "eyes")
	defer theirs.Close()
	if p.eyes, err = net.FileConn(ours); err != nil {
		d.t.Fatal(err)
	}
	ours.Close()
	p.said = bufio.NewReader(p.eyes)
	p.cmd = p.start(append(env, eyesEnv+"=1")...)
	p.cmd.ExtraFiles = []*os.File{theirs}
	p.cmd.Stderr = &p.errs
	if err := p.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		if d.t.Failed() {
			d.t.Logf("on screen:\n%s\nthe program said:\n%s", p.describe(), &p.errs)
			p.picture("failed")
		}
		_ = p.eyes.Close()
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait() // killed is what we wanted
		}
	})
	return p
}

// start is a start of the program on the desktop.
func (p *person) start(env ...string) *exec.Cmd {
	cmd := p.command(context.Background(), "window")
	cmd.Env = append(append(p.env, childEnv+"=0"), env...)
	return cmd
}

// look returns what the window shows.
func (p *person) look() (s scene, err error) {
	if err := p.eyes.SetDeadline(time.Now().Add(endurance)); err != nil {
		return s, err
	}
	if _, err := p.eyes.Write([]byte("\n")); err != nil {
		return s, err
	}
	line, err := p.said.ReadBytes('\n')
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(line, &s)
}

func (p *person) describe() string {
	s, err := p.look()
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for i, t := range s.Things {
		if i == s.Front && i > 0 {
			b.WriteString("-- in front --\n")
		}
		fmt.Fprintf(&b, "%4.0f,%-4.0f %4.0f×%-4.0f %s %q", t.X, t.Y, t.W, t.H, t.Kind, t.Text)
		if t.Focused {
			b.WriteString(" focused")
		}
		if t.Off {
			b.WriteString(" off")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// front is what is not under a dialog or a menu.
func (s scene) front() []thing { return s.Things[s.Front:] }

// has tells whether some words are on screen, among others on their line or alone.
func (s scene) has(words string) bool {
	for _, t := range s.Things {
		if t.Kind == "" && strings.Contains(t.Text, words) {
			return true
		}
	}
	return false
}

// find returns the control that says just these words, or else the words; with a
// kind only a control of that kind.
func (s scene) find(words, kind string) (found thing, ok bool) {
	for _, t := range s.front() {
		if t.Text == words && (kind == "" || t.Kind == kind) && (!ok || found.Kind == "" && t.Kind != "") {
			found, ok = t, true
		}
	}
	return found, ok
}

// entry returns the entry under a label, or the one with a hint in it.
func (s scene) entry(label string) (thing, bool) {
	things := s.front()
	for i, t := range things {
		if t.Kind == "" && strings.TrimSuffix(t.Text, " *") == label {
			for _, e := range things[i+1:] {
				if isEntry(e) && e.Y >= t.Y && e.Y-t.Y < 80 && e.X <= t.X+t.W && t.X <= e.X+e.W {
					return e, true
				}
			}
		}
	}
	for _, t := range things {
		if isEntry(t) && t.Text == label {
			return t, true
		}
	}
	return thing{}, false
}

// cell returns the first words of a table that begin so.
func (s scene) cell(words string) (thing, bool) {
	table := false
	for _, t := range s.front() {
		if t.Kind != "" {
			table = isTable(t)
		}
		if table && t.Kind == "" && strings.HasPrefix(t.Text, words) {
			return t, true
		}
	}
	return thing{}, false
}

// focused returns what has the focus.
func (s scene) focused() (thing, bool) {
	for _, t := range s.Things {
		if t.Focused {
			return t, true
		}
	}
	return thing{}, false
}

func isTable(t thing) bool { return strings.HasPrefix(t.Kind, "widgets.DataTable") }

func isEntry(t thing) bool { return strings.HasSuffix(strings.ToLower(t.Kind), "entry") }

// waits waits for something to be on screen, and returns it.
func (p *person) waits(what string, holds func(scene) bool) (s scene) {
	p.desktop.t.Helper()
	p.until(what, func() bool {
		var err error
		if s, err = p.look(); err != nil {
			p.desktop.t.Fatalf("wait for %s: the window does not answer: %v", what, err)
		}
		return holds(s)
	})
	return s
}

func (p *person) sees(words ...string) {
	p.desktop.t.Helper()
	for _, w := range words {
		p.waits(strconv.Quote(w)+" on screen", func(s scene) bool { return s.has(w) })
	}
}
