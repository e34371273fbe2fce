package demobank_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"reconbanker/scrapers"
	"reconbanker/scrapers/demobank"
	"reconbanker/scrapers/demobank/site"
)

var driver demobank.Driver

// customer is somebody at the demo bank with a browser tab.
type customer struct {
	t      testing.TB
	bank   *site.Bank
	name   string
	fields map[string]string
	tab    scrapers.Tab
	ask    scrapers.Ask
}

func visit(t testing.TB, bank *site.Bank, address, name string, state []byte) *customer {
	t.Helper()
	login := loginAs(t, bank, address, name)
	hosts, err := driver.Hosts(login.Fields)
	if err != nil {
		t.Fatal(err)
	}
	c := &customer{t: t, bank: bank, name: name, fields: login.Fields}
	c.ask = func(context.Context, scrapers.Question) (scrapers.Secret, error) {
		return scrapers.NewSecret("code of the phone"), nil
	}
	c.tab, err = opener.Open(t.Context(), scrapers.TabOptions{
		Hosts: hosts, Locale: "es-UY", TimeZone: site.Zone, State: state,
		Reveal: func(s scrapers.Secret) ([]byte, error) {
			if strings.HasPrefix(s.Name(), "code") {
				return []byte(bank.CurrentCode(name)), nil
			}
			return []byte(login.Secrets[s.Name()]), nil
		},
		BeforeSubmit: func(context.Context) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.tab.Close() })
	return c
}

func arrive(t *testing.T, s *site.Server, name string, state []byte) *customer {
	t.Helper()
	return visit(t, s.Bank, s.URL(), name, state)
}

func (c *customer) signIn() error {
	return driver.Login(c.t.Context(), c.tab, scrapers.Credentials{
		Fields:  c.fields,
		Secrets: map[string]scrapers.Secret{scrapers.FieldPassword: scrapers.NewSecret(scrapers.FieldPassword)},
	}, c.ask)
}

func (c *customer) mustSignIn() {
	c.t.Helper()
	if err := c.signIn(); err != nil {
		c.t.Fatal(err)
	}
}

func (c *customer) set(switches ...site.Switch) {
	c.t.Helper()
	for _, s := range switches {
		if err := c.bank.Set(s, true); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *customer) read(days int) (scrapers.Statement, error) {
	y, m, d := today.In(zone(c.t)).Date()
	return driver.Movements(c.t.Context(), c.tab, scrapers.Request{
		Since: time.Date(y, m, d-days, 0, 0, 0, 0, zone(c.t)), Fields: c.fields, Now: today,
	})
}

// mustRead reads, and compares with what the bank has.
func (c *customer) mustRead(days int) []scrapers.Line {
	c.t.Helper()
	s, err := c.read(days)
	if err != nil {
		c.t.Fatal(err)
	}
	y, m, d := today.In(zone(c.t)).Date()
	want := linesOf(c.bank, c.name, time.Date(y, m, d-days, 0, 0, 0, 0, zone(c.t)))
	if d := cmp.Diff(want, s.Lines, cmpopts.IgnoreFields(scrapers.Line{}, "Raw")); d != "" {
		c.t.Fatalf("the lines differ from the bank's (-bank +read):\n%.3000s", d)
	}
	return s.Lines
}

func zone(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(site.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestFiveThousandMovements(t *testing.T) {
	c := arrive(t, startSite(t), "demo", nil)
	c.set(site.ManyMovements)
	c.mustSignIn()
	if n := len(c.mustRead(30)); n < 5000 {
		t.Errorf("read %d lines", n)
	}
}

func TestOddLists(t *testing.T) {
	t.Run("rows repeated across pages are one line", func(t *testing.T) {
		c := arrive(t, startSite(t), "demo", nil)
		c.set(site.Duplicates)
		c.mustSignIn()
		c.mustRead(40)
	})
	t.Run("without numbers a line is known by its content", func(t *testing.T) {
		c := arrive(t, startSite(t), "demo", nil)
		with := noIDs(func() []scrapers.Line { c.mustSignIn(); return c.mustRead(30) }())
		c.set(site.NoIDs)
		s, err := c.read(30)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(with, s.Lines, cmpopts.IgnoreFields(scrapers.Line{}, "Raw")); d != "" {
			t.Errorf("the lines differ:\n%.3000s", d)
		}
	})
	t.Run("repeated rows without numbers are refused, not guessed at", func(t *testing.T) {
		c := arrive(t, startSite(t), "demo", nil)
		c.set(site.Duplicates, site.NoIDs)
		c.mustSignIn()
		if _, err := c.read(40); scrapers.KindOf(err) != scrapers.DataInconsistent {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a reversal names what it takes back", func(t *testing.T) {
		c := arrive(t, startSite(t), "demo", nil)
		c.set(site.Reversal)
		c.mustSignIn()
		reversed := map[string]bool{}
		lines := c.mustRead(30)
		for _, l := range lines {
			reversed[l.BankID] = l.Direction == scrapers.Credit
		}
		for _, l := range lines {
			if l.Reverses != "" && reversed[l.Reverses] {
				return
			}
		}
		t.Error("no line takes back another")
	})
	t.Run("a line that vanished is gone", func(t *testing.T) {
		c := arrive(t, startSite(t), "demo", nil)
		c.mustSignIn()
		before := len(c.mustRead(30))
		c.set(site.VanishingLine)
		if after := len(c.mustRead(30)); after != before-1 {
			t.Errorf("%d lines, then %d", before, after)
		}
	})
	t.Run("an account without lines today", func(t *testing.T) {
		c := arrive(t, startSite(t), "demo", nil)
		c.set(site.EmptyAccount)
		c.mustSignIn()
		c.mustRead(30)
	})
}

func noIDs(lines []scrapers.Line) []scrapers.Line {
	for i := range lines {
		lines[i].BankID = ""
	}
	return lines
}

func TestSecondFactors(t *testing.T) {
	t.Run("a generated code", func(t *testing.T) {
		c := arrive(t, startSite(t), "totp", nil)
		var asked scrapers.Question
		c.ask = func(_ context.Context, q scrapers.Question) (scrapers.Secret, error) {
			asked = q
			return scrapers.NewSecret("code"), nil
		}
		c.mustSignIn()
		if want := (scrapers.Question{Kind: scrapers.TOTP, Length: 6, Purpose: "login"}); !cmp.Equal(asked, want) {
			t.Errorf("asked %+v, want %+v", asked, want)
		}
	})
	t.Run("a code though the login is a simple one", func(t *testing.T) {
		c := arrive(t, startSite(t), "demo", nil)
		c.set(site.CodeAlways)
		c.ask = func(context.Context, scrapers.Question) (scrapers.Secret, error) {
			return scrapers.Secret{}, scrapers.Fail(scrapers.NeedsPresence, "ask for a code", nil)
		}
		if err := c.signIn(); scrapers.KindOf(err) != scrapers.NeedsPresence {
			t.Errorf("got %v", err)
		}
	})
	t.Run("another code on request", func(t *testing.T) {
		c := arrive(t, startSite(t), "codigo", nil)
		c.ask = func(ctx context.Context, q scrapers.Question) (scrapers.Secret, error) {
			first := c.bank.CurrentCode("codigo")
			if err := driver.ResendCode(ctx, c.tab); err != nil {
				return scrapers.Secret{}, err
			}
			if c.bank.CurrentCode("codigo") == first {
				t.Error("it is the same code")
			}
			if q.Target != "09• ••• 417" {
				t.Errorf("the code went to %q", q.Target)
			}
			return scrapers.NewSecret("code"), nil
		}
		c.mustSignIn()
	})
	t.Run("a bank that refuses every code", func(t *testing.T) {
		c := arrive(t, startSite(t), "codigo", nil)
		c.set(site.CodesRefused)
		if err := c.signIn(); scrapers.KindOf(err) != scrapers.OTPRejected {
			t.Errorf("got %v", err)
		}
	})
}

func TestSessions(t *testing.T) {
	t.Run("one that is put back needs no password", func(t *testing.T) {
		bank := startSite(t)
		c := arrive(t, bank, "demo", nil)
		c.mustSignIn()
		state, err := c.tab.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		again := arrive(t, bank, "demo", state)
		again.mustSignIn()
		again.mustRead(3)
		if n := bank.Submits("demo"); n != 1 {
			t.Errorf("the bank was sent %d passwords", n)
		}
	})
	t.Run("one that has ended", func(t *testing.T) {
		c := arrive(t, startSite(t), "demo", nil)
		c.mustSignIn()
		c.bank.ExpireSessions()
		if _, err := c.read(3); scrapers.KindOf(err) != scrapers.SessionExpired {
			t.Errorf("reading: %v", err)
		}
		if in, err := driver.Authenticated(t.Context(), c.tab); in || err != nil {
			t.Errorf("signed in %v, %v", in, err)
		}
		if err := driver.KeepAlive(t.Context(), c.tab); scrapers.KindOf(err) != scrapers.SessionExpired {
			t.Errorf("keeping it alive: %v", err)
		}
	})
	t.Run("a bank that closes after the login", func(t *testing.T) {
		for _, s := range []site.Switch{site.Maintenance, site.ServerError} {
			c := arrive(t, startSite(t), "demo", nil)
			c.mustSignIn()
			c.set(s)
			if _, err := c.read(3); scrapers.KindOf(err) != scrapers.BankUnavailable {
				t.Errorf("%s: %v", s, err)
			}
		}
	})
	t.Run("a slow bank is only slow", func(t *testing.T) {
		cfg := config()
		cfg.SlowBy = 300 * time.Millisecond
		bank, err := site.Start("", cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = bank.Close() })
		c := arrive(t, bank, "demo", nil)
		c.set(site.Slow)
		c.mustSignIn()
		c.mustRead(3)
	})
}

func TestAddress(t *testing.T) {
	for address, want := range map[string]string{
		"http://127.0.0.1:8765": "127.0.0.1:8765", "https://localhost:9/": "localhost:9", "http://[::1]:80": "[::1]:80",
		" http://127.0.0.2:1 ": "127.0.0.2:1",
		"":                     "", "127.0.0.1:8765": "", "ftp://127.0.0.1": "", "http://bank.example": "", "http://192.168.0.10:80": "",
		"http://127.0.0.1.evil.example": "", "http://127.0.0.1:8765/other": "", "http://": "", "http://user@127.0.0.1:1": "",
		"http://127.0.0.1:1?x=1": "",
	} {
		hosts, err := driver.Hosts(map[string]string{demobank.FieldAddress: address})
		if got := strings.Join(hosts, " "); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", address, got, err, want)
		}
	}
}

func TestReadingOpensNoPageInVain(t *testing.T) {
	bank := site.New(config())
	var mu sync.Mutex
	loads := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		loads[r.Method+" "+r.URL.Path]++
		mu.Unlock()
		bank.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c := visit(t, bank, server.URL, "demo", nil)
	c.mustSignIn()
	c.mustRead(3)
	mu.Lock()
	defer mu.Unlock()
	for path, want := range map[string]int{
		"GET /ingresar": 1, "POST /ingresar": 1, "GET /inicio": 1, "GET /cuenta": 3, "GET /api/movimientos": 3,
	} {
		if loads[path] != want {
			t.Errorf("%s was asked for %d times, want %d", path, loads[path], want)
		}
	}
}
