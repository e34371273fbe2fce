// Package migrations holds the schema as numbered steps. A released step is
// never edited: a change of the schema is a new file.
package migrations

import "embed"

// Files are the steps, in the order of their numbers.
//
//go:embed *.sql
var Files embed.FS
