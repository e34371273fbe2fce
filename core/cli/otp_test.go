package cli_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/cli"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

// asking is a Login that asks for the code 123456, as often as it takes.
func asking(ctx context.Context, p scrapers.Page, cr scrapers.Credentials, ask scrapers.Ask) error {
	if err := coretest.SignIn(ctx, p, cr, ask); err != nil {
		return err
	}
	for refused := false; ; refused = true {
		code, err := ask(ctx, scrapers.Question{Kind: scrapers.Numeric, Length: 6, Target: "09• ••• 417", Purpose: "login", Refused: refused})
		if err != nil {
			return err
		}
		if err := p.FillSecret(ctx, "#code", code); err != nil {
			return err
		}
		if text, err := p.Text(ctx, "#code"); err != nil || text == "123456" {
			return err
		}
	}
}

// say runs a command line against a World.
func say(t *testing.T, w *coretest.World, stdin string, args ...string) (code int, out string) {
	t.Helper()
	var said bytes.Buffer
	_, cmd, code := cli.Parse(args, "test", &said, &said)
	if cmd == nil {
		return code, said.String()
	}
	h := &cli.Host{Core: w.Core, Work: func() {}, In: strings.NewReader(stdin), Out: &said, Err: &said, Actor: "ana"}
	code = cli.Run(t.Context(), cmd, h)
	return code, said.String()
}

func TestCodesFromTheCommandLine(t *testing.T) {
	for name, c := range map[string]struct {
		stdin  string
		args   []string
		code   int
		says   string
		status core.RunStatus // of the run afterwards
	}{
		"the right code":   {"123456\n", nil, 0, "accepted", core.Succeeded},
		"a wrong code":     {"000000\n", nil, 1, "refused the code: 1 of 3", core.Running},
		"no code":          {"\n", nil, 1, "no code was given", core.Running},
		"another code":     {"", []string{"--resend"}, 0, "another code", core.Running},
		"the end":          {"", []string{"--cancel"}, 0, "ended", core.Canceled},
		"done at the bank": {"", []string{"--done"}, 1, "waits for a code", core.Running},
		"two wishes":       {"", []string{"--resend", "--cancel"}, 64, "--resend", core.Running},
		"a code in argv":   {"", []string{"123456"}, 64, "unexpected", core.Running},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := coretest.NewWorld(t)
				w.Bank.OnLogin(asking)
				a := w.Account(t, func(in *core.SettingsInput) { in.LoginMode = new("assisted") })
				w.Start(t)
				if code, out := say(t, w, "123456\n", "otp", "Caja"); code != 1 || !strings.Contains(out, "no login") {
					t.Errorf("before a login: %d, %s", code, out)
				}
				run, err := w.Core.Scrape(t.Context(), a.ID, "ana")
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				code, out := say(t, w, c.stdin, append([]string{"otp", "Caja"}, c.args...)...)
				synctest.Wait()
				if code != c.code || !strings.Contains(out, c.says) {
					t.Errorf("exit code %d, want %d; it said %s", code, c.code, out)
				}
				if strings.Contains(out, "123456") && len(c.args) == 0 {
					t.Error("the code is printed")
				}
				if now, err := w.Core.RunByID(t.Context(), run.ID); err != nil || now.Status != c.status {
					t.Errorf("the run is %s, want %s; %v", now.Status, c.status, err)
				}
			})
		})
	}
}

func TestSessionsOnTheCommandLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		w.Start(t)
		if code, out := say(t, w, "", "sessions"); code != 0 || !strings.Contains(out, "No account keeps a session") {
			t.Errorf("%d, %s", code, out)
		}
		w.Account(t, func(in *core.SettingsInput) { in.SessionType = new("persistent") })
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if code, out := say(t, w, "", "sessions"); code != 0 || !strings.Contains(out, "Caja") || !strings.Contains(out, "running") {
			t.Errorf("%d, %s", code, out)
		}
	})
}
