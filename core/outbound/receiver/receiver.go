// Package receiver is a small webhook receiver on this machine: for the demo, for
// trying settings out, and for tests. It is what a customer's system would be at
// its simplest.
package receiver

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Webhook is one request as it came.
type Webhook struct {
	At     time.Time
	Header http.Header
	Body   []byte
}

// Receiver is an HTTP server on a loopback port that keeps what it is sent.
type Receiver struct {
	URL string // where to send to

	srv  *http.Server
	done chan struct{}

	mu     sync.Mutex
	got    []Webhook
	answer func(Webhook) int
	more   chan struct{} // closed and replaced at every webhook
}

// Start listens on a loopback address; "" means a free port of 127.0.0.1.
func Start(listen string) (*Receiver, error) {
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("start the webhook receiver: %w", err)
	}
	r := &Receiver{URL: "http://" + l.Addr().String() + "/webhook", done: make(chan struct{}), more: make(chan struct{})}
	r.srv = &http.Server{Handler: http.HandlerFunc(r.serve), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		defer close(r.done)
		_ = r.srv.Serve(l) // ends with ErrServerClosed at Close
	}()
	return r, nil
}

// AnswerWith makes answer decide the status of what comes from now on; nil
// answers 200.
func (r *Receiver) AnswerWith(answer func(Webhook) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func (r *Receiver) serve(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, 1<<20))
	if err != nil || q.Method != http.MethodPost {
		http.Error(w, "send a POST with a JSON body", http.StatusBadRequest)
		return
	}
	hook := Webhook{At: time.Now(), Header: q.Header.Clone(), Body: body}
	r.mu.Lock()
	status := http.StatusOK
	if r.answer != nil {
		status = r.answer(hook)
	}
	r.got = append(r.got, hook)
	close(r.more)
	r.more = make(chan struct{})
	r.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"received":true}`)
}

// Received returns what came so far, oldest first.
func (r *Receiver) Received() []Webhook {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Webhook(nil), r.got...)
}

// Changed returns a channel that is closed at the next webhook.
func (r *Receiver) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.more
}

// Distinct counts the different webhook-ids that came, and the repeats under one
// of them whose bytes differ, which must never happen.
func (r *Receiver) Distinct() (ids, altered int) {
	seen := map[string][]byte{}
	for _, w := range r.Received() {
		id := w.Header.Get("Webhook-Id")
		if first, ok := seen[id]; !ok {
			seen[id] = w.Body
		} else if !bytes.Equal(first, w.Body) {
			altered++
		}
	}
	return len(seen), altered
}

// Close ends the server and its connections.
func (r *Receiver) Close() error {
	err := r.srv.Close()
	<-r.done
	return err
}
