package core_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

const notify = "https://alerts.example/notify"

// subscribed sends every notice of an account to notify, with a token.
func subscribed(in *core.SettingsInput) {
	in.NotificationEndpointURL, in.NotificationAuthToken = new(notify), new("aviso-token")
	in.NotificationEvents = []string{"assistance_required", "connection_failed", "scrape_failed"}
	in.WebhookExtraFields = json.RawMessage(`{"tenant":"acme"}`)
	in.WebhookAuthToken = new("hook-token")
}

// notices are the statuses of what was sent to an address, in order.
func notices(w *coretest.World, address string) (out []string) {
	for _, s := range w.Sender.Sent() {
		if s.Out.URL != address {
			continue
		}
		var body struct{ Type, Status string }
		_ = json.Unmarshal(s.Out.Body, &body)
		out = append(out, strings.TrimSpace(body.Type+" "+body.Status))
	}
	return out
}

func mustNotices(t *testing.T, w *coretest.World, want ...string) {
	t.Helper()
	synctest.Wait()
	if got := notices(w, notify); !slices.Equal(got, want) {
		t.Errorf("people were told %q, want %q", got, want)
	}
}

func TestAStreakIsToldOnceAndItsEndOnce(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, subscribed)
		w.Bank.OnRead(func(context.Context, scrapers.Page, scrapers.Request) (scrapers.Statement, error) {
			return scrapers.Statement{}, scrapers.Fail(scrapers.LayoutChanged, "read the list", nil)
		})
		for range 3 {
			mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.LayoutChanged)
		}
		mustNotices(t, w, "scrape_failed scrape.failed")
		w.Bank.OnRead(nil)
		for range 2 {
			mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")
		}
		mustNotices(t, w, "scrape_failed scrape.failed", "scrape_failed scrape.recovered")

		w.Bank.OnLogin(coretest.FailAfterSubmit(refusal))
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.InvalidCredentials)
		mustEnd(t, w.Scrape(t, a.ID), core.Skipped, core.Blocked)
		mustNotices(t, w, "scrape_failed scrape.failed", "scrape_failed scrape.recovered", "login_failed login.failed")
		sent := w.Sender.Sent()
		if len(sent) == 0 {
			t.Fatal("nothing was sent")
		}
		last := sent[len(sent)-1].Out
		if last.Auth != core.Bearer || last.Token != "aviso-token" || strings.Contains(string(last.Body), "tenant") || strings.Contains(string(last.Body), "ana") {
			t.Errorf("the notice %s with %s %q", last.Body, last.Auth, last.Token)
		}
	})
}

func TestANoticeOutlivesACrashAndHoldsUpNoWebhook(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, subscribed, func(in *core.SettingsInput) { in.NotificationEndpointURL = new(coretest.Hook) })
		down := true
		w.Sender.Answers(func(_ context.Context, o core.Outgoing) (core.Answer, error) {
			if down && strings.Contains(string(o.Body), `"type"`) {
				return core.Answer{Status: 500}, nil
			}
			return core.Answer{Status: 200}, nil
		})
		w.Bank.OnLogin(func(context.Context, scrapers.Page, scrapers.Credentials, scrapers.Ask) error {
			return scrapers.Fail(scrapers.BankUnavailable, "open the page", nil)
		})
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.BankUnavailable)
		time.Sleep(time.Hour) // its breaker opens
		w.Bank.OnLogin(nil)
		w.Bank.OnRead(coretest.Shows(coretest.Credit(1, time.Now())))
		mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")
		synctest.Wait()
		rows, _, err := w.Core.Deliveries(t.Context(), core.DeliveryFilter{AccountID: a.ID, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range rows {
			if (d.Status == core.DeliveryDelivered) == d.Kind.Notice() {
				t.Errorf("a %s is %s: %s", d.Kind, d.Status, d.LastError)
			}
		}
		w.Stop(t)
		down = false
		w.Reboot()
		w.Start(t)
		time.Sleep(6 * time.Hour)
		var got []string
		for _, s := range notices(w, coretest.Hook) {
			if s != "" && !slices.Contains(got, s) {
				got = append(got, s)
			}
		}
		if want := []string{"login_failed login.failed", "login_failed login.recovered"}; !slices.Equal(got, want) {
			t.Errorf("after the crash people were told %q, want %q", got, want)
		}
	})
}

func TestACrashBeforeTheSendLosesNoNotice(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, subscribed)
		w.Stop(t)
		w.Reboot() // a program whose work never began, so that nothing is sent
		run, _, err := w.Store.EnqueueRun(t.Context(), core.Run{ID: "0197a1b2-0000-7000-8000-000000000001", AccountID: a.ID, Trigger: core.ByPerson})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Store.ClaimRun(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		for i := range 2 { // two logins cut off in a row: the account is blocked at the start
			w.Store.AddAttempts(core.Attempt{ID: string(rune('a' + i)), Bank: a.Bank, BankUser: "ana", AccountID: a.ID, RunID: run.ID, At: time.Now(), Outcome: core.AttemptOpen})
			_, err := w.Store.ChangeAccount(t.Context(), a.ID, func(a *core.Account) error { a.Health.Unexplained = 1; return nil }, core.Audit{})
			if err != nil {
				t.Fatal(err)
			}
		}
		w.Start(t)
		mustNotices(t, w, "login_failed login.failed")
	})
}

func TestEachQuestionIsTold(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, subscribed, assisted)
		w.Bank.OnLogin(asksFor("123456", sixDigits))
		run, r := waiting(t, w, a.ID)
		submit(t, w, a.ID, "999999")
		submit(t, w, a.ID, "123456")
		mustEnd(t, w.Wait(t, run.ID), core.Succeeded, "")
		synctest.Wait()
		const asked = "assistance_required assistance.requested"
		mustNotices(t, w, asked, asked)
		for i, s := range w.Sender.Sent() {
			want := fmt.Sprintf(`"data":{"requestId":%q,"descriptor":{"length":6,"type":"numeric","purpose":"login"},"attempts":%d}`, r.ID, i)
			if !strings.Contains(string(s.Out.Body), want) {
				t.Errorf("question %d told %s, want %s", i+1, s.Out.Body, want)
			}
		}
	})
}

// TestNobodyIsFetchedTooLate has a receiver that is down while a login waits for a
// code: what comes back up is not asked for a code that nobody needs any more.
func TestNobodyIsFetchedTooLate(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, subscribed, assisted)
		down := true
		w.Sender.Answers(func(_ context.Context, o core.Outgoing) (core.Answer, error) {
			if down && o.URL == notify {
				return core.Answer{Status: 503}, nil
			}
			return core.Answer{Status: 200}, nil
		})
		w.Bank.OnLogin(asksFor("123456", sixDigits))
		run, _ := waiting(t, w, a.ID)
		const asked = "assistance_required assistance.requested"
		mustNotices(t, w, asked) // it was tried while the login waited
		submit(t, w, a.ID, "123456")
		mustEnd(t, w.Wait(t, run.ID), core.Succeeded, "")
		down = false
		time.Sleep(6 * time.Hour)
		mustNotices(t, w, asked)
		rows, _, err := w.Core.Deliveries(t.Context(), core.DeliveryFilter{AccountID: a.ID, Kind: core.NoticeDelivery, Limit: 10})
		if err != nil || len(rows) != 1 {
			t.Fatalf("%d notices, %v", len(rows), err)
		}
		if d := rows[0]; d.Status != core.DeliveryDead || d.LastError != "superseded: the login no longer waits for a person" || d.Attempts != 1 || d.DoneAt.IsZero() {
			t.Errorf("the notice is %+v", d)
		}
	})
}

func TestSlackMustSayOK(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want core.DeliveryStatus
		says string
	}{
		"taken":     {`{"ok":true,"ts":"1"}`, core.DeliveryDelivered, ""},
		"refused":   {`{"ok":false,"error":"channel_not_found"}`, core.DeliveryRetrying, "channel_not_found"},
		"no Slack":  {`<html>login</html>`, core.DeliveryRetrying, "not one of Slack's"},
		"no reason": {`{}`, core.DeliveryRetrying, "no reason given"},
	} {
		t.Run(name, func(t *testing.T) {
			world(t, func(t *testing.T, w *coretest.World) {
				a := w.Account(t, subscribed, func(in *core.SettingsInput) {
					in.NotificationEndpointURL = nil
					in.Own.NotificationTransport, in.Own.NotificationSlackChannel = new("slack"), new("#alerts")
				})
				w.Sender.Answers(func(context.Context, core.Outgoing) (core.Answer, error) {
					return core.Answer{Status: 200, Body: c.body}, nil
				})
				w.Bank.OnLogin(coretest.FailAfterSubmit(refusal))
				mustEnd(t, w.Scrape(t, a.ID), core.Failed, scrapers.InvalidCredentials)
				synctest.Wait()
				rows, _, err := w.Core.Deliveries(t.Context(), core.DeliveryFilter{AccountID: a.ID, Limit: 10})
				if err != nil || len(rows) != 1 {
					t.Fatalf("%d deliveries, %v", len(rows), err)
				}
				all := w.Sender.Sent()
				if len(all) == 0 {
					t.Fatalf("nothing was sent: %s", rows[0].LastError)
				}
				sent := all[0].Out
				if rows[0].Status != c.want || !strings.Contains(rows[0].LastError, c.says) || sent.URL != "https://slack.com/api/chat.postMessage" || sent.Token != "aviso-token" || sent.Auth != core.Bearer {
					t.Errorf("%s: %s; sent to %s with %s", rows[0].Status, rows[0].LastError, sent.URL, sent.Auth)
				}
				receivers, err := w.Store.Receivers(t.Context())
				if err != nil || len(receivers) > 1 || len(receivers) == 1 && receivers[0].Failures > 0 {
					t.Errorf("a refusal of one message counts against Slack: %+v, %v", receivers, err)
				}
			})
		})
	}
}

func TestATestNotice(t *testing.T) {
	w := coretest.NewWorld(t)
	a := w.Account(t)
	in := shown(t, w, a.ID, true)
	var invalid *core.InvalidError
	if _, err := w.Core.SendTestNotice(t.Context(), a.ID, in); !errors.As(err, &invalid) || invalid.Fields[0].Field != "notification_endpoint_url" {
		t.Errorf("without an address: %v", err)
	}
	subscribed(&in)
	if ans, err := w.Core.SendTestNotice(t.Context(), a.ID, in); err != nil || ans.Status != 200 {
		t.Fatalf("%+v, %v", ans, err)
	}
	if got := notices(w, notify); !slices.Equal(got, []string{"login_failed test"}) {
		t.Errorf("the test sent %q", got)
	}
	in.Own.NotificationTransport = new("slack")
	if _, err := w.Core.SendTestNotice(t.Context(), a.ID, in); !errors.As(err, &invalid) || invalid.Fields[0].Field != "notification_slack_channel" {
		t.Errorf("without a channel: %v", err)
	}
	in.Own.NotificationSlackChannel = new("#alerts")
	w.Sender.Answers(func(context.Context, core.Outgoing) (core.Answer, error) {
		return core.Answer{Status: 200, Body: `{"ok":false,"error":"invalid_auth"}`}, nil
	})
	if _, err := w.Core.SendTestNotice(t.Context(), a.ID, in); err == nil || !strings.Contains(err.Error(), "invalid_auth") {
		t.Errorf("Slack's refusal: %v", err)
	}
	if rows, _, err := w.Core.Deliveries(t.Context(), core.DeliveryFilter{Limit: 1}); err != nil || len(rows) > 0 {
		t.Errorf("a test left %d deliveries, %v", len(rows), err)
	}
}
