package model_test

import (
	"testing"

	"reconbanker/gui/model"
)

func TestFileURL(t *testing.T) {
	for path, want := range map[string]string{
		"/home/ana/.local/share/reconbanker": "file:///home/ana/.local/share/reconbanker",
		"/srv/caja 1":                        "file:///srv/caja%201",
		"C:/Users/ana":                       "file:///C:/Users/ana",
	} {
		if got := model.FileURL(path).String(); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

func TestCleanPath(t *testing.T) {
	for typed, want := range map[string]string{
		"":                         "",
		"  /usr/bin/chromium\n":    "/usr/bin/chromium",
		`"C:\Program Files\a.exe"`: `C:\Program Files\a.exe`,
		"' /opt/x '":               "/opt/x",
	} {
		if got := model.CleanPath(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}
