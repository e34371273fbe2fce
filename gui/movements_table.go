package gui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/scrapers"
)

// columns are the columns of the table; the account's only where there are several.
func (v *movements) columns() []widgets.Column[model.MovementRow] {
	type row = model.MovementRow
	columns := []widgets.Column[row]{{
		ID: "received", Title: lang.T("movements.received"), Width: 144, Min: 80, Sortable: true,
		Cell: func(r row) widgets.Cell { return widgets.Cell{Text: bookedWords(r.Movement)} },
	}}
	if v.query.AccountID == "" {
		columns = append(columns, widgets.Column[row]{
			ID: "account", Title: lang.T("movements.account"), Width: 150, Min: 60, Grow: 1,
			Cell: func(r row) widgets.Cell { return widgets.Cell{Text: v.accountName(r.AccountID)} },
		})
	}
	return append(columns, widgets.Column[row]{
		ID: "sender", Title: lang.T("movements.sender"), Width: 150, Min: 60, Grow: 2, Cell: senderCell,
	}, widgets.Column[row]{
		ID: "amount", Title: lang.T("movements.amount"), Width: 136, Min: 70, Align: fyne.TextAlignTrailing,
		Cell: func(r row) widgets.Cell { return widgets.Cell{Text: amountWords(r.Amount)} },
	}, widgets.Column[row]{
		ID: "reference", Title: lang.T("movements.reference"), Width: 120, Min: 60, Grow: 1,
		Cell: func(r row) widgets.Cell { return widgets.Cell{Text: referenceOf(r.Movement)} },
	}, widgets.Column[row]{
		ID: "webhook", Title: lang.T("movements.webhook"), Width: v.hookWidth(), Min: 60,
		Cell: func(r row) widgets.Cell {
			text, tone := hookWords(model.HookOf(r, v.a.over.Mode), r.BookedAt, v.a.now())
			if text == "" {
				return widgets.Cell{Text: "—", Look: widgets.Faint}
			}
			return widgets.Cell{Text: text, Tone: tone, Look: widgets.Pill}
		},
		Copy: func(r row) string {
			text, _ := hookWords(model.HookOf(r, v.a.over.Mode), r.BookedAt, v.a.now())
			return text
		},
	})
}

// hookWidth is what the longest badge needs in the language in use.
func (v *movements) hookWidth() float32 {
	const around = 46 // within the badge and beside it
	now := v.a.now()
	widest := float32(0)
	for _, h := range []model.Hook{
		{State: model.Sent, At: now.AddDate(0, -1, 0)},
		{State: model.Retrying, N: 10, At: now.Add(59*time.Minute + time.Second)},
		{State: model.Dead},
		{State: model.Silent},
		{State: model.NoSender},
		{State: model.BeforeStart},
	} {
		words, _ := hookWords(h, now, now)
		widest = max(widest, fyne.MeasureText(words, theme.Size(theme.SizeNameCaptionText), fyne.TextStyle{}).Width)
	}
	return widest + around
}

// bookedWords is when a movement was booked, as exactly as the bank says it. A day
// is the bank's own: it must not move with the person's time zone.
func bookedWords(m core.Movement) string {
	if m.Precision == scrapers.Day {
		if t, err := time.ParseInLocation(time.DateOnly, m.BankDay, time.Local); err == nil {
			return lang.Date(t)
		}
	}
	return lang.DateTime(m.BookedAt)
}

func senderCell(r model.MovementRow) widgets.Cell {
	switch {
	case !r.VanishedAt.IsZero():
		return widgets.Cell{Text: r.Sender, Tone: look.Warn, Look: widgets.Lit} // the bank shows it no longer
	case r.Sender == "":
		return widgets.Cell{Text: "—", Look: widgets.Faint}
	}
	return widgets.Cell{Text: r.Sender}
}

// referenceOf is what a person finds a movement by at the bank.
func referenceOf(m core.Movement) string {
	switch {
	case m.Reference != "":
		return m.Reference
	case m.BankID != "":
		return m.BankID
	}
	return m.Description
}

// hookWords is the badge of the webhook column; "" where nothing is owed.
func hookWords(h model.Hook, booked, now time.Time) (string, look.Tone) {
	switch h.State {
	case model.Sent:
		return lang.T("hook.sent", "at", shortly(h.At, booked, now)), look.Good
	case model.Pending:
		return lang.T("hook.pending"), look.Active
	case model.Retrying:
		return lang.T("hook.retry", "n", h.N, "when", lang.In(h.At, now)), look.Warn
	case model.Dead:
		if h.Status == 0 {
			return lang.T("hook.unanswered"), look.Bad
		}
		return lang.T("hook.dead", "status", httpStatus(h.Status)), look.Bad
	case model.Silent:
		return lang.T("hook.silent"), look.Active
	case model.NoSender:
		return lang.T("hook.no_sender"), look.Neutral
	case model.BeforeStart:
		return lang.T("hook.before_start"), look.Neutral
	case model.Excluded:
		return lang.T("hook.excluded"), look.Neutral
	}
	return "", look.Neutral
}

// shortly leaves the day out where it is the one the line begins with.
func shortly(at, booked, now time.Time) string {
	if at.Local().Format(time.DateOnly) == booked.Local().Format(time.DateOnly) {
		return lang.Clock(at)
	}
	return lang.When(at, now)
}

func (v *movements) accountName(id string) string {
	if account, ok := v.a.over.Find(id); ok {
		return account.Name
	}
	return "—"
}
