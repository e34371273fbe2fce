// Package ipc makes one running program of a data folder and lets later starts
// talk to it.
//
// A lock file says who runs; the kernel frees it when the holder dies, however it
// dies. The holder listens on a unix socket (Windows has them too) that only the
// same user can reach: the folder is private, the socket is 0600 and both ends
// check each other's user. A later start asks it to raise its window or to execute
// a command line, whose output comes back as a stream.
//
// Protocol 1: the client sends a request frame and then frames of standard input;
// the server answers "accepted", frames of output, and the exit code. A frame is a
// 4-byte big-endian length, one byte of kind, and the content. Either end ends the
// exchange by closing the connection; that cancels the handler.
package ipc
