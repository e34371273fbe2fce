package model

import (
	"fmt"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"time"

	"reconbanker/core"
)

// Diagnostic is a text about a run that can be given to anybody: what happened
// when, in the program's own words. It names no person, account or user, no
// amount and no secret, and nothing that the bank said.
func Diagnostic(d RunDetail, a Account, version string, now time.Time) string {
	r := d.Run
	var b strings.Builder
	line := func(name, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); text != "" {
			b.WriteString(name + ": " + text + "\n")
		}
	}
	line("reconbanker", "%s (%s, %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	line("made", "%s", utc(now))
	line("run", "%s", r.ID)
	line("bank", "%s", a.Bank)
	line("settings", "%s", strings.Trim(fmt.Sprintf("%s %s %s", a.Session, a.Login, planText(a.Plan)), " "))
	line("trigger", "%s", r.Trigger)
	line("status", "%s", r.Status)
	line("kind", "%s", r.Kind)
	line("stage", "%s", r.Stage)
	line("doing", "%s", without(doing(r.Message), a.Name, d.user))
	line("page", "%s", without(place(r.URL), a.Name, d.user))
	line("queued", "%s", utc(r.QueuedAt))
	line("started", "%s", utc(r.StartedAt))
	line("finished", "%s", utc(r.FinishedAt))
	if r.Status == core.Succeeded {
		line("counts", "lines=%d new=%d owed=%d", r.Lines, r.New, r.Owed)
	}
	for _, s := range d.Stages {
		how := string(s.Kind)
		switch {
		case how != "":
		case s.Ended:
			how = "ok"
		default:
			how = "at work"
		}
		line("  "+s.Name, "%s %s", s.Took.Round(time.Millisecond), how)
	}
	if d.Ledger.Known {
		line("logins", "spent=%d budget=%d", d.Ledger.Spent, d.Ledger.Budget)
		for _, t := range d.Ledger.Attempts {
			line("  "+utc(t.At), "%s", t.Outcome)
		}
	}
	line("failures", "%d in a row, %d unexplained, %d at the code", a.Health.Failures, a.Health.Unexplained, a.Health.CodeFailed)
	return b.String()
}

func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func planText(p Plan) string {
	if p.Every > 0 {
		return "every " + p.Every.String()
	}
	return p.Cron
}

var (
	quoted = regexp.MustCompile(`"[^"]*"|“[^”]*”|'[^']*'`)
	digits = regexp.MustCompile(`[0-9]+`)
)

// doing is the first part of a run's message, which says what was being done in
// words of the program. What follows a colon may hold words of the page, and
// quotes and numbers may be anything.
func doing(message string) string {
	first, _, _ := strings.Cut(message, ":")
	return digits.ReplaceAllString(quoted.ReplaceAllString(first, "…"), "#")
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
