package core

import (
	"context"
	"fmt"
	"time"
)

// TestLogin asks for a run that only signs in, to prove the credentials. It is
// counted and guarded like any other login.
func (c *Core) TestLogin(ctx context.Context, accountID, actor string) (Run, error) {
	return c.enqueue(ctx, accountID, ByTest, actor)
}

// SendTest sends a sample webhook with the settings as they are being edited,
// saved or not, and returns what the receiver said. Nothing is stored and nothing
// is retried. The sample's name says that it is one.
func (c *Core) SendTest(ctx context.Context, accountID string, in SettingsInput) (Answer, error) {
	p, err := c.proposed(ctx, accountID, in)
	if err != nil {
		return Answer{}, err
	}
	for _, e := range p.errors {
		if e.Field == "webhook_url" || e.Field == SecretWebhookToken || e.Field == SecretAuthToken || e.Field == "webhook_extra_fields" {
			return Answer{}, &InvalidError{Fields: []FieldError{e}}
		}
	}
	currency := "USD"
	if len(p.info.Currencies) > 0 {
		currency = p.info.Currencies[0]
	}
	id := newID()
	body, err := c.samplePayload(id, currency, p)
	if err != nil {
		return Answer{}, err
	}
	out := Outgoing{
		URL: p.next.WebhookURL, Body: body, Auth: firstOf(p.next.WebhookAuthType, p.next.AuthType, Bearer),
		WebhookID: "msg_" + id, At: c.now(),
	}
	if out.Token, err = c.tokenOf(ctx, p, SecretWebhookToken, SecretAuthToken); err != nil {
		return Answer{}, err
	}
	signing, err := c.tokenOf(ctx, p, SecretSigning)
	if err != nil {
		return Answer{}, err
	}
	if signing != "" {
		out.Signing = []string{signing}
	}
	return c.sender.Send(ctx, out)
}

// samplePayload is a webhook as the operation mode sends it, with a name that says
// what it is.
func (c *Core) samplePayload(id, currency string, p *proposal) ([]byte, error) {
	const name = "Reconbanker test"
	amount := Money{Minor: 150000, Currency: currency}
	if p.mode == Reconcile {
		return orderPayload(Order{ExternalID: "TEST-" + id, Status: OrderMatched, Amount: amount, Name: name}, "", p.next.WebhookExtraFields)
	}
	sample := Movement{ID: id, Amount: amount, Sender: name, BookedAt: c.now().Truncate(time.Second)}
	return movementPayload(sample, p.next.WebhookExtraFields)
}

// tokenOf returns the first of some secret fields that has a value after a
// proposal: the new one, or the one that stays stored.
func (c *Core) tokenOf(ctx context.Context, p *proposal, fields ...string) (string, error) {
	for _, field := range fields {
		if v := p.put[field]; v != "" {
			return v, nil
		}
		dropped := false
		for _, d := range p.drop {
			dropped = dropped || d == field
		}
		if dropped || !p.next.Stored[field] {
			continue
		}
		sealed, err := c.store.Secret(ctx, p.next.AccountID, field)
		if err != nil {
			return "", fmt.Errorf("read the stored %s: %w", field, err)
		}
		plain, err := c.vault.Open(ctx, secretScope(p.next.AccountID, field), sealed)
		if err != nil {
			return "", fmt.Errorf("open the stored %s: %w", field, err)
		}
		defer clear(plain)
		return string(plain), nil
	}
	return "", nil
}
