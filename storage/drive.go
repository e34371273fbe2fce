package storage

import "fmt"

// drive is how far the drive that holds a directory can be trusted with a
// database: the shared memory of WAL needs one computer and a real mmap.
type drive struct {
	name    string // "nfs", "fuse"; for people
	network bool
	foreign bool // behind a program of unknown habits
}

// journalFor chooses the journal for a drive, or refuses it.
func journalFor(dir string, d drive) (string, error) {
	switch {
	case d.network:
		return "", &problem{ErrUnusable, fmt.Sprintf("the data directory %s is on a network drive (%s), where a database can be damaged: choose a directory on this computer", dir, d.name), nil}
	case d.foreign:
		return "truncate", nil
	}
	return "wal", nil
}
