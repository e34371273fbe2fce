package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"reconbanker/core"
)

const (
	protocol   = "realtime.v1"
	quiet      = 30 * time.Second // between signs of life
	writeLimit = 10 * time.Second // a listener that takes longer is cut off
	maxFrame   = 64 << 10         // bytes of what a WebSocket client sends
)

// place takes one of the places for streams, or refuses.
func (s *Server) place() (leave func(), err error) {
	select {
	case s.streams <- struct{}{}:
	default:
		return nil, refuse(http.StatusServiceUnavailable, "too many event streams are open: close some")
	}
	s.open.Add(1)
	return func() { <-s.streams; s.open.Done() }, nil
}

// stream sends events until ctx ends, the program ends, the token is good no
// more, or send or alive fails.
func (s *Server) stream(ctx context.Context, o core.Owner, good func() bool, send func(event) error, alive func() error) error {
	hints, stop := s.core.Subscribe()
	defer stop()
	w, out, err := s.watch(ctx, o)
	if err != nil {
		return err
	}
	beat := time.NewTicker(quiet)
	defer beat.Stop()
	for {
		for _, e := range out {
			if err := send(e); err != nil {
				return err
			}
		}
		out = nil
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.closing:
			return nil
		case h := <-hints:
			out, err = w.look(ctx, h)
		case <-beat.C:
			if !good() {
				return nil
			}
			if err = alive(); err == nil {
				out, err = w.lookAtRequests(ctx) // a hint can be missed
			}
		}
		if err != nil {
			return err
		}
	}
}

// events is the stream as Server-Sent Events.
func events(c *call) (reply, error) {
	leave, err := c.s.place()
	if err != nil {
		return reply{}, err
	}
	defer leave()
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	c.w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(c.w)
	write := func(format string, args ...any) error {
		if err := out.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(c.w, format, args...); err != nil {
			return err
		}
		return out.Flush()
	}
	_ = out.SetReadDeadline(time.Time{}) // nothing more is read; only the end of the connection is noticed
	if err := write(": reconbanker\n\n"); err != nil {
		return reply{}, nil //nolint:nilerr // the listener has gone
	}
	token, _ := bearer(c.Request)
	err = c.s.stream(c.Context(), c.owner, func() bool { return c.s.good(c.Context(), token) }, func(e event) error {
		data, err := json.Marshal(e)
		if err != nil {
			return err
		}
		return write("event: %s\ndata: %s\n\n", e.Type, data)
	}, func() error { return write(": alive\n\n") })
	c.s.log.Debug().AnErr("why", err).Msg("a stream of events ended")
	return reply{}, nil
}

// good tells whether a token is still good.
func (s *Server) good(ctx context.Context, token string) bool {
	_, _, err := s.check(ctx, token, scopeAccess)
	return err == nil
}

// ticket gives a token that opens one WebSocket, since those carry no headers.
func ticket(c *call) (reply, error) {
	t, err := c.s.mint(c.Context(), c.owner, scopeSocket, ticketLife)
	if err != nil {
		return reply{}, err
	}
	return ok(struct {
		Ticket string `json:"ticket"`
		TTL    int    `json:"ttl_seconds"`
	}{t, int(ticketLife / time.Second)})
}

// used remembers tickets that opened a WebSocket until they are over.
type used struct {
	mu   sync.Mutex
	till map[string]time.Time
}

// take spends a ticket; false when it was spent before.
func (u *used) take(id string, ends, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	for id, end := range u.till {
		if end.Before(now) {
			delete(u.till, id)
		}
	}
	if _, spent := u.till[id]; spent {
		return false
	}
	if u.till == nil {
		u.till = map[string]time.Time{}
	}
	u.till[id] = ends.Add(time.Minute) // beyond the leeway of checking it
	return true
}

// realtime is the stream as a WebSocket. The ticket is the second sub-protocol.
func realtime(c *call) (reply, error) {
	var offered []string
	for _, line := range c.Header.Values("Sec-WebSocket-Protocol") {
		for p := range strings.SplitSeq(line, ",") {
			offered = append(offered, strings.TrimSpace(p))
		}
	}
	if len(offered) != 2 || offered[0] != protocol {
		return reply{}, refuse(http.StatusUnauthorized, "Unauthorized")
	}
	t, o, err := c.s.check(c.Context(), offered[1], scopeSocket)
	if err != nil {
		return reply{}, err
	}
	leave, err := c.s.place()
	if err != nil {
		return reply{}, err
	}
	defer leave()
	if !c.s.tickets.take(t.ID, t.ExpiresAt.Time, c.s.now()) {
		return reply{}, errToken
	}
	conn, err := websocket.Accept(c.w, c.Request, &websocket.AcceptOptions{
		Subprotocols:       []string{protocol},
		InsecureSkipVerify: true, // which page it comes from was checked before
	})
	if err != nil {
		return reply{}, nil //nolint:nilerr // it was answered by Accept
	}
	defer conn.CloseNow() //nolint:errcheck // it is closed already, but for a failure
	conn.SetReadLimit(maxFrame)
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	spoke := make(chan bool, 1)
	c.s.open.Go(func() {
		_, _, err := conn.Reader(ctx) // a client has nothing to say: it only closes
		spoke <- err == nil
		cancel()
	})
	limited := func(do func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(ctx, writeLimit)
		defer cancel()
		return do(ctx)
	}
	err = c.s.stream(ctx, o, func() bool { return true }, func(e event) error {
		data, err := json.Marshal(e)
		if err != nil {
			return err
		}
		return limited(func(ctx context.Context) error { return conn.Write(ctx, websocket.MessageText, data) })
	}, func() error { return limited(conn.Ping) })
	c.s.log.Debug().AnErr("why", err).Msg("a WebSocket ended")
	closeSocket(conn, err, spoke)
	return reply{}, nil
}

func closeSocket(conn *websocket.Conn, err error, spoke chan bool) {
	switch {
	case err == nil:
		_ = conn.Close(websocket.StatusGoingAway, "the program is ending")
	case errors.Is(err, context.Canceled):
		if <-spoke {
			_ = conn.Close(websocket.StatusUnsupportedData, "this stream only speaks")
		}
	default:
		_ = conn.Close(websocket.StatusTryAgainLater, "the listener is too slow")
	}
}
