package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// FileName is the database within the data directory; backupsDir holds copies.
const (
	FileName   = "reconbanker.db"
	backupsDir = "backups"
)

// prepare makes the data directory and the database file, for the user alone.
// SQLite gives the -wal and -shm files the mode of the database.
func prepare(dir string) (file string, err error) {
	if dir == "" {
		return "", &problem{ErrUnusable, "no data directory was given", nil}
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", unusable(dir, err)
	}
	if err := privateDir(dir); err != nil {
		return "", err
	}
	if err := privateDir(filepath.Join(dir, backupsDir)); err != nil {
		return "", err
	}
	file = filepath.Join(dir, FileName)
	for _, name := range []string{file, file + "-wal", file + "-shm"} {
		if err := privateFile(name, name == file); err != nil {
			return "", unusable(dir, err)
		}
	}
	return file, nil
}

func unusable(dir string, cause error) error {
	var p *fs.PathError
	reason := cause
	if errors.As(cause, &p) {
		reason = fmt.Errorf("%s: %w", filepath.Base(p.Path), p.Err)
	}
	return &problem{ErrUnusable, fmt.Sprintf("the data directory %s cannot be used (%s): choose another directory or let this user write there", dir, reason), cause}
}

func privateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unusable(dir, err)
	}
	if err := tighten(dir, 0o700); err != nil {
		return unusable(dir, err)
	}
	// A file is made and removed: the mode alone does not tell about read-only drives.
	probe, err := os.CreateTemp(dir, ".write-test-*")
	if err != nil {
		return unusable(dir, err)
	}
	_ = probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return unusable(dir, err)
	}
	return nil
}

// privateFile tightens the mode of a file, which is made first if it must exist.
func privateFile(name string, create bool) error {
	flag := os.O_RDWR
	if create {
		flag |= os.O_CREATE
	}
	f, err := os.OpenFile(name, flag, 0o600)
	if errors.Is(err, fs.ErrNotExist) && !create {
		return nil
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return tighten(name, 0o600)
}

// tighten takes away what others may do.
func tighten(name string, mode fs.FileMode) error {
	if runtime.GOOS == "windows" {
		return nil // the profile directory's access list says who may read
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&^mode == 0 {
		return nil
	}
	return os.Chmod(name, mode)
}

// syncPath flushes a file or directory to the disk.
func syncPath(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && runtime.GOOS != "windows" {
		return err // Windows cannot flush a directory or a file opened to read
	}
	return nil
}
