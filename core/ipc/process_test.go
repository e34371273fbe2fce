//go:build unix

package ipc

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// child is what this test binary does as another process: hold the folder and
// serve, or connect to a socket as whoever it is.
func child(dir string) {
	if socket := os.Getenv("IPC_CHILD_SOCKET"); socket != "" {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			fmt.Println("dial:", err)
			os.Exit(1)
		}
		text := `{"v":1,"verb":"raise"}`
		io.WriteString(conn, "\x00\x00\x00"+string(rune(len(text)))+string(kindRequest)+text)
		got, _ := io.ReadAll(conn)
		fmt.Printf("uid %d was answered %d bytes\n", os.Geteuid(), len(got))
		os.Exit(0)
	}
	lock, err := Acquire(dir, "child")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	srv, err := Listen(lock, echo, nil)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("serving")
	fmt.Println(srv.Serve(context.Background()))
	os.Exit(0)
}

// startChild runs the holder and returns when it serves.
func startChild(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "IPC_CHILD_DIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "serving\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd
}

func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	for range 3 { // each finds the lock and the socket of a holder that was killed
		cmd := startChild(t, dir)
		var held *HeldError
		if _, err := Acquire(dir, "second"); !errors.As(err, &held) || held.PID != cmd.Process.Pid || held.Version != "child" {
			t.Errorf("%#v", err)
		}
		var out bytes.Buffer
		code, err := Call(t.Context(), dir, Request{Verb: Exec, Args: []string{"hello"}, Dir: "/", Stdin: strings.NewReader("in")}, &out, io.Discard)
		if err != nil || code != 42 || out.String() != `exec ["hello"] in /: in` {
			t.Errorf("%d, %v, %s", code, err, &out)
		}
		if info, err := os.Stat(filepath.Join(dir, socketName)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
		if _, err := call(t.Context(), dir, Request{Verb: Raise}, io.Discard, io.Discard, hasty); !errors.Is(err, ErrNotRunning) {
			t.Errorf("after kill -9: %v", err)
		}
	}
	lock, err := Acquire(dir, "next")
	if err != nil {
		t.Fatalf("kill -9 did not free the lock: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestHolderDiesDuringACall(t *testing.T) {
	dir := t.TempDir()
	cmd := startChild(t, dir)
	r, w := io.Pipe()
	go func() {
		io.WriteString(w, "x") // accepted and feeding: the handler waits for the rest
		cmd.Process.Kill()
		cmd.Wait()
		w.Close()
	}()
	if _, err := Call(t.Context(), dir, Request{Verb: Exec, Stdin: r}, io.Discard, io.Discard); !errors.Is(err, ErrCut) {
		t.Errorf("%v", err)
	}
}

func TestOtherUsersAreRefused(t *testing.T) {
	p := start(t, t.TempDir(), echo, func(s *Server) { s.uid = os.Geteuid() + 1 })
	if _, err := Call(t.Context(), p.dir, Request{Verb: Raise}, io.Discard, io.Discard); !errors.Is(err, ErrCut) && !errors.Is(err, ErrNoAnswer) {
		t.Errorf("%v", err)
	}
	p.end(t)
	if r := p.reports(); !strings.Contains(r, "another user") {
		t.Errorf("reported %s", r)
	}
	if os.Geteuid() != 0 {
		return // only root can become somebody else
	}

	// Somebody else, although every file lets them in.
	dir, err := os.MkdirTemp("", "ipc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	binary, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "other")
	q := start(t, dir, echo, nil)
	if err := errors.Join(os.WriteFile(program, binary, 0o755), os.Chmod(dir, 0o755), os.Chmod(q.lock.holder.Socket, 0o666)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Dir = dir
	cmd.Env = []string{"IPC_CHILD_DIR=" + dir, "IPC_CHILD_SOCKET=" + q.lock.holder.Socket, "HOME=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "uid 65534 was answered 0 bytes\n") {
		t.Errorf("%s, %v", out, err)
	}
	q.end(t)
	if r := q.reports(); !strings.Contains(r, "another user") {
		t.Errorf("reported %s", r)
	}
}

func TestFolderOfAnotherUser(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if privateDir(dir) == nil {
		t.Error("a folder that others can enter is taken for private")
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if privateDir(link) == nil {
		t.Error("a link is taken for a folder")
	}
	fresh := filepath.Join(dir, "fresh")
	if err := errors.Join(privateDir(fresh), privateDir(fresh)); err != nil {
		t.Error(err)
	}
}
