package gui

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/scrapers"
	"reconbanker/storage/storagetest"
)

// webhooks fills the store as the picture of the deliveries shows it, and more:
// one of each status, and one that a person sent without a sender.
func webhooks(d *desk) {
	demo(d)
	d.owe("Operating account",
		paid{"TRF-883990", "Importadora del Sur S.R.L. y Compañía", 4_800_000, at(8, 1), []int{200}},
		paid{"TRF-884001", "ACME SA", 150_000, at(8, 2), []int{500, 500, 0, 500, 502, 500, 500, 500, 500, 500}},
		paid{"DEP-10032", "", 7_500, at(9, 41), []int{202}},
		paid{"TRF-884031", "PANADERIA LA ESPIGA SRL", 1_289_000, at(9, 45), []int{0, 503}},
		paid{"TRF-884097", "Juan Pérez", 32_050, at(9, 49), nil},
	)
}

// at is a time of the tests' day, at the desk.
func at(hour, minute int) time.Time { return time.Date(2026, 5, 13, hour+3, minute, 0, 0, time.UTC) }

// paid is a payment and how its receiver answered, 0 for not at all.
type paid struct {
	reference string
	sender    string
	cents     int64
	at        time.Time
	answers   []int
}

// owe stores payments of an account and what came of their webhooks.
func (d *desk) owe(account string, payments ...paid) {
	d.t.Helper()
	ctx := context.Background()
	id := ""
	all, err := d.store.Accounts(ctx)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, a := range all {
		if a.Name == account {
			id = a.ID
		}
	}
	var lines []core.Movement
	for _, p := range payments {
		lines = append(lines, core.Movement{
			ID: storagetest.ID(), AccountID: id, Key: "id:001:" + p.reference, Reference: p.reference, Sender: p.sender, Direction: scrapers.Credit,
			BankAccount: "001", BankDay: "2026-05-13", Amount: core.Money{Minor: p.cents, Currency: "UYU"}, BookedAt: p.at, IngestedAt: p.at,
		})
	}
	run := d.begin(id, at(7, 0), core.StageRead, core.StageKeep)
	run.Status, run.FinishedAt = core.Succeeded, at(7, 1)
	owed := func(fresh []core.Movement, _ core.OperationMode) []core.Decision {
		out := make([]core.Decision, len(fresh))
		for i, m := range fresh {
			out[i] = core.Decision{Movement: m, Deliveries: []core.Delivery{webhook(m, payments[i].at)}}
		}
		return out
	}
	if _, err := d.store.Keep(ctx, core.Keep{Run: run, At: run.FinishedAt, Lines: lines, Decide: owed}); err != nil {
		d.t.Fatal(err)
	}
	for i, p := range payments {
		d.answer(lines[i].ID, p.answers)
	}
}

func webhook(m core.Movement, at time.Time) core.Delivery {
	id := storagetest.ID()
	name, _ := json.Marshal(m.Sender)
	if m.Sender == "" {
		name = []byte("null")
	}
	const hook = "https://erp.acme.example/reconbanker"
	return core.Delivery{
		ID: id, WebhookID: "msg_" + id, AccountID: m.AccountID, Kind: core.MovementDelivery, SubjectID: m.ID,
		URL: hook, Receiver: core.ReceiverOf(hook), Status: core.DeliveryPending, NextAt: at, CreatedAt: at, QueuedAt: at,
		Payload: fmt.Appendf(nil, `{"id":"%s","amount":%s,"currency":"%s","name":%s,"received_at":"%s"}`,
			m.ID, m.Amount.Decimal(), m.Amount.Currency, name, m.BookedAt.Format(time.RFC3339)),
	}
}

// answer records tries of the delivery about a movement.
func (d *desk) answer(movementID string, statuses []int) {
	d.t.Helper()
	ctx := context.Background()
	rows, _, err := d.store.Deliveries(ctx, core.DeliveryFilter{SubjectID: movementID, Limit: 1})
	if err != nil || len(rows) != 1 {
		d.t.Fatalf("the delivery of %s: %v", movementID, err)
	}
	row := rows[0]
	for i, status := range statuses {
		try := core.DeliveryAttempt{DeliveryID: row.ID, N: i + 1, At: row.CreatedAt.Add(time.Duration(i) * 5 * time.Minute), Took: 11800 * time.Millisecond, Status: status}
		row.Attempts, row.Tries, row.LastStatus = i+1, i+1, status
		switch {
		case status == 0:
			try.Took, try.Error = 15*time.Second, "erp.acme.example did not answer within 15s"
			row.Status, row.LastError = core.DeliveryRetrying, try.Error
		case status < 300:
			try.Took, row.Status, row.DoneAt = 84*time.Millisecond, core.DeliveryDelivered, try.At.Add(84*time.Millisecond)
		default:
			try.Response, row.Status = "upstream busy", core.DeliveryRetrying
			row.LastError = fmt.Sprintf("the receiver answered %d", status)
			if i+1 == 10 {
				try.Response = strings.Repeat("<p>internal error, see the log of the reverse proxy</p>\n", 20)
				row.Status, row.DoneAt = core.DeliveryDead, try.At
			}
		}
		row.NextAt = try.At.Add(14 * time.Minute)
		result := core.DeliveryResult{Delivery: row, Attempt: &try, Receiver: core.Receiver{Origin: row.Receiver}}
		if err := d.store.FinishDeliveries(ctx, []core.DeliveryResult{result}); err != nil {
			d.t.Fatal(err)
		}
	}
}

// openDeliveries goes to the screen and waits for its rows.
func (d *desk) openDeliveries() *deliveries {
	d.t.Helper()
	d.app.goTo(atDeliveries)
	v, ok := d.app.shell.screens[atDeliveries].(*deliveries)
	if !ok {
		d.t.Fatal("there is no screen of deliveries")
	}
	d.until("the deliveries", func() bool {
		return v.pages.Known() && v.asked && (v.pages.Len() == 0 || v.detail.Row.ID != "" && v.detail.Row.ID == v.chosen)
	})
	return v
}

// pick chooses the row of a status and waits until it is shown in full.
func (v *deliveries) pick(d *desk, status core.DeliveryStatus) {
	d.t.Helper()
	for i := range v.pages.Len() {
		if row, ok := v.pages.Peek(i); ok && row.Status == status {
			v.table.Select(i)
			d.until("the delivery beside the table", func() bool { return v.detail.Row.ID == row.ID })
			return
		}
	}
	d.t.Fatalf("no row is %s", status)
}

func mine(c *Config) {
	c.Backup = func(context.Context) (string, error) { return "backups/2026-05-13.db", nil }
}

// newScreens opens a window that has the screens of this file's neighbours.
func newScreens(t testing.TB, fill func(*desk), change ...func(*Config)) *desk {
	t.Helper()
	return newDesk(t, fill, append([]func(*Config){mine}, change...)...)
}

func TestDeliveriesShowWhatWasSentAndAnswered(t *testing.T) {
	d := newScreens(t, webhooks)
	v := d.openDeliveries()
	for _, text := range []string{"All 5", "Queued 1", "Retrying 1", "Dead 1", "Delivered 2", "320.50\u00a0UYU · Juan Pérez", "75.00\u00a0UYU · No sender", "10/10", "erp.acme.example"} {
		d.sees(text)
	}
	v.pick(d, core.DeliveryRetrying)
	d.sees("Movement TRF-884031")
	d.sees("503 after 11.8\u00a0s")
	d.sees("no answer after 15.0\u00a0s")
	d.sees("try 3 of 10 at 10:04:00")
	all := strings.Join(d.texts(), "\n")
	if !strings.Contains(v.detail.Pretty, `"amount": 12890.00`) || !strings.Contains(all, "webhook-timestamp") {
		t.Errorf("the body is %q; on screen: %s", v.detail.Pretty, all)
	}
	d.press("Copy as curl")
	if got := d.fyne.Clipboard().Content(); !strings.HasPrefix(got, "curl -X POST 'https://erp.acme.example/reconbanker'") {
		t.Errorf("copied %q", got)
	}
	v.pick(d, core.DeliveryDead)
	d.press("Whole answer")
	d.sees("see the log of the reverse proxy")
	d.press("Close")
}

func TestDeliveriesAreFilteredAndFound(t *testing.T) {
	d := newScreens(t, webhooks)
	v := d.openDeliveries()
	wanted := v.detail.Row
	shown := func(n int) {
		t.Helper()
		d.until(fmt.Sprintf("%d rows", n), func() bool { return v.asked && !v.top && v.pages.Len() == n && !v.pages.Loading() })
	}
	v.chips.OnChosen(string(core.DeliveryDead))
	shown(1)
	d.sees("Movement TRF-884001")
	v.who.OnChosen(d.find("Suppliers").ID)
	shown(0)
	d.sees("No webhook matches")
	d.press("Show all")
	shown(5)
	d.app.window.Canvas().Focus(v.search)
	test.Type(v.search, wanted.WebhookID[:9])
	shown(0)
	d.sees("That is not a whole id")
	v.search.SetText(wanted.WebhookID)
	shown(1)
	d.until("what was found", func() bool { return v.detail.Row.ID == wanted.ID })
	d.key(fyne.KeyEscape)
	shown(5)
	d.app.goTo(atAccounts)
	d.openDeliveries()
	d.app.focusSearch()
	if d.app.window.Canvas().Focused() != fyne.Focusable(v.search) {
		t.Error("Ctrl+F does not reach the search")
	}
}

func TestDeliveriesAreSentAgain(t *testing.T) {
	d := newScreens(t, webhooks)
	v := d.openDeliveries()
	v.pick(d, core.DeliveryRetrying)
	id := v.chosen
	d.press("Send now")
	d.sees("on its way")
	if got, _, err := d.core.Delivery(t.Context(), id); err != nil || !got.NextAt.Equal(now) {
		t.Errorf("it is due %v, error %v", got.NextAt, err)
	}
	v.pick(d, core.DeliveryDead)
	id = v.chosen
	d.press("Send again")
	d.until("the dead one to be owed", func() bool { return v.detail.Row.ID == id && v.detail.Row.Status == core.DeliveryPending })

	v.pick(d, core.DeliveryDelivered)
	d.press("Send again")
	d.sees("cannot tell that it is a repeat")
	d.press("Send again")
	d.until("one row more", func() bool { return v.pages.Len() == 6 })
}

func TestAllDeadLettersAreSentAgain(t *testing.T) {
	dead := slices.Repeat([]int{500}, 10)
	d := newScreens(t, func(d *desk) {
		demo(d)
		for i := range 3 {
			d.owe("Operating account", paid{fmt.Sprintf("R-%d", i), "ACME SA", 100, at(8, i), dead})
		}
		d.owe("Suppliers", paid{"S-1", "ACME SA", 100, at(8, 9), dead})
	})
	v := d.openDeliveries()
	d.sees("Send 4 dead again…")
	v.who.OnChosen(d.find("Operating account").ID)
	d.sees("Send 3 dead again…")
	d.press("Send 3 dead again…")
	d.sees("Only those of “Operating account”")
	d.press("Send again")
	d.sees("3 webhooks are on their way again.")
	d.until("their new life", func() bool { return v.counts[core.DeliveryPending] == 3 && v.counts[core.DeliveryDead] == 0 })
	if len(d.app.modals) != 0 {
		t.Error("the progress stays on screen")
	}
	if v.all.Visible() {
		t.Error("the button stays although none is dead")
	}
}

func TestNoDeliveries(t *testing.T) {
	d := newScreens(t, demo)
	d.openDeliveries()
	d.sees("No webhooks yet")
	d.sees("Choose a delivery")
}

// drawn draws what open shows in both themes and every language.
func drawn(t *testing.T, name string, fill func(*desk), open func(*desk), change ...func(*Config)) {
	t.Run(name, func(t *testing.T) {
		d := newScreens(t, fill, change...)
		for _, appearance := range []look.Appearance{look.Light, look.Dark} {
			for _, code := range lang.Codes {
				if plain(appearance, code) {
					continue
				}
				d.app.setAppearance(appearance)
				d.app.setLanguage(code)
				open(d)
				d.queue.drain()
				d.fits(name + " " + code)
				d.picture(fmt.Sprintf("%s-%s-%s.png", name, appearance, code))
				for len(d.app.modals) > 0 {
					d.app.escape()
				}
			}
		}
	})
}

// TestDrawSmall draws the screens in the smallest window, with long names.
func TestDrawSmall(t *testing.T) {
	fill := func(d *desk) {
		webhooks(d)
		d.owe(d.account("demobank", "Cuenta recaudadora de la sucursal Ciudad de la Costa, pesos").Name,
			paid{"TRANSFERENCIA-INTERBANCARIA-0000000884199", "Cooperativa de Ahorro y Crédito de los Trabajadores del Puerto", 99_999_999_999, at(9, 49), []int{0, 404}})
	}
	small := func(open func(*desk)) func(*desk) {
		return func(d *desk) {
			d.app.window.Resize(fyne.NewSize(leastWidth, leastHeight))
			open(d)
		}
	}
	drawn(t, "small-deliveries", fill, small(func(d *desk) { d.openDeliveries() }))
	drawn(t, "small-activity", fill, small(func(d *desk) { d.openActivity() }))
	drawn(t, "small-preferences", fill, small(func(d *desk) { d.openSettings() }))
}

func TestDrawDeliveries(t *testing.T) {
	drawn(t, "deliveries", webhooks, func(d *desk) { d.openDeliveries().pick(d, core.DeliveryRetrying) })
	drawn(t, "deliveries-dead", webhooks, func(d *desk) { d.openDeliveries().pick(d, core.DeliveryDead) })
	drawn(t, "deliveries-none", demo, func(d *desk) { d.openDeliveries() })
	drawn(t, "deliveries-resend-all", webhooks, func(d *desk) { d.openDeliveries().askResendAll() })
	drawn(t, "deliveries-answer", webhooks, func(d *desk) {
		v := d.openDeliveries()
		v.pick(d, core.DeliveryDead)
		v.wholeAnswer(v.detail.Attempts[0])
	})
}
