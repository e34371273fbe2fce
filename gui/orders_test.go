package gui

import (
	"context"
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
	"reconbanker/storage/storagetest"
)

// expected is an order of the tests' world.
type expected struct {
	id    string
	name  string
	cents int64
	at    time.Time
}

// expecting fills the store as the picture of the orders shows it: one that two
// payments fit, one that is matched, one that waits, one that is cancelled.
func expecting(d *desk) {
	demo(d)
	ctx := context.Background()
	if err := d.store.SetOperationMode(ctx, core.Reconcile, core.Audit{}); err != nil {
		d.t.Fatal(err)
	}
	account := d.app0("Operating account")
	d.received(account,
		paid{"TRF-884120", "ACME SA", 150_000, at(10, 15), nil},
		paid{"TRF-883940", "ACME SA", 150_000, at(9, 11), nil},
		paid{"TRF-884121", "Juan Pérez", 32_050, at(9, 50), nil},
		paid{"TRF-884122", "Ferretería Central SRL", 32_050, at(9, 51), nil},
	)
	d.expects(account,
		expected{"ORD-1236", "Club Náutico", 500_000, at(7, 0)},
		expected{"ORD-1238", "Luisa Gómez", 8_800, at(8, 2)},
		expected{"ORD-1239", "Juan Pérez", 32_050, at(9, 40)},
		expected{"ORD-1240", "ACME SA", 150_000, at(9, 55)},
	)
	err := d.store.ChangeOrders(ctx, func(tx core.OrderTx) error {
		rows, err := tx.OrdersByExternalID([]string{account}, []string{"ORD-1236"})
		if err != nil {
			return err
		}
		o := rows[0]
		o.Status, o.Reason, o.EndedAt = core.OrderCancelled, core.ReasonMissing, at(9, 0)
		if err := tx.PutOrder(o); err != nil {
			return err
		}
		return tx.PutFeed(core.Feed{
			AccountID: account, Source: "GET https://erp.acme.example/orders", PolledAt: at(9, 50), GoodAt: at(9, 50), NextAt: at(10, 0), Accepted: 4, Rejected: 1,
			RejectedTop: []core.RejectedRow{{Position: 3, ExternalID: "ORD-1237", Reason: "amount: \"1.500,00\" is not a plain decimal amount"}},
		})
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// app0 is the id of an account, before there is a window.
func (d *desk) app0(name string) string {
	d.t.Helper()
	all, err := d.store.Accounts(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, a := range all {
		if a.Name == name {
			return a.ID
		}
	}
	d.t.Fatalf("no account is called %q", name)
	return ""
}

// received stores payments that no webhook is owed for.
func (d *desk) received(account string, payments ...paid) {
	d.t.Helper()
	var lines []core.Movement
	for _, p := range payments {
		lines = append(lines, core.Movement{
			ID: storagetest.ID(), AccountID: account, Key: "id:001:" + p.reference, Reference: p.reference, Sender: p.sender, Direction: scrapers.Credit,
			BankAccount: "001", BankDay: "2026-05-13", Amount: core.Money{Minor: p.cents, Currency: "UYU"}, BookedAt: p.at, IngestedAt: p.at,
			Precision: scrapers.Minute,
		})
	}
	run := d.begin(account, at(7, 0), core.StageRead, core.StageKeep)
	run.Status, run.FinishedAt = core.Succeeded, at(7, 1)
	if _, err := d.store.Keep(context.Background(), core.Keep{Run: run, At: run.FinishedAt, Lines: lines}); err != nil {
		d.t.Fatal(err)
	}
}

// expects registers orders and has each evaluated.
func (d *desk) expects(account string, rows ...expected) {
	d.t.Helper()
	ctx := context.Background()
	var ids []string
	err := d.store.ChangeOrders(ctx, func(tx core.OrderTx) error {
		for _, r := range rows {
			o := core.Order{
				ID: storagetest.ID(), AccountID: account, ExternalID: r.id, Name: r.name, Amount: core.Money{Minor: r.cents, Currency: "UYU"},
				Status: core.OrderPending, CreatedAt: r.at, ExpiresAt: r.at.Add(5 * 24 * time.Hour),
			}
			ids = append(ids, o.ID)
			if err := tx.AddOrder(o); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, id := range ids {
		if _, err := d.core.RunMatch(ctx, id, "ana"); err != nil {
			d.t.Fatal(err)
		}
	}
}

// openOrders goes to the screen and waits for its rows.
func (d *desk) openOrders() *orders {
	d.t.Helper()
	d.until("the orders in the rail", func() bool { return d.app.shell.available(atOrders) })
	d.app.goTo(atOrders)
	v, ok := d.app.shell.screens[atOrders].(*orders)
	if !ok {
		d.t.Fatal("there is no screen of orders")
	}
	d.until("the orders", func() bool {
		return v.pages.Known() && len(v.strip.days) > 0 && (v.pages.Len() == 0 || v.detail.Order.ID != "" && v.detail.Order.ID == v.chosen)
	})
	return v
}

// pick chooses an order and waits until it is shown in full.
func (v *orders) pick(d *desk, externalID string) {
	d.t.Helper()
	for i := range v.pages.Len() {
		if o, ok := v.pages.Row(i); ok && o.ExternalID == externalID {
			v.table.Select(i)
		}
	}
	d.until(externalID, func() bool { return v.detail.Order.ExternalID == externalID })
}

func TestOrdersAreThereInReconcileOnly(t *testing.T) {
	d := newDesk(t, demo)
	if d.app.shell.available(atOrders) {
		t.Error("orders are offered in passthrough mode")
	}
	if err := d.core.SetOperationMode(context.Background(), core.Reconcile, "ana"); err != nil {
		t.Fatal(err)
	}
	v := d.openOrders()
	if v.pages.Len() != 0 {
		t.Errorf("%d orders in an empty list", v.pages.Len())
	}
	d.sees("No list of orders is polled yet")
}

func TestAPersonSettlesAnAmbiguousOrder(t *testing.T) {
	d := newDesk(t, expecting)
	v := d.openOrders()
	d.sees("1 list, polled 09:50 · next")
	d.sees("1 row of the list was left out")
	v.pick(d, "ORD-1240")
	d.sees("Several payments fit. Choose the one that settles this order.")
	d.sees("20 min after the order")
	d.sees("Same name · 100 %")
	choices := v.detail.Choices()
	if len(choices) != 2 || v.payment != choices[0].Movement.ID {
		t.Fatalf("%d choices, %q chosen", len(choices), v.payment)
	}

	d.press("Not this one")
	d.until("the refusal", func() bool { return len(v.detail.Refused) == 1 })
	left := v.detail.Choices()
	if last := left[len(left)-1]; !last.Refused || last.Movement.ID != choices[0].Movement.ID {
		t.Fatalf("the refused payment does not stand last: %+v", left)
	}
	// What was refused is a person's doing, and settling undoes it.
	for _, o := range d.objects() {
		if b, ok := o.(*optionBox); ok && b.spec.id == choices[0].Movement.ID {
			test.Tap(b)
		}
	}
	if v.payment != choices[0].Movement.ID {
		t.Fatalf("a tap chose %q", v.payment)
	}
	d.press("Settle with this payment")
	d.until("the match", func() bool { return v.detail.Match() != nil })
	d.sees("Settled by ana")
	if m := v.detail.Match(); m.MovementID != choices[0].Movement.ID || !m.Person {
		t.Errorf("matched %+v", m)
	}
	results, _, err := d.store.Deliveries(context.Background(), core.DeliveryFilter{SubjectID: v.detail.Order.ID, Limit: 10})
	if err != nil || len(results) == 0 {
		t.Fatalf("%d results, %v", len(results), err)
	}

	d.press("Undo match")
	d.sees("Undo this match?")
	d.press("Undo match")
	d.until("the match undone", func() bool { return v.detail.Match() == nil })
	d.sees("A person undid the match.")

	d.openDeliveries() // the results and the correction stand there
	d.sees("Order ORD-1240: matched")
	d.sees("Order ORD-1240: ambiguous")
}

func TestOrdersAreFilteredAndExported(t *testing.T) {
	d := newDesk(t, expecting)
	v := d.openOrders()
	if v.pages.Len() != 4 {
		t.Fatalf("%d orders", v.pages.Len())
	}
	v.chips.OnChosen(string(model.WaitingOrders))
	d.until("those that wait", func() bool { return v.pages.Known() && v.pages.Len() == 1 })
	d.sees("Luisa Gómez")
	v.chips.OnChosen(string(model.AllOrders))
	v.find("juan")
	d.until("those of a name", func() bool { return v.pages.Known() && v.pages.Len() == 1 })
	d.sees("Juan Pérez")
	v.find("nobody of that name")
	d.sees("No order fits this search and these filters.")
	d.press("Show all orders")
	d.until("all", func() bool { return v.pages.Known() && v.pages.Len() == 4 })

	file := filepath.Join(t.TempDir(), "orders.csv")
	v.a.exportTo(v.exporting(), file, "csv")
	d.sees("4 orders are in orders.csv.")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := rows[1][:4]; !slices.Equal(got, []string{"ORD-1240", "ACME SA", "1500.00", "UYU"}) {
		t.Errorf("the newest order is exported as %q", got)
	}
}

func TestRejectedRowsAreShown(t *testing.T) {
	d := newDesk(t, expecting)
	d.openOrders()
	d.press("See which")
	d.sees("ORD-1237")
	d.sees("is not a plain decimal amount")
	d.press("Close")
	t.Cleanup(func() { lang.Use("") })
	d.app.setLanguage("es")
	d.openOrders()
	d.press("Ver cuáles")
	d.sees("no es un importe decimal simple")
}

// constantsOf lists the values of the constants of a type in a folder's sources.
func constantsOf(t *testing.T, dir, name string) (values []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) == 0 {
				return true
			}
			of, typed := v.Type.(*ast.Ident)
			if lit, ok := v.Values[0].(*ast.BasicLit); ok && typed && of.Name == name {
				text, _ := strconv.Unquote(lit.Value)
				values = append(values, text)
			}
			return true
		})
	}
	return values
}

// TestEveryReasonHasWords finds states, reasons and alerts that nobody has put into
// words, in every language.
func TestEveryReasonHasWords(t *testing.T) {
	var keys []string
	for _, s := range []core.OrderStatus{
		core.OrderPending, core.OrderProcessing, core.OrderMatched, core.OrderAmbiguous, core.OrderNotFound, core.OrderExpired,
		core.OrderCancelled, core.OrderFailed,
	} {
		keys = append(keys, "orders.status."+string(s))
	}
	for prefix, constants := range map[string]string{"orders.reason.": "MatchReason", "orders.name.": "NameReason", "orders.alert.": "OrderAlertKind"} {
		for _, c := range constantsOf(t, "../core", constants) {
			keys = append(keys, prefix+c)
		}
	}
	if len(keys) < 40 {
		t.Fatalf("only %d words are looked for", len(keys))
	}
	for _, code := range lang.Codes {
		for _, k := range keys {
			if lang.Raw(code, k) == "" {
				t.Errorf("%s has no words for %s", code, k)
			}
		}
	}
}

// TestDrawOrders draws the screen with each kind of order in question, its dialogs,
// and the smallest window with long names.
func TestDrawOrders(t *testing.T) {
	order := func(id string, then func(*orders)) func(*desk) {
		return func(d *desk) {
			v := d.openOrders()
			v.pick(d, id)
			then(v)
		}
	}
	shown := func(*orders) {}
	drawn(t, "orders-ambiguous", expecting, order("ORD-1240", shown))
	drawn(t, "orders-matched", expecting, order("ORD-1239", shown))
	drawn(t, "orders-cancelled", expecting, order("ORD-1236", shown))
	drawn(t, "orders-undo", expecting, order("ORD-1239", (*orders).askUndo))
	drawn(t, "orders-rejected", expecting, order("ORD-1240", (*orders).seeRejected))
	drawn(t, "orders-none", func(d *desk) {
		demo(d)
		if err := d.store.SetOperationMode(context.Background(), core.Reconcile, core.Audit{}); err != nil {
			d.t.Fatal(err)
		}
	}, func(d *desk) { d.openOrders() })
	long := func(d *desk) {
		expecting(d)
		name := "Cooperativa de Ahorro y Crédito de los Trabajadores del Puerto"
		d.received(d.app0("Operating account"), paid{"TRANSFERENCIA-INTERBANCARIA-0000000884199", name, 99_999_999_999, at(9, 49), nil})
		d.expects(d.app0("Operating account"), expected{"PEDIDO-INTERNACIONAL-0000000000000001241", name, 99_999_999_999, at(9, 56)})
	}
	drawn(t, "orders-small", long, func(d *desk) {
		d.app.window.Resize(fyne.NewSize(leastWidth, leastHeight))
		d.openOrders().pick(d, "PEDIDO-INTERNACIONAL-0000000000000001241")
	})
}
