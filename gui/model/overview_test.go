package model

import (
	"context"
	"errors"
	"testing"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// shelf is a source of fixed rows that counts what it is asked.
type shelf struct {
	accounts []core.Account
	missing  map[string][]core.FieldError
	runs     []core.Run // newest first
	stages   []core.RunStage
	counts   map[core.DeliveryStatus]int
	paused   bool
	broken   error
	asked    map[string]int // settings read, by account
	pending  []core.Assistance
	sessions map[string]core.Session
}

func (s *shelf) Session(_ context.Context, id string) (core.Session, error) {
	if keeps, ok := s.sessions[id]; ok {
		return keeps, nil
	}
	return core.Session{}, core.ErrNotFound
}

func (s *shelf) PendingAssistances(context.Context) ([]core.Assistance, error) {
	return s.pending, s.broken
}

func (s *shelf) Accounts(context.Context) ([]core.Account, error) { return s.accounts, s.broken }

func (s *shelf) Settings(_ context.Context, id string) (core.Settings, error) {
	if s.asked == nil {
		s.asked = map[string]int{}
	}
	s.asked[id]++
	if s.missing[id] != nil {
		return core.Settings{}, core.ErrNotFound
	}
	return core.Settings{AccountID: id, SessionType: core.OneShot, Schedule: "@every 20m"}, nil
}

func (s *shelf) Missing(_ context.Context, id string) ([]core.FieldError, error) {
	return s.missing[id], nil
}

func (s *shelf) Runs(_ context.Context, f core.RunFilter) (out []core.Run, total int, err error) {
	for _, r := range s.runs {
		if (f.AccountID == "" || r.AccountID == f.AccountID) && (f.Status == "" || r.Status == f.Status) {
			if total++; len(out) < f.Limit {
				out = append(out, r)
			}
		}
	}
	return out, total, s.broken
}

func (s *shelf) Stages(context.Context, string) ([]core.RunStage, error) { return s.stages, s.broken }

func (s *shelf) DeliveryCounts(context.Context, string) (map[core.DeliveryStatus]int, error) {
	return s.counts, nil
}

func (s *shelf) OperationMode(context.Context) (core.OperationMode, error) {
	return core.Passthrough, nil
}
func (s *shelf) Space() core.Space                            { return core.Space{} }
func (s *shelf) SchedulePaused(context.Context) (bool, error) { return s.paused, nil }
func (s *shelf) Banks() []scrapers.Info {
	return []scrapers.Info{
		{Code: "demobank", Name: "Demo Bank", Currencies: []string{"UYU", "USD"}, Demo: true},
		{Code: "world", Name: "World", Currencies: []string{"UYU", "USD", "EUR"}},
	}
}

func TestOverview(t *testing.T) {
	s := &shelf{
		accounts: []core.Account{
			{ID: "a", Bank: "demobank", Name: "A", Status: core.Active, LastReadAt: noon, NextRunAt: noon},
			{ID: "b", Bank: "world", Name: "B", Status: core.Active},
			{ID: "c", Bank: "gone", Name: "C", Status: core.Archived},
		},
		missing: map[string][]core.FieldError{"b": {{Field: "webhook_url"}}},
		runs: []core.Run{
			{ID: "3", AccountID: "a", Status: core.Running, Stage: core.StageLogin},
			{ID: "2", AccountID: "a", Status: core.Succeeded, New: 12},
			{ID: "1", AccountID: "a", Status: core.Failed},
		},
		counts: map[core.DeliveryStatus]int{core.DeliveryPending: 1, core.DeliveryRetrying: 2, core.DeliveryDead: 3, core.DeliveryDelivered: 9},
		paused: true,
	}
	over, err := NewOverseer(s).Read(t.Context(), Everything())
	if err != nil {
		t.Fatal(err)
	}
	a, ok := over.Find("a")
	if !ok || a.State != Working || a.Live.ID != "3" || a.Last.ID != "2" || a.NewMovements() != 12 || a.BankName != "Demo Bank" || !a.Demo {
		t.Errorf("a is %+v", a)
	}
	if b, _ := over.Find("b"); b.State != Unfinished || len(b.Currencies) != 0 {
		t.Errorf("b is %+v", b)
	}
	if c, _ := over.Find("c"); c.State != Archived || c.BankName != "gone" {
		t.Errorf("c is %+v", c)
	}
	if _, ok := over.Find("z"); ok {
		t.Error("found an account that is not there")
	}
	if over.AtWork != 1 || over.Queued != 0 || over.Active != 1 || over.Owed != 1 || over.Retrying != 2 || over.Dead != 3 || !over.Paused || over.Mode != core.Passthrough {
		t.Errorf("overview is %+v", over)
	}
	if over.Count(Working, Archived) != 2 {
		t.Errorf("%d are working or archived", over.Count(Working, Archived))
	}
}

// TestOverseerAsksOnlyWhatChanged: one busy account costs one account's reading.
func TestOverseerAsksOnlyWhatChanged(t *testing.T) {
	s := &shelf{accounts: []core.Account{{ID: "a", Bank: "demobank"}, {ID: "b", Bank: "demobank"}}}
	o := NewOverseer(s)
	read := func(c Changes) Overview {
		t.Helper()
		over, err := o.Read(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return over
	}
	read(Everything())
	s.runs = []core.Run{{ID: "1", AccountID: "a", Status: core.Succeeded, New: 4}}
	over := read(Something(core.RunsChanged, "a"))
	if s.asked["a"] != 2 || s.asked["b"] != 1 {
		t.Errorf("asked %v", s.asked)
	}
	if a, _ := over.Find("a"); a.NewMovements() != 4 {
		t.Error("the change was not seen")
	}
	s.accounts = append(s.accounts[1:], core.Account{ID: "c", Bank: "demobank", Name: "new"})
	over = read(Something(core.AccountsChanged, "c"))
	if _, ok := over.Find("a"); ok || len(over.Accounts) != 2 || s.asked["c"] != 1 {
		t.Errorf("after one was deleted and one added: %+v", over.Accounts)
	}
	s.broken = errors.New("the disk is gone")
	if _, err := o.Read(t.Context(), Everything()); err == nil {
		t.Error("a broken store reads well")
	}
}
