package core

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"reconbanker/scrapers"
)

// prepare loads the account and decides, before any browser is opened, whether
// this run may touch the bank.
func (s *session) prepare(ctx context.Context) (err error) {
	s.stage(ctx, StageCredentials)
	if s.account, err = s.c.store.Account(ctx, s.run.AccountID); err != nil {
		return storageFailure("read the account", err)
	}
	if s.driver, s.zone, err = s.c.driverOf(s.account.Bank); err != nil {
		return scrapers.Fail(ConfigIncomplete, err.Error(), nil)
	}
	s.settings, err = s.c.store.Settings(ctx, s.account.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return storageFailure("read the settings", err)
	}
	if skip := skipReason(s.account, s.run.Trigger, s.settings.CredentialsVersion); skip != nil {
		return skip
	}
	if err := s.c.roomToRead(); err != nil {
		return err
	}
	gaps := s.c.missing(s.account, s.settings)
	if s.run.Trigger == ByTest { // nothing is read, so nothing needs a place to go
		gaps = s.c.loginGaps(s.account, s.settings)
	}
	if len(gaps) > 0 {
		return scrapers.Fail(ConfigIncomplete, (&InvalidError{Fields: gaps}).Error(), nil)
	}
	return nil
}

// enter takes the login and asks the ledger, before a browser is opened.
func (s *session) enter(ctx context.Context) (err error) {
	if err := s.credentials(ctx); err != nil {
		return err
	}
	if s.login, s.unlock, err = s.c.runner.lockLogin(ctx, s.account.Bank, s.bankUser(), s.account.ID); err != nil {
		return err
	}
	return s.mayEnter(ctx)
}

// credentials makes the handles the driver gets, and checks that the vault opens.
func (s *session) credentials(ctx context.Context) (err error) {
	if s.password, err = s.c.store.Secret(ctx, s.account.ID, SecretPassword); err != nil {
		return storageFailure("read the stored bank_password", err)
	}
	password, err := s.secret(ctx, SecretPassword)
	if err != nil {
		return vaultFailure(err)
	}
	s.print, err = s.c.vault.Print(ctx, Scope{Table: "attempt", Row: s.account.Bank, Field: s.bankUser()}, password)
	clear(password)
	if err != nil {
		return vaultFailure(err)
	}
	s.creds = scrapers.Credentials{Fields: map[string]string{}, Secrets: map[string]scrapers.Secret{}}
	for k, v := range s.settings.BankFields {
		s.creds.Fields[k] = v
	}
	s.creds.Fields[scrapers.FieldUsername] = s.settings.BankUsername
	for _, f := range s.driver.Info().Fields {
		if field := secretField(f); f.Secret && s.settings.Stored[field] {
			s.creds.Secrets[f.Key] = scrapers.NewSecret(field)
		}
	}
	return nil
}

// secretField is the name under which a driver's secret field is stored.
func secretField(f scrapers.Field) string {
	if f.Key == scrapers.FieldPassword {
		return SecretPassword
	}
	return SecretBankField + f.Key
}

// secret opens a secret of the account. The password is the one the ledger is
// asked about, even when a person saves another meanwhile.
func (s *session) secret(ctx context.Context, field string) (plain []byte, err error) {
	sealed := s.password
	if field != SecretPassword {
		sealed, err = s.c.store.Secret(ctx, s.account.ID, field)
	}
	if err != nil {
		return nil, fmt.Errorf("read the stored %s: %w", field, err)
	}
	plain, err = s.c.vault.Open(ctx, secretScope(s.account.ID, field), sealed)
	if err != nil {
		return nil, fmt.Errorf("open the stored %s: %w", field, err)
	}
	s.onEnd(s.c.hide(plain))
	return plain, nil
}

// mayEnter asks the ledger before the browser is opened; BeforeSubmit asks it
// again inside the transaction that writes the row.
func (s *session) mayEnter(ctx context.Context) error {
	now := s.c.now()
	earlier, err := s.c.store.Attempts(ctx, s.account.Bank, s.bankUser(), now.Add(-30*24*time.Hour))
	if err != nil {
		return storageFailure("read the attempt ledger", err)
	}
	failed := earlier[:0:0]
	for _, a := range earlier {
		if a.Outcome != AttemptSucceeded {
			failed = append(failed, a)
		}
	}
	if err := s.decideAttempt(s.newAttempt(now))(failed); err != nil {
		return err
	}
	if s.account.Block == nil || s.run.Trigger == ByRestart {
		return nil
	}
	// Blocked, and a person has changed the credentials since: this is the one try.
	_, err = s.c.store.ChangeAccount(ctx, s.account.ID, func(a *Account) error {
		if a.Block != nil {
			a.Block.Credentials = s.settings.CredentialsVersion
		}
		return nil
	}, Audit{})
	return storageFailure("note the one try of a blocked account", err)
}

func (s *session) newAttempt(now time.Time) Attempt {
	return Attempt{
		ID: newID(), Bank: s.account.Bank, BankUser: s.bankUser(), AccountID: s.account.ID, RunID: s.run.ID,
		Print: s.print, At: now, Outcome: AttemptOpen,
	}
}

func (s *session) decideAttempt(next Attempt) func([]Attempt) error {
	return func(earlier []Attempt) error {
		return mayAttempt(s.account, next, earlier, s.run.Trigger, s.settings.DailyLogins, dayStart(next.At, s.zone))
	}
}

// bankUser is what the bank counts failed logins by.
func (s *session) bankUser() string {
	return strings.ToLower(strings.TrimSpace(s.settings.BankUsername))
}
