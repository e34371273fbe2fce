package api

import (
	"errors"
	"net/http"
	"strconv"

	"reconbanker/core"
	"reconbanker/core/wire"
)

func listMovements(c *call) (reply, error) {
	a, err := c.account()
	if err != nil {
		return reply{}, err
	}
	f := core.MovementFilter{AccountID: a.ID, Currency: c.query.Get("currency"), Search: c.query.Get("search")}
	if f.Limit, f.Offset, err = c.page(100); err != nil {
		return reply{}, err
	}
	if f.From, err = c.moment("from"); err != nil {
		return reply{}, err
	}
	if f.To, err = c.moment("to"); err != nil {
		return reply{}, err
	}
	if f.Delivery, err = c.choice("delivery", "pending", "delivered", "retrying", "dead", "silent", "no_sender", "before_start"); err != nil {
		return reply{}, err
	}
	rows, total, err := c.s.core.Movements(c.Context(), f)
	if err != nil {
		return reply{}, missing(err, "Account")
	}
	out := make([]wire.Movement, len(rows))
	for i, m := range rows {
		out[i] = wire.FromMovement(m)
	}
	c.total(total)
	return ok(out)
}

// movement finds the account and the id of a movement in the path.
func (c *call) movement() (accountID, id string, err error) {
	if _, err = c.id("accountId"); err != nil {
		return "", "", err
	}
	if id, err = c.id("movementId"); err != nil {
		return "", "", err
	}
	a, err := c.account()
	return a.ID, id, err
}

// noMovement is the seed's sentence.
func noMovement(err error) error {
	if errors.Is(err, core.ErrNotFound) {
		return refuse(http.StatusNotFound, "Movement not found for this account")
	}
	return err
}

type queued struct {
	Queued bool `json:"queued"`
}

func notifyMovement(c *call) (reply, error) {
	account, id, err := c.movement()
	if err != nil {
		return reply{}, err
	}
	anyway := false
	if c.query.Has("anyway") {
		if anyway, err = strconv.ParseBool(c.query.Get("anyway")); err != nil {
			return reply{}, badRequest("anyway must be true or false")
		}
	}
	m, err := c.s.core.Movement(c.Context(), account, id)
	if err != nil {
		return reply{}, noMovement(err)
	}
	if m.Sender == "" && !anyway {
		return reply{}, refuse(http.StatusConflict, "the bank names no sender of this movement: to send it with name null, add ?anyway=true")
	}
	if _, err := c.s.core.Resend(c.Context(), account, id, anyway, c.actor()); err != nil {
		return reply{}, noMovement(err)
	}
	return accepted(queued{true})
}

func excludeMovement(c *call) (reply, error) { return c.setAside(true) }
func restoreMovement(c *call) (reply, error) { return c.setAside(false) }

func (c *call) setAside(aside bool) (reply, error) {
	account, id, err := c.movement()
	if err != nil {
		return reply{}, err
	}
	m, err := c.s.core.ExcludeMovement(c.Context(), account, id, aside, c.actor())
	if err != nil {
		return reply{}, noMovement(err)
	}
	return ok(wire.FromMovement(m))
}

// deadLetter is a webhook about a movement that gave up.
type deadLetter struct {
	ID          string  `json:"id"`
	AccountID   string  `json:"accountId"`
	SubjectType string  `json:"subjectType"`
	SubjectID   string  `json:"subjectId"`
	URL         *string `json:"url"`
	LastStatus  *int    `json:"lastStatus"`
	LastError   *string `json:"lastError"`
	Attempts    int     `json:"attempts"`
	FailedAt    *string `json:"failedAt"`
	ResolvedAt  *string `json:"resolvedAt"` // always null: a resolved one is not listed
}

func deadLetters(c *call) (reply, error) {
	a, err := c.account()
	if err != nil {
		return reply{}, err
	}
	f := core.DeliveryFilter{AccountID: a.ID, Status: core.DeliveryDead}
	if f.Limit, f.Offset, err = c.page(100); err != nil {
		return reply{}, err
	}
	rows, total, err := c.s.core.Deliveries(c.Context(), f)
	if err != nil {
		return reply{}, err
	}
	out := make([]deadLetter, len(rows))
	for i, d := range rows {
		out[i] = deadLetter{
			ID: d.ID, AccountID: d.AccountID, SubjectType: subjectOf(d.Kind), SubjectID: d.SubjectID, URL: text(d.URL),
			LastError: text(d.LastError), Attempts: d.Attempts, FailedAt: wire.Time(d.DoneAt),
		}
		if d.LastStatus != 0 {
			out[i].LastStatus = &rows[i].LastStatus
		}
	}
	c.total(total)
	return ok(out)
}

func subjectOf(k core.DeliveryKind) string {
	switch k {
	case core.MovementDelivery:
		return "bank_transaction"
	case core.OrderDelivery:
		return "conciliation_request"
	}
	return "notification"
}

// filtered reads what lists of runs and deliveries share: an account and a page.
func (c *call) filtered() (account string, limit, offset int, err error) {
	if account = c.query.Get("account_id"); account != "" && !core.ValidID(account) {
		return "", 0, 0, badRequest("account_id must be a UUID")
	}
	limit, offset, err = c.page(100)
	return account, limit, offset, err
}

func listDeliveries(c *call) (reply, error) {
	account, limit, offset, err := c.filtered()
	if err != nil {
		return reply{}, err
	}
	state, err := c.choice("status", string(core.DeliveryPending), string(core.DeliveryRetrying), string(core.DeliveryDelivered), string(core.DeliveryDead))
	if err != nil {
		return reply{}, err
	}
	f := core.DeliveryFilter{AccountID: account, Status: core.DeliveryStatus(state), SubjectID: c.query.Get("subject_id"), Limit: limit, Offset: offset}
	rows, total, err := c.s.core.Deliveries(c.Context(), f)
	if err != nil {
		return reply{}, err
	}
	out := make([]wire.Delivery, len(rows))
	for i, d := range rows {
		out[i] = wire.FromDelivery(d, nil)
	}
	c.total(total)
	return ok(out)
}

func getDelivery(c *call) (reply, error) {
	id, err := c.id("deliveryId")
	if err != nil {
		return reply{}, err
	}
	d, attempts, err := c.s.core.Delivery(c.Context(), id)
	if err != nil {
		return reply{}, missing(err, "Delivery")
	}
	if attempts == nil {
		attempts = []core.DeliveryAttempt{} // with its payload
	}
	return ok(wire.FromDelivery(d, attempts))
}

func resendDelivery(c *call) (reply, error) {
	id, err := c.id("deliveryId")
	if err != nil {
		return reply{}, err
	}
	if _, err := c.s.core.ResendDelivery(c.Context(), id, c.actor()); err != nil {
		return reply{}, missing(err, "Delivery")
	}
	return accepted(queued{true})
}
