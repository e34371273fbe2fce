package coretest

import (
	"errors"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

var errNo = errors.New("no")

func modes(c *contract) {
	mode, err := c.OperationMode(c.ctx)
	c.must(err)
	c.same(mode, core.ModeUnset)
	c.must(c.SetOperationMode(c.ctx, core.Passthrough, by("mode.set")))
	c.must(c.SetOperationMode(c.ctx, core.Passthrough, by("mode.set"))) // nothing done
	mode, err = c.OperationMode(c.ctx)
	c.must(err)
	c.same(mode, core.Passthrough)
	c.same(c.audits(), []string{"mode.set"})

	paused, err := c.SchedulePaused(c.ctx)
	c.must(err)
	c.same(paused, false)
	c.must(c.SetSchedulePaused(c.ctx, true, by("schedule.pause")))
	paused, err = c.SchedulePaused(c.ctx)
	c.must(err)
	c.same(paused, true)
}

func accounts(c *contract) {
	b, a := c.account("Beta"), c.account("alfa")
	archived := c.account("Cuenta")
	_, err := c.ChangeAccount(c.ctx, archived.ID, func(a *core.Account) error {
		a.Status = core.Archived
		return nil
	}, by("account.archived"))
	c.must(err)
	rows, err := c.Accounts(c.ctx)
	c.must(err)
	c.same(accountIDs(rows), []string{a.ID, b.ID, archived.ID}) // by name, archived ones too
	got, err := c.Account(c.ctx, a.ID)
	c.must(err)
	c.same(got, a)
	_, err = c.Account(c.ctx, newID())
	c.is(err, core.ErrNotFound)
	c.is(c.CreateAccount(c.ctx, a, by("account.create")), core.ErrConflict)
}

func accountChanges(c *contract) {
	a := c.account("Caja")
	want := a
	want.Name, want.Status = "Otra", core.Paused
	want.Block = &core.Block{At: c.at(1), Kind: scrapers.AccountLocked, Reason: "locked", Credentials: 3}
	want.Health = core.Health{Kind: scrapers.Network, Since: c.at(2), Failures: 4, Unexplained: 1, CodeFailed: 2, NotBefore: c.at(3)}
	want.RestartedAt, want.NextRunAt, want.LastReadAt = c.at(4), c.at(5), c.at(6)
	got, err := c.ChangeAccount(c.ctx, a.ID, func(a *core.Account) error {
		*a = want
		return nil
	}, by("account.rename"))
	c.must(err)
	c.same(got, want)
	_, err = c.ChangeAccount(c.ctx, a.ID, func(a *core.Account) error {
		a.Name, a.Block.Kind = "changed", "changed"
		return errNo
	}, by("account.rename"))
	c.is(err, errNo)
	got, err = c.Account(c.ctx, a.ID)
	c.must(err)
	c.same(got, want)
	_, err = c.ChangeAccount(c.ctx, newID(), func(*core.Account) error { return nil }, by("account.rename"))
	c.is(err, core.ErrNotFound)
	c.same(c.audits(), []string{"account.rename", "account.create"})
}

func settings(c *contract) {
	a := c.account("Caja")
	_, err := c.Settings(c.ctx, a.ID)
	c.is(err, core.ErrNotFound)
	want := c.settings(a)
	c.must(c.SaveSettings(c.ctx, want, nil, nil, by("settings.save")))
	got, err := c.Settings(c.ctx, a.ID)
	c.must(err)
	c.same(got, want)

	want.PollingMethod, want.PollingBody, want.WebhookExtraFields, want.BankAccounts = "GET", nil, nil, nil
	want.UpdatedAt = c.at(9)
	c.must(c.SaveSettings(c.ctx, want, nil, nil, by("settings.save")))
	got, err = c.Settings(c.ctx, a.ID)
	c.must(err)
	c.same(got, want)
	if got.PollingBody != nil || got.WebhookExtraFields != nil {
		c.Errorf("documents that are not there came back as %q and %q", got.PollingBody, got.WebhookExtraFields)
	}
	want.AccountID = newID()
	c.is(c.SaveSettings(c.ctx, want, nil, nil, by("settings.save")), core.ErrNotFound)
	c.same(c.audits(), []string{"settings.save", "settings.save", "account.create"})
}

func secrets(c *contract) {
	a, other := c.account("Caja"), c.configured("Otra")
	s := c.settings(a)
	c.must(c.SaveSettings(c.ctx, s, map[string][]byte{core.SecretPassword: {1, 0, 2}, core.SecretAuthToken: {3}}, nil, core.Audit{}))
	c.must(c.SaveSettings(c.ctx, s, map[string][]byte{core.SecretPassword: {4, 5}}, []string{core.SecretAuthToken, core.SecretSigning}, core.Audit{}))
	got, err := c.Settings(c.ctx, a.ID)
	c.must(err)
	c.same(got.Stored, map[string]bool{core.SecretPassword: true})
	box, err := c.Secret(c.ctx, a.ID, core.SecretPassword)
	c.must(err)
	c.same(box, []byte{4, 5})
	_, err = c.Secret(c.ctx, a.ID, core.SecretAuthToken)
	c.is(err, core.ErrNotFound)
	_, err = c.Secret(c.ctx, other.ID, core.SecretPassword)
	c.is(err, core.ErrNotFound)
}

func addressesFollow(c *contract) {
	a, other := c.configured("Caja"), c.configured("Otra")
	owed := c.keep(a, true, c.line(1), c.line(2))
	kept := c.keep(other, true, c.line(3))
	c.same(len(owed.Fresh)+len(kept.Fresh), 3)
	rows, _, err := c.Deliveries(c.ctx, core.DeliveryFilter{AccountID: a.ID, Limit: 10})
	c.must(err)
	done := rows[0]
	_, err = c.ChangeDelivery(c.ctx, done.ID, func(d *core.Delivery) error {
		d.Status, d.DoneAt = core.DeliveryDead, c.at(1)
		return nil
	}, core.Audit{})
	c.must(err)

	s := c.settings(a)
	s.WebhookURL = "https://new.example:8443/hook"
	c.must(c.SaveSettings(c.ctx, s, nil, nil, core.Audit{}))
	for id, want := range map[string]string{rows[1].ID: s.WebhookURL, done.ID: Hook} {
		d, err := c.Delivery(c.ctx, id)
		c.must(err)
		c.same([]string{d.URL, d.Receiver}, []string{want, core.ReceiverOf(want)})
	}
	others, _, err := c.Deliveries(c.ctx, core.DeliveryFilter{AccountID: other.ID, Limit: 10})
	c.must(err)
	c.same(others[0].URL, Hook)
}

func auditLog(c *contract) {
	a := c.account("Caja")
	change := func(action core.Action) {
		_, err := c.ChangeAccount(c.ctx, a.ID, func(*core.Account) error { return nil }, by(action))
		c.must(err)
	}
	for _, action := range []core.Action{"one", "", "two", "three"} { // "" leaves no line
		change(action)
	}
	c.same(c.audits(), []string{"three", "two", "one", "account.create"})
	rows, err := c.AuditLog(c.ctx, 2, 1)
	c.must(err)
	c.same(len(rows), 2)
	want := by("two")
	rows[0].AccountID = ""
	c.same(rows[0], want)
}

func deleting(c *contract) {
	a, other := c.configured("Caja"), c.configured("Otra")
	c.must(c.SaveSettings(c.ctx, c.settings(a), map[string][]byte{core.SecretPassword: {1}}, nil, core.Audit{}))
	kept := c.keep(a, true, c.line(1))
	c.keep(other, true, c.line(1))
	recent := c.attempt(a, "ana", 0)
	recent.At = time.Now() // the ledger may forget what is old
	c.must(c.BeginAttempt(c.ctx, recent, agree))
	rows, _, err := c.Deliveries(c.ctx, core.DeliveryFilter{AccountID: a.ID, Limit: 10})
	c.must(err)
	c.must(c.DeleteAccount(c.ctx, a.ID, by("account.delete")))

	_, err = c.Account(c.ctx, a.ID)
	c.is(err, core.ErrNotFound)
	_, err = c.Settings(c.ctx, a.ID)
	c.is(err, core.ErrNotFound)
	_, err = c.Secret(c.ctx, a.ID, core.SecretPassword)
	c.is(err, core.ErrNotFound)
	_, err = c.Run(c.ctx, kept.Run.ID)
	c.is(err, core.ErrNotFound)
	_, err = c.Movement(c.ctx, a.ID, kept.Fresh[0].ID)
	c.is(err, core.ErrNotFound)
	_, err = c.Delivery(c.ctx, rows[0].ID)
	c.is(err, core.ErrNotFound)
	c.is(c.DeleteAccount(c.ctx, a.ID, by("account.delete")), core.ErrNotFound)

	c.same(c.audits()[0], "account.delete")
	left, err := c.Attempts(c.ctx, BankCode, "ana", c.day.AddDate(0, 0, -1)) // the bank's user has a memory
	c.must(err)
	c.same(len(left), 1)
	_, total, err := c.Movements(c.ctx, core.MovementFilter{Limit: 10})
	c.must(err)
	c.same(total, 1)
	next, err := c.NextDelivery(c.ctx)
	c.must(err)
	c.same(next, c.day)
}
