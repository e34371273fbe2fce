package gui

import (
	"context"
	"reflect"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// activity is the screen of the runs of all accounts: a table, with the run in
// question beside it. Rows are read page by page as they come into view.
type activity struct {
	a     *App
	query model.ActivityQuery
	asked bool // what the table shows was asked for
	top   bool // from its first row on

	pages  *widgets.Pages[core.Run]
	table  *widgets.DataTable[core.Run]
	chips  *widgets.Chips
	who    *widgets.Choice
	names  []widgets.Option
	copy   *look.Button
	cancel *look.Button
	none   *fyne.Container
	panel  *sidePanel

	counts map[model.Outcome]int
	chosen string // id of the run in question
	detail model.RunDetail
	proof  model.Evidence // of the run in question
	next   string         // what was last said of its next try
	root   fyne.CanvasObject
}

// activityView is the screen of all runs.
func (a *App) activityView() View {
	v := &activity{a: a, none: container.NewStack(), panel: newSidePanel(lang.T("activity.choose"))}
	v.pages = widgets.NewPages[core.Run](a.ctx, nil, func(work func()) { a.working.Go(work) }, a.ui)
	v.pages.OnChange, v.pages.OnError = v.arrived, func(err error) { a.shell.status.trouble(err) }
	v.table = widgets.NewDataTable(v.columns())
	v.table.Key = func(r core.Run) string { return r.ID }
	v.table.OnSelect = v.picked
	v.table.SetSource(v.pages)
	v.table.SetEmpty(v.none)
	v.chips = widgets.NewChips(v.chipList(), "", func(id string) {
		v.query.Outcome = model.Outcome(id)
		v.restart()
	})
	v.names = a.accountOptions()
	v.who = widgets.NewChoice(v.names, "", func(id string) {
		v.query.AccountID = id
		v.restart()
	})
	v.copy = look.NewIconButton(icons.Copy, lang.T("activity.diagnostic"), v.copyDiagnostic)
	v.copy.Disable()
	v.cancel = look.NewDanger(lang.T("activity.cancel"), v.cancelRun)
	filters := look.Edges(nil, nil, v.chips, v.who)
	top := look.Column(12, screenHead(lang.T("rail.activity"), lang.T("activity.means"), v.copy), filters)
	v.root = look.Inset(look.Edges(look.Inset(top, 0, 12, 0, 0), nil, nil, nil, beside(v.table, v.panel.root)), 16, 16, 20, 20)
	return v
}

// Object implements View.
func (v *activity) Object() fyne.CanvasObject { return v.root }

// Ask implements View. The table reads its own pages; counts and the run in
// question are read here.
func (v *activity) Ask(c model.Changes) Read {
	v.offerAccounts()
	stale := !v.asked || c.Has(core.RunsChanged, core.AccountsChanged) && c.Of(v.query.AccountID)
	if stale {
		v.reload()
	}
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

func (v *activity) offerAccounts() {
	if names := v.a.accountOptions(); !slices.Equal(names, v.names) {
		v.names = names
		v.who.SetOptions(names)
	}
}

// restart has other rows read, from the first on.
func (v *activity) restart() {
	v.pages.Stop() // what comes now is not what is asked for
	v.table.ClearSelection()
	v.table.ScrollToTop()
	v.asked, v.top = false, true
	v.a.touch(model.Everything())
}

// reload reads again what is in view.
func (v *activity) reload() {
	src, query := v.a.core, v.query
	v.pages.SetLoad(func(ctx context.Context, offset, limit int) ([]core.Run, int, error) {
		return model.ReadActivity(ctx, src, query, offset, limit)
	})
	if v.top {
		v.pages.Restart()
	} else {
		v.pages.Reload()
	}
	v.asked, v.top = true, false
}

// arrived shows rows that were read, and the first of them in full when there was
// no choice yet.
func (v *activity) arrived() {
	v.none.Objects = []fyne.CanvasObject{v.whyNone()}
	v.table.Refresh()
	v.none.Refresh() // lays out what it now holds
	if v.chosen == "" && v.pages.Len() > 0 {
		v.table.Select(0)
	}
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
	v.chips.SetChosen("")
	v.who.SetChosen("")
	v.restart()
}

func (v *activity) picked() {
	row, ok := v.table.Current()
	if !ok {
		v.chosen, v.detail = "", model.RunDetail{}
		v.copy.Disable()
		v.panel.empty()
		return
	}
	if row.ID != v.chosen {
		v.chosen = row.ID
		v.a.touch(model.Something("", row.AccountID))
	}
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
		v.chosen = ""
		v.copy.Disable()
		v.panel.empty()
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
