package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"reconbanker/core"
)

// Kind groups errors by what went wrong.
type Kind string

// Kinds of error.
const (
	BadRequest Kind = "bad_request" // the address, token, id or signing secret cannot be used
	Refused    Kind = "refused"     // the address may not be called
	DNS        Kind = "dns"         // the host's name gave no address
	Connect    Kind = "connect"     // no connection
	TLS        Kind = "tls"         // no trusted encrypted connection
	Timeout    Kind = "timeout"     // no whole answer in time
	Cut        Kind = "cut"         // the connection ended before a whole answer
	BadAnswer  Kind = "bad_answer"  // what came back is not HTTP
	Canceled   Kind = "canceled"    // the caller gave up
	Offline    Kind = "offline"     // this computer has no way to the network
)

// Error is why there is no usable answer.
type Error struct {
	Kind    Kind
	Message string // a sentence; no token, no payload, nothing the server wrote
	err     error  // only context errors and ErrOffline are unwrapped: others may quote the server
}

// Error implements error with the sentence.
func (e *Error) Error() string { return e.Message }

// Unwrap gives core.ErrOffline, or context.Canceled or context.DeadlineExceeded of
// the caller's context.
func (e *Error) Unwrap() error { return e.err }

// Timeout tells whether the server was too slow, so that a sender can wait longer.
func (e *Error) Timeout() bool { return e.Kind == Timeout }

func fail(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// explain turns an error of net/http into one of ours. The order matters: what the
// guard said comes wrapped in a dial error.
func (c *Client) explain(caller context.Context, err error, t *trace, host string) *Error {
	var own *Error
	var dns *net.DNSError
	switch {
	case caller.Err() != nil:
		return &Error{Kind: Canceled, Message: "the request was given up before an answer came", err: caller.Err()}
	case errors.As(err, &own):
		return own
	case errors.Is(err, syscall.ENETUNREACH), errors.As(err, &dns) && !c.cfg.Online():
		return &Error{Kind: Offline, Message: "this computer is offline: " + host + " is tried again when the network is back", err: core.ErrOffline}
	case errors.As(err, &dns):
		return explainDNS(dns)
	case t.shaking():
		return explainTLS(err, host)
	case isTimeout(err):
		return c.explainTimeout(t, host)
	case !t.connected.Load():
		return explainConnect(err, host)
	case strings.Contains(err.Error(), "malformed HTTP") || strings.Contains(err.Error(), "response headers exceeded"):
		return fail(BadAnswer, "what %s answered is not HTTP, or only the beginning of it", host)
	case isCut(err):
		return fail(Cut, "%s ended the connection without an answer", host)
	case t.answering.Load():
		return fail(BadAnswer, "what %s answered is not HTTP, or only the beginning of it", host)
	default:
		return fail(Cut, "the connection to %s ended without an answer", host)
	}
}

func explainDNS(e *net.DNSError) *Error {
	host := strings.TrimSuffix(e.Name, ".")
	switch {
	case e.IsNotFound:
		return fail(DNS, "there is no host named %s", host)
	case e.IsTimeout:
		return fail(DNS, "the name %s was not resolved in time: the network's name server does not answer", host)
	default:
		return fail(DNS, "the name %s could not be resolved: the network's name server reports a problem", host)
	}
}

func explainTLS(err error, host string) *Error {
	var (
		invalid  x509.CertificateInvalidError
		unknown  x509.UnknownAuthorityError
		wrong    x509.HostnameError
		record   tls.RecordHeaderError
		alert    tls.AlertError
		verifies *tls.CertificateVerificationError
	)
	switch {
	case isTimeout(err):
		return fail(Timeout, "%s did not finish the encrypted handshake in time", host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fail(TLS, "the certificate of %s has expired or is not valid yet", host)
	case errors.As(err, &wrong):
		return fail(TLS, "the certificate of %s belongs to another host", host)
	case errors.As(err, &unknown):
		return fail(TLS, "the certificate of %s is not signed by an authority this computer trusts", host)
	case errors.As(err, &invalid), errors.As(err, &verifies):
		return fail(TLS, "the certificate of %s is not valid", host)
	case errors.As(err, &record), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return fail(TLS, "%s does not speak https on this port", host)
	case errors.As(err, &alert), strings.Contains(err.Error(), "protocol version"):
		return fail(TLS, "%s and this program agree on no encryption: TLS 1.2 or newer is needed", host)
	default:
		return fail(TLS, "no encrypted connection to %s could be made", host)
	}
}

func explainConnect(err error, host string) *Error {
	switch {
	case errors.Is(err, syscall.ECONNRESET):
		return fail(Cut, "%s ended the connection without an answer", host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fail(Connect, "nothing listens at %s", host)
	case errors.Is(err, syscall.EHOSTUNREACH):
		return fail(Connect, "%s cannot be reached from this network", host)
	default:
		return fail(Connect, "no connection to %s could be made", host)
	}
}

func (c *Client) explainTimeout(t *trace, host string) *Error {
	switch {
	case !t.connected.Load():
		return fail(Timeout, "%s did not accept a connection within %s", host, c.cfg.Timeouts.Dial)
	case !t.answering.Load():
		return fail(Timeout, "%s did not answer within %s", host, c.cfg.Timeouts.Headers)
	default:
		return fail(Timeout, "%s did not finish its answer within %s", host, c.cfg.Timeouts.Whole)
	}
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &t) && t.Timeout()
}

func isCut(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed)
}
