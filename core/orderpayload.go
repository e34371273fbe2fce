package core

import (
	"encoding/json"
	"fmt"
	"time"
)

// OrderDelivery tells the outcome of an order.
const OrderDelivery DeliveryKind = "order"

// orderPayload is the body of a result webhook: the order as the customer knows
// it. corrects names the webhook-id of a result that no longer holds; extra fields
// come last and never replace a key that is there.
func orderPayload(o Order, corrects string, extra json.RawMessage) ([]byte, error) {
	var name any
	if o.Name != "" {
		name = o.Name
	}
	fields := []pair{
		{"external_id", encode(o.ExternalID)},
		{"status", encode(string(o.Status))},
		{"amount", json.RawMessage(o.Amount.Decimal())},
		{"currency", encode(o.Amount.Currency)},
		{"name", encode(name)},
	}
	if corrects != "" {
		fields = append(fields, pair{"corrects", encode(corrects)})
	}
	return assemble(fields, extra)
}

// oweOrder writes the delivery of an order's result.
func oweOrder(o Order, corrects string, s Settings, now time.Time) (Delivery, error) {
	body, err := orderPayload(o, corrects, s.WebhookExtraFields)
	if err != nil {
		return Delivery{}, err
	}
	id := newID()
	return Delivery{
		ID: id, WebhookID: "msg_" + id, AccountID: o.AccountID, Kind: OrderDelivery, SubjectID: o.ID,
		URL: s.WebhookURL, Receiver: ReceiverOf(s.WebhookURL), Payload: body, Status: DeliveryPending,
		NextAt: now, CreatedAt: now, QueuedAt: now,
	}, nil
}

// announce owes the customer what the order has become.
func (e *evaluation) announce(o *Order, corrects string) error {
	d, err := oweOrder(*o, corrects, e.settings, e.now)
	if err != nil {
		return fmt.Errorf("write the webhook of order %s: %w", o.ID, err)
	}
	o.Announced = o.Status
	return e.tx.Owe(d)
}
