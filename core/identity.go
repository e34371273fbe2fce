package core

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"reconbanker/scrapers"
)

// linesToMovements turns what a driver read into movements with their identity.
//
// A line with an id of the bank's is known by it. A line without gets a key from
// what the bank's list shows of it plus an ordinal among the equal lines of its
// bank day: readings cover whole days, so two identical payments on one day stay
// two, and a re-read changes nothing. Details that arrive later are not part of
// the key.
func linesToMovements(accountID, runID string, zone *time.Location, lines []scrapers.Line) ([]Movement, error) {
	out := make([]Movement, 0, len(lines))
	seen := map[string]int{}
	for i, l := range lines {
		if err := checkLine(l); err != nil {
			return nil, scrapers.Fail(scrapers.UnparsableRow, fmt.Sprintf("understand booked line %d", i+1), err)
		}
		m := Movement{
			AccountID: accountID, RunID: runID,
			BankAccount: l.BankAccount, BankID: l.BankID, Direction: l.Direction,
			Amount: l.Amount, Balance: l.Balance,
			BookedAt: l.BookedAt.UTC(), Precision: l.Precision,
			BankDay:     l.BookedAt.In(zone).Format(time.DateOnly),
			Description: l.Description, Reference: l.Reference,
			Sender: l.Sender, SenderDocument: l.SenderDocument, Reverses: l.Reverses, Raw: l.Raw,
		}
		m.Content = contentHash(m)
		if m.BankID != "" {
			m.Key = "id:" + colons.Replace(m.BankAccount) + ":" + m.BankID
			if seen[m.Key] > 0 {
				continue // the bank showed the same line twice
			}
			seen[m.Key]++
		} else {
			seen[m.Content]++
			m.Key = "c:" + m.Content + ":" + strconv.Itoa(seen[m.Content])
		}
		out = append(out, m)
	}
	return out, nil
}

// colons keeps the number of a bank account from running into the line's id.
var colons = strings.NewReplacer("%", "%25", ":", "%3A")

func checkLine(l scrapers.Line) error {
	switch {
	case l.Amount.Minor <= 0:
		return fmt.Errorf("its amount is %s; a booked line has a positive one", l.Amount)
	case l.Direction != scrapers.Credit && l.Direction != scrapers.Debit:
		return fmt.Errorf("its direction %q is neither credit nor debit", l.Direction)
	case l.BookedAt.IsZero():
		return fmt.Errorf("it has no booking date")
	}
	if _, err := scrapers.ParseCurrency(l.Amount.Currency); err != nil {
		return err
	}
	return nil
}

// contentHash covers what the list shows of a line, but not the running balance:
// a line booked late above it would change that. Fields are length-prefixed, so
// that no two different lines run together.
func contentHash(m Movement) string {
	h := sha256.New()
	for _, f := range []string{
		m.BankAccount, m.BankDay, string(m.Direction), m.Amount.Currency, m.Amount.Decimal(),
		m.Description, m.Reference, m.clock(),
	} {
		fmt.Fprintf(h, "%d:%s", len(f), f)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// clock is the time of day as exactly as the bank tells it.
func (m Movement) clock() string {
	if m.Precision == scrapers.Day {
		return ""
	}
	return m.BookedAt.Format(time.RFC3339)
}

// coverage says which days of which bank accounts a reading showed whole.
func coverage(accounts []scrapers.BankAccount, since time.Time, zone *time.Location) []Coverage {
	out := make([]Coverage, len(accounts))
	for i, a := range accounts {
		out[i] = Coverage{BankAccount: a.Number, FromDay: since.In(zone).Format(time.DateOnly)}
	}
	return out
}

// How far a reading goes back, in days: over the days already read, so that
// lines booked late are found, and at the first reading of an account.
const (
	overlapDays   = 1
	firstReadDays = 30
)

// readSince is the first bank day to read. It goes back to the newest line
// stored, and before it by the overlap, but not more than firstReadDays before
// the last good reading. Chosen bank accounts that were never read are read like
// new ones.
func readSince(now, lastRead time.Time, newest map[string]string, chosen []string, zone *time.Location) time.Time {
	back := func(t time.Time, days int) time.Time {
		y, m, d := t.In(zone).Date()
		return time.Date(y, m, d-days, 0, 0, 0, 0, zone)
	}
	if lastRead.IsZero() || lastRead.After(now) || len(newest) == 0 {
		return back(now, firstReadDays)
	}
	for _, number := range chosen {
		if _, known := newest[number]; !known {
			return back(now, firstReadDays)
		}
	}
	last := ""
	for _, day := range newest {
		last = max(last, day)
	}
	from := back(lastRead, overlapDays)
	if day, err := time.ParseInLocation(time.DateOnly, last, zone); err == nil && back(day, overlapDays).Before(from) {
		from = back(day, overlapDays)
	}
	if oldest := back(lastRead, firstReadDays); from.Before(oldest) {
		return oldest
	}
	return from
}
