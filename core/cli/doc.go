// Package cli is the command line: a front end beside the window and the HTTP
// API, over the same verbs of core.
//
// It is a room of its own because the verbs are many and main only wires. What a
// command does is written against Host, so that the same command runs in a fresh
// process or inside the program that already holds the data folder.
package cli
