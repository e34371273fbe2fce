package gui

import (
	"context"
	"iter"
	"time"

	"reconbanker/core"
	"reconbanker/gui/export"
	"reconbanker/gui/lang"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

// exporting is what the export of movements writes and says.
func (v *movements) exporting() exporting {
	names, mode, now, filter := v.a.accountNames(), v.a.over.Mode, v.a.now(), v.filter()
	return exporting{
		file: lang.T("export.file"), title: lang.T("export.title"), total: v.pages.Len(),
		ask: "export.ask", written: "export.rows", done: "export.done",
		options: v.exportOptions(),
		rows: func(ctx context.Context) export.Rows {
			return exportRows(model.EachMovement(ctx, v.src, filter), names, mode, now)
		},
	}
}

// exportOptions are the columns of the file.
func (v *movements) exportOptions() export.Options {
	opt := exportStyle(lang.T("rail.movements"))
	for _, c := range []struct {
		key   string
		width float64
	}{
		{"movements.received", 20},
		{"movements.account", 24},
		{"movement.bank_account", 18},
		{"movements.sender", 32},
		{"movement.document", 18},
		{"movements.amount", 16},
		{"export.currency", 10},
		{"movements.reference", 20},
		{"movement.description", 36},
		{"movement.external_id", 24},
		{"movements.webhook", 20},
		{"movement.notified", 20},
		{"movement.excluded", 20},
		{"movement.id", 38},
	} {
		opt.Columns = append(opt.Columns, export.Column{Title: lang.T(c.key), Width: c.width})
	}
	return opt
}

// exportRows turns movements into the fields of a file. It runs off Fyne's
// goroutine and shares nothing with the screen.
func exportRows(pages iter.Seq2[[]model.MovementRow, error], names map[string]string, mode core.OperationMode, now time.Time) export.Rows {
	return func(yield func([][]export.Value, error) bool) {
		for page, err := range pages {
			out := make([][]export.Value, len(page))
			for i, r := range page {
				out[i] = exportRow(r, names[r.AccountID], mode, now)
			}
			if !yield(out, err) {
				return
			}
		}
	}
}

func exportRow(r model.MovementRow, account string, mode core.OperationMode, now time.Time) []export.Value {
	booked := export.Moment(r.BookedAt.Local())
	if r.Precision == scrapers.Day {
		if day, err := time.ParseInLocation(time.DateOnly, r.BankDay, time.Local); err == nil {
			booked = export.Day(day)
		}
	}
	hook, _ := hookWords(model.HookOf(r, mode), r.BookedAt, now)
	return []export.Value{
		booked, export.Text(account), export.Text(r.BankAccount), export.Text(r.Sender), export.Text(r.SenderDocument),
		export.Number(r.Amount.Decimal()), export.Text(r.Amount.Currency), export.Text(r.Reference), export.Text(r.Description),
		export.Text(r.ExternalID()), export.Text(hook), exportMoment(r.NotifiedAt), exportMoment(r.ExcludedAt), export.Text(r.ID),
	}
}
