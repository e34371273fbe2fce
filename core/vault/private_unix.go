//go:build unix

package vault

import (
	"fmt"
	"io/fs"
)

// private refuses a passphrase file that others may read.
func private(path string, info fs.FileInfo) error {
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("the passphrase file %s may be read by others (mode %04o): run chmod 600 on it", path, mode)
	}
	return nil
}
