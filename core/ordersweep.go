package core

import (
	"context"
	"fmt"
	"time"
)

// sweepOrders evaluates the orders to which an evaluation is owed: after a crash,
// after one that failed, and after movements came in passthrough mode.
func (c *Core) sweepOrders(ctx context.Context) error {
	stale, err := c.store.StaleOrders(ctx, c.now(), rowsAtOnce)
	if err != nil || len(stale) == 0 {
		return err
	}
	zones, err := c.zones(ctx)
	if err != nil {
		return err
	}
	amounts := map[string][]Money{}
	seen := map[string]map[Money]bool{}
	for _, o := range stale {
		if seen[o.AccountID] == nil {
			seen[o.AccountID] = map[Money]bool{}
		}
		if !seen[o.AccountID][o.Amount] {
			seen[o.AccountID][o.Amount] = true
			amounts[o.AccountID] = append(amounts[o.AccountID], o.Amount)
		}
	}
	for account, list := range amounts {
		if err := c.weighIn(ctx, account, zones[account], list); err != nil {
			return err
		}
	}
	return nil
}

// weigh evaluates the open orders of one amount, in reconcile mode.
func (c *Core) weigh(ctx context.Context, accountID string, amount Money) error {
	zones, err := c.zones(ctx)
	if err != nil {
		return err
	}
	return c.weighIn(ctx, accountID, zones[accountID], []Money{amount})
}

func (c *Core) weighIn(ctx context.Context, accountID string, zone *time.Location, amounts []Money) error {
	touched := false
	err := c.store.ChangeOrders(ctx, func(tx OrderTx) error {
		mode, err := tx.Mode()
		if err != nil || mode != Reconcile {
			return err
		}
		e, err := c.evaluation(tx, accountID, zone)
		if err != nil {
			return err
		}
		for _, amount := range amounts {
			if err := e.amount(amount); err != nil {
				return err
			}
		}
		touched = e.touched
		return nil
	})
	if err != nil {
		return fmt.Errorf("match orders again: %w", err)
	}
	if touched {
		c.hint(OrdersChanged, accountID)
		c.deliverer.nudge()
	}
	return nil
}

// learn keeps what a person has settled as a pair of names.
func (e *evaluation) learn(o Order, match OrderMatch) error {
	m, err := e.tx.Movement(o.AccountID, match.MovementID)
	if err != nil {
		return err
	}
	order, bank := NameKey(o.Name), NameKey(m.Sender)
	if order == "" || bank == "" {
		return nil
	}
	err = e.tx.AddAlias(Alias{
		ID: newID(), AccountID: o.AccountID, OrderName: o.Name, BankName: m.Sender, MatchID: match.ID, CreatedAt: e.now, By: match.Actor,
	}, order, bank)
	if err != nil {
		return fmt.Errorf("learn a pair of names: %w", err)
	}
	return nil
}

// DropAlias forgets a pair of names.
func (c *Core) DropAlias(ctx context.Context, id, actor string) error {
	return c.forgetting(ctx, ActDropAlias, id, actor, func(tx OrderTx) error { return tx.DropAlias(id) })
}

// DropRefusal allows a refused pair again.
func (c *Core) DropRefusal(ctx context.Context, orderID, movementID, actor string) error {
	return c.forgetting(ctx, ActDropRefusal, orderID, actor, func(tx OrderTx) error { return tx.DropRefusal(orderID, movementID) })
}

// DismissOrderAlert closes an alert that a person has dealt with.
func (c *Core) DismissOrderAlert(ctx context.Context, id, actor string) error {
	return c.forgetting(ctx, "alert.dismiss", id, actor, func(tx OrderTx) error { return tx.CloseAlert(id, c.now(), actor) })
}

func (c *Core) forgetting(ctx context.Context, action Action, id, actor string, do func(OrderTx) error) error {
	err := c.store.ChangeOrders(ctx, func(tx OrderTx) error {
		if err := do(tx); err != nil {
			return err
		}
		return tx.Audit(c.audit(actor, action, "", id))
	})
	if err == nil {
		c.hint(OrdersChanged, "")
	}
	return err
}
