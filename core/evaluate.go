package core

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// evaluation decides about orders of one account inside one transaction. All of
// its candidates have exactly an order's amount, so that it works amount by
// amount: what has another one cannot speak for or against a pair.
type evaluation struct {
	c        *Core
	tx       OrderTx
	account  string
	zone     *time.Location
	settings Settings
	now      time.Time
	// fresh holds what this transaction brought: movements, and orders that are new
	// or were changed.
	fresh map[string]bool

	siblings []string // of the account; see sister
	asked    bool
	touched  bool // an order was changed
}

func (c *Core) evaluation(tx OrderTx, accountID string, zone *time.Location) (*evaluation, error) {
	s, err := tx.Settings(accountID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	if zone == nil {
		zone = time.UTC
	}
	return &evaluation{c: c, tx: tx, account: accountID, zone: zone, settings: s, now: c.now(), fresh: map[string]bool{}}, nil
}

// amount evaluates every open order of exactly this amount.
func (e *evaluation) amount(amount Money) error {
	if err := e.contradict(amount); err != nil {
		return err
	}
	orders, err := e.tx.OpenOrders(e.account, &amount)
	if err != nil || len(orders) == 0 {
		return err
	}
	in, err := e.input(orders, nil, amount)
	if err != nil {
		return err
	}
	verdicts, err := e.match(in)
	if err != nil {
		return e.failed(orders)
	}
	for _, o := range orders {
		i := slices.IndexFunc(verdicts, func(v Verdict) bool { return v.OrderID == o.ID })
		if i < 0 || o.Status == OrderFailed { // a failed one speaks against others and waits for a person
			continue
		}
		if err := e.apply(o, verdicts[i]); err != nil {
			return err
		}
	}
	return nil
}

// input gathers what a decision about orders depends on. Pairs that stand are
// laid open again.
func (e *evaluation) input(orders []Order, pairs []Pair, amount Money) (MatchInput, error) {
	in := MatchInput{
		UniqueAmount: e.settings.UniqueAmount, Zone: e.zone, Fresh: map[string]bool{}, ForPeople: map[string]bool{},
	}
	for _, o := range orders {
		if !o.DoubtAt.IsZero() {
			o.Status = OrderAmbiguous
		}
		in.ForPeople[o.ID] = o.ByHand
		in.Fresh[o.ID] = e.fresh[o.ID]
		in.Orders = append(in.Orders, o)
	}
	for _, p := range pairs {
		p.Order.Status = OrderPending
		in.Orders = append(in.Orders, p.Order)
		in.Movements = append(in.Movements, p.Movement)
	}
	from, to := PaymentWindow(in.Orders[0], e.zone)
	checked := in.Orders[0].CheckedAt
	ids := make([]string, len(in.Orders))
	for i, o := range in.Orders {
		f, t := PaymentWindow(o, e.zone)
		from, to, checked = earlier(from, f), later(to, t), later(checked, o.CheckedAt)
		ids[i] = o.ID
	}
	free, err := e.tx.Free(e.account, amount, from, to)
	if err != nil {
		return in, fmt.Errorf("find payments: %w", err)
	}
	for _, f := range free {
		in.Movements = append(in.Movements, f.Movement)
		in.ForPeople[f.Movement.ID] = f.ByHand
		in.Fresh[f.Movement.ID] = e.fresh[f.Movement.ID] || f.Movement.IngestedAt.After(checked)
	}
	if len(in.Movements) == 0 {
		return in, nil
	}
	var names []string
	for _, m := range in.Movements {
		names = append(names, NameKey(m.Sender))
	}
	if in.Aliases, err = e.tx.AliasesOf(e.account, names); err != nil {
		return in, fmt.Errorf("read the aliases: %w", err)
	}
	in.Refusals, err = e.tx.RefusalsOf(ids)
	return in, err
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// match decides; a defect in deciding fails these orders and nothing else.
func (e *evaluation) match(in MatchInput) (out []Verdict, err error) {
	defer func() {
		if p := recover(); p != nil { // the value is not kept: it may hold anything
			e.c.log.Error().Str("account", e.account).Bytes("stack", debug.Stack()).Msg("an evaluation panicked")
			out, err = nil, errors.New("a defect in the program ended the evaluation")
		}
	}()
	return e.c.match(in), nil
}

// apply makes a verdict true.
func (e *evaluation) apply(o Order, v Verdict) error {
	was := o
	o.CheckedAt, o.Retries, o.RetryAt = e.now, 0, time.Time{}
	o.Status, o.Reason = v.Status, v.Reason
	if o.Status == OrderNotFound && o.ByHand {
		o.Status, o.Reason = OrderAmbiguous, ReasonLeftToPeople
	}
	if o.Status == OrderAmbiguous {
		o.DoubtAt = e.now
	}
	a := OrderAttempt{MovementID: v.MovementID, Candidates: v.Candidates, Others: v.Others}
	if o.Status == OrderMatched {
		return e.settle(o, OrderMatch{MovementID: v.MovementID, Reason: v.Reason, Score: scoreOf(v)}, a)
	}
	if explained := explanation(o, v); explained != o.Explained {
		o.Explained = explained
		if err := e.note(&o, a); err != nil {
			return err
		}
	}
	if o.Status == OrderAmbiguous && o.Announced != OrderAmbiguous {
		if err := e.announce(&o, ""); err != nil {
			return err
		}
	}
	e.touched = e.touched || o.Status != was.Status || o.Explained != was.Explained
	return e.tx.PutOrder(o)
}

func scoreOf(v Verdict) float64 {
	for _, c := range v.Candidates {
		if c.MovementID == v.MovementID {
			return c.Score
		}
	}
	return 0
}

// explanation recognises a verdict, so that the same is not written twice.
func explanation(o Order, v Verdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", o.Status, o.Reason)
	for _, c := range append(slices.Clone(v.Candidates), v.Others...) {
		fmt.Fprintf(&b, " %s %s", c.MovementID, c.Band)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:8])
}

// note adds a row to an order's history.
func (e *evaluation) note(o *Order, a OrderAttempt) error {
	o.Attempts++
	a.OrderID, a.N, a.At, a.Result = o.ID, o.Attempts, e.now, o.Status
	if a.Reason == "" {
		a.Reason = o.Reason
	}
	if err := e.tx.AddAttempt(a); err != nil {
		return fmt.Errorf("write the history of an order: %w", err)
	}
	return nil
}

// settle ties an order to its movement and tells the customer, all at once.
func (e *evaluation) settle(o Order, m OrderMatch, a OrderAttempt) error {
	m.ID, m.AccountID, m.OrderID, m.MatchedAt = newID(), e.account, o.ID, e.now
	if err := e.tx.AddMatch(m); err != nil {
		return fmt.Errorf("write a match: %w", err)
	}
	if err := e.tx.Exclude(m.MovementID, e.now); err != nil {
		return err
	}
	o.Status, o.Reason, o.EndedAt, o.ByHand, o.Explained = OrderMatched, m.Reason, e.now, false, ""
	o.DoubtAt, o.MissingAt = time.Time{}, time.Time{}
	a.MovementID, a.Actor = m.MovementID, m.Actor
	if err := e.note(&o, a); err != nil {
		return err
	}
	if err := e.announce(&o, ""); err != nil {
		return err
	}
	e.touched = true
	if err := e.tx.PutOrder(o); err != nil {
		return err
	}
	if m.Person {
		if err := e.learn(o, m); err != nil {
			return err
		}
	}
	return e.dropCopies(o)
}

// dropCopies cancels the same order in the other accounts that poll its list.
func (e *evaluation) dropCopies(o Order) error {
	copies, err := e.sister(o.ExternalID)
	if err != nil {
		return err
	}
	for _, twin := range copies {
		if !twin.Status.Open() {
			continue
		}
		if err := e.tx.Supersede(twin.ID, superseded+"the order was settled in another account", e.now); err != nil {
			return err
		}
		if err := e.cancel(twin, ReasonElsewhere); err != nil {
			return err
		}
	}
	return nil
}

// sister finds the copies of an order in the other accounts that poll its list.
func (e *evaluation) sister(externalID string) ([]Order, error) {
	if !e.asked {
		var err error
		if e.siblings, err = e.tx.Siblings(e.account); err != nil {
			return nil, fmt.Errorf("find the accounts that poll the same list: %w", err)
		}
		e.asked = true
	}
	if len(e.siblings) == 0 {
		return nil, nil
	}
	return e.tx.OrdersByExternalID(e.siblings, []string{externalID})
}

func (e *evaluation) cancel(o Order, why MatchReason) error {
	o.Status, o.Reason, o.EndedAt, o.RetryAt, o.Explained = OrderCancelled, why, e.now, time.Time{}, ""
	if err := e.note(&o, OrderAttempt{}); err != nil {
		return err
	}
	e.touched = true
	return e.tx.PutOrder(o)
}

// failed records that an evaluation could not be made: it is tried again, and
// past the account's retry_limit the order waits for a person.
func (e *evaluation) failed(orders []Order) error {
	for _, o := range orders {
		if o.Status == OrderFailed {
			continue
		}
		o.Retries++
		o.Status, o.Reason, o.Explained = OrderProcessing, ReasonSystem, ""
		o.RetryAt = e.now.Add(min(time.Minute<<min(o.Retries-1, 10), time.Hour))
		if o.Retries > e.settings.RetryLimit {
			o.Status, o.RetryAt = OrderFailed, time.Time{}
		}
		if err := e.note(&o, OrderAttempt{}); err != nil {
			return err
		}
		e.touched = true
		if err := e.tx.PutOrder(o); err != nil {
			return err
		}
	}
	return nil
}

// expire ends the orders that were due at t or before. Their amounts are looked
// at once more first, with everything that has been read.
func (e *evaluation) expire(t time.Time) error {
	late, err := e.tx.LateOrders(e.account, t)
	if err != nil {
		return fmt.Errorf("find orders past their time: %w", err)
	}
	seen := map[Money]bool{}
	for _, o := range late {
		if !seen[o.Amount] {
			seen[o.Amount] = true
			if err := e.amount(o.Amount); err != nil {
				return err
			}
		}
	}
	if len(late) == 0 {
		return nil
	}
	if late, err = e.tx.LateOrders(e.account, t); err != nil {
		return err
	}
	for _, o := range late {
		if o.Status == OrderFailed || o.Status == OrderProcessing { // it was never looked at whole
			continue
		}
		if err := e.expireOne(o); err != nil {
			return err
		}
	}
	return nil
}

func (e *evaluation) expireOne(o Order) error {
	o.Status, o.Reason, o.EndedAt, o.Explained = OrderExpired, ReasonExpired, e.now, ""
	if err := e.note(&o, OrderAttempt{}); err != nil {
		return err
	}
	copies, err := e.sister(o.ExternalID)
	if err != nil {
		return err
	}
	open := slices.ContainsFunc(copies, func(t Order) bool { return t.Status.Open() })
	if e.settings.NotifyOnExpired && !open { // the last copy that ends tells it
		if err := e.announce(&o, ""); err != nil {
			return err
		}
	}
	e.touched = true
	return e.tx.PutOrder(o)
}
