//go:build unix

package ipc

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// isOurs tells whether only this user can enter a folder.
func isOurs(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid() && info.Mode().Perm()&0o077 == 0
}

var errOtherUser = errors.New("the other end of the socket belongs to another user")

// belongsTo asks the kernel whether a user is at the other end.
func belongsTo(user int, conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return fmt.Errorf("examining the other end of the socket: %w", err)
	}
	var uid int
	var perr error
	if err := raw.Control(func(fd uintptr) { uid, perr = peerUID(int(fd)) }); err != nil || perr != nil {
		return fmt.Errorf("examining the other end of the socket: %w", errors.Join(err, perr))
	}
	if uid != user {
		return errOtherUser
	}
	return nil
}
