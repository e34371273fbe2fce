package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"reconbanker/scrapers"
)

const maxName = 100 // characters of an account's name

// Accounts lists every account, archived ones included, by name.
func (c *Core) Accounts(ctx context.Context) ([]Account, error) { return c.store.Accounts(ctx) }

// Account returns one account, or ErrNotFound.
func (c *Core) Account(ctx context.Context, id string) (Account, error) {
	return c.store.Account(ctx, id)
}

// CreateAccount enrols an account at a bank.
func (c *Core) CreateAccount(ctx context.Context, bank, name, actor string) (Account, error) {
	name, err := cleanName(name)
	if err != nil {
		return Account{}, err
	}
	if _, ok := c.drivers(bank); !ok {
		return Account{}, Invalid("bankId", "there is no bank %q: choose one of the list", bank)
	}
	a := Account{ID: newID(), Bank: bank, Name: name, Status: Active, CreatedAt: c.now()}
	if err := c.store.CreateAccount(ctx, a, c.audit(actor, ActCreateAccount, a.ID, name)); err != nil {
		return Account{}, fmt.Errorf("create the account: %w", err)
	}
	c.hint(AccountsChanged, a.ID)
	return a, nil
}

func cleanName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", Invalid("name", "name is required")
	case utf8.RuneCountInString(name) > maxName:
		return "", Invalid("name", "name is too long: at most %d characters", maxName)
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == utf8.RuneError }):
		return "", Invalid("name", "name must be one line of text")
	}
	return name, nil
}

// RenameAccount gives an account another name.
func (c *Core) RenameAccount(ctx context.Context, id, name, actor string) (Account, error) {
	name, err := cleanName(name)
	if err != nil {
		return Account{}, err
	}
	return c.changeAccount(ctx, id, ActRenameAccount, name, actor, func(a *Account) error {
		a.Name = name
		return nil
	})
}

// SetAccountStatus pauses, archives or brings back an account. An active one is
// scheduled from its next slot on.
func (c *Core) SetAccountStatus(ctx context.Context, id string, status AccountStatus, actor string) (Account, error) {
	if !slices.Contains([]AccountStatus{Active, Paused, Archived}, status) {
		return Account{}, Invalid("status", "status must be active, paused or archived")
	}
	next, err := c.nextSlot(ctx, id)
	if err != nil {
		return Account{}, err
	}
	a, err := c.changeAccount(ctx, id, Action("account."+string(status)), "", actor, func(a *Account) error {
		a.Status, a.NextRunAt = status, time.Time{}
		if status == Active && a.Block == nil {
			a.NextRunAt = next
		}
		return nil
	})
	if err == nil && status != Active {
		c.keeper.dismiss(id)
	}
	return a, err
}

func (c *Core) changeAccount(ctx context.Context, id string, action Action, detail, actor string, change func(*Account) error) (Account, error) {
	a, err := c.store.ChangeAccount(ctx, id, change, c.audit(actor, action, id, detail))
	if err == nil {
		c.hint(AccountsChanged, id)
	}
	return a, err
}

// nextSlot is the schedule's next one for an account, zero when it is not complete.
func (c *Core) nextSlot(ctx context.Context, id string) (time.Time, error) {
	a, err := c.store.Account(ctx, id)
	if err != nil {
		return time.Time{}, err
	}
	s, err := c.store.Settings(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	if len(c.missing(a, s)) > 0 {
		return time.Time{}, nil
	}
	schedule, err := c.scheduleOf(a, s)
	if err != nil {
		return time.Time{}, err
	}
	return schedule.Next(c.now()), nil
}

// DeleteAccount removes an account with its secrets, movements and owed
// deliveries. The name must be repeated, against a slip. A run at work is
// cancelled first.
func (c *Core) DeleteAccount(ctx context.Context, id, confirmation, actor string) error {
	a, err := c.store.Account(ctx, id)
	if err != nil {
		return err
	}
	confirmation = strings.TrimSpace(confirmation)
	if confirmation == "" {
		return Invalid("confirmation_name", "confirmation_name is required")
	}
	if confirmation != a.Name {
		return Invalid("confirmation_name", "Confirmation name does not match")
	}
	if err := c.endRunOf(ctx, id); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, goodbye)
	c.keeper.stop(limited, id)
	cancel()
	if err := c.store.DeleteAccount(ctx, id, c.audit(actor, ActDeleteAccount, id, a.Name)); err != nil {
		return fmt.Errorf("delete the account: %w", err)
	}
	c.deliverer.forget(id)
	c.hint(AccountsChanged, id)
	return nil
}

// missing lists what an account needs before it can be read.
func (c *Core) missing(a Account, s Settings) []FieldError {
	if s.AccountID == "" {
		return []FieldError{{Field: "webhook_url", Message: "no settings have been saved yet: open Settings and fill them in"}}
	}
	gaps := c.loginGaps(a, s)
	if s.WebhookURL == "" {
		gaps = append([]FieldError{{Field: "webhook_url", Message: "webhook_url is required"}}, gaps...)
	}
	return gaps
}

// loginGaps lists what is missing to sign in, whatever becomes of what is read.
func (c *Core) loginGaps(a Account, s Settings) []FieldError {
	var out []FieldError
	need := func(field, sentence string) { out = append(out, FieldError{Field: field, Message: sentence}) }
	if s.BankUsername == "" {
		need("bank_username", "bank_username is missing")
	}
	if !s.Stored[SecretPassword] {
		need("bank_password", "bank_password is missing")
	}
	d, ok := c.drivers(a.Bank)
	if !ok {
		need("bank", fmt.Sprintf("this version knows no bank %q", a.Bank))
		return out
	}
	for _, f := range d.Info().Fields {
		if f.Optional || f.Key == scrapers.FieldUsername || f.Key == scrapers.FieldPassword {
			continue
		}
		if f.Secret && !s.Stored[SecretBankField+f.Key] || !f.Secret && s.BankFields[f.Key] == "" {
			need(f.Key, f.Label+" is missing")
		}
	}
	return out
}

// Missing lists what an account still needs before it can be read; nothing for a
// complete one.
func (c *Core) Missing(ctx context.Context, id string) ([]FieldError, error) {
	a, err := c.store.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	s, err := c.store.Settings(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	return c.missing(a, s), nil
}
