package api

import (
	"net/http"

	"reconbanker/core"
	"reconbanker/core/wire"
)

func listRuns(c *call) (reply, error) {
	account, limit, offset, err := c.filtered()
	if err != nil {
		return reply{}, err
	}
	state, err := c.choice("status", string(core.Queued), string(core.Running), string(core.Succeeded), string(core.Failed),
		string(core.Skipped), string(core.Canceled), string(core.Orphaned))
	if err != nil {
		return reply{}, err
	}
	rows, total, err := c.s.core.Runs(c.Context(), core.RunFilter{AccountID: account, Status: core.RunStatus(state), Limit: limit, Offset: offset})
	if err != nil {
		return reply{}, err
	}
	out := make([]wire.Run, len(rows))
	for i, r := range rows {
		out[i] = wire.FromRun(r)
	}
	c.total(total)
	return ok(out)
}

// stage is a part of a run as it happened.
type stage struct {
	Stage     string  `json:"stage"`
	StartedAt *string `json:"started_at"`
	EndedAt   *string `json:"ended_at"`
	Kind      string  `json:"kind,omitempty"`
}

func getRun(c *call) (reply, error) {
	id, err := c.id("jobId")
	if err != nil {
		return reply{}, err
	}
	run, err := c.s.core.RunByID(c.Context(), id)
	if err != nil {
		return reply{}, missing(err, "Run")
	}
	stages, err := c.s.core.Stages(c.Context(), id)
	if err != nil {
		return reply{}, err
	}
	out := struct {
		wire.Run
		Stages []stage `json:"stages"`
	}{wire.FromRun(run), make([]stage, len(stages))}
	for i, st := range stages {
		out.Stages[i] = stage{st.Name, wire.Time(st.StartedAt), wire.Time(st.EndedAt), string(st.Kind)}
	}
	return ok(out)
}

func cancelRun(c *call) (reply, error) {
	id, err := c.id("jobId")
	if err != nil {
		return reply{}, err
	}
	if err := c.s.core.CancelRun(c.Context(), id, c.actor()); err != nil {
		return reply{}, missing(err, "Run")
	}
	return reply{http.StatusAccepted, job{id}}, nil
}
