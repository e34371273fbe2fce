package core_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
)

// TestResultsReachReceiversThatFail settles two orders for each of ten receivers,
// nine of which fail in a way of their own. No result is lost, none is changed
// under its webhook-id, those of one order stay in order, and the sound receiver
// notices nothing.
func TestResultsReachReceiversThatFail(t *testing.T) {
	reconcile(t, func(c *till) {
		began := time.Now()
		tries := map[string]int{}
		var mu sync.Mutex
		got := map[string][]string{} // receiver → bodies it has, by webhook-id once
		bodies := map[string]string{}
		took := map[string]time.Duration{} // until the last of a receiver arrived
		arrive := func(o core.Outgoing) {
			mu.Lock()
			defer mu.Unlock()
			if was, ok := bodies[o.WebhookID]; ok && was != string(o.Body) {
				c.Errorf("two bodies under %s: %s and %s", o.WebhookID, was, o.Body)
			} else if !ok {
				bodies[o.WebhookID] = string(o.Body)
				got[o.URL] = append(got[o.URL], string(o.Body))
			}
			took[o.URL] = time.Since(began)
		}
		silent := func(s string) (core.Answer, error) { return core.Answer{}, errors.New(s) }
		c.w.Sender.Answers(func(_ context.Context, o core.Outgoing) (core.Answer, error) {
			mu.Lock()
			tries[o.WebhookID]++
			n := tries[o.WebhookID]
			mu.Unlock()
			switch name := strings.TrimSuffix(strings.TrimPrefix(o.URL, "https://"), ".example/hook"); name {
			case "down": // for a day
				if time.Since(began) < 24*time.Hour {
					return silent("nothing listens")
				}
			case "slow":
				c.pass(14 * time.Second)
			case "broken":
				if n < 4 {
					return core.Answer{Status: 500}, nil
				}
			case "busy":
				if n < 2 {
					return core.Answer{Status: 429, RetryAfter: time.Hour}, nil
				}
			case "gone":
				return core.Answer{Status: 410}, nil
			case "moved":
				return core.Answer{Status: 302}, nil
			case "untrusted":
				if time.Since(began) < time.Hour {
					return silent("the certificate has expired")
				}
			case "cut": // it has read our bytes and says nothing
				arrive(o)
				if n < 3 {
					return silent("the connection was cut")
				}
			case "hanging":
				c.pass(20 * time.Second)
				if n < 2 {
					return silent("no answer within 20 seconds")
				}
			}
			arrive(o)
			return core.Answer{Status: 200}, nil
		})
		names := []string{"sound", "down", "slow", "broken", "busy", "gone", "moved", "untrusted", "cut", "hanging"}
		for i, name := range names {
			a := c.account(func(in *core.SettingsInput) {
				in.BankUsername, in.WebhookURL = &names[i], new("https://"+name+".example/hook")
				in.PendingOrdersEndpoint = new("https://erp.example/" + name)
			})
			c.w.Bank.OnRead(coretest.Shows(coretest.Credit(1, time.Now()), coretest.Credit(2, time.Now())))
			mustEnd(c.T, c.w.Scrape(c.T, a.ID), core.Succeeded, "")
			c.w.Lists.Serve("[" + row("O1", 10_001, "Acme SA") + "," + row("O2", 10_002, "Acme SA") + "]")
			if _, err := c.w.Core.PollNow(c.Context(), a.ID, "test"); err != nil {
				c.Fatal(err)
			}
		}
		c.told()
		c.w.Lists.Fails(errors.New("the lists do not matter any more"))
		mu.Lock()
		if len(got["https://sound.example/hook"]) != 2 || took["https://sound.example/hook"] > time.Second {
			c.Errorf("the sound receiver has %v after %s", got["https://sound.example/hook"], took["https://sound.example/hook"])
		}
		mu.Unlock()
		c.pass(100 * time.Hour)
		for _, name := range names {
			url := "https://" + name + ".example/hook"
			want := 2
			if name == "gone" || name == "moved" {
				want = 0
			}
			if len(got[url]) != want || want == 2 && (got[url][0] == got[url][1]) {
				c.Errorf("%s received %v", name, got[url])
			}
		}
		counts, err := c.w.Core.DeliveryCounts(c.Context(), "")
		c.must(err)
		if fmt.Sprint(counts[core.DeliveryDelivered], counts[core.DeliveryDead]) != "16 4" {
			c.Errorf("deliveries %v", counts)
		}
	})
}

// A list of more rows than one transaction takes is applied whole.
func TestLongList(t *testing.T) {
	reconcile(t, func(c *till) {
		rows := make([]string, 3000)
		for i := range rows {
			rows[i] = row(fmt.Sprint("L", i), int64(1+i%7), "Acme SA")
		}
		f := c.lists(rows...)
		counts, err := c.w.Core.OrderCounts(c.Context(), c.a.ID)
		c.must(err)
		if f.Accepted != len(rows) || counts[core.OrderNotFound] != len(rows) {
			c.Errorf("feed %+v, orders %v", f, counts)
		}
		if f = c.lists(rows...); f.Held != 0 {
			c.Errorf("feed %+v", f)
		}
	})
}
