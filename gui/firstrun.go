package gui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/icons"
	"reconbanker/scrapers"
)

// firstRun is how far a new person has come, and what they have typed. It outlives
// the view, which is made anew with every language.
type firstRun struct {
	at        model.FirstStep
	mode      core.OperationMode // chosen, or in use
	accountID string             // "" until the account is made
	name      string
	editor    *model.Editor // nil until a bank is chosen
	signedIn  bool          // the login was tried, and works
}

// firstRunView leads a new person through the first steps: a card with the steps on
// the left and the one they are at on the right.
type firstRunView struct {
	form
	st *firstRun

	steps   *fyne.Container
	content *fyne.Container
	scroll  *container.Scroll
	foot    *fyne.Container
	card    *fyne.Container
	root    fyne.CanvasObject

	next *look.Button
	demo *look.Button
	name *nameField
	bank fyne.Focusable
	test *loginTest
	send *sendTest
	// first is what has the focus when the step opens.
	first fyne.Focusable
	out   bool // on screen
}

// firstRunView is the view of the first steps, at the one the data calls for.
func (a *App) firstRunView() View {
	if a.first == nil {
		f := model.FirstRunOf(a.over, a.prefs.Language != "")
		a.first = &firstRun{at: f.At(), mode: f.Mode}
		if f.Account != nil {
			a.first.accountID, a.first.name = f.Account.ID, f.Account.Name
			a.first.signedIn = a.first.at == model.AskSystem
		}
		if a.first.mode == core.ModeUnset {
			a.first.mode = core.Reconcile
		}
	}
	v := &firstRunView{st: a.first}
	v.a, v.accountID, v.ed = a, a.first.accountID, a.first.editor
	v.onSubmit, v.onChange, v.reached = v.goOn, v.follows, v.bring
	v.steps, v.content, v.foot = look.Column(14), look.Column(12), container.NewStack()
	v.scroll = container.NewVScroll(look.Inset(v.content, 0, 0, 0, 10))
	v.scroll.OnScrolled = func(fyne.Position) { v.putAway(v.scroll) }
	later := look.NewQuiet(lang.T("first.later"), a.welcomed)
	foot := container.NewStack(look.Space(0, 30), look.Row(0, later)) // as high as the buttons beside it
	side := look.Edges(nil, foot, nil, nil, container.NewVBox(v.steps))
	inside := container.New(&firstRunLayout{}, look.Inset(side, 6, 0, 0, 0), v.scroll, v.foot)
	v.card = container.NewStack(look.NewCard(look.Panel, theme.ColorNameSeparator, 12), look.Inset(inside, 24, 24, 24, 14))
	v.root = container.New(centredCard{}, v.card)
	v.show()
	return v
}

// Object implements View.
func (v *firstRunView) Object() fyne.CanvasObject { return v.root }

// Ask implements View: an account that was begun earlier, and the login being tried.
func (v *firstRunView) Ask(model.Changes) Read {
	id, follow, src := v.accountID, v.test.following(), v.a.core
	if v.ed != nil || id == "" {
		id = ""
	}
	if id == "" && follow == "" {
		return nil
	}
	return func(ctx context.Context) (func(), error) {
		var ed *model.Editor
		var run core.Run
		var err error
		if id != "" {
			if ed, err = model.ReadEditor(ctx, src, id); err != nil && !errors.Is(err, core.ErrNotFound) {
				return nil, err
			}
		}
		if follow != "" {
			if run, err = src.RunByID(ctx, follow); err != nil && !errors.Is(err, core.ErrNotFound) {
				return nil, err
			}
		}
		return func() {
			if ed != nil && v.ed == nil {
				v.edit(ed)
				v.show()
			}
			if run.ID != "" {
				v.test.show(run)
			}
		}, nil
	}
}

// edit makes the form write to an editor.
func (v *firstRunView) edit(ed *model.Editor) { v.ed, v.st.editor = ed, ed }

// open opens a step.
func (v *firstRunView) open(step model.FirstStep) {
	v.st.at = step
	v.show()
}

// show makes the step in front.
func (v *firstRunView) show() {
	v.controls, v.also, v.tried = nil, nil, false
	v.test, v.send, v.name, v.first = nil, nil, nil, nil
	v.showSteps()
	v.next = look.NewPrimary(lang.T("first.next"), v.goOn)
	head := look.NewLines(firstTitle(v.st.at), theme.ColorNameForeground, look.TitleText).Bold()
	v.content.Objects = append([]fyne.CanvasObject{head, look.NewLines(firstMeans(v.st.at), look.Muted, look.SmallText)}, v.step()...)
	v.showFoot()
	if v.ed != nil && len(v.controls) > 0 {
		v.load()
	}
	v.content.Refresh()
	v.foot.Refresh()
	v.scroll.ScrollToTop()
	v.settle()
	v.focus()
}

// Shown implements starter: nothing can have the focus before.
func (v *firstRunView) Shown() {
	v.out = true
	v.focus()
}

func (v *firstRunView) focus() {
	if v.out && v.first != nil {
		v.a.window.Canvas().Focus(v.first)
	}
}

// step makes what is asked at the step in front.
func (v *firstRunView) step() []fyne.CanvasObject {
	switch {
	case v.st.at == model.AskLanguage:
		return v.languageStep()
	case v.st.at == model.AskMode:
		return v.modeStep()
	case v.st.accountID != "" && v.ed == nil:
		return nil // being read
	case v.st.at == model.AskAccount || v.ed == nil:
		return v.accountStep()
	case v.st.at == model.AskLogin:
		return v.loginStep()
	}
	return v.systemStep()
}

func (v *firstRunView) showSteps() {
	v.steps.Objects = nil
	for i, step := range model.FirstSteps {
		words := look.NewCut(firstStepWords(step), look.Muted, theme.SizeNameText)
		var mark fyne.CanvasObject = look.NewText(lang.Int(i+1), look.Muted, theme.SizeNameText)
		switch {
		case step < v.st.at:
			words.Color = look.GreenText
			mark = newIcon(icons.Check, look.GreenText, 14)
		case step == v.st.at:
			words.Bold().Color = theme.ColorNameHyperlink
			mark = look.NewText(lang.Int(i+1), theme.ColorNameHyperlink, theme.SizeNameText).Bold()
		}
		v.steps.Add(look.Row(6, fixedWidth(16, container.NewStack(mark)), words))
	}
	v.steps.Refresh()
}

// showFoot makes the buttons: the demo bank at the left, back and on at the right.
func (v *firstRunView) showFoot() {
	row := look.Row(8)
	if v.offersDemo() {
		v.demo = look.NewButton(lang.T("first.demo"), v.tryDemo)
		row.Add(v.demo)
	}
	row.Add(look.NewCut("", look.Muted, look.SmallText))
	if v.st.at > model.AskLanguage {
		row.Add(look.NewButton(lang.T("first.back"), func() { v.open(v.st.at - 1) }))
	}
	row.Add(v.next)
	v.foot.Objects = []fyne.CanvasObject{look.Inset(row, 14, 0, 0, 10)}
	v.nameNext()
}

// offersDemo tells whether the demo bank can be tried from here.
func (v *firstRunView) offersDemo() bool {
	return v.a.cfg.Demo != nil && v.accountID == "" && (v.st.at == model.AskMode || v.st.at == model.AskAccount)
}

// nameNext says what the button that goes on does now.
func (v *firstRunView) nameNext() {
	switch {
	case v.st.at == model.AskSystem:
		v.next.SetText(lang.T("first.finish"))
	case v.st.at == model.AskLogin && !v.st.signedIn:
		v.next.As(look.Plain).SetText(lang.T("first.untested"))
	default:
		v.next.As(look.Primary).SetText(lang.T("first.next"))
	}
	v.foot.Refresh()
}

// follows is called after anything has changed.
func (v *firstRunView) follows() {
	if v.test != nil {
		v.test.refresh()
	}
	v.settle()
}

// settle gives the card the room its words now need.
func (v *firstRunView) settle() {
	v.scroll.Content.Refresh()
	v.card.Refresh()
	v.root.Refresh()
	v.putAway(v.scroll)
}

func (v *firstRunView) bring(o fyne.CanvasObject) { bringInto(v.scroll, o) }

// newEditorOf begins the settings of an account that is not made yet.
func (v *firstRunView) newEditorOf(code string) *model.Editor {
	bank := scrapers.Info{Code: code, Name: code}
	for _, b := range v.a.core.Banks() {
		if b.Code == code {
			bank = b
		}
	}
	return model.NewEditor(core.Account{Bank: code, CreatedAt: v.a.now()}, bank, v.st.mode, core.Settings{})
}

// centredCard puts a card into the middle of the window, as wide as it is read
// with ease and as high as it asks for, where there is room.
type centredCard struct{}

const (
	firstCardWidth = 760
	firstCardLeast = 346
	firstSideWidth = 196
)

// MinSize implements fyne.Layout.
func (centredCard) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(520, 320) }

// Layout implements fyne.Layout.
func (centredCard) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	const rim = 20
	width := min(firstCardWidth, size.Width-2*rim)
	card := objects[0]
	height := card.Size().Height
	for range 2 { // how high words are depends on the width they were given
		card.Resize(fyne.NewSize(width, height))
		height = min(max(card.MinSize().Height, firstCardLeast), size.Height-2*rim)
	}
	card.Resize(fyne.NewSize(width, height))
	card.Move(fyne.NewPos((size.Width-width)/2, (size.Height-height)/2))
}

// firstRunLayout lays out the steps, the content, which is scrolled where it is too
// high, and the buttons under it. It asks for the height of all of the content.
type firstRunLayout struct{}

// MinSize implements fyne.Layout.
func (firstRunLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	height := o[2].MinSize().Height
	if scroll, ok := o[1].(*container.Scroll); ok {
		height += scroll.Content.MinSize().Height
	}
	return fyne.NewSize(firstSideWidth+280, max(height, o[0].MinSize().Height))
}

// Layout implements fyne.Layout.
func (firstRunLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	foot := o[2].MinSize().Height
	width := size.Width - firstSideWidth
	o[0].Resize(fyne.NewSize(firstSideWidth-20, size.Height))
	o[0].Move(fyne.Position{})
	o[1].Resize(fyne.NewSize(width, size.Height-foot))
	o[1].Move(fyne.NewPos(firstSideWidth, 0))
	o[2].Resize(fyne.NewSize(width, foot))
	o[2].Move(fyne.NewPos(firstSideWidth, size.Height-foot))
}
