package export

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

var booked = time.Date(2026, 5, 13, 10, 15, 30, 0, time.FixedZone("UYT", -3*3600))

func options(comma bool) Options {
	return Options{
		Sheet: "Movements", Comma: comma, Date: "02/01/2006",
		Columns: []Column{{Title: "Received", Width: 20}, {Title: "Sender", Width: 30}, {Title: "Amount"}, {Title: "Day"}},
	}
}

// pieces hands out rows in pieces of two.
func pieces(rows ...[]Value) Rows {
	return func(yield func([][]Value, error) bool) {
		for piece := range slices.Chunk(rows, 2) {
			if !yield(piece, nil) {
				return
			}
		}
	}
}

func sample() Rows {
	return pieces(
		[]Value{Moment(booked), Text("ACME \"SA\"; hijos, y\nnietos"), Number("-1500.00"), Day(booked)},
		[]Value{Moment(booked), Text("=cmd|' /C calc'!A0"), Number("320.50"), Day(time.Time{})},
		[]Value{Moment(booked), Text(""), Number("92233720368547758.07"), Text("Ñandú 日本 🙂")},
	)
}

// write exports and returns where and what is in the folder besides.
func write(t *testing.T, format Format, opt Options, rows Rows) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out."+string(format))
	if _, err := Write(t.Context(), path, format, opt, rows); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, want the file alone (%v)", entries, err)
	}
	return path
}

func TestCSV(t *testing.T) {
	for _, c := range []struct {
		comma bool
		want  string
	}{
		{false, "\uFEFF\"Received\",\"Sender\",\"Amount\",\"Day\"\r\n" +
			"13/05/2026 10:15:30,\"ACME \"\"SA\"\"; hijos, y\nnietos\",-1500.00,13/05/2026\r\n" +
			"13/05/2026 10:15:30,\"'=cmd|' /C calc'!A0\",320.50,\r\n" +
			"13/05/2026 10:15:30,,92233720368547758.07,\"Ñandú 日本 🙂\"\r\n"},
		{true, "\uFEFF\"Received\";\"Sender\";\"Amount\";\"Day\"\r\n" +
			"13/05/2026 10:15:30;\"ACME \"\"SA\"\"; hijos, y\nnietos\";-1500,00;13/05/2026\r\n" +
			"13/05/2026 10:15:30;\"'=cmd|' /C calc'!A0\";320,50;\r\n" +
			"13/05/2026 10:15:30;;92233720368547758,07;\"Ñandú 日本 🙂\"\r\n"},
	} {
		raw, err := os.ReadFile(write(t, CSV, options(c.comma), sample()))
		if err != nil {
			t.Fatal(err)
		}
		if string(raw) != c.want {
			t.Errorf("comma %v:\ngot  %q\nwant %q", c.comma, raw, c.want)
		}
	}
}

func TestXLSXReadBack(t *testing.T) {
	book, err := excelize.OpenFile(write(t, XLSX, options(true), sample()))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Movements")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Received", "Sender", "Amount", "Day"},
		{"2026-05-13 10:15:30", "ACME \"SA\"; hijos, y\nnietos", "-1,500.00", "2026-05-13"},
		{"2026-05-13 10:15:30", "=cmd|' /C calc'!A0", "320.50"},
		{"2026-05-13 10:15:30", "", "92233720368547758.07", "Ñandú 日本 🙂"},
	}
	if len(rows) != len(want) {
		t.Fatalf("%d rows came back: %q", len(rows), rows)
	}
	for i := range want {
		if !slices.Equal(rows[i], want[i]) {
			t.Errorf("row %d is %q, want %q", i, rows[i], want[i])
		}
	}
	cell := func(at string) (string, excelize.CellType) {
		text, err := book.GetCellValue("Movements", at, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		kind, err := book.GetCellType("Movements", at)
		if err != nil {
			t.Fatal(err)
		}
		return text, kind
	}
	if text, kind := cell("C2"); text != "-1500" || kind != excelize.CellTypeNumber && kind != excelize.CellTypeUnset {
		t.Errorf("the amount is %q of kind %v, not a number", text, kind)
	}
	if _, kind := cell("C4"); kind != excelize.CellTypeInlineString {
		t.Errorf("more digits than a spreadsheet keeps are of kind %v, not a text", kind)
	}
	if text, kind := cell("B3"); text != "=cmd|' /C calc'!A0" || kind != excelize.CellTypeInlineString {
		t.Errorf("a text that begins as a formula is %q of kind %v", text, kind)
	}
	if formula, _ := book.GetCellFormula("Movements", "B3"); formula != "" {
		t.Errorf("B3 holds the formula %q", formula)
	}
	panes, err := book.GetPanes("Movements")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the titles are not held in place: %+v, %v", panes, err)
	}
	if width, _ := book.GetColWidth("Movements", "B"); width != 30 {
		t.Errorf("column B is %v wide", width)
	}
	id, _ := book.GetCellStyle("Movements", "A1")
	if style, err := book.GetStyle(id); err != nil || style.Font == nil || !style.Font.Bold {
		t.Errorf("the titles are not bold: %v", err)
	}
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	f, err := newXLSX(t.TempDir(), options(false))
	if err != nil {
		t.Fatal(err)
	}
	defer f.book.Close()
	for text, want := range map[string]string{
		"0.01": "0.01", "0.10": "0.1", "999999999999.99": "999999999999.99", "1234567890123.45": "1234567890123.45", "-0.07": "-0.07",
		"123456789012345": "123456789012345", "12.3456": "12.3456", "0.00": "0", "0.29": "0.29", "1500.00": "1500",
	} {
		v, err := f.number(text)
		if err != nil {
			t.Fatal(err)
		}
		// This is how the file writes a float.
		if got := strconv.FormatFloat(v.(excelize.Cell).Value.(float64), 'f', -1, 64); got != want {
			t.Errorf("%s is written as %s", text, got)
		}
	}
	for _, text := range []string{"1234567890123456", "12345678901234.56"} {
		if v, err := f.number(text); err != nil || v != any(text) {
			t.Errorf("%s, which no spreadsheet keeps, became %v, %v", text, v, err)
		}
	}
}

func TestStoppedOrFailedLeavesNothing(t *testing.T) {
	boom := errors.New("disk")
	for _, format := range []Format{CSV, XLSX} {
		t.Run(string(format), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out."+string(format))
			if err := os.WriteFile(path, []byte("as it was"), 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			endless := func(yield func([][]Value, error) bool) {
				for n := 0; ; n++ {
					if n == 3 {
						stop()
					}
					if !yield([][]Value{{Text("x")}}, nil) {
						return
					}
				}
			}
			if _, err := Write(ctx, path, format, options(false), endless); !errors.Is(err, context.Canceled) {
				t.Errorf("stopped: %v", err)
			}
			failing := func(yield func([][]Value, error) bool) {
				_ = yield([][]Value{{Text("x")}}, nil) && yield(nil, boom)
			}
			if _, err := Write(t.Context(), path, format, options(false), failing); !errors.Is(err, boom) {
				t.Errorf("failed: %v", err)
			}
			raw, err := os.ReadFile(path)
			if err != nil || string(raw) != "as it was" {
				t.Errorf("the file that was there holds %q, %v", raw, err)
			}
			if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
	if _, err := Write(t.Context(), filepath.Join(t.TempDir(), "no", "such", "x.csv"), CSV, options(false), sample()); err == nil {
		t.Error("a folder that is not there was written into")
	}
}

func TestProgressIsTold(t *testing.T) {
	var told []int
	opt := options(false)
	opt.Progress = func(n int) { told = append(told, n) }
	rows := func(yield func([][]Value, error) bool) {
		for range 5 {
			if !yield(slices.Repeat([][]Value{{Text("x")}}, 500), nil) {
				return
			}
		}
	}
	n, err := Write(t.Context(), filepath.Join(t.TempDir(), "x.csv"), CSV, opt, rows)
	if err != nil || n != 2500 || !slices.Equal(told, []int{1000, 2000, 2500}) {
		t.Errorf("wrote %d, told %v, %v", n, told, err)
	}
}

func TestSheetsFollowEachOther(t *testing.T) {
	f, err := newXLSX(t.TempDir(), options(false))
	if err != nil {
		t.Fatal(err)
	}
	f.rows = mostRows // as after a million rows
	if err := f.row([]Value{Text("on the second sheet")}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.xlsx")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := f.close(file); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if got, _ := book.GetCellValue("Movements 2", "A2"); got != "on the second sheet" {
		t.Errorf("the second sheet says %q; sheets are %v", got, book.GetSheetList())
	}
}

func TestSheetNames(t *testing.T) {
	for in, want := range map[string]string{
		"Movements": "Movements", "a/b\\c:d?e*[f]'": "abcdef", "": "",
		strings.Repeat("Ñ", 40): strings.Repeat("Ñ", 27),
	} {
		if got := sheetName(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestExtended(t *testing.T) {
	for in, want := range map[string]string{"a": "a.csv", "a.csv": "a.csv", "a.CSV": "a.CSV", "a.b": "a.b.csv"} {
		if got := Extended(in, CSV); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func TestGuard(t *testing.T) {
	for _, s := range []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\u202e=1", "﹦1", "−1",
	} {
		if got := Guard(s); got != "'"+s {
			t.Errorf("%q became %q", s, got)
		}
	}
	for _, s := range []string{"", " ", "ACME SA", "1500", "a=b", "'=1", "Ñandú", "(=1)", "日本"} {
		if got := Guard(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

// FuzzCSV reads back what was written: every field is one field, unchanged but for
// the apostrophe, and none begins as a formula.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"=1", "a\"b", "x\r\n=y", ";=1", ",=1", "\x00=1", "\xff=1", "＝", " \t=1", "a\x1b=", "\u2028=1"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, comma bool) {
		path := filepath.Join(t.TempDir(), "x.csv")
		opt := Options{Comma: comma, Columns: []Column{{Title: "A"}, {Title: "B"}}}
		if _, err := Write(t.Context(), path, CSV, opt, pieces([]Value{Text(s), Number(s)})); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\uFEFF")))
		if comma {
			r.Comma = ';'
		}
		rows, err := r.ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != 2 {
			t.Fatalf("%q reads back as %q, %v", raw, rows, err)
		}
		// The reader of the tests joins line ends, as RFC 4180 readers may.
		want := strings.ReplaceAll(Guard(clean(s)), "\r\n", "\n")
		if rows[1][0] != want {
			t.Errorf("%q came back as %q, want %q", s, rows[1][0], want)
		}
		for i, got := range rows[1] {
			number := i == 1 && isDecimal(s)
			if first := strings.TrimLeft(got, " \u00a0\u200b"); !number && first != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(first)[0]) {
				t.Errorf("field %d begins as a formula: %q", i, got)
			}
		}
	})
}

func FuzzXLSX(f *testing.F) {
	f.Add("=1")
	f.Add("\x00\x01<&>\"'")
	f.Add("_x0041_")
	f.Add(strings.Repeat("🙂", 20000))
	f.Fuzz(func(t *testing.T, s string) {
		path := filepath.Join(t.TempDir(), "x.xlsx")
		opt := Options{Columns: []Column{{Title: "A"}}}
		if _, err := Write(t.Context(), path, XLSX, opt, pieces([]Value{Text(s), Text("end")})); err != nil {
			t.Fatal(err)
		}
		book, err := excelize.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		if end, err := book.GetCellValue("Sheet", "B2"); err != nil || end != "end" {
			t.Errorf("after %q the next cell is %q, %v", s, end, err)
		}
		if formula, _ := book.GetCellFormula("Sheet", "A2"); formula != "" {
			t.Errorf("%q became the formula %q", s, formula)
		}
	})
}

func benchmark(b *testing.B, format Format) {
	rows := func(yield func([][]Value, error) bool) {
		page := slices.Repeat([][]Value{{
			Moment(booked), Text("Operating account"), Text("Panadería La Espiga SRL"), Number("12890.00"), Text("UYU"),
			Text("TRF-884031"), Text("TRANSFERENCIA RECIBIDA"), Text("Sent 10:15"), Moment(booked), Text("0197-aaaa-bbbb-cccc"),
		}}, 500)
		for range 20 {
			if !yield(page, nil) {
				return
			}
		}
	}
	path := filepath.Join(b.TempDir(), "x")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Write(b.Context(), path, format, options(true), rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(10_000*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCSV(b *testing.B)  { benchmark(b, CSV) }
func BenchmarkXLSX(b *testing.B) { benchmark(b, XLSX) }
