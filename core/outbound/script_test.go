package outbound

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"reconbanker/core"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token   = "canary-token-4f7a91"
	payload = `{"external_id":"canary-payload","amount":1500.00}`
	secret  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

// server runs a script for every connection it accepts, and counts requests.
type server struct {
	addr string        // host:port
	stop chan struct{} // closed when the test ends: scripts that hold wait for it

	mu       sync.Mutex
	requests []*http.Request // with Body replaced by what was read
}

// serve starts a server on loopback. A script that returns closes its connection.
func serve(t testing.TB, script func(s *server, conn net.Conn)) *server {
	t.Helper()
	return serveTLS(t, nil, script)
}

func serveTLS(t testing.TB, config *tls.Config, script func(s *server, conn net.Conn)) *server {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{addr: ln.Addr().String(), stop: make(chan struct{})}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				raw := conn
				defer context.AfterFunc(ended(s.stop), func() { raw.Close() })()
				defer raw.Close()
				if config != nil {
					conn = tls.Server(conn, config)
				}
				script(s, conn)
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		close(s.stop)
		all.Wait()
	})
	return s
}

// ended is a context that ends with a channel.
func ended(stop chan struct{}) context.Context { return stopped{context.Background(), stop} }

type stopped struct {
	context.Context
	stop chan struct{}
}

func (s stopped) Done() <-chan struct{} { return s.stop }

func (s stopped) Err() error {
	select {
	case <-s.stop:
		return context.Canceled
	default:
		return nil
	}
}

// read takes one request whole; nil when the connection ended.
func (s *server) read(r *bufio.Reader) *http.Request {
	req, err := http.ReadRequest(r)
	if err != nil {
		return nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, req)
	return req
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

func (s *server) last() *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) == 0 {
		return nil
	}
	return s.requests[len(s.requests)-1]
}

// answers reads one request, writes text and closes.
func answers(text string) func(*server, net.Conn) {
	return func(s *server, conn net.Conn) {
		if s.read(bufio.NewReader(conn)) != nil {
			io.WriteString(conn, text)
		}
	}
}

// answersAndHolds is the same with a connection that stays open.
func answersAndHolds(text string) func(*server, net.Conn) {
	return func(s *server, conn net.Conn) {
		answers(text)(s, conn)
		<-s.stop
	}
}

// plainServer answers every request on kept connections.
func plainServer(t testing.TB, answer string) *server {
	return serve(t, func(s *server, conn net.Conn) {
		for r := bufio.NewReader(conn); s.read(r) != nil; {
			io.WriteString(conn, answer)
		}
	})
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// quick are limits for servers that never come to an end.
var quick = Timeouts{Dial: 200 * time.Millisecond, TLS: 200 * time.Millisecond, Headers: 200 * time.Millisecond, Whole: 300 * time.Millisecond}

func client(t testing.TB, cfg Config) *Client {
	t.Helper()
	if cfg.Online == nil { // whatever network the tests have
		cfg.Online = func() bool { return true }
	}
	c := New(cfg)
	t.Cleanup(c.Close)
	return c
}

func outgoing(url string) core.Outgoing {
	return core.Outgoing{
		URL: url, Body: []byte(payload), Auth: core.Bearer, Token: token, WebhookID: "msg_1",
		At: time.Unix(1614265330, 0), Signing: []string{secret},
	}
}

// send makes one attempt and checks what holds for every outcome: nothing secret in
// the error, an inert body within its limits.
func send(t testing.TB, c *Client, o core.Outgoing) (core.Answer, error) {
	t.Helper()
	a, err := c.Send(t.Context(), o)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) || e.Message == "" || e.Kind == "" {
			t.Errorf("an error of another type: %#v", err)
		}
		for _, word := range []string{"canary", secret[6:], payload, "?q="} {
			if strings.Contains(err.Error(), word) {
				t.Errorf("the error holds %q: %v", word, err)
			}
		}
		if strings.ContainsFunc(err.Error(), isControl) {
			t.Errorf("the error holds control characters: %q", err)
		}
	}
	if len(a.Body) > maxKept || a.Size > maxRead {
		t.Errorf("%d bytes kept of %d", len(a.Body), a.Size)
	}
	return a, err
}

// mustFail checks the kind of an error.
func mustFail(t testing.TB, err error, kind Kind) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Errorf("got %v (%#v), want an error of kind %s", err, err, kind)
	}
}
