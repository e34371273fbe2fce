package wire

import (
	"strconv"

	"github.com/google/uuid"

	"reconbanker/core"
)

// Order is an order as lists show it; the documented API calls it a conciliation
// request.
type Order struct {
	ID          string  `json:"id"`
	AccountID   string  `json:"account_id"`
	ExternalID  string  `json:"external_id"`
	Status      string  `json:"status"`
	Amount      string  `json:"amount"`
	Currency    string  `json:"currency"`
	SenderName  *string `json:"sender_name"`
	CreatedAt   string  `json:"created_at"`
	Bank        string  `json:"bank"`
	AccountName string  `json:"account_name"`
}

// FromOrder returns the wire's shape of an order of an account.
func FromOrder(o core.Order, a core.Account) Order {
	return Order{
		ID: o.ID, AccountID: o.AccountID, ExternalID: o.ExternalID, Status: string(o.Status),
		Amount: o.Amount.Decimal(), Currency: o.Amount.Currency, SenderName: text(o.Name), CreatedAt: *Time(o.CreatedAt),
		Bank: a.Bank, AccountName: a.Name,
	}
}

// OrderDetail is an order with its history and the match that stands.
type OrderDetail struct {
	Order
	Attempts []OrderAttempt `json:"attempts"`
	Match    *OrderMatch    `json:"match"`
}

// OrderAttempt is one row of an order's history.
type OrderAttempt struct {
	ID        string `json:"id"`
	RequestID string `json:"request_id"`
	Number    int    `json:"attempt_number"`
	Result    string `json:"result"`
	Reason    string `json:"reason"`
	CreatedAt string `json:"created_at"`

	Why *OrderWhy `json:"why,omitempty"` // when asked for
}

// OrderWhy explains a row: who did it, and what was weighed.
type OrderWhy struct {
	Actor      *string     `json:"actor"`
	MovementID *string     `json:"bank_transaction_id"`
	Candidates []Candidate `json:"candidates"`
	Others     []Candidate `json:"others"` // the nearest of those that are no candidates
}

// Candidate is a movement that was weighed.
type Candidate struct {
	MovementID string   `json:"bank_transaction_id"`
	Score      float64  `json:"score"`
	Band       string   `json:"band"`
	Reasons    []string `json:"reasons"`
}

// OrderMatch is the movement that pays an order.
type OrderMatch struct {
	ID         string  `json:"id"`
	RequestID  string  `json:"request_id"`
	MovementID string  `json:"bank_transaction_id"`
	Primary    bool    `json:"is_primary"`
	Amount     string  `json:"amount"`
	Currency   string  `json:"currency"`
	SenderName *string `json:"sender_name"`
	ReceivedAt *string `json:"received_at"`
}

// FromOrderDetail returns the wire's shape of an order with its history; why adds
// what was weighed.
func FromOrderDetail(d core.OrderDetail, a core.Account, why bool) OrderDetail {
	w := OrderDetail{Order: FromOrder(d.Order, a), Attempts: make([]OrderAttempt, len(d.Attempts))}
	for i, t := range d.Attempts {
		w.Attempts[i] = OrderAttempt{
			ID:        uuid.NewSHA1(uuid.NameSpaceOID, []byte(t.OrderID+"/"+strconv.Itoa(t.N))).String(),
			RequestID: t.OrderID, Number: t.N, Result: string(t.Result), Reason: string(t.Reason), CreatedAt: *Time(t.At),
		}
		if why {
			w.Attempts[i].Why = &OrderWhy{text(t.Actor), text(t.MovementID), candidates(t.Candidates), candidates(t.Others)}
		}
	}
	if m := d.Match(); m != nil {
		w.Match = &OrderMatch{
			ID: m.ID, RequestID: m.OrderID, MovementID: m.MovementID, Primary: true,
			Amount: d.Order.Amount.Decimal(), Currency: d.Order.Amount.Currency,
		}
		if paid, ok := d.Movements[m.MovementID]; ok {
			w.Match.SenderName, w.Match.ReceivedAt = text(paid.Sender), Time(paid.BookedAt)
			w.Match.Amount, w.Match.Currency = paid.Amount.Decimal(), paid.Amount.Currency
		}
	}
	return w
}

func candidates(in []core.Candidate) []Candidate {
	out := make([]Candidate, len(in))
	for i, c := range in {
		out[i] = Candidate{MovementID: c.MovementID, Score: c.Score, Band: string(c.Band), Reasons: []string{}}
		for _, r := range c.Reasons {
			out[i].Reasons = append(out[i].Reasons, string(r))
		}
	}
	return out
}

// Feed is what is known of an account's list of orders.
type Feed struct {
	AccountID string             `json:"account_id"`
	PolledAt  *string            `json:"polled_at"`
	GoodAt    *string            `json:"good_at"` // the last poll that was understood
	NextAt    *string            `json:"next_at"`
	Failures  int                `json:"failures"` // in a row
	Error     *string            `json:"error"`
	Accepted  int                `json:"accepted"`
	Rejected  int                `json:"rejected"`
	Held      int                `json:"held"` // open orders whose cancellation waits for the next poll
	Rows      []core.RejectedRow `json:"rejected_rows"`
}

// FromFeed returns the wire's shape of what is known of a list.
func FromFeed(f core.Feed) Feed {
	w := Feed{
		AccountID: f.AccountID, PolledAt: Time(f.PolledAt), GoodAt: Time(f.GoodAt), NextAt: Time(f.NextAt), Failures: f.Failures,
		Error: text(f.Error), Accepted: f.Accepted, Rejected: f.Rejected, Held: f.Held, Rows: f.RejectedTop,
	}
	if w.Rows == nil {
		w.Rows = []core.RejectedRow{}
	}
	return w
}
