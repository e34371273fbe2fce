package widgets

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
)

// longest is more text than any cell shows; shaping more would be work for nothing.
const longest = 400

// oneLine makes foreign text safe to show in one line: control characters become
// spaces, and those that turn the direction of writing, which could make an
// amount or a name read as another, are left out.
func oneLine(s string) string {
	clean := true
	for _, r := range s {
		if unicode.IsControl(r) || turns(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case turns(r):
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, s))
}

func turns(r rune) bool {
	return r == 0x200E || r == 0x200F || r == 0x061C || 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069
}

// fit returns s as it fits into a width, cut with an ellipsis, and how wide it is.
func fit(s string, width, size float32, style fyne.TextStyle) (string, float32) {
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "")
	}
	w := fyne.MeasureText(s, size, style).Width
	if w <= width {
		return s, w
	}
	ends := make([]int, 0, len(s))
	for i := range s {
		ends = append(ends, i)
	}
	best, bestWidth := "", float32(0)
	for low, high := 0, len(ends)-1; low <= high; {
		mid := (low + high) / 2
		cut := strings.TrimRight(s[:ends[mid]], " ") + "…"
		if w := fyne.MeasureText(cut, size, style).Width; w <= width {
			best, bestWidth, low = cut, w, mid+1
		} else {
			high = mid - 1
		}
	}
	return best, bestWidth
}
