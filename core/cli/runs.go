package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"reconbanker/core"
	"reconbanker/core/wire"
	"reconbanker/scrapers"
)

// RunsCmd lists runs, or shows one.
type RunsCmd struct {
	List RunsList `cmd:"" default:"withargs" help:"List runs with their stages, newest first."`
	Show RunsShow `cmd:"" help:"Show one run: its stages, what the page said, and the evidence that is kept."`
}

// RunsList lists runs.
type RunsList struct {
	Account string `help:"Only this account's." placeholder:"ACCOUNT"`
	Status  string `help:"Only those that ended so." enum:",queued,running,ok,failed,skipped,cancelled,orphaned" default:""`
	Limit   int    `help:"At most so many, up to 500." default:"20"`
	Offset  int    `help:"Skip so many." default:"0"`
}

// stage is a stage of a run as it is printed.
type stage struct {
	Name string  `json:"stage"`
	At   *string `json:"started_at"`
	MS   int64   `json:"took_ms"`
	Kind string  `json:"kind,omitempty"`
}

// runWithStages is a run as it is printed.
type runWithStages struct {
	wire.Run
	Stages []stage `json:"stages"`
}

func (h *Host) withStages(ctx context.Context, r core.Run) (runWithStages, error) {
	out := runWithStages{Run: wire.FromRun(r), Stages: []stage{}}
	stages, err := h.Core.Stages(ctx, r.ID)
	if err != nil {
		return out, err
	}
	for _, s := range stages {
		took := int64(0)
		if !s.EndedAt.IsZero() {
			took = s.EndedAt.Sub(s.StartedAt).Milliseconds()
		}
		out.Stages = append(out.Stages, stage{s.Name, wire.Time(s.StartedAt), took, string(s.Kind)})
	}
	return out, nil
}

// Run implements the command.
func (c *RunsList) Run(ctx context.Context, h *Host) error {
	f := core.RunFilter{Status: core.RunStatus(c.Status), Limit: c.Limit, Offset: c.Offset}
	if c.Account != "" {
		a, err := h.account(ctx, c.Account)
		if err != nil {
			return err
		}
		f.AccountID = a.ID
	}
	runs, _, err := h.Core.Runs(ctx, f)
	if err != nil {
		return err
	}
	out := make([]runWithStages, len(runs))
	for i, r := range runs {
		if out[i], err = h.withStages(ctx, r); err != nil {
			return err
		}
	}
	return h.print(out, func(w io.Writer) {
		t := table(w, "RUN", "STARTED", "TOOK", "TRIGGER", "RESULT", "STAGES", "MESSAGE")
		for i, r := range runs {
			row(t, r.ID, when(r.StartedAt), tookOf(r), string(r.Trigger), resultOf(r), stagesLine(out[i].Stages), or(messageOf(r), "-"))
		}
		t.Flush()
	})
}

// tookOf is how long a run took.
func tookOf(r core.Run) string {
	if r.StartedAt.IsZero() || r.FinishedAt.IsZero() {
		return "-"
	}
	return r.FinishedAt.Sub(r.StartedAt).Round(10 * time.Millisecond).String()
}

func resultOf(r core.Run) string {
	switch {
	case r.Status == core.Succeeded:
		return fmt.Sprintf("ok, %d new", r.New)
	case r.Stored():
		return fmt.Sprintf("%s %s, %d new", r.Status, r.Kind, r.New)
	case r.Kind != "":
		return string(r.Status) + " " + string(r.Kind)
	}
	return string(r.Status)
}

func messageOf(r core.Run) string {
	if r.Said != "" {
		return r.Message + " (the bank says: " + r.Said + ")"
	}
	return r.Message
}

// stagesLine is the stages of a run in one line, with how long each took.
func stagesLine(stages []stage) string {
	words := make([]string, len(stages))
	for i, s := range stages {
		words[i] = fmt.Sprintf("%s %s", s.Name, time.Duration(s.MS)*time.Millisecond)
		if s.Kind != "" {
			words[i] += "!"
		}
	}
	return or(strings.Join(words, " "), "-")
}

// RunsShow shows one run.
type RunsShow struct {
	ID         string `arg:"" help:"The run's id."`
	Evidence   string `help:"Write what is kept of a failed run into this folder: page.txt and, where there is one, page.png." placeholder:"DIR" type:"path"`
	Diagnostic bool   `help:"Print a diagnostic for support instead, without names, amounts and secrets."`
}

// Run implements the command.
func (c *RunsShow) Run(ctx context.Context, h *Host) error {
	if c.Diagnostic {
		d, err := h.Core.Diagnostic(ctx, c.ID)
		if err != nil {
			return err
		}
		return h.print(d, func(w io.Writer) { fmt.Fprint(w, d.Text) })
	}
	run, err := h.Core.RunByID(ctx, c.ID)
	if err != nil {
		return err
	}
	out, err := h.withStages(ctx, run)
	if err != nil {
		return err
	}
	var files []string
	if c.Evidence != "" {
		if files, err = h.writeEvidence(ctx, run.ID, c.Evidence); err != nil {
			return err
		}
	}
	return h.print(struct {
		runWithStages
		Files []string `json:"evidence_files,omitempty"`
	}{out, files}, func(w io.Writer) {
		fmt.Fprintln(w, runLine(run))
		for _, s := range out.Stages {
			fmt.Fprintf(w, "  %-12s %6d ms %s\n", s.Name, s.MS, s.Kind)
		}
		if run.Kind != "" {
			fmt.Fprintln(w, "What to do: "+core.About(run.Kind).Remedy.Sentence()+".")
		}
		for _, f := range files {
			fmt.Fprintln(w, "evidence: "+f)
		}
	})
}

// writeEvidence writes what is kept of a run for a person to look at.
func (h *Host) writeEvidence(ctx context.Context, runID, dir string) ([]string, error) {
	e, err := h.Core.Evidence(ctx, runID)
	if core.IsMissing(err) {
		return nil, fmt.Errorf("nothing is kept of run %s: evidence is of failed runs, for 7 days, unless it is turned off", runID)
	}
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for the evidence: %w", err)
	}
	var files []string
	for _, f := range []struct {
		name string
		data []byte
	}{{"page.txt", pageText(e)}, {"page.png", e.Screenshot}} {
		if len(f.data) == 0 {
			continue
		}
		path := filepath.Join(dir, f.name)
		if err := os.WriteFile(path, f.data, 0o600); err != nil {
			return nil, fmt.Errorf("write the evidence: %w", err)
		}
		files = append(files, path)
	}
	return files, nil
}

func pageText(e scrapers.Evidence) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n\n%s\n\nSteps:\n", e.Title, e.URL, when(e.At), e.Text)
	for i, s := range e.Steps {
		fmt.Fprintf(&b, "%3d  %s\n", i+1, s)
	}
	return []byte(b.String())
}

// Forwarded are the arguments of a command as another program must be given them,
// which may stand in another folder: paths are whole.
func Forwarded(g *Grammar, args []string) []string {
	const flag = "--evidence"
	out := slices.Clone(args)
	for i, a := range out {
		switch {
		case g.Runs.Show.Evidence == "":
		case a == flag && i+1 < len(out):
			out[i+1] = g.Runs.Show.Evidence
		case strings.HasPrefix(a, flag+"="):
			out[i] = flag + "=" + g.Runs.Show.Evidence
		}
	}
	return out
}
