package gui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/scrapers"
)

// This file says what the activity screen writes.

func (v *activity) columns() []widgets.Column[core.Run] {
	return []widgets.Column[core.Run]{
		{ID: "started", Title: lang.T("activity.col.started"), Width: 100, Cell: func(r core.Run) widgets.Cell {
			return widgets.Cell{Text: lang.When(ranAt(r), v.a.now())}
		}, Copy: func(r core.Run) string { return lang.DateTime(ranAt(r)) }},
		{ID: "account", Title: lang.T("activity.col.account"), Width: 170, Grow: 3, Cell: func(r core.Run) widgets.Cell {
			return widgets.Cell{Text: v.a.accountName(r.AccountID)}
		}},
		{ID: "took", Title: lang.T("activity.col.took"), Width: 84, Cell: func(r core.Run) widgets.Cell {
			if r.StartedAt.IsZero() {
				return widgets.Cell{Text: "—", Look: widgets.Faint}
			}
			return widgets.Cell{Text: lang.Duration(model.Took(r, v.a.now()))}
		}},
		{ID: "result", Title: lang.T("activity.col.result"), Width: 210, Grow: 2, Cell: func(r core.Run) widgets.Cell {
			return widgets.Cell{Text: runWords(r), Tone: runTone(r), Look: widgets.Pill}
		}},
		{ID: "movements", Title: lang.T("activity.col.movements"), Width: 110, Cell: v.brought},
	}
}

// brought is what a run led to: movements, or another try.
func (v *activity) brought(r core.Run) widgets.Cell {
	if r.Stored() {
		if r.New == 0 {
			return widgets.Cell{Text: lang.N("corner.new", 0), Look: widgets.Faint}
		}
		return widgets.Cell{Text: lang.N("corner.new", r.New)}
	}
	if account, ok := v.a.over.Find(r.AccountID); ok && !r.Status.Live() {
		if next := model.NextTry(account, r); !next.IsZero() {
			return widgets.Cell{Text: lang.T("line.next", "at", lang.When(next, v.a.now()))}
		}
	}
	return widgets.Cell{Text: "—", Look: widgets.Faint}
}

func (v *activity) nextWords(account model.Account, r core.Run) string {
	next := model.NextTry(account, r)
	if next.IsZero() {
		return ""
	}
	return lang.T("activity.next", "at", lang.When(next, v.a.now()))
}

func outcomeWords(o model.Outcome, n int) string {
	switch o {
	case model.WentWell:
		return lang.N("activity.ok_n", n)
	case model.WentWrong:
		return lang.N("activity.failed_n", n)
	case model.LeftOut:
		return lang.N("activity.skipped_n", n)
	case model.GivenUp:
		return lang.N("activity.cancelled_n", n)
	case model.BrokenOff:
		return lang.N("activity.orphaned_n", n)
	case model.StillRunning:
		return lang.N("activity.running_n", n)
	}
	return lang.T("activity.all", "n", n)
}

func outcomeTone(o model.Outcome) look.Tone {
	switch o {
	case model.WentWell:
		return look.Good
	case model.WentWrong:
		return look.Bad
	case model.StillRunning:
		return look.Active
	}
	return look.Neutral
}

// parts are what the panel shows of a run.
func (v *activity) parts(d model.RunDetail, account model.Account) []fyne.CanvasObject {
	r := d.Run
	name := account.Name
	if name == "" {
		name = "—"
	}
	head := container.New(look.Tail{Gap: 8},
		look.NewCut(name+" · "+lang.When(ranAt(r), v.a.now()), theme.ColorNameForeground, theme.SizeNameText).Bold(),
		look.NewBadge(short(runWords(r), 30), runTone(r)))
	about := look.Column(4, head)
	if words := endWords(r); words != "" {
		about.Add(look.NewLines(words, theme.ColorNameForeground, look.SmallText))
	}
	if r.Said != "" {
		about.Add(look.NewLines(lang.T("banner.said", "words", r.Said), theme.ColorNameForeground, look.SmallText))
	}
	about.Add(small(v.factWords(r)))
	out := []fyne.CanvasObject{about}
	if len(d.Stages) > 0 {
		stages := look.Column(7)
		for _, s := range d.Stages {
			stages.Add(stageLine(s))
		}
		line := look.Rule()
		line.Min = fyne.NewSize(2, 1)
		out = append(out, look.Edges(nil, nil, line, nil, look.Inset(stages, 2, 2, 12, 0)))
	}
	out = append(out, v.evidenceParts(v.proof)...)
	if tech := techWords(r); tech != "" {
		out = append(out, part(lang.T("activity.where"), nil, codeBlock(tech)))
	}
	if d.Ledger.Known {
		out = append(out, part(lang.T("activity.ledger"), nil, v.a.ledger(d.Ledger)...))
	}
	return out
}

// endWords says in sentences how a run ended; while it works its stages do.
func endWords(r core.Run) string {
	var sentences []string
	if r.Stored() {
		sentences = append(sentences, lang.N("corner.new", r.New)+" · "+lang.N("runs.lines", r.Lines)+" · "+lang.N("runs.owed", r.Owed))
	}
	if r.Kind != "" {
		w := lang.Failure(string(r.Kind))
		sentences = append(sentences, w.Means+" "+w.Do)
	}
	return strings.Join(sentences, "\n")
}

// factWords is the small line under it: who asked, how long it took, what next.
func (v *activity) factWords(r core.Run) string {
	facts := []string{triggerWords(r.Trigger)}
	if !r.FinishedAt.IsZero() && !r.StartedAt.IsZero() {
		facts = append(facts, lang.T("activity.took", "span", lang.Duration(model.Took(r, v.a.now()))))
	}
	if v.next != "" {
		facts = append(facts, v.next)
	}
	return strings.Join(facts, " · ")
}

// techWords is where a run failed, in the program's own words.
func techWords(r core.Run) string {
	var lines []string
	if r.URL != "" {
		lines = append(lines, r.URL)
	}
	if r.Message != "" {
		lines = append(lines, r.Message)
	}
	return strings.Join(lines, "\n")
}

// ledger is what the bank's user has spent today.
func (a *App) ledger(l model.Ledger) []fyne.CanvasObject {
	left := look.NewLines(lang.N("activity.spent", l.Spent, "of", l.Budget)+" · "+lang.N("activity.left", l.Left()), theme.ColorNameForeground, look.SmallText)
	if l.Left() == 0 {
		left.SetColor(look.RedText)
	}
	out := []fyne.CanvasObject{left}
	for _, t := range l.Attempts {
		words := lang.Clock(t.At) + " · " + a.accountName(t.AccountID) + " · " + attemptWords(t.Outcome)
		dot := look.NewDot(attemptTone(t.Outcome))
		dot.Side = 8
		out = append(out, look.Row(8, dot, look.NewCut(words, look.Muted, theme.SizeNameCaptionText)))
	}
	if len(l.Attempts) == 0 {
		out = append(out, small(lang.T("activity.no_logins")))
	}
	return out
}

func attemptWords(o core.AttemptOutcome) string {
	switch o {
	case core.AttemptSucceeded:
		return lang.T("activity.attempt.succeeded")
	case core.AttemptRefused:
		return lang.T("activity.attempt.refused")
	case core.AttemptLocked:
		return lang.T("activity.attempt.locked")
	case core.AttemptNoCode:
		return lang.T("activity.attempt.no_code")
	case core.AttemptExplained:
		return lang.T("activity.attempt.explained")
	case core.AttemptOpen:
		return lang.T("activity.attempt.open")
	}
	return lang.T("activity.attempt.unexplained")
}

func attemptTone(o core.AttemptOutcome) look.Tone {
	switch o {
	case core.AttemptSucceeded:
		return look.Good
	case core.AttemptRefused, core.AttemptLocked:
		return look.Bad
	case core.AttemptOpen:
		return look.Active
	}
	return look.Warn
}

// buttons are what can be done about a run.
func (v *activity) buttons(r core.Run, account model.Account) []fyne.CanvasObject {
	if account.ID == "" {
		return nil
	}
	open := func(tab int) func() {
		return func() {
			v.a.shell.open(atAccounts)
			v.a.openAccount(account.ID, tab)
		}
	}
	var out []fyne.CanvasObject
	switch {
	case r.Status.Live():
		out = append(out, v.cancel)
	case wantsPassword(r.Kind):
		out = append(out, look.NewPrimary(lang.T("activity.password"), open(tabSettings)))
	}
	return append(out, look.NewButton(lang.T("activity.open"), open(tabMovements)))
}

// wantsPassword tells whether a new password is what mends a failure.
func wantsPassword(k scrapers.Kind) bool {
	switch k {
	case scrapers.InvalidCredentials, scrapers.PasswordChange, core.RefusedBefore:
		return true
	}
	return false
}
