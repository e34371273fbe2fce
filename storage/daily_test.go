package storage_test

import (
	"testing"
	"time"

	"reconbanker/storage"
)

// TestBackupDaily: one a day, however often it is asked for, and again after the
// clock was set back by years.
func TestBackupDaily(t *testing.T) {
	now := time.Date(2026, 5, 13, 9, 0, 0, 0, time.UTC)
	s, err := storage.Open(t.Context(), storage.Options{Dir: t.TempDir(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, step := range []struct {
		on   time.Duration
		want bool
	}{{0, true}, {23 * time.Hour, false}, {2 * time.Hour, true}, {-3 * 365 * 24 * time.Hour, true}} {
		now = now.Add(step.on)
		path, err := s.BackupDaily(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := path != ""; got != step.want {
			t.Errorf("at %s: made %q, want one: %v", now, path, step.want)
		}
	}
}
