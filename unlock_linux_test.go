package main

import "testing"

// TestDayWithoutAKeychain is the first and the second start on a desktop that has no
// keychain: the person chooses a passphrase, and is asked for it.
func TestDayWithoutAKeychain(t *testing.T) {
	const passphrase = "ocho caballos verdes"
	d, dir := newDesktop(t), t.TempDir()
	p := d.sit(dir, "")
	p.hands = mouse{p}
	p.sees("The keychain does not answer")
	p.picture("choose")
	p.fill("Passphrase", passphrase)
	p.fill("The same again", passphrase)
	p.choose("Use this passphrase")
	p.sees("The saved passwords are open.")
	p.stop()

	p = d.sit(dir, "")
	p.hands = keyboard{p}
	p.sees("This data folder is opened by a passphrase.")
	p.picture("asked")
	p.fill("Passphrase", "siete caballos verdes")
	p.key("Return")
	p.sees("That is not the passphrase of this data folder")
	p.picture("wrong")
	p.fill("Passphrase", passphrase)
	p.key("Return")
	p.sees("The saved passwords are open.")
	p.picture("open")
	p.stop()
}
