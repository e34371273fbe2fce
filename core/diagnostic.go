package core

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// Diagnostic is a text about a run that can be given to anybody: what happened
// when, in the program's own words. It names no person, account or user, no
// amount and no secret, nothing that the bank said and no picture.
type Diagnostic struct {
	Text  string
	Parts []DiagnosticPart // what is in it, in order
}

// DiagnosticPart is one part of a diagnostic.
type DiagnosticPart struct {
	Name  string // "program", "run", "stages", "logins", "steps" or "account"
	Lines int
}

// Names of the parts of a diagnostic.
const (
	PartProgram = "program"
	PartRun     = "run"
	PartStages  = "stages"
	PartLogins  = "logins"
	PartSteps   = "steps"
	PartAccount = "account"
)

// Diagnostic builds the diagnostic of a run.
func (c *Core) Diagnostic(ctx context.Context, runID string) (Diagnostic, error) {
	r, err := c.store.Run(ctx, runID)
	if err != nil {
		return Diagnostic{}, err
	}
	a, err := c.store.Account(ctx, r.AccountID)
	if err != nil {
		return Diagnostic{}, err
	}
	s, err := c.store.Settings(ctx, a.ID)
	if err != nil && !IsMissing(err) {
		return Diagnostic{}, fmt.Errorf("read the settings: %w", err)
	}
	stages, err := c.store.Stages(ctx, runID)
	if err != nil {
		return Diagnostic{}, err
	}
	since := r.QueuedAt.Add(-24 * time.Hour)
	attempts, err := c.store.Attempts(ctx, a.Bank, (&session{settings: s}).bankUser(), since)
	if err != nil {
		return Diagnostic{}, fmt.Errorf("read the ledger of logins: %w", err)
	}
	d := describing{now: c.now(), names: []string{a.Name, s.BankUsername}}
	d.program(c.version)
	d.run(r, a, s)
	d.stages(stages)
	d.logins(attempts, s)
	if e, err := c.Evidence(ctx, runID); err == nil { // without it the rest is worth having too
		d.steps(e.Steps)
	}
	d.account(a.Health)
	return Diagnostic{Text: d.text.String(), Parts: d.parts}, nil
}

// describing writes a diagnostic.
type describing struct {
	now   time.Time
	names []string // what must not be told
	text  strings.Builder
	parts []DiagnosticPart
}

func (d *describing) part(name string) { d.parts = append(d.parts, DiagnosticPart{Name: name}) }

func (d *describing) line(name, format string, args ...any) {
	if text := fmt.Sprintf(format, args...); text != "" {
		d.text.WriteString(name + ": " + text + "\n")
		d.parts[len(d.parts)-1].Lines++
	}
}

func (d *describing) program(version string) {
	d.part(PartProgram)
	d.line("reconbanker", "%s (%s, %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	d.line("made", "%s", utc(d.now))
}

func (d *describing) run(r Run, a Account, s Settings) {
	d.part(PartRun)
	d.line("run", "%s", r.ID)
	d.line("bank", "%s", a.Bank)
	d.line("settings", "%s", strings.TrimSpace(fmt.Sprintf("%s %s %s", s.SessionType, s.LoginMode, s.Schedule)))
	d.line("trigger", "%s", r.Trigger)
	d.line("status", "%s", r.Status)
	d.line("kind", "%s", r.Kind)
	d.line("stage", "%s", r.Stage)
	d.line("doing", "%s", without(doing(r.Message), d.names...))
	d.line("page", "%s", without(place(r.URL), d.names...))
	d.line("queued", "%s", utc(r.QueuedAt))
	d.line("started", "%s", utc(r.StartedAt))
	d.line("finished", "%s", utc(r.FinishedAt))
	if r.Stored() {
		d.line("counts", "lines=%d new=%d owed=%d", r.Lines, r.New, r.Owed)
	}
}

func (d *describing) stages(stages []RunStage) {
	if len(stages) == 0 {
		return
	}
	d.part(PartStages)
	for _, s := range stages {
		how, took := string(s.Kind), s.EndedAt.Sub(s.StartedAt)
		switch {
		case s.EndedAt.IsZero():
			how, took = "at work", d.now.Sub(s.StartedAt)
		case how == "":
			how = "ok"
		}
		d.line("  "+s.Name, "%s %s", took.Round(time.Millisecond), how)
	}
}

func (d *describing) logins(attempts []Attempt, s Settings) {
	if s.AccountID == "" {
		return
	}
	d.part(PartLogins)
	spent := 0
	for _, t := range attempts {
		if t.Outcome != AttemptSucceeded {
			spent++
		}
	}
	d.line("logins", "in a day=%d not known to have succeeded=%d budget=%d", len(attempts), spent, s.DailyLogins)
	for _, t := range attempts {
		d.line("  "+utc(t.At), "%s", t.Outcome)
	}
}

// steps are what was done on the page. Numbers and names in them may be anybody's.
func (d *describing) steps(steps []string) {
	if len(steps) == 0 {
		return
	}
	d.part(PartSteps)
	for i, s := range steps {
		d.line(fmt.Sprintf("  step %d", i+1), "%s", without(plainStep(s), d.names...))
	}
}

func (d *describing) account(h Health) {
	d.part(PartAccount)
	d.line("failures", "%d in a row, %d unexplained, %d at the code", h.Failures, h.Unexplained, h.CodeFailed)
}

func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

var (
	quoted  = regexp.MustCompile(`"[^"]*"|“[^”]*”|'[^']*'`)
	digits  = regexp.MustCompile(`[0-9]+`)
	address = regexp.MustCompile(`https?://\S+`)
)

// doing is the first part of a run's message, which says what was being done in
// words of the program. What follows a colon may hold words of the page, and
// quotes and numbers may be anything.
func doing(message string) string {
	first, _, _ := strings.Cut(message, ":")
	return digits.ReplaceAllString(quoted.ReplaceAllString(first, "…"), "#")
}

// plainStep is a step without what may identify somebody: addresses lose their
// numbers, and what stands in quotes is left out.
func plainStep(step string) string {
	step = address.ReplaceAllStringFunc(step, place)
	return digits.ReplaceAllString(quoted.ReplaceAllString(step, "…"), "#")
}

// place is an address without what may identify somebody.
func place(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host + digits.ReplaceAllString(u.EscapedPath(), "#")
}

// without blots names out of a text, however they are written.
func without(text string, names ...string) string {
	for _, name := range names {
		if len(name) < 3 { // would blot out half the text, and tells nobody anything
			continue
		}
		text = regexp.MustCompile("(?i)"+regexp.QuoteMeta(name)).ReplaceAllString(text, "…")
	}
	return text
}
