package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/outbound/receiver"
	"reconbanker/scrapers"
	"reconbanker/scrapers/demobank/site"
)

// TestAWrongPasswordIsToldAndKept: the bank refuses a password in a real browser;
// people are told exactly once, in the documented bytes, and what the page showed
// is kept without the password.
func TestAWrongPasswordIsToldAndKept(t *testing.T) {
	d := openDesk(t)
	alerts, err := receiver.Start("")
	must(t, err)
	defer alerts.Close()
	must(t, d.bank.SetPassword(d.user.User, "changed-at-the-bank"))
	in := d.input(canaryPassword)
	in.NotificationEndpointURL, in.NotificationEvents = &alerts.URL, []string{"connection_failed", "scrape_failed", "assistance_required"}
	in.NotificationAuthType, in.NotificationAuthToken = new("api_key"), new("alert-token-1")
	_, err = d.SaveSettings(t.Context(), d.account.ID, in, false, "test")
	must(t, err)

	run := d.scrape()
	if run.Status != core.Failed || run.Kind != scrapers.InvalidCredentials {
		t.Fatalf("run %+v", run)
	}
	for range 3 {
		if again := d.scrape(); again.Status != core.Skipped {
			t.Fatalf("run %+v", again)
		}
	}
	got := d.told(alerts, 1)
	want := fmt.Sprintf(`{"account_id":%q,"type":"login_failed","status":"login.failed","data":{"category":"login_failed","code":"INVALID_CREDENTIALS","blocked":true},"occurred_at":%q}`,
		d.account.ID, run.FinishedAt.UTC().Format("2006-01-02T15:04:05.000Z"))
	if string(got[0].Body) != want {
		t.Errorf("people were told\n     %s\nwant %s", got[0].Body, want)
	}
	if h := got[0].Header; h.Get("Authorization") != "Api-Key alert-token-1" || !strings.HasPrefix(h.Get("Webhook-Id"), "msg_") {
		t.Errorf("headers %v", h)
	}
	d.keptWithout(run, canaryPassword)

	d.clock.advance(time.Hour) // past what the refused login makes others wait
	_, err = d.SaveSettings(t.Context(), d.account.ID, d.with(in, "changed-at-the-bank"), false, "test")
	must(t, err)
	if run := d.restart(); run.Status != core.Succeeded {
		t.Fatalf("after the restart: %+v", run)
	}
	d.scrape()
	got = d.told(alerts, 2)
	if !strings.Contains(string(got[1].Body), `"type":"login_failed","status":"login.recovered","data":{}`) {
		t.Errorf("after the recovery people were told %s", got[1].Body)
	}
	d.deletedWith(run)
}

func (d *desk) with(in core.SettingsInput, password string) core.SettingsInput {
	in.BankPassword = &password
	return in
}

// told waits until so many notices have arrived and nothing is owed, and fails
// when there are more.
func (d *desk) told(alerts *receiver.Receiver, n int) []receiver.Webhook {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 20*time.Second)
	defer cancel()
	must(d.t, d.WaitDelivered(ctx, d.account.ID))
	got := alerts.Received()
	if len(got) != n {
		d.t.Fatalf("%d notices arrived, want %d: %s", len(got), n, got)
	}
	return got
}

// keptWithout holds that a run's evidence is there, says what the page said, and
// holds the secret nowhere: neither opened nor on disk.
func (d *desk) keptWithout(run core.Run, secret string) {
	t := d.t
	t.Helper()
	e, err := d.Evidence(t.Context(), run.ID)
	must(t, err)
	if !strings.Contains(e.Text, run.Said) || run.Said == "" || len(e.Steps) == 0 || e.URL == "" {
		t.Errorf("evidence %q at %s, %d steps; the bank said %q", e.Text, e.URL, len(e.Steps), run.Said)
	}
	picture, err := png.Decode(bytes.NewReader(e.Screenshot))
	must(t, err)
	if size := picture.Bounds().Size(); size.X < 300 || size.Y < 200 {
		t.Errorf("a picture of %v", size)
	}
	if dir := os.Getenv("RECONBANKER_TEST_PICTURES"); dir != "" { // to be looked at
		must(t, os.WriteFile(filepath.Join(dir, "evidence.png"), e.Screenshot, 0o600))
	}
	opened, err := json.Marshal(e)
	must(t, err)
	diagnostic, err := d.Diagnostic(t.Context(), run.ID)
	must(t, err)
	files, err := filepath.Glob(filepath.Join(d.dir, "reconbanker.db*"))
	must(t, err)
	where := map[string][]byte{"the evidence": opened, "the picture": e.Screenshot, "the diagnostic": []byte(diagnostic.Text)}
	for _, path := range files {
		where[path], err = os.ReadFile(path)
		must(t, err)
	}
	for name, data := range where {
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s holds the password", name)
		}
		if strings.HasPrefix(name, d.dir) && bytes.Contains(data, []byte(e.Title)) {
			t.Errorf("%s holds the evidence readable", name)
		}
	}
	if !strings.Contains(diagnostic.Text, "  step 1: open http://#.#.#.#:#\n") {
		t.Errorf("the diagnostic:\n%s", diagnostic.Text)
	}
}

// deletedWith holds that an account takes its evidence along.
func (d *desk) deletedWith(run core.Run) {
	d.t.Helper()
	must(d.t, d.DeleteAccount(d.t.Context(), d.account.ID, d.account.Name, "test"))
	if _, err := d.store.LoadEvidence(d.t.Context(), run.ID); !core.IsMissing(err) {
		d.t.Errorf("the evidence of a deleted account: %v", err)
	}
}

// TestRunsOnTheCommandLine: the runs with their stages, and a failed one with
// what is kept of it, asked of the program that runs from another folder.
func TestRunsOnTheCommandLine(t *testing.T) {
	c := &child{t: t, dir: t.TempDir(), pass: passphraseFile(t)}
	bank, err := site.Start("", site.Config{Seed: 5, Quiet: true})
	must(t, err)
	defer bank.Close()
	hooks, err := receiver.Start("")
	must(t, err)
	defer hooks.Close()
	user := bank.Logins()[0]
	c.serve()
	defer c.stop()
	account := enrolChild(t, c, bank, hooks.URL, user)
	must(t, bank.SetPassword(user.User, "another"))
	if err := c.ask(nil, "", "scrape", account); err == nil {
		t.Fatal("a wrong password was accepted")
	}
	var runs []struct {
		JobID, Status, Kind string
		Stages              []struct{ Stage, Kind string }
	}
	must(t, c.ask(&runs, "", "runs", "--account", account, "--status", "failed"))
	if len(runs) != 1 || runs[0].Kind != "INVALID_CREDENTIALS" || len(runs[0].Stages) < 3 || runs[0].Stages[len(runs[0].Stages)-1].Kind != "INVALID_CREDENTIALS" {
		t.Fatalf("runs %+v", runs)
	}
	dir := filepath.Join(t.TempDir(), "kept")
	var shown struct {
		Files []string `json:"evidence_files"`
	}
	must(t, c.ask(&shown, "", "runs", "show", runs[0].JobID, "--evidence", dir))
	if len(shown.Files) != 2 {
		t.Fatalf("files %v", shown.Files)
	}
	text, err := os.ReadFile(filepath.Join(dir, "page.txt"))
	must(t, err)
	if !bytes.Contains(text, []byte("Usuario o contraseña incorrectos.")) || bytes.Contains(text, []byte(user.Password)) {
		t.Errorf("page.txt:\n%s", text)
	}
	if err := c.ask(nil, "", "runs", "show", "01a2150c-3639-75a8-a476-a822481c4582"); err == nil {
		t.Error("a run that does not exist is shown")
	}
}
