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
)

// This file does what a person asks for on the orders screen.

// onOrder does something with the order in question.
func (v *orders) onOrder(button *look.Button, done, failed string, work func(ctx context.Context, id string) error) {
	id := v.detail.Order.ID
	if id == "" {
		return
	}
	v.a.do(action{button: button, done: done, failed: failed}, func(ctx context.Context) error { return work(ctx, id) })
}

func (v *orders) settleChosen() {
	payment := v.payment
	if payment == "" {
		return
	}
	v.onOrder(v.settle, lang.T("orders.settled"), lang.T("orders.not_settled"), func(ctx context.Context, id string) error {
		_, err := v.a.core.SettleOrder(ctx, id, payment, v.a.cfg.Actor)
		return err
	})
}

func (v *orders) refuseChosen() {
	payment := v.payment
	if payment == "" {
		return
	}
	v.onOrder(v.refuse, lang.T("orders.was_refused"), lang.T("orders.not_refused"), func(ctx context.Context, id string) error {
		_, err := v.a.core.RefusePair(ctx, id, payment, v.a.cfg.Actor)
		return err
	})
}

func (v *orders) matchNow() {
	v.onOrder(v.match, lang.T("orders.was_matched"), lang.T("orders.not_matched"), func(ctx context.Context, id string) error {
		_, err := v.a.core.RunMatch(ctx, id, v.a.cfg.Actor)
		return err
	})
}

func (v *orders) askUndo() {
	v.a.confirm(lang.T("orders.undo_title"), lang.T("orders.undo_means"), lang.T("orders.undo"), true, func() {
		v.onOrder(v.undo, lang.T("orders.undone"), lang.T("orders.not_undone"), func(ctx context.Context, id string) error {
			_, err := v.a.core.UndoMatch(ctx, id, v.a.cfg.Actor)
			return err
		})
	})
}

func (v *orders) resendResult() {
	v.onOrder(v.resend, lang.T("deliveries.sent"), lang.T("deliveries.not_sent"), func(ctx context.Context, id string) error {
		_, err := v.a.core.ResendOrder(ctx, id, v.a.cfg.Actor)
		return err
	})
}

func (v *orders) dismiss(alert core.OrderAlert, button *look.Button) {
	v.a.do(action{button: button, failed: lang.T("orders.not_dismissed")}, func(ctx context.Context) error {
		return v.a.core.DismissOrderAlert(ctx, alert.ID, v.a.cfg.Actor)
	})
}

// pollNow reads the lists of orders that are shown: of one account, or of all.
func (v *orders) pollNow() {
	account := v.query.AccountID
	v.a.do(action{button: v.poll, done: lang.T("orders.was_polled"), failed: lang.T("orders.not_polled")}, func(ctx context.Context) error {
		if account != "" {
			_, err := v.a.core.PollNow(ctx, account, v.a.cfg.Actor)
			return err
		}
		feeds, err := v.a.core.Feeds(ctx)
		for _, f := range feeds {
			_, failed := v.a.core.PollNow(ctx, f.AccountID, v.a.cfg.Actor)
			err = errors.Join(err, failed)
		}
		return err
	})
}

// seeRejected lists the rows that were left out, and why.
func (v *orders) seeRejected() {
	list := look.Column(10)
	for _, f := range v.health.Poor {
		lines := []fyne.CanvasObject{look.NewLines(v.a.accountName(f.AccountID), theme.ColorNameForeground, theme.SizeNameText).Bold()}
		for _, r := range f.RejectedTop {
			id := r.ExternalID
			if id == "" {
				id = "—"
			}
			why, _ := lang.Said(r.Reason)
			lines = append(lines, look.NewLines(lang.T("orders.row", "n", r.Position, "id", id, "reason", why), look.Muted, look.SmallText))
		}
		list.Add(look.Column(4, lines...))
	}
	scroll := container.NewVScroll(look.Inset(list, 0, 0, 0, 12))
	scroll.SetMinSize(fyne.NewSize(0, 320))
	var m *modal
	closing := look.NewPrimary(lang.T("dialog.close"), func() { m.close() })
	m = v.a.newModal(620, lang.N("orders.rejected", v.health.Rejected), look.Column(10, small(lang.T("orders.rejected_means")), scroll), closing)
	m.show()
	v.a.window.Canvas().Focus(closing)
}
