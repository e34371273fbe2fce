package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"reconbanker/core/cli"
	"reconbanker/scrapers/browser"
)

// browserFile keeps which browser a person chose in the window.
const browserFile = "browser.json"

type browserChoice struct {
	Path string `json:"path"` // "" for the one that is found
}

// savedBrowser is the browser that was chosen in the window, "" for none. A file
// that cannot be read is no choice.
func savedBrowser(dir string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(dir, browserFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	var c browserChoice
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		return "", fmt.Errorf("read which browser was chosen: %w", err)
	}
	return c.Path, nil
}

// browserFor is the browser of this start: what the command line says wins.
func browserFor(dir string, g *cli.Grammar, printf func(string, ...any)) string {
	if g.Browser != "" {
		return g.Browser
	}
	path, err := savedBrowser(dir)
	if err != nil {
		printf("%v", err)
	}
	return path
}

// saveBrowser keeps a person's choice for the next start.
func (p *program) saveBrowser(path string) error {
	if path != "" {
		if _, err := browser.Find(path); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(browserChoice{Path: path})
	if err != nil {
		return err
	}
	name := filepath.Join(p.dir, browserFile)
	if err := os.WriteFile(name+".part", raw, 0o600); err != nil {
		return fmt.Errorf("keep which browser was chosen: %w", err)
	}
	if err := os.Rename(name+".part", name); err != nil {
		return fmt.Errorf("keep which browser was chosen: %w", err)
	}
	return nil
}

func (p *program) checkBrowser(path string) (string, error) {
	return browser.Describe(p.ctx, path)
}
