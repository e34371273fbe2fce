package api

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"reconbanker/core"
)

// requestLimit is how long one request may take; deleting an account waits for
// its run to end.
const requestLimit = 45 * time.Second

// guard is the gate every request passes before a route sees it.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &seen{ResponseWriter: w, status: http.StatusOK}
		began := s.now()
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // it is compared so by net/http itself
					panic(p)
				}
				s.log.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Str("path", r.URL.Path).Msg("a request failed badly")
				if !seen.wrote {
					s.write(seen, r, refuse(http.StatusInternalServerError, "Internal server error"))
				}
			}
			s.note(r, seen.status, s.now().Sub(began))
		}()
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		if err := s.admit(seen, r); err != nil {
			s.write(seen, r, err)
			return
		}
		if r.Method == http.MethodOptions && r.Header.Get("Origin") != "" {
			seen.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(seen, r)
	})
}

// seen remembers what was answered.
type seen struct {
	http.ResponseWriter
	status int
	wrote  bool
}

// WriteHeader implements http.ResponseWriter.
func (s *seen) WriteHeader(status int) {
	s.status, s.wrote = status, true
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController and the WebSocket library reach the writer.
func (s *seen) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *Server) note(r *http.Request, status int, took time.Duration) {
	e := s.log.Debug()
	switch {
	case status >= 500:
		e = s.log.Error()
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusTooManyRequests:
		e = s.log.Warn()
	}
	e.Str("method", r.Method).Str("path", r.URL.Path).Int("status", status).Dur("took", took).
		Str("client", clientOf(r.RemoteAddr)).Msg("request")
}

// admit checks which host the request names and which page it comes from. A page
// that rebinds its name to this machine names a host that is not ours; one that
// simply calls us shows its origin.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) error {
	if !s.isHost(r) {
		return refuse(http.StatusForbidden, "the host %q is not this program: call it by its address, or allow the name with --allow-host", cut(r.Host, 100))
	}
	origin := r.Header.Get("Origin")
	if origin != "" {
		scheme := "http://"
		if r.TLS != nil {
			scheme = "https://"
		}
		switch {
		case slices.Contains(s.origins, origin):
			h := w.Header()
			h.Set("Access-Control-Allow-Origin", origin)
			h.Add("Vary", "Origin")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Api-Key")
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
			h.Set("Access-Control-Expose-Headers", "X-Total-Count, Retry-After")
			h.Set("Access-Control-Max-Age", "600")
			return nil
		case origin == scheme+r.Host:
			return nil
		}
		return refuse(http.StatusForbidden, "calls from web pages are not allowed from %s", cut(origin, 100))
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return refuse(http.StatusForbidden, "calls from web pages are not allowed")
	}
	return nil
}

func cut(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}

// isHost tells whether the Host header names us exactly: an address of this
// connection, loopback by name where the connection is, or a name we were given.
func (s *Server) isHost(r *http.Request) bool {
	name := r.Host
	if host, port, err := net.SplitHostPort(name); err == nil {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return false
		}
		name = host
	} else if inner, ok := strings.CutPrefix(name, "["); ok {
		name = strings.TrimSuffix(inner, "]")
	}
	if name == "" {
		return false
	}
	if slices.Contains(s.hosts, name) {
		return true
	}
	local, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if local == nil {
		return false
	}
	at := local.AddrPort().Addr().Unmap().WithZone("")
	if name == "localhost" {
		return at.IsLoopback()
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip == at
}

// answer runs a route and writes what came of it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, do func(*call) (reply, error), limit time.Duration) {
	if limit > 0 {
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		r = r.WithContext(ctx)
	}
	c := &call{Request: r, w: w, s: s}
	out, err := do(c)
	if err != nil {
		s.write(w, r, err)
		return
	}
	if out.status == 0 {
		return // the route has answered by itself
	}
	s.json(w, out.status, out.body)
}

// write answers a failure.
func (s *Server) write(w http.ResponseWriter, r *http.Request, err error) {
	f := failureOf(err)
	if f.status == http.StatusInternalServerError {
		s.log.Error().Err(err).Str("path", r.URL.Path).Msg("a request failed")
	}
	h := w.Header()
	if f.retry > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((f.retry+time.Second-1)/time.Second), 10))
	}
	v1 := strings.HasPrefix(pathOf(r), "/v1/")
	if f.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", map[bool]string{false: "Bearer", true: "Api-Key"}[v1])
	}
	if f.status == http.StatusRequestEntityTooLarge {
		h.Set("Connection", "close") // what is left of the body is not read
	}
	s.json(w, f.status, f.body(v1))
}

func (s *Server) json(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	data, err := json.Marshal(body)
	if err != nil {
		s.log.Error().Err(err).Msg("write an answer as JSON")
		status, data = http.StatusInternalServerError, []byte(`{"error":"Internal server error"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data) // the client has gone: nobody is left to tell
}

// pathOf is the path without the /api in front, which every route may have.
func pathOf(r *http.Request) string {
	p := r.URL.EscapedPath()
	if rest, ok := strings.CutPrefix(p, "/api"); ok && strings.HasPrefix(rest, "/") {
		return rest
	}
	return p
}

// withToken lets a route run for the owner's token only.
func withToken(do func(*call) (reply, error)) func(*call) (reply, error) {
	return func(c *call) (reply, error) {
		text, has := bearer(c.Request)
		if !has {
			return reply{}, refuse(http.StatusUnauthorized, "Unauthorized")
		}
		var err error
		if c.token, c.owner, err = c.s.check(c.Context(), text, scopeAccess); err != nil {
			return reply{}, err
		}
		return do(c)
	}
}

// withKey lets a route run for an API key with a scope and the route's account.
// The key is checked before anything else is looked at.
func withKey(scope string, do func(*call, string) (reply, error)) func(*call) (reply, error) {
	return func(c *call) (reply, error) {
		text, has := apiKey(c.Request)
		if !has {
			return reply{}, refuse(http.StatusUnauthorized, "Unauthorized: send the API key in the header Authorization: Api-Key, or in X-Api-Key")
		}
		key, err := c.s.core.CheckAccessKey(c.Context(), text)
		if errors.Is(err, core.ErrCredentials) {
			return reply{}, &failure{status: http.StatusUnauthorized, code: "INVALID_API_KEY", message: "Invalid API key"}
		}
		if err != nil {
			return reply{}, err
		}
		c.key = key
		if !key.May(scope) {
			return reply{}, refuse(http.StatusForbidden, "this API key lacks the scope %s", scope)
		}
		id, err := c.id("accountId")
		if err != nil {
			return reply{}, err
		}
		if !key.Covers(id) {
			return reply{}, refuse(http.StatusForbidden, "this API key is not for this account")
		}
		return do(c, id)
	}
}
