package export

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Format is a kind of file.
type Format string

// Formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Column is a column of the file.
type Column struct {
	Title string
	Width float64 // in characters, for XLSX; 0 means 14
}

// Options say how the file is written.
type Options struct {
	Sheet   string // name of the XLSX sheet
	Columns []Column
	Comma   bool   // decimals follow a comma; CSV fields are then parted by semicolons
	Date    string // layout of a day in CSV: "2006-01-02"; XLSX leaves it to the spreadsheet
	// Progress is called now and then with the rows written so far; nil is not called.
	Progress func(rows int)
}

// Value is one field of a row.
type Value struct {
	kind valueKind
	text string
	at   time.Time
}

type valueKind int

const (
	textValue valueKind = iota
	numberValue
	dayValue
	momentValue
)

// Text is a field of words; "" is an empty one.
func Text(s string) Value { return Value{text: s} }

// Number is an exact decimal such as "-1500.00".
func Number(decimal string) Value { return Value{kind: numberValue, text: decimal} }

// Day is a day of the calendar; a zero time is an empty field.
func Day(t time.Time) Value { return timeValue(dayValue, t) }

// Moment is a day and a time of day, in t's zone; a zero time is an empty field.
func Moment(t time.Time) Value { return timeValue(momentValue, t) }

func timeValue(kind valueKind, t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Value{kind: kind, at: t}
}

// Rows are the rows to write, in pieces. A row has a value per column at most.
type Rows = iter.Seq2[[][]Value, error]

// sink takes the rows of one format.
type sink interface {
	row(values []Value) error
	close(to io.Writer) error
}

// progressStep is how many rows are written between two calls of Progress.
const progressStep = 1000

// Write writes a file at path, in place of one that is there, and returns how many
// rows it holds. When ctx ends or anything fails, nothing is left and what was
// there stays.
func Write(ctx context.Context, path string, format Format, opt Options, rows Rows) (n int, err error) {
	dir := filepath.Dir(path)
	// Whatever is written on the way holds bank data: it stays beside the file the
	// person asked for, readable by nobody else.
	room, err := os.MkdirTemp(dir, ".export-*")
	if err != nil {
		return 0, fmt.Errorf("make room in the folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(room) }()
	part := filepath.Join(room, "part")
	file, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, fmt.Errorf("create the file: %w", err)
	}
	n, err = fill(ctx, file, room, format, opt, rows)
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = ctx.Err() // nobody wants it any more
	}
	if err != nil {
		return 0, err
	}
	if err := os.Rename(part, path); err != nil {
		return 0, fmt.Errorf("put the file in its place: %w", err)
	}
	return n, nil
}

func fill(ctx context.Context, file io.Writer, room string, format Format, opt Options, rows Rows) (n int, err error) {
	buffered := bufio.NewWriterSize(file, 1<<16)
	var to sink
	switch format {
	case CSV:
		to, err = newCSV(buffered, opt)
	case XLSX:
		to, err = newXLSX(room, opt)
	default:
		err = fmt.Errorf("%q is no format", format)
	}
	if err != nil {
		return 0, err
	}
	for piece, err := range rows {
		if err == nil {
			err = ctx.Err()
		}
		for _, row := range piece {
			if err != nil {
				break
			}
			if err = to.row(row); err == nil {
				if n++; n%progressStep == 0 && opt.Progress != nil {
					opt.Progress(n)
				}
			}
		}
		if err != nil {
			return 0, errors.Join(err, to.close(io.Discard))
		}
	}
	if opt.Progress != nil {
		opt.Progress(n)
	}
	if err := to.close(buffered); err != nil {
		return 0, fmt.Errorf("write the file: %w", err)
	}
	return n, buffered.Flush()
}

// Extended returns a path with the format's extension.
func Extended(path string, format Format) string {
	if strings.EqualFold(filepath.Ext(path), "."+string(format)) {
		return path
	}
	return path + "." + string(format)
}
