package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"reconbanker/core"
)

// Scopes of tokens. Each is good for one thing only.
const (
	scopeAccess  = "access"      // every route but /v1
	scopePending = "2fa_pending" // the second step of signing in
	scopeSocket  = "ws"          // opening one WebSocket
)

const (
	accessLife    = 7 * 24 * time.Hour
	challengeLife = 5 * time.Minute
	ticketLife    = 30 * time.Second

	issuer   = "reconbanker"
	audience = "reconbanker-api"
)

// claims are what a token says.
type claims struct {
	jwt.RegisteredClaims
	Email string `json:"email"`
	Scope string `json:"scope"`
}

// mint makes a token of the owner's.
func (s *Server) mint(ctx context.Context, o core.Owner, scope string, life time.Duration) (string, error) {
	key, err := s.core.TokenKey(ctx, o)
	if err != nil {
		return "", err
	}
	defer clear(key)
	now := s.now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: o.ID, ID: uuid.NewString(),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(life)),
		},
		Email: o.Email, Scope: scope,
	}).SignedString(key)
}

// errToken is the answer to a token that is wrong in any way.
var errToken = &failure{status: http.StatusUnauthorized, code: "INVALID_TOKEN", message: "Invalid token"}

// check returns what a token says and whose it is. HS256 is the only algorithm,
// and a token that was revoked, or is for something else, is none.
func (s *Server) check(ctx context.Context, text, scope string) (claims, core.Owner, error) {
	o, err := s.core.Owner(ctx)
	if errors.Is(err, core.ErrNotFound) {
		return claims{}, o, errToken
	}
	if err != nil {
		return claims{}, o, err
	}
	key, err := s.core.TokenKey(ctx, o)
	if err != nil {
		return claims{}, o, err
	}
	defer clear(key)
	var c claims
	_, err = jwt.ParseWithClaims(text, &c, func(*jwt.Token) (any, error) { return key, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithSubject(o.ID), jwt.WithTimeFunc(s.now),
		jwt.WithLeeway(5*time.Second))
	if c.Scope == "" {
		c.Scope = scopeAccess
	}
	if err != nil || c.ID == "" || c.Scope != scope {
		return claims{}, o, errToken
	}
	revoked, err := s.core.TokenRevoked(ctx, c.ID)
	if err != nil {
		return claims{}, o, err // never open when it cannot be told
	}
	if revoked {
		return claims{}, o, errToken
	}
	return c, o, nil
}

// bearer returns the token of a request.
func bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

// apiKey returns the API key of a request; a Bearer header is never one.
func apiKey(r *http.Request) (string, bool) {
	if key := strings.TrimSpace(r.Header.Get("X-Api-Key")); key != "" {
		return key, true
	}
	scheme, key, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	return key, ok && strings.EqualFold(scheme, "Api-Key") && key != ""
}
