//go:build !unix

package vault

import "io/fs"

// private accepts every file: access lists are not visible in a file's mode here.
func private(string, fs.FileInfo) error { return nil }
