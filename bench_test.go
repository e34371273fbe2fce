package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/rs/zerolog"

	"reconbanker/core"
	"reconbanker/core/outbound"
	"reconbanker/core/outbound/receiver"
	"reconbanker/core/vault"
	"reconbanker/scrapers"
	"reconbanker/scrapers/browser"
	"reconbanker/scrapers/demobank/site"
	"reconbanker/storage/storagetest"
)

// BenchmarkDeliveries sends a backlog over many local receivers with durable
// state, beside the same requests sent without any. Aim: 1,500 deliveries/s.
func BenchmarkDeliveries(b *testing.B) {
	const receivers, accounts, each = 20, 20, 100
	for b.Loop() {
		b.StopTimer()
		store := storagetest.Open(b)
		secrets, err := vault.Open(b.Context(), vault.Config{Keys: store, Unlocker: vault.FromFile(writePassphrase(b))})
		if err != nil {
			b.Fatal(err)
		}
		sender := outbound.New(outbound.Config{})
		c := core.New(core.Config{Store: store, Vault: secrets, Sender: sender, Log: zerolog.Nop()})
		if err := c.SetOperationMode(b.Context(), core.Passthrough, "bench"); err != nil {
			b.Fatal(err)
		}
		var urls []string
		for range receivers {
			r, err := receiver.Start("")
			if err != nil {
				b.Fatal(err)
			}
			defer r.Close()
			urls = append(urls, r.URL)
		}
		for i := range accounts {
			a := storagetest.MustCreateAccount(b, store)
			storagetest.MustSaveSettings(b, store, a.ID, func(s *core.Settings) { s.WebhookURL = urls[i%receivers] })
			storagetest.MustKeep(b, store, a.ID, urls[i%receivers], backlog(a.ID, each))
		}
		ctx, cancel := context.WithCancel(b.Context())
		done := make(chan struct{})
		b.StartTimer()
		began := time.Now()
		go func() { defer close(done); _ = c.Run(ctx) }()
		if err := c.WaitDelivered(b.Context(), ""); err != nil {
			b.Fatal(err)
		}
		took := time.Since(began)
		b.StopTimer()
		cancel()
		<-done
		raw := plainRequests(b, sender, urls, accounts*each)
		b.ReportMetric(float64(accounts*each)/took.Seconds(), "deliveries/s")
		b.ReportMetric(float64(accounts*each)/raw.Seconds(), "plain-requests/s")
		sender.Close()
		b.StartTimer()
	}
}

func backlog(account string, n int) []core.Movement {
	lines := make([]core.Movement, n)
	for i := range lines {
		at := time.Date(2026, 5, 13, 9, 0, i, 0, time.UTC)
		lines[i] = core.Movement{
			AccountID: account, Key: fmt.Sprintf("id:1:%d", i), Content: strconv.Itoa(i), BankAccount: "1", BankID: strconv.Itoa(i),
			Direction: scrapers.Credit, Amount: core.Money{Minor: int64(100 + i), Currency: "UYU"}, BookedAt: at,
			Precision: scrapers.Second, BankDay: "2026-05-13", Sender: "ACME SA",
		}
	}
	return lines
}

// plainRequests sends the same number of requests, 32 at a time, and keeps nothing.
func plainRequests(b *testing.B, sender *outbound.Client, urls []string, n int) time.Duration {
	b.Helper()
	began := time.Now()
	work := make(chan int)
	done := make(chan error)
	for range 32 {
		go func() {
			var failed error
			for i := range work {
				_, err := sender.Send(context.Background(), core.Outgoing{
					URL: urls[i%len(urls)], Body: []byte(`{"id":"x","amount":1.00,"currency":"UYU","name":"ACME SA","received_at":"2026-05-13T10:15:00.000Z"}`),
					WebhookID: "msg_" + strconv.Itoa(i), At: began,
				})
				if err != nil {
					failed = err
				}
			}
			done <- failed
		}()
	}
	for i := range n {
		work <- i
	}
	close(work)
	for range 32 {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}

func writePassphrase(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "passphrase")
	if err := os.WriteFile(path, []byte("a long enough passphrase\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkScrape is a warm one-shot run, from the queue to the commit, beside
// the bare loads of the same pages in the same kind of browser. Aim: 1.2 times.
func BenchmarkScrape(b *testing.B) {
	bank, err := site.Start("", site.Config{Seed: 7, Quiet: true})
	if err != nil {
		b.Fatal(err)
	}
	defer bank.Close()
	b.Run("bare-pages", func(b *testing.B) { benchBarePages(b, bank) })
	b.Run("run", func(b *testing.B) { benchRun(b, bank) })
}

func benchBarePages(b *testing.B, bank *site.Server) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.UserDataDir(b.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	root, end := chromedp.NewContext(alloc)
	defer end()
	if err := chromedp.Do(root, chromedp.Navigate("about:blank")); err != nil {
		b.Fatal(err)
	}
	user := bank.Logins()[0]
	for b.Loop() {
		tab, done := chromedp.NewContext(root, chromedp.WithNewBrowserContext())
		steps := []chromedp.Action[chromedp.Void]{
			chromedp.Navigate(bank.URL() + "/ingresar"), chromedp.WaitVisible("#ingresar"),
			chromedp.SendKeys("#usuario", user.User), chromedp.SendKeys("#clave", user.Password),
			chromedp.Click("#ingresar"), chromedp.WaitVisible("#cuentas"),
		}
		for _, number := range bank.Accounts(user.User) {
			steps = append(steps, chromedp.Navigate(bank.URL()+"/cuenta?n="+number), chromedp.WaitVisible("#movimientos tr.mov"))
		}
		steps = append(steps, chromedp.Click("#salir"), chromedp.WaitVisible("#ingresar"))
		if err := chromedp.Do(tab, steps...); err != nil {
			b.Fatal(err)
		}
		done()
	}
}

func benchRun(b *testing.B, bank *site.Server) {
	store := storagetest.Open(b)
	secrets, err := vault.Open(b.Context(), vault.Config{Keys: store, Unlocker: vault.FromFile(writePassphrase(b))})
	if err != nil {
		b.Fatal(err)
	}
	pool := browser.New(browser.Config{AllowRoot: true, TempDir: b.TempDir()})
	defer pool.Close()
	hooks, err := receiver.Start("")
	if err != nil {
		b.Fatal(err)
	}
	defer hooks.Close()
	c := core.New(core.Config{Store: store, Vault: secrets, Browser: pool, Sender: outbound.New(outbound.Config{}), Log: zerolog.Nop()})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = c.Run(ctx) }()
	defer func() { cancel(); <-done }()
	a, err := c.CreateAccount(ctx, "demobank", "Operating account", "bench")
	if err != nil {
		b.Fatal(err)
	}
	user := bank.Logins()[0]
	if _, err := c.SaveSettings(ctx, a.ID, core.SettingsInput{
		WebhookURL: &hooks.URL, BankUsername: &user.User, BankPassword: &user.Password,
		Own: &core.OwnInput{BankFields: map[string]string{"address": bank.URL()}},
	}, false, "bench"); err != nil {
		b.Fatal(err)
	}
	benchOneRun(b, c, a.ID) // the first one reads 30 days and starts the browser
	for b.Loop() {
		benchOneRun(b, c, a.ID)
	}
}

func benchOneRun(b *testing.B, c *core.Core, account string) {
	b.Helper()
	run, err := c.Scrape(b.Context(), account, "bench")
	if err == nil {
		run, err = c.WaitRun(b.Context(), run.ID)
	}
	if err != nil || run.Status != core.Succeeded {
		b.Fatalf("%v: %+v", err, run)
	}
}

// BenchmarkServeIdle reports what the program without a window takes when it has
// nothing to do. Aim: under 0.1 % of a core, under 40 MB.
func BenchmarkServeIdle(b *testing.B) {
	const watch = 30 * time.Second
	c := &child{t: b, dir: b.TempDir(), pass: writePassphrase(b)}
	c.cmd = c.command(context.Background(), "serve")
	var errs bytes.Buffer
	c.cmd.Stderr = &errs
	if err := c.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.cmd.Process.Kill(); _ = c.cmd.Wait() }()
	<-time.After(5 * time.Second)
	for b.Loop() {
		before := cpuTicks(b, c.cmd.Process.Pid)
		<-time.After(watch)
		spent := float64(cpuTicks(b, c.cmd.Process.Pid)-before) / 100
		b.ReportMetric(100*spent/watch.Seconds(), "%cpu")
		b.ReportMetric(privateMB(b, c.cmd.Process.Pid), "private-MB")
	}
}

func cpuTicks(b *testing.B, pid int) int {
	b.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	f := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return user + system
}

// privateMB is the proportional share of memory (PSS) of a process.
func privateMB(b *testing.B, pid int) float64 {
	b.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "Pss:" {
			kb, _ := strconv.Atoi(f[1])
			return float64(kb) / 1024
		}
	}
	return 0
}
