package notify

import "strings"

// appleScript is a note as a script for macOS; what it says cannot end the text
// it stands in.
func appleScript(n Note) string {
	quote := func(s string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "\r", " ").Replace(s) + `"`
	}
	return "display notification " + quote(n.Body) + " with title " + quote(n.Title) + "\n"
}
