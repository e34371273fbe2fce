package model

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"reconbanker/core"
)

// DeliverySource is what the deliveries screen reads.
type DeliverySource interface {
	Deliveries(ctx context.Context, f core.DeliveryFilter) ([]core.Delivery, int, error)
	Delivery(ctx context.Context, id string) (core.Delivery, []core.DeliveryAttempt, error)
	DeliveryCounts(ctx context.Context, accountID string) (map[core.DeliveryStatus]int, error)
	Movement(ctx context.Context, accountID, id string) (core.Movement, error)
	Settings(ctx context.Context, accountID string) (core.Settings, error)
}

// DeliveryTries is how many tries end in a dead letter.
const DeliveryTries = 10

// DeliveryRow is a delivery as the table shows it. The body is left out: only
// what it says of the payment is kept, so that thousands of rows stay small.
type DeliveryRow struct {
	ID         string
	WebhookID  string
	AccountID  string
	SubjectID  string
	Kind       core.DeliveryKind
	ExternalID string           // of an order's result: the customer's id
	Result     core.OrderStatus // of an order's result
	Told       string           // of a notice: what it tells; "" for a webhook
	Sender     string           // "" when the bank names none
	Amount     string           // exact, as sent; "" when the body is not ours
	Currency   string
	Receiver   string // host of the receiver, with its port where it has one
	Status     core.DeliveryStatus
	Tries      int
	Attempts   int
	CreatedAt  time.Time
	NextAt     time.Time
	DoneAt     time.Time
	LastStatus int
	LastError  string
}

// RowOfDelivery takes out of a delivery what the table shows.
func RowOfDelivery(d core.Delivery) DeliveryRow {
	r := DeliveryRow{
		ID: d.ID, Kind: d.Kind, WebhookID: d.WebhookID, AccountID: d.AccountID, SubjectID: d.SubjectID, Receiver: hostOf(d.Receiver),
		Status: d.Status, Tries: d.Tries, Attempts: d.Attempts, CreatedAt: d.CreatedAt, NextAt: d.NextAt, DoneAt: d.DoneAt,
		LastStatus: d.LastStatus, LastError: d.LastError, Told: told(d),
	}
	if r.Told != "" {
		return r
	}
	var body struct {
		Name       *string          `json:"name"`
		Amount     json.Number      `json:"amount"`
		Currency   string           `json:"currency"`
		ExternalID string           `json:"external_id"`
		Status     core.OrderStatus `json:"status"`
	}
	if json.Unmarshal(d.Payload, &body) != nil {
		return r
	}
	r.Amount, r.Currency = body.Amount.String(), body.Currency
	if d.Kind == core.OrderDelivery {
		r.ExternalID, r.Result = body.ExternalID, body.Status
	}
	if body.Name != nil {
		r.Sender = *body.Name
	}
	return r
}

func hostOf(origin string) string {
	if _, host, ok := strings.Cut(origin, "://"); ok {
		return host
	}
	return origin
}

// Owed tells whether the program still tries to deliver it.
func (r DeliveryRow) Owed() bool {
	return r.Status == core.DeliveryPending || r.Status == core.DeliveryRetrying
}

// Answered tells whether a try was made, so that there is something to say of it.
func (r DeliveryRow) Answered() bool { return r.Attempts > 0 }

// DeliveryQuery selects what the table shows.
type DeliveryQuery struct {
	AccountID string
	Status    core.DeliveryStatus
	Find      string // a whole webhook-id, or the id of a delivery or of a movement
}

// ID is the id that is looked for: "" when nothing is, and false when what was
// typed is no id.
func (q DeliveryQuery) ID() (id string, ok bool) {
	id = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(q.Find), "msg_"))
	return id, id == "" || core.ValidID(id)
}

// ReadDeliveries reads a page of the table, newest first. Looking for something
// that is no id finds nothing.
func ReadDeliveries(ctx context.Context, src DeliverySource, q DeliveryQuery, offset, limit int) ([]DeliveryRow, int, error) {
	id, ok := q.ID()
	if !ok {
		return nil, 0, nil
	}
	if id != "" {
		// A webhook-id is the delivery's own id behind a prefix.
		switch d, _, err := src.Delivery(ctx, id); {
		case err == nil && (q.AccountID == "" || d.AccountID == q.AccountID) && (q.Status == "" || d.Status == q.Status):
			return []DeliveryRow{RowOfDelivery(d)}[min(offset, 1):], 1, nil
		case err == nil:
			return nil, 0, nil
		case !core.IsMissing(err):
			return nil, 0, fmt.Errorf("look for a delivery: %w", err)
		}
	}
	rows, total, err := src.Deliveries(ctx, core.DeliveryFilter{
		AccountID: q.AccountID, Status: q.Status, SubjectID: id, Limit: limit, Offset: offset,
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read the deliveries: %w", err)
	}
	out := make([]DeliveryRow, len(rows))
	for i, d := range rows {
		out[i] = RowOfDelivery(d)
	}
	return out, total, nil
}

// DeadIDs lists the dead letters of an account, or of all.
func DeadIDs(ctx context.Context, src DeliverySource, accountID string) ([]string, error) {
	const page = 500
	var ids []string
	for {
		rows, total, err := src.Deliveries(ctx, core.DeliveryFilter{AccountID: accountID, Status: core.DeliveryDead, Limit: page, Offset: len(ids)})
		if err != nil {
			return nil, fmt.Errorf("list the dead letters: %w", err)
		}
		for _, d := range rows {
			ids = append(ids, d.ID)
		}
		if len(rows) == 0 || len(ids) >= total {
			return ids, nil
		}
	}
}

// DeliveryDetail is one delivery with all there is to see of it.
type DeliveryDetail struct {
	Row       DeliveryRow
	Reference string // the movement's at the bank; "" when it has none or is gone
	URL       string
	Body      string // as it is sent
	Pretty    string // the same, broken into lines
	Headers   []Header
	Attempts  []core.DeliveryAttempt // newest first
}

// Header is a header of a webhook.
type Header struct {
	Name  string
	Value string
	// Secret says that the value is not shown, Later that each try has its own.
	Secret, Later bool
}

// ReadDelivery reads one delivery.
func ReadDelivery(ctx context.Context, src DeliverySource, id, version string) (DeliveryDetail, error) {
	d, attempts, err := src.Delivery(ctx, id)
	if err != nil {
		return DeliveryDetail{}, fmt.Errorf("read a delivery: %w", err)
	}
	out := DeliveryDetail{Row: RowOfDelivery(d), URL: d.URL, Body: string(d.Payload), Pretty: pretty(d.Payload)}
	out.Attempts = slices.Clone(attempts)
	slices.Reverse(out.Attempts)
	switch m, err := src.Movement(ctx, d.AccountID, d.SubjectID); {
	case err == nil:
		out.Reference = m.Reference
	case !core.IsMissing(err):
		return DeliveryDetail{}, fmt.Errorf("read the movement of a delivery: %w", err)
	}
	s, err := src.Settings(ctx, d.AccountID)
	if err != nil && !core.IsMissing(err) {
		return DeliveryDetail{}, fmt.Errorf("read the settings of a delivery: %w", err)
	}
	out.Headers = headers(d, s, out.Attempts, version)
	return out, nil
}

// pretty breaks JSON into lines and leaves every digit as it is; what is not
// JSON is shown as it is.
func pretty(raw []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}

// headers are those the sender sets. What proves who sends it is named, never shown.
func headers(d core.Delivery, s core.Settings, attempts []core.DeliveryAttempt, version string) []Header {
	stamp := Header{Name: "webhook-timestamp", Later: true}
	if len(attempts) > 0 {
		stamp = Header{Name: stamp.Name, Value: strconv.FormatInt(attempts[0].At.Unix(), 10)}
	}
	out := []Header{
		{Name: "content-type", Value: "application/json"},
		{Name: "user-agent", Value: "Reconbanker/" + version},
		{Name: "webhook-id", Value: d.WebhookID},
		stamp,
	}
	if s.Stored[core.SecretSigning] && (d.Kind == core.NoticeDelivery || !d.Kind.Notice()) {
		out = append(out, Header{Name: "webhook-signature", Value: "v1,", Secret: true})
	}
	if d.Kind.Notice() {
		return append(out, noticeProof(d, s)...)
	}
	if s.Stored[core.SecretWebhookToken] || s.Stored[core.SecretAuthToken] {
		out = append(out, Header{Name: "authorization", Value: scheme(s), Secret: true})
	}
	return out
}

// scheme is what stands before the token. Both fall back to the polling's,
// independently of each other.
func scheme(s core.Settings) string {
	for _, t := range []core.AuthType{s.WebhookAuthType, s.AuthType} {
		switch t {
		case core.APIKey:
			return "Api-Key "
		case core.Bearer:
			return "Bearer "
		}
	}
	return "Bearer "
}

// Curl is a command that sends the same body again, for whoever looks after the
// receiver. In place of secrets it has a name in capitals.
func (d DeliveryDetail) Curl() string {
	var b strings.Builder
	b.WriteString("curl -X POST " + shellQuote(d.URL))
	for _, h := range d.Headers {
		value := h.Value
		switch {
		case h.Later, h.Name == "webhook-timestamp", h.Name == "webhook-signature", h.Name == "user-agent":
			continue // made for one try
		case h.Secret:
			value += "TOKEN"
		}
		b.WriteString(" \\\n  -H " + shellQuote(h.Name+": "+value))
	}
	b.WriteString(" \\\n  --data-raw " + shellQuote(d.Body))
	return b.String()
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Resender makes deliveries owed again.
type Resender interface {
	DeliverySource
	ResendDelivery(ctx context.Context, id, actor string) (core.Delivery, error)
}

// ResendDead makes every dead letter of an account, or of all, owed again and
// tells step how far it is. One that is no longer dead, or gone, is passed over.
// It returns how many it made owed, also when it ends early.
func ResendDead(ctx context.Context, src Resender, accountID, actor string, step func(n, of int)) (done int, err error) {
	ids, err := DeadIDs(ctx, src, accountID)
	if err != nil {
		return 0, err
	}
	for i, id := range ids {
		if ctx.Err() != nil {
			return done, ctx.Err()
		}
		switch _, err := src.ResendDelivery(ctx, id, actor); {
		case err == nil:
			done++
		case !errors.Is(err, core.ErrConflict) && !core.IsMissing(err):
			return done, fmt.Errorf("send a dead letter again: %w", err)
		}
		step(i+1, len(ids))
	}
	return done, nil
}
