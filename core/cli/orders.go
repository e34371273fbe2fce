package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"reconbanker/core"
	"reconbanker/core/wire"
)

// OrdersCmd is the orders verb with its own verbs.
type OrdersCmd struct {
	List   OrdersList   `cmd:"" default:"withargs" help:"List orders, newest first."`
	Show   OrdersShow   `cmd:"" help:"Show an order with its history and the payments it may be settled with."`
	Poll   OrdersPoll   `cmd:"" help:"Read an account's list of pending orders now."`
	Run    OrdersRun    `cmd:"" help:"Match an order now; one that failed or expired lives again."`
	Settle OrdersSettle `cmd:"" help:"Settle an order with a movement of your choice."`
	Refuse OrdersRefuse `cmd:"" help:"Say that a movement does not pay an order."`
	Undo   OrdersUndo   `cmd:"" help:"Undo an order's match; a correction is sent."`
	Resend OrdersResend `cmd:"" help:"Send an order's result again."`
	Alerts OrdersAlerts `cmd:"" help:"List what speaks against matches that were announced."`
}

// OrdersList lists orders.
type OrdersList struct {
	Account string `help:"Only this account's." placeholder:"ACCOUNT"`
	Status  string `help:"Only these, with commas: pending, processing, matched, ambiguous, not_found, expired, cancelled, failed." placeholder:"STATUS"`
	Search  string `help:"Only those with this text." placeholder:"TEXT"`
	Limit   int    `help:"At most so many, up to 500." default:"100"`
	Offset  int    `help:"Skip so many." default:"0"`
}

// Run implements the command.
func (c *OrdersList) Run(ctx context.Context, h *Host) error {
	f := core.OrderFilter{Search: c.Search, Limit: c.Limit, Offset: c.Offset}
	for s := range strings.SplitSeq(c.Status, ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if !core.OrderStatus(s).Known() {
			return fmt.Errorf("there is no status %q: see \"reconbanker orders list --help\"", s)
		}
		f.Statuses = append(f.Statuses, core.OrderStatus(s))
	}
	if c.Account != "" {
		a, err := h.account(ctx, c.Account)
		if err != nil {
			return err
		}
		f.AccountID = a.ID
	}
	rows, total, err := h.Core.Orders(ctx, f)
	if err != nil {
		return err
	}
	accounts, err := h.Core.Accounts(ctx)
	if err != nil {
		return err
	}
	out := make([]wire.Order, len(rows))
	for i, o := range rows {
		out[i] = wire.FromOrder(o, accountOf(accounts, o))
	}
	return h.print(out, func(w io.Writer) {
		t := table(w, "ID", "EXTERNAL ID", "STATUS", "REASON", "AMOUNT", "", "NAME", "REGISTERED")
		for _, o := range rows {
			row(t, o.ID, o.ExternalID, string(o.Status), or(string(o.Reason), "-"), o.Amount.Decimal(), o.Amount.Currency, o.Name, when(o.CreatedAt))
		}
		t.Flush()
		fmt.Fprintf(w, "%d of %d\n", len(rows), total)
	})
}

func accountOf(all []core.Account, o core.Order) core.Account {
	for _, a := range all {
		if a.ID == o.AccountID {
			return a
		}
	}
	return core.Account{}
}

type orderArg struct {
	Order string `arg:"" help:"Id of the order."`
}

// OrdersShow shows an order.
type OrdersShow struct {
	orderArg `embed:""`
}

// Run implements the command.
func (c *OrdersShow) Run(ctx context.Context, h *Host) error {
	d, err := h.Core.Order(ctx, c.Order)
	if err != nil {
		return err
	}
	a, err := h.Core.Account(ctx, d.Order.AccountID)
	if err != nil {
		return err
	}
	return h.print(wire.FromOrderDetail(d, a, true), func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s %s  %s\n%s (%s), registered %s, expires %s\n", d.Order.ExternalID, d.Order.Amount.Decimal(), d.Order.Amount.Currency,
			d.Order.Name, d.Order.Status, or(string(d.Order.Reason), "-"), when(d.Order.CreatedAt), when(d.Order.ExpiresAt))
		if m := d.Match(); m != nil {
			fmt.Fprintf(w, "paid by %s, %s\n", m.MovementID, d.Movements[m.MovementID].Sender)
		}
		fmt.Fprintln(w, "history")
		weighed := func(id string, s core.Similarity) {
			fmt.Fprintf(w, "     %s  %.2f %-6s  %s  %v\n", id, s.Score, s.Band, or(d.Movements[id].Sender, "-"), s.Reasons)
		}
		for _, a := range d.Attempts {
			fmt.Fprintf(w, "%3d  %s  %s (%s) %s\n", a.N, when(a.At), a.Result, a.Reason, a.Actor)
			for _, x := range a.Candidates {
				weighed(x.MovementID, x.Similarity)
			}
		}
		if len(d.Free) == 0 {
			return
		}
		fmt.Fprintln(w, "payments of this amount that are free")
		for _, f := range d.Free {
			weighed(f.MovementID, f.Similarity)
		}
	})
}

// OrdersPoll polls a list.
type OrdersPoll struct {
	accountArg `embed:""`
}

// Run implements the command.
func (c *OrdersPoll) Run(ctx context.Context, h *Host) error {
	a, err := h.account(ctx, c.Account)
	if err != nil {
		return err
	}
	f, err := h.Core.PollNow(ctx, a.ID, h.Actor)
	if err != nil {
		return err
	}
	return h.print(wire.FromFeed(f), func(w io.Writer) {
		fmt.Fprintf(w, "%d orders listed, %d rows left out, %d cancellations held\n", f.Accepted, f.Rejected, f.Held)
		for _, r := range f.RejectedTop {
			fmt.Fprintf(w, "row %d %s: %s\n", r.Position, strconv.Quote(r.ExternalID), r.Reason)
		}
	})
}

// changed prints an order that a verb has changed.
func (h *Host) changed(ctx context.Context, o core.Order) error {
	a, err := h.Core.Account(ctx, o.AccountID)
	if err != nil {
		return err
	}
	return h.print(wire.FromOrder(o, a), func(w io.Writer) {
		fmt.Fprintf(w, "order %s is %s (%s)\n", o.ExternalID, o.Status, or(string(o.Reason), "-"))
	})
}

// OrdersRun matches an order now.
type OrdersRun struct {
	orderArg `embed:""`
}

// Run implements the command.
func (c *OrdersRun) Run(ctx context.Context, h *Host) error {
	o, err := h.Core.RunMatch(ctx, c.Order, h.Actor)
	if err != nil {
		return err
	}
	return h.changed(ctx, o)
}

type pairArg struct {
	orderArg `embed:""`
	Movement string `arg:"" help:"Id of the movement."`
}

// OrdersSettle settles an order.
type OrdersSettle struct {
	pairArg `embed:""`
}

// Run implements the command.
func (c *OrdersSettle) Run(ctx context.Context, h *Host) error {
	o, err := h.Core.SettleOrder(ctx, c.Order, c.Movement, h.Actor)
	if err != nil {
		return err
	}
	return h.changed(ctx, o)
}

// OrdersRefuse refuses a pair.
type OrdersRefuse struct {
	pairArg `embed:""`
}

// Run implements the command.
func (c *OrdersRefuse) Run(ctx context.Context, h *Host) error {
	o, err := h.Core.RefusePair(ctx, c.Order, c.Movement, h.Actor)
	if err != nil {
		return err
	}
	return h.changed(ctx, o)
}

// OrdersUndo undoes a match.
type OrdersUndo struct {
	orderArg `embed:""`
}

// Run implements the command.
func (c *OrdersUndo) Run(ctx context.Context, h *Host) error {
	o, err := h.Core.UndoMatch(ctx, c.Order, h.Actor)
	if err != nil {
		return err
	}
	return h.changed(ctx, o)
}

// OrdersResend sends a result again.
type OrdersResend struct {
	orderArg `embed:""`
}

// Run implements the command.
func (c *OrdersResend) Run(ctx context.Context, h *Host) error {
	d, err := h.Core.ResendOrder(ctx, c.Order, h.Actor)
	if err != nil {
		return err
	}
	return h.followDelivery(ctx, d)
}

// OrdersAlerts lists alerts.
type OrdersAlerts struct {
	Account string `help:"Only this account's." placeholder:"ACCOUNT"`
	All     bool   `help:"Those that were dismissed as well."`
	Dismiss string `help:"Dismiss this one instead." placeholder:"ID"`
}

// Run implements the command.
func (c *OrdersAlerts) Run(ctx context.Context, h *Host) error {
	if c.Dismiss != "" {
		return h.Core.DismissOrderAlert(ctx, c.Dismiss, h.Actor)
	}
	account := ""
	if c.Account != "" {
		a, err := h.account(ctx, c.Account)
		if err != nil {
			return err
		}
		account = a.ID
	}
	rows, total, err := h.Core.OrderAlerts(ctx, account, c.All, 100, 0)
	if err != nil {
		return err
	}
	type alert struct {
		ID, Kind, Order, Movement, Other, At string
		Closed                               *string `json:",omitempty"`
	}
	out := make([]alert, len(rows))
	for i, a := range rows {
		out[i] = alert{a.ID, string(a.Kind), a.OrderID, a.MovementID, a.OtherID, a.At.UTC().Format(time.RFC3339), wire.Time(a.ClosedAt)}
	}
	return h.print(out, func(w io.Writer) {
		t := table(w, "ID", "KIND", "ORDER", "MOVEMENT", "BECAUSE OF", "SINCE")
		for _, a := range rows {
			row(t, a.ID, string(a.Kind), or(a.OrderID, "-"), or(a.MovementID, "-"), or(a.OtherID, "-"), when(a.At))
		}
		t.Flush()
		fmt.Fprintf(w, "%d of %d\n", len(rows), total)
	})
}
