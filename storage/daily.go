package storage

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// BackupDaily makes a backup unless one of the last day is there already, and
// returns its path, "" when none was due. It may be called as often as one likes.
func (s *Store) BackupDaily(ctx context.Context) (string, error) {
	dir := filepath.Join(s.dir, backupsDir)
	if err := privateDir(dir); err != nil {
		return "", err
	}
	copies, err := backupsIn(dir)
	if err != nil {
		return "", unusable(dir, err)
	}
	now := s.opts.Now()
	for _, c := range copies {
		// One from the future was made before the clock was set back.
		if age := now.Sub(c.at); c.daily && age < 24*time.Hour && age > -24*time.Hour {
			return "", nil
		}
	}
	path, err := s.Backup(ctx)
	if err != nil {
		return "", fmt.Errorf("make the daily backup: %w", err)
	}
	return path, nil
}
