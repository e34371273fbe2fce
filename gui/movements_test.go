package gui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
)

// dressed fills the store and chooses an appearance.
func dressed(t testing.TB, appearance look.Appearance) func(*desk) {
	return func(d *desk) {
		withMovements(d)
		if err := os.WriteFile(d.path("window.json"), []byte(`{"appearance":"`+string(appearance)+`"}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMovementsLook(t *testing.T) {
	for _, appearance := range []look.Appearance{look.Light, look.Dark} {
		t.Run(string(appearance), func(t *testing.T) {
			d, v := movementsDesk(t, dressed(t, appearance), "Treasury")
			d.sees("ACME SA")
			v.table.Select(0)
			d.shot("account-" + string(appearance))
			v.table.Select(3)
			d.shot("account-no-sender-" + string(appearance))
			v.table.Select(4)
			v.openCurrent()
			d.sees("As the bank shows it")
			d.shot("details-" + string(appearance))
			d.app.window.Resize(fyne.NewSize(leastWidth, leastHeight))
			d.app.escape()
			d.shot("account-small-" + string(appearance))
		})
		t.Run("all accounts "+string(appearance), func(t *testing.T) {
			d, v := movementsDesk(t, dressed(t, appearance), "")
			d.sees("ACME SA")
			v.period.ask()
			d.shot("days-" + string(appearance))
			d.app.escape()
			v.a.askPath(v.exporting(), "xlsx")
			d.shot("path-" + string(appearance))
			d.app.escape()
			v.search.SetText("nothing like it")
			v.search.OnSubmitted(v.search.Text)
			d.sees("Nothing matches")
			d.shot("all-none-" + string(appearance))
		})
	}
}

// TestMovementsInOtherLanguages looks for words that are cut: badges, headers,
// buttons and filters must fit in every language.
func TestMovementsInOtherLanguages(t *testing.T) {
	for _, code := range []string{"es", "pt"} {
		t.Run(code, func(t *testing.T) {
			t.Cleanup(func() { lang.Use("en") })
			d, v := movementsDesk(t, func(d *desk) {
				withMovements(d)
				if err := os.WriteFile(d.path("window.json"), []byte(`{"appearance":"light","language":"`+code+`"}`), 0o600); err != nil {
					t.Fatal(err)
				}
			}, "Treasury")
			v.table.Select(3)
			d.shot("account-" + code)
			long := "Distribuidora" // the one sender that has no room
			for _, text := range d.texts() {
				if strings.HasSuffix(text, "…") && !strings.HasPrefix(text, long) && !strings.Contains(text, "Buscar") && !strings.Contains(text, "curso") && !strings.Contains(text, "andamento") {
					t.Errorf("cut: %q", text)
				}
			}
			v.openCurrent()
			d.until("the details", func() bool { return len(d.app.modals) == 1 })
			d.shot("details-" + code)
		})
	}
}

// senders are the senders in view, from the top.
func senders(v *movements) (out []string) {
	first, to := v.table.InView()
	for i := first; i < to; i++ {
		if r, ok := v.pages.Peek(i); ok {
			out = append(out, r.Sender)
		}
	}
	return out
}

// settles waits until what is asked for is on screen.
func (d *desk) settles(v *movements, rows int) {
	d.t.Helper()
	d.until("the rows asked for", func() bool { return !v.pages.Loading() && v.pages.Len() == rows })
}

func TestMovementsAreFoundAMomentAfterTheLastLetter(t *testing.T) {
	d, v := movementsDesk(t, withMovements, "Treasury")
	var waits []time.Duration
	var search func()
	stopped := 0
	v.after = func(wait time.Duration, f func()) func() {
		waits, search = append(waits, wait), f
		return func() { stopped++ }
	}
	v.search.SetText("pan")
	v.search.SetText("panaderia")
	if len(waits) != 2 || waits[1] != 200*time.Millisecond || stopped != 1 || v.query.Search != "" {
		t.Fatalf("waits %v, stopped %d, searched for %q", waits, stopped, v.query.Search)
	}
	search()
	d.settles(v, 1)
	if got := senders(v); !slices.Equal(got, []string{"Panadería La Espiga SRL"}) {
		t.Errorf("found %q", got)
	}
	d.sees("1 movement · 12,890.00 UYU")
	v.search.onEscape()
	search()
	d.settles(v, 11)
}

func TestMovementsAreFiltered(t *testing.T) {
	d, v := movementsDesk(t, withMovements, "Treasury")
	for _, c := range []struct {
		state string
		want  int
	}{{"delivered", 3}, {"dead", 2}, {"retrying", 1}, {"pending", 2}, {"silent", 1}, {"no_sender", 1}, {"before_start", 1}, {"", 11}} {
		v.delivery.OnChosen(c.state)
		d.settles(v, c.want)
	}
	v.currency.OnChosen("USD")
	d.settles(v, 2)
	d.sees("2 movements · 955.00 USD")
	v.currency.OnChosen("")
	v.period.set(model.Between, now.AddDate(0, 0, -1), now.AddDate(0, 0, -1))
	d.settles(v, 5)
	if v.period.Text != "2026-05-12 – 2026-05-12" {
		t.Errorf("the period says %q", v.period.Text)
	}
	v.sort("received", true)
	d.until("the oldest first", func() bool { return len(senders(v)) > 0 && senders(v)[0] != "Importadora del Sur" })
	v.search.SetText("no such")
	v.search.OnSubmitted("no such")
	d.sees("Nothing matches")
	d.press("Show all movements")
	d.settles(v, 11)
	if v.query.Narrowed() || v.search.Text != "" || v.period.Text != "All dates" {
		t.Errorf("filters are left: %+v", v.query)
	}
}

func TestMovementsOfDaysThatAPersonWrites(t *testing.T) {
	d, v := movementsDesk(t, withMovements, "Treasury")
	v.period.OnChosen(string(model.Between))
	if v.query.Period != model.LastDays || v.period.Text != "Last 30 days" {
		t.Errorf("before the days are known the period is %q", v.period.Text)
	}
	fields := func() (out []*entry) {
		for _, o := range d.objects() {
			if e, ok := o.(*entry); ok && e != v.search {
				out = append(out, e)
			}
		}
		return out[len(out)-2:]
	}
	d.press("Show")
	d.sees("Enter at least one of the two days.")
	f := fields()
	f[0].SetText("soon")
	d.press("Show")
	d.sees("Write a day such as")
	f[0].SetText("13/5/2026")
	f[1].SetText("2026-05-12")
	d.press("Show")
	d.sees("The last day is before the first.")
	f[1].SetText("")
	d.press("Show")
	d.settles(v, 4)
	if v.period.Text != "From 2026-05-13" {
		t.Errorf("the period says %q", v.period.Text)
	}
}

func TestMovementButtonsFitTheSelection(t *testing.T) {
	d, v := movementsDesk(t, withMovements, "Treasury")
	check := func(what string, resend, anyway, exclude, details bool, words string) {
		t.Helper()
		got := []bool{!v.resend.Disabled(), v.anyway.Visible(), !v.exclude.Disabled(), !v.details.Disabled()}
		if want := []bool{resend, anyway, exclude, details}; !slices.Equal(got, want) || v.exclude.Text != words {
			t.Errorf("%s: resend, anyway, exclude, details are %v, want %v; %q", what, got, want, v.exclude.Text)
		}
	}
	check("nothing", false, false, false, false, "Exclude")
	v.table.Select(0)
	check("a sent one", true, false, true, true, "Exclude")
	v.table.Select(3)
	check("one without a sender", false, true, true, true, "Exclude")
	v.table.Select(6)
	check("an excluded one", true, false, true, true, "Restore")
	v.table.SelectAll()
	check("all", true, true, true, false, "Exclude")
	if m := v.menu(); len(m.Items) != 6 || !m.Items[0].Disabled || m.Items[3].Disabled {
		t.Error("the menu does not offer what the buttons do")
	}
	d.sees("11 selected")
}

func TestMovementsAreSetAsideAndBroughtBack(t *testing.T) {
	d, v := movementsDesk(t, withMovements, "Treasury")
	v.table.Select(0)
	d.press("Exclude")
	d.sees("The movement was set aside.")
	d.until("the badge", func() bool { r, _ := v.pages.Peek(0); return !r.ExcludedAt.IsZero() })
	if v.table.Count() != 1 || v.exclude.Text != "Restore" {
		t.Errorf("%d are selected, and the button says %q", v.table.Count(), v.exclude.Text)
	}
	d.press("Restore")
	d.sees("The movement is back.")
	d.until("no badge", func() bool { r, _ := v.pages.Peek(0); return r.ExcludedAt.IsZero() })
}

func TestWebhooksAreSentAgain(t *testing.T) {
	d, v := movementsDesk(t, withMovements, "Treasury")
	ctx := context.Background()
	webhooks := func(row int) int {
		r, _ := v.pages.Peek(row)
		_, n, err := d.store.Deliveries(ctx, core.DeliveryFilter{SubjectID: r.ID, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	v.table.Select(4) // a dead letter goes at once
	d.press("Resend webhook")
	d.sees("The webhook is on its way.")
	d.until("the badge", func() bool { r, _ := v.pages.Peek(4); return r.Delivery.Status == core.DeliveryPending })

	v.table.Select(0) // one that was received is asked about
	d.press("Resend webhook")
	d.sees("Your system has received this movement already.")
	if webhooks(0) != 1 {
		t.Error("it was sent before the person said so")
	}
	d.press("Resend webhook")
	d.until("another webhook", func() bool { return webhooks(0) == 2 })

	v.table.Select(3)
	d.press("Send anyway")
	d.sees("The bank does not say who paid.")
	d.press("Send anyway")
	d.until("a webhook without a name", func() bool { return webhooks(3) == 1 })
}

func TestMovementDetails(t *testing.T) {
	d, v := movementsDesk(t, withMovements, "Treasury")
	v.table.Select(2)
	v.table.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	for _, text := range []string{"Panadería La Espiga SRL", "21 443 998 001 7", "Concepto", "By schedule", "https://erp.acme.example/reconbanker", "503", "84 ms", "upstream busy", "Try 2"} {
		d.sees(text)
	}
	d.press("Copy")
	if got := d.fyne.Clipboard().Content(); !strings.Contains(got, "Reference\tTRF-884031\n") {
		t.Errorf("the clipboard holds %q", got)
	}
	d.press("Close")
	if len(d.app.modals) != 0 {
		t.Error("the details are still open")
	}
}

func TestMovementsAreCopied(t *testing.T) {
	d, v := movementsDesk(t, withMovements, "Treasury")
	v.table.SelectAll()
	d.press("Copy")
	d.sees("11 lines copied")
	lines := strings.Split(d.fyne.Clipboard().Content(), "\n")
	if want := "2026-05-13 10:15\tACME SA\t1,500.00\u00a0UYU\tTRF-884120\tSent 10:15"; len(lines) != 11 || lines[0] != want {
		t.Errorf("%d lines, the first is %q, want %q", len(lines), lines[0], want)
	}
}

func TestColumnsStayAsWideAsTheyWerePulled(t *testing.T) {
	d, v := movementsDesk(t, withMovements, "Treasury")
	id := v.query.AccountID
	v.table.SetWidths(map[string]float32{"sender": 333})
	v.table.OnResize()
	if got := newMovements(d.app, d.app.core, id).table; got.Widths()["sender"] < 1 && d.app.columns("account.movements")["sender"] == 0 {
		t.Error("nothing was kept")
	}
	if got := d.app.columns("account.movements")["sender"]; got != v.table.Widths()["sender"] {
		t.Errorf("kept %v, the column is %v wide", got, v.table.Widths()["sender"])
	}
	if err := os.WriteFile(columnsPath(d.dir), []byte("{broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := d.app.columns("account.movements"); got != nil {
		t.Errorf("from a broken file came %v", got)
	}
}

// failing is a core whose movements cannot be read until it is mended.
type failing struct {
	Core
	mended chan struct{}
}

func (f failing) Movements(ctx context.Context, q core.MovementFilter) ([]core.Movement, int, error) {
	select {
	case <-f.mended:
		return f.Core.Movements(ctx, q)
	default:
		return nil, 0, errors.New("disk I/O error")
	}
}

func TestMovementsThatCannotBeReadAreReadAgain(t *testing.T) {
	mended := make(chan struct{})
	d := newDesk(t, withMovements, func(c *Config) { c.Core = failing{c.Core, mended} })
	d.pick("Treasury")
	d.sees("The movements could not be read")
	d.shot("trouble")
	close(mended)
	d.press("Try again")
	d.sees("ACME SA")
	for _, text := range d.texts() {
		if text == "The movements could not be read" {
			t.Error("the trouble is still told")
		}
	}
}

func TestMovementsAreExported(t *testing.T) {
	d, v := movementsDesk(t, withMovements, "Treasury")
	dir := t.TempDir()
	v.a.askPath(v.exporting(), "csv")
	name := d.app.window.Canvas().Focused().(*entry)
	if name.Text != "movements-2026-05-13.csv" {
		t.Errorf("the file is called %q", name.Text)
	}
	name.SetText(filepath.Join(dir, "no such folder", "x"))
	name.OnSubmitted("")
	d.sees("There is no such folder.")
	path := filepath.Join(dir, "x.csv")
	name.SetText(strings.TrimSuffix(path, ".csv"))
	name.OnSubmitted("")
	d.sees("11 movements are in x.csv.")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\r\n")
	if len(lines) != 12 || !strings.HasPrefix(lines[0], "\uFEFF\"Received\",\"Account\"") {
		t.Errorf("%d lines, the first is %q", len(lines), lines[0])
	}
	if want := `2026-05-13 10:15:00,"Treasury","001-7781","ACME SA","21 443 998 001 7",1500.00,"UYU","TRF-884120"`; !strings.HasPrefix(lines[1], want) {
		t.Errorf("the first movement is %q, want %q…", lines[1], want)
	}
	v.a.askPath(v.exporting(), "csv")
	name = d.app.window.Canvas().Focused().(*entry)
	name.SetText(path)
	name.OnSubmitted("")
	d.sees("Replace the file?")
	d.press("Replace")
	d.until("the file written again", func() bool { return len(d.app.modals) == 0 })
}

// endless is a core that goes on bringing movements until it is stopped.
type endless struct {
	Core
	begun chan struct{}
}

func (e endless) LatestDeliveries(ctx context.Context, ids []string) (map[string]core.Delivery, error) {
	if len(ids) > 0 {
		select {
		case e.begun <- struct{}{}:
			<-ctx.Done()
			return nil, ctx.Err()
		default:
		}
	}
	return e.Core.LatestDeliveries(ctx, ids)
}

func TestAnExportIsStopped(t *testing.T) {
	begun := make(chan struct{})
	d, v := movementsDesk(t, withMovements, "Treasury", func(c *Config) { c.Core = endless{c.Core, begun} })
	dir := t.TempDir()
	v.a.exportTo(v.exporting(), filepath.Join(dir, "x.xlsx"), "xlsx")
	<-begun
	d.press("Cancel")
	d.sees("The export was stopped; no file was written.")
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}
