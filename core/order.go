package core

import "time"

// OrderStatus is where an order is in its life.
type OrderStatus string

// The states of an order, spelt as on the wire.
const (
	OrderPending    OrderStatus = "pending"    // registered, not evaluated yet
	OrderProcessing OrderStatus = "processing" // an evaluation is at work
	OrderMatched    OrderStatus = "matched"
	OrderAmbiguous  OrderStatus = "ambiguous" // a person has to choose
	OrderNotFound   OrderStatus = "not_found" // nothing fits yet; tried again with each new movement
	OrderExpired    OrderStatus = "expired"
	OrderCancelled  OrderStatus = "cancelled"
	OrderFailed     OrderStatus = "failed" // evaluations failed for a reason of the system's
)

// Open tells whether the order can still be matched by itself.
func (s OrderStatus) Open() bool {
	switch s {
	case OrderPending, OrderProcessing, OrderAmbiguous, OrderNotFound, OrderFailed:
		return true
	}
	return false
}

// Order is a payment that the customer's own system expects; the wire calls it a
// conciliation request.
type Order struct {
	ID         string // UUIDv7
	AccountID  string
	ExternalID string // the customer's id; one order per account and id
	Amount     Money
	Name       string // who is expected to pay, as the customer's system spells it
	Status     OrderStatus
	Retries    int // evaluations that failed for a reason of the system's

	CreatedAt time.Time // when it was registered, or registered again
	ExpiresAt time.Time // 5 days after CreatedAt
	CheckedAt time.Time // when it was last evaluated; zero when never
	EndedAt   time.Time // zero while open
}
