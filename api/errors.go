package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"reconbanker/core"
)

// failure is an answer that refuses: a status, a code for machines (which only
// /v1 shows), and a sentence.
type failure struct {
	status  int
	code    string
	message string
	retry   time.Duration // Retry-After; 0 when not asked for
	fields  []core.FieldError
}

func (f *failure) Error() string { return f.message }

func refuse(status int, format string, args ...any) *failure {
	code := map[int]string{
		http.StatusBadRequest: "VALIDATION_ERROR", http.StatusUnauthorized: "UNAUTHORIZED",
		http.StatusForbidden: "FORBIDDEN", http.StatusNotFound: "NOT_FOUND", http.StatusMethodNotAllowed: "METHOD_NOT_ALLOWED",
		http.StatusConflict: "CONFLICT", http.StatusRequestEntityTooLarge: "TOO_LARGE",
		http.StatusUnsupportedMediaType: "UNSUPPORTED_MEDIA_TYPE", http.StatusTooManyRequests: "RATE_LIMITED",
		http.StatusServiceUnavailable: "UNAVAILABLE", http.StatusBadGateway: "BAD_GATEWAY", http.StatusInternalServerError: "INTERNAL_ERROR",
	}[status]
	return &failure{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) *failure {
	return refuse(http.StatusBadRequest, format, args...)
}

func notFound(what string) *failure { return refuse(http.StatusNotFound, "%s not found", what) }

func tooMany(retry time.Duration) *failure {
	f := refuse(http.StatusTooManyRequests, "Too many requests, please try again later")
	f.retry = retry
	return f
}

// missing gives a missing row the sentence of what was asked for.
func missing(err error, what string) error {
	if errors.Is(err, core.ErrNotFound) {
		return notFound(what)
	}
	return err
}

// failureOf turns what core says into an answer; what it does not know is 500.
func failureOf(err error) *failure {
	var f *failure
	var invalid *core.InvalidError
	var large *http.MaxBytesError
	var many *core.TooManyError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &many):
		return tooMany(many.RetryAfter)
	case errors.Is(err, core.ErrNoPending):
		return refuse(http.StatusNotFound, "No pending assistance request for this account")
	case errors.As(err, &invalid):
		f := badRequest("%s", invalid.Fields[0].Message)
		f.fields = invalid.Fields
		return f
	case errors.As(err, &large):
		return refuse(http.StatusRequestEntityTooLarge, "the body is too large: at most 100 kB")
	case errors.Is(err, core.ErrCode):
		return refuse(http.StatusUnauthorized, "Invalid code")
	case errors.Is(err, core.ErrCredentials):
		return refuse(http.StatusUnauthorized, "Invalid credentials")
	case errors.Is(err, core.ErrNotFound):
		return refuse(http.StatusNotFound, "Not found")
	case errors.Is(err, core.ErrConflict):
		return refuse(http.StatusConflict, "%s", plain(err, core.ErrConflict))
	case errors.Is(err, core.ErrLocked), errors.Is(err, core.ErrSecretDamaged):
		return refuse(http.StatusServiceUnavailable, "%s", err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return refuse(http.StatusServiceUnavailable, "the request was given up: it took too long or the program is ending")
	}
	return refuse(http.StatusInternalServerError, "Internal server error")
}

// plain is an error's sentence without the sentinel behind it.
func plain(err, sentinel error) string {
	return strings.TrimSuffix(err.Error(), ": "+sentinel.Error())
}

// flat is the error shape of every route but /v1.
type flat struct {
	Error string `json:"error"`
}

// structured is the error shape of /v1.
type structured struct {
	Error struct {
		Code    string   `json:"code"`
		Message string   `json:"message"`
		Details *details `json:"details,omitempty"`
	} `json:"error"`
}

type details struct {
	Issues []issue `json:"issues"`
}

type issue struct {
	Path    []string `json:"path"`
	Message string   `json:"message"`
}

func (f *failure) body(v1 bool) any {
	if !v1 {
		return flat{f.message}
	}
	var out structured
	out.Error.Code, out.Error.Message = f.code, f.message
	if f.fields != nil {
		out.Error.Details = &details{}
		for _, e := range f.fields {
			out.Error.Details.Issues = append(out.Error.Details.Issues, issue{[]string{e.Field}, e.Message})
		}
	}
	return out
}
