package model

import "slices"

// StaleChoices are the hours without a reading to choose from, after which people
// are told: 0 is never. One that was chosen elsewhere is among them.
func StaleChoices(chosen int) []int {
	out := []int{6, 12, 24, 48, 72, 168}
	if chosen > 0 && !slices.Contains(out, chosen) {
		out = append(out, chosen)
		slices.Sort(out)
	}
	return append(out, 0)
}
