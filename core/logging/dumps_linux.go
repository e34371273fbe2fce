package logging

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

func noDumps() error {
	var errs []error
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		errs = append(errs, fmt.Errorf("turning core dumps off: %w", err))
	}
	// Also ends ptrace and /proc/<pid>/mem for other processes of this user.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		errs = append(errs, fmt.Errorf("making the process undumpable: %w", err))
	}
	return errors.Join(errs...)
}
