package core_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
)

const (
	signingOne = "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="
	signingTwo = "whsec_ZmVkY2JhOTg3NjU0MzIxMA=="
)

func (c *till) sign(secret string) {
	c.Helper()
	in := core.SettingsInput{
		PendingOrdersEndpoint: new(listURL), WebhookURL: new(coretest.Hook), Own: &core.OwnInput{SigningSecret: &secret},
	}
	_, err := c.w.Core.SaveSettings(c.Context(), c.a.ID, in, false, "ana")
	c.must(err)
}

func TestSigningSecretsOverlap(t *testing.T) {
	reconcile(t, func(c *till) {
		c.must(c.w.Core.SetOperationMode(c.Context(), core.Passthrough, "ana"))
		after := func(want string) {
			c.Helper()
			c.books(int64(1000+len(c.lines)), "NADIE")
			c.reads()
			c.told()
			sent := c.w.Sender.Sent()
			if got := strings.Join(sent[len(sent)-1].Out.Signing, " "); got != want {
				c.Errorf("signed with %q, want %q", got, want)
			}
		}
		after("")
		c.sign(signingOne)
		after(signingOne)
		c.sign(signingTwo)
		after(signingTwo + " " + signingOne)
		c.pass(23 * time.Hour)
		after(signingTwo + " " + signingOne)
		c.pass(2 * time.Hour)
		after(signingTwo)
		c.pass(25 * time.Hour)
		s, err := c.w.Core.Settings(c.Context(), c.a.ID)
		c.must(err)
		if s.Stored[core.SecretSigningOld] {
			c.Error("an old signing secret is kept for ever")
		}
		c.sign(signingOne)
		c.sign("")
		after("")
	})
}

func TestResendByFilter(t *testing.T) {
	reconcile(t, func(c *till) {
		c.lists(row("A", 100, "Marta Suárez"), row("B", 200, "Beta Gama"), row("C", 300, "Cinco Seis"))
		c.books(100, "MARTA SUAREZ")
		c.books(200, "BETA GAMA")
		c.reads()
		c.told()
		lost := time.Now()
		c.pass(time.Hour)
		c.paid(300, "CINCO SEIS")
		c.told()
		resend := func(f core.DeliveryFilter, want core.Resent) {
			c.Helper()
			got, err := c.w.Core.ResendDeliveries(c.Context(), f, "ana")
			c.must(err)
			if got != want {
				c.Errorf("resent %+v, want %+v", got, want)
			}
		}
		if _, err := c.w.Core.ResendDeliveries(c.Context(), core.DeliveryFilter{}, "ana"); err == nil {
			c.Error("everything was sent again without a question")
		}
		resend(core.DeliveryFilter{Status: core.DeliveryDead}, core.Resent{})
		resend(core.DeliveryFilter{Status: core.DeliveryDelivered, To: lost}, core.Resent{Sent: 2})
		if n := len(c.told()); n != 5 {
			c.Errorf("%d webhooks", n)
		}
		// Each of the first two is followed by its copy now.
		resend(core.DeliveryFilter{Status: core.DeliveryDelivered, To: lost}, core.Resent{Skipped: 2})
		sent := c.w.Sender.Sent()
		bodies, ids := map[string]int{}, map[string]bool{}
		for _, s := range sent {
			bodies[string(s.Out.Body)]++
			ids[s.Out.WebhookID] = true
		}
		if len(bodies) != 3 || len(ids) != 5 {
			c.Errorf("sent %v under %d ids", bodies, len(ids))
		}
		log, err := c.w.Store.AuditLog(c.Context(), 1, 0)
		if err != nil || log[0].Action != "delivery.resend" || log[0].Actor != "ana" {
			c.Errorf("audit log %+v, %v", log, err)
		}
	})
}

// What does not hold any more is never sent again, nor what is too old to be known.
func TestNothingUntrueIsResent(t *testing.T) {
	reconcile(t, func(c *till) {
		c.w.Sender.Answers(always(410))
		c.lists(row("A", 100, "Marta Suárez"), row("B", 200, "Beta Gama"))
		c.books(100, "MARTA SUAREZ")
		c.books(200, "BETA GAMA")
		c.reads()
		c.told()
		_, err := c.w.Core.UndoMatch(c.Context(), c.order("A").ID, "ana")
		c.must(err)
		c.told()
		rows, _, err := c.w.Core.Deliveries(c.Context(), core.DeliveryFilter{SubjectID: c.order("A").ID, Limit: 10})
		c.must(err)
		if _, err := c.w.Core.ResendDelivery(c.Context(), rows[1].ID, "ana"); !errors.Is(err, core.ErrConflict) {
			c.Errorf("a result that was corrected was sent again: %v", err)
		}
		c.off(91 * 24 * time.Hour)
		c.must(c.w.Core.Sweep(c.Context()))
		rows, _, err = c.w.Core.Deliveries(c.Context(), core.DeliveryFilter{SubjectID: c.order("B").ID, Limit: 10})
		c.must(err)
		if len(rows) != 1 || len(rows[0].Payload) != 0 {
			c.Errorf("deliveries %+v", rows)
		}
		if _, err := c.w.Core.ResendDelivery(c.Context(), rows[0].ID, "ana"); !errors.Is(err, core.ErrConflict) {
			c.Errorf("an empty webhook was sent: %v", err)
		}
	})
}

func TestSampleOfTheMode(t *testing.T) {
	reconcile(t, func(c *till) {
		for _, mode := range []core.OperationMode{core.Passthrough, core.Reconcile} {
			c.must(c.w.Core.SetOperationMode(c.Context(), mode, "ana"))
			in := core.SettingsInput{WebhookURL: new(coretest.Hook), WebhookExtraFields: json.RawMessage(`{"tenant":"acme"}`)}
			_, err := c.w.Core.SendTest(c.Context(), c.a.ID, in)
			c.must(err)
			sent := c.w.Sender.Sent()
			body := string(sent[len(sent)-1].Out.Body)
			result := strings.Contains(body, `"status":"matched"`) && strings.Contains(body, `"external_id":"TEST-`)
			if result != (mode == core.Reconcile) || !strings.Contains(body, `"amount":1500.00,`) || !strings.HasSuffix(body, `"tenant":"acme"}`) {
				c.Errorf("a sample in %s: %s", mode, body)
			}
		}
	})
}
