package api

import (
	"errors"
	"net/http"
	"net/netip"

	"reconbanker/core"
)

// user is the owner as signing in shows them.
type user struct {
	ID    string  `json:"id"`
	Email string  `json:"email"`
	Name  *string `json:"name"`
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// register makes the owner, once. Only somebody at this machine may: beyond it
// the first to call would own the installation.
func register(c *call) (reply, error) {
	if err := c.s.registers.take(clientOf(c.RemoteAddr)); err != nil {
		return reply{}, err
	}
	var in struct {
		Email    string `json:"email"`
		Password string `json:"password"`
		Name     string `json:"name"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Email == "" || in.Password == "" {
		return reply{}, badRequest("email and password required")
	}
	if from, err := netip.ParseAddrPort(c.RemoteAddr); err != nil || !from.Addr().Unmap().IsLoopback() {
		return reply{}, refuse(http.StatusForbidden, "the owner is made on the machine itself: use the window, or \"reconbanker owner set\"")
	}
	o, err := c.s.core.RegisterOwner(c.Context(), core.OwnerInput{Email: in.Email, Password: in.Password, Name: in.Name}, "API")
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusCreated, struct {
		ID    string `json:"id"`
		Email string `json:"email"`
	}{o.ID, o.Email}}, nil
}

type signedIn struct {
	Token string `json:"token"`
	User  user   `json:"user"`
}

func (c *call) signIn(o core.Owner) (reply, error) {
	token, err := c.s.mint(c.Context(), o, scopeAccess, accessLife)
	if err != nil {
		return reply{}, err
	}
	return ok(signedIn{token, user{o.ID, o.Email, text(o.Name)}})
}

func login(c *call) (reply, error) {
	if err := c.s.logins.take(clientOf(c.RemoteAddr)); err != nil {
		return reply{}, err
	}
	var in struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Email == "" || in.Password == "" {
		return reply{}, badRequest("email and password required")
	}
	o, err := c.s.core.CheckPassword(c.Context(), in.Email, in.Password)
	if err != nil {
		return reply{}, err
	}
	if !o.TOTPEnabled {
		return c.signIn(o)
	}
	challenge, err := c.s.mint(c.Context(), o, scopePending, challengeLife)
	if err != nil {
		return reply{}, err
	}
	return ok(struct {
		Requires  bool   `json:"requiresTotp"`
		Challenge string `json:"challengeToken"`
	}{true, challenge})
}

// code is the body of a code alone, or beside something else.
type codeBody struct {
	Code string `json:"code"`
}

func (b codeBody) check() error {
	if len(b.Code) < 1 || len(b.Code) > 32 {
		return badRequest("code is required: 1 to 32 characters")
	}
	return nil
}

func loginTOTP(c *call) (reply, error) {
	if err := c.s.logins.take(clientOf(c.RemoteAddr)); err != nil {
		return reply{}, err
	}
	var in struct {
		codeBody
		Challenge string `json:"challengeToken"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Challenge == "" {
		return reply{}, badRequest("challengeToken is required")
	}
	if err := in.check(); err != nil {
		return reply{}, err
	}
	_, o, err := c.s.check(c.Context(), in.Challenge, scopePending)
	if errors.Is(err, errToken) || err == nil && !o.TOTPEnabled {
		return reply{}, refuse(http.StatusUnauthorized, "Invalid or expired challenge")
	}
	if err != nil {
		return reply{}, err
	}
	if err := c.s.core.UseCode(c.Context(), in.Code, true); err != nil {
		return reply{}, err
	}
	return c.signIn(o)
}

func logout(c *call) (reply, error) {
	err := c.s.core.RevokeToken(c.Context(), c.token.ID, c.token.ExpiresAt.Time)
	return reply{http.StatusNoContent, nil}, err
}
