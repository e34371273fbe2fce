package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/ipc"
	"reconbanker/core/outbound/receiver"
	"reconbanker/scrapers/demobank/site"
	"reconbanker/storage"
)

// child is the program in a process of its own, which can be killed.
type child struct {
	t     testing.TB
	dir   string
	pass  string
	shift time.Duration // of its clock
	cmd   *exec.Cmd
	errs  bytes.Buffer
}

func (c *child) args(args ...string) []string {
	args = append(args, "--data", c.dir, "--allow-root")
	if c.pass != "" {
		args = append(args, "--passphrase-file", c.pass)
	}
	return args
}

func (c *child) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], c.args(args...)...)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", childEnv, int(c.shift.Seconds())))
	return cmd
}

// serve starts the program and waits until it answers.
func (c *child) serve() {
	c.t.Helper()
	c.errs.Reset()
	c.cmd = c.command(context.Background(), "serve")
	c.cmd.Stderr = &c.errs
	must(c.t, c.cmd.Start())
	c.answers()
}

// answers waits until the program that was started answers.
func (c *child) answers() {
	c.t.Helper()
	for { // Call waits for the socket by itself, as long as the lock is held
		var out, errOut bytes.Buffer
		ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
		code, err := ipc.Call(ctx, c.dir, ipc.Request{Verb: ipc.Exec, Args: []string{"mode"}}, &out, &errOut)
		cancel()
		if err == nil && code == 0 {
			return
		}
		if c.cmd.ProcessState != nil || ctx.Err() == context.DeadlineExceeded {
			c.t.Fatalf("the program does not answer: %v, exit %d, %s%s", err, code, &errOut, &c.errs)
		}
	}
}

// kill ends the program without a warning and waits until its browser is gone.
func (c *child) kill() {
	c.t.Helper()
	must(c.t, c.cmd.Process.Kill())
	_ = c.cmd.Wait() // killed is what we wanted
	until := time.Now().Add(20 * time.Second)
	for len(processesOf(c.t, filepath.Join(c.dir, "browser"))) > 0 {
		if time.Now().After(until) {
			c.t.Fatalf("a browser outlived the program: %v", processesOf(c.t, filepath.Join(c.dir, "browser")))
		}
		<-time.After(20 * time.Millisecond)
	}
}

// stop ends the program as a person does.
func (c *child) stop() {
	c.t.Helper()
	must(c.t, c.cmd.Process.Signal(syscall.SIGTERM))
	if err := c.cmd.Wait(); err != nil {
		c.t.Fatalf("the program ended badly: %v\n%s", err, &c.errs)
	}
}

// ask executes a command in the running program and decodes its JSON.
func (c *child) ask(into any, stdin string, args ...string) error {
	request := ipc.Request{Verb: ipc.Exec, Args: append(args, "--json"), Stdin: strings.NewReader(stdin)}
	var out, errOut bytes.Buffer
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Minute)
	defer cancel()
	code, err := ipc.Call(ctx, c.dir, request, &out, &errOut)
	if err != nil {
		return err
	}
	if into != nil && out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), into); err != nil {
			return err
		}
	}
	if code != 0 {
		return fmt.Errorf("%v: %s%s", args, &out, &errOut)
	}
	return nil
}

// processesOf lists the processes whose command line holds a text.
func processesOf(t testing.TB, text string) []string {
	t.Helper()
	var out []string
	dirs, err := filepath.Glob("/proc/[0-9]*")
	must(t, err)
	for _, d := range dirs {
		line, err := os.ReadFile(filepath.Join(d, "cmdline"))
		pid, _ := strconv.Atoi(filepath.Base(d))
		if err == nil && pid != os.Getpid() && bytes.Contains(line, []byte(text)) && !bytes.Contains(line, []byte("serve")) {
			out = append(out, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return out
}

// startBack is how many days before the enrolment the start date lies. A first
// reading goes back 30 days, and kills may keep it from happening for a while.
const startBack = 5

// enrolChild makes the account in a running child.
func enrolChild(t *testing.T, c *child, bank *site.Server, hook string, user site.Login) string {
	t.Helper()
	var account struct{ ID string }
	must(t, c.ask(nil, "", "mode", "passthrough"))
	must(t, c.ask(&account, "", "accounts", "add", "demobank", "Operating account"))
	start := time.Now().Add(c.shift).AddDate(0, 0, -startBack).Format(time.DateOnly)
	doc, err := json.Marshal(map[string]any{
		"webhook_url": hook, "webhook_auth_token": "canary-token-51b7", "bank_username": user.User, "bank_password": user.Password,
		"own": map[string]any{"bank_fields": map[string]string{"address": bank.URL()}, "start_date": start, "daily_logins": 6},
	})
	must(t, err)
	must(t, c.ask(nil, string(doc), "settings", "set", account.ID))
	return account.ID
}

// TestKills kills the program at random moments of reading, storing and
// delivering, while payments arrive and the receiver fails now and then. Each
// kill is followed by another day, since every one may cost a login of the day's
// budget. In the end nothing is lost, doubled or altered, and the ledger has at
// least as many passwords as the bank.
func TestKills(t *testing.T) {
	const kills = 30
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any number does
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test's dice
	c := &child{t: t, dir: t.TempDir(), pass: passphraseFile(t)}
	now := func() time.Time { return time.Now().Add(c.shift) }
	bank, err := site.Start("", site.Config{Seed: 3, Now: now, Quiet: true})
	must(t, err)
	defer bank.Close()
	hooks, err := receiver.Start("")
	must(t, err)
	defer hooks.Close()
	hooks.AnswerWith(func(receiver.Webhook) int {
		if random.IntN(20) == 0 { // serialised by the receiver
			return 500
		}
		return 200
	})
	user := bank.Logins()[0]
	began := now()
	c.serve()
	account := enrolChild(t, c, bank, hooks.URL, user)
	dice := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // a test's dice
	for range kills {
		_, err := bank.Post(bank.Accounts(user.User)[dice.IntN(2)], site.Movement{Cents: int64(100 + dice.IntN(1e6)), Sender: "KAPPA SRL"})
		must(t, err)
		must(t, c.ask(nil, "", "restart", account, "--no-wait"))
		<-time.After(time.Duration(dice.IntN(3500)) * time.Millisecond) // the moment of the kill is the test's subject
		c.kill()
		c.shift += 24 * time.Hour
		c.serve()
	}
	hooks.AnswerWith(nil)
	must(t, c.ask(nil, "", "restart", account))
	settle(t, c, account)
	c.stop()
	checkNothingLost(t, c, account, bank, hooks, user, began)
}

// settle resends what waits for a later try, until everything was delivered.
func settle(t *testing.T, c *child, account string) {
	t.Helper()
	for _, status := range []string{"pending", "retrying", "dead"} {
		for {
			var owed []struct{ ID string }
			must(t, c.ask(&owed, "", "deliveries", "--account", account, "--status", status))
			if len(owed) == 0 {
				break
			}
			for _, d := range owed {
				if err := c.ask(nil, "", "deliveries", "resend", d.ID); err != nil && !strings.Contains(err.Error(), "it was delivered") {
					t.Fatal(err)
				}
			}
		}
	}
}

func checkNothingLost(t *testing.T, c *child, account string, bank *site.Server, hooks *receiver.Receiver, user site.Login, began time.Time) {
	t.Helper()
	store, err := storage.Open(t.Context(), storage.Options{Dir: c.dir})
	must(t, err)
	defer store.Close()
	stored := map[string]core.Movement{}
	for _, m := range allMovements(t, func(f core.MovementFilter) ([]core.Movement, int, error) {
		return store.Movements(t.Context(), f)
	}, account) {
		if _, twice := stored[m.BankAccount+"/"+m.BankID]; twice {
			t.Errorf("stored twice: %+v", m)
		}
		stored[m.BankAccount+"/"+m.BankID] = m
	}
	ids := map[string]map[string]bool{} // movement → webhook-ids
	for _, w := range hooks.Received() {
		var body struct{ ID string }
		must(t, json.Unmarshal(w.Body, &body))
		if ids[body.ID] == nil {
			ids[body.ID] = map[string]bool{}
		}
		ids[body.ID][w.Header.Get("Webhook-Id")] = true
	}
	credits := 0
	for _, number := range bank.Accounts(user.User) {
		for _, truth := range bank.Credits(number) {
			if truth.At.Before(began.AddDate(0, 0, 1-startBack)) {
				continue
			}
			credits++
			m, ok := stored[number+"/"+truth.ID]
			switch {
			case !ok:
				t.Errorf("lost: %+v", truth)
			case truth.Sender != "" && len(ids[m.ID]) != 1:
				t.Errorf("movement %s went out under %d webhook-ids", m.ID, len(ids[m.ID]))
			case truth.Sender != "" && m.NotifiedAt.IsZero():
				t.Errorf("a delivered movement is not marked: %+v", m)
			}
		}
	}
	if _, altered := hooks.Distinct(); altered > 0 {
		t.Errorf("%d repeats had other bytes", altered)
	}
	attempts, err := store.Attempts(t.Context(), "demobank", strings.ToLower(user.User), began.AddDate(0, 0, -1))
	must(t, err)
	if sent := bank.Submits(user.User); len(attempts) < sent {
		t.Errorf("the ledger has %d passwords, the bank counted %d", len(attempts), sent)
	}
	t.Logf("%d credits, %d webhooks received for %d movements, %d passwords of %d in the ledger",
		credits, len(hooks.Received()), len(ids), bank.Submits(user.User), len(attempts))
}
