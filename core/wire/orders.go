package wire

import "reconbanker/core"

// Order is an order in a list.
type Order struct {
	ID            string  `json:"id"`
	AccountID     string  `json:"account_id"`
	ExternalID    string  `json:"external_id"`
	Status        string  `json:"status"`
	Reason        *string `json:"reason"`
	Amount        string  `json:"amount"`
	Currency      string  `json:"currency"`
	SenderName    *string `json:"sender_name"`
	RetryCount    int     `json:"retry_count"`
	CreatedAt     string  `json:"created_at"`
	ExpiresAt     string  `json:"expires_at"`
	LastCheckedAt *string `json:"last_checked_at"`
	EndedAt       *string `json:"ended_at"`
}

// FromOrder returns the wire's shape of an order.
func FromOrder(o core.Order) Order {
	return Order{
		ID: o.ID, AccountID: o.AccountID, ExternalID: o.ExternalID, Status: string(o.Status), Reason: text(string(o.Reason)),
		Amount: o.Amount.Decimal(), Currency: o.Amount.Currency, SenderName: text(o.Name), RetryCount: o.Retries,
		CreatedAt: *Time(o.CreatedAt), ExpiresAt: *Time(o.ExpiresAt), LastCheckedAt: Time(o.CheckedAt), EndedAt: Time(o.EndedAt),
	}
}

// OrderDetail is an order with its history.
type OrderDetail struct {
	Order
	Attempts []OrderAttempt  `json:"attempts"`
	Match    *OrderMatch     `json:"match"`
	Free     []FreeCandidate `json:"free_movements"`
}

// OrderAttempt is one row of an order's history.
type OrderAttempt struct {
	N          int         `json:"attempt_number"`
	Result     string      `json:"result"`
	Reason     string      `json:"reason"`
	Actor      *string     `json:"actor"`
	MovementID *string     `json:"bank_transaction_id"`
	Candidates []Candidate `json:"candidates"`
	CreatedAt  string      `json:"created_at"`
}

// Candidate is a movement that an evaluation weighed.
type Candidate struct {
	MovementID string   `json:"bank_transaction_id"`
	SenderName *string  `json:"sender_name"`
	Score      float64  `json:"score"`
	Band       string   `json:"band"`
	Reasons    []string `json:"reasons"`
}

// OrderMatch is what pays an order.
type OrderMatch struct {
	ID         string  `json:"id"`
	OrderID    string  `json:"request_id"`
	MovementID string  `json:"bank_transaction_id"`
	Primary    bool    `json:"is_primary"`
	Amount     string  `json:"amount"`
	Currency   string  `json:"currency"`
	SenderName *string `json:"sender_name"`
	ReceivedAt *string `json:"received_at"`
	MatchedBy  string  `json:"matched_by"` // "engine" or who
	Reason     string  `json:"reason"`
	MatchedAt  string  `json:"matched_at"`
}

// FreeCandidate is a payment that a person may choose.
type FreeCandidate struct {
	Candidate
	ReceivedAt *string `json:"received_at"`
}

// FromOrderDetail returns the wire's shape of an order with its history.
func FromOrderDetail(d core.OrderDetail) OrderDetail {
	out := OrderDetail{Order: FromOrder(d.Order), Attempts: []OrderAttempt{}, Free: []FreeCandidate{}}
	candidate := func(id string, s core.Similarity) Candidate {
		c := Candidate{MovementID: id, SenderName: text(d.Movements[id].Sender), Score: s.Score, Band: string(s.Band), Reasons: []string{}}
		for _, r := range s.Reasons {
			c.Reasons = append(c.Reasons, string(r))
		}
		return c
	}
	for _, a := range d.Attempts {
		row := OrderAttempt{N: a.N, Result: string(a.Result), Reason: string(a.Reason), Actor: text(a.Actor),
			MovementID: text(a.MovementID), Candidates: []Candidate{}, CreatedAt: *Time(a.At)}
		for _, c := range append(a.Candidates[:len(a.Candidates):len(a.Candidates)], a.Others...) {
			row.Candidates = append(row.Candidates, candidate(c.MovementID, c.Similarity))
		}
		out.Attempts = append(out.Attempts, row)
	}
	for _, f := range d.Free {
		out.Free = append(out.Free, FreeCandidate{candidate(f.MovementID, f.Similarity), Time(d.Movements[f.MovementID].BookedAt)})
	}
	if m := d.Match(); m != nil {
		paid := d.Movements[m.MovementID]
		by := "engine"
		if m.Person {
			by = m.Actor
		}
		out.Match = &OrderMatch{
			ID: m.ID, OrderID: m.OrderID, MovementID: m.MovementID, Primary: true, Amount: d.Order.Amount.Decimal(), Currency: d.Order.Amount.Currency,
			SenderName: text(paid.Sender), ReceivedAt: Time(paid.BookedAt), MatchedBy: by, Reason: string(m.Reason), MatchedAt: *Time(m.MatchedAt),
		}
	}
	return out
}

// Feed is what is known of an account's list of orders.
type Feed struct {
	AccountID    string             `json:"account_id"`
	PolledAt     *string            `json:"polled_at"`
	GoodAt       *string            `json:"last_good_at"`
	NextAt       *string            `json:"next_at"`
	Failures     int                `json:"failures"`
	Error        *string            `json:"error"`
	Accepted     int                `json:"accepted"`
	Rejected     int                `json:"rejected"`
	Held         int                `json:"held"`
	RejectedRows []core.RejectedRow `json:"rejected_rows"`
}

// FromFeed returns the wire's shape of a feed.
func FromFeed(f core.Feed) Feed {
	rows := f.RejectedTop
	if rows == nil {
		rows = []core.RejectedRow{}
	}
	return Feed{
		AccountID: f.AccountID, PolledAt: Time(f.PolledAt), GoodAt: Time(f.GoodAt), NextAt: Time(f.NextAt), Failures: f.Failures,
		Error: text(f.Error), Accepted: f.Accepted, Rejected: f.Rejected, Held: f.Held, RejectedRows: rows,
	}
}
