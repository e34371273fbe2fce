package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
)

// banner says what is wrong with an account and offers the one thing to do; two
// when one of them is to look at what happened.
type banner struct {
	back   *look.Area
	title  *look.Text
	words  *look.Text
	button *look.Button
	second *look.Button // hidden where there is but one
	root   *fyne.Container
}

func newBanner() *banner {
	b := &banner{
		back:   look.NewCard("", "", 8),
		title:  look.NewLines("", theme.ColorNameForeground, theme.SizeNameText).Bold(),
		words:  look.NewLines("", theme.ColorNameForeground, theme.SizeNameText),
		button: look.NewButton("", nil),
		second: look.NewButton("", nil),
	}
	b.second.Hide()
	inner := look.Edges(nil, nil, nil, look.Inset(container.NewCenter(look.Column(6, b.second, b.button)), 0, 0, 16, 0), look.Column(1, b.title, b.words))
	b.root = container.NewStack(b.back, look.Inset(inner, 10, 11, 14, 14))
	b.root.Hide()
	return b
}

var bannerLines = map[look.Tone]fyne.ThemeColorName{
	look.Bad: look.RedLine, look.Warn: look.AmberLine, look.Active: look.BlueLine,
	look.Neutral: look.Border, look.Good: look.GreenSoft,
}

func (b *banner) show(tone look.Tone, title, words, button string, tapped func()) {
	b.showTwo(tone, title, words, button, tapped, "", nil)
}

// showTwo offers something else above what show offers; "" for nothing.
func (b *banner) showTwo(tone look.Tone, title, words, button string, tapped func(), second string, other func()) {
	b.back.Set(tone.Soft(), bannerLines[tone])
	b.title.Set(title)
	b.title.SetColor(tone.Words())
	b.words.Set(words)
	b.words.SetColor(tone.Words())
	b.button.SetText(button)
	b.button.OnTapped = tapped
	b.second.SetText(second)
	b.second.OnTapped = other
	setHidden(b.second, second == "")
	b.root.Show()
	b.root.Refresh()
}

func (b *banner) hide() { b.root.Hide() }

// progress shows the run at work, by stage.
type progress struct {
	words  *look.Text
	steps  *look.Text
	bar    *look.Bar
	cancel *look.Button
	root   *fyne.Container
}

func newProgress() *progress {
	p := &progress{
		words:  look.NewCut("", look.BlueText, theme.SizeNameText).Bold(),
		steps:  look.NewText("", look.BlueText, theme.SizeNameCaptionText),
		bar:    look.NewBar(5),
		cancel: look.NewButton(lang.T("progress.cancel"), nil),
	}
	words := look.Edges(nil, nil, nil, p.steps, p.words)
	inner := look.Edges(nil, nil, nil, look.Inset(container.NewCenter(p.cancel), 0, 0, 16, 0), container.NewCenter(), look.Column(7, words, p.bar))
	p.root = container.NewStack(look.NewCard(look.BlueSoft, look.BlueLine, 8), look.Inset(inner, 10, 11, 14, 14))
	p.root.Hide()
	return p
}

// show shows the run, or nothing for nil.
func (p *progress) show(live *core.Run) {
	if live == nil {
		p.root.Hide()
		return
	}
	words := lang.T("progress.queued")
	if live.Status == core.Running && live.Stage != "" {
		words = stageWords(live.Stage)
	}
	p.words.Set(words)
	p.steps.Set(lang.T("progress.steps", "n", model.Step(live.Stage), "of", model.StepCount))
	p.bar.SetValue(float64(model.Step(live.Stage)) / model.StepCount)
	p.root.Show()
	p.root.Refresh()
}
