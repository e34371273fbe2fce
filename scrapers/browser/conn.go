package browser

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

var (
	errLost = errors.New("the connection to the browser is lost")
	errGone = errors.New("the page is gone")
)

// conn speaks the DevTools protocol over one transport. Events are handled and
// replies delivered on the reading goroutine, in the order the browser sent
// them; handlers therefore never wait, they post. Posting never blocks, so a
// browser that stopped reading cannot hold anybody up.
type conn struct {
	tr   chromedp.Transport
	wake chan struct{}
	lost chan struct{} // closed when the connection has ended
	wg   sync.WaitGroup

	mu       sync.Mutex
	next     int64
	out      []*cdproto.Message
	waiting  map[int64]waiter
	sessions map[target.SessionID]*session
	ended    bool
}

type waiter struct {
	s    *session
	then func(*cdproto.Message, error)
}

// session is one attached target, or the browser itself when id is empty.
type session struct {
	c      *conn
	id     target.SessionID
	handle func(s *session, method string, params jsonv2.Value)
	gone   bool // guarded by c.mu
}

func newConn(tr chromedp.Transport, handle func(*session, string, jsonv2.Value)) (*conn, *session) {
	c := &conn{
		tr:       tr,
		wake:     make(chan struct{}, 1),
		lost:     make(chan struct{}),
		waiting:  map[int64]waiter{},
		sessions: map[target.SessionID]*session{},
	}
	root := c.attach("", handle)
	c.wg.Go(c.read)
	c.wg.Go(c.write)
	return c, root
}

// attach registers a session so that its events reach handle.
func (c *conn) attach(id target.SessionID, handle func(*session, string, jsonv2.Value)) *session {
	s := &session{c: c, id: id, handle: handle}
	c.mu.Lock()
	c.sessions[id] = s
	c.mu.Unlock()
	return s
}

// detach forgets a session and fails what still waits for its replies, which
// the browser never sends.
func (c *conn) detach(id target.SessionID) {
	c.mu.Lock()
	s := c.sessions[id]
	if s == nil {
		c.mu.Unlock()
		return
	}
	delete(c.sessions, id)
	s.gone = true
	var failed []waiter
	for n, w := range c.waiting {
		if w.s == s {
			failed = append(failed, w)
			delete(c.waiting, n)
		}
	}
	c.mu.Unlock()
	for _, w := range failed {
		w.then(nil, errGone)
	}
}

func (c *conn) read() {
	for {
		msg := new(cdproto.Message)
		if err := c.tr.Read(context.Background(), msg); err != nil {
			c.close()
			return
		}
		c.mu.Lock()
		if msg.ID != 0 {
			w, ok := c.waiting[msg.ID]
			delete(c.waiting, msg.ID)
			c.mu.Unlock()
			if ok {
				w.then(msg, nil)
			}
			continue
		}
		s := c.sessions[msg.SessionID]
		c.mu.Unlock()
		if s != nil {
			s.handle(s, string(msg.Method), msg.Params)
		}
	}
}

func (c *conn) write() {
	for {
		select {
		case <-c.wake:
		case <-c.lost:
			return
		}
		c.mu.Lock()
		batch := c.out
		c.out = nil
		c.mu.Unlock()
		for _, msg := range batch {
			if err := c.tr.Write(context.Background(), msg); err != nil {
				c.close()
				return
			}
			clear(msg.Params) // may hold a typed character
		}
	}
}

// close ends the connection; everybody who waits gets errLost.
func (c *conn) close() {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return
	}
	c.ended = true
	failed := c.waiting
	c.waiting = map[int64]waiter{}
	c.out = nil
	c.mu.Unlock()
	_ = c.tr.Close() // it is over either way
	close(c.lost)
	for _, w := range failed {
		w.then(nil, errLost)
	}
}

// send queues a command; then is called exactly once, on the reading goroutine
// or, when the command cannot be sent, on this one.
func (s *session) send(method string, params any, then func(*cdproto.Message, error)) int64 {
	var raw jsonv2.Value
	if params != nil {
		b, err := jsonv2.Marshal(params, chromedp.DefaultMarshalOptions)
		if err != nil {
			then(nil, fmt.Errorf("encode %s: %w", method, err))
			return 0
		}
		raw = b
	}
	c := s.c
	c.mu.Lock()
	if c.ended || s.gone {
		err := errLost
		if s.gone {
			err = errGone
		}
		c.mu.Unlock()
		then(nil, err)
		return 0
	}
	c.next++
	id := c.next
	c.waiting[id] = waiter{s, then}
	c.out = append(c.out, &cdproto.Message{
		ID: id, SessionID: s.id, Method: cdproto.MethodType(method), Params: raw,
	})
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
	return id
}

// call sends a command and waits for its result, the end of ctx or the end of
// the session.
func call[P, R any](ctx context.Context, s *session, cmd cdp.Command[P, R], params P) (R, error) {
	type reply struct {
		msg *cdproto.Message
		err error
	}
	var res R
	if err := ctx.Err(); err != nil {
		return res, err
	}
	ch := make(chan reply, 1)
	id := s.send(cmd.Method, params, func(m *cdproto.Message, err error) { ch <- reply{m, err} })
	select {
	case r := <-ch:
		switch {
		case r.err != nil:
			return res, r.err
		case r.msg.Error != nil:
			return res, r.msg.Error
		}
		if err := jsonv2.Unmarshal(r.msg.Result, &res, chromedp.DefaultUnmarshalOptions); err != nil {
			return res, fmt.Errorf("read the answer to %s: %w", cmd.Method, err)
		}
		return res, nil
	case <-ctx.Done():
		s.c.mu.Lock()
		delete(s.c.waiting, id)
		s.c.mu.Unlock()
		return res, ctx.Err()
	}
}

// post sends a command without waiting; then, when not nil, hears of the outcome.
func post[P, R any](s *session, cmd cdp.Command[P, R], params P, then func(error)) {
	s.send(cmd.Method, params, func(m *cdproto.Message, err error) {
		if then == nil {
			return
		}
		if err == nil && m.Error != nil {
			err = m.Error
		}
		then(err)
	})
}

// task is a command ready to be posted.
type task func(then func(error))

func command[P, R any](s *session, cmd cdp.Command[P, R], params P) task {
	return func(then func(error)) { post(s, cmd, params, then) }
}

// together posts commands one after the other without waiting in between, and
// returns the first failure once all are answered.
func together(ctx context.Context, tasks ...task) error {
	errs := make(chan error, len(tasks))
	for _, t := range tasks {
		t(func(err error) { errs <- err })
	}
	var failed error
	for range tasks {
		select {
		case err := <-errs:
			if failed == nil {
				failed = err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return failed
}

// event decodes the parameters of an event; a malformed one is the zero value.
func event[E any](_ cdp.Event[E], params jsonv2.Value) E {
	var e E
	_ = jsonv2.Unmarshal(params, &e, chromedp.DefaultUnmarshalOptions)
	return e
}
