package core

import "sync"

// Hint says that something changed and where. It carries no data: whoever hears
// it reads the store again, so a missed hint costs nothing but time.
type Hint struct {
	Topic     Topic
	AccountID string // "" when it concerns all
}

// Topic is what changed.
type Topic string

// Topics of hints.
const (
	AccountsChanged   Topic = "accounts"
	RunsChanged       Topic = "runs"
	MovementsChanged  Topic = "movements"
	DeliveriesChanged Topic = "deliveries"
	OrdersChanged     Topic = "orders"
	ModeChanged       Topic = "mode"
	APIChanged        Topic = "api" // owner, keys, whether it listens
	AssistanceChanged Topic = "assistance"
	SessionsChanged   Topic = "sessions"
)

// hub hands hints to whoever listens; a slow listener loses hints, never blocks.
type hub struct {
	mu   sync.Mutex
	subs map[chan Hint]struct{}
}

// Subscribe returns a channel of hints and a function that ends it. The channel
// holds 64 hints; what does not fit is dropped.
func (c *Core) Subscribe() (<-chan Hint, func()) {
	ch := make(chan Hint, 64)
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	if c.hub.subs == nil {
		c.hub.subs = map[chan Hint]struct{}{}
	}
	c.hub.subs[ch] = struct{}{}
	return ch, func() {
		c.hub.mu.Lock()
		defer c.hub.mu.Unlock()
		delete(c.hub.subs, ch)
	}
}

func (c *Core) hint(topic Topic, accountID string) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	for ch := range c.hub.subs {
		select {
		case ch <- Hint{Topic: topic, AccountID: accountID}:
		default:
		}
	}
}
