package ipc

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const lockName = "lock"

// Holder is who runs with a data folder, as its lock file says.
type Holder struct {
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`
	Version string    `json:"version"`
	Socket  string    `json:"socket,omitempty"` // "" until it listens
}

// HeldError means that another process runs with this data folder. The holder's
// fields are zero when it has not written them yet.
type HeldError struct{ Holder }

// Error implements error with a sentence.
func (e *HeldError) Error() string {
	if e.PID == 0 {
		return "Reconbanker is already running with this data folder"
	}
	return fmt.Sprintf("Reconbanker %s is already running with this data folder (process %d, since %s)",
		e.Version, e.PID, e.Since.Local().Format("2006-01-02 15:04:05"))
}

// Lock is held by the one running program of a data folder.
type Lock struct {
	dir    string
	file   *flock.Flock
	holder Holder
}

// Acquire takes the lock of a data folder without waiting; a *HeldError says who
// has it. The file stays when the lock is released: removing it would let two
// programs hold one each.
func Acquire(dir, version string) (*Lock, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding the data folder: %w", err)
	}
	path := filepath.Join(dir, lockName)
	file := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	got, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the data folder: %w", err)
	}
	if !got {
		h, _ := readHolder(dir) // unreadable means unknown
		return nil, &HeldError{h}
	}
	l := &Lock{dir: dir, file: file, holder: Holder{PID: os.Getpid(), Since: time.Now().UTC().Truncate(time.Second), Version: version}}
	if err = os.Chmod(path, 0o600); err == nil {
		err = l.write()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("writing the lock of the data folder: %w", err), file.Unlock())
	}
	return l, nil
}

// Dir is the data folder, absolute.
func (l *Lock) Dir() string { return l.dir }

// Release frees the lock and forgets who held it. It may be called twice.
func (l *Lock) Release() error {
	if !l.file.Locked() {
		return nil
	}
	return errors.Join(l.replace(nil), l.file.Unlock())
}

// listening tells later starts where the socket is.
func (l *Lock) listening(socket string) error {
	l.holder.Socket = socket
	return l.write()
}

func (l *Lock) write() error {
	text, err := json.Marshal(l.holder)
	if err != nil {
		return err
	}
	return l.replace(append(text, '\n'))
}

// replace leaves the first byte alone: it is the one locked, and Windows lets
// nobody else touch it, not even this process through another handle.
func (l *Lock) replace(text []byte) error {
	f, err := os.OpenFile(filepath.Join(l.dir, lockName), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = f.Truncate(1)
	if err == nil {
		_, err = f.WriteAt(text, 1)
	}
	return errors.Join(err, f.Close())
}

func readHolder(dir string) (Holder, error) {
	var h Holder
	f, err := os.Open(filepath.Join(dir, lockName))
	if err != nil {
		return h, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.NewSectionReader(f, 1, 4096))
	if err != nil {
		return h, err
	}
	if strings.TrimSpace(string(text)) == "" {
		return h, nil
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return Holder{}, fmt.Errorf("reading the lock of the data folder: %w", err)
	}
	return h, nil
}
