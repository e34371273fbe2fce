package demobank_test

import (
	"os"
	"testing"
	"time"

	"reconbanker/scrapers"
	"reconbanker/scrapers/browser"
	"reconbanker/scrapers/demobank"
	"reconbanker/scrapers/demobank/site"
	"reconbanker/scrapers/scrapertest"
)

// opener is the one browser of these tests.
var opener *browser.Pool

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "demobank-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	opener = browser.New(browser.Config{AllowRoot: true, TempDir: dir})
	defer opener.Close()
	return m.Run()
}

// today is a Monday afternoon at the bank.
var today = time.Date(2026, time.November, 23, 18, 30, 0, 0, time.UTC)

func config() site.Config {
	return site.Config{Seed: 7, Now: func() time.Time { return today }}
}

func startSite(t testing.TB) *site.Server {
	t.Helper()
	s, err := site.Start("", config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestDriver(t *testing.T) {
	scrapertest.Run(t, scrapertest.Bank{
		Driver: demobank.Driver{}, Opener: opener,
		Site: func(t testing.TB) scrapertest.Site { return &replica{t: t, Server: startSite(t)} },
	})
}

// replica shows the demo bank to the conformance suite.
type replica struct {
	t testing.TB
	*site.Server
	address string // instead of the server's
}

func (r *replica) Now() time.Time { return today }

func (r *replica) Login(c scrapertest.Customer) scrapertest.Login {
	name := map[scrapertest.Customer]string{
		scrapertest.Plain: "demo", scrapertest.WithCode: "codigo", scrapertest.Empty: "vacia",
		scrapertest.ByApp: "app", scrapertest.InWindow: "ventana",
	}[c]
	address := r.URL()
	if r.address != "" {
		address = r.address
	}
	return loginAs(r.t, r.Bank, address, name)
}

func loginAs(t testing.TB, b *site.Bank, address, name string) scrapertest.Login {
	t.Helper()
	for _, l := range b.Logins() {
		if l.User == name {
			return scrapertest.Login{
				Fields:  map[string]string{demobank.FieldAddress: address, scrapers.FieldUsername: name},
				Secrets: map[string]string{scrapers.FieldPassword: l.Password},
			}
		}
	}
	t.Fatalf("the bank has no user %q", name)
	return scrapertest.Login{}
}

func (r *replica) SetPassword(user, password string) {
	if err := r.Bank.SetPassword(user, password); err != nil {
		r.t.Fatal(err)
	}
}

func (r *replica) Act(user string, yes bool) {
	if err := r.Approve(user, yes); err != nil {
		r.t.Fatal(err)
	}
}

func (r *replica) Set(f scrapertest.Fault) {
	switches := map[scrapertest.Fault]site.Switch{
		scrapertest.Maintenance: site.Maintenance, scrapertest.ServerError: site.ServerError,
		scrapertest.RenamedForm: site.RenamedIDs, scrapertest.Silence: site.NothingAfterSubmit,
		scrapertest.NewPassword: site.ChangePassword, scrapertest.Terms: site.Terms, scrapertest.PopUp: site.PopUp,
		scrapertest.LoggedOut: site.LoggedOutMidway, scrapertest.TwoIdentical: site.TwoIdentical,
		scrapertest.MovedColumn: site.MovedColumn, scrapertest.RenamedColumn: site.RenamedColumn,
		scrapertest.ForeignHost: site.ForeignHost, scrapertest.AsksTwice: site.CodeTwice,
	}
	var err error
	switch f {
	case scrapertest.Locked:
		err = r.Lock("demo")
	case scrapertest.BadCertificate:
		var secure *site.Server
		if secure, err = site.StartTLS("", config()); err == nil {
			r.t.Cleanup(func() { _ = secure.Close() })
			r.address = secure.URL()
		}
	default:
		err = r.Bank.Set(switches[f], true)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *replica) Lines(user string, since time.Time) []scrapers.Line {
	return linesOf(r.Bank, user, since)
}

// linesOf returns what an honest reading gives, in the order of the bank.
func linesOf(b *site.Bank, user string, since time.Time) []scrapers.Line {
	var lines []scrapers.Line
	for _, account := range b.Accounts(user) {
		for _, m := range b.Movements(account) {
			if !m.At.Before(since) {
				lines = append(lines, line(m))
			}
		}
	}
	return lines
}

// line is the reading a movement should give.
func line(m site.Movement) scrapers.Line {
	l := scrapers.Line{
		BankAccount: m.Account, BankID: m.ID, Direction: scrapers.Credit, BookedAt: m.At, Precision: scrapers.Minute,
		Amount:  scrapers.Money{Minor: m.Cents, Currency: m.Currency},
		Balance: &scrapers.Money{Minor: m.Balance, Currency: m.Currency},

		Description: m.Concept, Reference: m.Reference, Sender: m.Sender, SenderDocument: m.SenderDocument, Reverses: m.Reverses,
	}
	if m.Cents < 0 {
		l.Direction, l.Amount.Minor = scrapers.Debit, -m.Cents
	}
	return l
}
