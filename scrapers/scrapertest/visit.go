package scrapertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"reconbanker/scrapers"
)

// Limits of one step of a page. What a site shows, it shows well within the
// first; the second is waited out in full where nothing will ever come.
const (
	patience   = 20 * time.Second
	noPatience = 4 * time.Second
)

// visit is one customer at one replica in one tab.
type visit struct {
	t     *testing.T
	bank  Bank
	site  Site
	login Login
	tab   scrapers.Tab

	announced atomic.Int32 // submits the tab's owner was asked about
	revealed  atomic.Int32 // passwords taken from their handles
	refuse    error        // what the owner answers when asked
	codes     []func() string
	asked     []scrapers.Question
	given     []string // codes typed so far
	acts      func()   // what the person does at the bank, when asked to
}

type setting struct {
	customer Customer
	faults   []Fault
	step     time.Duration
}

// enter opens a tab at a fresh replica.
func enter(t *testing.T, b Bank, s setting) *visit {
	t.Helper()
	site := b.Site(t)
	for _, f := range s.faults {
		site.Set(f)
	}
	if s.customer == "" {
		s.customer = Plain
	}
	if s.step == 0 {
		s.step = patience
	}
	v := &visit{t: t, bank: b, site: site, login: site.Login(s.customer)}
	info := b.Driver.Info()
	hosts := info.Hosts
	if h, ok := b.Driver.(scrapers.HostsFromFields); ok {
		var err error
		if hosts, err = h.Hosts(v.login.Fields); err != nil {
			t.Fatal(err)
		}
	}
	tab, err := b.Opener.Open(t.Context(), scrapers.TabOptions{
		Hosts: hosts, Locale: info.Locale, TimeZone: info.TimeZone, Step: s.step, Reveal: v.reveal,
		BeforeSubmit: func(context.Context) error {
			v.announced.Add(1)
			return v.refuse
		},
	})
	if err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	v.tab = tab
	t.Cleanup(func() { _ = tab.Close() })
	return v
}

const codePrefix = "code "

// reveal stands in for the vault.
func (v *visit) reveal(s scrapers.Secret) ([]byte, error) {
	if value, ok := strings.CutPrefix(s.Name(), codePrefix); ok {
		return []byte(value), nil
	}
	value, ok := v.login.Secrets[s.Name()]
	if !ok {
		return nil, fmt.Errorf("no secret is called %q", s.Name())
	}
	v.revealed.Add(1)
	return []byte(value), nil
}

// ask stands in for a person, who answers with the visit's codes in turn.
func (v *visit) ask(ctx context.Context, q scrapers.Question) (scrapers.Secret, error) {
	v.asked = append(v.asked, q)
	if q.Over != nil && v.acts != nil {
		return scrapers.Secret{}, v.waitOver(ctx, q)
	}
	if len(v.codes) == 0 {
		return scrapers.Secret{}, scrapers.Fail(scrapers.NeedsPresence, "ask for a code", nil)
	}
	code := v.codes[0]()
	v.codes = v.codes[1:]
	v.given = append(v.given, code)
	return scrapers.NewSecret(codePrefix + code), nil
}

// waitOver lets the person act, and looks at the page until it has moved on.
func (v *visit) waitOver(ctx context.Context, q scrapers.Question) error {
	if over, err := q.Over(ctx); err != nil || over {
		return errors.Join(err, errors.New("the page has moved on before anybody did anything"))
	}
	v.acts()
	for limit := time.Now().Add(patience); time.Now().Before(limit); {
		if over, err := q.Over(ctx); err != nil || over {
			return err
		}
		<-time.After(100 * time.Millisecond)
	}
	return errors.New("the page never moved on")
}

func (v *visit) user() string { return v.login.Fields[scrapers.FieldUsername] }

// right and wrong are codes for visit.codes.
func (v *visit) right() string { return v.site.CurrentCode(v.user()) }

func (v *visit) wrong() string {
	code := []byte(v.right())
	if len(code) == 0 {
		return "000000"
	}
	code[0] = '0' + (code[0]-'0'+5)%10
	return string(code)
}

// signIn logs in and checks what holds however that ends.
func (v *visit) signIn() error {
	v.t.Helper()
	creds := scrapers.Credentials{Fields: v.login.Fields, Secrets: map[string]scrapers.Secret{}}
	for key := range v.login.Secrets {
		creds.Secrets[key] = scrapers.NewSecret(key)
	}
	err := v.bank.Driver.Login(v.t.Context(), v.tab, creds, v.ask)
	v.sane("Login", err)
	if announced, counted := int(v.announced.Load()), v.site.Submits(v.user()); v.refuse == nil && announced != counted {
		v.t.Errorf("the bank counted %d passwords, and %d were announced before they were sent", counted, announced)
	}
	return err
}

// mustSignIn logs in where nothing is in the way.
func (v *visit) mustSignIn() {
	v.t.Helper()
	if err := v.signIn(); err != nil {
		v.t.Fatalf("sign in: %v", err)
	}
}

// read reads movements and checks what holds however that ends.
func (v *visit) read(since time.Time, accounts ...string) (scrapers.Statement, error) {
	v.t.Helper()
	s, err := v.bank.Driver.Movements(v.t.Context(), v.tab, scrapers.Request{
		Since: since, Accounts: accounts, Fields: v.login.Fields, Now: v.site.Now(),
	})
	v.sane("Movements", err)
	return s, err
}

func (v *visit) mustRead(since time.Time, accounts ...string) scrapers.Statement {
	v.t.Helper()
	s, err := v.read(since, accounts...)
	if err != nil {
		v.t.Fatalf("read movements: %v", err)
	}
	return s
}

// daysAgo is the beginning of a bank day.
func (v *visit) daysAgo(n int) time.Time {
	zone, err := time.LoadLocation(v.bank.Driver.Info().TimeZone)
	if err != nil {
		v.t.Fatal(err)
	}
	now := v.site.Now().In(zone)
	return time.Date(now.Year(), now.Month(), now.Day()-n, 0, 0, 0, 0, zone)
}

// expectKind checks how a call ended, and how many passwords were sent by then.
func (v *visit) expectKind(err error, want scrapers.Kind, submits int) {
	v.t.Helper()
	if got := scrapers.KindOf(err); got != want {
		v.t.Errorf("it ended with %v, want %s", err, want)
	}
	v.expectSubmits(submits)
}

func (v *visit) expectSubmits(want int) {
	v.t.Helper()
	if got := v.site.Submits(v.user()); got != want {
		v.t.Errorf("the bank was sent %d passwords, want %d", got, want)
	}
	if want == 0 && v.revealed.Load() > 0 {
		v.t.Error("a password was taken from its handle though none may be typed here")
	}
}

// sane checks an error a driver gave: it is a bank failure and holds no secret.
func (v *visit) sane(call string, err error) {
	v.t.Helper()
	if err == nil {
		return
	}
	var e *scrapers.Error
	if !errors.As(err, &e) && !errors.Is(err, v.refuse) {
		v.t.Errorf("%s failed with an error of no kind: %v", call, err)
	}
	for key, value := range v.login.Secrets {
		if strings.Contains(err.Error(), value) {
			v.t.Errorf("%s tells the secret %q in its error", call, key)
		}
	}
	if i := slices.IndexFunc(v.given, func(code string) bool { return strings.Contains(err.Error(), code) }); i >= 0 {
		v.t.Errorf("%s tells code %d in its error", call, i+1)
	}
}
