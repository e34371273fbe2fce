package storage

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"reconbanker/core"

	"github.com/mattn/go-sqlite3"
)

// Options say where the data are.
type Options struct {
	// Dir is the data directory; it is made when it is missing.
	Dir string
	// Log is told what opening did, in sentences; nil is silent.
	Log func(format string, args ...any)
	// Now is the clock for the names of backups and for rows that bring no time of
	// their own; nil is the system's.
	Now func() time.Time

	// drive replaces the look at the file system in tests.
	drive func(dir string) (drive, error)
	// schema replaces the embedded migrations in tests.
	schema schema
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.drive == nil {
		o.drive = driveOf
	}
	if o.schema.files == nil {
		o.schema = embedded
	}
	return o
}

// Store is the database, open. It implements core.Store and is safe for use by
// many goroutines.
type Store struct {
	opts    Options
	dir     string
	file    string
	journal string

	writer  *sql.DB
	readers *sql.DB
	turn    chan struct{} // held by the one who writes

	backups sync.Mutex // one backup at a time
}

var _ core.Store = (*Store)(nil)

const readerCount = 4

// Open opens the data directory, bringing its schema up to date. It fails with
// ErrNewer, ErrCorrupt, ErrFull or ErrUnusable and a sentence that says what to
// do; whatever it refuses is left as it was.
func Open(ctx context.Context, o Options) (*Store, error) {
	o = o.withDefaults()
	file, err := prepare(o.Dir)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(file)
	d, err := o.drive(dir)
	if err != nil {
		return nil, unusable(dir, err)
	}
	journal, err := journalFor(dir, d)
	if err != nil {
		return nil, err
	}
	if journal != "wal" {
		o.Log("the data directory is on a %s drive: using the slower, safer journal", d.name)
	}
	found, err := inspect(ctx, file)
	if err != nil {
		return nil, damaged(ctx, file, err)
	}
	if latest := o.schema.latest(); found.version > latest {
		return nil, &NewerError{File: file, Has: found.version, Knows: latest}
	}
	s := &Store{
		opts: o, dir: dir, file: file, journal: journal,
		writer:  pool(file, writing, journal, 1),
		readers: pool(file, reading, journal, readerCount),
		turn:    make(chan struct{}, 1),
	}
	if err := s.start(ctx, found); err != nil {
		_ = s.Close()
		return nil, damaged(ctx, file, explain(err, dir))
	}
	return s, nil
}

// start brings the schema up to date and tries both kinds of connection.
func (s *Store) start(ctx context.Context, found inspected) error {
	if err := s.writer.PingContext(ctx); err != nil {
		return err
	}
	if found.version < s.opts.schema.latest() {
		if !found.empty {
			backup, err := s.backup(ctx, preMigrationName(found.version, s.opts.Now()))
			if err != nil {
				return err
			}
			s.opts.Log("before the schema changes, the data were copied to %s", backup)
		}
		if err := s.opts.schema.migrate(ctx, s.file, s.journal); err != nil {
			return err
		}
		s.opts.Log("schema %d became %d", found.version, s.opts.schema.latest())
	}
	if err := s.install(ctx); err != nil {
		return err
	}
	return s.readers.PingContext(ctx)
}

// damaged completes a CorruptError with the newest good backup; a runtime report
// of damage becomes one.
func damaged(ctx context.Context, file string, err error) error {
	if !errors.Is(err, ErrCorrupt) {
		return err
	}
	var c *CorruptError
	if !errors.As(err, &c) {
		reason := err
		var e sqlite3.Error
		if errors.As(err, &e) {
			reason = e // without the sentence that is for a program at work
		}
		c = &CorruptError{File: file, Reason: reason.Error()}
	}
	c.Backup = newestGood(ctx, filepath.Join(filepath.Dir(file), backupsDir))
	return c
}

// Close closes the database; whoever uses it must have ended before.
func (s *Store) Close() error {
	// The writer goes last: it folds the write-ahead log into the file.
	return errors.Join(s.readers.Close(), s.writer.Close())
}

// File is the path of the database.
func (s *Store) File() string { return s.file }
