package core

import (
	"net/url"
	"strings"
	"time"
)

// DeliveryKind says what a delivery tells.
type DeliveryKind string

// Kinds of delivery.
const (
	MovementDelivery DeliveryKind = "movement"
)

// DeliveryStatus is where a delivery is.
type DeliveryStatus string

// Delivery states. Pending and Retrying are owed; Delivered and Dead are final.
const (
	DeliveryPending   DeliveryStatus = "pending"
	DeliveryRetrying  DeliveryStatus = "retrying"
	DeliveryDelivered DeliveryStatus = "delivered"
	DeliveryDead      DeliveryStatus = "dead"
)

// Delivery is one webhook owed. Its body is frozen when it is written: the same
// bytes are signed and sent on every attempt.
type Delivery struct {
	ID        string // UUIDv7
	WebhookID string // the webhook-id header, stable over attempts: "msg_<uuid>"
	AccountID string
	Kind      DeliveryKind
	SubjectID string // the movement's id; order is kept within a subject
	URL       string
	Receiver  string // ReceiverOf(URL): what the breaker counts by
	Payload   []byte // frozen JSON
	Status    DeliveryStatus
	Attempts  int // ever made; numbers the attempts
	Tries     int // made since QueuedAt; ten of them end in a dead letter
	NextAt    time.Time
	CreatedAt time.Time
	QueuedAt  time.Time // when it was first owed, or last resent after its death
	DoneAt    time.Time // when it was delivered or given up; zero while owed

	LastStatus int    // HTTP status of the last attempt; 0 when there was no answer
	LastError  string // a sentence; no payload, no token
}

// DeliveryAttempt is one try of a delivery.
type DeliveryAttempt struct {
	DeliveryID string
	N          int // 1-based, gapless
	At         time.Time
	Took       time.Duration
	Status     int // HTTP status; 0 when there was no answer
	Error      string
	Response   string // first 16 KiB as text
	ResponseOf int64  // bytes of the whole response that were read
}

// DeliveryFilter selects deliveries, newest first.
type DeliveryFilter struct {
	AccountID string
	SubjectID string
	Status    DeliveryStatus
	Kind      DeliveryKind // "" means every one
	From, To  time.Time    // written in [From, To)
	Limit     int          // 1 to 500
	Offset    int
}

// Receiver is the breaker's memory of one receiver, kept over restarts.
type Receiver struct {
	Origin    string
	Failures  int // in a row
	OpenUntil time.Time
	OpenFor   time.Duration // the last pause, doubled while it keeps failing
}

// ReceiverOf names the receiver behind a webhook address: scheme, host and port
// in lower case. An address that does not parse is its own receiver.
func ReceiverOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return strings.ToLower(u.Scheme + "://" + u.Host)
}
