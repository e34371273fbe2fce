package gui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
)

func (v *deliveries) sendChosen() {
	if v.detail.Row.ID != "" {
		v.resend(v.detail.Row)
	}
}

// resend sends one now. A delivered one is sent once more only after asking: its
// receiver gets it under a new webhook-id and cannot tell that it is a repeat.
func (v *deliveries) resend(row model.DeliveryRow) {
	act := action{button: v.send, done: lang.T("deliveries.sent"), failed: lang.T("deliveries.not_sent")}
	if row.Status != core.DeliveryDelivered {
		v.a.do(act, func(ctx context.Context) error {
			_, err := v.a.core.ResendDelivery(ctx, row.ID, v.a.cfg.Actor)
			return err
		})
		return
	}
	v.a.confirm(lang.T("deliveries.once_more"), lang.T("deliveries.once_more_means"), lang.T("deliveries.send_again"), false, func() {
		v.a.do(act, func(ctx context.Context) (err error) {
			if row.Kind == core.OrderDelivery {
				_, err = v.a.core.ResendOrder(ctx, row.SubjectID, v.a.cfg.Actor)
			} else {
				_, err = v.a.core.Resend(ctx, row.AccountID, row.SubjectID, true, v.a.cfg.Actor)
			}
			return err
		})
	})
}

// askResendAll asks before every dead letter that the account filter leaves is
// sent again.
func (v *deliveries) askResendAll() {
	n := v.counts[core.DeliveryDead]
	if n == 0 {
		return
	}
	means := lang.T("deliveries.all_means")
	if v.query.AccountID != "" {
		means = lang.T("deliveries.all_of", "name", v.a.accountName(v.query.AccountID)) + " " + means
	}
	v.a.confirm(lang.N("deliveries.all_title", n), means, lang.T("deliveries.send_again"), false, v.resendAll)
}

// resendAll sends the dead letters again, and shows how far it is.
func (v *deliveries) resendAll() {
	ctx, stop := context.WithCancel(v.a.ctx)
	bar := look.NewBar(6)
	words := look.NewCut(lang.T("deliveries.all_begin"), look.Muted, theme.SizeNameText)
	var m *modal
	cancel := look.NewButton(lang.T("dialog.cancel"), stop)
	m = v.a.newModal(420, lang.T("deliveries.all_working"), look.Column(8, words, bar), cancel)
	m.show()
	v.a.window.Canvas().Focus(cancel)

	step := func(n, of int) {
		if every := max(of/100, 1); n%every != 0 && n != of {
			return // a hundred steps are enough to see
		}
		v.a.ui(func() {
			bar.SetValue(float64(n) / float64(of))
			words.Set(lang.T("deliveries.all_step", "n", n, "of", of))
		})
	}
	src, account, actor := v.a.core, v.query.AccountID, v.a.cfg.Actor
	done, ended := 0, error(nil)
	v.a.do(action{then: func() {
		m.close()
		v.sayResent(done, ended)
	}}, func(context.Context) error {
		defer stop()
		done, ended = model.ResendDead(ctx, src, account, actor, step)
		return nil // told above, with how many went well
	})
}

func (v *deliveries) sayResent(done int, err error) {
	switch {
	case err == nil:
		v.a.toasts.good(lang.N("deliveries.all_done", done))
	case errors.Is(err, context.Canceled):
		v.a.toasts.good(lang.N("deliveries.all_stopped", done))
	default:
		v.a.toasts.bad(lang.N("deliveries.all_failed", done), explain(err))
	}
}
