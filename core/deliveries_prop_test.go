package core_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"reconbanker/core"
	"reconbanker/core/coretest"
)

// step is one thing that happens to what is owed.
type step struct {
	Do     string
	To     int // receiver, or which delivery
	Status int // what the receiver answers from now on; 0 is silence
	Wait   time.Duration
}

var steps = rapid.Custom(func(t *rapid.T) step {
	return step{
		Do:     rapid.SampledFrom([]string{"owe", "owe", "answer", "wait", "wait", "resend", "resend", "resend", "crash", "stop", "full disk"}).Draw(t, "do"),
		To:     rapid.IntRange(0, 7).Draw(t, "to"),
		Status: rapid.SampledFrom([]int{200, 204, 0, 400, 410, 429, 500}).Draw(t, "status"),
		Wait:   rapid.SampledFrom([]time.Duration{0, time.Second, 10 * time.Second, time.Minute, 6 * time.Minute, time.Hour}).Draw(t, "wait"),
	}
})

// receivers answer as the steps say and complain about what must not be sent.
type receivers struct {
	w *coretest.World

	mu       sync.Mutex
	status   [2]int
	sends    map[string]int
	complain []string
}

func hookOf(i int) string { return fmt.Sprintf("https://r%d.example/hook", i%2) }

// answer is what a receiver says. It is called in a synctest bubble.
func (r *receivers) answer(_ context.Context, o core.Outgoing) (core.Answer, error) {
	rows, _, err := r.w.Store.Deliveries(context.Background(), core.DeliveryFilter{Limit: 500})
	r.mu.Lock()
	r.sends[o.WebhookID]++
	i := slices.IndexFunc(rows, func(d core.Delivery) bool { return d.WebhookID == o.WebhookID })
	switch {
	case err != nil || i < 0:
		r.complain = append(r.complain, "sent what is not stored: "+o.WebhookID)
	case !rows[i].DoneAt.IsZero():
		r.complain = append(r.complain, fmt.Sprintf("sent what is %s", rows[i].Status))
	case !slices.Equal(rows[i].Payload, o.Body):
		r.complain = append(r.complain, "sent another body")
	}
	status := r.status[0]
	if o.URL == hookOf(1) {
		status = r.status[1]
	}
	r.mu.Unlock()
	if status == 0 {
		time.Sleep(20 * time.Second) // synctest: takes no time
		return core.Answer{}, errors.New("no answer within 20 seconds")
	}
	return core.Answer{Status: status}, nil
}

func (r *receivers) set(to, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status[to%2] = status
}

// play lets the steps happen, in a synctest bubble, and returns what went against
// the rules.
func play(t *testing.T, script []step) []string {
	w := coretest.NewWorld(t)
	r := &receivers{w: w, status: [2]int{200, 500}, sends: map[string]int{}}
	w.Sender.Answers(r.answer)
	a := w.Account(t)
	owed := w.Owe(t, a.ID, hookOf(0), 1)
	w.Start(t)
	for _, s := range script {
		switch s.Do {
		case "owe":
			owed = append(owed, w.Owe(t, a.ID, hookOf(s.To), 1+s.To/2)...)
		case "answer":
			r.set(s.To, s.Status)
		case "resend":
			d := owed[s.To%len(owed)]
			if again, err := w.Core.Resend(t.Context(), a.ID, d.SubjectID, true, "ana"); err == nil && !slices.ContainsFunc(owed, func(d core.Delivery) bool { return d.ID == again.ID }) {
				owed = append(owed, again)
			}
		case "crash", "full disk":
			w.Store.OnCall(func(method string) error {
				if method == "FinishDeliveries" {
					return errors.New("it is not written")
				}
				return nil
			})
			if s.Do == "full disk" {
				time.Sleep(s.Wait) // synctest
				break
			}
			w.Stop(t)
			w.Reboot()
			w.Start(t)
		case "stop":
			w.Stop(t)
			w.Reboot()
			w.Start(t)
		}
		time.Sleep(s.Wait) // synctest
		w.Store.OnCall(nil)
	}
	r.set(0, 200)
	r.set(1, 200)
	time.Sleep(20 * time.Minute) // synctest: beyond the longest pause of a breaker
	for _, d := range owed {
		if now, _, err := w.Core.Delivery(t.Context(), d.ID); err == nil && now.DoneAt.IsZero() {
			_, _ = w.Core.ResendDelivery(t.Context(), d.ID, "ana")
		}
	}
	time.Sleep(20 * time.Minute) // synctest
	w.Stop(t)
	return append(r.complain, r.audit(t, a, owed)...)
}

// audit looks at what is left when everything has calmed down.
func (r *receivers) audit(t *testing.T, a core.Account, owed []core.Delivery) (out []string) {
	for _, was := range owed {
		d, attempts, err := r.w.Core.Delivery(t.Context(), was.ID)
		if err != nil {
			return append(out, "a delivery was lost: "+err.Error())
		}
		if d.Status != core.DeliveryDelivered && d.Status != core.DeliveryDead {
			out = append(out, fmt.Sprintf("%+v has come to no end", d))
		}
		if d.Tries > 10 || d.Tries > d.Attempts || d.Attempts != len(attempts) || r.sends[d.WebhookID] < d.Attempts {
			out = append(out, fmt.Sprintf("%+v has %d rows of attempts and was sent %d times", d, len(attempts), r.sends[d.WebhookID]))
		}
		for i, at := range attempts {
			if at.N != i+1 {
				out = append(out, fmt.Sprintf("attempt %d has the number %d", i+1, at.N))
			}
		}
		m, err := r.w.Core.Movement(t.Context(), a.ID, d.SubjectID)
		if err != nil || d.Status == core.DeliveryDelivered && m.NotifiedAt.IsZero() {
			out = append(out, fmt.Sprintf("movement %+v of a delivered webhook, %v", m, err))
		}
	}
	for i := range 2 {
		if all, each := r.w.Sender.Most(core.ReceiverOf(hookOf(i))); all > 32 || each > 4 {
			out = append(out, fmt.Sprintf("%d in flight, %d to one receiver", all, each))
		}
	}
	return out
}

// Whatever happens, nothing owed is lost, nothing settled is sent again unasked,
// and the attempts are numbered without a gap.
func TestDeliveriesProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		script := rapid.SliceOfN(steps, 1, 20).Draw(rt, "steps")
		var wrong []string
		synctest.Test(t, func(t *testing.T) { wrong = play(t, script) })
		if len(wrong) > 0 {
			rt.Fatal(wrong)
		}
	})
}
