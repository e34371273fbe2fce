package model

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"reconbanker/core"
)

// Dirty tells whether anything would change if the form were saved. Spaces
// around a value and the layout of a JSON text are nothing.
func (e *Editor) Dirty() bool { return !reflect.DeepEqual(e.Form.normal(), e.saved.normal()) }

// CredentialsChanged tells whether saving would change what is typed at the bank.
func (e *Editor) CredentialsChanged() bool {
	now, was := e.Form.normal(), e.saved.normal()
	return now.Username != was.Username || now.Password != was.Password ||
		!reflect.DeepEqual(now.Fields, was.Fields) || !reflect.DeepEqual(now.Secrets, was.Secrets)
}

// Discard takes every change back.
func (e *Editor) Discard() {
	e.Form = e.saved.clone()
	clear(e.refused)
}

// normal is the form with everything that makes no difference taken away.
func (f Form) normal() Form {
	f = f.clone()
	for _, s := range []*string{
		&f.Username, &f.Schedule, &f.StartDate, &f.WebhookURL, &f.OrdersURL, &f.RetryLimit, &f.NotifyURL, &f.SlackChannel,
	} {
		*s = strings.TrimSpace(*s)
	}
	f.Schedule = orElse(f.Schedule, core.DefaultSchedule)
	f.Attended = f.attended()
	f.BankAccounts = strings.Join(accountNumbers(f.BankAccounts), ",")
	f.ExtraFields, f.PollingBody = compactJSON(f.ExtraFields), compactJSON(f.PollingBody)
	if f.PollingMethod != methodPost {
		f.PollingBody = "" // not sent, and not kept
	}
	for _, s := range f.secrets() {
		*s = s.normal()
	}
	for key, s := range f.Secrets {
		f.Secrets[key] = s.normal()
	}
	for key, v := range f.Fields {
		f.Fields[key] = strings.TrimSpace(v)
	}
	for ev, on := range f.Events {
		if !on {
			delete(f.Events, ev)
		}
	}
	return f
}

func (s Secret) normal() Secret {
	if s.Fate == Replace && !s.replaced() || s.Fate == Remove && !s.Stored {
		return Secret{Stored: s.Stored}
	}
	return s
}

func (f *Form) secrets() []*Secret {
	return []*Secret{&f.Password, &f.WebhookToken, &f.Signing, &f.OrdersToken, &f.NotifyToken}
}

func compactJSON(text string) string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) != nil {
		return strings.TrimSpace(text)
	}
	if b.String() == "null" {
		return ""
	}
	return b.String()
}

// accountNumbers takes a list of bank account numbers apart. Spaces may belong to one.
func accountNumbers(text string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
		if part = strings.TrimSpace(part); part != "" && !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	slices.Sort(out)
	return out
}

// Input is the form as core saves it. Stored secrets nobody touched are kept.
func (e *Editor) Input() core.SettingsInput {
	f := e.Form.normal()
	in := core.SettingsInput{
		PendingOrdersEndpoint: &f.OrdersURL, WebhookURL: &f.WebhookURL, NotificationEndpointURL: &f.NotifyURL,
		AuthType: wireText(f.OrdersAuth), AuthToken: f.OrdersToken.wire(),
		WebhookAuthType: wireText(f.WebhookAuth), WebhookAuthToken: f.WebhookToken.wire(),
		NotificationAuthType: wireText(f.NotifyAuth), NotificationAuthToken: f.NotifyToken.wire(),
		NotificationEvents: e.events(f), NotifyOnExpired: f.NotifyOnExpired,
		PollingMethod: &f.PollingMethod, SilentIngestion: f.Silent,
		SessionType: wireText(f.Session), LoginMode: wireText(f.Login),
		PollingBody: jsonOrText(f.PollingBody), WebhookExtraFields: jsonOrText(f.ExtraFields),
	}
	if n, err := strconv.Atoi(f.RetryLimit); err == nil {
		in.RetryLimit = &n
	}
	if f.Username != e.saved.Username || f.Password.replaced() {
		in.BankUsername = &f.Username
		if f.Password.replaced() {
			in.BankPassword = &f.Password.Text
		}
	}
	accounts := accountNumbers(f.BankAccounts)
	in.Own = &core.OwnInput{
		BankFields: f.Fields, BankSecrets: map[string]string{}, BankAccounts: &accounts,
		Schedule: &f.Schedule, DailyLogins: &f.DailyLogins, SigningSecret: f.Signing.wire(),
		NotificationTransport: wireText(f.NotifyBy), NotificationSlackChannel: &f.SlackChannel,
		UniqueAmount: &f.UniqueAmount,
	}
	if f.Attended != "" {
		in.Own.Attended = &f.Attended
	}
	if f.StartDate != "" {
		in.Own.StartDate = &f.StartDate
	}
	for key, s := range f.Secrets {
		in.Own.BankSecrets[key] = *s.wire()
	}
	return in
}

func (e *Editor) events(f Form) []string {
	var out []string
	for _, ev := range Events {
		if f.Events[ev] {
			out = append(out, ev)
		}
	}
	return out
}

func wireText[T ~string](v T) *string { return new(string(v)) }

// jsonOrText is a JSON text for core. One that is no JSON goes as a string, which
// core takes apart and refuses by name.
func jsonOrText(text string) json.RawMessage {
	switch {
	case text == "":
		return nil
	case json.Valid([]byte(text)):
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return nil
	}
	return quoted
}

// Refuse takes the fields core refused.
func (e *Editor) Refuse(fields []core.FieldError) {
	for _, f := range fields {
		if e.refused[f.Field] == "" {
			e.refused[f.Field] = f.Message
		}
	}
}

// Touch forgets what core said about a field, because it has been changed.
func (e *Editor) Touch(field string) { delete(e.refused, field) }

// Saved takes the settings as they are stored after the form sent was saved.
// What a person typed meanwhile stays.
func (e *Editor) Saved(sent Form, s core.Settings) {
	same := reflect.DeepEqual(sent.normal(), e.Form.normal())
	now := e.Form
	e.load(s)
	clear(e.refused)
	if same {
		return
	}
	e.Form = now
	was, fresh := sent.secrets(), e.saved.secrets()
	for i, secret := range e.Form.secrets() {
		settle(secret, *was[i], fresh[i].Stored)
	}
	for key, secret := range e.Form.Secrets {
		settle(&secret, sent.Secrets[key], e.saved.Secrets[key].Stored)
		e.Form.Secrets[key] = secret
	}
}

// settle brings a secret up to what is stored now, unless it was changed since.
func settle(secret *Secret, sent Secret, stored bool) {
	if *secret == sent {
		*secret = Secret{}
	}
	secret.Stored = stored
}

// Copy returns the form as it is now, to be handed to Saved.
func (e *Editor) Copy() Form { return e.Form.clone() }
