package gui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// This file says what the deliveries screen writes.

// excerpt is how much of an answer is shown in its line.
const excerpt = 240

func (v *deliveries) columns() []widgets.Column[model.DeliveryRow] {
	plain := func(text string) widgets.Cell { return widgets.Cell{Text: text} }
	return []widgets.Column[model.DeliveryRow]{
		{ID: "created", Title: lang.T("deliveries.col.created"), Width: 86, Cell: func(r model.DeliveryRow) widgets.Cell {
			return plain(lang.When(r.CreatedAt, v.a.now()))
		}, Copy: func(r model.DeliveryRow) string { return lang.DateTime(r.CreatedAt) }},
		{ID: "what", Title: lang.T("deliveries.col.what"), Width: 188, Grow: 4, Cell: func(r model.DeliveryRow) widgets.Cell {
			return plain(paymentWords(r))
		}},
		{ID: "account", Title: lang.T("deliveries.col.account"), Width: 108, Grow: 2, Cell: func(r model.DeliveryRow) widgets.Cell {
			return plain(v.a.accountName(r.AccountID))
		}},
		{ID: "receiver", Title: lang.T("deliveries.col.receiver"), Width: 84, Grow: 1, Cell: func(r model.DeliveryRow) widgets.Cell {
			return widgets.Cell{Text: r.Receiver, Look: widgets.Faint}
		}},
		{ID: "tries", Title: lang.T("deliveries.col.tries"), Width: 56, Align: fyne.TextAlignTrailing, Cell: func(r model.DeliveryRow) widgets.Cell {
			return plain(triesWords(r))
		}},
		{ID: "answer", Title: lang.T("deliveries.col.answer"), Width: 74, Cell: func(r model.DeliveryRow) widgets.Cell {
			return answerCell(r)
		}},
		{ID: "state", Title: lang.T("deliveries.col.state"), Width: 142, Cell: func(r model.DeliveryRow) widgets.Cell {
			return v.stateCell(r)
		}},
	}
}

func (v *deliveries) stateCell(r model.DeliveryRow) widgets.Cell {
	c := widgets.Cell{Text: statusWords(r.Status), Tone: deliveryTone(r.Status), Look: widgets.Pill}
	switch {
	case r.Status == core.DeliveryRetrying:
		c.Text = lang.T("deliveries.next", "at", lang.When(r.NextAt, v.a.now()))
	case held(r):
		c.Text, c.Tone = lang.T("deliveries.held"), look.Warn
	}
	return c
}

// held tells whether something of ours, such as locked secrets, keeps a delivery
// from its first try.
func held(r model.DeliveryRow) bool {
	return r.Status == core.DeliveryPending && !r.Answered() && r.LastError != ""
}

// paymentWords says what a webhook tells: how much came in and from whom, or what
// became of an order. The
// amount stands first, where it is never cut.
func paymentWords(r model.DeliveryRow) string {
	switch {
	case r.Told != "":
		return toldWords(r.Told)
	case r.Result != "":
		return lang.T("deliveries.order_told", "order", r.ExternalID, "status", inSentence(orderStatusWords(r.Result)))
	}
	who := r.Sender
	if who == "" {
		who = lang.T("deliveries.no_sender")
	}
	if r.Amount == "" {
		return who
	}
	return lang.Decimal(r.Amount) + "\u00a0" + r.Currency + " · " + who
}

// toldWords says what a notice tells. Chats are told in words already.
func toldWords(told string) string {
	if key := "deliveries.told." + told; lang.Has(key) {
		return lang.T(key)
	}
	return told
}

func triesWords(r model.DeliveryRow) string {
	if r.Tries == 0 {
		return "—"
	}
	return lang.T("deliveries.tries", "n", r.Tries, "of", model.DeliveryTries)
}

func answerCell(r model.DeliveryRow) widgets.Cell {
	switch {
	case !r.Answered():
		return widgets.Cell{Text: "—", Look: widgets.Faint}
	case r.LastStatus == 0:
		return widgets.Cell{Text: lang.T("deliveries.no_answer"), Tone: look.Warn}
	}
	return widgets.Cell{Text: statusText(r.LastStatus), Tone: answerTone(r.LastStatus)}
}

func answerTone(status int) look.Tone {
	switch {
	case status >= 200 && status <= 299:
		return look.Good
	case status == 0 || status == 429 || status >= 500:
		return look.Warn
	}
	return look.Bad
}

// statusText writes an HTTP status, which is a name rather than a number.
func statusText(status int) string { return strconv.Itoa(status) }

// statusWords names a status; countWords does so with how many there are.
func statusWords(s core.DeliveryStatus) string {
	switch s {
	case core.DeliveryPending:
		return lang.T("deliveries.pending")
	case core.DeliveryRetrying:
		return lang.T("deliveries.retrying")
	case core.DeliveryDelivered:
		return lang.T("deliveries.delivered")
	case core.DeliveryDead:
		return lang.T("deliveries.dead")
	}
	return string(s)
}

func countWords(s core.DeliveryStatus, n int) string {
	switch s {
	case core.DeliveryPending:
		return lang.N("deliveries.pending_n", n)
	case core.DeliveryRetrying:
		return lang.N("deliveries.retrying_n", n)
	case core.DeliveryDelivered:
		return lang.N("deliveries.delivered_n", n)
	}
	return lang.N("deliveries.dead_n", n)
}

func deliveryTone(s core.DeliveryStatus) look.Tone {
	switch s {
	case core.DeliveryPending:
		return look.Active
	case core.DeliveryRetrying:
		return look.Warn
	case core.DeliveryDelivered:
		return look.Good
	case core.DeliveryDead:
		return look.Bad
	}
	return look.Neutral
}

func sendWords(s core.DeliveryStatus) string {
	if s == core.DeliveryPending || s == core.DeliveryRetrying {
		return lang.T("deliveries.send_now")
	}
	return lang.T("deliveries.send_again")
}

// parts are what the panel shows of a delivery.
func (v *deliveries) parts(d model.DeliveryDetail) []fyne.CanvasObject {
	title := lang.T("deliveries.movement")
	switch {
	case d.Row.Told != "":
		title = lang.T("deliveries.notice")
	case d.Row.Result != "":
		title = lang.T("deliveries.order") + " " + d.Row.ExternalID
	}
	if d.Reference != "" {
		title += " " + d.Reference
	}
	state := v.stateCell(d.Row)
	head := container.New(look.Tail{Gap: 8},
		look.NewCut(title, theme.ColorNameForeground, theme.SizeNameText).Bold(), look.NewBadge(state.Text, state.Tone))
	id := look.Edges(nil, nil, nil, v.a.copyButton(lang.T("deliveries.copy"), d.Row.WebhookID),
		middle(look.NewCut("webhook-id "+d.Row.WebhookID, look.Muted, theme.SizeNameCaptionText)))
	about := look.Column(3, head,
		look.NewLines(paymentWords(d.Row)+" · "+v.a.accountName(d.Row.AccountID), theme.ColorNameForeground, look.SmallText),
		look.NewCut("POST "+d.URL, look.Muted, theme.SizeNameCaptionText), id, small(v.whenWords(d.Row)))
	return []fyne.CanvasObject{
		about,
		part(lang.T("deliveries.body"), v.a.copyButton(lang.T("deliveries.copy"), d.Pretty), codeBlock(d.Pretty)),
		part(lang.T("deliveries.headers"), nil, codeBlock(headerText(d.Headers))),
		part(lang.T("deliveries.answers"), nil, v.answers(d)...),
	}
}

// whenWords says where a delivery stands in time.
func (v *deliveries) whenWords(r model.DeliveryRow) string {
	now := v.a.now()
	words := []string{lang.T("deliveries.written", "at", clockWords(r.CreatedAt, now))}
	switch {
	case r.Status == core.DeliveryDelivered:
		words = append(words, lang.T("deliveries.done", "at", clockWords(r.DoneAt, now)))
	case r.Status == core.DeliveryDead:
		words = append(words, lang.T("deliveries.given_up", "at", clockWords(r.DoneAt, now)))
	case r.Status == core.DeliveryRetrying:
		words = append(words, lang.T("deliveries.next_try", "at", clockWords(r.NextAt, now), "n", r.Tries+1, "of", model.DeliveryTries))
	case held(r):
		words = append(words, lang.T("error.other", "text", r.LastError))
	default:
		words = append(words, lang.T("deliveries.soon"))
	}
	return strings.Join(words, " · ")
}

func headerText(headers []model.Header) string {
	lines := make([]string, len(headers))
	for i, h := range headers {
		value := h.Value
		switch {
		case h.Secret:
			value += lang.T("deliveries.hidden")
		case h.Later:
			value = lang.T("deliveries.each_try")
		}
		lines[i] = h.Name + ": " + value
	}
	return strings.Join(lines, "\n")
}

// answers are the tries, newest first.
func (v *deliveries) answers(d model.DeliveryDetail) []fyne.CanvasObject {
	if len(d.Attempts) == 0 {
		return []fyne.CanvasObject{small(lang.T("deliveries.no_tries"))}
	}
	out := make([]fyne.CanvasObject, len(d.Attempts))
	for i, t := range d.Attempts {
		out[i] = v.answer(t)
	}
	return out
}

func (v *deliveries) answer(t core.DeliveryAttempt) fyne.CanvasObject {
	line := look.NewCut(tryWords(t, clockWords(t.At, v.a.now())), answerTone(t.Status).Words(), look.SmallText)
	parts := []fyne.CanvasObject{line}
	if hint := hintOf(t); hint != "" {
		parts = append(parts, small(hint))
	}
	if said := strings.Join(strings.Fields(t.Response), " "); said != "" {
		parts = append(parts, small("“"+short(said, excerpt)+"”"))
		if len([]rune(said)) > excerpt {
			whole := look.NewQuiet(lang.T("deliveries.whole"), func() { v.wholeAnswer(t) })
			parts = append(parts, container.NewHBox(whole))
		}
	}
	return look.Column(2, parts...)
}

// tryWords is one try in a line: "10:01:12 · 503 after 12.0 s".
func tryWords(t core.DeliveryAttempt, at string) string {
	if t.Status == 0 {
		return lang.T("deliveries.try_silent", "at", at, "took", lang.Duration(t.Took))
	}
	return lang.T("deliveries.try", "at", at, "status", statusText(t.Status), "took", lang.Duration(t.Took))
}

// hintOf says what to do about an answer, where that is known.
func hintOf(t core.DeliveryAttempt) string {
	switch {
	case t.Status >= 200 && t.Status <= 299:
		return ""
	case t.Status == 0:
		return lang.T("error.other", "text", t.Error)
	case t.Status >= 300 && t.Status <= 399:
		return lang.T("deliveries.hint.redirect")
	case t.Status == 401 || t.Status == 403:
		return lang.T("deliveries.hint.token")
	case t.Status == 404 || t.Status == 405:
		return lang.T("deliveries.hint.address")
	case t.Status == 410:
		return lang.T("deliveries.hint.gone")
	}
	return ""
}

// wholeAnswer shows all that was kept of an answer.
func (v *deliveries) wholeAnswer(t core.DeliveryAttempt) {
	var m *modal
	scroll := container.NewVScroll(codeBlock(t.Response))
	scroll.SetMinSize(fyne.NewSize(0, 320))
	closing := look.NewPrimary(lang.T("dialog.close"), func() { m.close() })
	m = v.a.newModal(620, tryWords(t, clockWords(t.At, v.a.now())), scroll, closing,
		look.NewIconButton(icons.Copy, lang.T("deliveries.copy"), func() { v.a.copyText(t.Response) }))
	m.show()
	v.a.window.Canvas().Focus(closing)
}
