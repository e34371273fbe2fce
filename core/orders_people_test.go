package core_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

func TestSettleByHandTeaches(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Marta Suárez"), row("B", 900, "Otro Nombre"))
		c.paid(100, "FERRETERIA EL CLAVO")
		o := c.is("A", core.OrderNotFound)
		c.books(101, "FERRETERIA EL CLAVO")
		c.books(100, "SALIDA", func(l *scrapers.Line) { l.Direction = scrapers.Debit })
		c.reads()
		for what, movement := range map[string]string{"another amount": "M2", "money out": "M3"} {
			if _, err := c.w.Core.SettleOrder(c.Context(), o.ID, c.movement(movement).ID, "ana"); !errors.Is(err, core.ErrConflict) {
				c.Errorf("settled with %s: %v", what, err)
			}
		}
		if _, err := c.w.Core.SettleOrder(c.Context(), o.ID, c.movement("M1").ID, "ana"); err != nil {
			c.Fatal(err)
		}
		c.is("A", core.OrderMatched)
		if m := c.detail("A").Match(); !m.Person || m.Actor != "ana" {
			c.Errorf("match %+v", m)
		}
		if _, err := c.w.Core.SettleOrder(c.Context(), c.order("B").ID, c.movement("M1").ID, "ana"); !errors.Is(err, core.ErrConflict) {
			c.Errorf("one movement settled two orders: %v", err)
		}
		// What was settled counts next time.
		c.lists(row("C", 250, "Marta Suárez"), row("B", 900, "Otro Nombre"))
		c.paid(250, "FERRETERIA EL CLAVO")
		c.is("C", core.OrderMatched)
		// An intermediary pays for two: its name counts no more.
		c.lists(row("D", 350, "Pedro Rey"), row("B", 900, "Otro Nombre"))
		c.paid(350, "FERRETERIA EL CLAVO")
		d := c.is("D", core.OrderNotFound)
		if _, err := c.w.Core.SettleOrder(c.Context(), d.ID, c.movement("M5").ID, "ana"); err != nil {
			c.Fatal(err)
		}
		c.lists(row("E", 450, "Pedro Rey"), row("B", 900, "Otro Nombre"))
		c.paid(450, "FERRETERIA EL CLAVO")
		c.is("E", core.OrderNotFound)
		known, n, err := c.w.Core.Aliases(c.Context(), c.a.ID, 50, 0)
		if err != nil || n != 2 || slices.ContainsFunc(known, func(k core.KnownAlias) bool { return k.Counts }) {
			c.Errorf("%d aliases %+v, %v", n, known, err)
		}
		if err := c.w.Core.DropAlias(c.Context(), known[0].ID, "ana"); err != nil {
			c.Fatal(err)
		}
		if known, _, _ = c.w.Core.Aliases(c.Context(), c.a.ID, 50, 0); len(known) != 1 || !known[0].Counts {
			c.Errorf("aliases %+v", known)
		}
	})
}

func TestUndo(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Marta Suárez"))
		c.paid(100, "MARTA SUAREZ")
		c.is("A", core.OrderMatched)
		c.hears(`{"external_id":"A","status":"matched","amount":1.00,"currency":"UYU","name":"Marta Suárez"}`)
		sent := c.w.Sender.Sent()
		wrong := sent[len(sent)-1].Out.WebhookID
		c.lists() // the customer's system takes it off its list
		o, err := c.w.Core.UndoMatch(c.Context(), c.order("A").ID, "ana")
		if err != nil || o.Status != core.OrderAmbiguous || !o.ByHand {
			c.Fatalf("undone %+v, %v", o, err)
		}
		c.hears(`{"external_id":"A","status":"ambiguous","amount":1.00,"currency":"UYU","name":"Marta Suárez","corrects":"` + wrong + `"}`)
		if m := c.movement("M1"); !m.ExcludedAt.IsZero() {
			c.Error("the movement is not free")
		}
		// Both are left to people: nothing settles them, no list cancels them.
		c.lists()
		c.lists()
		c.paid(100, "MARTA SUAREZ")
		c.pass(time.Hour)
		c.is("A", core.OrderAmbiguous)
		if n := len(c.told()); n != 2 {
			c.Errorf("%d webhooks", n)
		}
		if r, n, err := c.w.Core.Refusals(c.Context(), c.a.ID, 10, 0); err != nil || n != 1 || r[0].By != "ana" {
			c.Errorf("refusals %+v, %v", r, err)
		}
		if _, err := c.w.Core.SettleOrder(c.Context(), o.ID, c.movement("M2").ID, "ana"); err != nil {
			c.Fatal(err)
		}
		c.is("A", core.OrderMatched)
		c.hears(`{"external_id":"A","status":"matched","amount":1.00,"currency":"UYU","name":"Marta Suárez"}`)
		if m := c.detail("A").Matches; len(m) != 2 || m[1].UndoneBy != "ana" {
			c.Errorf("matches %+v", m)
		}
	})
}

// A result that waits for its receiver is not sent once it does not hold.
func TestUndoSupersedesWhatWaits(t *testing.T) {
	reconcile(t, func(c *till) {
		c.w.Sender.Answers(always(500))
		c.lists(row("A", 100, "Marta Suárez"))
		c.paid(100, "MARTA SUAREZ")
		c.told()
		if _, err := c.w.Core.UndoMatch(c.Context(), c.order("A").ID, "ana"); err != nil {
			c.Fatal(err)
		}
		c.told()
		c.w.Sender.Answers(nil)
		before := len(c.w.Sender.Sent())
		c.pass(48 * time.Hour)
		for _, s := range c.w.Sender.Sent()[before:] {
			if strings.Contains(string(s.Out.Body), `"matched"`) {
				c.Errorf("a result that does not hold was sent: %s", s.Out.Body)
			}
		}
		counts, err := c.w.Core.DeliveryCounts(c.Context(), c.a.ID)
		if err != nil || counts[core.DeliveryDelivered] != 1 || counts[core.DeliveryDead] != 1 {
			c.Errorf("deliveries %v, %v", counts, err)
		}
	})
}

// A correction does not overtake the result it corrects while that is under way.
func TestCorrectionWaitsForWhatIsUnderWay(t *testing.T) {
	reconcile(t, func(c *till) {
		c.w.Sender.Answers(func(context.Context, core.Outgoing) (core.Answer, error) {
			c.pass(14 * time.Second)
			return core.Answer{Status: 200}, nil
		})
		c.lists(row("A", 100, "Marta Suárez"))
		c.paid(100, "MARTA SUAREZ")
		c.told()
		if _, err := c.w.Core.UndoMatch(c.Context(), c.order("A").ID, "ana"); err != nil {
			c.Fatal(err)
		}
		c.pass(time.Minute)
		sent := c.w.Sender.Sent()
		if len(sent) != 2 || sent[1].At.Sub(sent[0].At) < 14*time.Second {
			c.Errorf("%d sent", len(sent))
		}
	})
}

func TestResendOrder(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Marta Suárez"), row("B", 200, "Otro Nombre"))
		if _, err := c.w.Core.ResendOrder(c.Context(), c.order("B").ID, "ana"); !errors.Is(err, core.ErrConflict) {
			c.Errorf("an order without a result was sent: %v", err)
		}
		c.w.Sender.Answers(always(410))
		c.paid(100, "MARTA SUAREZ")
		c.told()
		c.w.Sender.Answers(nil)
		dead, err := c.w.Core.ResendOrder(c.Context(), c.order("A").ID, "ana")
		if err != nil {
			c.Fatal(err)
		}
		c.told()
		again, err := c.w.Core.ResendOrder(c.Context(), c.order("A").ID, "ana")
		if err != nil || again.WebhookID == dead.WebhookID {
			c.Errorf("a delivered result resent under %s after %s: %v", again.WebhookID, dead.WebhookID, err)
		}
		got := c.told()
		if len(got) != 3 || got[0] != got[1] || got[1] != got[2] {
			c.Errorf("webhooks\n%s", strings.Join(got, "\n"))
		}
		sent := c.w.Sender.Sent()
		if sent[0].Out.WebhookID != sent[1].Out.WebhookID || sent[1].Out.WebhookID == sent[2].Out.WebhookID {
			c.Errorf("webhook-ids %s %s %s", sent[0].Out.WebhookID, sent[1].Out.WebhookID, sent[2].Out.WebhookID)
		}
	})
}

// retry_limit counts, and past it an order waits for a person.
func TestRetryLimit(t *testing.T) {
	broken := true
	match := func(in core.MatchInput) []core.Verdict {
		if broken {
			panic("a defect")
		}
		return core.Match(in)
	}
	reconcileWith(t, func(cfg *core.Config) { cfg.Match = match }, func(c *till) {
		c.lists(row("A", 100, "Marta Suárez"))
		if o := c.is("A", core.OrderProcessing); o.Retries != 1 {
			c.Errorf("order %+v", o)
		}
		c.paid(100, "MARTA SUAREZ") // the reading is kept all the same
		c.movement("M1")
		c.pass(time.Hour)
		o := c.is("A", core.OrderFailed)
		if o.Retries != 4 { // the first and three more
			c.Errorf("%d evaluations failed", o.Retries)
		}
		broken = false
		c.pass(time.Hour)
		c.is("A", core.OrderFailed)
		if o, err := c.w.Core.RunMatch(c.Context(), o.ID, "ana"); err != nil || o.Status != core.OrderMatched {
			c.Errorf("run by hand: %+v, %v", o, err)
		}
		if n := c.w.Log.Count("a defect"); n != 0 {
			c.Error("the value of a panic was logged")
		}
	})
}

// An evaluation that a crash cut short is made up for.
func TestProcessingDoesNotStick(t *testing.T) {
	broken := true
	match := func(in core.MatchInput) []core.Verdict {
		if broken {
			panic("a defect")
		}
		return core.Match(in)
	}
	reconcileWith(t, func(cfg *core.Config) { cfg.Match = match }, func(c *till) {
		c.paid(100, "MARTA SUAREZ")
		c.lists(row("A", 100, "Marta Suárez"))
		c.is("A", core.OrderProcessing)
		c.w.Stop(c.T)
		broken = false
		c.w.Reboot()
		c.w.Start(c.T)
		c.pass(3 * time.Minute)
		c.is("A", core.OrderMatched)
	})
}
