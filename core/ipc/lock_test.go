package ipc

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestLockTellsWhoHoldsIt(t *testing.T) {
	dir := t.TempDir()
	lock, err := Acquire(dir, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	var held *HeldError
	if _, err := Acquire(dir, "1.2.4"); !errors.As(err, &held) || held.PID != os.Getpid() || held.Version != "1.2.3" || time.Since(held.Since) > time.Hour || held.Socket != "" {
		t.Fatalf("%#v", err)
	}
	if !strings.Contains(held.Error(), "1.2.3") || !strings.Contains((&HeldError{}).Error(), "already running") {
		t.Errorf("%v", held)
	}
	if info, err := os.Stat(filepath.Join(dir, lockName)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := errors.Join(lock.Release(), lock.Release()); err != nil {
		t.Fatal(err)
	}
	if h, err := readHolder(dir); err != nil || h.PID != 0 {
		t.Errorf("after the release the lock says %+v, %v", h, err)
	}
	again, err := Acquire(dir, "1.2.4")
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(again, echo, nil); err == nil {
		t.Error("listening without the lock")
	}
	if _, err := Acquire(filepath.Join(dir, "absent"), ""); err == nil {
		t.Error("an absent folder was locked")
	}
}

func TestDamagedLockText(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, lockName), []byte(" {\"pid\":"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readHolder(dir); err == nil {
		t.Error("damaged text was read")
	}
	if _, err := call(t.Context(), dir, Request{Verb: Raise}, io.Discard, io.Discard, hasty); !errors.Is(err, ErrNotRunning) {
		t.Errorf("%v", err)
	}
	lock, err := Acquire(dir, "1")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	if h, err := readHolder(dir); err != nil || h.PID != os.Getpid() {
		t.Errorf("%+v, %v", h, err)
	}
}

// A second start may come between the first one's lock and its socket.
func TestCallWaitsForTheSocket(t *testing.T) {
	dir := t.TempDir()
	lock, err := Acquire(dir, "1")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	if _, err := call(t.Context(), dir, Request{Verb: Raise}, io.Discard, io.Discard, hasty); !errors.Is(err, ErrNotRunning) {
		t.Fatalf("nobody listens: %v", err)
	}
	called := make(chan error, 1)
	go func() {
		_, err := Call(context.Background(), dir, Request{Verb: Raise}, io.Discard, io.Discard)
		called <- err
	}()
	ctx, cancel := context.WithCancel(context.Background())
	srv, err := Listen(lock, echo, nil)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ctx) }()
	if err := <-called; err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNoFolder(t *testing.T) {
	if _, err := call(t.Context(), filepath.Join(t.TempDir(), "absent"), Request{Verb: Raise}, io.Discard, io.Discard, hasty); !errors.Is(err, ErrNotRunning) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Call(ctx, t.TempDir(), Request{Verb: Raise}, io.Discard, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestLongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long-", 25))
	runtimeDir := filepath.Join(t.TempDir(), "run")
	tmp, err := os.MkdirTemp("", "ipc")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.Mkdir(runtimeDir, 0o700)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", tmp)
	for _, run := range []string{runtimeDir, "", "relative"} {
		t.Setenv("XDG_RUNTIME_DIR", run)
		base := run
		if run != runtimeDir {
			base = tmp
		}
		func() {
			p := start(t, dir, echo, nil)
			defer func() {
				p.end(t)
				p.lock.Release()
			}()
			if !strings.HasPrefix(p.lock.holder.Socket, base) {
				t.Errorf("the socket stands at %s", p.lock.holder.Socket)
			}
			t.Setenv("XDG_RUNTIME_DIR", "/nowhere") // the caller's may differ
			if code, err := Call(t.Context(), dir, Request{Verb: Raise}, io.Discard, io.Discard); err != nil || code != 42 {
				t.Errorf("%d, %v", code, err)
			}
		}()
	}
}

func TestSomethingElseInTheWay(t *testing.T) {
	dir := t.TempDir()
	lock, err := Acquire(dir, "1")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	path := filepath.Join(dir, socketName)
	if err := os.WriteFile(path, []byte("somebody's notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(lock, echo, nil); err == nil {
		t.Error("somebody's file was removed")
	}
	if text, err := os.ReadFile(path); err != nil || len(text) == 0 {
		t.Errorf("%q, %v", text, err)
	}
}
