package gui

import (
	"context"
	"fmt"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
	"reconbanker/storage/storagetest"
)

// hooked is how far a movement of the demonstration has come.
type hooked struct {
	day, hour, minute int // local, of May 2026
	sender, ref       string
	minor             int64
	currency          string
	status            core.DeliveryStatus // "" owes nothing
	answer            int
	tries             int
}

var paidIn = []hooked{
	{13, 10, 15, "ACME SA", "TRF-884120", 150000, "UYU", core.DeliveryDelivered, 200, 1},
	{13, 9, 58, "Juan Pérez", "TRF-884097", 32050, "UYU", core.DeliveryDelivered, 202, 1},
	{13, 9, 41, "Panadería La Espiga SRL", "TRF-884031", 1289000, "UYU", core.DeliveryRetrying, 503, 2},
	{13, 8, 20, "", "DEP-10032", 7500, "USD", "", 0, 0},
	{12, 17, 2, "Importadora del Sur", "TRF-883990", 4800000, "UYU", core.DeliveryDead, 500, 10},
	{12, 16, 40, "María Núñez", "TRF-883981", 120000, "UYU", "silent", 0, 0},
	{12, 15, 11, "ACME SA", "TRF-883940", 150000, "UYU", "excluded", 0, 0},
	{12, 11, 9, "Ferretería Central", "TRF-883902", 64000, "UYU", core.DeliveryDelivered, 200, 1},
	{12, 9, 30, "Distribuidora Río de la Plata Importaciones y Exportaciones Sociedad Anónima", "TRF-883877", 99_000_050, "UYU", core.DeliveryPending, 0, 0},
	{11, 14, 5, "Transportes Gómez", "TRF-883790", 88000, "USD", core.DeliveryDead, 0, 10},
	{2, 9, 0, "Estudio Contable Vidal", "TRF-881204", 210000, "UYU", "before_start", 0, 0},
}

// bookDemo puts the movements of the pictures into an account.
func bookDemo(d *desk, accountID string) {
	d.t.Helper()
	ctx := context.Background()
	lines := make([]core.Movement, len(paidIn))
	for i, p := range paidIn {
		at := time.Date(2026, 5, p.day, p.hour, p.minute, 0, 0, time.Local).UTC()
		lines[i] = core.Movement{
			Key: accountID + p.ref, Content: fmt.Sprintf("%032x", i), BankAccount: "001-7781", BankID: p.ref, Direction: scrapers.Credit,
			Amount: core.Money{Minor: p.minor, Currency: p.currency}, Balance: &core.Money{Minor: 9_000_000, Currency: p.currency},
			BookedAt: at, Precision: scrapers.Minute, BankDay: at.Local().Format(time.DateOnly), Description: "TRANSFERENCIA RECIBIDA " + p.ref,
			Reference: p.ref, Sender: p.sender, SenderDocument: "21 443 998 001 7",
			Raw:        map[string]string{"Fecha": at.Local().Format("02/01/2006"), "Concepto": "TRF " + p.sender, "Importe": fmt.Sprint(p.minor)},
			IngestedAt: at,
		}
	}
	run := d.begin(accountID, now.Add(-3*time.Hour), core.StageRead)
	run.Status, run.FinishedAt = core.Succeeded, run.StartedAt.Add(4100*time.Millisecond)
	kept, err := d.store.Keep(ctx, core.Keep{Run: run, At: now, Lines: lines, Decide: decideDemo})
	if err != nil {
		d.t.Fatal(err)
	}
	for i, m := range kept.Fresh {
		settleDemo(d, m, paidIn[i])
	}
}

func decideDemo(fresh []core.Movement, mode core.OperationMode) []core.Decision {
	out := storagetest.Owe("https://erp.acme.example/reconbanker")(fresh, mode)
	for i := range out {
		switch paidIn[i].status {
		case "":
			out[i].Deliveries = nil
		case "silent":
			out[i].Deliveries, out[i].Movement.NotifiedAt = nil, out[i].Movement.BookedAt
		case "before_start":
			out[i].Deliveries, out[i].Movement.BeforeStart = nil, true
		case "excluded":
			out[i].Deliveries, out[i].Movement.ExcludedAt = nil, now
		}
	}
	return out
}

// settleDemo leads the webhook about a movement to where the picture has it.
func settleDemo(d *desk, m core.Movement, p hooked) {
	d.t.Helper()
	ctx := context.Background()
	owed, _, err := d.store.Deliveries(ctx, core.DeliveryFilter{SubjectID: m.ID, Limit: 1})
	if err != nil {
		d.t.Fatal(err)
	}
	if len(owed) == 0 || p.status == core.DeliveryPending {
		return
	}
	for n := 1; n <= p.tries; n++ {
		dl := owed[0]
		dl.Status, dl.Attempts, dl.Tries, dl.LastStatus, dl.NextAt = core.DeliveryRetrying, n, n, p.answer, now.Add(2*time.Minute+20*time.Second)
		if n == p.tries && p.status != core.DeliveryRetrying {
			dl.Status, dl.DoneAt = p.status, m.BookedAt.Add(20*time.Second)
		}
		try := core.DeliveryAttempt{DeliveryID: dl.ID, N: n, At: m.BookedAt.Add(time.Duration(n) * 20 * time.Second), Took: 84 * time.Millisecond, Status: p.answer}
		switch {
		case p.answer == 0:
			try.Error = "The receiver did not answer within 15 s."
		case p.answer/100 != 2:
			try.Response = `{"error":"upstream busy"}`
		}
		result := core.DeliveryResult{Delivery: dl, Attempt: &try, Receiver: core.Receiver{Origin: dl.Receiver}}
		if err := d.store.FinishDeliveries(ctx, []core.DeliveryResult{result}); err != nil {
			d.t.Fatal(err)
		}
	}
}

// withMovements is the demonstration, with movements in two accounts.
func withMovements(d *desk) {
	demo(d)
	treasury := d.account("itau", "Treasury")
	bookDemo(d, treasury.ID)
	d.change(treasury.ID, func(a *core.Account) { a.LastReadAt, a.NextRunAt = now.Add(-5*time.Minute), now.Add(15*time.Minute) })
}

// movementsDesk opens a window with the table of an account, "" for the screen of
// all accounts, and waits for its rows.
func movementsDesk(t testing.TB, fill func(*desk), account string, change ...func(*Config)) (*desk, *movements) {
	t.Helper()
	d := newDesk(t, fill, change...)
	var v *movements
	d.app.views.movements = func(id string) View {
		v = newMovements(d.app, d.app.core, id)
		return v
	}
	if account == "" {
		d.app.shell.arrange(core.Passthrough)
		d.app.shell.open(atMovements)
	} else {
		d.pick(account)
	}
	d.until("the rows", func() bool { return v != nil && v.pages.Known() && v.totals != nil })
	return d, v
}

// shot keeps what the window shows, for a person to look at.
func (d *desk) shot(name string) {
	d.t.Helper()
	d.queue.drain()
	d.picture("table-" + name + ".png")
}
