package ipc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("IPC_CHILD_DIR"); dir != "" {
		child(dir)
	}
	goleak.VerifyTestMain(m)
}

// program is a running holder of a folder.
type program struct {
	dir  string
	lock *Lock
	srv  *Server
	stop context.CancelFunc
	done chan error

	mu       sync.Mutex
	reported []error
}

// start holds a folder and serves handler until the test ends.
func start(t *testing.T, dir string, handler Handler, change func(*Server)) *program {
	t.Helper()
	lock, err := Acquire(dir, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	p := &program{dir: dir, lock: lock, done: make(chan error, 1)}
	p.srv, err = Listen(lock, handler, func(err error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.reported = append(p.reported, err)
	})
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(p.srv)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	go func() { p.done <- p.srv.Serve(ctx) }()
	t.Cleanup(func() {
		p.end(t)
		if err := lock.Release(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// end stops serving and waits.
func (p *program) end(t *testing.T) {
	t.Helper()
	p.stop()
	if err := <-p.done; err != nil {
		t.Errorf("Serve: %v", err)
	}
	p.done <- nil
}

func (p *program) reports() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprint(p.reported)
}

// hasty is for calls that are expected to fail.
var hasty = patience{start: 200 * time.Millisecond, accept: 200 * time.Millisecond}

// echo is a handler that shows everything it was given.
func echo(_ context.Context, r Request, stdout, stderr io.Writer) int {
	in, err := io.ReadAll(r.Stdin)
	fmt.Fprintf(stdout, "%s %q in %s: %s", r.Verb, r.Args, r.Dir, in)
	fmt.Fprintf(stderr, "read %d bytes, %v", len(in), err)
	return 42
}

func TestCall(t *testing.T) {
	p := start(t, t.TempDir(), echo, nil)
	var out, errs bytes.Buffer
	code, err := Call(t.Context(), p.dir, Request{Verb: Exec, Args: []string{"accounts", "ñ \x00"}, Dir: "/there", Stdin: strings.NewReader("a password")}, &out, &errs)
	if err != nil || code != 42 || out.String() != `exec ["accounts" "ñ \x00"] in /there: a password` || errs.String() != "read 10 bytes, <nil>" {
		t.Errorf("%d, %v\n%s\n%s", code, err, &out, &errs)
	}
	out.Reset()
	here, _ := os.Getwd()
	if code, err := Call(t.Context(), p.dir, Request{Verb: Raise}, &out, io.Discard); err != nil || code != 42 || out.String() != "raise [] in "+here+": " {
		t.Errorf("%d, %v\n%s", code, err, &out)
	}
}

func TestLargeStreams(t *testing.T) {
	p := start(t, t.TempDir(), func(_ context.Context, r Request, stdout, stderr io.Writer) int {
		n, err := io.Copy(stdout, r.Stdin)
		if err != nil || n != 3<<20 {
			fmt.Fprint(stderr, n, err)
		}
		return -1
	}, nil)
	in := bytes.Repeat([]byte("0123456789abcdef"), 3<<16)
	var out, errs bytes.Buffer
	code, err := Call(t.Context(), p.dir, Request{Verb: Exec, Stdin: bytes.NewReader(in)}, &out, &errs)
	if err != nil || code != -1 || !bytes.Equal(out.Bytes(), in) || errs.Len() > 0 {
		t.Errorf("%d, %v, %d bytes back; %s", code, err, out.Len(), &errs)
	}
}

// A handler that reads nothing must not keep the caller's standard input waiting,
// nor lose its answer to it.
func TestUnreadInput(t *testing.T) {
	p := start(t, t.TempDir(), func(context.Context, Request, io.Writer, io.Writer) int { return 7 }, nil)
	for range 20 {
		code, err := Call(t.Context(), p.dir, Request{Verb: Exec, Stdin: bytes.NewReader(make([]byte, 1<<20))}, io.Discard, io.Discard)
		if err != nil || code != 7 {
			t.Fatalf("%d, %v", code, err)
		}
	}
}

func TestTooMuchInput(t *testing.T) {
	p := start(t, t.TempDir(), func(ctx context.Context, r Request, _, stderr io.Writer) int {
		<-ctx.Done()
		_, err := io.Copy(io.Discard, r.Stdin)
		fmt.Fprint(stderr, err)
		return 1
	}, nil)
	var errs bytes.Buffer
	code, err := Call(t.Context(), p.dir, Request{Verb: Exec, Stdin: bytes.NewReader(make([]byte, maxInput+1))}, io.Discard, &errs)
	if err != nil || code != 1 || !strings.Contains(errs.String(), "too long") {
		t.Errorf("%d, %v, %s", code, err, &errs)
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	var mu sync.Mutex
	running, most := 0, 0
	p := start(t, t.TempDir(), func(ctx context.Context, r Request, stdout, stderr io.Writer) int {
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		defer func() {
			mu.Lock()
			running--
			mu.Unlock()
		}()
		for range 50 {
			fmt.Fprint(stdout, r.Args[0])
			fmt.Fprint(stderr, "e")
		}
		return len(r.Args[0])
	}, nil)
	var wg sync.WaitGroup
	for i := range 3 * maxCalls {
		wg.Go(func() {
			word := strings.Repeat("x", i)
			var out, errs bytes.Buffer
			code, err := Call(t.Context(), p.dir, Request{Verb: Exec, Args: []string{word}}, &out, &errs)
			if err != nil || code != i || out.String() != strings.Repeat(word, 50) || errs.Len() != 50 {
				t.Errorf("call %d: %d, %v, %d bytes", i, code, err, out.Len())
			}
		})
	}
	wg.Wait()
	if most > maxCalls {
		t.Errorf("%d handlers at once", most)
	}
}

func TestPanicIsContained(t *testing.T) {
	p := start(t, t.TempDir(), func(_ context.Context, r Request, stdout, _ io.Writer) int {
		if len(r.Args) > 0 {
			panic("on purpose")
		}
		fmt.Fprint(stdout, "alive")
		return 0
	}, nil)
	var out, errs bytes.Buffer
	code, err := Call(t.Context(), p.dir, Request{Verb: Exec, Args: []string{"x"}}, &out, &errs)
	if err != nil || code != ExitPanic || !strings.Contains(errs.String(), "internal error") || strings.Contains(errs.String(), "purpose") {
		t.Errorf("%d, %v, %s", code, err, &errs)
	}
	if code, err := Call(t.Context(), p.dir, Request{Verb: Exec}, &out, &errs); err != nil || code != 0 || out.String() != "alive" {
		t.Errorf("afterwards: %d, %v, %s", code, err, &out)
	}
	p.end(t)
	if r := p.reports(); !strings.Contains(r, "on purpose") || !strings.Contains(r, "ipc_test.go") {
		t.Errorf("reported %s", r)
	}
}

func TestCancelledCallCancelsTheHandler(t *testing.T) {
	entered, left := make(chan struct{}), make(chan struct{})
	p := start(t, t.TempDir(), func(ctx context.Context, _ Request, stdout, _ io.Writer) int {
		close(entered)
		<-ctx.Done()
		close(left)
		return 0
	}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-entered
		cancel()
	}()
	if _, err := Call(ctx, p.dir, Request{Verb: Exec}, io.Discard, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	<-left
	p.end(t)
	if r := p.reports(); r != "[]" {
		t.Errorf("a caller that went away was reported: %s", r)
	}
}

// When the program ends, handlers are cancelled and callers told how they ended.
func TestEndOfTheProgram(t *testing.T) {
	entered := make(chan struct{})
	p := start(t, t.TempDir(), func(ctx context.Context, _ Request, _, stderr io.Writer) int {
		close(entered)
		<-ctx.Done()
		fmt.Fprint(stderr, "the program ends")
		return 3
	}, nil)
	go func() {
		<-entered
		p.stop()
	}()
	var errs bytes.Buffer
	if code, err := Call(t.Context(), p.dir, Request{Verb: Exec}, io.Discard, &errs); err != nil || code != 3 || errs.String() != "the program ends" {
		t.Errorf("%d, %v, %s", code, err, &errs)
	}
	p.end(t)
	if _, err := call(t.Context(), p.dir, Request{Verb: Raise}, io.Discard, io.Discard, hasty); !errors.Is(err, ErrNotRunning) {
		t.Errorf("after the end: %v", err)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	p := start(t, t.TempDir(), echo, func(s *Server) { s.request = 200 * time.Millisecond })
	var refused *RefusedError
	if _, err := Call(t.Context(), p.dir, Request{Verb: "format"}, io.Discard, io.Discard); !errors.As(err, &refused) || !strings.Contains(err.Error(), "format") {
		t.Errorf("an unknown verb: %v", err)
	}
	if _, err := Call(t.Context(), p.dir, Request{Verb: Exec, Args: []string{strings.Repeat("x", maxRequest)}}, io.Discard, io.Discard); !errors.As(err, &refused) {
		t.Errorf("a long command line: %v", err)
	}
	frame := func(n uint32, k kind, text string) string {
		return string(binary.BigEndian.AppendUint32(nil, n)) + string(k) + text
	}
	for name, c := range map[string]struct{ send, want string }{
		"too long":     {frame(maxRequest+1, kindRequest, "{"), "longer than"},
		"far too long": {frame(1<<32-1, kindRequest, ""), "longer than"},
		"not JSON":     {frame(3, kindRequest, "no!"), "not understood"},
		"out of turn":  {frame(2, kindInput, "{}"), "not understood"},
		"version 2":    {frame(24, kindRequest, `{"v":2,"verb":"raise"  }`), "protocol 2"},
		"no version":   {frame(16, kindRequest, `{"verb":"raise"}`), "protocol 0"},
		"unfinished":   {frame(100, kindRequest, "{"), ""},
		"nothing":      {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("unix", p.srv.ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			io.WriteString(conn, c.send)
			got, err := io.ReadAll(conn)
			if c.want == "" && len(got) > 0 || !strings.Contains(string(got), c.want) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	if _, err := Call(t.Context(), p.dir, Request{Verb: Raise}, io.Discard, io.Discard); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// A frame out of turn, or too long, in the middle of a call ends it.
func TestCallerThatMisbehaves(t *testing.T) {
	left := make(chan error, 1)
	p := start(t, t.TempDir(), func(ctx context.Context, r Request, _, _ io.Writer) int {
		<-ctx.Done()
		_, err := io.ReadAll(r.Stdin)
		left <- err
		return 0
	}, nil)
	for name, bad := range map[string]string{
		"too long":    string(binary.BigEndian.AppendUint32(nil, maxChunk+1)) + string(kindInput),
		"out of turn": "\x00\x00\x00\x00" + string(kindExit),
	} {
		conn, err := net.Dial("unix", p.srv.ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		text := `{"v":1,"verb":"exec"}`
		io.WriteString(conn, string(binary.BigEndian.AppendUint32(nil, uint32(len(text))))+string(kindRequest)+text+bad)
		if err := <-left; err == nil {
			t.Errorf("%s: the handler's input ended as if it were whole", name)
		}
		conn.Close()
	}
}

// A running program that hangs, or is none of ours, does not hang a later start.
func TestAnswersThatAreNone(t *testing.T) {
	dir := t.TempDir()
	lock, err := Acquire(dir, "1")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	path := filepath.Join(dir, socketName)
	ln, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if err := lock.listening(path); err != nil {
		t.Fatal(err)
	}
	const accepted = "\x00\x00\x00\x00a"
	for _, c := range []struct {
		text   string
		closes bool
		want   error // nil for any
	}{
		{"", false, ErrNoAnswer},
		{"\x00\x00\x00", false, ErrNoAnswer},
		{"", true, ErrCut},
		{"\xff\xff\xff\xffa", false, ErrCut},
		{"\x00\x00\x00\x00x", false, nil},
		{accepted, true, ErrCut},
		{accepted + "\x00\x00\x00\x04x\x00", true, ErrCut},
		{accepted + "\x00\x00\x00\x01x\x00", false, nil},
		{accepted + "\x00\x00\x00\x00q", false, nil},
		{accepted + "\xff\xff\xff\xffo", false, ErrCut},
	} {
		served := make(chan struct{})
		go func() {
			defer close(served)
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			io.WriteString(conn, c.text)
			if !c.closes {
				io.Copy(io.Discard, conn) // until the caller gives up
			}
		}()
		_, err := call(t.Context(), dir, Request{Verb: Raise}, io.Discard, io.Discard, hasty)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
		<-served
	}
}

func TestOutputThatCannotBeWritten(t *testing.T) {
	p := start(t, t.TempDir(), echo, nil)
	full := errors.New("disk full")
	if _, err := Call(t.Context(), p.dir, Request{Verb: Exec}, failing{full}, io.Discard); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
