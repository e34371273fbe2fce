package core

import (
	"context"
	"errors"
	"fmt"
)

// DuplicateAccount makes another account at the same bank with the same settings
// and tokens, for a login that differs: user, password and the numbers to read are
// left out, so that no copy sends a password nobody has looked at.
func (c *Core) DuplicateAccount(ctx context.Context, id, name, actor string) (Account, error) {
	from, err := c.store.Account(ctx, id)
	if err != nil {
		return Account{}, err
	}
	stored, err := c.store.Settings(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return c.CreateAccount(ctx, from.Bank, name, actor)
	}
	if err != nil {
		return Account{}, err
	}
	tokens, err := c.tokens(ctx, stored)
	if err != nil {
		return Account{}, err
	}
	made, err := c.CreateAccount(ctx, from.Bank, name, actor)
	if err != nil {
		return Account{}, err
	}
	if err := c.copySettings(ctx, made, stored, tokens, actor); err != nil {
		return Account{}, errors.Join(err, c.DeleteAccount(ctx, made.ID, made.Name, actor))
	}
	return c.store.Account(ctx, made.ID)
}

func (c *Core) copySettings(ctx context.Context, to Account, from Settings, tokens map[string]string, actor string) error {
	c.saving.Lock()
	defer c.saving.Unlock()
	driver, zone, err := c.driverOf(to.Bank)
	if err != nil {
		return err
	}
	fresh, next := freshSettings(to, c.now(), zone), from
	next.ID, next.AccountID, next.StartDate = fresh.ID, to.ID, fresh.StartDate
	next.CreatedAt, next.CredentialsVersion = fresh.CreatedAt, 0
	next.BankUsername, next.BankAccounts, next.BankFields = "", nil, map[string]string{}
	for _, f := range driver.Info().Fields { // where the bank is stays; who one is there does not
		if v := from.BankFields[f.Key]; v != "" && f.Default != "" {
			next.BankFields[f.Key] = v
		}
	}
	_, err = c.commit(ctx, to, fresh, &proposal{next: next, put: tokens}, actor)
	return err
}

// tokens opens the secrets of an account that are shown to the customer's own
// systems, not to the bank.
func (c *Core) tokens(ctx context.Context, s Settings) (map[string]string, error) {
	out := map[string]string{}
	for _, field := range []string{SecretAuthToken, SecretWebhookToken, SecretNotificationToken, SecretSigning} {
		if !s.Stored[field] {
			continue
		}
		sealed, err := c.store.Secret(ctx, s.AccountID, field)
		if err != nil {
			return nil, fmt.Errorf("read the stored %s: %w", field, err)
		}
		plain, err := c.vault.Open(ctx, secretScope(s.AccountID, field), sealed)
		if err != nil {
			return nil, fmt.Errorf("open the stored %s: %w", field, err)
		}
		out[field] = string(plain)
		clear(plain)
	}
	return out, nil
}
