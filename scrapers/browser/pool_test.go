package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"

	"reconbanker/scrapers"
)

func TestOpensShareOneBrowserAndNoCookies(t *testing.T) {
	s := serve(t, map[string]string{"/": "<p id=x>x</p>"}, nil)
	p := New(Config{AllowRoot: true, TempDir: t.TempDir()})
	defer p.Close() //nolint:errcheck // never fails
	tabs := make([]*Tab, 4)
	var wg sync.WaitGroup
	for i := range tabs {
		wg.Go(func() {
			tab, err := p.Open(t.Context(), scrapers.TabOptions{Hosts: []string{s.host}})
			if err != nil {
				t.Error(err)
				return
			}
			tabs[i] = tab.(*Tab)
			if err := tab.Goto(t.Context(), s.URL+"/"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	for i, tab := range tabs {
		if tab.b != tabs[0].b {
			t.Fatal("two browsers were started")
		}
		set := read[string](t, tab, fmt.Sprintf(`(document.cookie = "who=%d", localStorage.who = %d, document.cookie)`, i, i))
		if set != fmt.Sprintf("who=%d", i) {
			t.Fatalf("tab %d has cookies %q", i, set)
		}
	}
	for i, tab := range tabs {
		if got := read[string](t, tab, `localStorage.who`); got != fmt.Sprint(i) {
			t.Fatalf("tab %d has the storage of tab %s", i, got)
		}
	}
}

func TestIdleBrowserIsClosedAndReopened(t *testing.T) {
	s := serve(t, map[string]string{"/": "x"}, nil)
	temp := t.TempDir()
	p := New(Config{AllowRoot: true, TempDir: temp, IdleClose: time.Millisecond})
	defer p.Close() //nolint:errcheck // never fails
	var procs []*process
	for range 2 {
		tab := openIn(t, p, s)
		must(t, tab.Goto(t.Context(), s.URL+"/"))
		procs = append(procs, tab.b.proc)
		must(t, tab.Close())
		must(t, tab.Close()) // twice is fine
		<-tab.b.proc.exited
	}
	if procs[0] == procs[1] {
		t.Fatal("the browser was not closed")
	}
	until(t, "both profiles are gone", func() bool {
		left, err := os.ReadDir(temp)
		return err == nil && len(left) == 0
	})
	for _, proc := range procs {
		if pids := usersOf(proc.dir); len(pids) > 0 {
			t.Fatalf("processes %v are left", pids)
		}
	}
}

func TestProfileIsPrivateAndEmptyOfCookies(t *testing.T) {
	s := serve(t, map[string]string{"/": "x"}, nil)
	tab := open(t, s)
	must(t, tab.Goto(t.Context(), s.URL+"/"))
	const canary = "canary-5501-cookie"
	read[string](t, tab, `(document.cookie = "c=`+canary+`; max-age=9999", localStorage.c = "`+canary+`")`)
	dir := tab.b.proc.dir
	info, err := os.Stat(dir)
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Fatalf("the profile has mode %v", info.Mode())
	}
	must(t, tab.Close())
	err = filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() {
			return nil //nolint:nilerr // the browser's files come and go
		}
		b, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(b), canary) {
			return fmt.Errorf("%s has the cookie or the storage", path)
		}
		return nil
	})
	must(t, err)
}

func TestCrashIsToldAndTheNextOpenWorks(t *testing.T) {
	s := serve(t, map[string]string{"/": "x"}, nil)
	p := New(Config{AllowRoot: true, TempDir: t.TempDir()})
	defer p.Close() //nolint:errcheck // never fails
	tab := openIn(t, p, s)
	must(t, tab.Goto(t.Context(), s.URL+"/"))
	failed := make(chan error, 1)
	go func() {
		_, err := tab.WaitAny(context.Background(), scrapers.Seen("never", "#never"))
		failed <- err
	}()
	until(t, "the tab waits", func() bool {
		tab.mu.Lock()
		defer tab.mu.Unlock()
		return tab.interrupt != nil
	})
	must(t, tab.b.proc.cmd.Process.Kill())
	wantKind(t, <-failed, scrapers.BrowserCrashed)
	<-tab.Done()
	wantKind(t, tab.Goto(t.Context(), s.URL+"/"), scrapers.BrowserCrashed)
	again := openIn(t, p, s)
	must(t, again.Goto(t.Context(), s.URL+"/"))
	if again.b == tab.b {
		t.Fatal("the dead browser was used")
	}
}

func TestCrashOfOnePageIsTold(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	s := serve(t, map[string]string{"/": "x"}, nil)
	p := New(Config{AllowRoot: true, TempDir: t.TempDir()})
	defer p.Close() //nolint:errcheck // never fails
	tab, other := openIn(t, p, s), openIn(t, p, s)
	must(t, tab.Goto(t.Context(), s.URL+"/"))
	must(t, other.Goto(t.Context(), s.URL+"/"))
	go func() { _ = crash(tab) }() // it is never answered
	<-tab.Done()
	_, err := tab.Seen(t.Context(), "body")
	wantKind(t, err, scrapers.BrowserCrashed)
	must(t, tab.Close())
	if _, err := other.Seen(t.Context(), "body"); err != nil {
		t.Fatalf("the other tab suffered: %v", err)
	}
	// A dump would have the page's memory: none may outlive the profile.
	err = filepath.WalkDir(home, func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".dmp") {
			return fmt.Errorf("a crash dump is left: %s", path)
		}
		return err
	})
	must(t, err)
}

func TestClosedPageIsTold(t *testing.T) {
	s := serve(t, map[string]string{"/": "x"}, nil)
	tab := open(t, s)
	must(t, tab.Goto(t.Context(), s.URL+"/"))
	_, err := call(t.Context(), tab.b.root, target.CloseTarget, target.CloseTargetParams{TargetID: tab.pageID})
	must(t, err)
	<-tab.Done()
	wantKind(t, tab.Goto(t.Context(), s.URL+"/"), scrapers.BrowserCrashed)
}

func TestPageThatHangsHoldsNobodyUp(t *testing.T) {
	s := serve(t, map[string]string{"/": `<button id=b onclick="setTimeout(() => { for (;;); })">x</button>`}, nil)
	tab := open(t, s)
	must(t, tab.Goto(t.Context(), s.URL+"/"))
	must(t, tab.Click(t.Context(), "#b"))
	tab.step = 300 * time.Millisecond
	_, err := tab.WaitAny(t.Context(), scrapers.Seen("never", "#never"))
	wantKind(t, err, scrapers.StepTimeout)
	_, err = tab.Text(t.Context(), "body")
	wantKind(t, err, scrapers.StepTimeout)
	must(t, tab.Close())
	must(t, open(t, s).Goto(t.Context(), s.URL+"/"))
}

func TestCloseEndsALaunch(t *testing.T) {
	silent := filepath.Join(t.TempDir(), "silent")
	must(t, os.WriteFile(silent, []byte("#!/bin/sh\nexec sleep 600\n"), 0o700)) //nolint:gosec // must be executable
	p := New(Config{Path: silent, AllowRoot: true, TempDir: t.TempDir()})
	failed := make(chan error, 1)
	go func() {
		_, err := p.Open(context.Background(), scrapers.TabOptions{Hosts: []string{"bank.example"}})
		failed <- err
	}()
	until(t, "the launch is under way", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.slots[0].pending
	})
	must(t, p.Close())
	wantKind(t, <-failed, scrapers.Cancelled)
}

func TestPoolCloseEndsOpenTabs(t *testing.T) {
	s := serve(t, map[string]string{"/": "x"}, nil)
	temp := t.TempDir()
	p := New(Config{AllowRoot: true, TempDir: temp})
	defer p.Close() //nolint:errcheck // never fails
	tab := openIn(t, p, s)
	dir := tab.b.proc.dir
	must(t, p.Close())
	<-tab.Done()
	wantKind(t, tab.Goto(t.Context(), s.URL+"/"), scrapers.Cancelled)
	if pids := usersOf(dir); len(pids) > 0 {
		t.Fatalf("processes %v are left", pids)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Fatalf("%v is left (%v)", left, err)
	}
	_, err := p.Open(t.Context(), scrapers.TabOptions{Hosts: []string{s.host}})
	wantKind(t, err, scrapers.Cancelled)
}

func TestOpenCancelledLeavesNothing(t *testing.T) {
	s := serve(t, map[string]string{"/": "x"}, nil)
	p := New(Config{AllowRoot: true, TempDir: t.TempDir(), IdleClose: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Open(ctx, scrapers.TabOptions{Hosts: []string{s.host}})
	wantKind(t, err, scrapers.Cancelled)
	must(t, p.Close())
	if left, err := os.ReadDir(p.cfg.TempDir); err != nil || len(left) > 0 {
		t.Fatalf("%v is left (%v)", left, err)
	}
}

func TestOpenFailures(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "broken")
	must(t, os.WriteFile(script, []byte("#!/bin/sh\necho no libfoo.so here >&2\nexit 1\n"), 0o700)) //nolint:gosec // must be executable
	silent := filepath.Join(dir, "silent")
	must(t, os.WriteFile(silent, []byte("#!/bin/sh\nexec sleep 60\n"), 0o700)) //nolint:gosec // must be executable
	plainFile := filepath.Join(dir, "file")
	must(t, os.WriteFile(plainFile, nil, 0o600))
	temp := filepath.Join(dir, "profiles")
	bank := scrapers.TabOptions{Hosts: []string{"bank.example"}}
	for _, c := range []struct {
		name string
		cfg  Config
		o    scrapers.TabOptions
		kind scrapers.Kind
		says string
	}{
		{"no such file", Config{Path: filepath.Join(dir, "none")}, bank, scrapers.BrowserMissing, "none"},
		{"not executable", Config{Path: plainFile}, bank, scrapers.BrowserMissing, "may not be executed"},
		{"does not start", Config{Path: script}, bank, scrapers.BrowserCrashed, "no libfoo.so here"},
		{"does not answer", Config{Path: silent, Launch: 50 * time.Millisecond}, bank, scrapers.StepTimeout, "did not start"},
		{"no hosts", Config{}, scrapers.TabOptions{}, scrapers.OriginNotAllowed, "at least one host"},
		{"remote without tls", Config{RemoteURL: "ws://grid.example/x"}, bank, scrapers.BrowserCrashed, "wss"},
		{"broken state", Config{}, scrapers.TabOptions{Hosts: bank.Hosts, State: []byte("{")}, scrapers.BrowserCrashed, "cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.AllowRoot, c.cfg.TempDir = true, temp
			p := New(c.cfg)
			_, err := p.Open(t.Context(), c.o)
			wantKind(t, err, c.kind)
			if !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v does not say %q", err, c.says)
			}
			must(t, p.Close())
			if left, _ := os.ReadDir(temp); len(left) > 0 {
				t.Fatalf("%v is left", left)
			}
		})
	}
}

func TestVisibleNeedsAScreen(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	_, err := shared.Open(t.Context(), scrapers.TabOptions{Hosts: []string{"bank.example"}, Visible: true})
	wantKind(t, err, scrapers.BrowserMissing)
	if !strings.Contains(err.Error(), "no screen") {
		t.Fatal(err)
	}
}

func TestEnvironmentHasOnlyWhatIsNeeded(t *testing.T) {
	ours := []string{
		"HOME=/h", "PATH=/p", "LANG=x", "LC_ALL=y", "XDG_RUNTIME_DIR=/r", "RECONBANKER_PASSPHRASE=secret",
		"AWS_SECRET=1", "HTTP_PROXY=http://u:p@h", "LD_PRELOAD=/x", "DISPLAY=:0",
	}
	got := environment(ours, "/d", identity{}, false)
	want := []string{"HOME=/h", "PATH=/p", "LANG=x", "LC_ALL=y", "XDG_RUNTIME_DIR=/r", "DISPLAY=:0", "BREAKPAD_DUMP_LOCATION=/d", "TMPDIR=/d"}
	if !slices.Equal(got, want) {
		t.Fatalf("got %v", got)
	}
	got = environment(ours, "/d", identity{drop: true}, true)
	if !slices.Contains(got, "HOME=/d") || slices.Contains(got, "HOME=/h") || slices.Contains(got, "XDG_RUNTIME_DIR=/r") ||
		!slices.Contains(got, "HTTP_PROXY=http://u:p@h") {
		t.Fatalf("another user got %v", got)
	}
}
