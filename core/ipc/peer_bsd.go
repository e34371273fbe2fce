//go:build darwin || freebsd

package ipc

import "golang.org/x/sys/unix"

func peerUID(fd int) (int, error) {
	cred, err := unix.GetsockoptXucred(fd, 0, unix.LOCAL_PEERCRED) // SOL_LOCAL is 0
	if err != nil {
		return 0, err
	}
	return int(cred.Uid), nil
}
