package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// slackAddress is where Slack takes messages of a bot.
const slackAddress = "https://slack.com/api/chat.postMessage"

const maxSlackChannel = 80

// notifications takes over how notices are sent; what is absent stays.
func (p *proposal) notifications(in *OwnInput) {
	n := &p.next
	if in.NotificationTransport != nil {
		n.NotificationTransport = Transport(p.choice("notification_transport", in.NotificationTransport, string(TransportAPI),
			"", string(TransportAPI), string(TransportSlack), string(TransportChat)))
	}
	if in.NotificationSlackChannel != nil {
		n.NotificationSlackChannel = strings.TrimSpace(*in.NotificationSlackChannel)
		if strings.ContainsAny(n.NotificationSlackChannel, "\r\n\t ") || len(n.NotificationSlackChannel) > maxSlackChannel {
			p.refuse("notification_slack_channel", "notification_slack_channel must be a channel such as #alerts, at most %d characters", maxSlackChannel)
		}
	}
	if in.NotificationTransport != nil && n.NotificationTransport == TransportSlack && n.NotificationSlackChannel == "" && len(n.NotificationEvents) > 0 {
		p.refuse("notification_slack_channel", "notification_slack_channel is required to send notifications to Slack")
	}
}

// teller is made of what is stored now; settings saved a moment later reach the
// notices that are still owed.
func (c *Core) teller(ctx context.Context, accountID string) (teller, error) {
	t := teller{now: c.now(), newID: newID, slack: c.slack}
	a, err := c.store.Account(ctx, accountID)
	if err != nil {
		return t, fmt.Errorf("read the account: %w", err)
	}
	t.account, t.bank = a.Name, a.Bank
	if d, ok := c.drivers(a.Bank); ok {
		t.bank = d.Info().Name
	}
	if t.settings, err = c.store.Settings(ctx, accountID); err != nil && !errors.Is(err, ErrNotFound) {
		return t, fmt.Errorf("read the settings: %w", err)
	}
	p, err := c.store.Preferences(ctx)
	if err != nil {
		return t, fmt.Errorf("read the preferences: %w", err)
	}
	t.language = p.Language
	return t, nil
}

// tellers is teller for who records an end all the same: without what it would
// have read nobody is told, and the log says so.
func (c *Core) tellers(ctx context.Context, accountID string) teller {
	t, err := c.teller(ctx, accountID)
	if err != nil {
		t.settings = Settings{}
		c.log.Error().Err(err).Str("account", accountID).Msg("prepare the notices of an account")
	}
	return t
}

// telling is change with what people must be told of a run that did not go well.
func (c *Core) telling(ctx context.Context, run Run, change func(*Account)) func(*Account) {
	t := c.tellers(ctx, run.AccountID)
	return func(a *Account) {
		blocked := a.Block != nil
		change(a)
		t.failed(a, blocked, run)
	}
}

// tellingRecovery is change with what people must be told of a good login, and
// with read of a good reading.
func (c *Core) tellingRecovery(ctx context.Context, accountID string, read bool, change func(*Account)) func(*Account) {
	t := c.tellers(ctx, accountID)
	return func(a *Account) {
		change(a)
		t.recovered(a, read)
	}
}

// authOf is how a delivery is authenticated.
func (d *deliverer) authOf(ctx context.Context, row Delivery) (deliveryAuth, error) {
	if !row.Kind.Notice() {
		return d.auth(ctx, row.AccountID)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	key := row.AccountID + string(row.Kind)
	if a, ok := d.auths[key]; ok {
		return a, nil
	}
	a, err := d.noticeAuth(ctx, row)
	if err == nil {
		d.auths[key] = a
	}
	return a, err
}

// noticeAuth reads the token of notices. They have their own: it does not fall
// back to another receiver's. A chat webhook is shown none, its address is enough.
func (d *deliverer) noticeAuth(ctx context.Context, row Delivery) (deliveryAuth, error) {
	var a deliveryAuth
	if row.Kind == ChatDelivery {
		return a, nil
	}
	s, err := d.c.store.Settings(ctx, row.AccountID)
	if err != nil {
		return a, fmt.Errorf("read the account's settings: %w", err)
	}
	a.scheme = firstOf(s.NotificationAuthType, Bearer)
	if row.Kind == SlackDelivery {
		a.scheme = Bearer
	}
	if s.Stored[SecretNotificationToken] {
		a.field = SecretNotificationToken
		if a.token, err = d.c.store.Secret(ctx, row.AccountID, a.field); err != nil {
			return a, fmt.Errorf("read the notifications' token: %w", err)
		}
	}
	if row.Kind == NoticeDelivery {
		a.signing, err = d.c.sealedSigning(ctx, s)
	}
	return a, err
}

// refusal reads an answer that is a success by its status alone. Slack says in
// the body whether it took the message.
func refusal(kind DeliveryKind, ans Answer) error {
	if kind != SlackDelivery || ans.Status < 200 || ans.Status > 299 {
		return nil
	}
	var said struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	switch err := json.Unmarshal([]byte(ans.Body), &said); {
	case err != nil:
		return errors.New("the answer is not one of Slack's: check the network between here and slack.com")
	case said.OK:
		return nil
	case said.Error == "":
		said.Error = "no reason given"
	}
	return errors.New("Slack refused the message: " + said.Error + ": check the bot's token and that the bot is in the channel")
}

// SendTestNotice sends a notification that says it is a test, with the settings
// as they are being edited, saved or not. Nothing is stored and nothing is
// retried. Slack's refusal is an error beside its answer.
func (c *Core) SendTestNotice(ctx context.Context, accountID string, in SettingsInput) (Answer, error) {
	p, err := c.proposed(ctx, accountID, in)
	if err != nil {
		return Answer{}, err
	}
	for _, e := range p.errors {
		if strings.HasPrefix(e.Field, "notification_") && e.Field != "notification_events" {
			return Answer{}, &InvalidError{Fields: []FieldError{e}}
		}
	}
	t, err := c.teller(ctx, accountID)
	if err != nil {
		return Answer{}, err
	}
	t.settings = p.next
	token, err := c.tokenOf(ctx, p, SecretNotificationToken)
	if err != nil {
		return Answer{}, err
	}
	slack := p.next.NotificationTransport == TransportSlack
	switch {
	case slack && p.next.NotificationSlackChannel == "":
		return Answer{}, Invalid("notification_slack_channel", "notification_slack_channel is required to send notifications to Slack")
	case slack && token == "":
		return Answer{}, Invalid(SecretNotificationToken, "notification_auth_token is required: it is the token of Slack's bot")
	case !slack && p.next.NotificationEndpointURL == "":
		return Answer{}, Invalid("notification_endpoint_url", "notification_endpoint_url is required to send a test")
	}
	d := t.delivery(accountID, notice{event: EventLogin, status: statusTest, data: []pair{{"test", boolean(true)}}})
	out := Outgoing{URL: d.URL, Body: d.Payload, WebhookID: d.WebhookID, At: t.now}
	if d.Kind != ChatDelivery {
		out.Token, out.Auth = token, firstOf(p.next.NotificationAuthType, Bearer)
	}
	if d.Kind == SlackDelivery {
		out.Auth = Bearer
	}
	if d.Kind == NoticeDelivery {
		signing, err := c.tokenOf(ctx, p, SecretSigning)
		if err != nil {
			return Answer{}, err
		}
		if signing != "" {
			out.Signing = []string{signing}
		}
	}
	ans, err := c.sender.Send(ctx, out)
	if err == nil {
		err = refusal(d.Kind, ans)
	}
	return ans, err
}

// proposed is what an account's settings would be with an input.
func (c *Core) proposed(ctx context.Context, accountID string, in SettingsInput) (*proposal, error) {
	a, err := c.store.Account(ctx, accountID)
	if err != nil {
		return nil, err
	}
	driver, zone, err := c.driverOf(a.Bank)
	if err != nil {
		return nil, err
	}
	stored, err := c.store.Settings(ctx, accountID)
	if errors.Is(err, ErrNotFound) {
		stored, err = freshSettings(a, c.now(), zone), nil
	}
	if err != nil {
		return nil, err
	}
	mode, err := c.store.OperationMode(ctx)
	if err != nil {
		return nil, err
	}
	return propose(stored, in, driver.Info(), mode, c.sender.CheckURL), nil
}
