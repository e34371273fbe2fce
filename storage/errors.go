package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"syscall"

	"reconbanker/core"
	"reconbanker/scrapers"

	"github.com/mattn/go-sqlite3"
)

// Errors of the store as a whole. Test with errors.Is.
var (
	// ErrNewer means a newer version of the program has written the data.
	ErrNewer = errors.New("the data are newer than the program")
	// ErrCorrupt means the database file is damaged, or is not one of ours.
	ErrCorrupt = errors.New("the database is damaged")
	// ErrFull means the disk is full. What was acknowledged is safe, and writing
	// works again by itself once there is space.
	ErrFull = errors.New("the disk is full")
	// ErrUnusable means the data directory cannot be used: not writable, on a
	// network drive, or refused by the operating system.
	ErrUnusable = errors.New("the data directory cannot be used")
)

// NewerError is ErrNewer with its numbers.
type NewerError struct {
	File       string
	Has, Knows int64 // schema versions
}

// Error implements error: a sentence for a person.
func (e *NewerError) Error() string {
	return fmt.Sprintf("the data in %s were written by a newer version of Reconbanker (schema %d, this program knows %d): install the newer version again; nothing was changed", e.File, e.Has, e.Knows)
}

// Unwrap makes it an ErrNewer.
func (e *NewerError) Unwrap() error { return ErrNewer }

// CorruptError is ErrCorrupt with what is known of it.
type CorruptError struct {
	File   string
	Reason string
	Backup string // newest backup that was opened and found good; "" when there is none
}

// Error implements error: a sentence for a person, with what to do.
func (e *CorruptError) Error() string {
	s := fmt.Sprintf("the database %s is damaged (%s); nothing was changed or deleted", e.File, e.Reason)
	if e.Backup == "" {
		return s + ". There is no good backup: keep the file, with the -wal and -shm files beside it, and ask for help with salvaging it"
	}
	return s + fmt.Sprintf(". The newest good backup is %s: reconbanker restore goes back to it and keeps the damaged files beside it", e.Backup)
}

// Unwrap makes it an ErrCorrupt.
func (e *CorruptError) Unwrap() error { return ErrCorrupt }

// problem is a failure of the disk or the file while working. It is one of the
// sentinels above and a failure of kind core.StorageProblem.
type problem struct {
	sentinel error
	says     string
	cause    error
}

func (p *problem) Error() string { return p.says }

func (p *problem) Unwrap() []error {
	return []error{p.sentinel, scrapers.Fail(core.StorageProblem, p.says, nil), p.cause}
}

// wrap turns errors of the driver into those the callers know.
func (s *Store) wrap(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var known *problem
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return core.ErrNotFound
	}
	return explain(err, s.dir)
}

// explain gives an error of SQLite its sentence; others pass unchanged.
func explain(err error, dir string) error {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	noSpace := e.SystemErrno == syscall.ENOSPC || e.SystemErrno == syscall.EDQUOT
	switch {
	case e.Code == sqlite3.ErrFull, noSpace:
		return &problem{ErrFull, fmt.Sprintf("the disk that holds %s is full: free some space; what was stored is safe and work goes on by itself", dir), err}
	case e.Code == sqlite3.ErrCorrupt, e.Code == sqlite3.ErrNotADB:
		return &problem{ErrCorrupt, fmt.Sprintf("the database in %s is damaged (%s): restart Reconbanker, which will say what can be done", dir, e), err}
	case e.Code == sqlite3.ErrReadonly, e.Code == sqlite3.ErrCantOpen, e.Code == sqlite3.ErrIoErr, e.Code == sqlite3.ErrPerm:
		return &problem{ErrUnusable, fmt.Sprintf("the data directory %s cannot be read or written (%s): check the drive and who may write there", dir, e), err}
	}
	return err
}

// taken reports whether err says that a row with this key is already there.
func taken(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) &&
		(e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}

// orphanRow reports whether err says that the row's parent is not there.
func orphanRow(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.ExtendedCode == sqlite3.ErrConstraintForeignKey
}
