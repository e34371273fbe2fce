package demobank

import (
	"slices"
	"testing"
	"time"

	"reconbanker/scrapers"
)

var (
	heads   = []string{"Fecha", "Nº", "Concepto", "Referencia", "Débito", "Crédito", "Saldo"}
	account = scrapers.BankAccount{Number: "001-1", Currency: "UYU"}
)

func rows(cells ...[]string) []tableRow {
	var all []tableRow
	for _, c := range cells {
		all = append(all, tableRow{Cells: c, Details: map[string]string{"Ordenante": "ACME SA", "Documento": "1"}})
	}
	return all
}

func TestRowsThatCannotBeTrusted(t *testing.T) {
	good := []string{"23/11/2026 10:00", "2", "TRF. RECIBIDA", "A", "", "100,00", "300,00"}
	tests := []struct {
		name  string
		heads []string
		rows  []tableRow
		want  scrapers.Kind
	}{
		{"good", heads, rows(good, []string{"23/11/2026 09:00", "1", "PAGO", "B", "50,00", "", "200,00"}), ""},
		{"a gap between balances", heads, rows(good, []string{"23/11/2026 09:00", "1", "PAGO", "B", "50,00", "", "201,00"}), scrapers.DataInconsistent},
		{"oldest first", heads, rows(good, []string{"23/11/2026 11:00", "1", "PAGO", "B", "50,00", "", "200,00"}), scrapers.DataInconsistent},
		{"one number, two lines", heads, rows(good, []string{"23/11/2026 09:00", "2", "PAGO", "B", "50,00", "", "201,00"}), scrapers.DataInconsistent},
		{"debit and credit", heads, rows([]string{"23/11/2026 10:00", "2", "X", "", "1,00", "1,00", "3,00"}), scrapers.UnparsableRow},
		{"neither", heads, rows([]string{"23/11/2026 10:00", "2", "X", "", "", "", "3,00"}), scrapers.UnparsableRow},
		{"nothing moved", heads, rows([]string{"23/11/2026 10:00", "2", "X", "", "", "0,00", "3,00"}), scrapers.UnparsableRow},
		{"a negative credit", heads, rows([]string{"23/11/2026 10:00", "2", "X", "", "", "-1,00", "3,00"}), scrapers.UnparsableRow},
		{"another way to write numbers", heads, rows([]string{"23/11/2026 10:00", "2", "X", "", "", "1,000.00", "3,00"}), scrapers.UnparsableRow},
		{"no balance", heads, rows([]string{"23/11/2026 10:00", "2", "X", "", "", "1,00", ""}), scrapers.UnparsableRow},
		{"no date", heads, rows([]string{"ayer", "2", "X", "", "", "1,00", "3,00"}), scrapers.UnparsableRow},
		{"a cell too few", heads, rows(good[:6]), scrapers.UnparsableRow},
		{"no credit column", slices.Delete(slices.Clone(heads), 5, 6), rows(good[:6]), scrapers.LayoutChanged},
	}
	for _, tt := range tests {
		var l ledger
		err := l.add(table{Heads: tt.heads, Rows: tt.rows}, account, time.UTC)
		if got := scrapers.KindOf(err); got != tt.want {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestSinceKeepsTheWholeDay(t *testing.T) {
	var l ledger
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	err := l.add(table{Heads: heads, Rows: rows(
		[]string{"23/11/2026 10:00", "3", "X", "", "", "1,00", "3,00"},
		[]string{"23/11/2026 00:00", "2", "X", "", "", "1,00", "2,00"},
	)}, account, time.UTC)
	if err != nil || l.reaches(day) {
		t.Fatalf("%v; the day could go on, reaches %v", err, l.reaches(day))
	}
	err = l.add(table{Heads: heads, Rows: rows([]string{"22/11/2026 23:59", "1", "X", "", "", "1,00", "1,00"})}, account, time.UTC)
	if err != nil || !l.reaches(day) {
		t.Fatalf("%v; the day has been passed, reaches %v", err, l.reaches(day))
	}
	if got := l.since(day); len(got) != 2 {
		t.Errorf("%d lines of the day, want 2", len(got))
	}
}
