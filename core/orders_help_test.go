package core_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

const listURL = "https://erp.example/pending"

// till is an account in reconcile mode: a list of orders, a bank's statement, and
// the webhooks that came.
type till struct {
	*testing.T
	w     *coretest.World
	a     core.Account
	lines []scrapers.Line
}

// reconcile runs fn in a synctest bubble on a till that works; change alters what
// is saved.
func reconcile(t *testing.T, fn func(c *till), change ...func(*core.SettingsInput)) {
	t.Helper()
	reconcileWith(t, func(*core.Config) {}, fn, change...)
}

// reconcileWith is reconcile in a synctest bubble with another configuration.
func reconcileWith(t *testing.T, config func(*core.Config), fn func(c *till), change ...func(*core.SettingsInput)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t, config)
		c := &till{T: t, w: w}
		c.must(w.Core.SetOperationMode(t.Context(), core.Reconcile, "test"))
		c.a = c.account(change...)
		w.Start(t)
		time.Sleep(time.Second)
		fn(c)
	})
}

func (c *till) account(change ...func(*core.SettingsInput)) core.Account {
	c.Helper()
	return c.w.Account(c.T, append([]func(*core.SettingsInput){func(in *core.SettingsInput) {
		in.PendingOrdersEndpoint = new(listURL)
	}}, change...)...)
}

func (c *till) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// row is an order on the list, in cents of a peso.
func row(id string, cents int64, name string) string {
	return fmt.Sprintf(`{"external_id":%q,"amount":%q,"currency":"UYU","name":%q}`, id, core.Money{Minor: cents, Currency: "UYU"}.Decimal(), name)
}

// lists makes the customer's list hold these rows and polls it.
func (c *till) lists(rows ...string) core.Feed {
	c.Helper()
	c.w.Lists.Serve("[" + strings.Join(rows, ",") + "]")
	f, err := c.w.Core.PollNow(c.Context(), c.a.ID, "test")
	c.must(err)
	return f
}

// paid adds a credit to the bank's statement and reads it.
func (c *till) paid(cents int64, sender string, change ...func(*scrapers.Line)) {
	c.Helper()
	c.books(cents, sender, change...)
	c.reads()
}

func (c *till) books(cents int64, sender string, change ...func(*scrapers.Line)) {
	l := scrapers.Line{
		BankAccount: "001", BankID: fmt.Sprint("M", len(c.lines)+1), Direction: scrapers.Credit, Precision: scrapers.Second,
		Amount: core.Money{Minor: cents, Currency: "UYU"}, BookedAt: time.Now().Truncate(time.Second), Description: "TRF", Sender: sender,
	}
	for _, ch := range change {
		ch(&l)
	}
	c.lines = append(c.lines, l)
}

func (c *till) reads() {
	c.Helper()
	c.w.Bank.OnRead(coretest.Shows(c.lines...))
	mustEnd(c.T, c.w.Scrape(c.T, c.a.ID), core.Succeeded, "")
}

func (c *till) order(id string) core.Order {
	c.Helper()
	return c.orderOf(c.a.ID, id)
}

func (c *till) orderOf(accountID, id string) core.Order {
	c.Helper()
	rows, _, err := c.w.Core.Orders(c.Context(), core.OrderFilter{AccountID: accountID, Limit: 500})
	c.must(err)
	i := slices.IndexFunc(rows, func(o core.Order) bool { return o.ExternalID == id })
	if i < 0 {
		c.Fatalf("there is no order %s among %d", id, len(rows))
	}
	return rows[i]
}

// is checks the state of an order and returns it.
func (c *till) is(id string, want core.OrderStatus) core.Order {
	c.Helper()
	o := c.order(id)
	if o.Status != want {
		c.Fatalf("order %s is %s (%s), want %s", id, o.Status, o.Reason, want)
	}
	return o
}

// told lists, in a synctest bubble, the bodies of the webhooks so far, oldest first.
func (c *till) told() (out []string) {
	synctest.Wait()
	time.Sleep(time.Second)
	synctest.Wait()
	for _, s := range c.w.Sender.Sent() {
		out = append(out, string(s.Out.Body))
	}
	return out
}

// hears checks the webhooks since the last call of it.
func (c *till) hears(want ...string) {
	c.Helper()
	got := c.told()
	if len(got) < len(want) || strings.Join(got[len(got)-len(want):], "\n") != strings.Join(want, "\n") {
		c.Fatalf("webhooks:\n%s\nwant at the end:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (c *till) movement(bankID string) core.Movement {
	c.Helper()
	rows, _, err := c.w.Core.Movements(c.Context(), core.MovementFilter{AccountID: c.a.ID, Limit: 500, Debits: true})
	c.must(err)
	i := slices.IndexFunc(rows, func(m core.Movement) bool { return m.BankID == bankID })
	if i < 0 {
		c.Fatalf("there is no movement %s", bankID)
	}
	return rows[i]
}

func (c *till) detail(id string) core.OrderDetail {
	c.Helper()
	d, err := c.w.Core.Order(c.Context(), c.order(id).ID)
	c.must(err)
	return d
}

// off lets time pass in the synctest bubble while the program does not run.
func (c *till) off(d time.Duration) {
	c.Helper()
	c.w.Stop(c.T)
	time.Sleep(d)
	c.w.Reboot()
	c.w.Start(c.T)
}

// pass lets time pass in the synctest bubble.
func (c *till) pass(d time.Duration) { time.Sleep(d) }
