package browser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"reconbanker/scrapers"
)

// Binary is a browser that can be run.
type Binary struct {
	Path string
	Name string // "Chromium", "Google Chrome" or "Microsoft Edge"
}

// Find returns the browser at path or, when path is empty, the first Chromium,
// Chrome or Edge in the usual places of this system. It fails with kind
// BrowserMissing and names every place it looked in.
func Find(path string) (Binary, error) {
	return finder{
		goos:     runtime.GOOS,
		getenv:   os.Getenv,
		lookPath: exec.LookPath,
		check:    executable,
	}.find(path)
}

// finder is Find with its surroundings, so that the places of every system can
// be tested on one.
type finder struct {
	goos     string
	getenv   func(string) string
	lookPath func(string) (string, error)
	check    func(path string) error
}

func (f finder) find(path string) (Binary, error) {
	if path != "" {
		if err := f.check(path); err != nil {
			return Binary{}, scrapers.Fail(scrapers.BrowserMissing, "use the browser chosen in the settings", err)
		}
		return Binary{Path: path, Name: nameOf(path)}, nil
	}
	var looked []string
	for _, name := range f.commands() {
		looked = append(looked, name+" (on the PATH)")
		if p, err := f.lookPath(name); err == nil {
			return Binary{Path: p, Name: nameOf(p)}, nil
		}
	}
	for _, p := range f.places() {
		if slices.Contains(looked, p) {
			continue
		}
		looked = append(looked, p)
		if f.check(p) == nil {
			return Binary{Path: p, Name: nameOf(p)}, nil
		}
	}
	return Binary{}, scrapers.Fail(scrapers.BrowserMissing, "find a browser",
		fmt.Errorf("install Chromium, Google Chrome or Microsoft Edge, or set the path of one; looked for %s",
			strings.Join(looked, ", ")))
}

func (f finder) commands() []string {
	if f.goos == "windows" || f.goos == "darwin" {
		return []string{"chromium"}
	}
	return []string{
		"chromium", "chromium-browser", "google-chrome-stable", "google-chrome",
		"microsoft-edge-stable", "microsoft-edge",
	}
}

func (f finder) places() []string {
	switch f.goos {
	case "darwin":
		var places []string
		for _, root := range []string{"", f.getenv("HOME")} {
			for _, name := range []string{"Google Chrome", "Chromium", "Microsoft Edge"} {
				places = append(places, root+"/Applications/"+name+".app/Contents/MacOS/"+name)
			}
		}
		return places
	case "windows":
		var places []string
		for _, program := range []string{
			`Google\Chrome\Application\chrome.exe`,
			`Chromium\Application\chrome.exe`,
			`Microsoft\Edge\Application\msedge.exe`,
		} {
			for _, variable := range []string{"ProgramFiles", "ProgramFiles(x86)", "LocalAppData"} {
				if root := f.getenv(variable); root != "" {
					places = append(places, root+`\`+program)
				}
			}
		}
		return places
	default:
		return []string{
			"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/lib/chromium/chromium",
			"/usr/lib64/chromium-browser/chromium-browser", "/opt/google/chrome/chrome",
			"/opt/microsoft/msedge/msedge", "/snap/bin/chromium",
		}
	}
}

// nameOf tells the product from the end of its path; the executable of Chromium
// for Windows is called chrome.exe as well, so its directory counts.
func nameOf(path string) string {
	parts := strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' || r == '\\' })
	p := strings.Join(parts[max(0, len(parts)-3):], "/")
	switch {
	case strings.Contains(p, "edge"):
		return "Microsoft Edge"
	case strings.Contains(p, "chrome") && !strings.Contains(p, "chromium"):
		return "Google Chrome"
	default:
		return "Chromium"
	}
}

func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("look for %s: %w", path, errors.Unwrap(err))
	case info.IsDir():
		return fmt.Errorf("%s is a directory", path)
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return fmt.Errorf("%s may not be executed", path)
	}
	return nil
}
