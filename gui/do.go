package gui

import (
	"context"
	"errors"
	"strings"
	"time"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

// An action is something a person asked for.
type action struct {
	button *look.Button // busy while it lasts; nil for none
	done   string       // said when it went well; "" says nothing
	failed string       // what did not work, as a title: "The account was not renamed"
	then   func()       // on Fyne's goroutine, after it went well
	// refused, if set, is given the fields core refused instead of a toast.
	refused func([]core.FieldError)
}

// do runs what a person asked for off Fyne's goroutine and says how it went. The
// button that asked for it is busy meanwhile, so that it cannot be asked twice.
func (a *App) do(act action, work func(ctx context.Context) error) {
	if act.button != nil {
		if act.button.Busy() {
			return
		}
		act.button.SetBusy(true)
	}
	a.acted()
	ctx := a.ctx
	a.working.Go(func() {
		err := work(ctx)
		if ctx.Err() != nil {
			return // the window is going: there is nobody to tell
		}
		a.ui(func() {
			if act.button != nil {
				act.button.SetBusy(false)
			}
			a.tell(act, err)
			a.touch(model.Everything())
		})
	})
}

func (a *App) tell(act action, err error) {
	var invalid *core.InvalidError
	switch {
	case err == nil:
		if act.done != "" {
			a.toasts.good(act.done)
		}
		if act.then != nil {
			act.then()
		}
	case act.refused != nil && errors.As(err, &invalid):
		act.refused(invalid.Fields)
	default:
		a.toasts.bad(act.failed, explain(err))
	}
}

// after calls f on Fyne's goroutine in a while; the function it returns ends that.
func (a *App) after(d time.Duration, f func()) (stop func()) {
	t := time.AfterFunc(d, func() { a.ui(f) })
	return func() { t.Stop() }
}

// explain puts an error into a sentence for a person.
func explain(err error) string {
	var invalid *core.InvalidError
	switch {
	case errors.As(err, &invalid):
		return lang.SaidError(err)
	case errors.Is(err, core.ErrLocked):
		w := lang.Failure(string(core.SecretsLocked))
		return w.Means + " " + w.Do
	case errors.Is(err, core.ErrNotFound):
		return lang.T("error.gone")
	case errors.Is(err, core.ErrConflict):
		why, _ := strings.CutSuffix(err.Error(), ": "+core.ErrConflict.Error())
		if words, known := lang.Said(why); known && why != core.ErrConflict.Error() {
			return lang.T("error.because", "why", words)
		}
		return lang.T("error.not_now")
	case errors.Is(err, context.DeadlineExceeded):
		return lang.T("error.slow")
	case scrapers.KindOf(err) != "":
		w := lang.Failure(string(scrapers.KindOf(err)))
		return w.Means + " " + w.Do
	}
	return lang.T("error.other", "text", lang.SaidError(err))
}

// refusedWords is why core refused a field, for a person.
func refusedWords(f core.FieldError) string {
	words, _ := lang.Said(f.Message)
	return words
}
