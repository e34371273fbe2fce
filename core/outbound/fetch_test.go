package outbound

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"reconbanker/core"
)

const listHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"

func jsonList(body string) string {
	return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", listHead, len(body), body)
}

// decode reads one JSON value, as core reads a list.
func decode(r io.Reader) error {
	var v json.RawMessage
	return json.NewDecoder(r).Decode(&v)
}

// fetch asks once and checks that an error tells nothing secret.
func fetch(t *testing.T, c *Client, f core.Fetch, read func(io.Reader) error) (core.Fetched, error) {
	t.Helper()
	got, err := c.Fetch(t.Context(), f, read)
	if err != nil && (strings.Contains(err.Error(), "canary") || strings.ContainsFunc(err.Error(), isControl)) {
		t.Errorf("the error tells too much: %q", err)
	}
	return got, err
}

func TestFetchAsks(t *testing.T) {
	s := plainServer(t, "HTTP/1.1 200 OK\r\nContent-Type: Application/JSON\r\nETag: \"v2\"\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n[]")
	c := client(t, Config{})
	got, err := fetch(t, c, core.Fetch{URL: "http://" + s.addr + "/p?x=1", Method: "GET", Auth: core.APIKey, Token: token, ETag: `"v1"`}, decode)
	if err != nil || got.ETag != `"v2"` || got.NotModified || got.RetryAfter.Seconds() != 7 || got.Took == 0 {
		t.Errorf("fetched %+v, %v", got, err)
	}
	q := s.last()
	body, _ := io.ReadAll(q.Body)
	if q.Method != "GET" || len(body) != 0 || q.Header.Get("Authorization") != "Api-Key "+token || q.Header.Get("Accept") != "application/json" ||
		q.Header.Get("If-None-Match") != `"v1"` || q.Header.Get("Content-Type") != "application/json" || q.RequestURI != "/p?x=1" {
		t.Errorf("asked %s %s with %v and %q", q.Method, q.RequestURI, q.Header, body)
	}
	if _, err := fetch(t, c, core.Fetch{URL: "http://" + s.addr, Method: "POST", Body: []byte(`{"q":1}`)}, decode); err != nil {
		t.Fatal(err)
	}
	q = s.last()
	if body, _ = io.ReadAll(q.Body); q.Method != "POST" || string(body) != `{"q":1}` || q.Header.Get("Authorization") != "" || q.Header.Get("If-None-Match") != "" {
		t.Errorf("asked %s with %v and %q", q.Method, q.Header, body)
	}
}

func TestFetchNotModified(t *testing.T) {
	s := plainServer(t, "HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n")
	c := client(t, Config{})
	read := func(io.Reader) error { return errors.New("there is nothing to read") }
	if got, err := fetch(t, c, core.Fetch{URL: "http://" + s.addr, Method: "GET", ETag: `"v1"`}, read); err != nil || !got.NotModified {
		t.Errorf("fetched %+v, %v", got, err)
	}
	if _, err := fetch(t, c, core.Fetch{URL: "http://" + s.addr, Method: "GET"}, read); err == nil {
		t.Error("304 was taken although nothing was asked")
	}
}

// TestFetchFaults is the list of what customers' systems do wrong.
func TestFetchFaults(t *testing.T) {
	large := func(s *server, conn net.Conn) {
		answers(listHead+"Transfer-Encoding: chunked\r\n\r\n")(s, conn)
		spaces := strings.Repeat(" ", 1<<16)
		for {
			if _, err := fmt.Fprintf(conn, "%x\r\n%s\r\n", len(spaces), spaces); err != nil {
				return
			}
		}
	}
	for name, c := range map[string]struct {
		script func(*server, net.Conn)
		kind   Kind
		says   string
	}{
		"a page":             {answers("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>"), BadAnswer, "text/html"},
		"no content type":    {answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"), BadAnswer, "application/json"},
		"a redirect":         {answers("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"), BadAnswer, "not followed"},
		"a wrong token":      {answers("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"), BadAnswer, "token"},
		"a wrong address":    {answers("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), BadAnswer, "address"},
		"an error":           {answers("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), BadAnswer, "503"},
		"half a list":        {answers(listHead + "Content-Length: 100\r\n\r\n[{\"external_id\":\"A\""), Cut, "middle"},
		"half, and silence":  {answersAndHolds(listHead + "Content-Length: 100\r\n\r\n[{\"external_id\":\"A\""), Timeout, "within"},
		"half a chunk":       {answers(listHead + "Transfer-Encoding: chunked\r\n\r\n5\r\n[{\"ex"), Cut, "middle"},
		"silence":            {answersAndHolds(""), Timeout, "within"},
		"no end":             {large, BadAnswer, "10 MiB"},
		"no connection":      {answers(""), Cut, ""},
		"what is not HTTP":   {answers("hello\r\n\r\n"), BadAnswer, ""},
		"hidden in its type": {answers("HTTP/1.1 200 OK\r\nContent-Type: text/" + strings.Repeat("x", 300) + "\r\nContent-Length: 0\r\n\r\n"), BadAnswer, ""},
	} {
		t.Run(name, func(t *testing.T) {
			limits := quick
			if name == "no end" {
				limits = DefaultTimeouts
			}
			s := serve(t, c.script)
			_, err := fetch(t, client(t, Config{Timeouts: limits}), core.Fetch{URL: "http://" + s.addr, Method: http.MethodGet, Token: token, Auth: core.Bearer}, decode)
			mustFail(t, err, c.kind)
			if !strings.Contains(err.Error(), c.says) || len(err.Error()) > 300 {
				t.Errorf("says %q", err)
			}
		})
	}
}

// What the reader says of a whole answer is passed on.
func TestFetchReadersError(t *testing.T) {
	s := plainServer(t, jsonList(`{"error":"x"}`))
	wrong := errors.New("not a list")
	_, err := client(t, Config{}).Fetch(t.Context(), core.Fetch{URL: "http://" + s.addr, Method: "GET"}, func(r io.Reader) error {
		if err := decode(r); err != nil {
			return err
		}
		return wrong
	})
	if !errors.Is(err, wrong) {
		t.Errorf("error %v", err)
	}
}
