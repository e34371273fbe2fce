package site

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
	_ "time/tzdata" // the bank keeps its own time wherever it runs
)

// Zone is the time zone the bank's days are counted in.
const Zone = "America/Montevideo"

// maxRefused is how many refused passwords in a row lock a user.
const maxRefused = 3

// maxCodes is how many refused codes end a login.
const maxCodes = 3

// Config says what kind of bank to build. The zero Config is a usable one.
type Config struct {
	// Seed decides names, amounts and codes.
	Seed int64
	// Now is the bank's clock; nil means time.Now.
	Now func() time.Time
	// Quiet keeps new movements from arriving by themselves as the clock moves on.
	Quiet bool
	// Idle is how long a session lasts without a request; 0 means ten minutes.
	Idle time.Duration
	// SlowBy is the delay of the switch Slow; 0 means 1.5 s.
	SlowBy time.Duration
}

// Bank is the website and everything behind it. It is safe for concurrent use.
type Bank struct {
	cfg   Config
	zone  *time.Location
	start time.Time // when the bank was built
	mux   http.Handler

	mu       sync.Mutex
	users    []*user
	accounts map[string]*account
	sessions map[string]*session
	submits  map[string]int
	switched map[Switch]time.Time // when each switch that is on was turned on
	codes    uint64               // codes made so far
}

// user is one login at the bank.
type user struct {
	name, password, company string
	factor                  Factor
	phone                   string // as masked on the code page
	accounts                []*account
	refused                 int // refused passwords in a row
	locked                  bool
	code                    string // the latest code sent to the phone
	codeAt                  time.Time
}

// Factor is a user's second factor.
type Factor string

// The second factors.
const (
	NoFactor   Factor = ""
	CodeFactor Factor = "code" // six digits, shown on the phone page
	TOTPFactor Factor = "totp" // six digits, made by an authenticator from a seed
	AppFactor  Factor = "app"  // approved on the phone page
	// WindowFactor is something only a person can do, in the bank's own window.
	WindowFactor Factor = "window"
)

// Login is one way to sign in, for people and tests.
type Login struct {
	User, Password string
	SecondFactor   Factor
	TOTPSeed       string // base32; only with TOTPFactor
	Note           string
}

// New builds a bank from a seed and a clock.
func New(cfg Config) *Bank {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Idle == 0 {
		cfg.Idle = 10 * time.Minute
	}
	if cfg.SlowBy == 0 {
		cfg.SlowBy = 1500 * time.Millisecond
	}
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		panic("site: " + err.Error()) // the zone data is linked in, so this is a broken build
	}
	b := &Bank{
		cfg: cfg, zone: zone, start: cfg.Now().In(zone),
		accounts: map[string]*account{}, sessions: map[string]*session{},
		submits: map[string]int{}, switched: map[Switch]time.Time{},
	}
	b.users = []*user{
		{name: "demo", password: "demo-2468", company: "ACME SA", accounts: []*account{
			{number: "001-204417-1", name: "Cuenta corriente", currency: "UYU", opening: 845_300_50, busy: 6},
			{number: "001-204417-2", name: "Cuenta corriente", currency: "USD", opening: 32_180_00, busy: 2},
			{number: "001-204417-5", name: "Caja de ahorro", currency: "UYU", opening: 120_000_00, busy: 1},
		}},
		{
			name: "codigo", password: "codigo-2468", company: "KAPPA SRL", factor: CodeFactor, phone: "09• ••• 417",
			accounts: []*account{
				{number: "001-310052-1", name: "Cuenta corriente", currency: "UYU", opening: 410_000_00, busy: 3},
				{number: "001-310052-2", name: "Caja de ahorro", currency: "USD", opening: 9_450_75, busy: 1},
			},
		},
		{name: "totp", password: "totp-2468", company: "FERRETERIA NORTE SA", factor: TOTPFactor, accounts: []*account{
			{number: "001-118830-1", name: "Cuenta corriente", currency: "UYU", opening: 267_914_20, busy: 3},
		}},
		{name: "app", password: "app-2468", company: "MOLINO SUR SA", factor: AppFactor, accounts: []*account{
			{number: "001-440921-1", name: "Cuenta corriente", currency: "UYU", opening: 98_400_00, busy: 2},
		}},
		{name: "ventana", password: "ventana-2468", company: "PAPELERA ESTE SRL", factor: WindowFactor, accounts: []*account{
			{number: "001-552310-1", name: "Cuenta corriente", currency: "UYU", opening: 54_120_75, busy: 2},
		}},
		{name: "vacia", password: "vacia-2468", company: "NUEVA ERA SAS", accounts: []*account{
			{number: "001-990001-1", name: "Cuenta corriente", currency: "UYU"},
		}},
	}
	for _, u := range b.users {
		for _, a := range u.accounts {
			a.owner = u.company
			a.months = map[string][]Movement{}
			b.accounts[a.number] = a
		}
	}
	b.mux = b.routes()
	return b
}

// Logins lists who can sign in, with the passwords of now.
func (b *Bank) Logins() []Login {
	notes := map[string]string{
		"demo":   "three accounts in pesos and dollars, user and password only",
		"codigo": "asks for a code that the page /telefono shows",
		"totp":   "asks for the code of an authenticator app",
		"vacia":  "one account without movements",

		"app":     "waits until the login is approved on the page /telefono",
		"ventana": "waits until somebody presses a button in the bank's own window",
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	logins := make([]Login, 0, len(b.users))
	for _, u := range b.users {
		l := Login{User: u.name, Password: u.password, SecondFactor: u.factor, Note: u.company + ": " + notes[u.name]}
		if u.factor == TOTPFactor {
			l.TOTPSeed = b.totpSeed(u.name)
		}
		logins = append(logins, l)
	}
	return logins
}

// Enrol adds the n-th further customer with one account, or finds it again, and
// returns the user name; the password is that with "-2468" after it.
func (b *Bank) Enrol(n int) string {
	name := fmt.Sprintf("cliente%d", n)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.find(name) != nil {
		return name
	}
	a := &account{
		number: fmt.Sprintf("001-7%05d-1", n), name: "Cuenta corriente", currency: "UYU", opening: 100_000_00, busy: 3,
		owner: "CLIENTE " + strconv.Itoa(n) + " SA", months: map[string][]Movement{},
	}
	b.accounts[a.number] = a
	b.users = append(b.users, &user{name: name, password: name + "-2468", company: a.owner, accounts: []*account{a}})
	return name
}

// Set turns a switch on or off.
func (b *Bank) Set(s Switch, on bool) error {
	if !known(s) {
		return fmt.Errorf("there is no switch %q", s)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !on {
		delete(b.switched, s)
	} else if _, already := b.switched[s]; !already {
		b.switched[s] = b.now()
	}
	return nil
}

// IsOn tells whether a switch is on.
func (b *Bank) IsOn(s Switch) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.on(s)
}

// Submits returns how many passwords were sent for a user name, right or wrong.
func (b *Bank) Submits(name string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.submits[name]
}

// SetPassword changes a user's password at the bank.
func (b *Bank) SetPassword(name, password string) error {
	return b.edit(name, func(u *user) { u.password = password })
}

// Unlock opens a locked user again and forgets the refused passwords.
func (b *Bank) Unlock(name string) error {
	return b.edit(name, func(u *user) { u.locked, u.refused = false, 0 })
}

// Lock locks a user, as three refused passwords do.
func (b *Bank) Lock(name string) error {
	return b.edit(name, func(u *user) { u.locked = true })
}

func (b *Bank) edit(name string, change func(*user)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	u := b.find(name)
	if u == nil {
		return fmt.Errorf("the bank has no user %q", name)
	}
	change(u)
	return nil
}

// CurrentCode returns the code that would be accepted now: the one sent last, or
// what the authenticator shows; "" when the user has none.
func (b *Bank) CurrentCode(name string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	u := b.find(name)
	switch {
	case u == nil:
		return ""
	case u.factor == TOTPFactor:
		return totp(b.totpSeed(u.name), b.now())
	default:
		return u.code
	}
}

// Sessions returns how many customers are signed in.
func (b *Bank) Sessions() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, s := range b.sessions {
		if s.in && !b.idle(s) {
			n++
		}
	}
	return n
}

// ExpireSessions ends every session, as a night at the bank does.
func (b *Bank) ExpireSessions() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.sessions)
}

// Accounts lists the account numbers of a user, in the order of the home page.
func (b *Bank) Accounts(name string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var numbers []string
	if u := b.find(name); u != nil {
		for _, a := range u.accounts {
			numbers = append(numbers, a.number)
		}
	}
	return numbers
}

// Post books a movement into an account and returns it as it will be shown. The
// time is cut to the minute; without one it is now.
func (b *Bank) Post(account string, m Movement) (Movement, error) {
	if m.Cents == 0 {
		return Movement{}, errors.New("a movement needs an amount")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.accounts[account]
	if a == nil {
		return Movement{}, fmt.Errorf("the bank has no account %q", account)
	}
	if m.At.IsZero() {
		m.At = b.now()
	}
	if m.At.After(b.now()) {
		return Movement{}, errors.New("a movement cannot be booked in the future")
	}
	m.At = m.At.In(b.zone).Truncate(time.Minute)
	m.Account, m.Currency = a.number, a.currency
	if m.Concept == "" {
		m.Concept = "TRF. RECIBIDA " + m.Sender
		if m.Cents < 0 {
			m.Concept = "TRF. ENVIADA"
		}
	}
	a.numbered++
	m.ID = fmt.Sprintf("%s%04d", m.At.Format("060102"), postedFrom+a.numbered)
	a.posted = append(a.posted, m)
	return m, nil
}

// Movements returns what an account shows now, newest first, with balances.
func (b *Bank) Movements(account string) []Movement {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.accounts[account]; a != nil {
		return b.list(a)
	}
	return nil
}

// Credits returns the money that came into an account, newest first.
func (b *Bank) Credits(account string) []Movement {
	var credits []Movement
	for _, m := range b.Movements(account) {
		if m.Cents > 0 {
			credits = append(credits, m)
		}
	}
	return credits
}

// The rest is called with the lock held.

func (b *Bank) now() time.Time { return b.cfg.Now().In(b.zone) }

func (b *Bank) on(s Switch) bool {
	_, on := b.switched[s]
	return on
}

func (b *Bank) find(name string) *user {
	for _, u := range b.users {
		if u.name == name {
			return u
		}
	}
	return nil
}

func (b *Bank) idle(s *session) bool { return b.now().Sub(s.used) > b.cfg.Idle }

func newSessionID() string { return rand.Text() }
