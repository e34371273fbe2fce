package model

import (
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

func TestReadRuns(t *testing.T) {
	s := &shelf{
		runs: []core.Run{
			{ID: "2", AccountID: "a", Status: core.Failed, Kind: scrapers.Network, StartedAt: noon, FinishedAt: noon.Add(3 * time.Second)},
			{ID: "1", AccountID: "a", Status: core.Succeeded},
			{ID: "0", AccountID: "b", Status: core.Succeeded},
		},
		stages: []core.RunStage{
			{Name: core.StageLaunch, StartedAt: noon, EndedAt: noon.Add(time.Second)},
			{Name: core.StageLogin, StartedAt: noon.Add(time.Second)},
		},
	}
	page, err := ReadRuns(t.Context(), s, "a", 1, map[string]bool{"2": true, "elsewhere": true}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if page.Total != 2 || len(page.Rows) != 1 || len(page.Stages) != 1 {
		t.Fatalf("%+v", page)
	}
	stages := page.Stages["2"]
	if stages[0].Took != time.Second || stages[0].Kind != "" || !stages[0].Ended {
		t.Errorf("first stage %+v", stages[0])
	}
	// The stage it failed in was never ended: it ended with the run.
	if stages[1].Took != 2*time.Second || stages[1].Kind != scrapers.Network || !stages[1].Ended {
		t.Errorf("second stage %+v", stages[1])
	}
	live, err := ReadStages(t.Context(), s, core.Run{Status: core.Running}, noon.Add(5*time.Second))
	if err != nil || live[1].Ended || live[1].Took != 4*time.Second || live[1].Kind != "" {
		t.Errorf("of a run at work: %+v, %v", live, err)
	}
}
