package core

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"reconbanker/scrapers"
)

// SealedEvidence is what a failed run keeps for a person, sealed.
type SealedEvidence struct {
	RunID   string
	At      time.Time
	Page    []byte // address, title, text and steps
	Picture []byte // nil when there is none
}

const (
	capturePatience = 10 * time.Second
	maxPicture      = 4 << 20 // bytes
)

func evidenceScope(runID, field string) Scope {
	return Scope{Table: "evidence", Row: runID, Field: field}
}

// evidencePage is what is sealed beside the picture.
type evidencePage struct {
	URL   string
	Title string
	Text  string
	Steps []string
}

// Evidence returns what the bank's page showed when a run failed, or ErrNotFound
// when nothing is kept of it.
func (c *Core) Evidence(ctx context.Context, runID string) (scrapers.Evidence, error) {
	sealed, err := c.store.LoadEvidence(ctx, runID)
	if err != nil {
		return scrapers.Evidence{}, err
	}
	e := scrapers.Evidence{At: sealed.At}
	plain, err := c.vault.Open(ctx, evidenceScope(runID, "page"), sealed.Page)
	if err != nil {
		return e, fmt.Errorf("open the evidence: %w", err)
	}
	var p evidencePage
	if err := json.Unmarshal(plain, &p); err != nil {
		return e, fmt.Errorf("read the evidence: %w", err)
	}
	e.URL, e.Title, e.Text, e.Steps = p.URL, p.Title, p.Text, p.Steps
	if sealed.Picture != nil {
		if e.Screenshot, err = c.vault.Open(ctx, evidenceScope(runID, "picture"), sealed.Picture); err != nil {
			return e, fmt.Errorf("open the picture of the evidence: %w", err)
		}
	}
	return e, nil
}

// witness does work and looks at the page before it is closed when work fails or
// panics. A run that was given up is nobody's failure and leaves no evidence.
func (s *session) witness(ctx context.Context, work func() error) error {
	well := false
	defer func() {
		if !well && s.tab != nil && ctx.Err() == nil {
			s.look(ctx)
		}
	}()
	err := work()
	well = err == nil
	return err
}

// look takes the evidence. What cannot be taken is left out: evidence never
// changes how a run ends.
func (s *session) look(ctx context.Context) {
	if p, err := s.c.store.Preferences(ctx); err != nil || !p.KeepEvidence {
		return
	}
	limited, cancel := context.WithTimeout(ctx, capturePatience)
	defer cancel()
	e, err := s.tab.Evidence(limited)
	if err != nil {
		s.c.log.Debug().Str("run", s.run.ID).Str("kind", string(scrapers.KindOf(err))).Msg("take the evidence")
	}
	s.evidence = &e
}

// keepEvidence seals and stores what was seen.
func (s *session) keepEvidence(ctx context.Context) {
	if s.evidence == nil {
		return
	}
	sealed, err := s.c.sealEvidence(ctx, s.run.ID, *s.evidence)
	if err == nil {
		err = s.c.store.SaveEvidence(ctx, sealed)
	}
	if err != nil {
		s.c.log.Warn().Err(err).Str("run", s.run.ID).Msg("keep the evidence")
	}
}

func (c *Core) sealEvidence(ctx context.Context, runID string, e scrapers.Evidence) (SealedEvidence, error) {
	out := SealedEvidence{RunID: runID, At: c.now()}
	page, err := json.Marshal(evidencePage{URL: e.URL, Title: e.Title, Text: e.Text, Steps: e.Steps})
	if err != nil {
		return out, fmt.Errorf("write the evidence: %w", err)
	}
	if out.Page, err = c.vault.Seal(ctx, evidenceScope(runID, "page"), page); err != nil {
		return out, fmt.Errorf("seal the evidence: %w", err)
	}
	if n := len(e.Screenshot); n > 0 && n <= maxPicture {
		if out.Picture, err = c.vault.Seal(ctx, evidenceScope(runID, "picture"), e.Screenshot); err != nil {
			return out, fmt.Errorf("seal the picture of the evidence: %w", err)
		}
	}
	return out, nil
}
