package gui

import (
	"strings"
	"time"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
)

// This file puts the model's values into words.

// tones of the model's lights.
func toneOf(l model.Light) look.Tone {
	switch l {
	case model.Green:
		return look.Good
	case model.Blue:
		return look.Active
	case model.Amber:
		return look.Warn
	case model.Red:
		return look.Bad
	}
	return look.Neutral
}

// stateWords is the badge of an account.
func stateWords(s model.State) string {
	return lang.T([...]string{
		model.Blocked: "state.blocked", model.CodeNeeded: "state.code", model.Failing: "state.failing", model.Working: "state.working",
		model.Healthy: "state.healthy", model.Waiting: "state.waiting", model.Unfinished: "state.unfinished", model.Paused: "state.paused",
		model.Archived: "state.archived",
	}[s])
}

// cornerWords is the short word on the right of a list row.
func cornerWords(a model.Account) string {
	switch a.State {
	case model.Blocked:
		return lang.T("corner.blocked")
	case model.CodeNeeded:
		return lang.T("corner.code")
	case model.Failing:
		return lang.T("corner.failing")
	case model.Working:
		if a.Live.Status == core.Queued {
			return lang.T("corner.queued")
		}
		return lang.T("corner.now")
	case model.Unfinished:
		return lang.T("corner.setup")
	case model.Paused:
		return lang.T("corner.paused")
	case model.Archived:
		return lang.T("corner.archived")
	}
	if n := a.NewMovements(); n > 0 {
		return lang.N("corner.new", n)
	}
	return ""
}

// secondLine is what a list row says under the name.
func secondLine(a model.Account, now time.Time) string {
	parts := []string{a.BankName}
	if len(a.Currencies) > 0 && (a.State == model.Healthy || a.State == model.Waiting) {
		parts = append(parts, strings.Join(a.Currencies, "/"))
	}
	return strings.Join(append(parts, doingWords(a, now)), " · ")
}

func doingWords(a model.Account, now time.Time) string {
	switch a.State {
	case model.Blocked:
		return lang.T("line.stopped", "why", inSentence(lang.Failure(string(a.Block.Kind)).Short))
	case model.CodeNeeded:
		if a.Asks != nil && a.Asks.Typed() {
			return lang.T("codes.line", "left", lang.Countdown(a.Asks.Left(now)))
		}
		return lang.T("line.code")
	case model.Working:
		return workingWords(*a.Live)
	case model.Unfinished:
		return lang.T("line.unfinished")
	case model.Paused:
		return lang.T("line.paused")
	case model.Archived:
		return lang.T("line.archived")
	case model.Waiting:
		return lang.T("line.waiting") + nextWords(a, now)
	case model.Failing:
		return inSentence(lang.Failure(string(a.Health.Kind)).Short) + nextWords(a, now)
	}
	return lang.T("line.last", "at", lang.When(a.LastReadAt, now)) + nextWords(a, now)
}

func nextWords(a model.Account, now time.Time) string {
	if a.NextRunAt.IsZero() {
		return ""
	}
	return ", " + lang.T("line.next", "at", lang.When(a.NextRunAt, now))
}

// workingWords says where a run is: "scraping… reading movements 4/5".
func workingWords(r core.Run) string {
	if r.Status == core.Queued || r.Stage == "" {
		return lang.T("line.queued")
	}
	return lang.T("line.scraping", "stage", inSentence(stageWords(r.Stage)), "n", model.Step(r.Stage), "of", model.StepCount)
}

// stageWords names a stage of a run.
func stageWords(stage string) string {
	key, ok := map[string]string{
		core.StageCredentials: "stage.credentials", core.StageLaunch: "stage.launch", core.StageLogin: "stage.login",
		core.StageCode: "stage.code", core.StageRead: "stage.read", core.StageKeep: "stage.keep", core.StageClose: "stage.close",
	}[stage]
	if !ok {
		return stage
	}
	return lang.T(key)
}

// subtitle is the line under an account's name: "Demo Bank · one-shot · every 20
// min · last scrape 09:40 (4.1 s, 12 new)".
func subtitle(a model.Account, now time.Time) string {
	parts := []string{a.BankName}
	switch a.Session {
	case core.OneShot:
		parts = append(parts, lang.T("session.one_shot"))
	case core.Persistent:
		parts = append(parts, lang.T("session.persistent"))
	}
	switch {
	case a.State == model.Blocked:
		return strings.Join(append(parts, lang.T("subtitle.stopped", "at", lang.When(a.Block.At, now))), " · ")
	case a.State == model.Unfinished:
		return strings.Join(append(parts, lang.T("line.unfinished")), " · ")
	case a.State == model.Paused:
		parts = append(parts, lang.T("line.paused"))
	case a.Keeps != nil:
		parts = append(parts, sessionWords(*a.Keeps, now))
	case a.Plan.Every > 0:
		parts = append(parts, lang.T("subtitle.every", "span", lang.Every(a.Plan.Every)))
	case a.Plan.Cron != "":
		parts = append(parts, lang.T("subtitle.timetable"))
	}
	if a.Last != nil && a.Last.Trigger != core.ByTest { // which reads nothing
		parts = append(parts, lang.T("subtitle.last", "at", lang.When(ranAt(*a.Last), now), "how", outcomeDetail(*a.Last)))
	}
	return strings.Join(parts, " · ")
}

// sessionWords say what the session of an account does that stays signed in.
func sessionWords(s core.Session, now time.Time) string {
	switch s.State {
	case core.SessionStarting:
		return lang.T("session.starting")
	case core.SessionRunning:
		if s.LastPollAt.IsZero() {
			return lang.T("session.running", "at", lang.When(s.Since, now))
		}
		return lang.T("session.running", "at", lang.When(s.Since, now)) + ", " + lang.T("session.looked", "at", lang.When(s.LastPollAt, now))
	case core.SessionWaiting:
		if s.NextAt.IsZero() {
			return lang.T("session.waiting")
		}
		return lang.T("session.waiting_until", "at", lang.When(s.NextAt, now))
	case core.SessionRelaunching:
		if s.NextAt.IsZero() {
			return lang.T("session.again")
		}
		return lang.T("session.again_at", "at", lang.When(s.NextAt, now))
	}
	return lang.T("session.stopped")
}

// ranAt is the moment a run is known by.
func ranAt(r core.Run) time.Time {
	if !r.StartedAt.IsZero() {
		return r.StartedAt
	}
	return r.QueuedAt
}

// outcomeDetail is what stands in brackets behind a run: "4.1 s, 12 new".
func outcomeDetail(r core.Run) string {
	took := lang.Duration(model.Took(r, r.FinishedAt))
	if r.Status == core.Succeeded {
		return took + ", " + lang.N("corner.new", r.New)
	}
	return took + ", " + inSentence(runWords(r))
}

// runWords is the badge of a run.
func runWords(r core.Run) string {
	switch r.Status {
	case core.Queued:
		return lang.T("run.queued")
	case core.Running:
		return stageWords(r.Stage)
	case core.Succeeded:
		return lang.T("run.ok")
	case core.Canceled:
		return lang.T("run.cancelled")
	case core.Orphaned:
		return lang.T("run.orphaned")
	case core.Skipped:
		if r.Kind == "" || r.Kind == core.Blocked {
			return lang.T("run.skipped")
		}
	}
	return lang.Failure(string(r.Kind)).Short
}

// runTone is the colour of a run's badge.
func runTone(r core.Run) look.Tone {
	switch r.Status {
	case core.Succeeded:
		return look.Good
	case core.Queued, core.Running:
		return look.Active
	case core.Failed:
		if model.Fatal(r.Kind) {
			return look.Bad
		}
		return look.Warn
	}
	return look.Neutral
}

// triggerWords says who asked for a run.
func triggerWords(t core.Trigger) string {
	switch t {
	case core.BySchedule:
		return lang.T("trigger.schedule")
	case core.ByRestart:
		return lang.T("trigger.restart")
	case core.ByTest:
		return lang.T("trigger.test")
	case core.ByCatchUp:
		return lang.T("trigger.catch_up")
	}
	return lang.T("trigger.person")
}

// missingWords names a setting that must be filled in.
func missingWords(f core.FieldError) string {
	key, ok := map[string]string{
		"webhook_url": "field.webhook_url", "bank_username": "field.bank_username", "bank_password": "field.bank_password", "bank": "field.bank",
	}[f.Field]
	if !ok {
		return f.Field
	}
	return lang.T(key)
}

// inSentence makes the first letter small, for words that follow others.
func inSentence(words string) string {
	first, rest := "", words
	for i := range words {
		if i > 0 {
			first, rest = words[:i], words[i:]
			break
		}
	}
	if first == "" {
		return words
	}
	return strings.ToLower(first) + rest
}
