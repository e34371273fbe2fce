package export

import (
	"bufio"
	"io"
	"strings"
)

// csvFile writes RFC 4180 with a byte order mark, without which spreadsheets take
// UTF-8 for something else. Every text is in quotes, also where the rules do not
// ask for it: a program that parts fields by the other sign then cannot find a
// cell inside a text. Numbers and times are not, so that they stay what they are.
type csvFile struct {
	to   *bufio.Writer
	opt  Options
	part byte
}

func newCSV(to *bufio.Writer, opt Options) (*csvFile, error) {
	f := &csvFile{to: to, opt: opt, part: ','}
	if opt.Comma {
		f.part = ';'
	}
	if f.opt.Date == "" {
		f.opt.Date = "2006-01-02"
	}
	if _, err := to.WriteString("\uFEFF"); err != nil {
		return nil, err
	}
	titles := make([]Value, len(opt.Columns))
	for i, c := range opt.Columns {
		titles[i] = Text(c.Title)
	}
	return f, f.row(titles)
}

func (f *csvFile) row(values []Value) error {
	for i, v := range values {
		if i > 0 {
			_ = f.to.WriteByte(f.part) // a failure comes back from the last write
		}
		_, _ = f.to.WriteString(f.field(v))
	}
	_, err := f.to.WriteString("\r\n")
	return err
}

func (f *csvFile) field(v Value) string {
	switch v.kind {
	case numberValue:
		if !isDecimal(v.text) {
			return quote(v.text)
		}
		if f.opt.Comma {
			return strings.Replace(v.text, ".", ",", 1)
		}
		return v.text
	case dayValue:
		return v.at.Format(f.opt.Date)
	case momentValue:
		return v.at.Format(f.opt.Date + " 15:04:05")
	}
	if v.text == "" {
		return ""
	}
	return quote(v.text)
}

func (f *csvFile) close(io.Writer) error { return nil }

func quote(s string) string {
	return `"` + strings.ReplaceAll(Guard(clean(s)), `"`, `""`) + `"`
}

// isDecimal tells whether a text is a plain decimal: anything else is not written
// as a number.
func isDecimal(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, fraction, dotted := strings.Cut(s, ".")
	return whole != "" && (!dotted || fraction != "") && strings.Trim(whole+fraction, "0123456789") == ""
}
