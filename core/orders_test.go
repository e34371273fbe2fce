package core_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

func TestPaymentAfterItsOrder(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A-1", 150000, "José Pérez"), row("A-2", 99000, "Kappa SRL"))
		c.is("A-1", core.OrderNotFound)
		c.paid(150000, "PEREZ JOSE")
		o := c.is("A-1", core.OrderMatched)
		c.is("A-2", core.OrderNotFound)
		c.hears(`{"external_id":"A-1","status":"matched","amount":1500.00,"currency":"UYU","name":"José Pérez","tenant":"acme"}`)
		m := c.movement("M1")
		if m.ExcludedAt.IsZero() {
			c.Error("a matched movement is still available")
		}
		d := c.detail("A-1")
		if d.Match() == nil || d.Match().MovementID != m.ID || d.Match().Person || len(d.Attempts) != 2 || d.Movements[m.ID].ID != m.ID {
			c.Errorf("detail %+v", d)
		}
		if _, err := c.w.Core.ExcludeMovement(c.Context(), c.a.ID, m.ID, false, "ana"); !errors.Is(err, core.ErrConflict) {
			c.Errorf("a matched movement was brought back: %v", err)
		}
		if o.EndedAt.IsZero() || o.Announced != core.OrderMatched {
			c.Errorf("order %+v", o)
		}
	}, func(in *core.SettingsInput) { in.WebhookExtraFields = []byte(`{"tenant":"acme"}`) })
}

// A payment that was read before its order was registered pays it, up to five days
// back.
func TestPaymentBeforeItsOrder(t *testing.T) {
	reconcile(t, func(c *till) {
		c.paid(150000, "ACME SA")
		c.off(4 * 24 * time.Hour)
		c.lists(row("A-1", 150000, "Acme SA"))
		c.is("A-1", core.OrderMatched)
		c.paid(70000, "ACME SA")
		c.off(6 * 24 * time.Hour)
		c.lists(row("A-1", 150000, "Acme SA"), row("A-2", 70000, "Acme SA")) // too long before
		c.is("A-2", core.OrderNotFound)
		if n := len(c.told()); n != 1 {
			c.Errorf("%d webhooks", n)
		}
	})
}

// An order that was cancelled or has expired can come back.
func TestOrdersComeBack(t *testing.T) {
	reconcile(t, func(c *till) {
		other := row("B-1", 5000, "Beta SRL")
		c.lists(row("A-1", 150000, "Acme SA"), other, row("B-2", 5100, "Beta SRL"))
		c.lists(other, row("B-2", 5100, "Beta SRL"))
		c.is("A-1", core.OrderCancelled)
		c.paid(150000, "ACME SA")
		c.lists(row("A-1", 150000, "Acme SA"), other, row("B-2", 5100, "Beta SRL"))
		c.is("A-1", core.OrderMatched)

		c.off(5*24*time.Hour + time.Minute)
		c.reads()
		c.is("B-1", core.OrderExpired)
		c.lists(other) // it merely stays listed
		c.is("B-1", core.OrderExpired)
		c.lists(row("B-1", 5200, "Beta SRL")) // it was changed
		c.is("B-1", core.OrderNotFound)
		c.lists(other, row("B-2", 5100, "Beta SRL")) // B-2 was absent from a good list
		o := c.is("B-2", core.OrderNotFound)
		c.paid(5100, "BETA SRL")
		c.is("B-2", core.OrderMatched)
		if n := len(c.detail("B-2").Attempts); n < 4 || o.CreatedAt.Before(time.Now().Add(-time.Hour)) {
			c.Errorf("history of %d rows, registered %s", n, o.CreatedAt)
		}
	})
}

// An empty or shrunken list does not cancel everything.
func TestShrunkenListsAreHeld(t *testing.T) {
	reconcile(t, func(c *till) {
		all := []string{row("A", 100, "Uno Dos"), row("B", 200, "Tres Cuatro"), row("C", 300, "Cinco Seis"), row("D", 400, "Siete Ocho")}
		c.lists(all...)
		if f := c.lists(); f.Held != 4 {
			c.Errorf("feed %+v", f)
		}
		c.is("A", core.OrderNotFound)
		if f := c.lists(all...); f.Held != 0 { // a slip: all is well again
			c.Errorf("feed %+v", f)
		}
		c.lists(all[0]) // three of four
		c.is("D", core.OrderNotFound)
		c.lists(all[0]) // confirmed
		c.is("D", core.OrderCancelled)
		c.is("A", core.OrderNotFound)
		c.lists() // all of one
		c.is("A", core.OrderNotFound)
		c.lists()
		c.is("A", core.OrderCancelled)
		c.lists(all...)
		c.lists(all[0], all[1]) // half of four is not more than half
		c.is("D", core.OrderCancelled)
		c.is("B", core.OrderNotFound)
	})
}

// One bad row neither aborts the poll nor cancels its own order.
func TestBadRowsHarmNothing(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Uno Dos"), row("B", 200, "Tres Cuatro"), row("C", 300, "Cinco Seis"))
		f := c.lists(`{"external_id":"A","amount":"","currency":"UYU","name":"Uno Dos"}`, row("B", 200, "Tres Cuatro"),
			`{"external_id":"X","amount":-3,"currency":"UYU","name":"n"}`, `{"external_id":"Y","amount":3,"currency":"U","name":"n"}`,
			row("D", 400, "Siete Ocho"))
		if f.Accepted != 2 || f.Rejected != 3 || len(f.RejectedTop) != 3 || f.RejectedTop[0].Position != 1 || f.RejectedTop[0].ExternalID != "A" {
			c.Errorf("feed %+v", f)
		}
		c.is("A", core.OrderNotFound)
		c.is("C", core.OrderCancelled)
		c.is("D", core.OrderNotFound)
		c.lists(`{"amount":"1"}`) // an id that cannot be read: nothing is cancelled
		c.lists(`{"amount":"1"}`)
		c.is("B", core.OrderNotFound)
		if f, err := c.w.Core.Feed(c.Context(), c.a.ID); err != nil || f.Held != 0 || !strings.Contains(f.RejectedTop[0].Reason, "external_id") {
			c.Errorf("feed %+v, %v", f, err)
		}
	})
}

// Ambiguous is told, explained, looked at again and settled by people.
func TestAmbiguous(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Juan Pérez"))
		c.books(100, "JUAN PEREZ")
		c.books(100, "PEREZ JUAN")
		c.reads()
		c.is("A", core.OrderAmbiguous)
		c.hears(`{"external_id":"A","status":"ambiguous","amount":1.00,"currency":"UYU","name":"Juan Pérez"}`)
		d := c.detail("A")
		last := d.Attempts[len(d.Attempts)-1]
		if len(last.Candidates) != 2 || last.Candidates[0].Band != core.Strong || last.Reason == "" || len(d.Free) != 2 {
			c.Errorf("explanation %+v", last)
		}
		// It is looked at again with new movements, and told only once.
		c.paid(100, "JUAN PEREZ")
		c.is("A", core.OrderAmbiguous)
		if n := len(c.told()); n != 1 {
			c.Errorf("%d webhooks", n)
		}
		// A run by hand explains and never fails; it does not guess.
		for range 2 {
			if o, err := c.w.Core.RunMatch(c.Context(), c.order("A").ID, "ana"); err != nil || o.Status != core.OrderAmbiguous {
				c.Fatalf("run: %+v, %v", o, err)
			}
		}
		m := c.movement("M2")
		if _, err := c.w.Core.SettleOrder(c.Context(), d.Order.ID, m.ID, "ana"); err != nil {
			c.Fatal(err)
		}
		c.is("A", core.OrderMatched)
		c.hears(`{"external_id":"A","status":"matched","amount":1.00,"currency":"UYU","name":"Juan Pérez"}`)
	})
}

func TestAmbiguousNeverSettlesByElimination(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Juan Pérez"), row("Z", 900, "Otro Nombre"))
		c.books(100, "JUAN PEREZ")
		c.books(100, "PEREZ JUAN")
		c.reads()
		o := c.is("A", core.OrderAmbiguous)
		if _, err := c.w.Core.RefusePair(c.Context(), o.ID, c.movement("M1").ID, "ana"); err != nil {
			c.Fatal(err)
		}
		c.is("A", core.OrderAmbiguous)
		c.paid(100, "NADIE CONOCIDO") // a new movement that is no candidate
		c.is("A", core.OrderAmbiguous)
		c.w.Stop(c.T)
		c.w.Reboot()
		c.w.Start(c.T)
		c.pass(time.Hour)
		c.is("A", core.OrderAmbiguous)
		// Changed data are new evidence.
		c.lists(row("A", 100, "Pérez, Juan"), row("Z", 900, "Otro Nombre"))
		c.is("A", core.OrderMatched)
	})
}

// Ambiguous orders expire as well, after a reading past their time.
func TestExpiry(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Juan Pérez"), row("B", 300, "Beta SRL"))
		c.books(100, "JUAN PEREZ")
		c.books(100, "PEREZ JUAN")
		c.reads()
		c.off(5*24*time.Hour + time.Hour)
		c.is("A", core.OrderAmbiguous) // nobody has looked at the bank since
		c.is("B", core.OrderNotFound)
		c.books(300, "BETA SRL", func(l *scrapers.Line) { l.BookedAt = l.BookedAt.Add(-2 * time.Hour) })
		c.reads()
		c.is("A", core.OrderExpired)
		c.is("B", core.OrderMatched) // paid in time, read late
		got := strings.Join(c.told(), "\n")
		if strings.Count(got, `"expired"`) != 1 || !strings.Contains(got, `{"external_id":"A","status":"expired","amount":1.00,"currency":"UYU","name":"Juan Pérez"}`) {
			c.Errorf("webhooks:\n%s", got)
		}
	}, func(in *core.SettingsInput) { in.NotifyOnExpired = true })
}

// A match, its webhook and what led to it are stored together or not at all, and
// what a failing disk cost is made up for.
func TestMatchAndWebhookAreOne(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Marta Suárez"), row("B", 200, "Beta Gama"))
		c.books(100, "MARTA SUAREZ")
		full := func(method string) {
			left := 1
			c.w.Store.OnCall(func(m string) error {
				if m == method && left > 0 {
					left--
					return errors.New("the disk is full")
				}
				return nil
			})
		}
		full("Keep")
		c.w.Bank.OnRead(coretest.Shows(c.lines...))
		mustEnd(c.T, c.w.Scrape(c.T, c.a.ID), core.Failed, core.StorageProblem)
		c.is("A", core.OrderNotFound)
		if n := len(c.told()); n != 0 {
			c.Errorf("%d webhooks of what is not stored", n)
		}
		c.reads()
		c.is("A", core.OrderMatched)
		c.told()
		// The receiver has it, and we cannot write that down: it comes again, the same.
		c.books(200, "BETA GAMA")
		full("FinishDeliveries")
		c.reads()
		c.pass(10 * time.Minute)
		sent := c.w.Sender.Sent()
		if len(sent) != 3 || sent[1].Out.WebhookID != sent[2].Out.WebhookID || string(sent[1].Out.Body) != string(sent[2].Out.Body) {
			c.Errorf("sent %+v", sent)
		}
	})
}
