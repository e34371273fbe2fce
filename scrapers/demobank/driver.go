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

	approveInApp   = "#autorizar-app"
	finishInWindow = "#autorizar-ventana"
	approvalDenied = "#autorizacion-rechazada"
	approvalLate   = "#autorizacion-vencida"
	otherSession   = "#otra-sesion"
	robotTest      = "#captcha"

	extraData = "#dato-adicional"

	accountList = "#cuentas, #sin-cuentas"
	noAccounts  = "#sin-cuentas"
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
			{Key: scrapers.FieldTOTPSeed, Label: "Authenticator seed", Secret: true, Optional: true},
		},
	}
}

// Hosts implements scrapers.HostsFromFields: the demo bank is wherever it was
// told to listen, on this machine.
func (Driver) Hosts(fields map[string]string) ([]string, error) {
	u, err := url.Parse(strings.TrimSpace(fields[FieldAddress]))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" ||
		strings.Trim(u.Path, "/") != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
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
func (Driver) Login(ctx context.Context, page scrapers.Page, creds scrapers.Credentials, ask scrapers.Ask) error {
	address := strings.TrimRight(strings.TrimSpace(creds.Fields[FieldAddress]), "/")
	if err := page.Goto(ctx, address+"/ingresar"); err != nil {
		return err
	}
	seen, err := await(ctx, page, "look for the login form",
		isClosed, good("in", accountList), good("form", signInForm), isUnknown)
	if err != nil || seen == "in" { // a session that was put back may still be good
		return err
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
	for try := 1; ; try++ {
		seen, err := afterPassword(ctx, page, try)
		if err != nil || seen == "in" {
			return err
		}
		if seen == "code" {
			err = answer(ctx, page, ask)
		} else {
			err = elsewhere(ctx, page, ask, seen)
		}
		if err != nil {
			return err
		}
	}
}

// afterPassword waits for what follows the password, or the try before.
func afterPassword(ctx context.Context, page scrapers.Page, try int) (string, error) {
	outcomes := []outcome{
		good("in", accountList),
		good("code", fmt.Sprintf(codeForm, try)),
		bad(scrapers.OTPRejected, codesUsedUp),
		bad(scrapers.ApprovalDenied, approvalDenied),
		bad(scrapers.ApprovalExpired, approvalLate),
		bad(scrapers.AccountLocked, lockedPage),
		bad(scrapers.PasswordChange, newPassword),
		bad(scrapers.UserAction, termsPage),
		bad(scrapers.ExtraCredential, extraData),
		bad(scrapers.SessionConflict, otherSession),
		bad(scrapers.BotChallenge, robotTest),
		saying(scrapers.InvalidCredentials, refusal, "usuario o contraseña incorrect"),
		saying(scrapers.OTPTimeout, notice, "sesión ha expirado"),
		isClosed,
	}
	if try == 1 {
		outcomes = append(outcomes, good(approveInApp, approveInApp), good(finishInWindow, finishInWindow))
	}
	if try > 1 {
		outcomes = append(outcomes, isOut)
	}
	seen, err := await(ctx, page, "sign in", outcomes...)
	if try == 1 && scrapers.KindOf(err) == scrapers.StepTimeout {
		return "", scrapers.Fail(scrapers.Unexplained, "wait for an answer to the password", err)
	}
	return seen, err
}

// elsewhere waits while a person approves the login in the app, or finishes it in
// the bank's window.
func elsewhere(ctx context.Context, page scrapers.Page, ask scrapers.Ask, seen string) error {
	q := scrapers.Question{Kind: scrapers.Approve, Purpose: "login", Over: func(ctx context.Context) (bool, error) {
		return page.Seen(ctx, accountList+", "+approvalDenied+", "+approvalLate+", "+signInForm)
	}}
	if seen == finishInWindow {
		q.Kind = scrapers.Finish
	}
	var err error
	if q.Target, err = page.Text(ctx, codeTarget); err != nil {
		return err
	}
	_, err = ask(ctx, q)
	return err
}

// answer asks a person for the code on the page and sends it.
func answer(ctx context.Context, page scrapers.Page, ask scrapers.Ask) error {
	q := scrapers.Question{Kind: scrapers.Numeric, Length: 6, Purpose: "login"}
	var err error
	if q.Refused, err = page.Seen(ctx, refusal); err != nil {
		return err
	}
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
	_, err := await(ctx, page, "ask for another code", good("sent", resent), isClosed)
	return err
}

// Logout implements scrapers.LoggerOut.
func (Driver) Logout(ctx context.Context, page scrapers.Page) error {
	if in, err := page.Seen(ctx, signOut); err != nil || !in {
		return err
	}
	if err := dismiss(ctx, page); err != nil {
		return err
	}
	if err := page.Click(ctx, signOut); err != nil {
		return err
	}
	_, err := await(ctx, page, "sign out", good("out", signInForm))
	return err
}
