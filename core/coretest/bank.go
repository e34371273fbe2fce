package coretest

import (
	"context"
	"slices"
	"sync"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// BankCode is the code of the scripted bank.
const BankCode = "coretest"

// Login and Read are how a Bank is scripted.
type (
	Login func(ctx context.Context, page scrapers.Page, creds scrapers.Credentials, ask scrapers.Ask) error
	Read  func(ctx context.Context, page scrapers.Page, req scrapers.Request) (scrapers.Statement, error)
)

// Bank is a driver that does what the test says. It signs in and shows an empty
// list until told otherwise.
type Bank struct {
	About scrapers.Info

	mu    sync.Mutex
	login Login
	read  Read
	out   bool // the bank has signed everybody out
	outs  int  // customers who signed out
	again int  // codes sent again
}

var _ scrapers.Driver = (*Bank)(nil)

// NewBank returns a bank in Montevideo.
func NewBank() *Bank {
	return &Bank{About: scrapers.Info{
		Code: BankCode, Name: "Banco de Prueba", Country: "UY", Currencies: []string{"UYU", "USD"},
		TimeZone: "America/Montevideo", Locale: "es-UY", LoginURL: "https://bank.example/login", Hosts: []string{"bank.example"},
		Fields: []scrapers.Field{
			{Key: scrapers.FieldUsername, Label: "User"},
			{Key: scrapers.FieldPassword, Label: "Password", Secret: true},
		},
	}}
}

// OnLogin scripts signing in; nil is SignIn.
func (b *Bank) OnLogin(fn Login) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.login = fn
}

// OnRead scripts reading; nil reads nothing.
func (b *Bank) OnRead(fn Read) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read = fn
}

// SignIn types the password and sends it.
func SignIn(ctx context.Context, page scrapers.Page, creds scrapers.Credentials, _ scrapers.Ask) error {
	if err := page.FillSecret(ctx, "#password", creds.Password()); err != nil {
		return err
	}
	return page.Submit(ctx, "#enter")
}

// FailAfterSubmit signs in and then fails.
func FailAfterSubmit(err error) Login {
	return func(ctx context.Context, page scrapers.Page, creds scrapers.Credentials, ask scrapers.Ask) error {
		if refused := SignIn(ctx, page, creds, ask); refused != nil {
			return refused
		}
		return err
	}
}

// Shows is a Read that answers with these lines of bank account 001.
func Shows(lines ...scrapers.Line) Read {
	return func(context.Context, scrapers.Page, scrapers.Request) (scrapers.Statement, error) {
		return scrapers.Statement{Lines: slices.Clone(lines), Accounts: []scrapers.BankAccount{{Number: "001", Currency: "UYU"}}}, nil
	}
}

// Info implements scrapers.Driver.
func (b *Bank) Info() scrapers.Info { return b.About }

// Login implements scrapers.Driver.
func (b *Bank) Login(ctx context.Context, page scrapers.Page, creds scrapers.Credentials, ask scrapers.Ask) error {
	b.mu.Lock()
	login := b.login
	b.out = false
	b.mu.Unlock()
	if login == nil {
		login = SignIn
	}
	return login(ctx, page, creds, ask)
}

// SignOut ends every session at the bank, until the next login.
func (b *Bank) SignOut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.out = true
}

// SignedOut is how many customers have signed out.
func (b *Bank) SignedOut() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.outs
}

// Authenticated implements scrapers.Driver.
func (b *Bank) Authenticated(context.Context, scrapers.Page) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.out, nil
}

// ResendCode implements scrapers.Resender.
func (b *Bank) ResendCode(context.Context, scrapers.Page) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.again++
	return nil
}

// Resent is how many codes were sent again.
func (b *Bank) Resent() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.again
}

// Logout implements scrapers.LoggerOut.
func (b *Bank) Logout(context.Context, scrapers.Page) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.outs++
	return nil
}

// Movements implements scrapers.Driver.
func (b *Bank) Movements(ctx context.Context, page scrapers.Page, req scrapers.Request) (scrapers.Statement, error) {
	b.mu.Lock()
	read := b.read
	b.mu.Unlock()
	if read == nil {
		read = Shows()
	}
	return read(ctx, page, req)
}

// Credit is the n-th credit of bank account 001: a minute after the one before,
// 100 and n, from a sender, with an id of the bank's.
func Credit(n int, day time.Time) scrapers.Line {
	return scrapers.Line{
		BankAccount: "001", BankID: "B" + string(rune('A'+n)), Direction: scrapers.Credit,
		Amount: core.Money{Minor: int64(10_000 + n), Currency: "UYU"}, BookedAt: day.Add(time.Duration(n) * time.Minute),
		Precision: scrapers.Minute, Description: "TRF. PLAZA", Sender: "ACME SA",
	}
}
