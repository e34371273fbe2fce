package core

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Preferences are what a person chose for the whole installation.
type Preferences struct {
	KeepEvidence bool   // of failed runs: what the page said and a picture of it
	StaleHours   int    // without a successful read, then people are told; 0 is never
	Language     string // of notices, one of Languages; "" is the first
}

// DefaultPreferences are those of a new installation.
var DefaultPreferences = Preferences{KeepEvidence: true, StaleHours: 24}

const maxStaleHours = 31 * 24

// Preferences returns what was chosen for the installation.
func (c *Core) Preferences(ctx context.Context) (Preferences, error) { return c.store.Preferences(ctx) }

// SetPreferences changes it. Evidence that is no longer to be kept is removed at
// once. The same again is nothing done.
func (c *Core) SetPreferences(ctx context.Context, p Preferences, actor string) error {
	switch {
	case p.StaleHours < 0 || p.StaleHours > maxStaleHours:
		return Invalid("stale_hours", "stale_hours must be from 0, which is never, to %d", maxStaleHours)
	case p.Language != "" && !slices.Contains(Languages, p.Language):
		return Invalid("language", "language must be one of %s", strings.Join(Languages, ", "))
	}
	was, err := c.store.Preferences(ctx)
	if err != nil || was == p {
		return err
	}
	detail := fmt.Sprintf("evidence %t, stale after %d h, language %s", p.KeepEvidence, p.StaleHours, p.Language)
	if err := c.store.SetPreferences(ctx, p, c.audit(actor, ActSetPreferences, "", detail)); err != nil {
		return fmt.Errorf("save the preferences: %w", err)
	}
	c.hint(ModeChanged, "")
	return nil
}
