package storage_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"
)

// crashed copies a data directory as a kill would leave it.
func crashed(t *testing.T, s *storage.Store) string {
	t.Helper()
	dir := t.TempDir()
	for _, suffix := range []string{"", "-wal", "-journal"} {
		data, err := os.ReadFile(s.File() + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, storage.FileName+suffix), data, 0o600))
	}
	return dir
}

func TestNewerDatabaseIsRefusedUntouchedAfterACrash(t *testing.T) {
	s := storagetest.Open(t)
	w, _ := s.Pools()
	_, err := w.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (77, 1)")
	must(t, err)
	dir := crashed(t, s)
	file := filepath.Join(dir, storage.FileName)
	before := []string{sum(t, file), sum(t, file+"-wal")}
	if _, err := storage.Open(ctx, storage.Options{Dir: dir}); !errors.Is(err, storage.ErrNewer) {
		t.Errorf("got %v", err)
	}
	same(t, before, []string{sum(t, file), sum(t, file+"-wal")})
}

func TestRollbackJournalIsPlayedBack(t *testing.T) {
	s, err := storage.OpenOn(ctx, storage.Options{Dir: t.TempDir()}, "fuse", false, true)
	must(t, err)
	defer s.Close()
	a := storagetest.MustCreateAccount(t, s)
	storagetest.MustKeep(t, s, a.ID, "", storagetest.Lines(0, 500))
	w, _ := s.Pools()
	_, err = w.Exec("PRAGMA cache_size = 5")
	must(t, err)
	tx, err := w.Begin()
	must(t, err)
	defer func() { _ = tx.Rollback() }()
	_, err = tx.Exec("UPDATE movement SET amount = 1, description = description || 'x'")
	must(t, err)
	dir := crashed(t, s) // in the middle of the transaction, half of it in the file
	again := storagetest.OpenIn(t, dir)
	w, _ = again.Pools()
	var wrong int
	must(t, w.QueryRow("SELECT count(*) FROM movement WHERE amount = 1").Scan(&wrong))
	same(t, 0, wrong)
	same(t, 500, len(movements(t, again, core.MovementFilter{})))
}

func TestDamagedDatabaseIsRefusedUntouched(t *testing.T) {
	damage := map[string]func(data []byte) []byte{
		"not a database":     func([]byte) []byte { return []byte(strings.Repeat("hello ", 4000)) },
		"header overwritten": func(d []byte) []byte { copy(d, make([]byte, 64)); return d },
		"pages overwritten": func(d []byte) []byte {
			for i := 4096; i < len(d); i++ {
				d[i] ^= 0x5a
			}
			return d
		},
		"cut short": func(d []byte) []byte { return d[:len(d)/2] },
	}
	for name, spoil := range damage {
		t.Run(name, func(t *testing.T) {
			var backup string
			dir, file := closed(t, func(s *storage.Store) {
				var err error
				if backup, err = s.Backup(ctx); err != nil {
					t.Fatal(err)
				}
			})
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, spoil(data), 0o600); err != nil {
				t.Fatal(err)
			}
			before := sum(t, file)
			_, err = storage.Open(ctx, storage.Options{Dir: dir})
			var c *storage.CorruptError
			if !errors.Is(err, storage.ErrCorrupt) || !errors.As(err, &c) {
				t.Fatalf("opened: %v", err)
			}
			if c.File != file || c.Backup != backup || !strings.Contains(err.Error(), backup) {
				t.Errorf("the error names %q and %q: %s", c.File, c.Backup, c)
			}
			if sum(t, file) != before {
				t.Error("the damaged file was changed")
			}
		})
	}
}

func TestDamagedDatabaseWithoutBackup(t *testing.T) {
	dir, file := closed(t)
	bad := filepath.Join(dir, "backups", storage.DailyName(time.Now()))
	for _, f := range []string{file, bad} { // a damaged copy is not offered
		if err := os.WriteFile(f, []byte(strings.Repeat("x", 9000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := storage.Open(ctx, storage.Options{Dir: dir})
	var c *storage.CorruptError
	if !errors.As(err, &c) || c.Backup != "" || !strings.Contains(err.Error(), "no good backup") {
		t.Errorf("got %v", err)
	}
}

func TestForeignDatabaseIsRefused(t *testing.T) {
	dir, file := closed(t, func(s *storage.Store) {
		w, _ := s.Pools()
		if _, err := w.Exec("PRAGMA application_id = 7"); err != nil {
			t.Fatal(err)
		}
	})
	before := sum(t, file)
	if _, err := storage.Open(ctx, storage.Options{Dir: dir}); !errors.Is(err, storage.ErrCorrupt) || !strings.Contains(err.Error(), "not a database of Reconbanker") {
		t.Errorf("got %v", err)
	}
	if sum(t, file) != before {
		t.Error("the file was changed")
	}
}
