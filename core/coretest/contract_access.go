package coretest

import (
	"reconbanker/core"
)

func owners(c *contract) {
	_, err := c.Owner(c.ctx)
	c.is(err, core.ErrNotFound)
	_, err = c.ChangeOwner(c.ctx, func(*core.Owner) error { return nil }, by("owner.change"))
	c.is(err, core.ErrNotFound)

	o := core.Owner{
		ID: newID(), Email: "ana@acme.example", Name: "Ana", PasswordHash: "$argon2id$", TokenKey: []byte{1, 2},
		CreatedAt: c.at(1),
	}
	c.must(c.CreateOwner(c.ctx, o, by("owner.create")))
	c.is(c.CreateOwner(c.ctx, o, by("owner.create")), core.ErrConflict)
	got, err := c.Owner(c.ctx)
	c.must(err)
	c.same(got, o)

	want := o
	want.Email, want.Name, want.PasswordHash, want.TokenKey = "eva@acme.example", "Eva", "other", []byte{3}
	want.TOTPSecret, want.TOTPEnabled, want.TOTPStep, want.BackupCodes = []byte{4}, true, 7, []string{"a", "b"}
	got, err = c.ChangeOwner(c.ctx, func(o *core.Owner) error {
		*o = want
		o.ID = "another"
		return nil
	}, by("owner.change"))
	c.must(err)
	c.same(got, want)
	_, err = c.ChangeOwner(c.ctx, func(o *core.Owner) error {
		o.Name = "nobody"
		return errNo
	}, by("owner.change"))
	c.is(err, errNo)
	got, err = c.Owner(c.ctx)
	c.must(err)
	c.same(got, want)
	c.same(c.audits(), []string{"owner.change", "owner.create"})
}

func revokedTokens(c *contract) {
	c.must(c.RevokeToken(c.ctx, "one", c.at(1), c.at(0)))
	c.must(c.RevokeToken(c.ctx, "one", c.at(1), c.at(0))) // twice is once
	for id, want := range map[string]bool{"one": true, "two": false} {
		got, err := c.TokenRevoked(c.ctx, id)
		c.must(err)
		c.same(got, want)
	}
	c.must(c.RevokeToken(c.ctx, "two", c.at(9), c.at(2)))
	got, err := c.TokenRevoked(c.ctx, "one") // long over: forgotten
	c.must(err)
	c.same(got, false)
}

func accessKeys(c *contract) {
	rows, err := c.AccessKeys(c.ctx)
	c.must(err)
	c.same(rows, []core.AccessKey{})
	one := core.AccessKey{ID: newID(), Name: "relay", Prefix: "0000000a", Hash: []byte{1}, Scopes: []string{core.ScopeOTP}, CreatedAt: c.at(1)}
	two := one
	two.ID, two.Prefix, two.AccountIDs = newID(), "0000000b", []string{newID(), newID()}
	c.must(c.CreateAccessKey(c.ctx, one, by("key.create")))
	c.must(c.CreateAccessKey(c.ctx, two, by("key.create")))
	again := one
	again.ID = newID()
	c.is(c.CreateAccessKey(c.ctx, again, by("key.create")), core.ErrConflict)
	rows, err = c.AccessKeys(c.ctx)
	c.must(err)
	c.same(rows, []core.AccessKey{two, one})
	if rows[1].AccountIDs != nil {
		c.Error("a key for every account came back as one for none")
	}
	c.must(c.UseAccessKey(c.ctx, one.ID, c.at(2)))
	c.must(c.RevokeAccessKey(c.ctx, one.ID, c.at(3), by("key.revoke")))
	c.is(c.RevokeAccessKey(c.ctx, one.ID, c.at(4), by("key.revoke")), core.ErrNotFound)
	c.is(c.RevokeAccessKey(c.ctx, newID(), c.at(4), by("key.revoke")), core.ErrNotFound)
	one.LastUsedAt, one.RevokedAt = c.at(2), c.at(3)
	got, err := c.AccessKey(c.ctx, one.Prefix)
	c.must(err)
	c.same(got, one)
	_, err = c.AccessKey(c.ctx, "ffffffff")
	c.is(err, core.ErrNotFound)
	c.same(c.audits(), []string{"key.revoke", "key.create", "key.create"})
}

func apiSettings(c *contract) {
	got, err := c.APISettings(c.ctx)
	c.must(err)
	c.same(got, core.APISettings{})
	want := core.APISettings{Enabled: true, Listen: "127.0.0.1:1", CertFile: "c", KeyFile: "k", InsecureHTTP: true, Hosts: []string{"h"}, Origins: []string{"https://o"}}
	c.must(c.SetAPISettings(c.ctx, want, by("api.on")))
	got, err = c.APISettings(c.ctx)
	c.must(err)
	c.same(got, want)
	c.same(c.audits(), []string{"api.on"})
}
