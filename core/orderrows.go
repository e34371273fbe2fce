package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"reconbanker/scrapers"
)

const (
	maxExternalID   = 256 // bytes
	maxOrderName    = 512 // bytes
	rejectedRowsTop = 100 // rejected rows that are kept for the screen
)

// listed is one row of a customer's list that was understood.
type listed struct {
	ExternalID string
	Amount     Money
	Name       string
}

// orderList is what a customer's list says.
type orderList struct {
	Rows     []listed
	Present  map[string]bool // every id that could be read, of rejected rows too
	Nameless bool            // a row had no id that can be read: what is missing cannot be known
	Rejected int
	Top      []RejectedRow
}

// readOrders reads a list as it streams in: a bare array, or an object with the
// array under "data". A list that does not end as it should is an error; a row
// that cannot be used is left out and counted.
func readOrders(r io.Reader) (orderList, error) {
	l := orderList{Present: map[string]bool{}}
	d := json.NewDecoder(r)
	t, err := d.Token()
	switch {
	case err != nil:
		return l, badList(err)
	case t == json.Delim('['):
		err = l.rows(d)
	case t == json.Delim('{'):
		err = l.wrapped(d)
	default:
		return l, errNoList
	}
	if err != nil {
		return l, badList(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = errors.New("more follows behind the list")
		}
		return l, badList(err)
	}
	return l, nil
}

var errNoList = errors.New("the answer must be a JSON array of orders, or an object with such an array under \"data\"")

// badList is the sentence for a list that cannot be read. What the reader said,
// the size limit for example, is kept; what the answer holds is not quoted.
func badList(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errNoList):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the list ends in the middle")
	case errors.As(err, &syntax):
		return fmt.Errorf("the list is not valid JSON at byte %d", syntax.Offset)
	}
	return err
}

func (l *orderList) wrapped(d *json.Decoder) error {
	found := false
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		if key != "data" {
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return err
			}
			continue
		}
		if t, err := d.Token(); err != nil {
			return err
		} else if t != json.Delim('[') || found {
			return errNoList
		}
		found = true
		if err := l.rows(d); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if !found {
		return errNoList
	}
	return nil
}

// rows reads up to the end of the array that has begun.
func (l *orderList) rows(d *json.Decoder) error {
	first := map[string]listed{}
	for n := 1; d.More(); n++ {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		row, err := readRow(raw)
		if row.ExternalID == "" {
			l.Nameless = true
		} else {
			l.Present[row.ExternalID] = true
		}
		if err == nil {
			before, twice := first[row.ExternalID]
			if twice && before == row {
				continue
			}
			if twice {
				err = errors.New("the external_id comes twice with different data: the first row counts")
			}
		}
		if err != nil {
			l.reject(RejectedRow{Position: n, ExternalID: row.ExternalID, Reason: err.Error()})
			continue
		}
		first[row.ExternalID] = row
		l.Rows = append(l.Rows, row)
	}
	_, err := d.Token()
	return err
}

func (l *orderList) reject(r RejectedRow) {
	l.Rejected++
	if len(l.Top) < rejectedRowsTop {
		l.Top = append(l.Top, r)
	}
}

// readRow reads one row. On an error the id is there if it could be read.
func readRow(raw json.RawMessage) (listed, error) {
	var row listed
	if len(raw) == 0 || raw[0] != '{' {
		return row, errors.New("the row is not a JSON object")
	}
	var f struct {
		ExternalID json.RawMessage `json:"external_id"`
		Amount     json.RawMessage `json:"amount"`
		Currency   json.RawMessage `json:"currency"`
		Name       json.RawMessage `json:"name"`
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return row, errors.New("the row cannot be read")
	}
	var err error
	if row.ExternalID, err = readExternalID(f.ExternalID); err != nil {
		return row, err
	}
	currency, err := readText("currency", f.Currency, 16)
	if err != nil {
		return row, err
	}
	if row.Amount, err = readAmount(f.Amount, currency); err != nil {
		return row, err
	}
	row.Name, err = readText("name", f.Name, maxOrderName)
	return row, err
}

// readExternalID takes a text as it is and a whole number by its digits, which
// are never rounded.
func readExternalID(raw json.RawMessage) (string, error) {
	if isNumber(raw) {
		if bytes.ContainsAny(raw, ".eE") {
			return "", errors.New("external_id is a number that is not written as a whole one")
		}
		return string(raw), checkExternalID(string(raw))
	}
	var s *string
	if len(raw) == 0 || json.Unmarshal(raw, &s) != nil || s == nil {
		return "", errors.New("external_id is missing, or neither a text nor a number")
	}
	if err := checkExternalID(*s); err != nil {
		return "", err
	}
	return *s, nil
}

func checkExternalID(s string) error {
	switch {
	case strings.TrimSpace(s) == "":
		return errors.New("external_id is empty")
	case len(s) > maxExternalID:
		return fmt.Errorf("external_id is longer than %d bytes", maxExternalID)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }):
		return errors.New("external_id holds characters that cannot be read")
	}
	return nil
}

func readText(field string, raw json.RawMessage, limit int) (string, error) {
	var s *string
	if len(raw) == 0 || json.Unmarshal(raw, &s) != nil || s == nil {
		return "", fmt.Errorf("%s is missing or not a text", field)
	}
	switch t := strings.TrimSpace(*s); {
	case t == "":
		return "", fmt.Errorf("%s is empty", field)
	case len(t) > limit:
		return "", fmt.Errorf("%s is longer than %d bytes", field, limit)
	default:
		return t, nil
	}
}

// readAmount reads a number, or a text that is a plain decimal, exactly.
func readAmount(raw json.RawMessage, currency string) (Money, error) {
	text := string(raw)
	if !isNumber(raw) {
		var s *string
		if len(raw) == 0 || json.Unmarshal(raw, &s) != nil || s == nil {
			return Money{}, errors.New("amount is missing, or neither a number nor a text")
		}
		text = *s
	}
	code, err := scrapers.ParseCurrency(currency)
	if err != nil {
		return Money{}, fmt.Errorf("currency: %w", err)
	}
	m, err := scrapers.ParseMoney(text, code)
	switch {
	case err != nil:
		return Money{}, fmt.Errorf("amount: %w", err)
	case m.Minor <= 0:
		return Money{}, errors.New("amount must be more than zero")
	}
	return m, nil
}

func isNumber(raw json.RawMessage) bool {
	return len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9')
}
