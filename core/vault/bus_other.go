//go:build !unix || darwin

package vault

// reachable tells whether a keychain can be called; here it always can.
func reachable() error { return nil }

// mayPrompt tells whether a keychain could show a window and wait for a person.
func mayPrompt() bool { return true }
