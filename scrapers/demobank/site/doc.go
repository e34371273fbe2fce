// Package site is the website of Demo Bank: a small, realistic bank on loopback
// to try the program with and to test it against.
//
// Everything it shows follows from a seed and a clock, so that a bank started
// again tomorrow with the same seed still shows yesterday's movements unchanged.
// What is not so is what a test or a person adds: posted movements, changed
// passwords, switches. It counts every password sent to it, per user, because
// the program's first promise is to send few.
//
// The driver does not import this package. It meets the site as it meets any
// bank: in a browser.
package site
