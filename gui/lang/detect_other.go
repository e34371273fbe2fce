//go:build !windows

package lang

// osLocale has nothing to add to the environment here.
func osLocale() string { return "" }
