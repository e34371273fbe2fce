package api

import (
	"context"
	"errors"
	"slices"
	"time"

	"reconbanker/core"
	"reconbanker/core/wire"
)

// event is one message of a stream.
type event struct {
	Type       string `json:"type"`
	UserID     string `json:"userId"`
	AccountID  string `json:"accountId,omitempty"`
	Data       any    `json:"data,omitempty"`
	OccurredAt string `json:"occurredAt"`
}

// watcher turns hints into events: a hint only says where to look, so it looks,
// compares with what it saw before, and tells the difference. A hint that was
// missed costs nothing: the next look finds what changed.
type watcher struct {
	s     *Server
	owner string
	began time.Time

	asked  map[string]core.Assistance           // pending requests by id
	runs   map[string]map[string]core.RunStatus // by account: the newest runs, as they were seen
	blocks map[string]bool                      // blocked accounts
}

// watch starts to look. Requests that are pending already are told first, so that
// a relay that comes late misses no code.
func (s *Server) watch(ctx context.Context, o core.Owner) (*watcher, []event, error) {
	w := &watcher{s: s, owner: o.ID, began: s.now(), asked: map[string]core.Assistance{}, runs: map[string]map[string]core.RunStatus{}, blocks: map[string]bool{}}
	if _, err := w.lookAtBlocks(ctx); err != nil {
		return nil, nil, err
	}
	first, err := w.lookAtRequests(ctx)
	return w, first, err
}

func (w *watcher) event(kind, account string, data any) event {
	return event{Type: kind, UserID: w.owner, AccountID: account, Data: data, OccurredAt: w.s.now().UTC().Format("2006-01-02T15:04:05.000Z")}
}

// look returns what changed where a hint points.
func (w *watcher) look(ctx context.Context, h core.Hint) ([]event, error) {
	switch h.Topic {
	case core.AssistanceChanged:
		return w.lookAtRequests(ctx)
	case core.RunsChanged:
		runs, err := w.lookAtRuns(ctx, h.AccountID)
		if err != nil {
			return nil, err
		}
		blocks, err := w.lookAtBlocks(ctx)
		return append(runs, blocks...), err
	case core.AccountsChanged:
		blocks, err := w.lookAtBlocks(ctx)
		return append(blocks, w.event("accounts.changed", h.AccountID, nil)), err
	}
	return []event{w.event(string(h.Topic)+".changed", h.AccountID, nil)}, nil
}

func (w *watcher) lookAtRequests(ctx context.Context) (out []event, err error) {
	rows, err := w.s.core.PendingAssistances(ctx)
	if err != nil {
		return nil, err
	}
	type asks struct {
		RequestID  string     `json:"requestId"`
		Descriptor descriptor `json:"descriptor"`
		Attempts   int        `json:"attempts"`
	}
	pending := map[string]bool{}
	for _, a := range rows {
		pending[a.ID] = true
		was, known := w.asked[a.ID]
		w.asked[a.ID] = a
		if known && was.Attempts == a.Attempts && was.AskedAt.Equal(a.AskedAt) {
			continue
		}
		if shown, ok := fromAssistance(&a).(assistance); ok {
			out = append(out, w.event("assistance.requested", a.AccountID, asks{a.ID, shown.Descriptor, a.Attempts}))
		}
	}
	for id, was := range w.asked {
		if pending[id] {
			continue
		}
		delete(w.asked, id)
		state := core.AssistanceCancelled // with its account, when it is gone
		switch a, err := w.s.core.Assistance(ctx, id); {
		case err == nil && a.State != core.AssistancePending:
			state = a.State
		case err != nil && !errors.Is(err, core.ErrNotFound):
			return out, err
		}
		out = append(out, w.event("assistance."+string(state), was.AccountID, struct {
			RequestID string `json:"requestId"`
		}{id}))
	}
	return out, nil
}

// lookAtRuns compares the newest runs of an account.
func (w *watcher) lookAtRuns(ctx context.Context, account string) (out []event, err error) {
	rows, _, err := w.s.core.Runs(ctx, core.RunFilter{AccountID: account, Limit: 20})
	if err != nil {
		return nil, err
	}
	before := w.runs[account]
	now := make(map[string]core.RunStatus, len(rows))
	for _, r := range slices.Backward(rows) {
		now[r.ID] = r.Status
		was, known := before[r.ID]
		if known && was == r.Status || !known && !r.Status.Live() && r.FinishedAt.Before(w.began) {
			continue
		}
		if kind := eventOfRun(r); kind != "" {
			out = append(out, w.event(kind, r.AccountID, wire.FromRun(r)))
		}
	}
	w.runs[account] = now
	return out, nil
}

// eventOfRun names what a run has come to.
func eventOfRun(r core.Run) string {
	switch r.Status {
	case core.Running:
		return "scrape.started"
	case core.Succeeded:
		return "scrape.finished"
	case core.Skipped:
		return "scrape.skipped"
	case core.Canceled:
		return "scrape.cancelled"
	case core.Failed, core.Orphaned:
		if slices.Contains([]string{core.StageCredentials, core.StageLogin, core.StageCode}, r.Stage) {
			return "login.failed"
		}
		return "scrape.failed"
	}
	return ""
}

func (w *watcher) lookAtBlocks(ctx context.Context) (out []event, err error) {
	accounts, err := w.s.core.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		if (a.Block != nil) == w.blocks[a.ID] {
			continue
		}
		w.blocks[a.ID] = a.Block != nil
		kind := "account.restarted"
		if a.Block != nil {
			kind = "account.blocked"
		}
		out = append(out, w.event(kind, a.ID, wire.FromAccount(a)))
	}
	return out, nil
}
