package gui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/scrapers"
)

// This file says what the orders screen writes.

func (v *orders) columns(a *App) []widgets.Column[core.Order] {
	plain := func(text string) widgets.Cell { return widgets.Cell{Text: text} }
	return []widgets.Column[core.Order]{
		{ID: "order", Title: lang.T("orders.col.order"), Width: 104, Grow: 1, Cell: func(o core.Order) widgets.Cell { return plain(o.ExternalID) }},
		{ID: "sender", Title: lang.T("orders.col.sender"), Width: 150, Grow: 4, Cell: func(o core.Order) widgets.Cell { return plain(o.Name) }},
		{ID: "amount", Title: lang.T("orders.col.amount"), Width: 118, Align: fyne.TextAlignTrailing, Cell: func(o core.Order) widgets.Cell {
			return plain(moneyWords(o.Amount))
		}},
		{ID: "account", Title: lang.T("orders.col.account"), Width: 96, Grow: 2, Cell: func(o core.Order) widgets.Cell {
			return widgets.Cell{Text: a.accountName(o.AccountID), Look: widgets.Faint}
		}},
		{ID: "registered", Title: lang.T("orders.col.registered"), Width: 92, Cell: func(o core.Order) widgets.Cell {
			return plain(lang.When(o.CreatedAt, a.now()))
		}, Copy: func(o core.Order) string { return lang.DateTime(o.CreatedAt) }},
		{ID: "status", Title: lang.T("orders.col.status"), Width: 126, Cell: func(o core.Order) widgets.Cell {
			return widgets.Cell{Text: orderStatusWords(o.Status), Tone: orderTone(o.Status), Look: widgets.Pill}
		}},
	}
}

func moneyWords(m core.Money) string { return lang.Decimal(m.Decimal()) + "\u00a0" + m.Currency }

func orderStatusWords(s core.OrderStatus) string { return lang.T("orders.status." + string(s)) }

func orderTone(s core.OrderStatus) look.Tone {
	switch s {
	case core.OrderMatched:
		return look.Good
	case core.OrderAmbiguous:
		return look.Warn
	case core.OrderFailed:
		return look.Bad
	case core.OrderPending, core.OrderProcessing, core.OrderNotFound:
		return look.Active
	}
	return look.Neutral
}

func groupWords(g model.OrderGroup) string {
	switch g {
	case model.AllOrders:
		return lang.T("orders.all")
	case model.WaitingOrders:
		return lang.T("orders.waiting")
	}
	return orderStatusWords(core.OrderStatus(g))
}

func groupTone(g model.OrderGroup) look.Tone {
	switch g {
	case model.AllOrders:
		return look.Neutral
	case model.WaitingOrders:
		return look.Active
	}
	return orderTone(core.OrderStatus(g))
}

// reasonWords say why an order is in its state.
func reasonWords(o core.Order) string {
	if o.Reason == "" {
		return lang.T("orders.reason.waiting")
	}
	return lang.T("orders.reason." + string(o.Reason))
}

// untilWords say until when an order waits, or when it ended.
func untilWords(o core.Order, now time.Time) string {
	switch {
	case !o.EndedAt.IsZero():
		return lang.T("orders.ended_at", "at", clockWords(o.EndedAt, now))
	case !o.MissingAt.IsZero():
		return lang.T("orders.missing_at", "at", clockWords(o.MissingAt, now))
	}
	return lang.T("orders.expires", "at", clockWords(o.ExpiresAt, now))
}

func payerWords(m core.Movement) string {
	if m.Sender == "" {
		return lang.T("deliveries.no_sender")
	}
	return m.Sender
}

// paidWords say when a payment came, beside its order, and under which reference.
func paidWords(m core.Movement, o core.Order) string {
	words := []string{bookedWords(m), besideWords(m, o)}
	if m.Reference != "" {
		words = append(words, m.Reference)
	}
	return strings.Join(words, " · ")
}

// besideWords say how long before or after its order a payment came. A bank day
// without a time of day says days only.
func besideWords(m core.Movement, o core.Order) string {
	apart := m.BookedAt.Sub(o.CreatedAt)
	if m.Precision == scrapers.Day {
		apart = apart.Round(24 * time.Hour)
	}
	switch {
	case apart.Abs() < time.Minute:
		return lang.T("orders.with_order")
	case apart < 0:
		return lang.T("orders.before_order", "span", lang.Every(-apart))
	}
	return lang.T("orders.after_order", "span", lang.Every(apart))
}

// choiceWords explain a payment to choose from.
func choiceWords(c model.OrderChoice, o core.Order) string {
	words := []string{paidWords(c.Movement, o)}
	for _, r := range c.Reasons {
		words = append(words, lang.T("orders.name."+string(r)))
	}
	if c.ByHand {
		words = append(words, lang.T("orders.was_undone"))
	}
	if c.Refused {
		words = append(words, lang.T("orders.name.refused"))
	}
	return strings.Join(words, " · ")
}

// bandWords say how alike the names are: "Same name 100 %".
func bandWords(c model.OrderChoice) string {
	return lang.T("orders.band."+string(c.Band), "score", lang.Int(int(c.Score*100+0.5)))
}

func bandTone(c model.OrderChoice) look.Tone {
	switch {
	case c.Refused:
		return look.Neutral
	case c.Band == core.Strong:
		return look.Good
	case c.Band == core.Weak:
		return look.Warn
	}
	return look.Neutral
}

// evaluationWords are a line of an order's history.
func evaluationWords(a core.OrderAttempt, now time.Time) string {
	words := []string{clockWords(a.At, now), orderStatusWords(a.Result)}
	if a.Reason != "" {
		words = append(words, lang.T("orders.reason."+string(a.Reason)))
	}
	if n := len(a.Candidates); n > 0 && a.Result != core.OrderMatched {
		words = append(words, lang.N("orders.candidates_n", n))
	}
	if a.Actor != "" {
		words = append(words, a.Actor)
	}
	return strings.Join(words, " · ")
}

func alertWords(k core.OrderAlertKind) string { return lang.T("orders.alert." + string(k)) }
