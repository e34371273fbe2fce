package gui

import (
	"context"
	"reflect"

	"fyne.io/fyne/v2"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// activity is the screen of the runs of all accounts.
type activity struct {
	*listing[core.Run]
	query  model.ActivityQuery
	copy   *look.Button
	cancel *look.Button

	counts map[model.Outcome]int
	detail model.RunDetail // of the run in question
	proof  model.Evidence  // of the run in question
	next   string          // what was last said of its next try
}

// activityView is the screen of all runs.
func (a *App) activityView() View {
	v := &activity{}
	v.copy = look.NewIconButton(icons.Copy, lang.T("activity.diagnostic"), v.copyDiagnostic)
	v.copy.Disable()
	v.cancel = look.NewDanger(lang.T("activity.cancel"), v.cancelRun)
	v.listing = newListing(a, listed[core.Run]{
		columns: v.columns(), hint: lang.T("activity.choose"),
		id: func(r core.Run) string { return r.ID }, account: func(r core.Run) string { return r.AccountID },
		load: v.load, whyNone: v.whyNone,
		empty:  func() { v.detail = model.RunDetail{}; v.copy.Disable() },
		status: func(id string) { v.query.Outcome = model.Outcome(id) },
		from:   func(id string) { v.query.AccountID = id },
	})
	v.chips.Set(v.chipList())
	v.lay(screenHead(lang.T("rail.activity"), lang.T("activity.means"), v.copy), look.Edges(nil, nil, v.chips, v.who))
	return v
}

func (v *activity) load() loader[core.Run] {
	src, query := v.a.core, v.query
	return func(ctx context.Context, offset, limit int) ([]core.Run, int, error) {
		return model.ReadActivity(ctx, src, query, offset, limit)
	}
}

// Ask implements View. The table reads its own pages; counts and the run in
// question are read here.
func (v *activity) Ask(c model.Changes) Read {
	stale := v.freshen(c.Has(core.RunsChanged, core.AccountsChanged) && c.Of(v.query.AccountID))
	if !stale && v.chosen == v.detail.Run.ID {
		return nil
	}
	src, id, now, account := v.a.core, v.chosen, v.a.now(), v.query.AccountID
	bank, proof := v.bankOf(id), v.proof
	return func(ctx context.Context) (func(), error) {
		counts, err := model.CountOutcomes(ctx, src, account)
		if err != nil {
			return nil, err
		}
		var d model.RunDetail
		if id != "" {
			if d, err = model.ReadRun(ctx, src, id, bank, now); err != nil && !core.IsMissing(err) {
				return nil, err
			}
			if proof.RunID != id || !proof.Kept { // what is kept of a run never changes
				if proof, err = model.ReadEvidence(ctx, src, d.Run); err != nil {
					return nil, err
				}
			}
		}
		return func() {
			if account == v.query.AccountID {
				v.counts = counts
				v.chips.Set(v.chipList())
			}
			if id == v.chosen { // else another run was chosen meanwhile
				v.show(d, proof)
			}
		}, nil
	}
}

// bankOf is the bank of a run that is shown or chosen.
func (v *activity) bankOf(runID string) string {
	accountID := v.detail.Run.AccountID
	if row, ok := v.table.Current(); ok && row.ID == runID {
		accountID = row.AccountID
	}
	account, _ := v.a.over.Find(accountID)
	return account.Bank
}

func (v *activity) whyNone() fyne.CanvasObject {
	if v.query == (model.ActivityQuery{}) {
		return emptyState(lang.T("activity.none"), lang.T("activity.none_do"), nil)
	}
	return emptyState(lang.T("activity.not_found"), lang.T("activity.not_found_do"),
		look.NewButton(lang.T("activity.show_all"), v.showAll))
}

func (v *activity) showAll() {
	v.query = model.ActivityQuery{}
	v.unfilter()
}

// show shows a run in full; one that is gone is shown no longer.
func (v *activity) show(d model.RunDetail, proof model.Evidence) {
	account, _ := v.a.over.Find(d.Run.AccountID)
	next := v.nextWords(account, d.Run)
	if reflect.DeepEqual(d, v.detail) && next == v.next && proof.RunID == v.proof.RunID && proof.Kept == v.proof.Kept {
		return // what is on screen keeps its focus and its place
	}
	another := d.Run.ID != v.detail.Run.ID
	v.detail, v.proof, v.next = d, proof, next
	if d.Run.ID == "" {
		v.gone()
		return
	}
	v.copy.Enable()
	v.panel.show(another, v.parts(d, account), v.buttons(d.Run, account)...)
}

func (v *activity) cancelRun() {
	id := v.detail.Run.ID
	v.a.do(action{button: v.cancel, failed: lang.T("detail.not_cancelled")}, func(ctx context.Context) error {
		return v.a.core.CancelRun(ctx, id, v.a.cfg.Actor)
	})
}

func (v *activity) chipList() []widgets.Chip {
	var out []widgets.Chip
	for _, o := range model.Outcomes {
		if n := v.counts[o]; n > 0 || !o.Rare() || o == v.query.Outcome {
			out = append(out, widgets.Chip{ID: string(o), Text: outcomeWords(o, n), Tone: outcomeTone(o)})
		}
	}
	return out
}
