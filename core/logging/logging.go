package logging

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/DeRuina/timberjack"
	"github.com/rs/zerolog"
)

const (
	fileName   = "reconbanker.log"
	maxSize    = 10 // MB of a file
	maxAge     = 14 // days that rotated files are kept
	maxBackups = 20 // rotated files, so that a loop cannot fill the disk in a day
)

// Config is what New needs.
type Config struct {
	Dir     string        // folder of the log files, made 0700 when missing; "" writes no file
	Level   zerolog.Level // the zero value is debug
	Console io.Writer     // gets readable lines; nil for none
	Color   bool          // of the console
}

// New opens the log. The Redactor guards everything written through the logger.
// Close the log last: after it the file is closed.
func New(cfg Config) (zerolog.Logger, *Redactor, io.Closer, error) {
	var outs []io.Writer
	closer := io.Closer(nothing{})
	if cfg.Dir != "" {
		file, err := openFile(cfg.Dir)
		if err != nil {
			return zerolog.Nop(), nil, nil, err
		}
		outs, closer = append(outs, file), file
	}
	if cfg.Console != nil {
		outs = append(outs, zerolog.SyncWriter(console(cfg.Console, cfg.Color)))
	}
	r := NewRedactor()
	log := zerolog.New(r.Writer(zerolog.MultiLevelWriter(outs...))).Level(cfg.Level).With().Timestamp().Logger()
	return log, r, closer, nil
}

// openFile makes sure that the file can be written, by its owner only, before the
// first line is lost.
func openFile(dir string) (*timberjack.Logger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of the log: %w", err)
	}
	path := filepath.Join(dir, fileName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	// An earlier file may have been restored with other rights.
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return nil, fmt.Errorf("making the log private: %w", err)
	}
	return &timberjack.Logger{
		Filename:    path,
		MaxSize:     maxSize,
		MaxAge:      maxAge,
		MaxBackups:  maxBackups,
		Compression: "none",
		FileMode:    0o600,
	}, nil
}

// console shows lines to a person. What a bank or a server wrote must not move the
// cursor or forge a line.
func console(out io.Writer, color bool) zerolog.ConsoleWriter {
	inert := func(v any) string {
		if v == nil {
			return ""
		}
		return strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				return '·'
			}
			return r
		}, fmt.Sprint(v))
	}
	return zerolog.ConsoleWriter{
		Out:                 out,
		NoColor:             !color,
		TimeFormat:          time.TimeOnly,
		FormatMessage:       inert,
		FormatFieldValue:    inert,
		FormatErrFieldValue: inert,
	}
}

type nothing struct{}

func (nothing) Close() error { return nil }
