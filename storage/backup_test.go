package storage_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"reconbanker/core"
	"reconbanker/storage"
	"reconbanker/storage/migrations"
	"reconbanker/storage/storagetest"

	"github.com/google/go-cmp/cmp"
)

// withStep is the schema with one migration more.
func withStep(t *testing.T, sql string) fs.FS {
	t.Helper()
	out := fstest.MapFS{"0099_more.sql": {Data: []byte("-- +goose Up\n" + sql + "\n")}}
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		data, err := fs.ReadFile(migrations.Files, n)
		if err != nil {
			t.Fatal(err)
		}
		out[n] = &fstest.MapFile{Data: data}
	}
	return out
}

func TestMigrationBacksUpAndRestoreBringsBack(t *testing.T) {
	var before []core.Movement
	dir, file := closed(t, func(s *storage.Store) {
		a := storagetest.MustCreateAccount(t, s)
		storagetest.MustKeep(t, s, a.ID, hook, storagetest.Lines(0, 50))
		var err error
		if before, _, err = s.Movements(ctx, core.MovementFilter{Limit: 500}); err != nil {
			t.Fatal(err)
		}
	})
	var said []string
	o := storage.Options{Dir: dir, Log: func(f string, a ...any) { said = append(said, fmt.Sprintf(f, a...)) }}
	// Rebuilding a parent table must not take its children along.
	s, err := storage.OpenSchema(ctx, o, withStep(t, `
		CREATE TABLE account_new AS SELECT * FROM account;
		DROP TABLE account;
		CREATE TABLE account (id TEXT PRIMARY KEY, bank TEXT, name TEXT) STRICT;
		INSERT INTO account SELECT id, bank, name FROM account_new;
		DROP TABLE account_new;`))
	if err != nil {
		t.Fatal(err)
	}
	w, _ := s.Pools()
	var n int
	if err := w.QueryRow("SELECT count(*) FROM movement").Scan(&n); err != nil || n != 50 {
		t.Errorf("after the migration: %d movements, %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	copies := entries(t, filepath.Join(dir, "backups"))
	if len(copies) != 1 || !strings.HasPrefix(copies[0], fmt.Sprintf("pre-v%02d-", storage.Latest)) || !strings.Contains(strings.Join(said, "\n"), copies[0]) {
		t.Fatalf("copies %v, said %v", copies, said)
	}
	if _, err := storage.Open(ctx, o); !errors.Is(err, storage.ErrNewer) {
		t.Errorf("the old program opened the new schema: %v", err)
	}
	kept, err := storage.Restore(ctx, o, filepath.Join(dir, "backups", copies[0]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(kept); err != nil || filepath.Dir(kept) != filepath.Dir(file) {
		t.Errorf("the replaced database is not kept: %v", err)
	}
	after, _, err := storagetest.OpenIn(t, dir).Movements(ctx, core.MovementFilter{Limit: 500})
	if diff := cmp.Diff(before, after); err != nil || diff != "" {
		t.Errorf("restored data differ: %v\n%s", err, diff)
	}
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	for name, step := range map[string]string{
		"wrong statement": "CREATE TABLE more (id TEXT) STRICT;\nINSERT INTO nowhere VALUES (1);",
		"orphaned rows":   "DELETE FROM account;",
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := closed(t, func(s *storage.Store) {
				a := storagetest.MustCreateAccount(t, s)
				storagetest.MustKeep(t, s, a.ID, "", storagetest.Lines(0, 5))
			})
			if _, err := storage.OpenSchema(ctx, storage.Options{Dir: dir}, withStep(t, step)); err == nil {
				t.Fatal("opened")
			}
			copies := entries(t, filepath.Join(dir, "backups"))
			if len(copies) != 1 {
				t.Fatalf("copies %v", copies)
			}
			if name == "orphaned rows" { // found only afterwards: the copy is the way back
				if _, err := storage.Restore(ctx, storage.Options{Dir: dir}, filepath.Join(dir, "backups", copies[0])); err != nil {
					t.Fatal(err)
				}
			}
			if _, n, err := storagetest.OpenIn(t, dir).Movements(ctx, core.MovementFilter{Limit: 1}); err != nil || n != 5 {
				t.Errorf("%d movements, %v", n, err)
			}
		})
	}
}

func TestRestoreRefusesADamagedCopy(t *testing.T) {
	dir, file := closed(t)
	before := sum(t, file)
	bad := filepath.Join(t.TempDir(), "bad.db")
	if err := os.WriteFile(bad, []byte(strings.Repeat("x", 9000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := storage.Restore(ctx, storage.Options{Dir: dir}, bad); err == nil || sum(t, file) != before {
		t.Errorf("got %v", err)
	}
}

func TestDailyBackupsAreKeptByRetention(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	s, err := storage.Open(ctx, storage.Options{Dir: dir, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := os.WriteFile(filepath.Join(dir, "backups", "mine.db"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "backups", "daily-cut.db.part"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	var newest string
	for range 40 {
		now = now.Add(24 * time.Hour)
		for range 2 { // twice a day: the later one stays
			now = now.Add(time.Minute)
			if newest, err = s.Backup(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := entries(t, filepath.Join(dir, "backups"))
	// Seven days, of which the last two belong to the newest week, and three weeks before.
	if len(got) != 7+3-1+1 || !slices.Contains(got, filepath.Base(newest)) || !slices.Contains(got, "mine.db") {
		t.Errorf("kept %d: %v", len(got), got)
	}
}

func TestRetention(t *testing.T) {
	var names []string
	at := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC) // a Sunday
	for range 60 {
		names = append(names, storage.DailyName(at))
		at = at.Add(-24 * time.Hour)
	}
	for i := range 5 {
		names = append(names, fmt.Sprintf("pre-v%02d-20260101T000000.000Z.db", 9-i))
	}
	gone := storage.Expendable(names...)
	var kept []string
	for _, n := range names {
		if !slices.Contains(gone, n) {
			kept = append(kept, strings.TrimSuffix(n, "T120000.000Z.db"))
		}
	}
	want := []string{
		"daily-20260531", "daily-20260530", "daily-20260529", "daily-20260528", "daily-20260527", "daily-20260526", "daily-20260525",
		"daily-20260524", "daily-20260517", "daily-20260510",
		"pre-v09-20260101T000000.000Z.db", "pre-v08-20260101T000000.000Z.db", "pre-v07-20260101T000000.000Z.db",
	}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Error(diff)
	}
}
