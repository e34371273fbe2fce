package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"reconbanker/core"
)

// route is one line of the table below.
type route struct {
	pattern string // method and path, without /api
	do      func(*call) (reply, error)
}

// table lists every route. Those without withToken or withKey are open.
func table() []route {
	return []route{
		{"GET /health", health},
		{"GET /openapi.yaml", document},

		{"POST /auth/register", register},
		{"POST /auth/login", login},
		{"POST /auth/login/totp", loginTOTP},
		{"POST /auth/logout", withToken(logout)},

		{"GET /me", withToken(me)},
		{"PUT /me/operation-mode", withToken(setMode)},
		{"POST /me/2fa/enroll", withToken(enrol)},
		{"POST /me/2fa/confirm", withToken(confirm)},
		{"DELETE /me/2fa", withToken(disable)},
		{"GET /me/api-keys", withToken(listKeys)},
		{"POST /me/api-keys", withToken(createKey)},
		{"DELETE /me/api-keys/{keyId}", withToken(revokeKey)},

		{"GET /banks", withToken(listBanks)},
		{"POST /banks", withToken(createBank)},
		{"GET /banks/{bankId}", withToken(getBank)},

		{"GET /accounts", withToken(listAccounts)},
		{"POST /accounts", withToken(createAccount)},
		{"GET /accounts/{accountId}", withToken(getAccount)},
		{"PATCH /accounts/{accountId}", withToken(changeAccount)},
		{"DELETE /accounts/{accountId}", withToken(deleteAccount)},
		{"GET /accounts/{accountId}/config", withToken(getConfig)},
		{"PUT /accounts/{accountId}/config", withToken(putConfig)},
		{"POST /accounts/{accountId}/scrape", withToken(scrape)},
		{"POST /accounts/{accountId}/restart", withToken(restart)},
		{"GET /accounts/{accountId}/otp", withToken(pendingOTP)},
		{"POST /accounts/{accountId}/otp", withToken(submitOTP)},

		{"GET /accounts/{accountId}/movements", withToken(listMovements)},
		{"GET /accounts/{accountId}/movements/dead-letters", withToken(deadLetters)},
		{"POST /accounts/{accountId}/movements/{movementId}/notify", withToken(notifyMovement)},
		{"POST /accounts/{accountId}/movements/{movementId}/exclude", withToken(excludeMovement)},
		{"POST /accounts/{accountId}/movements/{movementId}/restore", withToken(restoreMovement)},

		{"GET /conciliation", withToken(listOrders)},
		{"GET /conciliation/{requestId}", withToken(getOrder)},
		{"POST /conciliation/{requestId}/{action}", withToken(orderAction)},
		{"GET /conciliation/poll/{accountId}", withToken(getFeed)},

		{"GET /runs", withToken(listRuns)},
		{"GET /runs/{jobId}", withToken(getRun)},
		{"POST /runs/{jobId}/cancel", withToken(cancelRun)},
		{"GET /deliveries", withToken(listDeliveries)},
		{"GET /deliveries/{deliveryId}", withToken(getDelivery)},
		{"POST /deliveries/{deliveryId}/resend", withToken(resendDelivery)},

		{"GET /events", withToken(events)},
		{"POST /realtime/ticket", withToken(ticket)},
		{"GET /realtime", realtime},

		{"GET /v1/accounts/{accountId}/status", withKey(core.ScopeStatus, status)},
		{"POST /v1/accounts/{accountId}/otp", withKey(core.ScopeOTP, relayCode)},
	}
}

// routes builds the mux. A path that would be cleaned is none of ours: nothing is
// redirected, so that no trick with a path is followed.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, r := range table() {
		limit := requestLimit
		if r.pattern == "GET /events" || r.pattern == "GET /realtime" {
			limit = 0 // they last as long as somebody listens
		}
		mux.HandleFunc(r.pattern, func(w http.ResponseWriter, req *http.Request) { s.answer(w, req, withQuery(r.do), limit) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := pathOf(r)
		unescaped, err := url.PathUnescape(path)
		tricky := err != nil || strings.Contains(path, "//") || strings.Contains(unescaped, "..") || strings.Contains(unescaped, "/./")
		if tricky || strings.Contains(strings.ToLower(path), "%2f") {
			s.write(w, r, notFound("Route"))
			return
		}
		if path != "/" {
			path = strings.TrimSuffix(path, "/")
		}
		inner := r.Clone(r.Context())
		inner.URL.Path, inner.URL.RawPath = unescapedPath(path), path
		if _, pattern := mux.Handler(inner); pattern == "" {
			s.write(w, r, noRoute(mux, w, inner))
			return
		}
		mux.ServeHTTP(w, inner)
	})
}

func unescapedPath(path string) string {
	p, err := url.PathUnescape(path)
	if err != nil {
		return path
	}
	return p
}

// noRoute says whether the path or only the method is unknown.
func noRoute(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) error {
	var allow []string
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := mux.Handler(probe); pattern != "" {
			allow = append(allow, method)
		}
	}
	if allow == nil {
		return notFound("Route")
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	return refuse(http.StatusMethodNotAllowed, "%s is not possible here: use %s", cut(r.Method, 20), strings.Join(allow, " or "))
}

// withQuery refuses a query that cannot be read before a route looks at it.
func withQuery(do func(*call) (reply, error)) func(*call) (reply, error) {
	return func(c *call) (reply, error) {
		query, err := url.ParseQuery(c.URL.RawQuery)
		if err != nil {
			return reply{}, badRequest("the query is malformed: write it as name=value, with other characters escaped")
		}
		c.query = query
		return do(c)
	}
}

// health tells whether the program works: its data can be read.
func health(c *call) (reply, error) {
	type state struct {
		OK bool `json:"ok"`
	}
	if _, err := c.s.core.OperationMode(c.Context()); err != nil {
		c.s.log.Error().Err(err).Msg("health")
		return reply{http.StatusServiceUnavailable, state{false}}, nil
	}
	return ok(state{true})
}

// account finds the account of the path.
func (c *call) account() (core.Account, error) {
	id, err := c.id("accountId")
	if err != nil {
		return core.Account{}, err
	}
	a, err := c.s.core.Account(c.Context(), id)
	if errors.Is(err, core.ErrNotFound) {
		return a, notFound("Account")
	}
	return a, err
}
