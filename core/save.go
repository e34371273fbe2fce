package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Settings returns an account's settings, or ErrNotFound when none were saved
// yet. No secret is in them: Stored says which exist.
func (c *Core) Settings(ctx context.Context, accountID string) (Settings, error) {
	if _, err := c.store.Account(ctx, accountID); err != nil {
		return Settings{}, err
	}
	return c.store.Settings(ctx, accountID)
}

// SaveSettings replaces an account's settings as the seed rules it. With draft,
// which only the window uses, fields that are missing are kept for later; wrong
// ones are refused all the same. Every refused field is named in an InvalidError
// and nothing is changed then.
func (c *Core) SaveSettings(ctx context.Context, accountID string, in SettingsInput, draft bool, actor string) (Settings, error) {
	c.saving.Lock()
	defer c.saving.Unlock()
	a, err := c.store.Account(ctx, accountID)
	if err != nil {
		return Settings{}, err
	}
	stored, err := c.store.Settings(ctx, accountID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Settings{}, err
	}
	driver, zone, err := c.driverOf(a.Bank)
	if err != nil {
		return Settings{}, err
	}
	if stored.AccountID == "" {
		stored = freshSettings(a, c.now(), zone)
	}
	mode, err := c.store.OperationMode(ctx)
	if err != nil {
		return Settings{}, err
	}
	p := propose(stored, in, driver.Info(), mode, c.sender.CheckURL)
	if refused := p.refused(draft); len(refused) > 0 {
		return Settings{}, &InvalidError{Fields: refused}
	}
	if err := c.dropEqualSecrets(ctx, p, stored); err != nil {
		return Settings{}, err
	}
	if p.unchanged(stored) {
		return stored, nil
	}
	if err := c.rotateSigning(ctx, p, stored); err != nil {
		return Settings{}, err
	}
	return c.commit(ctx, a, stored, p, actor)
}

// freshSettings are the settings of an account that has none: everything the
// seed leaves to a default, and our own.
func freshSettings(a Account, now time.Time, zone *time.Location) Settings {
	return Settings{
		ID: newID(), AccountID: a.ID, RetryLimit: 3, PollingMethod: "GET", AuthType: Bearer,
		SessionType: OneShot, LoginMode: Simple, Schedule: DefaultSchedule, DailyLogins: 3,
		StartDate: a.CreatedAt.In(zone).Format(time.DateOnly), Stored: map[string]bool{},
	}
}

// refused drops, for a draft, the complaints about what is merely missing.
func (p *proposal) refused(draft bool) []FieldError {
	if !draft {
		return p.errors
	}
	var out []FieldError
	for _, e := range p.errors {
		empty := e.Field == "webhook_url" && p.next.WebhookURL == "" ||
			e.Field == "pending_orders_endpoint" && p.next.PendingOrdersEndpoint == ""
		if !empty {
			out = append(out, e)
		}
	}
	return out
}

// dropEqualSecrets forgets the new values that equal the stored ones: saving a
// password again is no change of credentials.
func (c *Core) dropEqualSecrets(ctx context.Context, p *proposal, stored Settings) error {
	for field, value := range p.put {
		if !stored.Stored[field] {
			continue
		}
		sealed, err := c.store.Secret(ctx, stored.AccountID, field)
		if err != nil {
			return fmt.Errorf("read the stored %s: %w", field, err)
		}
		plain, err := c.vault.Open(ctx, secretScope(stored.AccountID, field), sealed)
		if errors.Is(err, ErrSecretDamaged) {
			continue // the new value mends it
		}
		if err != nil {
			return fmt.Errorf("compare with the stored %s: %w", field, err)
		}
		if bytes.Equal(plain, []byte(value)) {
			delete(p.put, field)
		}
		clear(plain)
	}
	return nil
}

func (p *proposal) unchanged(stored Settings) bool {
	return len(p.put) == 0 && len(p.drop) == 0 && !stored.CreatedAt.IsZero() && reflect.DeepEqual(normal(p.next), normal(stored))
}

// normal makes empty and absent alike, for comparing.
func normal(s Settings) Settings {
	s.Stored = nil
	if len(s.BankFields) == 0 {
		s.BankFields = nil
	}
	if len(s.BankAccounts) == 0 {
		s.BankAccounts = nil
	}
	if s.NotificationTransport == TransportAPI {
		s.NotificationTransport = ""
	}
	if len(s.NotificationEvents) == 0 {
		s.NotificationEvents = nil
	}
	if len(s.PollingBody) == 0 {
		s.PollingBody = nil
	}
	if len(s.WebhookExtraFields) == 0 {
		s.WebhookExtraFields = nil
	}
	return s
}

// commit seals and writes a proposal, and lets schedule and deliveries follow it.
func (c *Core) commit(ctx context.Context, a Account, stored Settings, p *proposal, actor string) (Settings, error) {
	next, now := p.next, c.now()
	if next.CreatedAt.IsZero() {
		next.CreatedAt = now
	}
	next.UpdatedAt = now
	newSecret := slices.ContainsFunc(slices.Collect(maps.Keys(p.put)), func(field string) bool {
		return field == SecretPassword || strings.HasPrefix(field, SecretBankField)
	})
	if newSecret || next.BankUsername != stored.BankUsername || !maps.Equal(next.BankFields, stored.BankFields) {
		next.CredentialsVersion++
	}
	sealed := map[string][]byte{}
	next.Stored = maps.Clone(stored.Stored)
	if next.Stored == nil {
		next.Stored = map[string]bool{}
	}
	for field, value := range p.put {
		box, err := c.vault.Seal(ctx, secretScope(a.ID, field), []byte(value))
		if err != nil {
			return Settings{}, fmt.Errorf("encrypt %s: %w", field, err)
		}
		sealed[field] = box
		next.Stored[field] = true
	}
	for _, field := range p.drop {
		delete(next.Stored, field)
	}
	if err := c.store.SaveSettings(ctx, next, sealed, p.drop, c.audit(actor, ActSaveSettings, a.ID, "")); err != nil {
		return Settings{}, fmt.Errorf("save the settings: %w", err)
	}
	c.deliverer.forget(a.ID)
	c.deliverer.nudge()
	c.poller.nudge()
	if err := c.reschedule(ctx, a, stored, next); err != nil {
		return Settings{}, err
	}
	if sessionDiffers(next, stored) {
		c.keeper.dismiss(a.ID)
	}
	c.hint(AccountsChanged, a.ID)
	return next, nil
}

// sessionDiffers tells whether a session that signed in under some settings is
// wrong under others. What else they say is read anew at each look.
func sessionDiffers(a, b Settings) bool {
	return a.CredentialsVersion != b.CredentialsVersion || a.SessionType != b.SessionType || a.LoginMode != b.LoginMode ||
		!slices.Equal(a.BankAccounts, b.BankAccounts)
}

// reschedule gives an account its slot when it has just become complete or has
// another schedule.
func (c *Core) reschedule(ctx context.Context, a Account, stored, next Settings) error {
	incomplete := len(c.missing(a, next)) > 0
	others := !slices.Equal(next.BankAccounts, stored.BankAccounts)
	if !incomplete && !others && next.Schedule == stored.Schedule && next.SessionType == stored.SessionType && !a.NextRunAt.IsZero() {
		return nil
	}
	schedule, err := c.scheduleOf(a, next)
	if err != nil {
		return err
	}
	_, err = c.store.ChangeAccount(ctx, a.ID, func(a *Account) error {
		a.NextRunAt = time.Time{}
		if others { // one that was left out has days nobody has read: read like new
			a.LastReadAt = time.Time{}
		}
		if !incomplete && a.Status == Active && a.Block == nil {
			a.NextRunAt = later(schedule.Next(c.now()), a.Health.NotBefore)
		}
		return nil
	}, Audit{})
	return err
}
