package gui

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/model"
	"reconbanker/icons"
)

// assistant is what the window asks of core about logins that wait for a person.
type assistant interface {
	Assistance(ctx context.Context, id string) (core.Assistance, error)
	SubmitCode(ctx context.Context, accountID, requestID string, code []byte, actor string) error
	ConfirmFinished(ctx context.Context, accountID, requestID, actor string) error
	CancelAssistance(ctx context.Context, accountID, requestID, actor string) error
	ResendCode(ctx context.Context, accountID, actor string) error
}

// codes asks the person what logins wait for. It has a window of its own, so that
// it works while the main one is hidden and disturbs nothing that is being edited
// there. It comes up by itself for every login that begins to wait.
type codes struct {
	a      *App
	turns  model.Turns
	guard  model.Guard
	gone   []string    // requests whose end is to be read
	window fyne.Window // nil until the first request
	on     bool        // the window is shown
	view   *codeView
	// problem and news are said about the request in front.
	problem, news string
	ticking       context.CancelFunc // nil while nothing counts down
}

func newCodes(a *App) *codes { return &codes{a: a} }

// take takes what is asked now.
func (c *codes) take(asking []model.Asking) {
	var fresh []model.Asking
	fresh, c.gone = c.turns.Take(asking)
	if !c.on && len(c.gone) > 0 {
		for _, id := range c.gone { // the person had gone away from them
			c.turns.Drop(id)
		}
		c.gone = nil
	}
	if len(fresh) > 0 {
		c.comeUp()
	}
	c.show()
}

// inFront tells whether the person has a request before their eyes.
func (c *codes) inFront(id string) bool {
	front := c.turns.Front()
	return c.on && front != nil && front.ID == id
}

// ask returns how to read what became of requests that are no longer pending.
func (c *codes) ask() Read {
	gone := c.gone
	if len(gone) == 0 {
		return nil
	}
	return func(ctx context.Context) (func(), error) {
		var ended []core.Assistance
		var lost []string
		for _, id := range gone {
			row, err := c.a.core.Assistance(ctx, id)
			switch {
			case errors.Is(err, core.ErrNotFound):
				lost = append(lost, id)
			case err != nil:
				return nil, err
			default:
				ended = append(ended, row)
			}
		}
		return func() { c.ended(ended, lost) }, nil
	}
}

func (c *codes) ended(rows []core.Assistance, lost []string) {
	for _, row := range rows {
		c.turns.See(row)
	}
	for _, id := range lost {
		c.turns.Drop(id)
	}
	c.gone = nil
	c.show()
}

// comeUp shows the window unasked. One that is already there stays where it is:
// the person has seen it, or has it in front.
func (c *codes) comeUp() {
	if c.on {
		return
	}
	c.guard.Shut(c.a.now())
	c.raise()
}

// open brings a request to the front because the person wants to see it.
func (c *codes) open(id string) {
	c.choose(id)
	c.guard.Open()
	c.raise()
	c.show()
	c.view.focus()
}

// openAccount brings what an account asks for to the front, or the account when it
// asks for nothing any more.
func (c *codes) openAccount(accountID string) {
	turn := c.turns.Of(accountID)
	if turn == nil {
		c.a.raise()
		c.a.showAccount(accountID)
		return
	}
	c.open(turn.ID)
}

func (c *codes) raise() {
	if c.window == nil {
		c.window = c.a.fyne.NewWindow(lang.T("app.name"))
		c.window.SetIcon(icons.App)
		c.window.SetPadded(false)
		c.window.SetFixedSize(true)
		c.window.SetCloseIntercept(c.later)
		c.window.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) {
			if e.Name == fyne.KeyEscape {
				c.later()
			}
		})
		c.window.CenterOnScreen()
	}
	c.on = true
	c.a.onScreen()
	c.show()
	c.window.Show()
	c.window.RequestFocus()
}

// rebuild makes the window anew, in another language or look.
func (c *codes) rebuild() {
	c.view = nil
	c.show()
}

// show makes the window show how things stand.
func (c *codes) show() {
	c.tick()
	front := c.turns.Front()
	if c.window == nil || !c.on {
		return
	}
	if front == nil {
		c.later()
		return
	}
	if c.view == nil {
		c.view = newCodeView(c)
		c.window.SetContent(c.view.object())
	}
	c.view.show(*front, c.turns.All())
	c.window.SetTitle(codeHead(*front))
	c.window.Resize(c.view.size())
}

// later hides the window. What still waits stays in the tray, in the banner of
// its account and in its notification.
func (c *codes) later() {
	c.turns.Clear()
	c.problem, c.news, c.on = "", "", false
	c.a.onScreen()
	if c.window != nil {
		c.window.Hide()
	}
	c.tick()
}

func (c *codes) choose(id string) {
	c.turns.Choose(id)
	c.problem, c.news = "", ""
	c.show()
}

// next goes on to the next request that waits, or away.
func (c *codes) next() {
	turn := c.turns.Next()
	if turn == nil {
		c.later()
		return
	}
	c.choose(turn.ID)
	c.view.focus()
}

// submit gives a code to the login in front.
func (c *codes) submit(code string) {
	turn := c.turns.Front()
	if turn == nil || code == "" || turn.Stand() != model.Waits {
		return
	}
	t := *turn
	c.give(t.ID, lang.T("codes.not_sent"), func(ctx context.Context) error {
		secret := []byte(code)
		defer clear(secret)
		return c.a.core.SubmitCode(ctx, t.AccountID, t.ID, secret, c.a.cfg.Actor)
	})
}

// confirm tells the login in front that the person has done their part.
func (c *codes) confirm() {
	turn := c.turns.Front()
	if turn == nil || turn.Stand() != model.Waits {
		return
	}
	t := *turn
	c.give(t.ID, "", func(ctx context.Context) error {
		return c.a.core.ConfirmFinished(ctx, t.AccountID, t.ID, c.a.cfg.Actor)
	})
}

func (c *codes) give(id, failed string, work func(context.Context) error) {
	c.turns.Give(id)
	c.problem, c.news = "", ""
	c.show()
	c.do(work, func(err error) {
		if err != nil {
			c.turns.Failed(id)
			c.say(id, failed, err)
			c.view.focus()
		}
	})
}

// resend has the bank send another code to the login in front.
func (c *codes) resend() {
	turn := c.turns.Front()
	if turn == nil || c.view.resend.Busy() {
		return
	}
	id, account := turn.ID, turn.AccountID
	c.view.resend.SetBusy(true)
	c.do(func(ctx context.Context) error {
		return c.a.core.ResendCode(ctx, account, c.a.cfg.Actor)
	}, func(err error) {
		c.view.resend.SetBusy(false)
		if err == nil && c.turns.Front() != nil && c.turns.Front().ID == id {
			c.problem, c.news = "", lang.T("codes.resent")
			c.show()
			c.view.focus()
		}
		c.say(id, lang.T("codes.not_resent"), err)
	})
}

// cancel ends the login in front.
func (c *codes) cancel() {
	turn := c.turns.Front()
	if turn == nil {
		return
	}
	t := *turn
	c.do(func(ctx context.Context) error {
		return c.a.core.CancelAssistance(ctx, t.AccountID, t.ID, c.a.cfg.Actor)
	}, func(err error) { c.say(t.ID, lang.T("codes.not_cancelled"), err) })
}

// again asks for another login in place of the one in front, which has ended.
func (c *codes) again() {
	turn := c.turns.Front()
	if turn == nil {
		return
	}
	id, account := turn.ID, turn.AccountID
	c.do(func(ctx context.Context) error {
		_, err := c.a.core.Scrape(ctx, account, c.a.cfg.Actor)
		return err
	}, func(err error) {
		if err == nil {
			c.turns.Drop(id)
			c.show()
		}
		c.say(id, lang.T("codes.not_again"), err)
	})
}

// say puts what went wrong beside the request, if it is still in front.
func (c *codes) say(id, failed string, err error) {
	front := c.turns.Front()
	if err == nil || front == nil || front.ID != id {
		return
	}
	c.news, c.problem = "", codeProblem(failed, err)
	c.show()
}

// do works off Fyne's goroutine; then is called on it.
func (c *codes) do(work func(context.Context) error, then func(error)) {
	a := c.a
	a.acted()
	ctx := a.ctx
	a.working.Go(func() {
		err := work(ctx)
		if ctx.Err() != nil {
			return
		}
		a.ui(func() {
			then(err)
			a.touch(model.Something(core.AssistanceChanged, ""))
		})
	})
}

// tick lets the countdowns run while something waits, and stand still otherwise.
func (c *codes) tick() {
	wanted := len(c.turns.Open()) > 0 && (c.on || !c.a.hidden)
	switch {
	case wanted && c.ticking == nil:
		ctx, stop := context.WithCancel(c.a.ctx)
		c.ticking = stop
		c.a.working.Go(func() { c.beat(ctx) })
	case !wanted && c.ticking != nil:
		c.ticking()
		c.ticking = nil
	}
}

func (c *codes) beat(ctx context.Context) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-second.C:
			c.a.ui(c.count)
		}
	}
}

// count shows what is left now.
func (c *codes) count() {
	now := c.a.now()
	if front := c.turns.Front(); front != nil && c.on && c.view != nil {
		c.view.count(*front, c.turns.All(), now)
	}
	if !c.a.hidden {
		c.a.shell.accounts.count()
	}
}
