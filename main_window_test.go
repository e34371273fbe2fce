package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reconbanker/core"
	"reconbanker/core/cli"
	"reconbanker/core/coretest"
	"reconbanker/gui/lang"
	"reconbanker/scrapers"
)

func TestBrowserChosenInTheWindow(t *testing.T) {
	dir := t.TempDir()
	p := &program{dir: dir}
	program := filepath.Join(dir, "chromium")
	if err := os.WriteFile(program, nil, 0o700); err != nil { //nolint:gosec // a program must be executable
		t.Fatal(err)
	}
	next := func(commandLine string) string {
		return browserFor(dir, &cli.Grammar{Globals: cli.Globals{Browser: commandLine}}, t.Logf)
	}
	if got := next(""); got != "" {
		t.Errorf("before anything was chosen: %q", got)
	}
	if err := p.saveBrowser(program); err != nil {
		t.Fatal(err)
	}
	if err := p.saveBrowser(filepath.Join(dir, "none")); err == nil {
		t.Error("a browser that is not there was kept")
	}
	if got := next(""); got != program {
		t.Errorf("the next start uses %q", got)
	}
	if got := next("/opt/other"); got != "/opt/other" {
		t.Errorf("the command line says /opt/other, and %q is used", got)
	}
	if err := p.saveBrowser(""); err != nil || next("") != "" {
		t.Errorf("the one that is found: %q, %v", next(""), err)
	}
	if err := os.WriteFile(filepath.Join(dir, browserFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := next(""); got != "" {
		t.Errorf("a broken file chooses %q", got)
	}
}

func TestDemoBankIsThereAgainAtTheNextStart(t *testing.T) {
	world := coretest.NewWorld(t)
	dir := t.TempDir()
	p := &program{dir: dir, ctx: t.Context(), core: world.Core}
	bank, in, err := p.demo(t.Context())
	if err != nil || bank != demoCode {
		t.Fatal(bank, err)
	}
	if _, again, err := p.demo(t.Context()); err != nil || again.Own.BankFields["address"] != in.Own.BankFields["address"] {
		t.Errorf("a second demo bank at %v, %v", again.Own.BankFields, err)
	}
	if err := p.endTrial(); err != nil {
		t.Fatal(err)
	}
	answers := func() bool {
		r, err := http.Get(in.Own.BankFields["address"])
		if err != nil {
			return false
		}
		return r.Body.Close() == nil
	}
	without := &program{dir: dir, ctx: t.Context(), core: world.Core}
	without.resumeTrial()
	if without.trial != nil || answers() {
		t.Error("it runs without an account that needs it")
	}
	if err := world.Store.CreateAccount(t.Context(), core.Account{ID: "a", Bank: demoCode, Name: "Demo", Status: core.Active}, core.Audit{}); err != nil {
		t.Fatal(err)
	}
	with := &program{dir: dir, ctx: t.Context(), core: world.Core}
	with.resumeTrial()
	if !answers() {
		t.Error("the demo bank is not there at the next start")
	}
	if err := with.endTrial(); err != nil {
		t.Fatal(err)
	}
}

func TestAtLogin(t *testing.T) {
	here := func() (string, error) { return "/opt/rb/reconbanker", nil }
	t.Setenv("APPIMAGE", "")
	plain, err := atLogin(here, &cli.Grammar{})
	must(t, err)
	if got := strings.Join(plain.Command, " "); got != "/opt/rb/reconbanker window --hidden" {
		t.Errorf("it starts %s", got)
	}
	t.Setenv("APPIMAGE", "/home/a/rb.AppImage")
	all, err := atLogin(here, &cli.Grammar{Globals: cli.Globals{
		Data: "/d", PassphraseFile: "/p", Browser: "/b", BrowserURL: "wss://x", AllowRoot: true,
	}})
	must(t, err)
	if got := strings.Join(all.Command, " "); got != "/home/a/rb.AppImage window --hidden --data=/d --passphrase-file=/p --browser=/b --browser-url=wss://x --allow-root" {
		t.Errorf("it starts %s", got)
	}
	if _, cmd, code := cli.Parse(all.Command[1:], "test", io.Discard, io.Discard); cmd == nil || cmd.Command() != "window" {
		t.Errorf("what starts at login is not understood: exit %d", code)
	}
	t.Setenv("APPIMAGE", "")
	if _, err := atLogin(func() (string, error) { return "", os.ErrNotExist }, &cli.Grammar{}); err == nil {
		t.Error("a program that is nowhere starts")
	}
}

// TestEveryBankFieldHasWords finds fields of a bank's form that would be named in
// English to a person who reads another language.
func TestEveryBankFieldHasWords(t *testing.T) {
	for _, d := range scrapers.All() {
		for _, f := range d.Info().Fields {
			if f.Key == scrapers.FieldUsername || f.Key == scrapers.FieldPassword {
				continue // every bank has them
			}
			for _, code := range lang.Codes {
				if lang.Raw(code, "bank_field."+f.Key) == "" {
					t.Errorf("%s: %s has no words for the field %s", d.Info().Code, code, f.Key)
				}
			}
		}
	}
}
