package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

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
	bar    *widget.ProgressBar
	cancel *look.Button
	root   *fyne.Container
}

func newProgress() *progress {
	p := &progress{
		words:  look.NewCut("", look.BlueText, theme.SizeNameText).Bold(),
		steps:  look.NewText("", look.BlueText, theme.SizeNameCaptionText),
		bar:    widget.NewProgressBar(),
		cancel: look.NewButton(lang.T("progress.cancel"), nil),
	}
	p.bar.Max = model.StepCount
	p.bar.TextFormatter = func() string { return "" }
	thin := container.New(heightLayout{5}, container.NewThemeOverride(p.bar, barTheme{fyne.CurrentApp().Settings().Theme()}))
	words := look.Edges(nil, nil, nil, p.steps, p.words)
	inner := look.Edges(nil, nil, nil, look.Inset(container.NewCenter(p.cancel), 0, 0, 16, 0), container.NewCenter(), look.Column(7, words, thin))
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
	p.bar.SetValue(float64(model.Step(live.Stage)))
	p.root.Show()
	p.root.Refresh()
}

// barTheme makes a progress bar thin.
type barTheme struct{ fyne.Theme }

// Size implements fyne.Theme.
func (b barTheme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameInnerPadding, theme.SizeNameText:
		return 1
	case theme.SizeNameInputRadius:
		return 2.5
	}
	return b.Theme.Size(name)
}

type heightLayout struct{ height float32 }

// MinSize implements fyne.Layout.
func (l heightLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(objects[0].MinSize().Width, l.height)
}

// Layout implements fyne.Layout.
func (l heightLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(size.Width, l.height))
	objects[0].Move(fyne.NewPos(0, (size.Height-l.height)/2))
}
