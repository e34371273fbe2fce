package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"reconbanker/scrapers"
)

// receivedAt is how webhooks write a time: UTC with milliseconds.
const receivedAt = "2006-01-02T15:04:05.000Z"

// maxPayload is the largest body that is sent, in bytes.
const maxPayload = 256 << 10

// movementPayload is the body of a passthrough webhook. The amount is a JSON
// number with the currency's decimals, exactly as the bank has it; a movement
// without a sender has the name null. Extra fields come last and never replace a
// key that is there.
func movementPayload(m Movement, extra json.RawMessage) ([]byte, error) {
	var name any
	if m.Sender != "" {
		name = m.Sender
	}
	fields := []pair{
		{"id", encode(m.ID)},
		{"amount", json.RawMessage(m.Amount.Decimal())},
		{"currency", encode(m.Amount.Currency)},
		{"name", encode(name)},
		{"received_at", encode(m.BookedAt.UTC().Format(receivedAt))},
	}
	return assemble(fields, extra)
}

func assemble(fields []pair, extra json.RawMessage) ([]byte, error) {
	taken := map[string]bool{}
	for _, k := range reservedKeys {
		taken[k] = true
	}
	for _, kv := range fields {
		taken[kv.key] = true
	}
	if len(extra) > 0 {
		more, err := objectPairs(extra)
		if err != nil {
			return nil, fmt.Errorf("read the extra fields: %w", err)
		}
		for _, kv := range more {
			if !taken[kv.key] {
				fields = append(fields, kv)
			}
		}
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, kv := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(encode(kv.key))
		b.WriteByte(':')
		b.Write(kv.value)
	}
	b.WriteByte('}')
	if b.Len() > maxPayload {
		return nil, fmt.Errorf("the webhook body would have %d bytes, more than %d: shorten the extra fields", b.Len(), maxPayload)
	}
	return b.Bytes(), nil
}

// encode writes a string or nil as JSON without escaping <, > and &.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // strings and nil always encode
	return bytes.TrimSpace(b.Bytes())
}

// decider returns the passthrough decisions about new movements: which are
// before the account's start, which are owed a webhook, which are only marked.
func decider(s Settings, now time.Time, newID func() string) func([]Movement, OperationMode) []Decision {
	return func(fresh []Movement, mode OperationMode) []Decision {
		out := make([]Decision, len(fresh))
		for i, m := range fresh {
			out[i] = decide(m, s, mode, now, newID)
		}
		return out
	}
}

func decide(m Movement, s Settings, mode OperationMode, now time.Time, newID func() string) Decision {
	m.BeforeStart = s.StartDate != "" && m.BankDay < s.StartDate
	switch {
	case m.Direction != scrapers.Credit, mode != Passthrough, m.BeforeStart, m.Sender == "":
		return Decision{Movement: m}
	case s.SilentIngestion:
		m.NotifiedAt = now
		return Decision{Movement: m}
	}
	d, err := owe(m, s, now, newID)
	if err != nil {
		// Settings refuse extra fields that are too large, so this is unreachable by
		// rule; the movement stays pending and can be sent by hand.
		return Decision{Movement: m}
	}
	return Decision{Movement: m, Deliveries: []Delivery{d}}
}

// owe writes the delivery of a movement.
func owe(m Movement, s Settings, now time.Time, newID func() string) (Delivery, error) {
	body, err := movementPayload(m, s.WebhookExtraFields)
	if err != nil {
		return Delivery{}, err
	}
	id := newID()
	return Delivery{
		ID: id, WebhookID: "msg_" + id, AccountID: m.AccountID, Kind: MovementDelivery, SubjectID: m.ID,
		URL: s.WebhookURL, Receiver: ReceiverOf(s.WebhookURL), Payload: body, Status: DeliveryPending,
		NextAt: now, CreatedAt: now, QueuedAt: now,
	}, nil
}
