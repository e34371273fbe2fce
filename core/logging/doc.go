// Package logging writes the program's log so that it can be shown to others: one
// JSON object per line, whatever text comes in, and no secret in any of them.
//
// Everything passes through a Redactor, the last writer before the file and the
// console. It replaces secrets that are registered while they are in use, and what
// looks like one: authorization values, signing secrets, tokens and card numbers.
// HardenProcess closes the ways by which memory reaches the disk.
package logging
