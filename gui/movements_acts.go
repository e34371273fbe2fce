package gui

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/model"
)

const (
	pageRows = 500  // the most that core hands out at once
	mostActs = 500  // movements that are changed with one click
	mostCopy = 5000 // lines that are copied at once; for more there is the export
)

// httpStatus writes a status as it is, without digits grouped.
func httpStatus(code int) string { return strconv.Itoa(code) }

// acts is what can be done with the selection, as far as it is at hand.
func (v *movements) acts() model.MovementActs {
	return model.ActsOn(v.table.Selected(), v.a.over.Mode)
}

// arm enables the buttons that have something to do.
func (v *movements) arm() {
	if v.resend == nil {
		return // it is being built
	}
	acts, n := v.acts(), v.table.Count()
	few := n > 0 && n <= mostActs
	v.resend.SetEnabled(few && len(acts.Resend) > 0)
	v.anyway.Hidden = !few || len(acts.Anyway) == 0
	v.exclude.SetEnabled(few)
	if restoring(acts) {
		v.exclude.SetText(lang.T("movements.restore"))
	} else {
		v.exclude.SetText(lang.T("movements.exclude"))
	}
	v.copy.SetEnabled(n > 0 && n <= mostCopy)
	v.details.SetEnabled(n == 1)
	v.say()
	v.arrange()
}

// restoring tells whether all that is selected is set aside.
func restoring(acts model.MovementActs) bool { return len(acts.Exclude) == 0 && len(acts.Restore) > 0 }

func (v *movements) menu() *fyne.Menu {
	acts, n := v.acts(), v.table.Count()
	if n == 0 {
		return nil
	}
	item := func(key string, on bool, do func()) *fyne.MenuItem {
		i := fyne.NewMenuItem(lang.T(key), do)
		i.Disabled = !on
		return i
	}
	aside := item("movements.exclude", n <= mostActs, v.setAside)
	if restoring(acts) {
		aside.Label = lang.T("movements.restore")
	}
	return fyne.NewMenu("",
		item("movements.details", n == 1, v.openCurrent),
		item("movements.copy", n <= mostCopy, v.copyRows),
		fyne.NewMenuItemSeparator(),
		item("movements.resend", n <= mostActs && len(acts.Resend) > 0, func() { v.send(false) }),
		item("movements.anyway", n <= mostActs && len(acts.Anyway) > 0, func() { v.send(true) }),
		aside,
	)
}

// gathering reads the selected rows that are not at hand: it returns the rows that
// are, and a function that reads the others, to be called off Fyne's goroutine.
func (v *movements) gathering() func(ctx context.Context) ([]model.MovementRow, error) {
	have := v.table.Selected()
	if len(have) == v.table.Count() {
		return func(context.Context) ([]model.MovementRow, error) { return have, nil }
	}
	wanted := map[int][]int{} // page → rows of it
	var order []int
	for i := range v.table.Indexes() {
		page := i / pageRows
		if wanted[page] == nil {
			order = append(order, page)
		}
		wanted[page] = append(wanted[page], i%pageRows)
	}
	f, src := v.filter(), v.src
	f.Limit = pageRows
	return func(ctx context.Context) ([]model.MovementRow, error) {
		var out []model.MovementRow
		for _, page := range order {
			f.Offset = page * pageRows
			rows, _, err := model.ReadMovements(ctx, src, f)
			if err != nil {
				return nil, err
			}
			for _, i := range wanted[page] {
				if i < len(rows) {
					out = append(out, rows[i])
				}
			}
		}
		return out, nil
	}
}

// copyRows puts the selected rows on the clipboard, as a spreadsheet takes them.
func (v *movements) copyRows() {
	n := v.table.Count()
	if n == 0 {
		return
	}
	if n > mostCopy {
		v.a.toasts.bad(lang.T("movements.copy_failed"), lang.T("movements.copy_many", "n", mostCopy))
		return
	}
	read := v.gathering()
	var rows []model.MovementRow
	v.a.do(action{
		button: v.copy, done: lang.N("movements.copied", n), failed: lang.T("movements.copy_failed"),
		then: func() {
			lines := make([]string, len(rows))
			for i, r := range rows {
				lines[i] = v.table.Line(r)
			}
			v.a.fyne.Clipboard().SetContent(strings.Join(lines, "\n"))
		},
	}, func(ctx context.Context) (err error) {
		rows, err = read(ctx)
		return err
	})
}

// send sends the webhooks of the selection again: those with a sender, or, anyway,
// those without. More than one is asked about first.
func (v *movements) send(anyway bool) {
	acts := v.acts()
	n, sample, button := len(acts.Resend), acts.Resend, v.resend
	if anyway {
		n, sample, button = len(acts.Anyway), acts.Anyway, v.anyway
	}
	if n == 0 {
		return
	}
	read, core, actor, mode := v.gathering(), v.src, v.a.cfg.Actor, v.a.over.Mode
	work := func() {
		v.a.do(action{button: button, done: lang.N("movements.queued", n), failed: lang.T("movements.resend_failed")},
			func(ctx context.Context) error {
				rows, err := read(ctx)
				if err != nil {
					return err
				}
				acts := model.ActsOn(rows, mode)
				rows = acts.Resend
				if anyway {
					rows = acts.Anyway
				}
				return each(rows, func(r model.MovementRow) error {
					_, err := core.Resend(ctx, r.AccountID, r.ID, anyway || r.Sender == "", actor)
					return err
				})
			})
	}
	switch {
	case anyway:
		v.a.confirm(lang.T("movements.anyway"), lang.N("movements.anyway_means", n), lang.T("movements.anyway"), false, work)
	case n > 1 || sent(sample[0]):
		v.a.confirm(lang.T("movements.resend"), lang.N("movements.resend_means", n), lang.T("movements.resend"), false, work)
	default:
		work()
	}
}

// sent tells whether the person's system has the movement already.
func sent(r model.MovementRow) bool {
	return r.Delivery != nil && r.Delivery.Status == core.DeliveryDelivered
}

// setAside excludes the selected movements, or brings them back when all of them
// are excluded.
func (v *movements) setAside() {
	n := v.table.Count()
	if n == 0 || n > mostActs {
		return
	}
	restore := restoring(v.acts())
	read, core, actor := v.gathering(), v.src, v.a.cfg.Actor
	done, failed := lang.N("movements.excluded", n), lang.T("movements.exclude_failed")
	if restore {
		done, failed = lang.N("movements.restored", n), lang.T("movements.restore_failed")
	}
	v.a.do(action{button: v.exclude, done: done, failed: failed}, func(ctx context.Context) error {
		rows, err := read(ctx)
		if err != nil {
			return err
		}
		return each(rows, func(r model.MovementRow) error {
			if r.ExcludedAt.IsZero() == restore {
				return nil // it is so already
			}
			_, err := core.ExcludeMovement(ctx, r.AccountID, r.ID, !restore, actor)
			return err
		})
	})
}

// each does something to every row, goes on after a failure, and returns the first.
func each(rows []model.MovementRow, do func(model.MovementRow) error) (first error) {
	for _, r := range rows {
		if err := do(r); err != nil && first == nil {
			first = err
		}
	}
	return first
}
