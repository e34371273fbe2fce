package vault

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// terminals stay open: a read that was given up may still be under way, and must
// not find another file behind its descriptor.
var terminals []*os.File

// aTerminal is both ends of a pseudo-terminal: what a program sees, and the person.
func aTerminal(t *testing.T) (program, person *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close() })
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	terminals = append(terminals, program)
	return program, person
}

func echoes(t *testing.T, tty *os.File) bool {
	t.Helper()
	mode, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return mode.Lflag&unix.ECHO != 0
}

// script answers questions as they appear on out.
func script(t *testing.T, person io.Writer, out io.Reader, answers ...string) (seen chan string) {
	t.Helper()
	seen = make(chan string, 1)
	go func() {
		var all strings.Builder
		r := bufio.NewReader(out)
		for {
			b, err := r.ReadByte()
			if err != nil {
				seen <- all.String()
				return
			}
			all.WriteByte(b)
			if b == ':' && len(answers) > 0 {
				io.WriteString(person, answers[0]+"\n")
				answers = answers[1:]
			}
		}
	}()
	return seen
}

func TestTerminal(t *testing.T) {
	for name, c := range map[string]struct {
		reason  Reason
		answers []string
		want    string
	}{
		"existing": {Reason{Attempt: 1}, []string{goodPass}, goodPass},
		"again":    {Reason{Attempt: 2}, []string{goodPass}, goodPass},
		"new":      {Reason{New: true, Attempt: 1}, []string{goodPass, goodPass}, goodPass},
		"differs":  {Reason{New: true, Attempt: 2}, []string{goodPass, "something else"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			program, person := aTerminal(t)
			r, w := io.Pipe()
			seen := script(t, person, r, c.answers...)
			got, err := FromTerminal(program, w)(ctx, c.reason)
			if string(got) != c.want || (err == nil) != (c.want != "") {
				t.Errorf("%q, %v", got, err)
			}
			w.Close()
			if text := <-seen; strings.Contains(text, goodPass) {
				t.Errorf("the passphrase was shown: %q", text)
			}
			if !echoes(t, program) {
				t.Error("the terminal shows nothing any more")
			}
		})
	}
}

func TestTerminalGivenUp(t *testing.T) {
	program, person := aTerminal(t)
	ctx, cancel := context.WithCancel(ctx)
	r, w := io.Pipe()
	asked := make(chan struct{})
	go func() {
		io.ReadFull(r, make([]byte, len("Passphrase: ")))
		cancel()
		close(asked)
		io.Copy(io.Discard, r)
	}()
	_, err := FromTerminal(program, w)(ctx, Reason{Attempt: 1})
	<-asked
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	w.Close()
	// The read that was left behind ends with the next line.
	if _, err := io.WriteString(person, "\n"); err != nil {
		t.Fatal(err)
	}
}
