package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"strings"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// EvidenceSource is what is asked for the evidence of runs.
type EvidenceSource interface {
	Evidence(ctx context.Context, runID string) (scrapers.Evidence, error)
	Diagnostic(ctx context.Context, runID string) (core.Diagnostic, error)
}

// Evidence is what a bank's page showed when a run failed.
type Evidence struct {
	RunID   string
	Kept    bool // something is kept of it
	Locked  bool // it is kept, and cannot be opened now
	At      time.Time
	URL     string
	Title   string
	Text    string
	Steps   []string
	Picture image.Image // nil when there is none
}

// largestPicture bounds what is decoded: a page is never as large, a damaged
// picture may say it is.
const largestPicture = 8192

// ReadEvidence reads the evidence of a run. Having none is no error.
func ReadEvidence(ctx context.Context, src EvidenceSource, run core.Run) (Evidence, error) {
	out := Evidence{RunID: run.ID}
	if run.Status.Live() || run.Status == core.Succeeded {
		return out, nil
	}
	e, err := src.Evidence(ctx, run.ID)
	switch {
	case core.IsMissing(err):
		return out, nil
	case errors.Is(err, core.ErrLocked), errors.Is(err, core.ErrSecretDamaged):
		out.Kept, out.Locked = true, true
		return out, nil
	case err != nil:
		return out, fmt.Errorf("read the evidence of a run: %w", err)
	}
	out.Kept, out.At, out.URL, out.Title = true, e.At, e.URL, strings.TrimSpace(e.Title)
	out.Text, out.Steps = pageText(e.Text), e.Steps
	if size, err := png.DecodeConfig(bytes.NewReader(e.Screenshot)); err == nil && size.Width <= largestPicture && size.Height <= largestPicture {
		if picture, err := png.Decode(bytes.NewReader(e.Screenshot)); err == nil {
			out.Picture = picture
		}
	}
	return out, nil
}

// pageText is a page's text without its empty lines.
func pageText(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// LastSteps are the newest of the steps, oldest first, and how many were left out.
func (e Evidence) LastSteps(most int) (steps []string, before int) {
	before = max(len(e.Steps)-most, 0)
	return e.Steps[before:], before
}

// Excerpt is the beginning of the page's text, and whether there is more.
func (e Evidence) Excerpt(most int) (text string, more bool) {
	chars := []rune(e.Text)
	if len(chars) <= most {
		return e.Text, false
	}
	return strings.TrimSpace(string(chars[:most])) + "…", true
}
