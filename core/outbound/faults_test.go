package outbound

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
)

// TestFaults is the list of what receivers do wrong on a connection.
func TestFaults(t *testing.T) {
	reset := func(_ *server, conn net.Conn) { conn.(*net.TCPConn).SetLinger(0) }
	flood := func(s *server, conn net.Conn) {
		answers("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n")(s, conn)
		zeros := make([]byte, 1<<16)
		for {
			if _, err := conn.Write(zeros); err != nil {
				return
			}
		}
	}
	trickle := func(s *server, conn net.Conn) {
		answers("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")(s, conn)
		drip := time.NewTicker(20 * time.Millisecond)
		defer drip.Stop()
		for range drip.C {
			if _, err := io.WriteString(conn, "x"); err != nil {
				return
			}
		}
	}
	informs := func(s *server, conn net.Conn) {
		answers("")(s, conn)
		for {
			if _, err := io.WriteString(conn, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"); err != nil {
				return
			}
		}
	}
	for name, c := range map[string]struct {
		script func(*server, net.Conn)
		kind   Kind // "" when there is an answer
		status int
		body   string
	}{
		"reset before reading":     {reset, Cut, 0, ""},
		"closed without answer":    {answers(""), Cut, 0, ""},
		"half a status line":       {answers("HTTP/1.1 20"), BadAnswer, 0, ""},
		"half the headers":         {answers("HTTP/1.1 200 OK\r\nContent-"), BadAnswer, 0, ""},
		"not HTTP":                 {answers("SSH-2.0-OpenSSH_9.9\r\n"), BadAnswer, 0, ""},
		"not HTTP, with the token": {answers("HTTP/1.1 " + token + "\r\n\r\n"), BadAnswer, 0, ""},
		"headers without end":      {answers("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<17) + "\r\n\r\n"), BadAnswer, 0, ""},
		"never answers":            {answersAndHolds(""), Timeout, 0, ""},
		"continue and no more":     {answersAndHolds("HTTP/1.1 100 Continue\r\n\r\n"), Timeout, 0, ""},
		"hints without end":        {informs, BadAnswer, 0, ""},
		"body never begins":        {answersAndHolds("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), Timeout, 200, ""},
		"body never ends":          {answersAndHolds("HTTP/1.1 200 OK\r\n\r\nhalf"), Timeout, 200, "half"},
		"chunks never end":         {answersAndHolds("HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"), Timeout, 201, "half"},
		"a byte at a time":         {trickle, Timeout, 200, "x…"},
		"shorter than announced":   {answers("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), Cut, 200, "half"},
		"chunk cut short":          {answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf"), Cut, 200, "half"},
		"refusal without its body": {answersAndHolds("HTTP/1.1 410 Gone\r\nContent-Length: 10\r\n\r\n"), "", 410, ""},
		"refusal cut short":        {answers("HTTP/1.1 500 No\r\nContent-Length: 10\r\n\r\nhalf"), "", 500, "half"},
		"ten gigabytes":            {flood, "", 200, strings.Repeat("\ufffd", maxKept/3)},
		"200 with an error page":   {answers("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>Error</h1>"), "", 200, "<h1>Error</h1>"},
		"lying encoding":           {answers("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain"), "", 200, "plain"},
		"no content":               {answers("HTTP/1.1 204 No Content\r\n\r\n"), "", 204, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.script)
			a, err := send(t, client(t, Config{Timeouts: quick}), outgoing("http://"+s.addr+"/hook?q=canary"))
			if c.kind == "" && err != nil {
				t.Error(err)
			}
			if c.kind != "" {
				mustFail(t, err, c.kind)
			}
			if want, prefix := strings.CutSuffix(c.body, "…"); a.Status != c.status || a.Body != c.body && !(prefix && strings.HasPrefix(a.Body, want)) {
				t.Errorf("%d %.40q, want %d %.40q", a.Status, a.Body, c.status, c.body)
			}
			if a.Took <= 0 {
				t.Error("it took no time")
			}
		})
	}
}

func TestBombStaysPacked(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(z, zeros{}, 64<<20); err != nil {
		t.Fatal(err)
	}
	z.Close()
	s := serve(t, func(s *server, conn net.Conn) {
		if s.read(bufio.NewReader(conn)) != nil {
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n", bomb.Len())
			conn.Write(bomb.Bytes())
		}
	})
	a, err := send(t, client(t, Config{}), outgoing("http://"+s.addr))
	if err != nil || a.Size != int64(min(bomb.Len(), maxRead)) {
		t.Errorf("%d bytes of %d, %v", a.Size, bomb.Len(), err)
	}
	if e := s.last().Header.Get("Accept-Encoding"); e != "" {
		t.Errorf("asked for %q", e)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// A second before the limit is an answer, whatever the limit is.
func TestSlowButInTime(t *testing.T) {
	asked, go1 := make(chan struct{}), make(chan struct{})
	s := serve(t, func(s *server, conn net.Conn) {
		if s.read(bufio.NewReader(conn)) != nil {
			close(asked)
			<-go1
			io.WriteString(conn, ok)
		}
	})
	go func() {
		<-asked
		close(go1)
	}()
	if a, err := send(t, client(t, Config{}), outgoing("http://"+s.addr)); err != nil || a.Status != 200 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestNothingListens(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	_, err = send(t, client(t, Config{}), outgoing("http://"+addr))
	mustFail(t, err, Connect)
	var e *Error
	if e, _ = err.(*Error); e.Timeout() || errors.Is(err, core.ErrOffline) {
		t.Errorf("%+v", e)
	}
}

func TestCallerGivesUp(t *testing.T) {
	asked := make(chan struct{})
	s := serve(t, func(s *server, conn net.Conn) {
		s.read(bufio.NewReader(conn))
		close(asked)
		<-s.stop
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	_, err := client(t, Config{}).Send(ctx, outgoing("http://"+s.addr))
	mustFail(t, err, Canceled)
	if e := err.(*Error); e.Unwrap() != context.Canceled {
		t.Errorf("%v does not unwrap to the context's error", err)
	}
}

// A server that takes a request on a kept connection and dies must be asked once.
func TestNothingIsRepeated(t *testing.T) {
	s := serve(t, func(s *server, conn net.Conn) {
		r := bufio.NewReader(conn)
		if s.read(r) != nil {
			io.WriteString(conn, ok)
		}
		s.read(r)
	})
	c := client(t, Config{})
	for want := 1; want <= 9; want++ {
		_, err := send(t, c, outgoing("http://"+s.addr))
		if want%2 == 1 && err != nil {
			t.Errorf("request %d: %v", want, err)
		}
		if want%2 == 0 {
			mustFail(t, err, Cut)
		}
		if got := s.count(); got != want {
			t.Fatalf("%d calls made %d requests", want, got)
		}
		if h := s.last().Header; h.Get("Idempotency-Key")+h.Get("X-Idempotency-Key")+h.Get("Expect") != "" {
			t.Fatalf("%v", h)
		}
	}
}

// After thousands of failures nothing is left open.
func TestFailuresLeaveNothing(t *testing.T) {
	n := 0
	s := serve(t, func(s *server, conn net.Conn) {
		switch s.read(bufio.NewReader(conn)); s.count() % 4 {
		case 0:
			conn.(*net.TCPConn).SetLinger(0)
		case 1:
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
		case 2:
			io.WriteString(conn, "nonsense\r\n\r\n")
		}
	})
	c := client(t, Config{})
	before := descriptors(t)
	for range 4000 {
		if _, err := c.Send(t.Context(), outgoing("http://"+s.addr)); err != nil {
			n++
		}
	}
	if n != 4000 {
		t.Errorf("%d of 4000 failed", n)
	}
	c.Close()
	for deadline := time.Now().Add(time.Minute); descriptors(t) > before+4; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d descriptors are open, %d before", descriptors(t), before)
		}
	}
}

// descriptors counts open files where the system shows them.
func descriptors(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(list)
}
