// Package demobank reads Demo Bank, a bank website on loopback to try the
// program with. It is also the example to copy when a new bank is written: see
// docs/banks.md.
package demobank

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"reconbanker/scrapers"
)

// FieldAddress is the key of the field that says where the demo bank listens.
const FieldAddress = "address"

// What the pages are known by.
const (
	signInForm  = `form[action="/ingresar"]:has(#usuario[type=text]):has(#clave[type=password]) #ingresar`
	userName    = "#usuario"
	password    = "#clave"
	signIn      = "#ingresar"
	refusal     = "#error"
	notice      = "#aviso"
	lockedPage  = "#bloqueado"
	newPassword = "#cambio-clave"
	termsPage   = "#terminos"
	outOfOrder  = "#aviso-general"
	popUp       = "#novedades"
	closePopUp  = "#cerrar-novedades"

	codeForm      = "#ingreso-codigo[data-intento='%d']" // the n-th try
	code          = "#codigo"
	confirmCode   = "#confirmar"
	authenticator = "#codigo-autenticador"
	codeTarget    = "#telefono"
	resendCode    = "#reenviar"
	resent        = "#reenviado"
	codesUsedUp   = "#codigo-agotado"

	accountList = "#cuentas"
	signOut     = "#salir"
)

// Driver reads Demo Bank.
type Driver struct{}

func init() { scrapers.Register(Driver{}) }

// Info implements scrapers.Driver.
func (Driver) Info() scrapers.Info {
	return scrapers.Info{
		Code: "demobank", Name: "Demo Bank", Country: "UY", Currencies: []string{"UYU", "USD"},
		TimeZone: "America/Montevideo", Locale: "es-UY", CodeLimit: 3, Demo: true,
		Hosts: []string{"127.0.0.1"},
		Fields: []scrapers.Field{
			{Key: FieldAddress, Label: "Address", Default: "http://127.0.0.1:8765", Check: checkAddress},
			{Key: scrapers.FieldUsername, Label: "User"},
			{Key: scrapers.FieldPassword, Label: "Password", Secret: true},
		},
	}
}

// Hosts implements scrapers.HostsFromFields: the demo bank is wherever it was
// told to listen, on this machine.
func (Driver) Hosts(fields map[string]string) ([]string, error) {
	u, err := url.Parse(strings.TrimSpace(fields[FieldAddress]))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("write the demo bank's address as http://127.0.0.1:8765")
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, errors.New("the demo bank runs on this machine, so its address begins with http://127.0.0.1")
	}
	return []string{u.Host}, nil
}

func checkAddress(value string) error {
	_, err := Driver{}.Hosts(map[string]string{FieldAddress: value})
	return err
}

// Login implements scrapers.Driver.
func (d Driver) Login(ctx context.Context, page scrapers.Page, creds scrapers.Credentials, ask scrapers.Ask) error {
	address := strings.TrimRight(strings.TrimSpace(creds.Fields[FieldAddress]), "/")
	if err := page.Goto(ctx, address+"/ingresar"); err != nil {
		return err
	}
	seen, err := page.WaitAny(ctx,
		scrapers.Saying("closed", outOfOrder, "mantenimiento|no disponible"),
		scrapers.Seen("in", accountList),
		scrapers.Seen("form", signInForm),
		scrapers.Seen("unknown", "body"),
	)
	switch {
	case err != nil:
		return err
	case seen == "closed":
		return closed(ctx, page)
	case seen == "in":
		return nil // the session that was put back is still good
	case seen != "form":
		return scrapers.Fail(scrapers.LoginPageChanged, "look for the login form", nil)
	}
	if err := dismiss(ctx, page); err != nil {
		return err
	}
	if err := page.Fill(ctx, userName, creds.Username()); err != nil {
		return err
	}
	if err := page.FillSecret(ctx, password, creds.Password()); err != nil {
		return err
	}
	if err := page.Submit(ctx, signIn); err != nil {
		return err
	}
	return d.outcome(ctx, page, ask)
}

// outcome waits for whatever follows the password, answering codes on the way.
func (d Driver) outcome(ctx context.Context, page scrapers.Page, ask scrapers.Ask) error {
	const doing = "sign in"
	for try := 1; ; try++ {
		seen, err := page.WaitAny(ctx,
			scrapers.Seen("in", accountList),
			scrapers.Seen("code", fmt.Sprintf(codeForm, try)),
			scrapers.Seen("codes", codesUsedUp),
			scrapers.Saying("refused", refusal, "usuario o contraseña incorrect"),
			scrapers.Seen("locked", lockedPage),
			scrapers.Seen("new password", newPassword),
			scrapers.Seen("terms", termsPage),
			scrapers.Saying("expired", notice, "sesión ha expirado"),
			scrapers.Saying("closed", outOfOrder, "mantenimiento|no disponible"),
		)
		if k := scrapers.KindOf(err); try == 1 && (k == scrapers.StepTimeout || k == scrapers.LayoutChanged) {
			return scrapers.Fail(scrapers.Unexplained, "wait for an answer to the password", err)
		}
		if err != nil {
			return err
		}
		switch seen {
		case "in":
			return nil
		case "code":
			err = answer(ctx, page, ask, try > 1)
		case "codes":
			err = scrapers.Said(scrapers.OTPRejected, doing, words(ctx, page, codesUsedUp))
		case "refused":
			err = scrapers.Said(scrapers.InvalidCredentials, doing, words(ctx, page, refusal))
		case "locked":
			err = scrapers.Said(scrapers.AccountLocked, doing, words(ctx, page, lockedPage))
		case "new password":
			err = scrapers.Said(scrapers.PasswordChange, doing, words(ctx, page, newPassword))
		case "terms":
			err = scrapers.Said(scrapers.UserAction, doing, words(ctx, page, termsPage))
		case "expired":
			err = scrapers.Said(scrapers.SessionExpired, doing, words(ctx, page, notice))
		case "closed":
			err = closed(ctx, page)
		}
		if err != nil {
			return err
		}
	}
}

// answer asks a person for the code on the page and sends it.
func answer(ctx context.Context, page scrapers.Page, ask scrapers.Ask, refused bool) error {
	q := scrapers.Question{Kind: scrapers.Numeric, Length: 6, Purpose: "login", Refused: refused}
	totp, err := page.Seen(ctx, authenticator)
	if err != nil {
		return err
	}
	if totp {
		q.Kind = scrapers.TOTP
	}
	if q.Target, err = page.Text(ctx, codeTarget); err != nil {
		return err
	}
	given, err := ask(ctx, q)
	if err != nil {
		return err
	}
	if err := dismiss(ctx, page); err != nil {
		return err
	}
	if err := page.FillSecret(ctx, code, given); err != nil {
		return err
	}
	return page.Click(ctx, confirmCode)
}

// ResendCode implements scrapers.Resender.
func (Driver) ResendCode(ctx context.Context, page scrapers.Page) error {
	if err := dismiss(ctx, page); err != nil {
		return err
	}
	if err := page.Click(ctx, resendCode); err != nil {
		return err
	}
	_, err := page.WaitAny(ctx, scrapers.Seen("resent", resent))
	return err
}

// dismiss closes the announcement that may cover a page.
func dismiss(ctx context.Context, page scrapers.Page) error {
	covered, err := page.Seen(ctx, popUp)
	if err != nil || !covered {
		return err
	}
	if err := page.Click(ctx, closePopUp); err != nil {
		return err
	}
	_, err = page.WaitAny(ctx, scrapers.Gone("closed", popUp))
	return err
}

func closed(ctx context.Context, page scrapers.Page) error {
	return scrapers.Said(scrapers.BankUnavailable, "open the bank", words(ctx, page, outOfOrder))
}

// words returns what the bank says; that it could not be read changes no verdict.
func words(ctx context.Context, page scrapers.Page, selector string) string {
	text, _ := page.Text(ctx, selector)
	return text
}
