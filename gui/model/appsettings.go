package model

import (
	"net/url"
	"path/filepath"
	"strings"
)

// FileURL is the address of a file or folder for whatever shows files.
func FileURL(path string) *url.URL {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive letter
	}
	return &url.URL{Scheme: "file", Path: slashed}
}

// CleanPath is a path as a person means it: without the quotes and spaces that
// come along when it is copied.
func CleanPath(typed string) string {
	return strings.TrimSpace(strings.Trim(strings.TrimSpace(typed), `"'`))
}
