//go:build !linux

package gui

import "reconbanker/gui/look"

// unlitDesktop: every other desktop says whether it is light or dark.
func unlitDesktop() look.Appearance { return look.System }
