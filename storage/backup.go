package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Backup copies the database to a file of its own in the backups directory,
// opens and checks the copy, and clears away copies that are no longer kept. It
// returns the path of the copy. Secrets in it stay sealed: it is of use only
// with the key in the keychain, or with the passphrase.
func (s *Store) Backup(ctx context.Context) (string, error) {
	return s.backup(ctx, dailyName(s.opts.Now()))
}

func (s *Store) backup(ctx context.Context, name string) (string, error) {
	s.backups.Lock()
	defer s.backups.Unlock()
	dir := filepath.Join(s.dir, backupsDir)
	if err := privateDir(dir); err != nil {
		return "", err
	}
	if err := clearParts(dir); err != nil {
		return "", unusable(dir, err)
	}
	// Only a copy that was found good gets a name that counts as a backup.
	part, whole := filepath.Join(dir, name+partSuffix), filepath.Join(dir, name)
	if err := s.copyTo(ctx, part); err != nil {
		_ = os.Remove(part)
		return "", fmt.Errorf("back up the database to %s: %w", dir, s.wrap(err))
	}
	if err := os.Rename(part, whole); err != nil {
		return "", unusable(dir, err)
	}
	if err := syncPath(dir); err != nil {
		return "", unusable(dir, err)
	}
	return whole, s.prune(dir)
}

const partSuffix = ".part"

// clearParts removes copies that a crash cut short.
func clearParts(dir string) error {
	parts, err := filepath.Glob(filepath.Join(globQuote(dir), "*"+partSuffix))
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := os.Remove(p); err != nil {
			return err
		}
	}
	return nil
}

// globQuote keeps the letters of a path from being taken for a pattern.
func globQuote(path string) string {
	if filepath.Separator == '\\' {
		return path // there the backslash separates and cannot quote
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// copyTo writes a copy and proves it: flushed, sound, and with as many rows in
// every table. Writing waits until the copy is made, so that the counts agree.
func (s *Store) copyTo(ctx context.Context, path string) error {
	counts, err := s.vacuumInto(ctx, path)
	if err != nil {
		return err
	}
	if err := syncPath(path); err != nil {
		return err
	}
	return verify(ctx, path, counts)
}

func (s *Store) vacuumInto(ctx context.Context, path string) (map[string]int64, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.turn }()
	counts, err := rowCounts(ctx, s.writer)
	if err != nil {
		return nil, err
	}
	_, err = s.writer.ExecContext(ctx, "VACUUM INTO ?", path)
	return counts, err
}

// rowCounts counts the rows of every table.
func rowCounts(ctx context.Context, q querier) (map[string]int64, error) {
	tables, err := all(ctx, q, scanOne[string], "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for _, table := range tables {
		var n int64
		quoted := `"` + strings.ReplaceAll(table, `"`, `""`) + `"`
		if err := q.QueryRowContext(ctx, "SELECT count(*) FROM "+quoted).Scan(&n); err != nil {
			return nil, err
		}
		counts[table] = n
	}
	return counts, nil
}

// verify opens a copy and checks all of it.
func verify(ctx context.Context, path string, counts map[string]int64) error {
	db := pool(path, inspecting, "", 1)
	defer db.Close()
	return verifyDB(ctx, db, path, counts)
}

func verifyDB(ctx context.Context, db *sql.DB, path string, counts map[string]int64) error {
	if err := check(ctx, db, path, "integrity_check"); err != nil {
		return err
	}
	var app int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return err
	}
	if app != applicationID {
		return &CorruptError{File: path, Reason: "it is not a database of Reconbanker"}
	}
	if counts == nil {
		return nil
	}
	got, err := rowCounts(ctx, db)
	if err != nil {
		return err
	}
	if !maps.Equal(got, counts) {
		return fmt.Errorf("the copy %s has other rows (%v) than the database (%v)", path, got, counts)
	}
	return nil
}

// newestGood is the newest backup that opens and is whole; "" when there is none.
func newestGood(ctx context.Context, dir string) string {
	files, err := backupsIn(dir)
	if err != nil {
		return ""
	}
	for _, f := range files {
		path := filepath.Join(dir, f.name)
		if verify(ctx, path, nil) == nil {
			return path
		}
	}
	return ""
}

// NewestBackup is the newest backup of a data directory that opens and is whole, and
// when it was made; "" when there is none.
func NewestBackup(ctx context.Context, dir string) (path string, at time.Time) {
	path = newestGood(ctx, filepath.Join(dir, backupsDir))
	stem := strings.TrimSuffix(filepath.Base(path), dbSuffix)
	if t, err := time.Parse(timeInName, stem[strings.LastIndex(stem, "-")+1:]); err == nil {
		at = t
	}
	return path, at
}

// Restore puts a backup in the place of the database of a data directory that is
// not open. The present files are kept beside it under the name that is returned,
// with the -wal and -shm files; nothing is deleted.
func Restore(ctx context.Context, o Options, backup string) (kept string, err error) {
	o = o.withDefaults()
	file, err := prepare(o.Dir)
	if err != nil {
		return "", err
	}
	if err := verify(ctx, backup, nil); err != nil {
		return "", fmt.Errorf("this backup cannot be used: %w", err)
	}
	fresh := file + partSuffix
	if err := copyFile(backup, fresh); err != nil {
		return "", unusable(filepath.Dir(file), err)
	}
	kept = file + ".replaced-" + o.Now().UTC().Format(timeInName)
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		if err := os.Rename(file+suffix, kept+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", unusable(filepath.Dir(file), err)
		}
	}
	if err := os.Rename(fresh, file); err != nil {
		return "", unusable(filepath.Dir(file), err)
	}
	return kept, syncPath(filepath.Dir(file))
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// prune removes the copies that retention lets go.
func (s *Store) prune(dir string) error {
	files, err := backupsIn(dir)
	if err != nil {
		return unusable(dir, err)
	}
	for _, f := range expendable(files) {
		if err := os.Remove(filepath.Join(dir, f.name)); err != nil {
			return unusable(dir, err)
		}
	}
	return nil
}

// Names of copies: what they are for and when, so that they sort and tell.
const (
	timeInName   = "20060102T150405.000Z"
	dailyPrefix  = "daily-"
	preMigration = "pre-v"
	dbSuffix     = ".db"
)

func dailyName(at time.Time) string { return dailyPrefix + at.UTC().Format(timeInName) + dbSuffix }

func preMigrationName(version int64, at time.Time) string {
	return fmt.Sprintf("%s%02d-%s%s", preMigration, version, at.UTC().Format(timeInName), dbSuffix)
}

type copyOf struct {
	name  string
	at    time.Time
	daily bool
}

// backupsIn lists the copies, newest first; other files are not touched.
func backupsIn(dir string) ([]copyOf, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []copyOf
	for _, e := range entries {
		stem, ok := strings.CutSuffix(e.Name(), dbSuffix)
		daily := strings.HasPrefix(stem, dailyPrefix)
		if !ok || (!daily && !strings.HasPrefix(stem, preMigration)) {
			continue
		}
		at, err := time.Parse(timeInName, stem[strings.LastIndex(stem, "-")+1:])
		if err == nil {
			out = append(out, copyOf{e.Name(), at, daily})
		}
	}
	slices.SortFunc(out, func(a, b copyOf) int { return b.at.Compare(a.at) })
	return out, nil
}

// How many copies stay.
const (
	keepDays       = 7
	keepWeeks      = 4
	keepMigrations = 3
)

// expendable tells which copies may go: kept are the newest of each of the last
// seven days and four weeks that have one, and the last three made before a
// migration. files come newest first.
func expendable(files []copyOf) []copyOf {
	days, weeks, migrations := map[string]bool{}, map[string]bool{}, 0
	var out []copyOf
	for _, f := range files {
		if !f.daily {
			if migrations++; migrations > keepMigrations {
				out = append(out, f)
			}
			continue
		}
		year, week := f.at.ISOWeek()
		day, weekName := f.at.Format(time.DateOnly), fmt.Sprint(year, week)
		keep := first(days, day, keepDays)
		keep = first(weeks, weekName, keepWeeks) || keep
		if !keep {
			out = append(out, f)
		}
	}
	return out
}

// first reports whether name is new and among the first most names.
func first(seen map[string]bool, name string, most int) bool {
	if seen[name] || len(seen) >= most {
		return false
	}
	seen[name] = true
	return true
}
