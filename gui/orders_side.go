package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
)

// This file draws the order in question.

// choicesShown is how many payments are offered; a person who needs more looks in
// the movements.
const choicesShown = 12

// parts are what the panel shows of an order.
func (v *orders) parts(d model.OrderDetail) []fyne.CanvasObject {
	o, now := d.Order, v.a.now()
	head := container.New(look.Tail{Gap: 8},
		look.NewCut(o.ExternalID, theme.ColorNameForeground, theme.SizeNameText).Bold(),
		look.NewBadge(orderStatusWords(o.Status), orderTone(o.Status)))
	about := look.Column(3, head,
		look.NewLines(moneyWords(o.Amount)+" · "+o.Name, theme.ColorNameForeground, theme.SizeNameText),
		look.NewLines(reasonWords(o), look.Muted, look.SmallText),
		small(v.a.accountName(o.AccountID)+" · "+lang.T("orders.registered", "at", clockWords(o.CreatedAt, now))+" · "+untilWords(o, now)))
	out := []fyne.CanvasObject{about}
	for _, alert := range d.Alerts {
		out = append(out, v.alert(alert))
	}
	if m := d.Match(); m != nil {
		out = append(out, v.matched(d, *m))
	} else if d.CanSettle() {
		out = append(out, v.choices(d))
	}
	var again fyne.CanvasObject
	if d.HasResult() {
		again = v.resend
	}
	out = append(out, part(lang.T("orders.results"), again, v.results(d)...))
	return append(out, part(lang.T("orders.history"), nil, v.history(d)...))
}

// alert is something to look at, with a way to put it away.
func (v *orders) alert(alert core.OrderAlert) fyne.CanvasObject {
	b := newBanner()
	b.show(look.Warn, alertWords(alert.Kind), lang.T("orders.alert_at", "at", clockWords(alert.At, v.a.now())), lang.T("orders.dismiss"),
		func() { v.dismiss(alert, b.button) })
	return b.root
}

// matched is the payment that settled the order.
func (v *orders) matched(d model.OrderDetail, m core.OrderMatch) fyne.CanvasObject {
	lines := []fyne.CanvasObject{}
	if paid, ok := d.Movements[m.MovementID]; ok {
		lines = append(lines,
			look.NewLines(payerWords(paid), theme.ColorNameForeground, theme.SizeNameText).Bold(),
			small(paidWords(paid, d.Order)))
	}
	who := lang.T("orders.by_engine")
	if m.Person {
		who = lang.T("orders.by_person", "name", m.Actor)
	}
	lines = append(lines, small(who+" · "+clockWords(m.MatchedAt, v.a.now())))
	card := container.NewStack(look.NewCard(look.Good.Soft(), "", 8), look.Inset(look.Column(3, lines...), 10, 10, 12, 12))
	return part(lang.T("orders.payment"), nil, card)
}

// choices are the payments to choose from.
func (v *orders) choices(d model.OrderDetail) fyne.CanvasObject {
	all := d.Choices()
	if len(all) == 0 {
		return part(lang.T("orders.candidates"), nil, small(lang.T("orders.no_candidates")))
	}
	list := make([]option, 0, choicesShown)
	for _, c := range all[:min(len(all), choicesShown)] {
		list = append(list, option{
			id: c.Movement.ID, title: payerWords(c.Movement), means: choiceWords(c, d.Order),
			badge: bandWords(c), tone: bandTone(c),
		})
	}
	boxes := newOptions(list, func(id string) {
		v.payment = id
		v.settle.SetEnabled(true)
		v.refuse.SetEnabled(!v.refused(id))
	})
	boxes.set(v.payment)
	parts := []fyne.CanvasObject{look.Column(8, boxes.objects()...)}
	if more := len(all) - choicesShown; more > 0 {
		parts = append(parts, small(lang.N("orders.more", more)))
	}
	return part(lang.T("orders.candidates"), nil, parts...)
}

// results are what the customer's system was told, newest first.
func (v *orders) results(d model.OrderDetail) []fyne.CanvasObject {
	if len(d.Results) == 0 {
		return []fyne.CanvasObject{small(lang.T("orders.no_results"))}
	}
	out := make([]fyne.CanvasObject, len(d.Results))
	for i, r := range d.Results {
		words := clockWords(r.CreatedAt, v.a.now()) + " · " + statusWords(r.Status)
		if r.LastStatus != 0 {
			words += " · " + statusText(r.LastStatus)
		}
		out[i] = look.NewCut(words, deliveryTone(r.Status).Words(), look.SmallText)
	}
	return out
}

// history is what became of the order, newest first.
func (v *orders) history(d model.OrderDetail) []fyne.CanvasObject {
	now := v.a.now()
	out := make([]fyne.CanvasObject, 0, len(d.Attempts)+1)
	for i := len(d.Attempts) - 1; i >= 0; i-- {
		out = append(out, look.NewLines(evaluationWords(d.Attempts[i], now), look.Muted, theme.SizeNameCaptionText))
	}
	return append(out, small(clockWords(d.Order.CreatedAt, now)+" · "+lang.T("orders.was_registered")))
}

// showFeeds says how the lists of orders are.
func (v *orders) showFeeds() {
	h, now := v.health, v.a.now()
	words := lang.T("orders.means")
	if h.Lists > 0 && !h.PolledAt.IsZero() {
		words = lang.N("orders.polled", h.Lists, "at", lang.When(h.PolledAt, now))
		if !h.NextAt.IsZero() {
			words += " · " + lang.T("orders.next", "when", lang.In(h.NextAt, now))
		}
	}
	v.polled.Set(words)
	v.poll.SetEnabled(h.Lists > 0)
	switch {
	case len(h.Failing) > 0:
		f := h.Failing[0]
		why, _ := lang.Said(f.Error)
		v.feeds.show(look.Bad, lang.T("orders.failing", "name", v.a.accountName(f.AccountID)), lang.T("error.other", "text", why),
			lang.T("orders.poll"), v.pollNow)
	case h.Rejected > 0:
		v.feeds.show(look.Warn, lang.N("orders.rejected", h.Rejected), lang.N("orders.accepted", h.Accepted), lang.T("orders.see"), v.seeRejected)
	case h.Held > 0:
		v.feeds.show(look.Warn, lang.N("orders.held", h.Held), lang.T("orders.held_means"), lang.T("orders.poll"), v.pollNow)
	default:
		v.feeds.hide()
	}
	v.root.Refresh()
}
