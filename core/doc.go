// Package core is what Reconbanker is: its nouns, its rules and the goroutines
// that act on them.
//
// The nouns are flat, one file each: Account, Settings, Movement, Run, Attempt,
// Delivery. The rules are pure functions on them. Core owns the few long-lived
// goroutines (scheduler, runner, deliverer) and offers the verbs that every
// front end calls: the window, the command line and the HTTP API.
//
// It knows no SQL, no HTTP, no browser and no bank: those stand behind the small
// interfaces of store.go and behind the contract in package scrapers.
package core
