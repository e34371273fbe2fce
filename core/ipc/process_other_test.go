//go:build !unix

package ipc

// child has no other process to be: the tests that need one are for unix.
func child(string) {}
