// Package all makes every bank known; main imports it for its effect.
package all

import (
	_ "reconbanker/scrapers/demobank" // registers Demo Bank
)
