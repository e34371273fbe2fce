package gui

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/icons"
)

// Kinds of trouble: each has its words.
const (
	TroubleNewer   = "newer"   // a newer version has written the data
	TroubleDamaged = "damaged" // the database is
	TroubleFull    = "full"    // the disk is
	TroubleFolder  = "folder"  // the data folder cannot be used
	TroubleHeld    = "held"    // a program without a window holds the data folder
	TroubleOther   = "other"
)

// Trouble is why the program cannot start.
type Trouble struct {
	Kind   string // one of the constants
	Detail string // what the program says, for support
	Dir    string // the data folder
	// Restore goes back to a backup, made at Backup; nil when there is none.
	Restore func() error
	Backup  time.Time
	// Abandon goes on where Fyne does not let ShowTrouble return, with what it would
	// have returned; nil does nothing. It is called on another goroutine.
	Abandon func(again bool)
}

// ShowTrouble shows why the program cannot start until the person has read it, and
// tells whether it is to be started again. It is called once, on the main goroutine,
// in place of App.Run.
func ShowTrouble(ctx context.Context, fa fyne.App, t Trouble) (again bool) {
	v := newTroubleView(fa, t, dispatch)
	var waits sync.WaitGroup
	ended := make(chan struct{})
	waits.Go(func() {
		select {
		case <-ctx.Done():
			v.goes() // also when Fyne has heard the signal first
			dispatch(fa.Quit)
		case <-ended:
		}
	})
	v.window.Show()
	loop(fa, v.left, loopPatience, func() {
		v.working.Wait()
		if t.Abandon != nil {
			t.Abandon(v.again)
		}
	})
	close(ended)
	waits.Wait()
	v.working.Wait() // a restore is not left half done
	return v.again
}

// troubleView is that window.
type troubleView struct {
	t       Trouble
	fa      fyne.App
	ui      Dispatcher
	window  fyne.Window
	said    *look.Text
	restore *look.Button
	close   *look.Button
	working sync.WaitGroup
	again   bool
	left    chan struct{} // closed when the window is to go
	once    sync.Once
}

func newTroubleView(fa fyne.App, t Trouble, ui Dispatcher) *troubleView {
	p := loadPrefs(t.Dir)
	lang.Use(p.Language)
	appearance := p.Appearance
	if appearance == look.System {
		appearance = unlitDesktop()
	}
	fa.Settings().SetTheme(look.New(appearance))
	v := &troubleView{t: t, fa: fa, ui: ui, left: make(chan struct{}), said: look.NewLines("", look.RedText, look.SmallText)}
	v.said.Hide()
	v.close = look.NewButton(lang.T("dialog.close"), v.leave)
	v.restore = look.NewPrimary(lang.T("trouble.restore"), v.goBack)
	copied := look.NewQuiet(lang.T("trouble.copy"), func() { fa.Clipboard().SetContent(t.Detail) }).WithIcon(icons.Copy)
	folder := look.NewQuiet(lang.T("trouble.open_folder"), func() { _ = fa.OpenURL(model.FileURL(t.Dir)) }).WithIcon(icons.Folder)

	parts := []fyne.CanvasObject{
		look.NewLines(lang.T("trouble."+t.Kind+".title"), theme.ColorNameForeground, look.TitleText).Bold(),
		look.NewLines(lang.T("trouble."+t.Kind+".means"), theme.ColorNameForeground, theme.SizeNameText),
	}
	buttons := []fyne.CanvasObject{v.close}
	if t.Restore != nil {
		parts = append(parts, look.NewLines(lang.T("trouble.restore_means", "at", lang.When(t.Backup, time.Now())), look.Muted, theme.SizeNameText))
		buttons = append(buttons, v.restore)
	}
	more := container.NewHBox(copied)
	if t.Dir != "" {
		more.Add(folder)
	}
	parts = append(parts, v.said, codeBlock(t.Detail), more)
	foot := look.Edges(nil, nil, nil, look.Row(8, buttons...))
	v.window = fa.NewWindow(lang.T("app.name"))
	v.window.SetIcon(icons.App)
	v.window.SetPadded(false)
	v.window.SetMaster()
	v.window.SetCloseIntercept(v.leave)
	page := look.Edges(nil, look.Inset(foot, 8, 20, 24, 24), nil, nil, container.NewVScroll(look.Inset(look.Column(12, parts...), 22, 8, 24, 24)))
	v.window.SetContent(container.NewStack(look.NewArea(theme.ColorNameBackground), page))
	v.window.Resize(fyne.NewSize(620, 420))
	v.window.CenterOnScreen()
	v.window.Canvas().Focus(v.close)
	return v
}

// leave closes the window.
func (v *troubleView) leave() {
	v.goes()
	v.fa.Quit()
}

// goes tells that the window is to go.
func (v *troubleView) goes() { v.once.Do(func() { close(v.left) }) }

// goBack restores the backup, and ends so that the program can begin anew.
func (v *troubleView) goBack() {
	if v.restore.Busy() {
		return
	}
	v.restore.SetBusy(true)
	v.close.Disable()
	v.window.SetCloseIntercept(func() {}) // until it is done
	v.working.Go(func() {
		err := v.t.Restore()
		v.ui(func() {
			v.restore.SetBusy(false)
			v.close.Enable()
			v.window.SetCloseIntercept(v.leave)
			if err != nil {
				v.said.Set(lang.T("error.other", "text", lang.SaidError(err)))
				v.said.Show()
				v.window.Content().Refresh()
				return
			}
			v.again = true
			v.leave()
		})
	})
}
