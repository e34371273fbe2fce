package coretest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"reconbanker/core"
)

// redirect lets what is owed follow the addresses of the settings.
func (s *state) redirect(next core.Settings) {
	kind, address := next.NoticeRoute()
	for i := range s.deliveries {
		d := &s.deliveries[i]
		if d.AccountID != next.AccountID || !owed(*d) {
			continue
		}
		switch {
		case (d.Kind == core.MovementDelivery || d.Kind == core.OrderDelivery) && next.WebhookURL != "":
			d.URL, d.Receiver = next.WebhookURL, core.ReceiverOf(next.WebhookURL)
		case d.Kind.Notice() && d.Kind != kind:
			d.Status, d.DoneAt, d.LastError = core.DeliveryDead, ms(next.UpdatedAt), core.NoticeMoved
		case d.Kind.Notice() && address != "":
			d.URL, d.Receiver = address, core.NoticeReceiver(address)
		}
	}
}

// Preferences implements core.Store.
func (s *Store) Preferences(context.Context) (p core.Preferences, err error) {
	err = s.read("Preferences", func(st *state) error {
		p = st.prefs
		return nil
	})
	return p, err
}

// SetPreferences implements core.Store.
func (s *Store) SetPreferences(_ context.Context, p core.Preferences, by core.Audit) error {
	return s.write("SetPreferences", func(st *state) error {
		st.prefs = p
		if !p.KeepEvidence {
			st.evidence = nil
		}
		st.note(by)
		return nil
	})
}

// SaveEvidence implements core.Store.
func (s *Store) SaveEvidence(_ context.Context, e core.SealedEvidence) error {
	return s.write("SaveEvidence", func(st *state) error {
		if _, err := st.run(e.RunID); err != nil {
			return err
		}
		e.At = ms(e.At)
		st.evidence = slices.DeleteFunc(st.evidence, func(old core.SealedEvidence) bool { return old.RunID == e.RunID })
		st.evidence = append(st.evidence, e)
		return nil
	})
}

// LoadEvidence implements core.Store.
func (s *Store) LoadEvidence(_ context.Context, runID string) (out core.SealedEvidence, err error) {
	err = s.read("LoadEvidence", func(st *state) error {
		for _, e := range st.evidence {
			if e.RunID == runID {
				out = e
				out.Page, out.Picture = bytes.Clone(e.Page), bytes.Clone(e.Picture)
				return nil
			}
		}
		return missing("evidence of run", runID)
	})
	return out, err
}

// PruneEvidence implements core.Store.
func (s *Store) PruneEvidence(_ context.Context, before time.Time, limit int) (n int, err error) {
	err = s.write("PruneEvidence", func(st *state) error {
		slices.SortStableFunc(st.evidence, func(a, b core.SealedEvidence) int { return a.At.Compare(b.At) })
		st.evidence = slices.DeleteFunc(st.evidence, func(e core.SealedEvidence) bool {
			old := e.At.Before(before) && n < limit
			if old {
				n++
			}
			return old
		})
		return nil
	})
	return n, err
}

// PruneRuns implements core.Store.
func (s *Store) PruneRuns(_ context.Context, before time.Time, limit int) (n int, err error) {
	err = s.write("PruneRuns", func(st *state) error {
		gone := map[string]bool{}
		st.runs = slices.DeleteFunc(st.runs, func(r core.Run) bool {
			old := !r.Status.Live() && r.FinishedAt.Before(before) && n < limit
			if old {
				n++
				gone[r.ID] = true
			}
			return old
		})
		maps.DeleteFunc(st.stages, func(run string, _ []core.RunStage) bool { return gone[run] })
		st.evidence = slices.DeleteFunc(st.evidence, func(e core.SealedEvidence) bool { return gone[e.RunID] })
		return nil
	})
	return n, err
}
