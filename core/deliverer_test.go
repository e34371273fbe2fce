package core_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
)

// always answers every attempt with one status.
func always(status int) func(context.Context, core.Outgoing) (core.Answer, error) {
	return func(context.Context, core.Outgoing) (core.Answer, error) { return core.Answer{Status: status}, nil }
}

func mustDelivery(t *testing.T, w *coretest.World, id string) (core.Delivery, []core.DeliveryAttempt) {
	t.Helper()
	d, attempts, err := w.Core.Delivery(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(attempts) != d.Attempts {
		t.Errorf("delivery has %d attempts and %d rows of them", d.Attempts, len(attempts))
	}
	for i, a := range attempts {
		if a.N != i+1 {
			t.Errorf("attempt %d has the number %d", i+1, a.N)
		}
	}
	return d, attempts
}

// owing is a World whose account owes n deliveries when it starts.
func owing(t *testing.T, n int, fn func(t *testing.T, w *coretest.World, a core.Account, owed []core.Delivery)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a := w.Account(t)
		fn(t, w, a, w.Owe(t, a.ID, coretest.Hook, n))
	})
}

func TestRetriesUntilDead(t *testing.T) {
	slots := []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
	owing(t, 1, func(t *testing.T, w *coretest.World, _ core.Account, owed []core.Delivery) {
		w.Sender.Answers(always(500))
		w.Start(t)
		time.Sleep(120 * time.Hour)
		sent := w.Sender.Sent()
		if len(sent) != 10 {
			t.Fatalf("%d tries, want 10", len(sent))
		}
		for i, slot := range slots {
			gap := sent[i+1].At.Sub(sent[i].At)
			if gap < slot*8/10-time.Millisecond || gap > slot*12/10+time.Second {
				t.Errorf("wait %d was %s, want %s and a fifth at most more or less", i+1, gap, slot)
			}
			if sent[i+1].Out.WebhookID != owed[0].WebhookID || !slices.Equal(sent[i+1].Out.Body, owed[0].Payload) {
				t.Errorf("try %d sent %s %s", i+2, sent[i+1].Out.WebhookID, sent[i+1].Out.Body)
			}
		}
		d, _ := mustDelivery(t, w, owed[0].ID)
		if d.Status != core.DeliveryDead || d.Attempts != 10 || d.Tries != 10 || d.DoneAt.IsZero() || d.LastStatus != 500 {
			t.Errorf("delivery %+v", d)
		}
		m, err := w.Core.Movement(t.Context(), d.AccountID, d.SubjectID)
		if err != nil || !m.NotifiedAt.IsZero() {
			t.Errorf("movement notified at %s, %v", m.NotifiedAt, err)
		}
	})
}

func TestLimitsOfAttemptsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a := w.Account(t)
		for i := range 12 {
			w.Owe(t, a.ID, fmt.Sprintf("https://r%d.example/hook", i), 10)
		}
		w.Sender.Answers(func(context.Context, core.Outgoing) (core.Answer, error) {
			time.Sleep(time.Second)
			return core.Answer{Status: 204}, nil
		})
		w.Start(t)
		time.Sleep(time.Minute)
		if n := len(w.Sender.Sent()); n != 120 {
			t.Errorf("%d of 120 were sent", n)
		}
		for i := range 12 {
			if all, each := w.Sender.Most(fmt.Sprintf("https://r%d.example", i)); all != 32 || each != 4 {
				t.Errorf("receiver %d: %d in flight in all and %d to it; want 32 and 4", i, all, each)
			}
		}
	})
}

func TestOrderWithinASubject(t *testing.T) {
	owing(t, 2, func(t *testing.T, w *coretest.World, a core.Account, owed []core.Delivery) {
		m, err := w.Core.Movement(t.Context(), a.ID, owed[0].SubjectID)
		if err != nil {
			t.Fatal(err)
		}
		second := coretest.OwedTo(coretest.Hook, m, time.Now())
		if _, err := w.Store.ChangeMovement(t.Context(), a.ID, m.ID, func(*core.Movement) ([]core.Delivery, error) {
			return []core.Delivery{second}, nil
		}, core.Audit{}); err != nil {
			t.Fatal(err)
		}
		w.Sender.Answers(func(_ context.Context, o core.Outgoing) (core.Answer, error) {
			if o.WebhookID == owed[0].WebhookID && len(w.Sender.Sent()) < 6 {
				return core.Answer{Status: 400}, nil
			}
			return core.Answer{Status: 200}, nil
		})
		w.Start(t)
		synctest.Wait()
		if d, _ := mustDelivery(t, w, owed[1].ID); d.Status != core.DeliveryDelivered {
			t.Errorf("another subject's delivery waits behind a failure: %+v", d)
		}
		time.Sleep(24 * time.Hour)
		sent := w.Sender.Sent()
		if last := sent[len(sent)-1]; last.Out.WebhookID != second.WebhookID {
			t.Errorf("the last one sent was %s, want the second of the subject", last.Out.WebhookID)
		}
		for _, s := range sent[:len(sent)-1] {
			if s.Out.WebhookID == second.WebhookID {
				t.Fatal("the second of the subject was sent before the first was through")
			}
		}
	})
}

func TestHangingReceiverDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a := w.Account(t)
		w.Owe(t, a.ID, "https://hangs.example/", 50)
		w.Owe(t, a.ID, "https://fine.example/", 50)
		started := time.Now()
		w.Sender.Answers(func(_ context.Context, o core.Outgoing) (core.Answer, error) {
			if strings.Contains(o.URL, "hangs") {
				time.Sleep(20 * time.Second)
				return core.Answer{}, errors.New("no answer within 20 seconds")
			}
			time.Sleep(10 * time.Millisecond)
			return core.Answer{Status: 200}, nil
		})
		w.Start(t)
		time.Sleep(time.Minute)
		fine := 0
		for _, s := range w.Sender.Sent() {
			if strings.Contains(s.Out.URL, "fine") {
				fine++
				if late := s.At.Sub(started); late > time.Second {
					t.Errorf("one was sent after %s", late)
				}
			}
		}
		if fine != 50 {
			t.Errorf("%d of 50 were sent", fine)
		}
	})
}

// A receiver that hangs or is paused has rows that are long due; the retry of
// another must not wait for them.
func TestTroubledReceiverDelaysNoRetry(t *testing.T) {
	for name, trouble := range map[string]time.Duration{"paused": 0, "hanging": 20 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := coretest.NewWorld(t)
				a := w.Account(t)
				w.Owe(t, a.ID, "https://down.example/", 8)
				other := w.Owe(t, a.ID, "https://fine.example/", 1)
				w.Sender.Answers(func(_ context.Context, o core.Outgoing) (core.Answer, error) {
					if strings.Contains(o.URL, "down") {
						time.Sleep(trouble)
						return core.Answer{}, errors.New("no answer")
					}
					return core.Answer{Status: 500}, nil
				})
				w.Start(t)
				time.Sleep(12 * time.Second)
				if d, _ := mustDelivery(t, w, other[0].ID); d.Attempts < 2 {
					t.Errorf("after 12 seconds there were %d tries, want the second, which was due after 5", d.Attempts)
				}
			})
		})
	}
}

func TestLockedVaultSpendsNoTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a := w.Account(t, func(in *core.SettingsInput) { in.WebhookAuthToken = new("ficha") })
		d := w.Owe(t, a.ID, coretest.Hook, 1)[0]
		w.Vault.Lock(true)
		w.Start(t)
		time.Sleep(24 * time.Hour)
		got, _ := mustDelivery(t, w, d.ID)
		if got.Attempts != 0 || got.Tries != 0 || got.Status != core.DeliveryPending || got.LastError == "" || len(w.Sender.Sent()) != 0 {
			t.Fatalf("delivery %+v", got)
		}
		w.Vault.Lock(false)
		time.Sleep(6 * time.Minute)
		if got, _ := mustDelivery(t, w, d.ID); got.Status != core.DeliveryDelivered || got.Attempts != 1 {
			t.Errorf("delivery %+v", got)
		}
	})
}

func TestOutcomesThatCannotBeRecorded(t *testing.T) {
	owing(t, 3, func(t *testing.T, w *coretest.World, _ core.Account, owed []core.Delivery) {
		w.Store.OnCall(func(method string) error {
			if method == "FinishDeliveries" {
				return errors.New("the disk is full")
			}
			return nil
		})
		w.Start(t)
		time.Sleep(10 * time.Minute)
		sent := w.Sender.Sent()
		if len(sent) > 33 {
			t.Errorf("%d requests in 10 minutes: a full disk makes a hot loop", len(sent))
		}
		w.Store.OnCall(nil)
		time.Sleep(2 * time.Minute)
		for _, d := range owed {
			if got, attempts := mustDelivery(t, w, d.ID); got.Status != core.DeliveryDelivered || len(attempts) != 1 {
				t.Errorf("delivery %+v", got)
			}
		}
		for _, s := range w.Sender.Sent() {
			if !slices.ContainsFunc(owed, func(d core.Delivery) bool { return d.WebhookID == s.Out.WebhookID }) {
				t.Errorf("an unknown id was sent: %s", s.Out.WebhookID)
			}
		}
	})
}

func TestStoreThatCannotBeReadIsAskedAgain(t *testing.T) {
	owing(t, 1, func(t *testing.T, w *coretest.World, _ core.Account, owed []core.Delivery) {
		asked := 0
		w.Store.OnCall(func(method string) error {
			if method == "DueDeliveries" || method == "Receivers" {
				asked++
				return errors.New("the disk is gone")
			}
			return nil
		})
		w.Start(t)
		time.Sleep(10 * time.Minute)
		w.Stop(t)
		if asked < 10 || asked > 130 {
			t.Errorf("the store was asked %d times in 10 minutes", asked)
		}
		w.Store.OnCall(nil)
		w.Reboot()
		w.Start(t)
		synctest.Wait()
		if d, _ := mustDelivery(t, w, owed[0].ID); d.Status != core.DeliveryDelivered {
			t.Errorf("delivery %+v", d)
		}
	})
}

func TestStopRecordsWhatIsInFlight(t *testing.T) {
	owing(t, 6, func(t *testing.T, w *coretest.World, _ core.Account, owed []core.Delivery) {
		w.Sender.Answers(func(ctx context.Context, _ core.Outgoing) (core.Answer, error) {
			time.Sleep(10 * time.Second)
			return core.Answer{Status: 200}, ctx.Err()
		})
		w.Start(t)
		synctest.Wait()
		w.Stop(t)
		delivered := 0
		for _, d := range owed {
			if got, _ := mustDelivery(t, w, d.ID); got.Status == core.DeliveryDelivered {
				delivered++
			}
		}
		if sent := len(w.Sender.Sent()); sent != 4 || delivered != 4 {
			t.Errorf("%d were sent and %d recorded, want 4 each", sent, delivered)
		}
	})
}

// A process that dies between a receiver's 2xx and the commit repeats one try,
// under the same id and number.
func TestCrashAfterTheAnswerRepeatsOneTry(t *testing.T) {
	owing(t, 1, func(t *testing.T, w *coretest.World, _ core.Account, owed []core.Delivery) {
		w.Store.OnCall(func(method string) error {
			if method == "FinishDeliveries" {
				return errors.New("killed")
			}
			return nil
		})
		w.Start(t)
		synctest.Wait()
		w.Stop(t)
		w.Store.OnCall(nil)
		w.Reboot()
		w.Start(t)
		synctest.Wait()
		sent := w.Sender.Sent()
		if len(sent) != 2 || sent[0].Out.WebhookID != sent[1].Out.WebhookID {
			t.Errorf("sent %+v, want the same id twice", sent)
		}
		if d, _ := mustDelivery(t, w, owed[0].ID); d.Status != core.DeliveryDelivered || d.Attempts != 1 {
			t.Errorf("delivery %+v", d)
		}
	})
}
