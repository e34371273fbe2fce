package api

import (
	"net/http"

	"reconbanker/core"
	"reconbanker/core/wire"
)

func me(c *call) (reply, error) {
	mode, err := c.s.core.OperationMode(c.Context())
	if err != nil {
		return reply{}, err
	}
	return ok(struct {
		user
		Mode *string `json:"operation_mode"`
		TOTP bool    `json:"totp_enabled"`
	}{user{c.owner.ID, c.owner.Email, text(c.owner.Name)}, text(string(mode)), c.owner.TOTPEnabled})
}

func setMode(c *call) (reply, error) {
	var in struct {
		Mode string `json:"mode"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := c.s.core.SetOperationMode(c.Context(), core.OperationMode(in.Mode), c.actor()); err != nil {
		return reply{}, err
	}
	return ok(struct {
		Mode string `json:"operation_mode"`
	}{in.Mode})
}

func enrol(c *call) (reply, error) {
	uri, err := c.s.core.EnrolTOTP(c.Context(), c.actor())
	if err != nil {
		return reply{}, err
	}
	return ok(struct {
		URI string `json:"otpauth_uri"`
	}{uri})
}

func confirm(c *call) (reply, error) {
	if err := c.s.codes.take(clientOf(c.RemoteAddr)); err != nil {
		return reply{}, err
	}
	var in codeBody
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := in.check(); err != nil {
		return reply{}, err
	}
	codes, err := c.s.core.ConfirmTOTP(c.Context(), in.Code, c.actor())
	if err != nil {
		return reply{}, err
	}
	return ok(struct {
		Codes []string `json:"backup_codes"`
	}{codes})
}

func disable(c *call) (reply, error) {
	if err := c.s.codes.take(clientOf(c.RemoteAddr)); err != nil {
		return reply{}, err
	}
	var in struct {
		codeBody
		Password string `json:"password"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Password == "" {
		return reply{}, badRequest("password is required")
	}
	if err := in.check(); err != nil {
		return reply{}, err
	}
	err := c.s.core.DisableTOTP(c.Context(), in.Password, in.Code, c.actor())
	return reply{http.StatusNoContent, nil}, err
}

func listKeys(c *call) (reply, error) {
	rows, err := c.s.core.AccessKeys(c.Context())
	if err != nil {
		return reply{}, err
	}
	out := struct {
		Keys   []wire.AccessKey `json:"keys"`
		Scopes []string         `json:"available_scopes"`
	}{make([]wire.AccessKey, len(rows)), core.KeyScopes()}
	for i, k := range rows {
		out.Keys[i] = wire.FromAccessKey(k)
	}
	return ok(out)
}

func createKey(c *call) (reply, error) {
	var in struct {
		Name       string   `json:"name"`
		Scopes     []string `json:"scopes"`
		AccountIDs []string `json:"account_ids"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	for _, id := range in.AccountIDs {
		if !core.ValidID(id) {
			return reply{}, badRequest("account_ids must be UUIDs")
		}
	}
	k, secret, err := c.s.core.CreateAccessKey(c.Context(), core.AccessKeyInput{Name: in.Name, Scopes: in.Scopes, AccountIDs: in.AccountIDs}, c.actor())
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusCreated, wire.NewAccessKey{AccessKey: wire.FromAccessKey(k), Key: secret}}, nil
}

// revokeKey ends a key. Where two-factor sign-in is on it takes a code of the
// authenticator, which a key that is not there does not use up.
func revokeKey(c *call) (reply, error) {
	id, err := c.id("keyId")
	if err != nil {
		return reply{}, err
	}
	var in codeBody
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if c.owner.TOTPEnabled {
		if err := c.s.codes.take(clientOf(c.RemoteAddr)); err != nil {
			return reply{}, err
		}
		rows, err := c.s.core.AccessKeys(c.Context())
		if err != nil {
			return reply{}, err
		}
		works := false
		for _, k := range rows {
			works = works || k.ID == id && k.RevokedAt.IsZero()
		}
		if !works {
			return reply{}, notFound("API key")
		}
		if err := c.s.core.UseCode(c.Context(), in.Code, false); err != nil {
			return reply{}, err
		}
	}
	if err := c.s.core.RevokeAccessKey(c.Context(), id, c.actor()); err != nil {
		return reply{}, missing(err, "API key")
	}
	return reply{http.StatusNoContent, nil}, nil
}
