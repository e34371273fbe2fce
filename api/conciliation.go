package api

import (
	"net/http"
	"strconv"
	"time"

	"reconbanker/core"
	"reconbanker/core/wire"
)

// orderStatuses are the words of the status filter.
var orderStatuses = []string{
	string(core.OrderPending), string(core.OrderProcessing), string(core.OrderMatched), string(core.OrderAmbiguous),
	string(core.OrderNotFound), string(core.OrderExpired), string(core.OrderCancelled), string(core.OrderFailed),
}

func listOrders(c *call) (reply, error) {
	f := core.OrderFilter{AccountID: c.query.Get("account_id"), Search: c.query.Get("search"), Currency: c.query.Get("currency")}
	if f.AccountID != "" && !core.ValidID(f.AccountID) {
		return reply{}, badRequest("account_id must be a UUID")
	}
	status, err := c.choice("status", orderStatuses...)
	if err != nil {
		return reply{}, err
	}
	if status != "" {
		f.Statuses = []core.OrderStatus{core.OrderStatus(status)}
	}
	if f.Limit, f.Offset, err = c.page(50); err != nil {
		return reply{}, err
	}
	rows, total, err := c.s.core.Orders(c.Context(), f)
	if err != nil {
		return reply{}, err
	}
	accounts, err := c.accounts()
	if err != nil {
		return reply{}, err
	}
	out := make([]wire.Order, len(rows))
	for i, o := range rows {
		out[i] = wire.FromOrder(o, accounts[o.AccountID])
	}
	c.total(total)
	return ok(out)
}

// accounts returns every account by id.
func (c *call) accounts() (map[string]core.Account, error) {
	rows, err := c.s.core.Accounts(c.Context())
	out := make(map[string]core.Account, len(rows))
	for _, a := range rows {
		out[a.ID] = a
	}
	return out, err
}

// noOrder is the documented sentence.
func noOrder(err error) error {
	if f := failureOf(err); f.status == http.StatusNotFound {
		return refuse(http.StatusNotFound, "Not found")
	}
	return err
}

func getOrder(c *call) (reply, error) {
	id, err := c.id("requestId")
	if err != nil {
		return reply{}, err
	}
	why := false
	if c.query.Has("explain") {
		if why, err = strconv.ParseBool(c.query.Get("explain")); err != nil {
			return reply{}, badRequest("explain must be true or false")
		}
	}
	return c.showOrder(id, why)
}

func (c *call) showOrder(id string, why bool) (reply, error) {
	d, err := c.s.core.Order(c.Context(), id)
	if err != nil {
		return reply{}, noOrder(err)
	}
	a, err := c.s.core.Account(c.Context(), d.Order.AccountID)
	if err != nil {
		return reply{}, noOrder(err)
	}
	return ok(wire.FromOrderDetail(d, a, why))
}

// orderAction is what can be done to an order, or to the list of an account: the
// two share one shape of path, which the mux cannot tell apart.
func orderAction(c *call) (reply, error) {
	if c.PathValue("requestId") == "poll" {
		return poll(c)
	}
	do := map[string]func(*call, string) (reply, error){
		"run": runOrder, "notify": notifyOrder, "settle": settleOrder, "refuse": refusePair, "undo": undoOrder,
	}[c.PathValue("action")]
	if do == nil {
		return reply{}, notFound("Route")
	}
	id, err := c.id("requestId")
	if err != nil {
		return reply{}, err
	}
	if _, err := c.s.core.Order(c.Context(), id); err != nil {
		return reply{}, noOrder(err)
	}
	if err := c.s.actions.take(id); err != nil {
		return reply{}, err
	}
	return do(c, id)
}

func runOrder(c *call, id string) (reply, error) {
	if _, err := c.s.core.RunMatch(c.Context(), id, c.actor()); err != nil {
		return reply{}, noOrder(err)
	}
	return accepted(queued{true})
}

func notifyOrder(c *call, id string) (reply, error) {
	if _, err := c.s.core.ResendOrder(c.Context(), id, c.actor()); err != nil {
		return reply{}, noOrder(err)
	}
	return accepted(queued{true})
}

// paid reads which movement a person means.
func (c *call) paid() (string, error) {
	var in struct {
		ID string `json:"bank_transaction_id"`
	}
	if err := c.decode(&in); err != nil {
		return "", err
	}
	if !core.ValidID(in.ID) {
		return "", badRequest("bank_transaction_id must be the id of a movement")
	}
	return in.ID, nil
}

func settleOrder(c *call, id string) (reply, error) {
	movement, err := c.paid()
	if err != nil {
		return reply{}, err
	}
	if _, err := c.s.core.SettleOrder(c.Context(), id, movement, c.actor()); err != nil {
		return reply{}, noOrder(err)
	}
	return c.showOrder(id, false)
}

func refusePair(c *call, id string) (reply, error) {
	movement, err := c.paid()
	if err != nil {
		return reply{}, err
	}
	if _, err := c.s.core.RefusePair(c.Context(), id, movement, c.actor()); err != nil {
		return reply{}, noOrder(err)
	}
	return c.showOrder(id, false)
}

func undoOrder(c *call, id string) (reply, error) {
	if _, err := c.s.core.UndoMatch(c.Context(), id, c.actor()); err != nil {
		return reply{}, noOrder(err)
	}
	return c.showOrder(id, false)
}

// pollAccount finds the account whose list is meant.
func (c *call) pollAccount(name string) (core.Account, error) {
	id, err := c.id(name)
	if err != nil {
		return core.Account{}, badRequest("accountId must be a UUID")
	}
	a, err := c.s.core.Account(c.Context(), id)
	return a, missing(err, "Account")
}

// poll asks an account's list of orders now. What went wrong there is 502, with
// the sentence that is kept of it.
func poll(c *call) (reply, error) {
	a, err := c.pollAccount("action")
	if err != nil {
		return reply{}, err
	}
	if err := c.s.actions.take(a.ID); err != nil {
		return reply{}, err
	}
	began := c.s.now().Truncate(time.Millisecond)
	_, err = c.s.core.PollNow(c.Context(), a.ID, c.actor())
	if err == nil {
		return accepted(queued{true})
	}
	if f := failureOf(err); f.status != http.StatusInternalServerError {
		return reply{}, err
	}
	feed, again := c.s.core.Feed(c.Context(), a.ID)
	if again != nil || feed.Error == "" || feed.PolledAt.Before(began) {
		return reply{}, err
	}
	return reply{}, refuse(http.StatusBadGateway, "%s", feed.Error)
}

func getFeed(c *call) (reply, error) {
	a, err := c.pollAccount("accountId")
	if err != nil {
		return reply{}, err
	}
	f, err := c.s.core.Feed(c.Context(), a.ID)
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromFeed(f))
}
