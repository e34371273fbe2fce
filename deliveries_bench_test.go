package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/core/outbound"
	"reconbanker/core/outbound/receiver"
	"reconbanker/storage/storagetest"
)

// BenchmarkDeliveriesBesideADeadReceiver sends a backlog to ten receivers of which
// one never answers. The nine others should be as quick as without it.
func BenchmarkDeliveriesBesideADeadReceiver(b *testing.B) {
	const receivers, each = 10, 200
	for _, dead := range []int{0, 1} {
		b.Run(fmt.Sprintf("%d-dead", dead), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				store := storagetest.Open(b)
				sender := outbound.New(outbound.Config{Online: func() bool { return true }})
				c := core.New(core.Config{Store: store, Vault: &coretest.Vault{}, Sender: sender, Log: zerolog.Nop()})
				if err := c.SetOperationMode(b.Context(), core.Passthrough, "bench"); err != nil {
					b.Fatal(err)
				}
				hold := make(chan struct{})
				var accounts []string
				for i := range receivers {
					r, err := receiver.Start("")
					if err != nil {
						b.Fatal(err)
					}
					defer r.Close()
					if i < dead {
						r.AnswerWith(func(receiver.Webhook) int { <-hold; return 200 })
					}
					a := storagetest.MustCreateAccount(b, store)
					storagetest.MustSaveSettings(b, store, a.ID, func(s *core.Settings) { s.WebhookURL = r.URL })
					storagetest.MustKeep(b, store, a.ID, r.URL, backlog(a.ID, each))
					if i >= dead {
						accounts = append(accounts, a.ID)
					}
				}
				ctx, cancel := context.WithCancel(b.Context())
				done := make(chan struct{})
				b.StartTimer()
				began := time.Now()
				go func() { defer close(done); _ = c.Run(ctx) }()
				for _, id := range accounts {
					if err := c.WaitDelivered(b.Context(), id); err != nil {
						b.Fatal(err)
					}
				}
				took := time.Since(began)
				b.StopTimer()
				b.ReportMetric(float64(len(accounts)*each)/took.Seconds(), "deliveries/s")
				close(hold)
				cancel()
				<-done
				sender.Close()
				b.StartTimer()
			}
		})
	}
}
