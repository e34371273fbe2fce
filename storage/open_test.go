package storage_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reconbanker/core"
	"reconbanker/scrapers"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"

	"go.uber.org/goleak"
)

var ctx = context.Background()

func TestMain(m *testing.M) {
	if child() {
		return
	}
	goleak.VerifyTestMain(m)
}

func TestEveryConnectionIsSetUp(t *testing.T) {
	s := storagetest.Open(t)
	writer, readers := s.Pools()
	want := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000",
		"fullfsync": "1", "checkpoint_fullfsync": "1", "wal_autocheckpoint": "1000", "journal_size_limit": "8388608",
		"trusted_schema": "0", "cell_size_check": "1", "temp_store": "2", "secure_delete": "2",
		"application_id": "1382181681",
	}
	for i := range 5 {
		db, queryOnly := readers, "1"
		if i == 0 {
			db, queryOnly = writer, "0"
		}
		// Held to the end of the test, so that each is another connection.
		c, err := db.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		want["query_only"] = queryOnly
		for name, value := range want {
			var got string
			if err := c.QueryRowContext(ctx, "PRAGMA "+name).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != value {
				t.Errorf("connection %d: %s = %s, want %s", i, name, got, value)
			}
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	_, readers := storagetest.Open(t).Pools()
	if _, err := readers.ExecContext(ctx, "DELETE FROM installation"); err == nil {
		t.Error("a reading connection wrote")
	}
}

func TestFilesAreThisUsersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(filepath.Join(dir, "backups"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, storage.FileName), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := storagetest.OpenIn(t, dir)
	storagetest.MustCreateAccount(t, s)
	if _, err := s.Backup(ctx); err != nil {
		t.Fatal(err)
	}
	seen := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		seen++
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
		return nil
	})
	if err != nil || seen != 6 { // two directories, database, -wal, -shm, backup
		t.Errorf("saw %d entries, %v", seen, err)
	}
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a?b=c&mode=ro", "100%25 #1", "español ñ", "it's [x]*", "file:x", "%2e%2e", "a+b;c"} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, name)
			s, err := storage.Open(ctx, storage.Options{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			storagetest.MustCreateAccount(t, s)
			if _, err := s.Backup(ctx); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(filepath.Join(dir, storage.FileName)); err != nil || info.Size() == 0 {
				t.Errorf("the database is not in its directory: %v", err)
			}
			if got := entries(t, root); len(got) != 1 {
				t.Errorf("files beside the directory: %v", got)
			}
			rows, err := storagetest.OpenIn(t, dir).Accounts(ctx)
			if err != nil || len(rows) != 1 {
				t.Errorf("after opening again: %d accounts, %v", len(rows), err)
			}
		})
	}
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// closed makes a data directory with one account and closes it again.
func closed(t *testing.T, work ...func(*storage.Store)) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	s, err := storage.Open(ctx, storage.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	storagetest.MustCreateAccount(t, s)
	for _, w := range work {
		w(s)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, s.File()
}

func sum(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

func TestNewerDatabaseIsRefusedUntouched(t *testing.T) {
	dir, file := closed(t, func(s *storage.Store) {
		w, _ := s.Pools()
		if _, err := w.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (77, 1)"); err != nil {
			t.Fatal(err)
		}
	})
	before := sum(t, file)
	_, err := storage.Open(ctx, storage.Options{Dir: dir})
	var newer *storage.NewerError
	if !errors.Is(err, storage.ErrNewer) || !errors.As(err, &newer) || newer.Has != 77 || newer.Knows != storage.Latest {
		t.Fatalf("opened a newer database: %v", err)
	}
	if !strings.Contains(err.Error(), "newer version of Reconbanker") {
		t.Errorf("the sentence is %q", err)
	}
	if sum(t, file) != before || len(entries(t, filepath.Join(dir, "backups"))) != 0 {
		t.Error("the newer database was touched")
	}
}

func TestUnusableDirectories(t *testing.T) {
	root := t.TempDir()
	plainFile := filepath.Join(root, "file")
	if err := os.WriteFile(plainFile, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	blocked := filepath.Join(root, "blocked")
	if err := os.MkdirAll(filepath.Join(blocked, storage.FileName), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", plainFile, filepath.Join(plainFile, "data"), blocked, "/dev/null/data"} {
		_, err := storage.Open(ctx, storage.Options{Dir: dir})
		if !errors.Is(err, storage.ErrUnusable) || scrapers.KindOf(err) != core.StorageProblem || !strings.Contains(err.Error(), dir) {
			t.Errorf("open %q: %v", dir, err)
		}
	}
}

func TestNetworkDriveIsRefused(t *testing.T) {
	_, err := storage.OpenOn(ctx, storage.Options{Dir: t.TempDir()}, "nfs", true, false)
	if !errors.Is(err, storage.ErrUnusable) || !strings.Contains(err.Error(), "network drive (nfs)") {
		t.Errorf("got %v", err)
	}
}

func TestForeignDriveGetsTheOtherJournal(t *testing.T) {
	s, err := storage.OpenOn(ctx, storage.Options{Dir: t.TempDir()}, "fuse", false, true)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	writer, readers := s.Pools()
	var w, r string
	if err := errors.Join(writer.QueryRow("PRAGMA journal_mode").Scan(&w), readers.QueryRow("PRAGMA journal_mode").Scan(&r)); err != nil || w != "truncate" {
		t.Errorf("journal %q, %q, %v", w, r, err)
	}
	a := storagetest.MustCreateAccount(t, s)
	storagetest.MustKeep(t, s, a.ID, hook, storagetest.Lines(0, 100))
	if _, n, err := s.Movements(ctx, core.MovementFilter{Limit: 1}); err != nil || n != 100 {
		t.Errorf("%d movements, %v", n, err)
	}
}

func TestDiskFull(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	storagetest.MustKeep(t, s, a.ID, hook, storagetest.Lines(0, 10))
	w, _ := s.Pools()
	var pages int
	if err := w.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		if _, err := w.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages)
	k := core.Keep{Run: storagetest.MustStartRun(t, s, a.ID), Lines: storagetest.Lines(10, 500)}
	_, err := s.Keep(ctx, k)
	if !errors.Is(err, storage.ErrFull) || scrapers.KindOf(err) != core.StorageProblem || !strings.Contains(err.Error(), "is full") {
		t.Fatalf("got %v", err)
	}
	if _, n, err := s.Movements(ctx, core.MovementFilter{Limit: 1}); err != nil || n != 10 {
		t.Errorf("%d movements are left, %v", n, err)
	}
	limit(1 << 30)
	if kept, err := s.Keep(ctx, k); err != nil || len(kept.Fresh) != 500 {
		t.Errorf("once there is space: %d kept, %v", len(kept.Fresh), err)
	}
}

func TestCancelledWaitWritesNothing(t *testing.T) {
	s := storagetest.Open(t)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	err := s.CreateAccount(gone, core.Account{ID: storagetest.ID(), Status: core.Active}, core.Audit{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if rows, err := s.Accounts(ctx); err != nil || len(rows) != 0 {
		t.Errorf("%d accounts, %v", len(rows), err)
	}
}

func TestDataIDStays(t *testing.T) {
	dir := t.TempDir()
	var ids [2]string
	for i := range ids {
		s, err := storage.Open(ctx, storage.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if ids[i], err = s.DataID(ctx); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if ids[0] == "" || ids[0] != ids[1] {
		t.Errorf("data ids %v", ids)
	}
}
