package core

import (
	"context"
	"time"
)

// orderStore keeps orders and everything about them.
type orderStore interface {
	// ChangeOrders runs fn in one transaction: what fn did is on disk when it and
	// ChangeOrders return nil, and nothing of it otherwise. fn must not call the Store.
	ChangeOrders(ctx context.Context, fn func(tx OrderTx) error) error

	Order(ctx context.Context, id string) (Order, error)
	Orders(ctx context.Context, f OrderFilter) (rows []Order, total int, err error)
	// OrderCounts counts orders by status.
	OrderCounts(ctx context.Context, accountID string) (map[OrderStatus]int, error)
	OrderAttempts(ctx context.Context, orderID string) ([]OrderAttempt, error)
	// Matches lists the matches of an order or of a movement, undone ones included,
	// newest first; "" means any.
	Matches(ctx context.Context, orderID, movementID string) ([]OrderMatch, error)
	// MovementsByID returns the movements there are, in no order.
	MovementsByID(ctx context.Context, ids []string) ([]Movement, error)
	Refusals(ctx context.Context, accountID string, limit, offset int) ([]Refusal, int, error)
	Aliases(ctx context.Context, accountID string, limit, offset int) ([]KnownAlias, int, error)
	// OrderAlerts lists alerts, newest first; those that were dismissed only with closed.
	OrderAlerts(ctx context.Context, accountID string, closed bool, limit, offset int) ([]OrderAlert, int, error)
	Feeds(ctx context.Context) ([]Feed, error)
	// StaleOrders names up to limit open orders that an evaluation is owed to: never
	// evaluated, due to be tried again, or with a movement newer than the last one.
	StaleOrders(ctx context.Context, now time.Time, limit int) ([]Order, error)
}

// OrderTx is what the rules about orders see and change inside one transaction.
// An error of any method ends the transaction: fn returns it.
type OrderTx interface {
	Mode() (OperationMode, error)
	Settings(accountID string) (Settings, error)
	// Siblings are the other accounts that poll the same endpoint in the same way.
	Siblings(accountID string) ([]string, error)

	Order(id string) (Order, error)
	// OrdersByExternalID finds orders of some accounts by the customer's ids.
	OrdersByExternalID(accountIDs, externalIDs []string) ([]Order, error)
	// OpenOrders lists an account's open orders, oldest first; with an amount only
	// those of exactly this amount.
	OpenOrders(accountID string, amount *Money) ([]Order, error)
	// LateOrders lists an account's open orders that expire at t or before.
	LateOrders(accountID string, t time.Time) ([]Order, error)
	// AbsentOrders marks the expired and cancelled orders of an account that a list lacks.
	AbsentOrders(accountID string, listed []string, at time.Time) error
	// AddOrder inserts an order, PutOrder writes one that is there.
	AddOrder(o Order) error
	PutOrder(o Order) error
	AddAttempt(a OrderAttempt) error

	// Free lists an account's credits of exactly this amount, booked in [from, to],
	// that are neither set aside nor matched nor vanished, in order of arrival.
	Free(accountID string, amount Money, from, to time.Time) ([]FreeMovement, error)
	Movement(accountID, id string) (Movement, error)
	// MovementByBankID finds a movement by the bank's id.
	MovementByBankID(accountID, bankAccount, bankID string) (Movement, error)
	// Exclude sets a movement aside at a time, or brings it back with the zero time.
	Exclude(movementID string, at time.Time) error

	// AddMatch ties an order to a movement: ErrConflict when one of them is tied.
	AddMatch(m OrderMatch) error
	EndMatch(id string, at time.Time, actor string) error
	// MatchOf returns the match that stands of an order, or of a movement.
	MatchOf(orderID, movementID string) (OrderMatch, error)
	// Matched lists the pairs of exactly this amount that stand and whose order had
	// not expired at since.
	Matched(accountID string, amount Money, since time.Time) ([]Pair, error)

	// RefusalsOf lists what was refused of some orders.
	RefusalsOf(orderIDs []string) ([]Refusal, error)
	AddRefusal(r Refusal) error
	DropRefusal(orderID, movementID string) error
	// AliasesOf lists an account's aliases by the keys of the bank's names.
	AliasesOf(accountID string, bankKeys []string) ([]Alias, error)
	// AddAlias keeps an alias under the keys that its names are compared by.
	AddAlias(a Alias, orderKey, bankKey string) error
	// DropAlias removes an alias with its equals in the account.
	DropAlias(id string) error
	// DropTaught removes what a match taught.
	DropTaught(matchID string) error

	// AddAlert raises an alert, unless there is one of the same kind about the same.
	AddAlert(a OrderAlert) error
	CloseAlert(id string, at time.Time, actor string) error

	Feed(accountID string) (Feed, error)
	PutFeed(f Feed) error

	Owe(ds ...Delivery) error
	// LastDelivery returns the newest delivery about a subject.
	LastDelivery(subjectID string) (Delivery, error)
	// Supersede gives up what is owed about a subject, for a reason.
	Supersede(subjectID, reason string, at time.Time) error
	Audit(a Audit) error
}

// FreeMovement is a movement that may pay an order.
type FreeMovement struct {
	Movement Movement // without Raw and texts that matching does not read
	// ByHand is set once a match of it was undone: it is left to people.
	ByHand bool
}

// Pair is an order with the movement it is matched to.
type Pair struct {
	Match    OrderMatch
	Order    Order
	Movement Movement
}
