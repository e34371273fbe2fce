package core

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"reconbanker/scrapers"
)

var noticeKinds = []scrapers.Kind{
	scrapers.InvalidCredentials, scrapers.Unexplained, scrapers.BankUnavailable, scrapers.Network, scrapers.StepTimeout,
	scrapers.OTPTimeout, scrapers.BotChallenge, scrapers.LayoutChanged, scrapers.UnparsableRow, SecretsLocked,
	scrapers.Cancelled, Interrupted, Blocked, BudgetSpent,
}

// told is a sent notice as a receiver reads it.
type told struct{ Type, Status string }

// noticeModel is the account under the real rules, beside what people know of it.
type noticeModel struct {
	Account
	now    time.Time
	events []string
	ids    int
	// By event: what people were last told and not told is over, "" for nothing.
	knows map[string]string
}

func (m *noticeModel) teller() teller {
	return teller{
		settings: Settings{AccountID: m.ID, NotificationEndpointURL: "https://n.example/x", NotificationEvents: m.events},
		account:  "Caja", bank: "Banco", now: m.now,
		newID: func() string { m.ids++; return fmt.Sprint(m.ids) },
	}
}

// taken empties the notices, as the store does, into what a receiver got.
func (m *noticeModel) taken(t *rapid.T) (got []told) {
	for _, d := range m.Notices {
		var n told
		if err := json.Unmarshal(d.Payload, &n); err != nil {
			t.Fatalf("the body %s: %v", d.Payload, err)
		}
		if d.SubjectID != m.ID+"/"+n.Type || d.Kind != NoticeDelivery {
			t.Fatalf("a notice of %s in the lane %s, %s", n.Type, d.Kind, d.SubjectID)
		}
		got = append(got, n)
	}
	m.Notices = nil
	return got
}

func (m *noticeModel) fail(t *rapid.T, kind scrapers.Kind, stage string) {
	run := Run{Status: Failed, Kind: kind, Stage: stage}
	switch kind {
	case scrapers.Cancelled, Interrupted:
		run.Status = Canceled
	case Blocked, BudgetSpent:
		run.Status = Skipped
	}
	blocked := m.Block != nil
	if run.Status == Skipped {
		afterSkip(&m.Account, kind, "skipped", 1, m.now, m.now, m.now)
	} else {
		afterFailure(&m.Account, kind, "failed", 1, m.now, m.now)
	}
	m.teller().failed(&m.Account, blocked, run)
	got := m.taken(t)
	if run.Status != Failed {
		if len(got) > 0 {
			t.Fatalf("a run that ended %s was told: %v", run.Status, got)
		}
		return
	}
	event, status := EventScrape, statusScrapeFailed
	if atLogin(kind, stage) {
		event, status = EventLogin, statusLoginFailed
	}
	is := fmt.Sprintf("%s %t", causeOf(kind), m.Block != nil)
	want := []told{{event, status}}
	if m.knows[event] == is || !m.teller().wants(event) {
		want = nil
	} else {
		m.knows[event] = is
	}
	same(t, got, want)
}

func (m *noticeModel) heal(t *rapid.T, read bool) {
	healed(&m.Account, m.now, m.now)
	m.teller().recovered(&m.Account, read)
	var want []told
	for _, end := range []struct {
		event, status string
		over          bool
	}{{EventLogin, statusLoginRecovered, true}, {EventScrape, statusScrapeRecovered, read}} {
		stale := end.event == EventScrape && m.knows["stale"] != ""
		if !end.over || m.knows[end.event] == "" && !stale {
			continue
		}
		if m.teller().wants(end.event) {
			want = append(want, told{end.event, end.status})
		}
		m.knows[end.event] = ""
		if end.event == EventScrape {
			m.knows["stale"] = ""
		}
	}
	same(t, m.taken(t), want)
}

func same(t *rapid.T, got, want []told) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("people were told %v, want %v", got, want)
	}
}

// TestNoticesProperty: whatever happens in whatever order, a change is told once,
// nothing is told twice, and "recovered" only after an alert.
func TestNoticesProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &noticeModel{
			Account: Account{ID: "a", Status: Active}, now: time.Date(2026, 5, 13, 9, 0, 0, 0, time.UTC),
			events: rapid.SampledFrom([][]string{nil, {EventLogin}, {EventScrape}, {EventLogin, EventScrape}}).Draw(t, "events"),
			knows:  map[string]string{},
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) { m.now = m.now.Add(20 * time.Minute) },
			"fails": func(t *rapid.T) {
				stage := rapid.SampledFrom([]string{StageLogin, StageCode, StageRead}).Draw(t, "stage")
				m.fail(t, rapid.SampledFrom(noticeKinds).Draw(t, "kind"), stage)
			},
			"fails again": func(t *rapid.T) { m.fail(t, scrapers.BankUnavailable, StageLogin) },
			"reads":       func(t *rapid.T) { m.heal(t, true) },
			"signs in":    func(t *rapid.T) { m.heal(t, false) },
			"is not read": func(t *rapid.T) {
				m.teller().stale(&m.Account, 24)
				var want []told
				if m.knows["stale"] == "" && m.teller().wants(EventScrape) {
					want, m.knows["stale"] = []told{{EventScrape, statusScrapeStale}}, "yes"
				}
				same(t, m.taken(t), want)
			},
			"is restarted": func(*rapid.T) {
				m.Block, m.Health, m.RestartedAt = nil, Health{}, m.now
				for _, event := range []string{EventLogin, EventScrape} {
					if m.knows[event] != "" {
						m.knows[event] = "before the restart" // told anew if it fails again
					}
				}
			},
			"settings change": func(t *rapid.T) {
				m.events = rapid.SampledFrom([][]string{{EventLogin}, {EventLogin, EventScrape}}).Draw(t, "events")
			},
		})
	})
}

// TestNoticeBytes holds the documented body.
func TestNoticeBytes(t *testing.T) {
	m := &noticeModel{Account: Account{ID: "5b1e"}, now: time.Date(2026, 6, 2, 14, 3, 0, 120_400_000, time.UTC), events: notificationEvents}
	for name, c := range map[string]struct {
		work func(teller)
		want string
	}{
		"refused": {
			func(t teller) {
				m.Block = &Block{}
				t.failed(&m.Account, false, Run{Status: Failed, Kind: scrapers.InvalidCredentials, Stage: StageLogin})
			},
			`{"account_id":"5b1e","type":"login_failed","status":"login.failed","data":{"category":"login_failed","code":"INVALID_CREDENTIALS","blocked":true},"occurred_at":"2026-06-02T14:03:00.120Z"}`,
		},
		"bank down": {
			func(t teller) {
				t.failed(&m.Account, false, Run{Status: Failed, Kind: scrapers.BankUnavailable, Stage: StageLogin})
			},
			`{"account_id":"5b1e","type":"login_failed","status":"login.failed","data":{"category":"navigation_failed","code":"BANK_UNAVAILABLE","blocked":false},"occurred_at":"2026-06-02T14:03:00.120Z"}`,
		},
		"while reading": {
			func(t teller) {
				t.failed(&m.Account, false, Run{Status: Failed, Kind: scrapers.LayoutChanged, Stage: StageRead})
			},
			`{"account_id":"5b1e","type":"scrape_failed","status":"scrape.failed","data":{"category":"movements_fetch_failed","code":"LAYOUT_CHANGED","blocked":false},"occurred_at":"2026-06-02T14:03:00.120Z"}`,
		},
		"not read": {
			func(t teller) { t.stale(&m.Account, 25) },
			`{"account_id":"5b1e","type":"scrape_failed","status":"scrape.stale","data":{"category":"stale","hours":25,"lastReadAt":null},"occurred_at":"2026-06-02T14:03:00.120Z"}`,
		},
		"recovered": {
			func(t teller) {
				m.Alerts.Login.Cause = "password"
				t.recovered(&m.Account, true)
			},
			`{"account_id":"5b1e","type":"login_failed","status":"login.recovered","data":{},"occurred_at":"2026-06-02T14:03:00.120Z"}`,
		},
		"a code": {
			func(t teller) {
				m.Notices = t.noticesForAssistance(Assistance{ID: "9c", AccountID: "5b1e", Kind: scrapers.Numeric, Length: 6, Purpose: "login", Attempts: 1}, false)
			},
			`{"account_id":"5b1e","type":"assistance_required","status":"assistance.requested","data":{"requestId":"9c","descriptor":{"length":6,"type":"numeric","purpose":"login"},"attempts":1},"occurred_at":"2026-06-02T14:03:00.120Z"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			m.Account = Account{ID: "5b1e"}
			c.work(m.teller())
			if len(m.Notices) != 1 || string(m.Notices[0].Payload) != c.want {
				t.Errorf("%d notices\n got %+v\nwant %s", len(m.Notices), m.Notices, c.want)
			}
		})
	}
}
