// Package export writes tables to files that spreadsheets open: CSV the way the
// person's country writes it, and XLSX.
//
// What comes from a bank is foreign text: in a CSV file a cell that a spreadsheet
// would take for a formula is made text (guard.go). Amounts stay numbers, with the
// digits they have. A file appears whole or not at all, and a million rows need no
// more memory than a page of them.
package export
