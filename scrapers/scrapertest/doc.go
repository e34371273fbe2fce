// Package scrapertest is the conformance suite every driver passes. It runs a
// driver in a real browser against a replica of its bank, a small website in the
// driver's own test code, and checks what the program relies on: that a password
// is sent exactly as often as it is said to be, that every known refusal is told
// apart, and that the lines read are the lines the bank has.
package scrapertest
