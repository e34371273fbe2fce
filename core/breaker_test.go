package core_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
)

func TestBreakerPausesAReceiver(t *testing.T) {
	owing(t, 40, func(t *testing.T, w *coretest.World, _ core.Account, owed []core.Delivery) {
		w.Sender.Answers(always(503))
		started := time.Now()
		w.Start(t)
		synctest.Wait()
		opened := len(w.Sender.Sent())
		if opened < 5 || opened > 8 {
			t.Fatalf("%d attempts before the breaker opened, want 5 and those in flight", opened)
		}
		spent := 0
		for _, d := range owed {
			got, _ := mustDelivery(t, w, d.ID)
			spent += got.Tries
		}
		if spent != opened {
			t.Errorf("%d tries were spent on %d attempts", spent, opened)
		}
		// Half open, one probe each: after 1, 2, 4, 8, 15 and 15 minutes.
		time.Sleep(46 * time.Minute)
		at := time.Minute
		for i, pause := range []time.Duration{2, 4, 8, 15, 15} {
			probe := w.Sender.Sent()[opened+i]
			if late := probe.At.Sub(started) - at; late < 0 || late > 6*time.Second {
				t.Errorf("probe %d came %s after the pause", i+1, late)
			}
			at = probe.At.Sub(started) + pause*time.Minute
		}
		if n := len(w.Sender.Sent()) - opened; n != 6 {
			t.Errorf("%d probes in 46 minutes, want 6", n)
		}
	})
}

func TestOfflineSpendsNoTry(t *testing.T) {
	owing(t, 5, func(t *testing.T, w *coretest.World, _ core.Account, owed []core.Delivery) {
		w.Sender.Answers(func(context.Context, core.Outgoing) (core.Answer, error) {
			return core.Answer{}, fmt.Errorf("receiver.example: %w", core.ErrOffline)
		})
		w.Start(t)
		time.Sleep(76 * time.Hour) // longer than a delivery may take
		for _, d := range owed {
			got, tries := mustDelivery(t, w, d.ID)
			if got.Status != core.DeliveryPending || got.Tries != 0 || len(tries) != 0 || got.LastError == "" {
				t.Fatalf("while offline: %+v with %d tries", got, len(tries))
			}
		}
		// At most the four that a receiver is given at once, every half minute.
		if n := len(w.Sender.Sent()); n > 4*(76*3600/30+1) {
			t.Errorf("%d looks at the network in 76 hours", n)
		}
		w.Sender.Answers(always(200))
		time.Sleep(2 * time.Minute)
		for _, d := range owed {
			if got, tries := mustDelivery(t, w, d.ID); got.Status != core.DeliveryDelivered || len(tries) != 1 {
				t.Errorf("back online: %s after %d tries", got.Status, len(tries))
			}
		}
	})
}

func TestBreakerClosesAfterAGoodProbe(t *testing.T) {
	owing(t, 40, func(t *testing.T, w *coretest.World, _ core.Account, owed []core.Delivery) {
		w.Sender.Answers(always(500))
		w.Start(t)
		synctest.Wait()
		w.Stop(t)
		before := len(w.Sender.Sent())
		w.Reboot() // the breaker is remembered
		w.Start(t)
		time.Sleep(50 * time.Second)
		if n := len(w.Sender.Sent()); n != before {
			t.Fatalf("%d attempts during the pause", n-before)
		}
		probing := make(chan struct{})
		w.Sender.Answers(func(context.Context, core.Outgoing) (core.Answer, error) {
			<-probing
			return core.Answer{Status: 200}, nil
		})
		time.Sleep(30 * time.Second)
		if n := len(w.Sender.Sent()); n != before+1 {
			t.Fatalf("%d attempts when half open, want one probe", n-before)
		}
		close(probing)
		time.Sleep(time.Minute)
		for _, d := range owed {
			got, _ := mustDelivery(t, w, d.ID)
			if got.Status != core.DeliveryDelivered && got.NextAt.Before(time.Now()) {
				t.Errorf("%+v is due and was not sent", got)
			}
		}
	})
}

// A receiver that refuses payloads answers, so it is not paused.
func TestRefusalsDoNotOpenTheBreaker(t *testing.T) {
	owing(t, 40, func(t *testing.T, w *coretest.World, _ core.Account, _ []core.Delivery) {
		w.Sender.Answers(always(422))
		w.Start(t)
		synctest.Wait()
		if n := len(w.Sender.Sent()); n != 40 {
			t.Errorf("%d of 40 were tried", n)
		}
	})
}

func TestResend(t *testing.T) {
	owing(t, 1, func(t *testing.T, w *coretest.World, a core.Account, owed []core.Delivery) {
		ctx, first := t.Context(), owed[0]
		again, err := w.Core.Resend(ctx, a.ID, first.SubjectID, false, "ana")
		if err != nil || again.ID != first.ID { // it is owed: it goes now
			t.Fatalf("resending what is owed gave %+v, %v", again, err)
		}
		w.Sender.Answers(always(410))
		w.Start(t)
		synctest.Wait()
		if d, _ := mustDelivery(t, w, first.ID); d.Status != core.DeliveryDead || d.Attempts != 1 {
			t.Fatalf("after a 410: %+v", d)
		}
		time.Sleep(100 * time.Hour)
		if n := len(w.Sender.Sent()); n != 1 {
			t.Fatalf("a dead delivery was sent %d times", n-1)
		}

		if again, err = w.Core.Resend(ctx, a.ID, first.SubjectID, false, "ana"); err != nil || again.ID != first.ID || again.WebhookID != first.WebhookID {
			t.Fatalf("resending what is dead gave %+v, %v; want its old id", again, err)
		}
		synctest.Wait()
		w.Sender.Answers(always(200))
		if again, err = w.Core.ResendDelivery(ctx, first.ID, "ana"); err != nil || again.Attempts != 2 || again.Tries != 0 {
			t.Fatalf("resending it once more gave %+v, %v", again, err)
		}
		synctest.Wait()
		if d, _ := mustDelivery(t, w, first.ID); d.Status != core.DeliveryDelivered || d.Attempts != 3 || d.Tries != 1 {
			t.Fatalf("delivery %+v", d)
		}
		if _, err := w.Core.ResendDelivery(ctx, first.ID, "ana"); !errors.Is(err, core.ErrConflict) {
			t.Errorf("resending what was delivered: %v, want ErrConflict", err)
		}
		if again, err = w.Core.Resend(ctx, a.ID, first.SubjectID, false, "ana"); err != nil || again.WebhookID == first.WebhookID || again.ID == first.ID {
			t.Fatalf("resending a delivered movement gave %+v, %v; want a new one", again, err)
		}
		synctest.Wait()
		if d, _ := mustDelivery(t, w, again.ID); d.Status != core.DeliveryDelivered || d.Attempts != 1 {
			t.Errorf("delivery %+v", d)
		}
	})
}

func TestResendRefuses(t *testing.T) {
	owing(t, 1, func(t *testing.T, w *coretest.World, a core.Account, owed []core.Delivery) {
		ctx := t.Context()
		m, err := w.Core.Movement(ctx, a.ID, owed[0].SubjectID)
		if err != nil {
			t.Fatal(err)
		}
		m.ID, m.Key, m.Sender = "nobody", "nobody", ""
		w.Store.AddMovement(m)
		m.ID, m.Key, m.Sender, m.Direction = "debit", "debit", "ACME", "debit"
		w.Store.AddMovement(m)
		if _, err := w.Core.Resend(ctx, a.ID, "nobody", false, "ana"); !errors.Is(err, core.ErrConflict) {
			t.Errorf("without a sender: %v", err)
		}
		if d, err := w.Core.Resend(ctx, a.ID, "nobody", true, "ana"); err != nil || string(d.Payload[:len(`{"id":"nobody"`)]) != `{"id":"nobody"` {
			t.Errorf("send anyway gave %s, %v", d.Payload, err)
		}
		if _, err := w.Core.Resend(ctx, a.ID, "debit", true, "ana"); !errors.Is(err, core.ErrConflict) {
			t.Errorf("a debit: %v", err)
		}
		if _, err := w.Core.Resend(ctx, "another account", owed[0].SubjectID, true, "ana"); !core.IsMissing(err) {
			t.Errorf("a foreign movement: %v", err)
		}
		if err := w.Core.SetOperationMode(ctx, core.Reconcile, "ana"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Core.Resend(ctx, a.ID, owed[0].SubjectID, false, "ana"); !errors.Is(err, core.ErrConflict) {
			t.Errorf("in reconcile mode: %v", err)
		}
	})
}

func TestTokenAndSchemeFallBackIndependently(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*core.SettingsInput)
		auth   core.AuthType
		token  string
		signed int
	}{
		"none":      {func(*core.SettingsInput) {}, core.Bearer, "", 0},
		"polling's": {func(in *core.SettingsInput) { in.AuthType, in.AuthToken = new("api_key"), new("p") }, core.APIKey, "p", 0},
		"webhook's": {func(in *core.SettingsInput) { in.WebhookAuthToken, in.AuthToken = new("w"), new("p") }, core.Bearer, "w", 0},
		"token of one, scheme of the other": {func(in *core.SettingsInput) {
			in.WebhookAuthType, in.AuthToken = new("api_key"), new("p")
		}, core.APIKey, "p", 0},
		"signed": {func(in *core.SettingsInput) { in.Own.SigningSecret = new("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3") }, core.Bearer, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := coretest.NewWorld(t)
				a := w.Account(t, c.change)
				w.Owe(t, a.ID, coretest.Hook, 1)
				w.Start(t)
				synctest.Wait()
				out := w.Sender.Sent()[0].Out
				if out.Auth != c.auth || out.Token != c.token || len(out.Signing) != c.signed {
					t.Errorf("sent with %q %q and %d signatures", out.Auth, out.Token, len(out.Signing))
				}
			})
		})
	}
}

func TestSavedSettingsReachWhatIsOwed(t *testing.T) {
	owing(t, 1, func(t *testing.T, w *coretest.World, a core.Account, owed []core.Delivery) {
		w.Sender.Answers(always(500))
		w.Start(t)
		synctest.Wait()
		in := core.SettingsInput{WebhookURL: new("https://new.example/hook"), WebhookAuthToken: new("nueva")}
		if _, err := w.Core.SaveSettings(t.Context(), a.ID, in, false, "ana"); err != nil {
			t.Fatal(err)
		}
		w.Sender.Answers(always(200))
		time.Sleep(10 * time.Second)
		sent := w.Sender.Sent()
		if last := sent[len(sent)-1].Out; len(sent) != 2 || last.URL != "https://new.example/hook" || last.Token != "nueva" || last.WebhookID != owed[0].WebhookID {
			t.Errorf("sent %+v", last)
		}
	})
}

func TestDeletedAccountOwesNothing(t *testing.T) {
	owing(t, 3, func(t *testing.T, w *coretest.World, a core.Account, _ []core.Delivery) {
		gate := make(chan struct{})
		w.Sender.Answers(func(context.Context, core.Outgoing) (core.Answer, error) {
			<-gate
			return core.Answer{Status: 500}, nil
		})
		w.Start(t)
		synctest.Wait()
		if err := w.Core.DeleteAccount(t.Context(), a.ID, " Caja ", "ana"); err != nil {
			t.Fatal(err)
		}
		close(gate)
		time.Sleep(100 * time.Hour)
		if n := len(w.Sender.Sent()); n != 3 {
			t.Errorf("%d were sent, want the 3 that were in flight", n)
		}
	})
}
