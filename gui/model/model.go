// Package model decides what the screens show, as plain values: which light an
// account has, what its second line says, which stage a run is in. It knows no
// widget and no language, starts nothing, and is called off the UI goroutine.
package model

import (
	"context"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// Source is what the screens read from core.
type Source interface {
	Accounts(ctx context.Context) ([]core.Account, error)
	Settings(ctx context.Context, accountID string) (core.Settings, error)
	Missing(ctx context.Context, id string) ([]core.FieldError, error)
	Runs(ctx context.Context, f core.RunFilter) ([]core.Run, int, error)
	Stages(ctx context.Context, runID string) ([]core.RunStage, error)
	DeliveryCounts(ctx context.Context, accountID string) (map[core.DeliveryStatus]int, error)
	OperationMode(ctx context.Context) (core.OperationMode, error)
	SchedulePaused(ctx context.Context) (bool, error)
	Banks() []scrapers.Info
	Space() core.Space
	Session(ctx context.Context, accountID string) (core.Session, error)
	PendingAssistances(ctx context.Context) ([]core.Assistance, error)
}

// Changes are the hints of a short while, taken together.
type Changes struct {
	All      bool // everything may have changed
	Topics   map[core.Topic]bool
	Accounts map[string]bool
}

// Everything is a change of all there is.
func Everything() Changes { return Changes{All: true} }

// Add takes a hint in. One that concerns all accounts is a change of all of them.
func (c *Changes) Add(h core.Hint) {
	if c.Topics == nil {
		c.Topics, c.Accounts = map[core.Topic]bool{}, map[string]bool{}
	}
	c.Topics[h.Topic] = true
	if h.AccountID == "" {
		c.All = true
		return
	}
	c.Accounts[h.AccountID] = true
}

// Empty tells whether nothing changed.
func (c Changes) Empty() bool { return !c.All && len(c.Topics) == 0 }

// Has tells whether one of the topics changed.
func (c Changes) Has(topics ...core.Topic) bool {
	for _, t := range topics {
		if c.All || c.Topics[t] {
			return true
		}
	}
	return c.All
}

// Of tells whether something of an account changed; "" asks for any account.
func (c Changes) Of(accountID string) bool {
	return c.All || accountID == "" || c.Accounts[accountID]
}

// Join takes other changes in.
func (c *Changes) Join(other Changes) {
	c.All = c.All || other.All
	for t := range other.Topics {
		for id := range other.Accounts {
			c.Add(core.Hint{Topic: t, AccountID: id})
		}
	}
}

// Something is a change of one topic of one account.
func Something(topic core.Topic, accountID string) Changes {
	var c Changes
	c.Add(core.Hint{Topic: topic, AccountID: accountID})
	return c
}
