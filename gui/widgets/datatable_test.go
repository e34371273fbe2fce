package widgets

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"reconbanker/gui/look"
)

type payment struct {
	id, when, sender, amount, ref, state string
	tone                                 look.Tone
}

var payments = Rows[payment]{
	{"1", "2026-05-13 10:15", "ACME SA", "1 500,00 UYU", "TRF-884120", "Sent 10:15", look.Good},
	{"2", "2026-05-13 09:58", "Juan Pérez", "320,50 UYU", "TRF-884097", "Sent 09:58", look.Good},
	{"3", "2026-05-13 09:41", "Panadería La Espiga SRL, sucursal de la calle más larga de la ciudad", "12 890,00 UYU", "TRF-884031", "Retry 3 in 2 min", look.Warn},
	{"4", "2026-05-13 08:20", "—", "75,00 USD", "DEP-10032", "No sender", look.Neutral},
	{"5", "2026-05-12 17:02", "Importadora del Sur", "48 000,00 UYU", "TRF-883990", "Failed · 500", look.Bad},
	{"6", "2026-05-12 16:40", "María Núñez", "1 200,00 UYU", "TRF-883981", "Silent", look.Active},
	{"7", "2026-05-12 15:11", "ACME\tSA", "1 500,00 UYU", "TRF-883940", "Excluded", look.Neutral},
	{"8", "2026-05-12 11:09", "Ferretería Central", "640,00 UYU", "TRF-883902", "Sent 11:09", look.Good},
}

func paymentColumns() []Column[payment] {
	text := func(f func(payment) string) func(payment) Cell {
		return func(p payment) Cell { return Cell{Text: f(p)} }
	}
	return []Column[payment]{
		{ID: "when", Title: "Received", Width: 170, Sortable: true, Cell: text(func(p payment) string { return p.when })},
		{ID: "sender", Title: "Sender", Width: 180, Grow: 2, Cell: text(func(p payment) string { return p.sender })},
		{ID: "amount", Title: "Amount", Width: 150, Align: fyne.TextAlignTrailing, Sortable: true, Cell: text(func(p payment) string { return p.amount })},
		{ID: "ref", Title: "Reference", Width: 130, Cell: text(func(p payment) string { return p.ref })},
		{ID: "hook", Title: "Webhook", Width: 150, Grow: 1, Cell: func(p payment) Cell { return Cell{Text: p.state, Tone: p.tone, Look: Pill} }},
	}
}

func paymentTable() *DataTable[payment] {
	tb := NewDataTable(paymentColumns())
	tb.Multi, tb.Key = true, func(p payment) string { return p.id }
	tb.SetSource(payments)
	tb.SetSort("when", false)
	return tb
}

// numbers is a source of n rows that are their own index.
type numbers int

func (n numbers) Len() int              { return int(n) }
func (n numbers) Row(i int) (int, bool) { return i, i < int(n) }
func (n numbers) View(first, to int)    {}
func numberTable(n int) *DataTable[int] {
	tb := NewDataTable([]Column[int]{{ID: "n", Title: "N", Width: 120, Cell: func(i int) Cell { return Cell{Text: strconv.Itoa(i)} }}})
	tb.Multi = true
	tb.SetSource(numbers(n))
	return tb
}

// cellTexts are the texts of a column as drawn, from the top.
func cellTexts(g *grid, col int) (out []string) {
	views := slices.Clone(g.draw.views)
	views = slices.DeleteFunc(views, func(v *rowView) bool { return v.row < 0 })
	slices.SortFunc(views, func(a, b *rowView) int { return a.row - b.row })
	for _, v := range views {
		out = append(out, v.cells[col].text.Text)
	}
	return out
}

func TestTableLooks(t *testing.T) {
	for _, a := range []look.Appearance{look.Light, look.Dark} {
		t.Run(string(a), func(t *testing.T) {
			tb := paymentTable()
			_, w := show(t, a, tb, fyne.NewSize(884, 310))
			tb.Select(0)
			w.Canvas().Focus(tb)
			tb.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(100, tb.top(3)+5)}})
			keepPicture(t, w, "table-"+string(a))
			if got := cellTexts(&tb.grid, 1); got[0] != "ACME SA" || got[2] == payments[2].sender {
				t.Errorf("senders are %q: the third does not fit and must be cut", got)
			}
		})
	}
}

func click(tb fyne.CanvasObject, x, y float32, mod fyne.KeyModifier) {
	m := tb.(desktop.Mouseable)
	e := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary, Modifier: mod, PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, y)}}
	m.MouseDown(e)
	m.MouseUp(e)
}

func TestTableKeys(t *testing.T) {
	tb := numberTable(1_000_000)
	_, w := show(t, look.Light, tb, fyne.NewSize(300, 400))
	opened := -1
	tb.OnOpen = func(i int) { opened = i }
	w.Canvas().Focus(tb)
	at := func(want int) {
		t.Helper()
		if row, ok := tb.Current(); !ok || row != want || tb.Count() != 1 {
			t.Errorf("at row %d with %d selected, want %d with 1", row, tb.Count(), want)
		}
		if first, to := tb.InView(); want < first || want >= to {
			t.Errorf("row %d is not among %d to %d in view", want, first, to)
		}
	}
	typeKey(w, fyne.KeyDown)
	at(0)
	typeKey(w, fyne.KeyDown, fyne.KeyDown, fyne.KeyUp)
	at(1)
	typeKey(w, fyne.KeyPageDown)
	at(1 + tb.page())
	typeKey(w, fyne.KeyPageUp, fyne.KeyPageUp)
	at(0)
	typeKey(w, fyne.KeyEnd)
	at(999_999)
	typeKey(w, fyne.KeyReturn)
	if opened != 999_999 {
		t.Errorf("Enter opened %d", opened)
	}
	typeKey(w, fyne.KeyHome)
	at(0)
	tb.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyEnd, Modifier: command()})
	at(999_999)
}

func TestRowsAreExactAtAnyPlace(t *testing.T) {
	const n = 1_000_000
	tb := numberTable(n)
	show(t, look.Light, tb, fyne.NewSize(300, 400))
	for _, row := range []int{0, 1, 399_999, 400_001, 777_777, n - 1} {
		tb.Select(row)
		if got := tb.rowAt(tb.top(row) + tb.size.row/2); got != row {
			t.Errorf("row %d is found as %d", row, got)
		}
		if got, want := tb.top(row)-tb.top(row-1), tb.size.row; got != want {
			t.Errorf("row %d is %v below the one before it, want %v", row, got, want)
		}
		first, to := tb.InView()
		for i, text := range cellTexts(&tb.grid, 0) {
			if text != strconv.Itoa(first+i) {
				t.Errorf("row %d of %d to %d says %s", first+i, first, to, text)
			}
		}
	}
	tb.Select(n - 1)
	if bottom := tb.top(n-1) + tb.size.row; bottom > tb.Size().Height+0.01 {
		t.Errorf("the last row ends at %v of %v", bottom, tb.Size().Height)
	}
}

func TestMouseSelection(t *testing.T) {
	tb := numberTable(1000)
	show(t, look.Light, tb, fyne.NewSize(300, 400))
	rowY := func(i int) float32 { return tb.top(i) + 5 }
	check := func(what string, want ...int) {
		t.Helper()
		if got := slices.Collect(tb.Indexes()); !slices.Equal(got, want) {
			t.Errorf("%s: selected %v, want %v", what, got, want)
		}
	}
	click(tb, 20, rowY(2), 0)
	check("a click", 2)
	click(tb, 20, rowY(5), fyne.KeyModifierShift)
	check("Shift and a click", 2, 3, 4, 5)
	click(tb, 20, rowY(3), fyne.KeyModifierControl)
	check("Ctrl takes one out", 2, 4, 5)
	click(tb, 20, rowY(8), fyne.KeyModifierControl)
	check("Ctrl adds one", 2, 4, 5, 8)
	click(tb, 20, rowY(6), fyne.KeyModifierShift)
	check("Shift starts at the last click", 6, 7, 8)
	tb.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	tb.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	tb.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	check("Shift and Up", 5, 6, 7, 8)
	tb.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	check("Space takes the row out", 6, 7, 8)
	tb.TypedShortcut(&fyne.ShortcutSelectAll{})
	if tb.Count() != 1000 {
		t.Errorf("Ctrl+A selected %d of 1000", tb.Count())
	}
	tb.Multi = false
	click(tb, 20, rowY(1), fyne.KeyModifierControl)
	check("a table of single rows", 1)
}

func TestCopyIsTabSeparated(t *testing.T) {
	tb := paymentTable()
	a, w := show(t, look.Light, tb, fyne.NewSize(884, 400))
	w.Canvas().Focus(tb)
	click(tb, 30, tb.top(6)+4, 0)
	click(tb, 30, tb.top(7)+4, fyne.KeyModifierShift)
	tb.TypedShortcut(&fyne.ShortcutCopy{})
	want := "2026-05-12 15:11\tACME SA\t1 500,00 UYU\tTRF-883940\tExcluded\n2026-05-12 11:09\tFerretería Central\t640,00 UYU\tTRF-883902\tSent 11:09"
	if got := a.Clipboard().Content(); got != want {
		t.Errorf("the clipboard holds %q, want %q", got, want)
	}
}

func TestHeaderSorts(t *testing.T) {
	tb := paymentTable()
	show(t, look.Light, tb, fyne.NewSize(884, 400))
	var asked []string
	tb.OnSort = func(c string, up bool) { asked = append(asked, fmt.Sprint(c, " ", up)) }
	click(tb, 60, 10, 0)
	click(tb, 60, 10, 0)
	click(tb, tb.columns[1].x+30, 10, 0) // not sortable
	click(tb, tb.columns[2].x+30, 10, 0)
	if want := []string{"when true", "when false", "amount true"}; !slices.Equal(asked, want) {
		t.Errorf("clicks on headers asked for %q, want %q", asked, want)
	}
	if mark := tb.draw.marks[2].Text; mark != "▲" {
		t.Errorf("the sorted column is marked %q", mark)
	}
}

func TestColumnsAreResizedAndKept(t *testing.T) {
	tb := paymentTable()
	show(t, look.Light, tb, fyne.NewSize(884, 400))
	told := 0
	tb.OnResize = func() { told++ }
	edge := tb.columns[0].width
	pos := fyne.NewPos(edge, 10)
	tb.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: pos}})
	if tb.Cursor() != desktop.HResizeCursor {
		t.Error("the pointer does not tell that the edge can be pulled")
	}
	tb.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: pos}})
	drag := func(to float32) {
		tb.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(to, 10)}})
	}
	drag(edge + 30)
	drag(edge + 55)
	tb.DragEnd()
	if w := tb.Widths()["when"]; w != edge+55 || told != 1 {
		t.Errorf("the column is %v wide and told %d times, want %v and once", w, told, edge+55)
	}
	other := paymentTable()
	other.SetWidths(tb.Widths())
	show(t, look.Light, other, fyne.NewSize(884, 400))
	if got := other.Widths()["when"]; got != edge+55 {
		t.Errorf("a table given the widths has %v, want %v", got, edge+55)
	}
	pos = fyne.NewPos(tb.columns[1].x+tb.columns[1].width, 10)
	tb.DoubleTapped(&fyne.PointEvent{Position: pos})
	if got := cellTexts(&tb.grid, 1)[2]; got != payments[2].sender {
		t.Errorf("a double click on the edge fits the column to its texts, not to %q", got)
	}
	if from, length := tb.sideHandle(); length == 0 || from != 2 {
		t.Errorf("columns wider than the table need a scroll bar, got one of %v at %v", length, from)
	}
}

func TestScrollBarReachesBothEnds(t *testing.T) {
	tb := numberTable(1_000_000)
	show(t, look.Light, tb, fyne.NewSize(300, 400))
	from, length := tb.handle()
	pos := fyne.NewPos(296, from+length/2)
	tb.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: pos}})
	tb.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(296, 900)}})
	if _, to := tb.InView(); to != 1_000_000 {
		t.Errorf("pulled to the end, the last row in view is %d", to)
	}
	tb.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(296, 0)}})
	tb.DragEnd()
	if first, _ := tb.InView(); first != 0 {
		t.Errorf("pulled to the top, the first row in view is %d", first)
	}
	tb.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -100)})
	if tb.scroll != 100 || tb.Count() != 0 {
		t.Errorf("the wheel moved by %v and selected %d", tb.scroll, tb.Count())
	}
}

func TestMenuIsAboutTheSelection(t *testing.T) {
	tb := numberTable(100)
	_, w := show(t, look.Light, tb, fyne.NewSize(300, 400))
	asked := 0
	tb.OnMenu = func() *fyne.Menu { asked = tb.Count(); return fyne.NewMenu("", fyne.NewMenuItem("Open", nil)) }
	right := func(y float32) {
		e := fyne.PointEvent{Position: fyne.NewPos(20, y), AbsolutePosition: fyne.NewPos(20, y)}
		tb.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonSecondary, PointEvent: e})
		tb.TappedSecondary(&e)
	}
	click(tb, 20, tb.top(1)+5, 0)
	click(tb, 20, tb.top(3)+5, fyne.KeyModifierShift)
	right(tb.top(2) + 5)
	if asked != 3 || w.Canvas().Overlays().Top() == nil {
		t.Errorf("a right click in a selection of three asked about %d", asked)
	}
	w.Canvas().Overlays().Remove(w.Canvas().Overlays().Top())
	right(tb.top(5) + 5)
	if asked != 1 {
		t.Errorf("a right click beside the selection asked about %d", asked)
	}
	w.Canvas().Overlays().Remove(w.Canvas().Overlays().Top())
	tb.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	if w.Canvas().Overlays().Top() == nil {
		t.Error("the menu key opens no menu")
	}
}

func TestSelectionFollowsRows(t *testing.T) {
	tb := paymentTable()
	show(t, look.Light, tb, fyne.NewSize(884, 400))
	click(tb, 30, tb.top(1)+4, 0)
	click(tb, 30, tb.top(3)+4, fyne.KeyModifierControl)
	tb.Renew(append(Rows[payment]{{id: "9", sender: "New SA"}}, payments...))
	if got := slices.Collect(tb.Indexes()); !slices.Equal(got, []int{2, 4}) {
		t.Errorf("after a row came in above, %v are selected, want 2 and 4", got)
	}
	if row, _ := tb.Current(); row.id != "4" {
		t.Errorf("keys start from row %q, want 4", row.id)
	}
}
