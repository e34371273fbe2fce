package scrapers

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

var registry = struct {
	sync.RWMutex
	drivers map[string]Driver
}{drivers: map[string]Driver{}}

// Register makes a driver known; a driver's package calls it from init. It
// panics when the code is empty, not lower case, or taken: that is a mistake in
// the program, not in its input.
func Register(d Driver) {
	code := d.Info().Code
	registry.Lock()
	defer registry.Unlock()
	if code == "" || code != strings.ToLower(code) {
		panic(fmt.Sprintf("scrapers: bad bank code %q", code))
	}
	if _, taken := registry.drivers[code]; taken {
		panic(fmt.Sprintf("scrapers: two drivers for bank %q", code))
	}
	registry.drivers[code] = d
}

// Lookup returns the driver of a bank.
func Lookup(code string) (Driver, bool) {
	registry.RLock()
	defer registry.RUnlock()
	d, ok := registry.drivers[code]
	return d, ok
}

// All returns every driver, sorted by the name of its bank.
func All() []Driver {
	registry.RLock()
	defer registry.RUnlock()
	all := make([]Driver, 0, len(registry.drivers))
	for _, d := range registry.drivers {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b Driver) int { return strings.Compare(a.Info().Name, b.Info().Name) })
	return all
}
