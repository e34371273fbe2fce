package gui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/icons"
)

// outcome is a sign and a few words that say how something went.
type outcome struct {
	icon  *fyne.Container
	words *look.Text
	root  *fyne.Container
}

func newOutcome() *outcome {
	o := &outcome{icon: container.NewStack(), words: look.NewLines("", theme.ColorNameForeground, look.SmallText)}
	sign := container.NewVBox(look.Inset(o.icon, 2, 0, 0, 0))
	o.root = container.NewBorder(nil, nil, look.Inset(sign, 0, 0, 0, 6), nil, o.words)
	o.root.Hide()
	return o
}

func (o *outcome) say(tone look.Tone, words string) {
	name := icons.Check
	switch tone {
	case look.Warn, look.Bad:
		name = icons.Warning
	case look.Active, look.Neutral:
		name = icons.Clock
	}
	o.icon.Objects = []fyne.CanvasObject{newIcon(name, tone.Words(), 14)}
	o.words.SetColor(tone.Words())
	o.words.Set(words)
	o.root.Hidden = words == ""
	o.root.Refresh()
}

// beside lays a button and what came of it in one row.
func (o *outcome) beside(buttons ...fyne.CanvasObject) *fyne.Container {
	column := container.NewVBox(look.Row(6, buttons...))
	return container.NewBorder(nil, nil, look.Inset(column, 0, 0, 0, 10), nil, container.NewVBox(look.Inset(o.root, 7, 0, 0, 0)))
}

// loginTest tries the login and follows the run until it has ended.
type loginTest struct {
	v      *form
	settle func() // the words have another length
	button *look.Button
	cancel *look.Button
	out    *outcome
	run    core.Run
	live   bool
	ended  func(core.Run) // told once per run; nil for nobody
	root   *fyne.Container
}

func newLoginTest(v *form, settle func()) *loginTest {
	t := &loginTest{v: v, settle: settle, out: newOutcome()}
	t.button = look.NewButton(lang.T("edit.test"), t.start)
	t.button.OnReached = v.reach
	t.cancel = look.NewButton(lang.T("progress.cancel"), t.stop)
	t.cancel.Hide()
	t.root = t.out.beside(t.button, t.cancel)
	v.add(&control{focus: t.button, object: t.button})
	return t
}

// following is the run to read again, "" for none.
func (t *loginTest) following() string {
	if t == nil || !t.live {
		return ""
	}
	return t.run.ID
}

// refresh says what the button does now.
func (t *loginTest) refresh() {
	key := "edit.test"
	if t.v.ed.Dirty() {
		key = "edit.save_test"
	}
	t.button.SetText(lang.T(key))
	t.button.SetEnabled(!t.live && t.v.ed.CanTest())
}

// start saves what was changed, for the test uses what is stored, and asks for a
// run that only signs in.
func (t *loginTest) start() {
	v := t.v
	var run core.Run
	more := &further{
		failed: lang.T("edit.test_failed"), then: func() { t.follow(run) },
		work: func(ctx context.Context) (err error) {
			run, err = v.a.core.TestLogin(ctx, v.accountID, v.a.cfg.Actor)
			return err
		},
	}
	if v.ed.Dirty() {
		v.keep(t.button, "", more)
		return
	}
	v.a.do(action{button: t.button, failed: more.failed, then: more.then}, more.work)
}

func (t *loginTest) follow(run core.Run) {
	t.live = true
	t.show(run)
	t.v.a.touch(model.Something(core.RunsChanged, t.v.accountID))
}

func (t *loginTest) stop() {
	id := t.run.ID
	t.v.a.do(action{button: t.cancel, failed: lang.T("detail.not_cancelled")}, func(ctx context.Context) error {
		return t.v.a.core.CancelRun(ctx, id, t.v.a.cfg.Actor)
	})
}

// show shows the run as it stands.
func (t *loginTest) show(run core.Run) {
	if !t.live {
		return
	}
	t.run, t.live = run, run.Status.Live()
	t.cancel.Hidden = !t.live
	tone, words := testWords(run)
	t.out.say(tone, words)
	t.root.Refresh()
	t.refresh()
	t.settle()
	if !t.live && t.ended != nil {
		t.ended(run)
	}
}

// testWords says how the test of a login stands, or went.
func testWords(run core.Run) (look.Tone, string) {
	switch {
	case run.Status == core.Queued || run.Status == core.Running && run.Stage == "":
		return look.Active, lang.T("progress.queued")
	case run.Status == core.Running:
		return look.Active, lang.T("edit.testing", "stage", stageWords(run.Stage), "n", model.Step(run.Stage), "of", model.StepCount)
	case run.Status == core.Succeeded:
		return look.Good, lang.T("edit.test_ok", "took", lang.Duration(model.Took(run, run.FinishedAt)))
	case run.Status == core.Canceled:
		return look.Neutral, lang.T("edit.test_cancelled")
	}
	f := lang.Failure(string(run.Kind))
	words := f.Title + ". " + f.Do
	if run.Said != "" {
		words += " " + lang.T("banner.said", "words", run.Said)
	}
	return look.Bad, words
}

// sendTest sends a sample to the webhook as it is being edited.
type sendTest struct {
	v      *form
	settle func()
	button *look.Button
	out    *outcome
	send   func(ctx context.Context, in core.SettingsInput) (core.Answer, error)
	ended  func(ok bool) // nil for nobody
	root   *fyne.Container
}

func newSendTest(v *form, settle func()) *sendTest {
	s := &sendTest{v: v, settle: settle, out: newOutcome()}
	s.send = func(ctx context.Context, in core.SettingsInput) (core.Answer, error) {
		return v.a.core.SendTest(ctx, v.accountID, in)
	}
	s.button = look.NewButton(lang.T("edit.send"), s.start)
	s.button.OnReached = v.reach
	s.root = s.out.beside(s.button)
	v.add(&control{focus: s.button, object: s.button})
	v.also = append(v.also, func() { s.button.SetEnabled(strings.TrimSpace(v.ed.Form.WebhookURL) != "") })
	return s
}

func (s *sendTest) start() {
	v := s.v
	in := v.ed.Input()
	s.out.say(look.Active, lang.T("edit.sending"))
	s.settle()
	var answer core.Answer
	var failed error
	v.a.do(action{
		button: s.button, failed: lang.T("edit.send_failed"), refused: func(fields []core.FieldError) {
			s.out.say(look.Bad, "")
			v.refused(fields)
		},
		then: func() {
			ok := failed == nil && answer.Status/100 == 2
			s.out.say(answerWords(answer, failed))
			s.settle()
			if s.ended != nil {
				s.ended(ok)
			}
		},
	}, func(ctx context.Context) error {
		answer, failed = s.send(ctx, in)
		if refusal(failed) {
			return failed
		}
		return nil // what the receiver did is said beside the button
	})
}

// answerWords says what a receiver answered.
func answerWords(answer core.Answer, err error) (look.Tone, string) {
	took := lang.Duration(answer.Took)
	switch {
	case err != nil:
		return look.Bad, lang.T("edit.send_error", "text", err.Error())
	case answer.Status/100 == 2:
		return look.Good, lang.T("edit.send_ok", "status", answerStatus(answer.Status), "took", took)
	case answer.Status/100 == 3:
		return look.Bad, lang.T("edit.send_moved", "status", answerStatus(answer.Status), "took", took)
	}
	words := lang.T("edit.send_refused", "status", answerStatus(answer.Status), "took", took)
	if said := firstLine(answer.Body); said != "" {
		words += " " + lang.T("edit.send_said", "words", said)
	}
	return look.Bad, words
}
