package gui

import (
	"context"
	"image"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/icons"
)

const (
	thumbHeight = 190
	pageExcerpt = 320 // characters of what the page said
	stepsShown  = 6
)

// evidenceParts are what the panel shows of the page a run failed on.
func (v *activity) evidenceParts(e model.Evidence) []fyne.CanvasObject {
	switch {
	case !e.Kept:
		return nil
	case e.Locked:
		return []fyne.CanvasObject{part(lang.T("evidence.page"), nil, small(lang.T("evidence.locked")))}
	}
	var out []fyne.CanvasObject
	if e.Picture != nil {
		larger := look.NewQuiet(lang.T("evidence.larger"), func() { v.a.showPicture(e) })
		out = append(out, part(lang.T("evidence.picture"), larger, newPicture(e.Picture, func() { v.a.showPicture(e) })))
	}
	if e.Text != "" {
		text, more := e.Excerpt(pageExcerpt)
		var whole fyne.CanvasObject
		if more {
			whole = look.NewQuiet(lang.T("evidence.whole"), func() { v.a.showPage(e) })
		}
		out = append(out, part(lang.T("evidence.page"), whole, codeBlock(text)))
	}
	if steps, before := e.LastSteps(stepsShown); len(steps) > 0 {
		lines := look.Column(3)
		if before > 0 {
			lines.Add(small(lang.N("evidence.before", before)))
		}
		for _, s := range steps {
			lines.Add(look.NewCut(s, look.Muted, theme.SizeNameCaptionText))
		}
		out = append(out, part(lang.T("evidence.steps"), nil, lines))
	}
	if len(out) == 0 {
		return []fyne.CanvasObject{part(lang.T("evidence.page"), nil, small(lang.T("evidence.nothing")))}
	}
	return append(out, small(lang.T("evidence.kept")))
}

// showPicture shows the picture of the page as large as the window allows.
func (a *App) showPicture(e model.Evidence) {
	window := a.window.Canvas().Size()
	size, of := fyne.NewSize(window.Width-160, window.Height-230), e.Picture.Bounds().Size()
	if scale := min(size.Width/float32(of.X), size.Height/float32(of.Y)); scale > 0 {
		size = fyne.NewSize(float32(of.X)*scale, float32(of.Y)*scale)
	}
	picture := newImage(e.Picture)
	picture.SetMinSize(fyne.NewSize(max(size.Width, 200), max(size.Height, 120)))
	a.showDetail(max(size.Width, 360), e.Title, look.Column(8, picture, look.NewCut(e.URL, look.Muted, theme.SizeNameCaptionText)))
}

// showPage shows all of what the page said.
func (a *App) showPage(e model.Evidence) {
	scroll := container.NewVScroll(codeBlock(e.Text))
	scroll.SetMinSize(fyne.NewSize(0, 360))
	a.showDetail(620, e.Title, scroll)
}

func (a *App) showDetail(width float32, title string, body fyne.CanvasObject, buttons ...fyne.CanvasObject) {
	if title == "" {
		title = lang.T("evidence.page")
	}
	var m *modal
	closing := look.NewButton(lang.T("dialog.close"), func() { m.close() })
	m = a.newModal(width, title, body, append([]fyne.CanvasObject{closing}, buttons...)...)
	m.show()
	a.window.Canvas().Focus(closing)
}

// copyDiagnostic shows what a diagnostic holds before it is copied.
func (v *activity) copyDiagnostic() {
	a, id := v.a, v.detail.Run.ID
	if id == "" {
		return
	}
	var d core.Diagnostic
	a.do(action{button: v.copy, failed: lang.T("evidence.no_diagnostic"), then: func() { a.previewDiagnostic(d) }},
		func(ctx context.Context) (err error) {
			d, err = a.core.Diagnostic(ctx, id)
			return err
		})
}

// previewDiagnostic shows a diagnostic and what is in it.
func (a *App) previewDiagnostic(d core.Diagnostic) {
	names := make([]string, len(d.Parts))
	for i, p := range d.Parts {
		names[i] = partWords(p.Name)
	}
	scroll := container.NewVScroll(codeBlock(strings.TrimSpace(d.Text)))
	scroll.SetMinSize(fyne.NewSize(0, 280))
	var m *modal
	no := look.NewButton(lang.T("dialog.cancel"), func() { m.close() })
	ok := look.NewPrimary(lang.T("evidence.copy"), func() {
		a.fyne.Clipboard().SetContent(d.Text)
		m.close()
		a.toasts.good(lang.T("activity.copied"))
	}).WithIcon(icons.Copy)
	m = a.newModal(620, lang.T("evidence.preview"), look.Column(8,
		look.NewLines(lang.T("evidence.holds", "parts", strings.Join(names, ", ")), theme.ColorNameForeground, look.SmallText),
		small(lang.T("evidence.holds_not")), scroll), no, ok)
	m.show()
	a.window.Canvas().Focus(ok)
}

func partWords(name string) string {
	switch name {
	case core.PartProgram:
		return lang.T("evidence.part.program")
	case core.PartStages:
		return lang.T("evidence.part.stages")
	case core.PartLogins:
		return lang.T("evidence.part.logins")
	case core.PartSteps:
		return lang.T("evidence.part.steps")
	case core.PartAccount:
		return lang.T("evidence.part.account")
	}
	return lang.T("evidence.part.run")
}

// picture is a small picture that a click enlarges.
type picture struct {
	widget.BaseWidget
	of       image.Image
	onTapped func()
}

func newPicture(of image.Image, onTapped func()) *picture {
	p := &picture{of: of, onTapped: onTapped}
	p.ExtendBaseWidget(p)
	return p
}

// Tapped implements fyne.Tappable.
func (p *picture) Tapped(*fyne.PointEvent) { p.onTapped() }

// Cursor implements desktop.Cursorable.
func (p *picture) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (p *picture) CreateRenderer() fyne.WidgetRenderer {
	shown := newImage(p.of)
	shown.SetMinSize(fyne.NewSize(0, thumbHeight))
	return widget.NewSimpleRenderer(container.NewStack(
		look.NewCard(look.Code, theme.ColorNameSeparator, 6), look.Inset(shown, 6, 6, 6, 6)))
}

func newImage(of image.Image) *canvas.Image {
	i := canvas.NewImageFromImage(of)
	i.FillMode, i.ScaleMode = canvas.ImageFillContain, canvas.ImageScaleSmooth
	return i
}
