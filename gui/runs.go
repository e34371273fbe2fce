package gui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

const runsAtOnce = 30

// runList is the tab with an account's runs: one line each, that opens to its
// stages and what went wrong.
type runList struct {
	a         *App
	accountID string
	limit     int
	opened    map[string]bool
	stale     bool // what is asked for has changed
	page      model.RunPage
	rows      *fyne.Container
	more      *look.Button
	body      *fyne.Container
	none      fyne.CanvasObject
	spent     *fyne.Container // what the bank user has spent today
	scroll    *container.Scroll
}

// runsView lists the runs of an account.
func (a *App) runsView(accountID string) View {
	v := &runList{a: a, accountID: accountID, limit: runsAtOnce, opened: map[string]bool{}, stale: true}
	v.rows = look.Column(6)
	v.more = look.NewButton("", v.showMore)
	v.more.Hide()
	v.spent = look.Column(0)
	v.scroll = container.NewVScroll(look.Inset(look.Column(10, v.spent, v.rows, container.NewCenter(v.more)), 0, 8, 0, 10))
	v.none = emptyState(lang.T("runs.none"), lang.T("runs.none_do"), nil)
	v.none.Hide()
	v.body = container.NewStack(v.scroll, v.none)
	return v
}

// Object implements View.
func (v *runList) Object() fyne.CanvasObject { return v.body }

// Ask implements View.
func (v *runList) Ask(c model.Changes) Read {
	if !v.stale && (!c.Has(core.RunsChanged) || !c.Of(v.accountID)) {
		return nil
	}
	v.stale = false
	id, limit, now, src := v.accountID, v.limit, v.a.now(), v.a.core
	opened := make(map[string]bool, len(v.opened))
	for run := range v.opened {
		opened[run] = true
	}
	account, _ := v.a.over.Find(id)
	return func(ctx context.Context) (func(), error) {
		page, err := model.ReadRuns(ctx, src, id, limit, opened, now)
		if err != nil {
			return nil, err
		}
		if page.Ledger, err = model.ReadLedger(ctx, src, account, now); err != nil {
			return nil, err
		}
		return func() { v.show(page) }, nil
	}
}

func (v *runList) again() {
	v.stale = true
	v.a.touch(model.Something(core.RunsChanged, v.accountID))
}

// open opens a run and brings it into view.
func (v *runList) open(runID string) {
	v.opened[runID] = true
	v.again()
}

func (v *runList) toggle(runID string) {
	if v.opened[runID] {
		delete(v.opened, runID)
		v.show(v.page)
		return
	}
	v.open(runID)
}

func (v *runList) showMore() {
	v.limit = min(v.limit+runsAtOnce, 500)
	v.again()
}

func (v *runList) show(page model.RunPage) {
	v.page = page
	v.spent.Objects = nil
	if len(page.Ledger.Attempts) > 0 {
		v.spent.Add(widgets.NewSection(lang.T("activity.ledger"), v.a.ledger(page.Ledger)...))
	}
	v.rows.Objects = nil
	for _, run := range page.Rows {
		v.rows.Add(v.row(run))
	}
	left := page.Total - len(page.Rows)
	v.more.SetText(lang.N("runs.more", left))
	if left > 0 && v.limit < 500 {
		v.more.Show()
	} else {
		v.more.Hide()
	}
	if len(page.Rows) == 0 {
		v.none.Show()
	} else {
		v.none.Hide()
	}
	v.body.Refresh()
}

func (v *runList) row(run core.Run) fyne.CanvasObject {
	now := v.a.now()
	opened := v.opened[run.ID]
	arrow := icons.Right
	if opened {
		arrow = icons.Down
	}
	took := ""
	if !run.StartedAt.IsZero() {
		took = lang.Duration(model.Took(run, now))
	}
	brought := "—"
	if run.Stored() {
		brought = lang.N("corner.new", run.New)
	}
	cell := func(width float32, words string) fyne.CanvasObject {
		return fixedWidth(width, look.NewCut(words, theme.ColorNameForeground, look.SmallText))
	}
	line := look.Row(12, newIcon(arrow, look.Muted, 14),
		cell(112, lang.DateTime(ranAt(run))), cell(104, triggerWords(run.Trigger)), cell(64, took), cell(72, brought),
		look.NewBadge(runWords(run), runTone(run)))
	head := newRowButton(look.Inset(line, 6, 6, 10, 10), func() { v.toggle(run.ID) })
	card := container.NewStack(look.NewCard(look.Panel, theme.ColorNameSeparator, 8))
	if !opened {
		card.Add(head)
		return card
	}
	card.Add(container.NewVBox(head, look.Inset(v.inside(run), 2, 12, 36, 14)))
	return card
}

// inside is what an opened run shows.
func (v *runList) inside(run core.Run) fyne.CanvasObject {
	stages := look.Column(5)
	for _, s := range v.page.Stages[run.ID] {
		stages.Add(stageLine(s))
	}
	parts := []fyne.CanvasObject{look.Edges(nil, nil, look.Rule(), nil, look.Inset(stages, 2, 2, 12, 0))}
	if run.Kind != "" {
		w := lang.Failure(string(run.Kind))
		parts = append(parts, look.NewLines(w.Means+" "+w.Do, theme.ColorNameForeground, look.SmallText))
	}
	if run.Said != "" {
		parts = append(parts, look.NewLines(lang.T("banner.said", "words", run.Said), theme.ColorNameForeground, look.SmallText))
	}
	var facts []string
	if run.Stored() {
		facts = append(facts, lang.N("runs.lines", run.Lines), lang.N("runs.owed", run.Owed))
	}
	if run.Message != "" {
		facts = append(facts, run.Message)
	}
	if run.URL != "" {
		facts = append(facts, run.URL)
	}
	if len(facts) > 0 {
		parts = append(parts, look.NewLines(strings.Join(facts, " · "), look.Muted, theme.SizeNameCaptionText))
	}
	return look.Column(8, parts...)
}

// stageLine is one stage: "✓ Open browser 0.4 s".
func stageLine(s model.Stage) fyne.CanvasObject {
	icon, tone, words := icons.Check, look.GreenText, theme.ColorNameForeground
	text := stageWords(s.Name) + " " + lang.Duration(s.Took)
	switch {
	case s.Kind != "":
		icon, tone, words = icons.Cross, look.RedText, look.RedText
		text += " — " + inSentence(lang.Failure(string(s.Kind)).Short)
	case !s.Ended:
		icon, tone = icons.Clock, look.BlueText
	}
	return look.Row(8, newIcon(icon, tone, 13), look.NewCut(text, words, look.SmallText))
}

// rowButton makes a whole row something to press, with the mouse or the keyboard.
type rowButton struct {
	widget.BaseWidget
	inside fyne.CanvasObject
	ring   *look.Area
	tapped func()
}

func newRowButton(inside fyne.CanvasObject, tapped func()) *rowButton {
	b := &rowButton{inside: inside, ring: look.NewCard("", "", 8), tapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *rowButton) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(b.ring, b.inside))
}

// Tapped implements fyne.Tappable.
func (b *rowButton) Tapped(*fyne.PointEvent) { b.tapped() }

// FocusGained implements fyne.Focusable.
func (b *rowButton) FocusGained() { b.ring.Set("", theme.ColorNamePrimary) }

// FocusLost implements fyne.Focusable.
func (b *rowButton) FocusLost() { b.ring.Set("", "") }

// TypedRune implements fyne.Focusable.
func (b *rowButton) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (b *rowButton) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.tapped()
	default:
		look.Pass(b, k)
	}
}
