package export

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

const (
	mostRows   = excelize.TotalRows - 1 // of a sheet, without the titles
	mostDigits = 15                     // that a spreadsheet keeps of a number
	mostText   = 32767                  // characters of a cell
)

// xlsxFile writes a workbook row by row; what does not fit into memory waits in
// the room it is given. Rows beyond what a sheet holds go on in another.
type xlsxFile struct {
	book   *excelize.File
	opt    Options
	sheet  *excelize.StreamWriter
	sheets int
	rows   int // of the sheet
	cells  []any
	styles xlsxStyles
}

// xlsxStyles are the formats of cells; amounts have one per number of decimals.
type xlsxStyles struct {
	title, day, moment int
	number             map[int]int
}

func newXLSX(room string, opt Options) (*xlsxFile, error) {
	f := &xlsxFile{book: excelize.NewFile(excelize.Options{TmpDir: room}), opt: opt, styles: xlsxStyles{number: map[int]int{}}}
	if f.opt.Sheet = sheetName(opt.Sheet); f.opt.Sheet == "" {
		f.opt.Sheet = "Sheet"
	}
	if err := f.begin(); err != nil {
		_ = f.book.Close()
		return nil, err
	}
	return f, nil
}

func (f *xlsxFile) begin() (err error) {
	day, moment := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
	f.styles.title, err = f.book.NewStyle(&excelize.Style{
		Font: &excelize.Font{Bold: true},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEF1F4"}},
	})
	if err != nil {
		return err
	}
	if f.styles.day, err = f.book.NewStyle(&excelize.Style{CustomNumFmt: &day}); err != nil {
		return err
	}
	if f.styles.moment, err = f.book.NewStyle(&excelize.Style{CustomNumFmt: &moment}); err != nil {
		return err
	}
	return f.nextSheet()
}

func (f *xlsxFile) nextSheet() (err error) {
	if f.sheet != nil {
		if err := f.sheet.Flush(); err != nil {
			return err
		}
	}
	f.sheets++
	name := f.opt.Sheet
	if f.sheets == 1 {
		err = f.book.SetSheetName("Sheet1", name)
	} else {
		name = fmt.Sprintf("%s %d", name, f.sheets)
		_, err = f.book.NewSheet(name)
	}
	if err != nil {
		return err
	}
	if f.sheet, err = f.book.NewStreamWriter(name); err != nil {
		return err
	}
	f.rows = 0
	titles := make([]any, len(f.opt.Columns))
	for i, c := range f.opt.Columns {
		width := c.Width
		if width <= 0 {
			width = 14
		}
		if err := f.sheet.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
		titles[i] = excelize.Cell{StyleID: f.styles.title, Value: clean(c.Title)}
	}
	err = f.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	if err != nil {
		return err
	}
	return f.sheet.SetRow("A1", titles)
}

func (f *xlsxFile) row(values []Value) error {
	if f.rows == mostRows {
		if err := f.nextSheet(); err != nil {
			return err
		}
	}
	f.rows++
	f.cells = f.cells[:0]
	for _, v := range values {
		cell, err := f.cell(v)
		if err != nil {
			return err
		}
		f.cells = append(f.cells, cell)
	}
	return f.sheet.SetRow("A"+strconv.Itoa(f.rows+1), f.cells)
}

func (f *xlsxFile) cell(v Value) (any, error) {
	switch v.kind {
	case numberValue:
		return f.number(v.text)
	case dayValue:
		return excelize.Cell{StyleID: f.styles.day, Value: wall(v.at)}, nil
	case momentValue:
		return excelize.Cell{StyleID: f.styles.moment, Value: wall(v.at)}, nil
	}
	if v.text == "" {
		return nil, nil //nolint:nilnil // an empty cell
	}
	return clip(clean(v.text)), nil
}

// number is a decimal as the file's number. A spreadsheet calculates with fifteen
// digits: up to there the shortest text of the float is the decimal itself. A
// longer one is written as text, because a number would silently be another.
func (f *xlsxFile) number(text string) (any, error) {
	if !isDecimal(text) {
		return clip(clean(text)), nil
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if len(strings.TrimLeft(whole+fraction, "0")) > mostDigits {
		return text, nil
	}
	exact, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, err
	}
	style, ok := f.styles.number[len(fraction)]
	if !ok {
		format := "#,##0"
		if len(fraction) > 0 {
			format += "." + strings.Repeat("0", len(fraction))
		}
		if style, err = f.book.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return nil, err
		}
		f.styles.number[len(fraction)] = style
	}
	return excelize.Cell{StyleID: style, Value: exact}, nil
}

func (f *xlsxFile) close(to io.Writer) error {
	err := f.sheet.Flush()
	if err == nil {
		_, err = f.book.WriteTo(to)
	}
	if closed := f.book.Close(); err == nil {
		err = closed
	}
	return err
}

// wall is a time as the clock on the wall shows it: a spreadsheet has no zones.
func wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// clip cuts a text at what a cell holds.
func clip(s string) string {
	n := 0
	for i, r := range s {
		if n++; r > 0xFFFF {
			n++ // counted as two
		}
		if n > mostText {
			return s[:i]
		}
	}
	return s
}

// sheetName makes a name a sheet may have, with room for a number behind it.
func sheetName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return -1
		}
		return r
	}, clean(name))
	if r := []rune(name); len(r) > 27 {
		name = string(r[:27])
	}
	return strings.TrimSpace(name)
}
