package ipc

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

const (
	socketName = "ipc.sock"
	// maxSocketPath is what every system takes: macOS has room for 104 bytes with
	// the final zero, Linux and Windows for 108.
	maxSocketPath = 103
)

// socketPath chooses where the socket of a data folder stands: in it, or, when
// that path is too long, in the user's runtime folder or a private one under the
// temporary folder.
func socketPath(dir string) (string, error) {
	path := filepath.Join(dir, socketName)
	if len(path) <= maxSocketPath {
		return path, nil
	}
	sum := sha256.Sum256([]byte(dir))
	name := "reconbanker-" + hex.EncodeToString(sum[:8]) + ".sock"
	var errs []error
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), filepath.Join(os.TempDir(), "reconbanker-"+strconv.Itoa(os.Getuid()))} {
		path := filepath.Join(base, name)
		if base == "" || !filepath.IsAbs(base) || len(path) > maxSocketPath {
			continue
		}
		if err := privateDir(base); err != nil {
			errs = append(errs, err)
			continue
		}
		return path, nil
	}
	return "", errors.Join(append(errs, errors.New("the path of the data folder is too long for a socket: choose a shorter one"))...)
}

// privateDir makes a folder of ours, or makes sure that it is: anybody may have
// made one of that name under the temporary folder.
func privateDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making the folder of the socket: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("examining the folder of the socket: %w", err)
	}
	if !info.IsDir() || !isOurs(info) {
		return fmt.Errorf("the folder %s is not private to this user", dir)
	}
	return nil
}

// listen binds the socket. What an earlier holder left is removed, which only the
// holder of the lock may do.
func listen(path string) (*net.UnixListener, error) {
	if info, err := os.Lstat(path); err == nil {
		if info.IsDir() || info.Mode().IsRegular() && info.Size() > 0 {
			return nil, fmt.Errorf("%s is in the way of the socket: move it away", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("removing the socket of an earlier run: %w", err)
		}
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("listening for later starts: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("making the socket private: %w", err), ln.Close())
	}
	return ln, nil
}
