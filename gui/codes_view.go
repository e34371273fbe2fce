package gui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
	"reconbanker/scrapers"
)

const (
	codeWidth = 430
	codePad   = 24
	// hurry is when the countdown turns red.
	hurry = time.Minute
)

// codeView is what the window of the codes shows: the request in front, and below
// it the others, if there are any.
type codeView struct {
	c    *codes
	made codeShape // what the upper part was made for

	entry  *widgets.CodeEntry // nil where nothing is typed
	first  fyne.Focusable     // what takes the keys
	left   *look.Text
	resend *look.Button
	submit *look.Button
	words  *look.Text // the problem, or the news
	upper  *fyne.Container
	others *fyne.Container
	rows   map[string]*codeRow
	root   *fyne.Container
}

// codeShape is all that the upper part depends on, beside its words.
type codeShape struct {
	id    string
	asked time.Time
	tries int
	stand model.Stand
	mine  bool
	next  string
}

func newCodeView(c *codes) *codeView {
	v := &codeView{c: c, upper: container.NewStack(), others: look.Column(0), rows: map[string]*codeRow{}, resend: look.NewQuiet("", nil)}
	v.root = container.NewStack(look.NewArea(look.Panel),
		fixedWidth(codeWidth, look.Column(0, look.Inset(v.upper, codePad-4, codePad-4, codePad, codePad), v.others)))
	return v
}

func (v *codeView) object() fyne.CanvasObject { return v.root }

// size is what the window needs. Lines break once they know how wide they are.
func (v *codeView) size() fyne.Size {
	v.root.Resize(fyne.NewSize(codeWidth, v.root.MinSize().Height))
	return fyne.NewSize(codeWidth, v.root.MinSize().Height)
}

// focus gives the keys to what the person is to do.
func (v *codeView) focus() {
	if v != nil && v.first != nil && v.c.window != nil {
		v.c.window.Canvas().Focus(v.first)
	}
}

// show shows a request in front of all of them.
func (v *codeView) show(t model.Turn, all []*model.Turn) {
	shape := codeShape{id: t.ID, asked: t.AskedAt, tries: t.Attempts, stand: t.Stand(), mine: t.Mine}
	if shape.stand.Over() {
		shape.next = v.nextName() // elsewhere a new request must not touch what is typed
	}
	if shape != v.made {
		v.made = shape
		v.make(t)
	}
	v.say()
	v.list(all)
	v.count(t, all, v.c.a.now())
	v.root.Refresh()
}

func (v *codeView) nextName() string {
	if next := v.c.turns.Next(); next != nil {
		return next.Account
	}
	return ""
}

// make makes the upper part for where the request is.
func (v *codeView) make(t model.Turn) {
	v.entry, v.first, v.submit = nil, nil, nil
	v.left = look.NewText("", look.Muted, theme.SizeNameText)
	v.words = look.NewLines("", look.RedText, theme.SizeNameText)
	var parts []fyne.CanvasObject
	var buttons fyne.CanvasObject
	if t.Stand().Over() {
		parts, buttons = v.outcome(t)
	} else {
		parts, buttons = v.question(t)
	}
	head := look.NewLines(codeTitle(t), theme.ColorNameForeground, theme.SizeNameSubHeadingText).Bold()
	foot := look.Edges(nil, nil, nil, buttons)
	v.upper.Objects = []fyne.CanvasObject{look.Column(12, append(append([]fyne.CanvasObject{head}, parts...), v.words, foot)...)}
	if v.first == nil {
		v.c.window.Canvas().Unfocus()
	} else {
		v.focus()
	}
}

// question is a request that can be answered, or has just been.
func (v *codeView) question(t model.Turn) ([]fyne.CanvasObject, fyne.CanvasObject) {
	checking := t.Stand() == model.Checking
	about := codeWords(t)
	if try := codeTry(t); try != "" {
		about += "\n" + try
	}
	parts := []fyne.CanvasObject{look.NewLines(about, look.Muted, theme.SizeNameText)}
	if checking {
		parts = append(parts, look.Edges(nil, nil,
			look.Inset(container.NewVBox(newIcon(icons.Clock, look.BlueText, 16)), 2, 0, 0, 8), nil, look.NewLines(codeChecking(t), look.BlueText, theme.SizeNameText)))
	} else if t.Typed() {
		parts = append(parts, v.boxes(t))
	}
	v.resend = look.NewQuiet(lang.T("codes.resend"), v.c.resend)
	v.resend.Hidden = checking || !t.CanResend || !t.Typed()
	parts = append(parts, look.Edges(nil, nil, v.left, v.resend))
	later := look.NewButton(lang.T("codes.later"), v.c.later)
	cancel := look.NewDanger(lang.T("codes.cancel"), v.c.cancel)
	if checking {
		return parts, look.Row(8, later, cancel)
	}
	v.submit = look.NewPrimary(v.submitWords(t), func() { v.send(t) })
	v.submit.SetEnabled(!t.Typed())
	return parts, look.Row(8, later, cancel, v.submit)
}

func (v *codeView) submitWords(t model.Turn) string {
	switch {
	case t.Typed():
		return lang.T("codes.submit")
	case t.Kind == scrapers.Finish:
		return lang.T("codes.finished")
	}
	return lang.T("codes.approved")
}

// boxes take the code. It goes off by itself when the last box is filled.
func (v *codeView) boxes(t model.Turn) fyne.CanvasObject {
	v.entry = widgets.NewCodeEntry(t.Length, t.Digits())
	v.entry.Takes = func() bool {
		v.c.a.acted()
		return v.c.guard.Takes(v.c.a.now())
	}
	v.entry.OnTouched = v.c.guard.Open
	v.entry.OnChanged = func(string) {
		v.submit.SetEnabled(v.entry.Complete())
		if v.c.problem != "" || v.c.news != "" {
			v.c.problem, v.c.news = "", ""
			v.say()
		}
	}
	v.entry.OnComplete = v.c.submit
	v.entry.OnSubmit = v.c.submit
	v.first = v.entry
	return v.entry
}

func (v *codeView) send(t model.Turn) {
	if t.Typed() {
		v.c.submit(v.entry.Code())
		return
	}
	v.c.confirm()
}

// outcome is a request that has ended.
func (v *codeView) outcome(t model.Turn) ([]fyne.CanvasObject, fyne.CanvasObject) {
	tone, title, means := codeOutcome(t)
	icon := icons.Check
	if tone != look.Good {
		icon = icons.Warning
	}
	words := look.Column(2,
		look.NewLines(title, tone.Words(), theme.SizeNameText).Bold(),
		look.NewLines(means, tone.Words(), theme.SizeNameText))
	card := container.NewStack(look.NewCard(tone.Soft(), tone.Light(), 8), look.Inset(
		look.Edges(nil, nil, look.Inset(container.NewVBox(newIcon(icon, tone.Words(), 18)), 0, 0, 0, 10), nil, words), 10, 12, 12, 12))
	buttons := []fyne.CanvasObject{}
	if t.Stand() != model.Accepted {
		buttons = append(buttons, look.NewButton(lang.T("codes.again"), v.c.again))
	}
	done := look.NewPrimary(lang.T("codes.close"), v.c.later)
	if name := v.nextName(); name != "" {
		done = look.NewPrimary(lang.T("codes.next", "account", name), v.c.next)
	}
	v.first = done
	return []fyne.CanvasObject{card}, look.Row(8, append(buttons, done)...)
}

// say shows the problem or the news of the request in front.
func (v *codeView) say() {
	words, tone := v.c.problem, look.RedText
	if words == "" {
		words, tone = v.c.news, look.GreenText
	}
	v.words.Set(words)
	v.words.SetColor(tone)
	v.words.Hidden = words == ""
}

// list shows all requests when there is more than one.
func (v *codeView) list(all []*model.Turn) {
	v.others.Objects, v.rows = nil, map[string]*codeRow{}
	if len(all) < 2 {
		return
	}
	open := len(v.c.turns.Open())
	v.others.Add(look.Rule())
	rows := look.Column(4, look.NewText(lang.N("codes.many", open), look.Muted, theme.SizeNameCaptionText))
	for _, t := range all {
		row := newCodeRow(*t, t.ID == v.made.id, func() { v.c.guard.Open(); v.c.choose(t.ID); v.focus() })
		v.rows[t.ID] = row
		rows.Add(row.object)
	}
	v.others.Add(container.NewStack(look.NewArea(theme.ColorNameBackground), look.Inset(rows, 10, 12, codePad-8, codePad-8)))
}

// count shows how long everything still waits.
func (v *codeView) count(t model.Turn, all []*model.Turn, now time.Time) {
	if t.Stand() == model.Waits {
		left := t.Left(now)
		v.left.Set(lang.T("codes.expires", "left", lang.Countdown(left)))
		v.left.SetColor(look.Muted)
		if left < hurry {
			v.left.SetColor(look.RedText)
		}
	} else {
		v.left.Set("")
	}
	for _, other := range all {
		if row := v.rows[other.ID]; row != nil {
			row.count(*other, now)
		}
	}
}

// codeRow is one of several requests.
type codeRow struct {
	left   *look.Text
	object fyne.CanvasObject
}

func newCodeRow(t model.Turn, front bool, tapped func()) *codeRow {
	r := &codeRow{left: look.NewText("", look.Muted, look.SmallText)}
	words, tone := codeShort(t.Stand())
	line := look.Row(10, look.NewDot(tone),
		look.NewCut(t.Account+" · "+t.Bank, theme.ColorNameForeground, look.SmallText), r.left, look.NewBadge(words, tone))
	back := look.NewCard("", "", 8)
	if front {
		back.Set(theme.ColorNameSelection, "")
	}
	r.object = container.NewStack(back, newRowButton(look.Inset(line, 5, 5, 8, 8), tapped))
	return r
}

func (r *codeRow) count(t model.Turn, now time.Time) {
	words := ""
	if t.Stand() == model.Waits {
		words = lang.Countdown(t.Left(now))
	}
	r.left.Set(words)
}
