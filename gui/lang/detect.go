package lang

import (
	"os"
	"strings"
)

// locale is a language of ours and, where known, the person's country.
type locale struct{ code, region string }

// detect reads the system's language from the environment; where it says nothing,
// or a language we do not have, it is English.
func detect() locale {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		text := os.Getenv(name)
		if text == "" || text == "C" || text == "POSIX" {
			continue
		}
		if l, ok := parseLocale(text); ok {
			return l
		}
		break
	}
	if l, ok := parseLocale(osLocale()); ok {
		return l
	}
	return locale{code: "en"}
}

// parseLocale takes "es_UY.UTF-8" or "es-UY" apart.
func parseLocale(text string) (locale, bool) {
	text, _, _ = strings.Cut(text, ".")
	text, _, _ = strings.Cut(text, "@")
	code, region, _ := strings.Cut(strings.ReplaceAll(text, "-", "_"), "_")
	code = strings.ToLower(code)
	if _, ok := Own[code]; !ok {
		return locale{}, false
	}
	return locale{code: code, region: strings.ToUpper(region)}, true
}
