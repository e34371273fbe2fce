package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"reconbanker/core"
	"reconbanker/core/cli"
	"reconbanker/scrapers/demobank/site"
)

// demoBank shows the demo bank's website to the command line.
type demoBank struct{ *site.Server }

// startDemoBank starts the demo bank on a loopback address.
func startDemoBank(listen string, seed int64) (cli.DemoBank, error) {
	s, err := site.Start(listen, site.Config{Seed: seed})
	if err != nil {
		return nil, err
	}
	return demoBank{s}, nil
}

// Login implements cli.DemoBank.
func (b demoBank) Login() (bank, user, password string) {
	first := b.Logins()[0]
	return demoCode, first.User, first.Password
}

// Describe implements cli.DemoBank.
func (b demoBank) Describe() any {
	return map[string]any{"url": b.URL(), "phone": b.URL() + "/telefono", "control": b.URL() + "/control/state", "logins": b.Logins()}
}

// A trial is the demo bank that a person tries the window with. It is there again
// at the next start, at the same addresses: an account points at them.
type trial struct {
	Bank     string `json:"bank"` // addresses of this machine
	Receiver string `json:"receiver"`
}

const (
	trialFile = "demo.json"
	demoCode  = "demobank"
)

// demo starts the demo bank to try the window with, once.
func (p *program) demo(context.Context) (bank string, in core.SettingsInput, err error) {
	p.trying.Lock()
	defer p.trying.Unlock()
	if p.trial == nil {
		if err := p.startTrial(trial{}); err != nil {
			return "", in, err
		}
	}
	bank, in = p.trial.Settings()
	in.Own.StartDate = cli.DemoStart(clock())
	return bank, in, nil
}

// resumeTrial starts the demo bank again where there was one. Without it the
// program works as ever, and the account at it says that its bank is down.
func (p *program) resumeTrial() {
	p.trying.Lock()
	defer p.trying.Unlock()
	raw, err := os.ReadFile(filepath.Join(p.dir, trialFile))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !p.hasDemoAccount() {
		return
	}
	var t trial
	if err == nil {
		err = json.Unmarshal(raw, &t)
	}
	if err == nil {
		err = p.startTrial(t)
	}
	if err != nil {
		p.log.Warn().Err(err).Msg("start the demo bank again")
	}
}

// hasDemoAccount tells whether an account at the demo bank is still there.
func (p *program) hasDemoAccount() bool {
	accounts, err := p.core.Accounts(p.ctx)
	if err != nil {
		return true // an account that finds its bank is worth more than a port
	}
	return slices.ContainsFunc(accounts, func(a core.Account) bool { return a.Bank == demoCode })
}

func (p *program) startTrial(at trial) error {
	bank, err := startDemoBank(at.Bank, 1)
	if err != nil {
		return err
	}
	d, err := cli.NewDemo(bank, at.Receiver)
	if err != nil {
		return err
	}
	p.trial = d
	bankURL, hooksURL := d.URLs()
	raw, err := json.Marshal(trial{Bank: hostOf(bankURL), Receiver: hostOf(hooksURL)})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.dir, trialFile), raw, 0o600)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// endTrial ends the demo bank, if it runs.
func (p *program) endTrial() error {
	p.trying.Lock()
	defer p.trying.Unlock()
	if p.trial == nil {
		return nil
	}
	return p.trial.Close()
}
