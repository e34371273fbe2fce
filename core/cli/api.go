package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"reconbanker/core"
	"reconbanker/core/wire"
)

// API is the HTTP API as commands switch it.
type API interface {
	// Start lets it listen with these settings, or with the stored ones when they
	// are nil; where those say that it is off, it does nothing. It returns the
	// address, "" when it does not listen.
	Start(ctx context.Context, only *core.APISettings) (address string, err error)
	// Set listens with new settings, or stops, and stores them when that worked.
	Set(ctx context.Context, s core.APISettings, actor string) error
	// Address is where it listens now, "" when it does not, and why when it should.
	Address() (string, error)
}

// listenFlags say where and how the API listens.
type listenFlags struct {
	Listen       string   `help:"Let the HTTP API listen here." placeholder:"HOST:PORT"`
	TLSCert      string   `help:"Certificate chain of the API, PEM; needed to listen beyond this machine." placeholder:"FILE" type:"path" name:"tls-cert"`
	TLSKey       string   `help:"Key of the certificate, PEM." placeholder:"FILE" type:"path" name:"tls-key"`
	InsecureHTTP bool     `help:"Listen beyond this machine without TLS: tokens and codes are readable on the way." name:"insecure-http"`
	AllowHost    []string `help:"A further name the API is called by." placeholder:"NAME" name:"allow-host"`
	CORSOrigin   []string `help:"A web page that may call the API." placeholder:"https://APP.EXAMPLE" name:"cors-origin"`
}

func (f listenFlags) settings() core.APISettings {
	return core.APISettings{
		Enabled: true, Listen: f.Listen, CertFile: f.TLSCert, KeyFile: f.TLSKey, InsecureHTTP: f.InsecureHTTP,
		Hosts: f.AllowHost, Origins: f.CORSOrigin,
	}
}

// startAPI lets the API listen as the flags say, or as it is stored. Only what the
// flags ask for must work.
func (h *Host) startAPI(ctx context.Context, f listenFlags) error {
	var only *core.APISettings
	if f.Listen != "" {
		s := f.settings()
		only = &s
	} else if f.TLSCert != "" || f.TLSKey != "" || f.InsecureHTTP || f.AllowHost != nil || f.CORSOrigin != nil {
		return errors.New("say where the API listens too: --listen " + core.DefaultListen)
	}
	address, err := h.API.Start(ctx, only)
	switch {
	case err != nil && only != nil:
		return err
	case err != nil:
		fmt.Fprintln(h.Err, "reconbanker: the API does not listen: "+err.Error())
		return nil
	case address == "":
		return nil
	}
	fmt.Fprintln(h.Err, "reconbanker: the API listens on "+address)
	if _, err := h.Core.Owner(ctx); errors.Is(err, core.ErrNotFound) {
		fmt.Fprintln(h.Err, "reconbanker: it has no owner yet, and the first to register on this machine becomes it: run \"reconbanker owner set\"")
	}
	return nil
}

// APICmd is the HTTP API in the stored settings.
type APICmd struct {
	Show APIShowCmd `cmd:"" default:"1" help:"Show whether and where the API listens."`
	On   APIOnCmd   `cmd:"" help:"Let the API listen, now and after every start."`
	Off  APIOffCmd  `cmd:"" help:"Let the API listen no more."`
}

// APIShowCmd shows.
type APIShowCmd struct{}

// Run implements the command.
func (*APIShowCmd) Run(ctx context.Context, h *Host) error {
	s, err := h.Core.APISettings(ctx)
	if err != nil {
		return err
	}
	address, failed := h.API.Address()
	out := struct {
		core.APISettings
		Address string `json:"address"`
		Failed  string `json:"failed,omitempty"`
	}{APISettings: s, Address: address}
	if failed != nil {
		out.Failed = failed.Error()
	}
	return h.print(out, func(w io.Writer) {
		switch {
		case address != "":
			fmt.Fprintln(w, "The API listens on "+address)
		case failed != nil:
			fmt.Fprintln(w, "The API does not listen: "+failed.Error())
		case s.Enabled:
			fmt.Fprintln(w, "The API is on and will listen on "+s.Listen+" when the program runs.")
		default:
			fmt.Fprintln(w, "The API is off.")
		}
	})
}

// APIOnCmd switches it on.
type APIOnCmd struct {
	listenFlags `embed:""`
}

// Run implements the command.
func (c *APIOnCmd) Run(ctx context.Context, h *Host) error {
	c.Listen = or(c.Listen, core.DefaultListen)
	if err := h.API.Set(ctx, c.settings(), h.Actor); err != nil {
		return err
	}
	return (&APIShowCmd{}).Run(ctx, h)
}

// APIOffCmd switches it off.
type APIOffCmd struct{}

// Run implements the command.
func (*APIOffCmd) Run(ctx context.Context, h *Host) error {
	s, err := h.Core.APISettings(ctx)
	if err != nil {
		return err
	}
	s.Enabled = false
	if err := h.API.Set(ctx, s, h.Actor); err != nil {
		return err
	}
	return (&APIShowCmd{}).Run(ctx, h)
}

// OwnerCmd is the owner of the API.
type OwnerCmd struct {
	Show     OwnerShowCmd     `cmd:"" default:"1" help:"Show the owner of the API."`
	Set      OwnerSetCmd      `cmd:"" help:"Make the owner, or change e-mail and password; the password comes on standard input."`
	Reset2FA OwnerReset2FACmd `cmd:"" name:"reset-2fa" help:"Switch two-factor sign-in off, when the phone is lost."`
}

// OwnerShowCmd shows.
type OwnerShowCmd struct{}

// Run implements the command.
func (*OwnerShowCmd) Run(ctx context.Context, h *Host) error {
	o, err := h.Core.Owner(ctx)
	if errors.Is(err, core.ErrNotFound) {
		return errors.New("the API has no owner yet: \"reconbanker owner set E-MAIL\" makes one")
	}
	if err != nil {
		return err
	}
	return h.printOwner(o)
}

func (h *Host) printOwner(o core.Owner) error {
	return h.print(map[string]any{"id": o.ID, "email": o.Email, "name": o.Name, "totp_enabled": o.TOTPEnabled}, func(w io.Writer) {
		factor := "without two-factor sign-in"
		if o.TOTPEnabled {
			factor = "with two-factor sign-in"
		}
		fmt.Fprintf(w, "%s %s, %s\n", o.Email, o.Name, factor)
	})
}

// OwnerSetCmd makes or changes the owner.
type OwnerSetCmd struct {
	Email string `arg:"" help:"What the owner signs in with."`
	Name  string `help:"The owner's name." placeholder:"NAME"`
}

// Run implements the command. The password comes on standard input, one line, so
// that it stands neither in the arguments nor in a shell's history.
func (c *OwnerSetCmd) Run(ctx context.Context, h *Host) error {
	line, err := bufio.NewReader(io.LimitReader(h.In, 4096)).ReadBytes('\n')
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 {
		return errors.Join(errors.New("no password was given on standard input"), ignoreEOF(err))
	}
	o, err := h.Core.SetOwner(ctx, core.OwnerInput{Email: c.Email, Password: string(line), Name: c.Name}, h.Actor)
	if err != nil {
		return err
	}
	return h.printOwner(o)
}

// OwnerReset2FACmd switches two-factor sign-in off.
type OwnerReset2FACmd struct{}

// Run implements the command.
func (*OwnerReset2FACmd) Run(ctx context.Context, h *Host) error {
	if err := h.Core.ResetTOTP(ctx, h.Actor); err != nil {
		return err
	}
	return (&OwnerShowCmd{}).Run(ctx, h)
}

// KeysCmd is API keys.
type KeysCmd struct {
	List   KeysListCmd   `cmd:"" default:"1" help:"List API keys."`
	Add    KeysAddCmd    `cmd:"" help:"Make an API key; it is shown once."`
	Revoke KeysRevokeCmd `cmd:"" help:"End an API key."`
}

// KeysListCmd lists.
type KeysListCmd struct{}

// Run implements the command.
func (*KeysListCmd) Run(ctx context.Context, h *Host) error {
	rows, err := h.Core.AccessKeys(ctx)
	if err != nil {
		return err
	}
	out := make([]wire.AccessKey, len(rows))
	for i, k := range rows {
		out[i] = wire.FromAccessKey(k)
	}
	return h.print(out, func(w io.Writer) {
		t := table(w, "KEY", "NAME", "BEGINS", "MAY", "ACCOUNTS", "LAST USED", "REVOKED")
		for _, k := range rows {
			accounts := "all"
			if k.AccountIDs != nil {
				accounts = strings.Join(k.AccountIDs, ",")
			}
			row(t, k.ID, k.Name, "rbk_"+k.Prefix, strings.Join(k.Scopes, ","), accounts, when(k.LastUsedAt), when(k.RevokedAt))
		}
		t.Flush()
	})
}

// KeysAddCmd makes a key.
type KeysAddCmd struct {
	Name    string   `arg:"" help:"What it is for."`
	Scope   []string `help:"What it may do: otp:write, status:read." default:"otp:write,status:read"`
	Account []string `help:"Only for this account; all accounts unless given." placeholder:"ACCOUNT"`
}

// Run implements the command.
func (c *KeysAddCmd) Run(ctx context.Context, h *Host) error {
	in := core.AccessKeyInput{Name: c.Name, Scopes: c.Scope}
	for _, ref := range c.Account {
		a, err := h.account(ctx, ref)
		if err != nil {
			return err
		}
		in.AccountIDs = append(in.AccountIDs, a.ID)
	}
	k, secret, err := h.Core.CreateAccessKey(ctx, in, h.Actor)
	if err != nil {
		return err
	}
	return h.print(wire.NewAccessKey{AccessKey: wire.FromAccessKey(k), Key: secret}, func(w io.Writer) {
		fmt.Fprintf(w, "%s\nKeep it now: nobody can read it again.\n", secret)
	})
}

// KeysRevokeCmd ends a key.
type KeysRevokeCmd struct {
	ID string `arg:"" help:"The key, as \"keys\" lists it."`
}

// Run implements the command.
func (c *KeysRevokeCmd) Run(ctx context.Context, h *Host) error {
	if err := h.Core.RevokeAccessKey(ctx, c.ID, h.Actor); err != nil {
		if errors.Is(err, core.ErrNotFound) {
			return fmt.Errorf("no API key %q works: \"reconbanker keys\" lists them", c.ID)
		}
		return err
	}
	return h.print(map[string]bool{"revoked": true}, func(w io.Writer) { fmt.Fprintln(w, "The key works no more.") })
}
