package core

import (
	"context"

	"reconbanker/scrapers"
)

// handOver opens what the login shows in a window that a person can see and use,
// and goes on there: what the person does in it, the driver sees. The handover
// back is that it goes on reading in the same window.
func (s *session) handOver(ctx context.Context) error {
	state, err := s.tab.State(ctx)
	if err != nil {
		return err
	}
	defer clear(state)
	address, err := s.tab.URL(ctx)
	if err != nil {
		return err
	}
	o := s.options
	o.Visible, o.State = true, state
	window, err := s.c.browser.Open(ctx, o)
	if scrapers.KindOf(err) == scrapers.BrowserMissing {
		return scrapers.Fail(scrapers.NeedsPresence, "show the bank's window, where a person must finish the login", err)
	}
	if err != nil {
		return err
	}
	if err := window.Goto(ctx, address); err != nil {
		_ = window.Close() // the reason is known already
		return err
	}
	if err := s.tab.become(window); err != nil {
		s.c.log.Debug().Str("run", s.run.ID).Msg("close the page that moved into a window")
	}
	return nil
}
