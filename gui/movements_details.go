package gui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

const (
	detailsWidth  = 660
	detailsHeight = 520
	factWidth     = 170 // of the names of fields
	mostAnswer    = 600 // characters of an answer that are shown
)

// A fact is a field of the details and its name.
type fact struct{ name, value string }

func (v *movements) openCurrent() {
	if rows := v.table.Selected(); v.table.Count() == 1 && len(rows) == 1 {
		v.open(rows[0])
	}
}

// open reads a movement's details and shows them.
func (v *movements) open(row model.MovementRow) {
	src := v.src
	var d model.MovementDetails
	v.a.do(action{button: v.details, failed: lang.T("movements.not_read"), then: func() { v.showDetails(d) }},
		func(ctx context.Context) (err error) {
			d, err = model.ReadMovement(ctx, src, row.AccountID, row.ID)
			return err
		})
}

func (v *movements) showDetails(d model.MovementDetails) {
	facts := v.facts(d)
	raw := make([]fact, len(d.Raw))
	for i, kv := range d.Raw {
		raw[i] = fact{kv[0], kv[1]}
	}
	body := look.Column(16, v.summary(d), factTable(facts), v.webhooks(d.Deliveries))
	if len(raw) > 0 {
		body.Add(look.Column(6, partTitle(lang.T("movement.raw")), factTable(raw)))
	}
	if d.Run != nil {
		body.Add(look.Column(6, partTitle(lang.T("movement.run")), factTable(v.runFacts(*d.Run))))
	}
	scroll := container.NewVScroll(look.Inset(body, 0, 0, 0, 12))
	scroll.SetMinSize(fyne.NewSize(detailsWidth-40, min(detailsHeight, v.a.window.Canvas().Size().Height-180)))
	var m *modal
	closer := look.NewButton(lang.T("dialog.close"), func() { m.close() })
	copier := look.NewButton(lang.T("movements.copy"), func() {
		v.a.fyne.Clipboard().SetContent(factText(facts) + "\n" + factText(raw))
		v.a.toasts.good(lang.T("movement.copied"))
	})
	m = v.a.newModal(detailsWidth, lang.T("movement.title"), scroll, closer, copier)
	m.show()
	v.a.window.Canvas().Focus(closer)
}

// summary is the line that a person knows the movement by.
func (v *movements) summary(d model.MovementDetails) fyne.CanvasObject {
	row := look.Row(10,
		look.NewText(amountWords(d.Amount), theme.ColorNameForeground, theme.SizeNameSubHeadingText).Bold(),
		look.NewCut(d.Sender, theme.ColorNameForeground, theme.SizeNameText))
	if text, tone := hookWords(model.HookOf(d.MovementRow, v.a.over.Mode), d.BookedAt, v.a.now()); text != "" {
		row.Add(look.NewBadge(text, tone))
	}
	return row
}

func (v *movements) facts(d model.MovementDetails) []fact {
	m := d.Movement
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return lang.DateTime(t)
	}
	direction := lang.T("movement.credit")
	if m.Direction == scrapers.Debit {
		direction = lang.T("movement.debit")
	}
	balance := ""
	if m.Balance != nil {
		balance = amountWords(*m.Balance)
	}
	beforeStart := ""
	if m.BeforeStart {
		beforeStart = lang.T("movement.before_start")
	}
	all := []fact{
		{lang.T("movements.received"), bookedWords(m)},
		{lang.T("movements.account"), v.accountName(m.AccountID)},
		{lang.T("movement.bank_account"), m.BankAccount},
		{lang.T("movement.direction"), direction},
		{lang.T("movements.amount"), amountWords(m.Amount)},
		{lang.T("movement.balance"), balance},
		{lang.T("movements.sender"), m.Sender},
		{lang.T("movement.document"), m.SenderDocument},
		{lang.T("movements.reference"), m.Reference},
		{lang.T("movement.description"), m.Description},
		{lang.T("movement.external_id"), m.ExternalID()},
		{lang.T("movement.reverses"), m.Reverses},
		{lang.T("movement.ingested"), when(m.IngestedAt)},
		{lang.T("movement.notified"), when(m.NotifiedAt)},
		{lang.T("movement.note"), beforeStart},
		{lang.T("movement.excluded"), when(m.ExcludedAt)},
		{lang.T("movement.vanished"), when(m.VanishedAt)},
		{lang.T("movement.id"), m.ID},
	}
	kept := all[:0]
	for _, f := range all {
		if f.value != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

func (v *movements) runFacts(r core.Run) []fact {
	return []fact{
		{lang.T("movement.run_when"), lang.DateTime(ranAt(r)) + " · " + triggerWords(r.Trigger)},
		{lang.T("movement.run_how"), runWords(r) + " · " + outcomeDetail(r)},
		{lang.T("movement.id"), r.ID},
	}
}

// webhooks shows every webhook about the movement with its tries.
func (v *movements) webhooks(all []model.DeliveryDetails) fyne.CanvasObject {
	column := look.Column(8, partTitle(lang.T("movement.webhooks")))
	if len(all) == 0 {
		column.Add(look.NewText(lang.T("movement.no_webhooks"), look.Muted, look.SmallText))
	}
	for _, d := range all {
		words, tone := hookWords(model.HookOf(model.MovementRow{Delivery: &d.Delivery}, v.a.over.Mode), d.CreatedAt, v.a.now())
		column.Add(look.Row(8, look.NewBadge(words, tone), look.NewCut(d.URL, theme.ColorNameForeground, look.SmallText)))
		column.Add(look.NewLines("webhook-id "+d.WebhookID, look.Muted, theme.SizeNameCaptionText))
		for _, try := range d.Tried {
			column.Add(attemptLine(try))
		}
	}
	return column
}

// attemptLine is one try: when, what came back and how long it took.
func attemptLine(try core.DeliveryAttempt) fyne.CanvasObject {
	answer, ink := lang.T("movement.no_answer"), look.RedText
	if try.Status != 0 {
		answer = httpStatus(try.Status)
		if try.Status/100 == 2 {
			ink = look.GreenText
		}
	}
	line := look.Row(10,
		look.NewText(lang.T("movement.try", "n", try.N), look.Muted, look.SmallText),
		look.NewText(lang.DateTime(try.At), theme.ColorNameForeground, look.SmallText),
		look.NewText(answer, ink, look.SmallText).Bold(),
		look.NewText(lang.Duration(try.Took), look.Muted, look.SmallText))
	parts := look.Column(2, line)
	for _, words := range []string{try.Error, clipped(try.Response)} {
		if words != "" {
			parts.Add(look.NewLines(words, look.Muted, theme.SizeNameCaptionText))
		}
	}
	return look.Inset(parts, 0, 0, 12, 0)
}

// clipped is an answer as far as it is worth reading here.
func clipped(s string) string {
	if r := []rune(s); len(r) > mostAnswer {
		return string(r[:mostAnswer]) + "…"
	}
	return s
}

func partTitle(words string) fyne.CanvasObject {
	return look.NewText(words, theme.ColorNameForeground, theme.SizeNameText).Bold()
}

// factTable lays names beside values, which are broken into lines.
func factTable(facts []fact) fyne.CanvasObject {
	rows := look.Column(5)
	for _, f := range facts {
		name := fixedWidth(factWidth, look.NewCut(f.name, look.Muted, look.SmallText))
		value := look.NewLines(f.value, theme.ColorNameForeground, look.SmallText)
		rows.Add(look.Edges(nil, nil, container.NewVBox(name), nil, value))
	}
	return rows
}

func factText(facts []fact) string {
	var b strings.Builder
	for _, f := range facts {
		b.WriteString(f.name + "\t" + f.value + "\n")
	}
	return b.String()
}
