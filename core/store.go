package core

import (
	"context"
	"time"

	"reconbanker/scrapers"
)

// Store keeps everything. One method is one transaction: either all of it is on
// disk when it returns nil, or none. Missing rows are ErrNotFound. Functions
// passed in are pure, may be called while the write lock is held, and must not
// call the Store.
type Store interface {
	accountStore
	runStore
	movementStore
	deliveryStore
	accessStore
	assistanceStore
	sessionStore
	upkeepStore
	orderStore
	dayStore
	// Close waits for nothing: end every user first.
	Close() error
}

type accountStore interface {
	OperationMode(ctx context.Context) (OperationMode, error)
	SetOperationMode(ctx context.Context, mode OperationMode, by Audit) error
	// SchedulePaused tells whether a person has paused the schedule of all accounts.
	SchedulePaused(ctx context.Context) (bool, error)
	SetSchedulePaused(ctx context.Context, paused bool, by Audit) error

	// Accounts lists every account that is not deleted, by name.
	Accounts(ctx context.Context) ([]Account, error)
	Account(ctx context.Context, id string) (Account, error)
	CreateAccount(ctx context.Context, a Account, by Audit) error
	// ChangeAccount applies change to the stored row and writes it back. Here and
	// wherever an account is changed, the Notices it is left with are written too.
	ChangeAccount(ctx context.Context, id string, change func(*Account) error, by Audit) (Account, error)
	// DeleteAccount removes the account with all it owns; one audit line remains.
	DeleteAccount(ctx context.Context, id string, by Audit) error

	// Settings returns ErrNotFound when none were saved yet.
	Settings(ctx context.Context, accountID string) (Settings, error)
	// SaveSettings replaces the settings; put writes sealed secrets, drop removes
	// them. The URL of deliveries still owed by the account follows WebhookURL, and
	// that of notices NotificationEndpointURL; notices of another transport, or that
	// have nowhere to go any more, are given up.
	SaveSettings(ctx context.Context, s Settings, put map[string][]byte, drop []string, by Audit) error
	// Secret returns a sealed secret of an account.
	Secret(ctx context.Context, accountID, field string) ([]byte, error)

	// AuditLog lists who did what, newest first.
	AuditLog(ctx context.Context, limit, offset int) ([]Audit, error)
}

type runStore interface {
	// EnqueueRun writes r as queued unless the account has a live run, which is
	// returned instead with created false.
	EnqueueRun(ctx context.Context, r Run) (run Run, created bool, err error)
	// StartRun writes r as running; ErrConflict when the account has a live run.
	StartRun(ctx context.Context, r Run) error
	// Restart clears the account's block and streaks, stamps RestartedAt, and
	// enqueues r, or returns the live run.
	Restart(ctx context.Context, accountID string, at time.Time, r Run, by Audit) (Run, error)
	// Due lists active, unblocked accounts with settings whose NextRunAt is not
	// after now.
	Due(ctx context.Context, now time.Time) ([]Account, error)
	// EnqueueDue moves the account's NextRunAt and enqueues r (unless one is live).
	EnqueueDue(ctx context.Context, accountID string, next time.Time, r Run) error
	// ClaimRun turns the oldest queued run into a running one; ErrNotFound when
	// there is none.
	ClaimRun(ctx context.Context, now time.Time) (Run, error)
	Run(ctx context.Context, id string) (Run, error)
	Runs(ctx context.Context, f RunFilter) (rows []Run, total int, err error)
	// StageRun closes the open stage of a run, if any, and opens another ("" opens none).
	StageRun(ctx context.Context, runID, stage string, at time.Time, kind scrapers.Kind) error
	Stages(ctx context.Context, runID string) ([]RunStage, error)
	// EndRun ends a run that stored nothing; change is applied to its account in
	// the same transaction and the changed row is returned.
	EndRun(ctx context.Context, r Run, change func(*Account)) (Account, error)
	// Orphans turns runs left running by an earlier process into orphaned ones, and
	// their open attempts into unexplained ones. change is called for each account
	// that had one or the other.
	Orphans(ctx context.Context, at time.Time, change func(a *Account, open []Attempt)) (int, error)

	// BeginAttempt writes a ledger row before a password is sent. decide sees the
	// rows of the same bank user that are not known to have succeeded, newest
	// first, 30 days back; its error is returned and nothing is written.
	BeginAttempt(ctx context.Context, a Attempt, decide func(earlier []Attempt) error) error
	ResolveAttempt(ctx context.Context, id string, outcome AttemptOutcome, at time.Time) error
	// Attempts lists the ledger of a bank user since a time, newest first.
	Attempts(ctx context.Context, bank, bankUser string, since time.Time) ([]Attempt, error)
}

type movementStore interface {
	// Keep stores what a run read: new lines, the decisions about them, the
	// deliveries owed, the end of the run and the account's health, in one
	// transaction.
	Keep(ctx context.Context, k Keep) (Kept, error)
	// Newest returns the newest bank day with a stored line per bank account.
	Newest(ctx context.Context, accountID string) (map[string]string, error)
	Movement(ctx context.Context, accountID, id string) (Movement, error)
	Movements(ctx context.Context, f MovementFilter) (rows []Movement, total int, err error)
	// Totals counts and sums what a filter selects, by currency, credits only.
	Totals(ctx context.Context, f MovementFilter) ([]Total, error)
	// ChangeMovement applies change and writes it back with the deliveries it returns.
	ChangeMovement(ctx context.Context, accountID, id string, change func(*Movement) ([]Delivery, error), by Audit) (Movement, error)
}

type deliveryStore interface {
	// DueDeliveries returns owed deliveries whose time has come, oldest first, at
	// most perReceiver of a receiver and limit in all, only the first owed one of a
	// subject, none of a subject of which skip lists a delivery, and none whose
	// receiver skip lists.
	DueDeliveries(ctx context.Context, now time.Time, limit, perReceiver int, skip DeliverySkip) ([]Delivery, error)
	// NextDelivery is when the next owed delivery falls due; zero when none is owed.
	NextDelivery(ctx context.Context) (time.Time, error)
	// FinishDeliveries records attempts: each delivery as it now stands, its
	// attempt, the receiver's breaker, and notified_at for delivered movements.
	FinishDeliveries(ctx context.Context, results []DeliveryResult) error
	Delivery(ctx context.Context, id string) (Delivery, error)
	Deliveries(ctx context.Context, f DeliveryFilter) (rows []Delivery, total int, err error)
	DeliveryAttempts(ctx context.Context, deliveryID string) ([]DeliveryAttempt, error)
	// LatestDeliveries returns the newest delivery of each subject that has one.
	LatestDeliveries(ctx context.Context, subjects []string) (map[string]Delivery, error)
	// ChangeDelivery applies change to a delivery and writes it back.
	ChangeDelivery(ctx context.Context, id string, change func(*Delivery) error, by Audit) (Delivery, error)
	Receivers(ctx context.Context) ([]Receiver, error)
	// DeliveryCounts counts deliveries by status.
	DeliveryCounts(ctx context.Context, accountID string) (map[DeliveryStatus]int, error)
}

// DeliverySkip names what DueDeliveries must leave alone.
type DeliverySkip struct {
	Receivers []string       // paused by their breaker
	IDs       []string       // in flight
	Busy      map[string]int // receiver → deliveries in flight, which count against perReceiver
}

// DeliveryResult is one attempt and what it made of its delivery.
type DeliveryResult struct {
	Delivery Delivery
	Attempt  *DeliveryAttempt // nil when no attempt was spent
	Receiver Receiver
}

// Keep is what a run hands to the store.
type Keep struct {
	Run     Run       // as it will stand: status, counts are filled in by the store
	At      time.Time // when it is stored
	Lines   []Movement
	Covered []Coverage
	// Decide is called once with the lines that were new, in the order of Lines, and
	// behind them the stored ones that have a sender only since this reading and
	// about which nothing was sent; and with the operation mode.
	Decide func(fresh []Movement, mode OperationMode) []Decision
	// Settle is called once all of it is written; what it does belongs to the same
	// transaction. nil does nothing.
	Settle func(tx OrderTx, kept Kept) error
	// Change is applied to the account in the same transaction.
	Change func(*Account)
}

// Coverage says that a bank account was read whole from a bank day on, so that
// stored lines of those days that were not read again have vanished.
type Coverage struct {
	BankAccount string
	FromDay     string // YYYY-MM-DD
}

// Decision is what to do about a new movement.
type Decision struct {
	Movement   Movement // with BeforeStart, NotifiedAt, ExcludedAt decided
	Deliveries []Delivery
}

// Kept is what storing gave.
type Kept struct {
	Run      Run
	Fresh    []Movement // new lines, debits included
	Named    []Movement // stored lines that have a sender only since this reading
	Returned []Movement // stored lines that had vanished and are shown again
	Changed  []Movement // stored lines the bank now shows with another amount, direction or currency; left as they were
	Vanished []Movement // stored lines no longer shown
}

// Scope ties a sealed secret to where it belongs; it is authenticated with it.
type Scope struct {
	Table string // "secret"
	Row   string // account id
	Field string
}

// Vault seals and opens secrets. It fails with ErrLocked when its key cannot be
// reached and ErrSecretDamaged when the key is right and the text is not.
type Vault interface {
	Seal(ctx context.Context, s Scope, plain []byte) ([]byte, error)
	Open(ctx context.Context, s Scope, sealed []byte) ([]byte, error)
	// Print is a keyed hash, to recognise a secret again without keeping it.
	Print(ctx context.Context, s Scope, plain []byte) (string, error)
}

// Outgoing is one HTTP request to a receiver.
type Outgoing struct {
	URL       string
	Body      []byte
	Auth      AuthType // used when Token is not empty
	Token     string
	WebhookID string
	At        time.Time // webhook-timestamp
	Signing   []string  // signing secrets "whsec_…"; each adds a signature
}

// Answer is what a receiver said.
type Answer struct {
	Status     int
	RetryAfter time.Duration // 0 when not asked for
	Body       string        // first 16 KiB, as valid text
	Size       int64         // bytes read, at most 64 KiB
	Took       time.Duration
}

// Sender makes one attempt. An error means no usable answer; its text is for
// people and holds neither payload nor token; it is ErrOffline when nothing was
// sent for want of a network. Redirects are answers, not followed.
type Sender interface {
	Send(ctx context.Context, o Outgoing) (Answer, error)
	// CheckURL refuses an address that may never be called, with a sentence.
	CheckURL(url string) error
}
