package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"reconbanker/core"
)

// Timeouts bound the parts of an exchange; each must be positive.
type Timeouts struct {
	Dial    time.Duration // name and connection
	TLS     time.Duration
	Headers time.Duration // from the request written to the answer's headers read
	Whole   time.Duration // everything
}

// DefaultTimeouts are those of Config's zero value.
var DefaultTimeouts = Timeouts{Dial: 5 * time.Second, TLS: 5 * time.Second, Headers: 15 * time.Second, Whole: 20 * time.Second}

// Config is what a Client needs; the zero value is usable.
type Config struct {
	Policy Policy
	// OwnPorts lists the ports this program listens on, which it never calls on
	// this computer. It is asked at every connection and may be nil.
	OwnPorts func() []int
	RootCAs  *x509.CertPool // nil means the system's
	Version  string         // for User-Agent
	Now      func() time.Time
	Timeouts Timeouts      // the zero value means DefaultTimeouts
	Resolver *net.Resolver // nil means the system's
	// Online tells whether this computer has a way to the network; nil asks its
	// routes. It is asked when a name could not be resolved.
	Online func() bool
}

// Client implements core.Sender. It may be used by many goroutines.
type Client struct {
	cfg       Config
	transport *http.Transport
}

var _ core.Sender = (*Client)(nil)

// idle is shorter than the five seconds after which common servers (Node.js)
// close an idle connection: one that closes just as we write costs a try.
const idle = 4 * time.Second

// New returns a client.
func New(cfg Config) *Client {
	if cfg.OwnPorts == nil {
		cfg.OwnPorts = func() []int { return nil }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Online == nil {
		cfg.Online = hasRoute
	}
	if cfg.Timeouts == (Timeouts{}) {
		cfg.Timeouts = DefaultTimeouts
	}
	if cfg.Version == "" {
		cfg.Version = "dev"
	}
	c := &Client{cfg: cfg}
	dialer := &net.Dialer{Timeout: cfg.Timeouts.Dial, Resolver: cfg.Resolver, ControlContext: c.control}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true) // HTTP/2 repeats requests by itself after GOAWAY
	c.transport = &http.Transport{
		Proxy:                  nil,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.RootCAs},
		TLSHandshakeTimeout:    cfg.Timeouts.TLS,
		ResponseHeaderTimeout:  cfg.Timeouts.Headers,
		DisableCompression:     true,
		MaxIdleConns:           128,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        idle,
		MaxResponseHeaderBytes: 64 << 10,
		Protocols:              protocols,
	}
	return c
}

// Close ends idle connections; the client stays usable.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Send implements core.Sender: one POST of exactly o.Body. A status of 300 or more
// is an answer as soon as its headers are in; a 2xx only when its body is whole or
// 64 KiB of it were read, since a server that dies in its answer may not have kept
// what it was sent. Errors are *Error; the Answer beside one holds what is known.
func (c *Client) Send(ctx context.Context, o core.Outgoing) (core.Answer, error) {
	began := time.Now()
	a, err := c.send(ctx, o)
	a.Took = time.Since(began)
	if err != nil {
		return a, err
	}
	return a, nil
}

func (c *Client) send(ctx context.Context, o core.Outgoing) (core.Answer, *Error) {
	limited, cancel := context.WithTimeout(ctx, c.cfg.Timeouts.Whole)
	defer cancel()
	t := &trace{}
	req, e := c.request(t.on(limited), o)
	if e != nil {
		return core.Answer{}, e
	}
	// Not http.Client: it would follow redirects, or stumble over their address.
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return core.Answer{}, c.explain(ctx, err, t, req.URL.Host)
	}
	defer res.Body.Close()
	text, err := readAnswer(res.Body)
	a := core.Answer{
		Status:     res.StatusCode,
		RetryAfter: retryAfter(res.Header.Get("Retry-After"), c.cfg.Now()),
		Body:       printable(redact(text, o), maxKept),
		Size:       int64(len(text)),
	}
	if err != nil && res.StatusCode < 300 {
		return a, c.unfinished(ctx, err, res.StatusCode, req.URL.Host)
	}
	return a, nil
}

func (c *Client) unfinished(caller context.Context, err error, status int, host string) *Error {
	switch {
	case caller.Err() != nil:
		return &Error{Kind: Canceled, Message: "the request was given up before the answer was whole", err: caller.Err()}
	case isTimeout(err):
		return fail(Timeout, "%s began to answer with %d but did not finish within %s", host, status, c.cfg.Timeouts.Whole)
	default:
		return fail(Cut, "%s began to answer with %d but ended the connection in the middle", host, status)
	}
}

// request builds the POST. It never sets Idempotency-Key: net/http would take it
// as leave to repeat the request by itself.
func (c *Client) request(ctx context.Context, o core.Outgoing) (*http.Request, *Error) {
	u, e := c.parse(o.URL)
	if e != nil {
		return nil, e
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(o.Body))
	if err != nil {
		return nil, fail(BadRequest, "the address cannot be understood: it must look like https://example.com/path")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, */*;q=0.1")
	req.Header.Set("User-Agent", "Reconbanker/"+c.cfg.Version)
	if e := authorize(req.Header, o); e != nil {
		return nil, e
	}
	if e := c.identify(req.Header, o); e != nil {
		return nil, e
	}
	return req, nil
}

func authorize(h http.Header, o core.Outgoing) *Error {
	if o.Token == "" {
		return nil
	}
	if strings.ContainsFunc(o.Token, isControl) {
		return fail(BadRequest, "the token holds a line break or another control character: enter it again")
	}
	switch o.Auth {
	case core.Bearer:
		h.Set("Authorization", "Bearer "+o.Token)
	case core.APIKey:
		h.Set("Authorization", "Api-Key "+o.Token)
	default:
		return fail(BadRequest, "the way to send the token is not set: choose bearer or api_key")
	}
	return nil
}

// identify sets the Standard Webhooks headers of a request that has an id.
func (c *Client) identify(h http.Header, o core.Outgoing) *Error {
	if o.WebhookID == "" {
		if len(o.Signing) > 0 {
			return fail(BadRequest, "a request without webhook-id cannot be signed")
		}
		return nil
	}
	if strings.ContainsFunc(o.WebhookID, isControl) || strings.Contains(o.WebhookID, ".") {
		return fail(BadRequest, "the webhook-id cannot be used")
	}
	at := o.At
	if at.IsZero() {
		at = c.cfg.Now()
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set(headerID, o.WebhookID)
	h.Set(headerTimestamp, stamp)
	if len(o.Signing) == 0 {
		return nil
	}
	all, err := signatures(o.Signing, o.WebhookID, stamp, o.Body)
	if err != nil {
		return errSecret
	}
	h.Set(headerSignature, all)
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
