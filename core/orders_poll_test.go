package core_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
)

func (c *till) asked() int { return len(c.w.Lists.Asked()) }

// No outage ends polling for good.
func TestPollingOutlivesOutages(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Marta Suárez"))
		c.w.Lists.Fails(errors.New("nothing listens at erp.example"))
		before := c.asked()
		c.pass(24 * time.Hour)
		if n := c.asked() - before; n < 20 || n > 40 {
			c.Errorf("%d polls in a day of outage", n)
		}
		f, err := c.w.Core.Feed(c.Context(), c.a.ID)
		if err != nil || f.Failures < 20 || !strings.Contains(f.Error, "nothing listens") || f.Accepted != 1 || f.NextAt.IsZero() {
			c.Errorf("feed %+v, %v", f, err)
		}
		c.is("A", core.OrderNotFound) // a failed poll cancels nothing
		c.w.Lists.Serve("[" + row("A", 100, "Marta Suárez") + "," + row("B", 200, "Otro Nombre") + "]")
		c.pass(time.Hour + 10*time.Minute)
		c.is("B", core.OrderNotFound)
		before = c.asked()
		c.pass(time.Hour)
		if n := c.asked() - before; n < 5 || n > 7 {
			c.Errorf("%d polls in an hour, want one every ten minutes", n)
		}
		if f, _ := c.w.Core.Feed(c.Context(), c.a.ID); f.Failures != 0 || f.Error != "" || f.Accepted != 2 {
			c.Errorf("feed %+v", f)
		}
	})
}

// Accounts without settings are left alone, and tokens are sent opened, not as
// they are stored.
func TestPollingWithToken(t *testing.T) {
	reconcile(t, func(c *till) {
		if _, err := c.w.Core.CreateAccount(c.Context(), c.a.Bank, "Sin ajustes", "test"); err != nil {
			c.Fatal(err)
		}
		c.lists(row("A", 100, "Marta Suárez"))
		before := c.asked()
		c.pass(time.Hour)
		for _, f := range c.w.Lists.Asked() {
			if f.Token != "lista-99" || f.Auth != core.APIKey || f.URL != listURL || f.Method != "POST" || string(f.Body) != `{"q":1}` || f.ETag != "" {
				c.Fatalf("asked %+v", f)
			}
		}
		if n := c.asked() - before; n > 7 {
			c.Errorf("%d polls", n)
		}
		c.paid(100, "MARTA SUAREZ")
		c.told()
		if s := c.w.Sender.Sent(); len(s) != 1 || s[0].Out.Token != "lista-99" || s[0].Out.Auth != core.APIKey {
			c.Errorf("sent %+v", s)
		}
		if n := c.w.Log.Count("lista-99"); n != 0 {
			c.Error("the token was logged")
		}
	}, func(in *core.SettingsInput) {
		in.PollingMethod, in.PollingBody, in.AuthType, in.AuthToken = new("POST"), []byte(`{"q":1}`), new("api_key"), new("lista-99")
	})
}

func TestUnchangedListsAreNotReadAgain(t *testing.T) {
	reconcile(t, func(c *till) {
		list := "[" + row("A", 100, "Marta Suárez") + "]"
		c.w.Lists.Answers(func(f core.Fetch) (string, core.Fetched, error) {
			if f.ETag == `"v1"` {
				return "", core.Fetched{NotModified: true}, nil
			}
			return list, core.Fetched{ETag: `"v1"`}, nil
		})
		poll := func() core.Feed {
			f, err := c.w.Core.PollNow(c.Context(), c.a.ID, "ana")
			c.must(err)
			return f
		}
		if f := poll(); f.Unchanged || f.Accepted != 1 {
			c.Errorf("feed %+v", f)
		}
		if f := poll(); !f.Unchanged || f.Accepted != 1 {
			c.Errorf("feed %+v", f)
		}
		// A list that is held is read again in full, or nothing could confirm it.
		list = "[]"
		c.w.Lists.Answers(func(f core.Fetch) (string, core.Fetched, error) {
			if f.ETag == `"v2"` {
				return "", core.Fetched{NotModified: true}, nil
			}
			return list, core.Fetched{ETag: `"v2"`}, nil
		})
		if f := poll(); f.Held != 1 {
			c.Errorf("feed %+v", f)
		}
		poll()
		c.is("A", core.OrderCancelled)
	})
}

// A corrected amount or name counts.
func TestChangedRows(t *testing.T) {
	reconcile(t, func(c *till) {
		c.paid(120, "MARTA SUAREZ")
		c.lists(row("A", 100, "Marta Suárez"), row("B", 900, "Otro Nombre"))
		c.is("A", core.OrderNotFound)
		c.lists(row("A", 120, "Marta Suárez"), row("B", 900, "Otro Nombre"))
		c.is("A", core.OrderMatched)
		c.hears(`{"external_id":"A","status":"matched","amount":1.20,"currency":"UYU","name":"Marta Suárez"}`)
		// One that is matched does not change; a person is told.
		c.lists(row("A", 130, "Marta Suárez"), row("B", 900, "Otro Nombre"))
		c.lists(row("A", 130, "Marta Suárez"), row("B", 900, "Otro Nombre"))
		if o := c.is("A", core.OrderMatched); o.Amount.Minor != 120 {
			c.Errorf("order %+v", o)
		}
		c.alerts(core.AlertOrderChanged)
	})
}

// alerts checks which kinds of alert are open, newest first, and returns them.
func (c *till) alerts(want ...core.OrderAlertKind) []core.OrderAlert {
	c.Helper()
	rows, n, err := c.w.Core.OrderAlerts(c.Context(), c.a.ID, false, 50, 0)
	c.must(err)
	var got []core.OrderAlertKind
	for _, a := range rows {
		got = append(got, a.Kind)
	}
	if n != len(want) || fmt.Sprint(got) != fmt.Sprint(want) {
		c.Fatalf("alerts %v, want %v", got, want)
	}
	return rows
}

func TestOneOrderInTwoAccounts(t *testing.T) {
	reconcile(t, func(c *till) {
		other := c.account(func(in *core.SettingsInput) { in.BankUsername, in.NotifyOnExpired = new("bea"), true })
		rows := []string{row("A", 100, "Marta Suárez"), row("B", 200, "Otro Nombre"), row("C", 300, "Kappa SRL")}
		poll := func() {
			c.lists(rows...)
			_, err := c.w.Core.PollNow(c.Context(), other.ID, "test")
			c.must(err)
		}
		poll()
		c.paid(100, "MARTA SUAREZ")
		c.is("A", core.OrderMatched)
		if o := c.orderOf(other.ID, "A"); o.Status != core.OrderCancelled || o.Reason != core.ReasonElsewhere {
			c.Errorf("the copy is %+v", o)
		}
		poll() // it is still listed
		if o := c.orderOf(other.ID, "A"); o.Status != core.OrderCancelled {
			c.Errorf("the copy came back: %+v", o)
		}
		// Undone, it stays with people in the account where it was settled.
		_, err := c.w.Core.UndoMatch(c.Context(), c.order("A").ID, "ana")
		c.must(err)
		poll()
		if o := c.orderOf(other.ID, "A"); o.Status != core.OrderCancelled {
			c.Errorf("the copy came back: %+v", o)
		}
		// The last copy that ends tells that nothing came.
		c.off(6 * 24 * time.Hour)
		before := len(c.told())
		c.reads()
		c.is("B", core.OrderExpired)
		if n := len(c.told()); n != before+1 { // A, which has no copy any more
			c.Errorf("%d webhooks", n-before)
		}
		mustEnd(c.T, c.w.Scrape(c.T, other.ID), core.Succeeded, "")
		if got := c.told(); len(got) != before+3 || strings.Count(strings.Join(got[before+1:], " "), `"expired"`) != 2 {
			c.Errorf("webhooks %v", got[before:])
		}
	}, func(in *core.SettingsInput) { in.NotifyOnExpired = true })
}

func TestModesKeepOrders(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Marta Suárez"))
		c.must(c.w.Core.SetOperationMode(c.Context(), core.Passthrough, "ana"))
		before := c.asked()
		c.pass(2 * time.Hour)
		if n := c.asked() - before; n != 0 {
			c.Errorf("%d polls in passthrough", n)
		}
		if _, err := c.w.Core.PollNow(c.Context(), c.a.ID, "ana"); !errors.Is(err, core.ErrConflict) {
			c.Errorf("polled in passthrough: %v", err)
		}
		c.paid(100, "MARTA SUAREZ")
		c.is("A", core.OrderNotFound)
		if got := c.told(); len(got) != 1 || strings.Contains(got[0], "external_id") {
			c.Errorf("webhooks %v", got)
		}
		c.must(c.w.Core.SetOperationMode(c.Context(), core.Reconcile, "ana"))
		c.pass(time.Minute)
		c.is("A", core.OrderMatched) // what came meanwhile counts
		if n := c.asked() - before; n == 0 {
			c.Error("polling did not resume")
		}
		before = len(c.told())
		c.must(c.w.Core.SetOperationMode(c.Context(), core.Passthrough, "ana"))
		c.pass(time.Hour)
		if n := len(c.told()); n != before {
			c.Errorf("%d webhooks of old movements after the change of mode", n-before)
		}
	})
}

// A list that comes while the settings change is not applied.
func TestListOfOtherSettings(t *testing.T) {
	reconcile(t, func(c *till) {
		c.w.Lists.Answers(func(core.Fetch) (string, core.Fetched, error) {
			c.must(c.w.Core.SetOperationMode(c.Context(), core.Passthrough, "ana"))
			return "[" + row("A", 100, "Marta Suárez") + "]", core.Fetched{}, nil
		})
		if _, err := c.w.Core.PollNow(c.Context(), c.a.ID, "ana"); err == nil {
			c.Error("the list was applied")
		}
		if rows, n, err := c.w.Core.Orders(c.Context(), core.OrderFilter{Limit: 10}); err != nil || n != 0 {
			c.Errorf("orders %v, %v", rows, err)
		}
	})
}
