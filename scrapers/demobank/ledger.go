package demobank

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"reconbanker/scrapers"
)

// ledger collects the lines of one account, newest first, and sees to it that
// none is missing: every balance must follow from the one before it.
type ledger struct {
	read  int // rows of the page taken in
	lines []scrapers.Line
	rows  map[string]string // row by bank id
}

func (l *ledger) add(t table, a scrapers.BankAccount, zone *time.Location) error {
	l.read += len(t.Rows)
	if len(t.Rows) == 0 {
		return nil
	}
	c, err := findColumns(t.Heads)
	if err != nil {
		return err
	}
	if l.rows == nil {
		l.rows = map[string]string{}
	}
	for _, r := range t.Rows {
		line, err := parse(r, t.Heads, c, a, zone)
		if err != nil {
			return scrapers.Fail(scrapers.UnparsableRow, fmt.Sprintf("read the row %q", r.Cells), err)
		}
		// A movement booked while we page pushes the list down by one, and its
		// last row is shown once more on the next page.
		row := strings.Join(r.Cells, "\n")
		if before, twice := l.rows[line.BankID]; line.BankID != "" && twice && before == row {
			continue
		}
		l.rows[line.BankID] = row
		if err := l.follows(line); err != nil {
			return scrapers.Fail(scrapers.DataInconsistent, fmt.Sprintf("add the row %q", r.Cells), err)
		}
		l.lines = append(l.lines, line)
	}
	return nil
}

// follows tells whether a line can stand right before the oldest one read so far.
func (l *ledger) follows(older scrapers.Line) error {
	if len(l.lines) == 0 {
		return nil
	}
	newer := l.lines[len(l.lines)-1]
	if older.BookedAt.After(newer.BookedAt) {
		return errors.New("the list is not ordered by date")
	}
	moved := newer.Amount.Minor
	if newer.Direction == scrapers.Debit {
		moved = -moved
	}
	if older.Balance.Minor+moved != newer.Balance.Minor {
		return fmt.Errorf("%s does not lead to %s", older.Balance, newer.Balance)
	}
	return nil
}

func (l *ledger) reaches(since time.Time) bool {
	return len(l.lines) > 0 && l.lines[len(l.lines)-1].BookedAt.Before(since)
}

func (l *ledger) since(since time.Time) []scrapers.Line {
	return slices.DeleteFunc(l.lines, func(line scrapers.Line) bool { return line.BookedAt.Before(since) })
}

// parse makes a line of one row.
func parse(r tableRow, heads []string, c columns, a scrapers.BankAccount, zone *time.Location) (scrapers.Line, error) {
	if len(r.Cells) != len(heads) {
		return scrapers.Line{}, fmt.Errorf("it has %d cells under %d headings", len(r.Cells), len(heads))
	}
	cell := func(i int) string {
		if i < 0 {
			return ""
		}
		return scrapers.Squeeze(r.Cells[i])
	}
	line := scrapers.Line{
		BankAccount: a.Number, BankID: cell(c.id), Precision: scrapers.Minute, Direction: scrapers.Credit,
		Description: cell(c.concept), Reference: cell(c.reference), Raw: map[string]string{},
	}
	for i, head := range heads {
		line.Raw[scrapers.Squeeze(head)] = cell(i)
	}
	amount := cell(c.credit)
	if debit := cell(c.debit); debit != "" {
		if amount != "" {
			return line, errors.New("it is both a debit and a credit")
		}
		amount, line.Direction = debit, scrapers.Debit
	}
	var err error
	if line.Amount, err = scrapers.ParseAmount(amount, number, a.Currency); err != nil {
		return line, err
	}
	if line.Amount.Minor <= 0 {
		return line, errors.New("its amount is not positive")
	}
	balance, err := scrapers.ParseAmount(cell(c.balance), number, a.Currency)
	if err != nil {
		return line, err
	}
	line.Balance = &balance
	if line.BookedAt, err = scrapers.ParseDate(cell(c.date), "02/01/2006 15:04", zone); err != nil {
		return line, err
	}
	if line.Direction == scrapers.Credit {
		line.Sender = scrapers.Squeeze(r.Details["Ordenante"])
		line.SenderDocument = scrapers.Squeeze(r.Details["Documento"])
	} else if taken, ok := strings.CutPrefix(line.Reference, "REV "); ok {
		line.Reverses = taken
	}
	return line, nil
}
