package core_test

import (
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

func TestLaterEvidenceRaisesAnAlert(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Marta Suárez"), row("B", 900, "Otro Nombre"))
		c.paid(100, "MARTA SUAREZ")
		c.is("A", core.OrderMatched)
		c.paid(100, "MARTA SUAREZ") // the same sender: one of two equal payments is as good as the other
		c.alerts()
		c.paid(100, "MARTA SUAREZ GOMEZ", func(l *scrapers.Line) { l.Sender = "SUAREZ, MARTA." })
		c.is("A", core.OrderMatched)
	})
}

func TestTakenBackMovements(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Marta Suárez"), row("B", 200, "Beta Gama"), row("C", 300, "Cinco Seis"))
		c.books(100, "MARTA SUAREZ")
		c.books(200, "BETA GAMA")
		c.reads()
		c.is("A", core.OrderMatched)
		c.is("B", core.OrderMatched)
		// The bank takes one back, and does not show the other any more.
		c.pass(time.Hour)
		c.books(100, "ANULACION", func(l *scrapers.Line) { l.Direction, l.Reverses = scrapers.Debit, "M1" })
		c.lines = append(c.lines[:1], c.lines[2:]...)
		c.reads()
		c.is("A", core.OrderMatched)
		alerts := c.alerts(core.AlertVanished, core.AlertReversed)
		if alerts[1].OrderID != c.order("A").ID || alerts[1].MovementID != c.movement("M1").ID || alerts[0].OrderID != c.order("B").ID {
			c.Errorf("alerts %+v", alerts)
		}
		c.reads()
		c.must(c.w.Core.DismissOrderAlert(c.Context(), alerts[0].ID, "ana"))
		c.alerts(core.AlertReversed)
		if all, n, err := c.w.Core.OrderAlerts(c.Context(), c.a.ID, true, 10, 0); err != nil || n != 2 || all[0].ClosedBy != "ana" {
			c.Errorf("alerts %+v, %v", all, err)
		}
		// A reversed payment that nobody used pays nothing.
		c.books(300, "CINCO SEIS", func(l *scrapers.Line) { l.BankID = "M9" })
		c.books(300, "ANULACION", func(l *scrapers.Line) { l.BankID, l.Direction, l.Reverses = "M10", scrapers.Debit, "M9" })
		c.reads()
		c.is("C", core.OrderNotFound)
	})
}

// A payment that vanished and is shown again pays its order after all.
func TestReturnedMovement(t *testing.T) {
	reconcile(t, func(c *till) {
		c.paid(100, "MARTA SUAREZ")
		all := c.lines
		c.lines = nil
		c.reads()
		c.lists(row("A", 100, "Marta Suárez"))
		c.is("A", core.OrderNotFound)
		c.lines = all
		c.reads()
		c.is("A", core.OrderMatched)
	})
}

// A sender that the bank tells late is new evidence.
func TestLateSender(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Marta Suárez"))
		c.paid(100, "")
		c.is("A", core.OrderAmbiguous)
		c.lines[0].Sender = "MARTA SUAREZ"
		c.reads()
		c.is("A", core.OrderMatched)
	})
}

// A movement that a person brings back is available again.
func TestRestoredMovement(t *testing.T) {
	reconcile(t, func(c *till) {
		c.paid(100, "MARTA SUAREZ")
		m := c.movement("M1")
		_, err := c.w.Core.ExcludeMovement(c.Context(), c.a.ID, m.ID, true, "ana")
		c.must(err)
		c.lists(row("A", 100, "Marta Suárez"))
		c.is("A", core.OrderNotFound)
		_, err = c.w.Core.ExcludeMovement(c.Context(), c.a.ID, m.ID, false, "ana")
		c.must(err)
		c.is("A", core.OrderMatched)
	})
}

func TestUniqueAmountIsOptIn(t *testing.T) {
	for _, opted := range []bool{false, true} {
		want := core.OrderAmbiguous
		if opted {
			want = core.OrderMatched
		}
		reconcile(t, func(c *till) {
			c.lists(row("A", 100, "Marta Suárez"))
			c.paid(100, "")
			if o := c.is("A", want); o.Reason != core.ReasonUniqueAmount {
				c.Errorf("reason %s", o.Reason)
			}
		}, func(in *core.SettingsInput) { in.Own.UniqueAmount = &opted })
	}
}
