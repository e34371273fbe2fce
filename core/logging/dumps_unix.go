//go:build unix && !linux

package logging

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func noDumps() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("turning core dumps off: %w", err)
	}
	return nil
}
