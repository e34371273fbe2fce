package model

import (
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

var noon = time.Date(2026, 5, 13, 12, 0, 0, 0, time.UTC)

func TestState(t *testing.T) {
	running := func(stage string) *core.Run { return &core.Run{Status: core.Running, Stage: stage} }
	blocked := &core.Block{Kind: scrapers.InvalidCredentials}
	missing := []core.FieldError{{Field: "webhook_url"}}
	for _, c := range []struct {
		name  string
		a     Account
		want  State
		light Light
		can   bool
	}{
		{"read", Account{Account: core.Account{LastReadAt: noon}}, Healthy, Green, true},
		{"never read", Account{}, Waiting, Grey, true},
		{"failing", Account{Account: core.Account{LastReadAt: noon, Health: core.Health{Kind: scrapers.Network}}}, Failing, Amber, true},
		{"blocked", Account{Account: core.Account{LastReadAt: noon, Block: blocked}}, Blocked, Red, true},
		{"paused", Account{Account: core.Account{Status: core.Paused}}, Paused, Grey, true},
		{"paused and blocked", Account{Account: core.Account{Status: core.Paused, Block: blocked}}, Blocked, Red, true},
		{"unfinished", Account{Missing: missing}, Unfinished, Grey, false},
		{"blocked and unfinished", Account{Account: core.Account{Block: blocked}, Missing: missing}, Blocked, Red, false},
		{"archived", Account{Account: core.Account{Status: core.Archived, Block: blocked}}, Archived, Grey, false},
		{"queued", Account{Live: &core.Run{Status: core.Queued}}, Working, Blue, false},
		{"reading", Account{Live: running(core.StageRead)}, Working, Blue, false},
		{"wants a code", Account{Live: running(core.StageCode)}, CodeNeeded, Amber, false},
		{"reading though blocked", Account{Account: core.Account{Block: blocked}, Live: running(core.StageLogin)}, Working, Blue, false},
	} {
		c.a.decide()
		if c.a.State != c.want || c.a.State.Light() != c.light || c.a.CanScrape() != c.can {
			t.Errorf("%s: state %d light %d can scrape %v", c.name, c.a.State, c.a.State.Light(), c.a.CanScrape())
		}
	}
}

func TestPlan(t *testing.T) {
	for text, want := range map[string]Plan{
		"@every 20m": {Every: 20 * time.Minute}, "0 9 * * 1-5": {Cron: "0 9 * * 1-5"}, "": {}, "@every ": {Cron: "@every "}, "@every x": {Cron: "@every x"},
	} {
		if got := PlanOf(text); got != want {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func TestSteps(t *testing.T) {
	last := 0
	for _, stage := range []string{core.StageCredentials, core.StageLaunch, core.StageLogin, core.StageCode, core.StageRead, core.StageKeep, core.StageClose} {
		n := Step(stage)
		if n < last || n == 0 || n > StepCount {
			t.Errorf("%s is step %d after %d", stage, n, last)
		}
		last = n
	}
}

func TestTook(t *testing.T) {
	for name, c := range map[string]struct {
		run  core.Run
		want time.Duration
	}{
		"queued":        {core.Run{}, 0},
		"ended":         {core.Run{StartedAt: noon, FinishedAt: noon.Add(time.Second)}, time.Second},
		"at work":       {core.Run{StartedAt: noon.Add(-time.Minute)}, time.Minute},
		"clock was set": {core.Run{StartedAt: noon.Add(time.Hour)}, 0},
	} {
		if got := Took(c.run, noon); got != c.want {
			t.Errorf("%s took %s", name, got)
		}
	}
}

func TestWhatTheLastRunSays(t *testing.T) {
	a := Account{Last: &core.Run{Status: core.Succeeded, New: 12}}
	if a.NewMovements() != 12 || a.FailedRun() != nil {
		t.Error("a good run reads as a bad one")
	}
	a = Account{Account: core.Account{Health: core.Health{Kind: scrapers.Network}}, Last: &core.Run{Status: core.Failed, New: 3}}
	if a.NewMovements() != 0 || a.FailedRun() == nil || a.Problem() != scrapers.Network {
		t.Error("a bad run reads as a good one")
	}
	a.Block = &core.Block{Kind: scrapers.AccountLocked}
	if a.Problem() != scrapers.AccountLocked {
		t.Error("the block matters more than the last failure")
	}
}
