package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reconbanker/core"
	"reconbanker/core/ipc"
	"reconbanker/core/outbound/receiver"
	"reconbanker/scrapers"
	"reconbanker/scrapers/demobank/site"
)

// TestWrongStarts gives the program what it cannot work with: each ends with a
// sentence that says what to do, a failing exit code, and nothing broken.
func TestWrongStarts(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	file := filepath.Join(t.TempDir(), "a file")
	must(t, os.WriteFile(file, []byte("not a folder"), 0o600))
	for _, c := range []struct {
		name  string
		args  []string
		code  int
		wants []string
	}{
		{"no such command", []string{"scrap"}, 64, []string{"--help"}},
		{"no such flag", []string{"accounts", "--jsn"}, 64, []string{"--help"}},
		{"data folder is a file", []string{"accounts", "--data", file}, 1, []string{"data folder", "--data"}},
		{"data folder cannot be written", []string{"accounts", "--data", "/proc/reconbanker"}, 1, []string{"data folder", "--data"}},
		{"demo bank on a public address", []string{"demo-bank", "--listen", "0.0.0.0:0"}, 1, []string{"this machine only"}},
		{"no display", []string{"--data", t.TempDir()}, 1, []string{"no display", "reconbanker serve"}},
		{"unknown account", []string{"scrape", "nobody", "--data", t.TempDir()}, 1, []string{`no account "nobody"`, "reconbanker accounts"}},
		{"remote browser without protection", []string{"accounts", "--browser-url", "ws://192.0.2.1/", "--data", t.TempDir()}, 1, []string{"wss"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errOut := command(t, "", c.args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			for _, want := range c.wants {
				if !strings.Contains(errOut, want) {
					t.Errorf("said %q%q, want %q in it", out, errOut, want)
				}
			}
		})
	}
}

// TestOneProgramPerFolder: a second serve says who holds the folder, any other
// command is executed by the holder.
func TestOneProgramPerFolder(t *testing.T) {
	c := &child{t: t, dir: t.TempDir(), pass: passphraseFile(t)}
	c.serve()
	defer c.stop()
	code, _, errOut := command(t, "", "serve", "--data", c.dir)
	if code != 1 || !strings.Contains(errOut, "already running") || !strings.Contains(errOut, "process") {
		t.Errorf("a second serve: exit %d, %q", code, errOut)
	}
	code, out, errOut := command(t, "", "accounts", "add", "demobank", "Operating account", "--data", c.dir, "--json")
	if code != 0 {
		t.Fatalf("a forwarded command: exit %d, %q", code, errOut)
	}
	var a struct{ ID, Name string }
	must(t, json.Unmarshal([]byte(out), &a))
	if a.Name != "Operating account" || !core.ValidID(a.ID) {
		t.Errorf("the account made through the running program: %s", out)
	}
	if code, _, errOut = command(t, `{"webhook_url":""}`, "settings", "set", a.ID, "--data", c.dir); code != 1 || !strings.Contains(errOut, "webhook_url is required") {
		t.Errorf("wrong settings through the running program: exit %d, %q", code, errOut)
	}
}

// standing is an account in a data folder without a running program.
type standing struct {
	t       *testing.T
	dir     string
	pass    string
	bank    *site.Server
	account string
}

func newStanding(t *testing.T) *standing {
	t.Helper()
	s := &standing{t: t, dir: t.TempDir(), pass: passphraseFile(t)}
	var err error
	s.bank, err = site.Start("", site.Config{Seed: 2, Quiet: true})
	must(t, err)
	t.Cleanup(func() { s.bank.Close() })
	hooks, err := receiver.Start("")
	must(t, err)
	t.Cleanup(func() { hooks.Close() })
	s.must("", "mode", "passthrough")
	var a struct{ ID string }
	must(t, json.Unmarshal([]byte(s.must("", "accounts", "add", "demobank", "Operating account", "--json")), &a))
	s.account = a.ID
	user := s.bank.Logins()[0]
	doc, err := json.Marshal(map[string]any{
		"webhook_url": hooks.URL, "bank_username": user.User, "bank_password": user.Password,
		"own": map[string]any{"bank_fields": map[string]string{"address": s.bank.URL()}},
	})
	must(t, err)
	s.must(string(doc), "settings", "set", s.account)
	return s
}

func (s *standing) try(stdin string, args ...string) (int, string, string) {
	s.t.Helper()
	return command(s.t, stdin, append(args, "--data", s.dir, "--passphrase-file", s.pass, "--allow-root")...)
}

func (s *standing) must(stdin string, args ...string) string {
	s.t.Helper()
	code, out, errOut := s.try(stdin, args...)
	if code != 0 {
		s.t.Fatalf("%v: exit %d: %s%s", args, code, out, errOut)
	}
	return out
}

// TestFailuresAreSentences breaks the way to the bank in each way a person may
// meet, and checks the sentence, the kind, and that the data still opens.
func TestFailuresAreSentences(t *testing.T) {
	s := newStanding(t)
	user := s.bank.Logins()[0].User
	for _, c := range []struct {
		name    string
		before  func() func()
		args    []string
		kind    scrapers.Kind
		says    string
		submits int
		blocked bool
	}{
		{
			name: "maintenance", before: s.with(site.Maintenance), kind: scrapers.BankUnavailable,
		},
		{
			name: "changed login page", before: s.with(site.RenamedIDs), kind: scrapers.LoginPageChanged,
		},
		{
			name: "no browser", before: func() func() { return func() {} }, args: []string{"--browser", "/nonexistent/browser"},
			kind: scrapers.BrowserMissing, says: "/nonexistent/browser",
		},
		{
			name: "foreign page", before: s.with(site.ForeignHost), kind: scrapers.OriginNotAllowed, blocked: true,
		},
		{
			name: "locked login", before: func() func() {
				must(t, s.bank.Lock(user))
				return func() { must(t, s.bank.Unlock(user)) }
			}, kind: scrapers.AccountLocked, submits: 1, blocked: true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			undo := c.before()
			defer undo()
			sent := s.bank.Submits(user)
			code, out, _ := s.try("", append([]string{"restart", s.account}, c.args...)...)
			if code != 1 || !strings.Contains(out, string(c.kind)) || !strings.Contains(out, c.says) {
				t.Errorf("exit %d, said %q", code, out)
			}
			if got := s.bank.Submits(user) - sent; got != c.submits {
				t.Errorf("the bank counted %d passwords, want %d", got, c.submits)
			}
			var list []struct{ ScrapeBlockedReason *string }
			must(t, json.Unmarshal([]byte(s.must("", "accounts", "--json")), &list))
			if blocked := list[0].ScrapeBlockedReason != nil; blocked != c.blocked {
				t.Errorf("blocked: %v, want %v", blocked, c.blocked)
			}
		})
	}
	if out := s.must("", "restart", s.account); !strings.Contains(out, "ended well") {
		t.Errorf("when everything is mended: %s", out)
	}
}

func (s *standing) with(w site.Switch) func() func() {
	return func() func() {
		must(s.t, s.bank.Set(w, true))
		return func() { must(s.t, s.bank.Set(w, false)) }
	}
}

// TestNoKeychain: without a keychain and without a passphrase nothing secret can
// be stored or used; the sentence says what to do, and lists still work.
func TestNoKeychain(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	s := newStanding(t)
	plain := []string{"--data", s.dir, "--allow-root"}
	code, out, errOut := command(t, "", append([]string{"scrape", s.account}, plain...)...)
	if code != 1 || !strings.Contains(errOut, "passphrase") || !strings.Contains(out, string(core.SecretsLocked)) {
		t.Errorf("a scrape without a key: exit %d, %q, %q", code, out, errOut)
	}
	if n := s.bank.Submits(s.bank.Logins()[0].User); n != 0 {
		t.Errorf("the bank counted %d passwords", n)
	}
	if code, out, _ := command(t, "", append([]string{"accounts"}, plain...)...); code != 0 || !strings.Contains(out, "Operating account") {
		t.Errorf("the list without a key: exit %d, %q", code, out)
	}
	if out := s.must("", "restart", s.account); !strings.Contains(out, "ended well") {
		t.Errorf("with the passphrase again: %s", out)
	}
}

// TestHeldWithoutAnswer: a folder whose holder hangs is named, not waited for.
func TestHeldWithoutAnswer(t *testing.T) {
	dir := t.TempDir()
	lock, err := ipc.Acquire(dir, "test")
	must(t, err)
	defer lock.Release()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that the patience for a short command ends at once
	code := run(ctx, []string{"accounts", "--data", dir}, strings.NewReader(""), os.Stdout, os.Stderr)
	if code != 1 {
		t.Errorf("exit %d", code)
	}
}
