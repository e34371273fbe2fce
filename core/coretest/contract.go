package coretest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// StoreContract holds a core.Store to every rule that core's interface states.
// open returns an empty store; it is closed by whoever opened it.
func StoreContract(t *testing.T, open func(t *testing.T) core.Store) {
	rules := map[string]func(*contract){
		"modes":                 modes,
		"accounts":              accounts,
		"a change of account":   accountChanges,
		"settings":              settings,
		"secrets":               secrets,
		"addresses follow":      addressesFollow,
		"the audit log":         auditLog,
		"deleting":              deleting,
		"due":                   due,
		"one live run":          oneLiveRun,
		"claiming":              claiming,
		"restarting":            restarting,
		"stages":                stages,
		"ending":                ending,
		"lists of runs":         listsOfRuns,
		"orphans":               orphans,
		"attempts":              attempts,
		"deciding an attempt":   decidingAttempts,
		"keeping":               keeping,
		"keeping again":         keepingAgain,
		"vanishing":             vanishing,
		"late senders":          lateSenders,
		"keeping is whole":      keepingIsWhole,
		"finding movements":     findingMovements,
		"a change of movement":  movementChanges,
		"what is due":           dueDeliveries,
		"limits of what is due": dueLimits,
		"finishing":             finishing,
		"finishing too late":    finishingTooLate,
		"lists of deliveries":   listsOfDeliveries,
		"a change of delivery":  deliveryChanges,
		"owners":                owners,
		"revoked tokens":        revokedTokens,
		"access keys":           accessKeys,
		"API settings":          apiSettings,
		"asking a person":       asking,
		"ends of requests":      endsOfRequests,
		"states of sessions":    sessionStates,
		"starting a run":        startingRuns,
		"preferences":           preferences,
		"evidence":              evidence,
		"pruning":               pruning,
		"pruning of audit":      auditPruning,
		"notices":               notices,
	}
	maps.Copy(rules, orderRules)
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			rule(&contract{TB: t, Store: open(t), ctx: context.Background(), day: time.Date(2026, 5, 13, 12, 0, 0, 0, time.UTC)})
		})
	}
}

// contract is one rule at work.
type contract struct {
	testing.TB
	core.Store
	ctx context.Context
	day time.Time
}

func (c *contract) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *contract) is(err, want error) {
	c.Helper()
	if !errors.Is(err, want) {
		c.Errorf("error %v, want %v", err, want)
	}
}

// same compares what came back with what is wanted; empty and absent are alike.
func (c *contract) same(got, want any) {
	c.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		c.Errorf("not the same (-want +got):\n%s", diff)
	}
}

func (c *contract) at(minutes int) time.Time { return c.day.Add(time.Duration(minutes) * time.Minute) }

func by(action core.Action) core.Audit {
	if action == "" {
		return core.Audit{}
	}
	return core.Audit{At: time.Date(2026, 5, 13, 9, 0, 0, 0, time.UTC), Actor: "ana", Action: action, AccountID: "", Detail: "why"}
}

func (c *contract) account(name string) core.Account {
	c.Helper()
	a := core.Account{ID: newID(), Bank: BankCode, Name: name, Status: core.Active, CreatedAt: c.day}
	c.must(c.CreateAccount(c.ctx, a, by("account.create")))
	return a
}

func (c *contract) settings(a core.Account) core.Settings {
	return core.Settings{
		ID: newID(), AccountID: a.ID, PendingOrdersEndpoint: "https://erp.example/orders", WebhookURL: Hook, RetryLimit: 4,
		PollingMethod: "POST", PollingBody: json.RawMessage(`{"q":["<&>",1.50]}`), AuthType: core.Bearer, WebhookAuthType: core.APIKey,
		NotificationEndpointURL: "https://n.example", NotificationAuthType: core.Bearer, NotificationEvents: []string{"login_failed"},
		NotifyOnExpired: true, WebhookExtraFields: json.RawMessage(`{"z":1,"a":"ñ"}`), SilentIngestion: true,
		SessionType: core.Persistent, LoginMode: core.Assisted, BankUsername: "ana", BankFields: map[string]string{"address": "127.0.0.1"},
		BankAccounts: []string{"001", "002"}, Schedule: "0 9 * * *", StartDate: "2026-05-01", DailyLogins: 2,
		CredentialsVersion: 7, Stored: map[string]bool{}, CreatedAt: c.at(1), UpdatedAt: c.at(2),
	}
}

func (c *contract) configured(name string) core.Account {
	c.Helper()
	a := c.account(name)
	c.must(c.SaveSettings(c.ctx, c.settings(a), nil, nil, core.Audit{}))
	return a
}

// running is a run of the account that a worker has claimed.
func (c *contract) running(a core.Account) core.Run {
	c.Helper()
	c.queued(a)
	r, err := c.ClaimRun(c.ctx, c.at(1))
	c.must(err)
	return r
}

func (c *contract) queued(a core.Account) core.Run {
	c.Helper()
	r, created, err := c.EnqueueRun(c.ctx, core.Run{ID: newID(), AccountID: a.ID, Trigger: core.ByPerson, Status: core.Queued, QueuedAt: c.day})
	c.must(err)
	if !created {
		c.Fatal("there is a live run already")
	}
	return r
}

// line is the n-th credit of bank account 001, two minutes after the one before.
func (c *contract) line(n int) core.Movement {
	at := c.at(2 * n)
	return core.Movement{
		ID: newID(), Key: fmt.Sprintf("id:001:%d", n), Content: fmt.Sprintf("%032x", n), BankAccount: "001", BankID: fmt.Sprint(n),
		Direction: scrapers.Credit, Amount: core.Money{Minor: int64(100 + n), Currency: "UYU"}, Balance: &core.Money{Minor: -5, Currency: "UYU"},
		BookedAt: at, Precision: scrapers.Minute, BankDay: at.Format(time.DateOnly), Description: "TRF. PLAZA", Reference: fmt.Sprintf("REF%d", n),
		Sender: "María Pérez", SenderDocument: "CI 1", Raw: map[string]string{"fecha": at.Format(time.DateOnly)},
	}
}

func (c *contract) owe(m core.Movement, address string, next time.Time) core.Delivery {
	d := OwedTo(address, m, c.day)
	d.NextAt = next
	return d
}

// keep ends a run of the account with these lines, each credit owed one delivery
// to Hook when owing.
func (c *contract) keep(a core.Account, owing bool, lines ...core.Movement) core.Kept {
	c.Helper()
	k := c.reading(a, lines...)
	if owing {
		k.Decide = c.oweAll
	}
	kept, err := c.Keep(c.ctx, k)
	c.must(err)
	return kept
}

func (c *contract) reading(a core.Account, lines ...core.Movement) core.Keep {
	c.Helper()
	run := c.running(a)
	run.Status, run.FinishedAt = core.Succeeded, c.at(5)
	return core.Keep{Run: run, At: c.at(4), Lines: lines, Decide: decideNothing, Change: func(*core.Account) {}}
}

func decideNothing(fresh []core.Movement, _ core.OperationMode) []core.Decision {
	out := make([]core.Decision, len(fresh))
	for i := range fresh {
		out[i].Movement = fresh[i]
	}
	return out
}

func (c *contract) oweAll(fresh []core.Movement, mode core.OperationMode) []core.Decision {
	out := decideNothing(fresh, mode)
	for i, m := range fresh {
		if m.Direction == scrapers.Credit {
			out[i].Deliveries = []core.Delivery{c.owe(m, Hook, c.day)}
		}
	}
	return out
}

func (c *contract) audits() (out []string) {
	c.Helper()
	rows, err := c.AuditLog(c.ctx, 500, 0)
	c.must(err)
	for _, a := range rows {
		out = append(out, string(a.Action))
	}
	return out
}

func ids[T any](rows []T, id func(T) string) []string {
	out := []string{}
	for _, r := range rows {
		out = append(out, id(r))
	}
	return out
}

func accountIDs(rows []core.Account) []string {
	return ids(rows, func(a core.Account) string { return a.ID })
}
func runIDs(rows []core.Run) []string { return ids(rows, func(r core.Run) string { return r.ID }) }
func moveIDs(rows []core.Movement) []string {
	return ids(rows, func(m core.Movement) string { return m.BankID })
}

func dueIDs(rows []core.Delivery) []string {
	return ids(rows, func(d core.Delivery) string { return d.ID })
}
